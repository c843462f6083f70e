"""Runs commands under the tracer and loads what was traced, for the tests of this directory.

A test states what each process did as a list of lines and compares it whole, with same(). A line is
"CALL PATH ... = RESULT": paths under the test's own directory are shown relative to it, and what differs from run to
run (times, pids) is left out.
"""

import json
import os
import shutil
import signal
import subprocess
import sys

BUILD = os.environ["BUILD"]
TOP = os.environ["TOP"]
RUN = os.path.join(BUILD, "interpose-run")
REPORT = os.path.join(BUILD, "interpose-report")
WORK = os.path.realpath(os.environ["TMPDIR"])

failures = 0


def use_reachable_build():
    """For tests that drop to another user, who may not enter the directories above BUILD: a copy below WORK."""
    global BUILD, RUN, REPORT
    copy = os.path.join(WORK, "build")
    os.makedirs(copy)
    for name in ("interpose-run", "interpose-report", "libinterpose-shim.so"):
        shutil.copy(os.path.join(BUILD, name), copy)
    shutil.copytree(os.path.join(BUILD, "tests/runs"), os.path.join(copy, "tests/runs"))
    BUILD = copy
    RUN = os.path.join(BUILD, "interpose-run")
    REPORT = os.path.join(BUILD, "interpose-report")


def program(name):
    """A C program of this directory, built: for the kind of program that ABI names, where a test is run for it."""
    return os.path.join(BUILD, os.environ.get("ABI", ""), "tests/runs", name)


def fail(message):
    global failures
    failures += 1
    print(f"{os.path.basename(sys.argv[0])}: {message}", flush=True)


def skip(reason):
    print(reason)
    sys.exit(77)


def finish():
    sys.exit(1 if failures else 0)


def same(what, found, expected):
    """Compares two lists (or other values) and shows where they part."""
    if found == expected:
        return True
    fail(f"{what} differs")
    if isinstance(found, list) and isinstance(expected, list):
        import difflib

        for line in difflib.unified_diff([str(x) for x in expected], [str(x) for x in found], "expected", "found",
                                         lineterm="", n=2):
            print("    " + line)
    else:
        print(f"    expected {expected!r}\n    found    {found!r}")
    return False


def short(path):
    """A path relative to the test's directory, where it is under it."""
    if path == WORK:
        return "."
    return path[len(WORK) + 1:] if path.startswith(WORK + "/") else path


class Image:
    """What a process did between two execs (or its fork, or its end): `start` is that event."""

    def __init__(self, start):
        self.start = start
        self.events = []


class Process:
    """One process: its identity, every event of it in order, and the same by images."""

    def __init__(self, pid):
        self.pid = pid
        self.events = []
        self.images = []
        self.parent = None
        self.children = []
        self.exit = None

    def of(self, *kinds):
        return [event for event in self.events if event["event"] in kinds]

    def lines(self, *kinds, under=None):
        return [line(event) for event in self.events
                if (not kinds or event["event"] in kinds) and (under is None or is_under(event, under))]

    @property
    def argv(self):
        return self.images[-1].start["argv"] if self.images else None


def is_under(event, place):
    return any(event.get(key) == place or event.get(key, "").startswith(place + "/") for key in ("path", "path2"))


