"""Reads strace's own language: one log file a thread (-ff), with times (-ttt) and descriptors' paths (-y).

A line becomes a Call. Nothing is interpreted here beyond what strace printed; what a call means is in
system_calls.py, and whose it is in processes.py.
"""

import glob
import os
import re

from .stacks import frame

CALL = re.compile(r"(\d+\.\d+) (\w+)\(")
ENDED = re.compile(r"(\d+\.\d+) \+\+\+ (?:exited with (\d+)|killed by (\w+)(?: \(core dumped\))?) \+\+\+")
# What can stand in a list of arguments: a string, the path of a descriptor, a bracket, a comma, anything else.
# A "<" only opens a path after a number or AT_FDCWD; strace writes "<" and ">" within one as octal.
TOKEN = re.compile(
    r'"(?:[^"\\]|\\.)*"(?:\.\.\.)?|(?:\b\d+|AT_FDCWD)<[^>]*>(?:\(deleted\))?|/\*.*?\*/|[][(){},]|[^][(){},"/]+|.')
DESCRIPTOR = re.compile(r"(?:(\d+)|AT_FDCWD)<([^>]*)>(\(deleted\))?$")
ESCAPE = re.compile(rb"\\([0-7]{1,3}|x[0-9a-fA-F]{2}|.)", re.DOTALL)
SIMPLE_ESCAPES = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"v": b"\v", b"f": b"\f"}


class Call:
    """A system call: arguments as strace printed them, `value` its result's number, `error` errno's name or None.

    `next` and `previous` are the same thread's calls beside it, `stack` its frames where strace was asked for them."""

    __slots__ = ("time", "tid", "name", "arguments", "value", "error", "line", "next", "previous", "stack")

    def __init__(self, time, tid, name, arguments, value, error, line):
        self.time = time
        self.tid = tid
        self.name = name
        self.arguments = arguments
        self.value = value
        self.error = error
        self.line = line
        self.next = None
        self.previous = None
        self.stack = ()


def unescape(text):
    """The text that strace wrote with C escapes; bytes that are no UTF-8 as surrogates, like os.fsdecode."""
    if "\\" not in text:
        return text

    def replace(match):
        what = match.group(1)
        if what[:1].isdigit():
            return bytes([int(what, 8)])
        if what[:1] == b"x" and len(what) == 3:
            return bytes([int(what[1:], 16)])
        return SIMPLE_ESCAPES.get(what, what)

    return os.fsdecode(ESCAPE.sub(replace, os.fsencode(text)))


def string(argument):
    """The string that an argument is, or None: NULL, an address that could not be read, or one cut short."""
    if len(argument) >= 2 and argument[0] == '"' and argument[-1] == '"':
        return unescape(argument[1:-1])
    return None


def descriptor_path(argument):
    """The path that strace knows of a descriptor argument (also AT_FDCWD), or None."""
    match = DESCRIPTOR.match(argument)
    return unescape(match.group(2)) if match else None


def split_arguments(line, start):
    """The arguments from `start` to the closing bracket, and where that stands; (None, None) when there is none."""
    arguments = []
    begin = start
    depth = 0
    for token in TOKEN.finditer(line, start):
        text = token.group()
        if text in "([{":
            depth += 1
        elif text in ")]}":
            if depth == 0:
                last = line[begin:token.start()].strip()
                if last or arguments:
                    arguments.append(last)
                return arguments, token.end()
            depth -= 1
        elif text == "," and depth == 0:
            arguments.append(line[begin:token.start()].strip())
            begin = token.end()
    return None, None


def parse_line(line, tid):
    """A Call; for the line of a thread's end one called "+++" whose value is the status or signal; else None."""
    match = CALL.match(line)
    if not match:
        match = ENDED.match(line)
        if match:
            return Call(float(match.group(1)), tid, "+++", [], match.group(2) or match.group(3), None, line)
        return None
    arguments, end = split_arguments(line, match.end())
    if arguments is None:
        return None
    result = re.match(r"\s*= (\?|-?\w+)(?: (E[A-Z0-9]+)\b)?", line[end:])
    if not result:
        return None
    return Call(float(match.group(1)), tid, match.group(2), arguments, result.group(1), result.group(2), line)


def read_logs(prefix):
    """Every call of the logs `prefix`.TID, in the order of time; and the lines that could not be understood."""
    calls = []
    unknown = []
    for name in sorted(glob.glob(glob.escape(prefix) + ".*"), key=lambda name: int(name.rpartition(".")[2])):
        tid = int(name.rpartition(".")[2])
        before = None
        with open(name, encoding="utf-8", errors="surrogateescape") as log:
            for line in log:
                line = line.rstrip("\n")
                if line.startswith(" > "):
                    if before and frame(line):
                        before.stack = (*before.stack, frame(line))
                    continue
                call = parse_line(line, tid)
                if call:
                    if before:
                        before.next = call
                        call.previous = before
                    before = call
                    calls.append(call)
                elif " --- " not in line[:32] and "<unfinished ...>" not in line:
                    unknown.append((tid, line))
    calls.sort(key=lambda call: call.time)
    return calls, unknown
