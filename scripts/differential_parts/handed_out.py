"""The descriptors that the kernel hands out to each process of a command, and the errors it gives instead, as strace
sees them; also whether each exec succeeds. What the tracer does for itself is left out.

Processes are compared by where they stand in the tree: "1.2" is the second child of the command.
"""

import os
import re

from oracle_parts import own_work, strace_log

# What gives a new descriptor; the argument that lists several, where it isn't the result.
MAKERS = {name: None for name in (
    "open", "openat", "openat2", "creat", "dup", "dup2", "dup3", "fcntl", "socket", "accept", "accept4", "eventfd", "eventfd2",
    "epoll_create", "epoll_create1", "memfd_create", "timerfd_create", "signalfd", "signalfd4", "inotify_init",
    "inotify_init1", "pidfd_open", "execve", "execveat")}
MAKERS.update({"pipe": 0, "pipe2": 0, "socketpair": 3})
FORKS = ("fork", "vfork", "clone", "clone3")


def watch(directory):
    """The command's prefix that has strace watch."""
    return ["strace", "-qq", "-ff", "-y", "-ttt", "-e", "trace=?" + ",?".join([*MAKERS, *FORKS]), "-e", "signal=none",
            "-o", os.path.join(directory, "s")]


def is_own(call):
    """Whether the tracer does this for itself."""
    if own_work.OUR_LIBRARY in call.line:
        return True
    # The program may take our number by dup2; ours is elsewhere then.
    if own_work.RUN_DIRECTORY.search(call.line) and call.name not in ("dup2", "dup3"):
        return True
    # A look at the program that a descriptor stands for.
    if call.name == "fcntl" and call.next and call.next.name == "execveat":
        return call.arguments[1:] == ["F_DUPFD_CLOEXEC", "3"]
    if call.name != "openat":
        return False
    return call.arguments[2] == own_work.EXEC_LOOK or own_work.reads_start(call)


def described(call):
    """One line for what was handed out; None where nothing is."""
    if call.name == "fcntl" and not call.arguments[1].startswith("F_DUPFD"):
        return None
    which = MAKERS[call.name]
    if call.error:
        return f"{call.name} = {call.error}"
    if which is not None:
        return f"{call.name} = {re.sub('<[^>]*>', '', call.arguments[which])}"
    return f"{call.name} = {call.value}"


class HandedOut:
    """What each process was given, of one run."""

    def __init__(self, directory):
        calls, self.unknown = strace_log.read_logs(os.path.join(directory, "s"))
        self.of_thread = {}
        for call in calls:
            self.of_thread.setdefault(call.tid, []).append(call)
        self.lines = {}  # place in the tree: lines
        for tid, of_thread in self.of_thread.items():
            if any(call.name == "execve" and call.arguments[1].startswith('["env", "TMPDIR=') for call in of_thread):
                self.walk(tid, "1")
                return

    def walk(self, tid, place):
        lines = self.lines[place] = []
        children = 0
        for call in self.of_thread.get(tid, []):
            if call.name in FORKS:
                if call.value.isdigit():
                    children += 1
                    self.walk(int(call.value), f"{place}.{children}")
            elif call.name in MAKERS and not is_own(call):
                line = described(call)
                if line:
                    lines.append(line)
                # Before its exec the command's process is the tracer's.
                if place == "1" and call.name == "execve" and call.arguments[1].startswith('["env", "TMPDIR='):
                    lines.clear()


def steady(runs):
    """The processes to which the same is handed out in each of these runs."""
    return [place for place, lines in runs[0].lines.items() if all(run.lines.get(place) == lines for run in runs[1:])]


def compare(alone, traced):
    """The lines of the steady processes, alone and traced: of the traced runs, where one has the same, as alone."""
    expected, found = [], []
    for place in steady(alone):
        lines = alone[0].lines[place]
        others = [run.lines.get(place, ["it isn't there"]) for run in traced]
        expected += [f"process {place}: {line}" for line in lines]
        found += [f"process {place}: {line}" for line in (lines if lines in others else others[0])]
    return expected, found