class Trace:
    def __init__(self, file):
        self.lines = [json.loads(text) for text in open(file, encoding="utf-8")]
        self.head = self.lines[0]
        self.end = self.lines[-1] if self.lines[-1]["event"] == "end" else None
        self.events = self.lines[1:-1] if self.end else self.lines[1:]
        self.processes = []
        current = {}
        for event in self.events:
            pid = event["pid"]
            if event["event"] == "lost":
                continue  # nobody's
            process = current.get(pid)
            if event["event"] == "start" and event["by"] != "exec" and process and process.exit:
                process = None  # the pid comes again
            if process is None:
                process = current[pid] = Process(pid)
                self.processes.append(process)
            if event["event"] == "start":
                process.images.append(Image(event))
                if len(process.images) == 1 or event["by"] != "exec":
                    parent = current.get(event["ppid"])
                    if parent and process.parent is None:
                        process.parent = parent
                        parent.children.append(process)
            elif process.images:
                process.images[-1].events.append(event)
            if event["event"] == "exit":
                process.exit = event
            process.events.append(event)

    @property
    def command(self):
        return self.processes[0]

    def of(self, *kinds):
        return [event for event in self.events if event["event"] in kinds]

    def check(self, lost=0, untraced=0):
        """What holds of every whole trace. Something untraced is expected by a test that says so (None: any)."""
        if not self.end:
            fail("the trace has no end line")
            return self
        same("events counted at the end", self.end["events"], len(self.events))
        same("processes counted at the end", self.end["processes"], len(self.processes))
        same("untraced counted at the end", self.end["untraced"], len(self.of("untraced")))
        if untraced is not None:
            same("untraced", [line(event) for event in self.of("untraced")], [] if untraced == 0 else untraced)
        same("records lost", self.end["lost"], lost)
        last = 0
        for event in self.events:
            if event["time_ns"] < last:
                fail(f"time runs back at {event}")
                break
            last = event["time_ns"]
        forked = [event["child"] for event in self.of("fork") if "child" in event]
        if len(forked) != len(set(forked)) and len(set(p.pid for p in self.processes)) == len(self.processes):
            fail("a child's fork is told twice: %s" % sorted(p for p in set(forked) if forked.count(p) > 1))
        for process in self.processes:
            exits = process.of("exit")
            alive = process.pid in self.end["running"]
            if len(exits) != (0 if alive else 1):
                fail(f"process {process.pid} {process.argv} has {len(exits)} exits")
            if not process.images:
                fail(f"process {process.pid} has no start")
            elif process.events[0]["event"] != "start" and process.parent and not (
                    process.parent.exit and process.parent.exit["time_ns"] <= process.events[0]["time_ns"]):
                fail(f"process {process.pid} begins with {process.events[0]}")
        return self


def line(event):
    """One event as a line that is the same in every run."""
    words = [event.get("call", "-" + event["event"])]
    for key in ("path", "path2"):
        if key in event:
            words.append(short(event[key]))
    if "target" in event:
        words.append("-> " + short(event["target"]))
    if "flags" in event and event["event"] in ("open", "rename", "link"):
        flags = event["flags"]
        words.append("|".join(flags) if isinstance(flags, list) else str(flags))
    if event.get("created"):
        words.append("created")
    elif event.get("created") is False and not event.get("error"):
        words.append("existed")
    for key in ("fd", "new_fd"):
        if key in event and event["event"] in ("close", "dup"):
            words.append(f"{key}={event[key]}")
    if event["event"] in ("exec", "start"):
        words.append(" ".join(short(x) for x in event.get("argv", [])))
    if "status" in event and event["event"] in ("exit", "wait"):
        words.append(f"status={event['status']}")
    if "signal" in event:
        words.append(event["signal"])
    if "reason" in event:
        words.append(event["reason"])
    if "error" in event:
        words.append("= " + event["error"])
    elif event["event"] == "open":
        words.append(f"= {event.get('fd', '?')}")
    return " ".join(words)


class Result:
    def __init__(self, completed):
        self.status = completed.returncode
        self.stdout = completed.stdout
        self.stderr = completed.stderr
        self.trace = None


def run(argv, *options, status=0, name="t.jsonl", check=True, cwd=WORK, **keywords):
    """Runs argv under the tracer; the trace is loaded and, unless told otherwise, checked as a whole one."""
    file = os.path.join(WORK, name)
    keywords.setdefault("timeout", 300)
    completed = subprocess.run([RUN, "-o", file, *options, "--", *argv], cwd=cwd, capture_output=True, **keywords)
    result = Result(completed)
    if status is not None and result.status != status:
        fail(f"{argv} exits with {result.status} instead of {status}: {completed.stderr[-2000:]!r}")
    result.trace = Trace(file)
    if check:
        result.trace.check()
    return result


def alone(argv, cwd=WORK, **keywords):
    """The same without the tracer."""
    return Result(subprocess.run(argv, cwd=cwd, capture_output=True, timeout=300, **keywords))
