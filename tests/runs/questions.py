"""What the tests of the answers for a person share: a place to work in, and texts without what differs from run to run."""

import os
import re
import shutil
import subprocess

import tracelib

PLACE = os.path.join(tracelib.WORK, "w")


def write(name, text, mode=0o644):
    path = os.path.join(PLACE, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as stream:
        stream.write(text)
    os.chmod(path, mode)


def fresh(files):
    """An empty PLACE with these files in it, by name; those that begin with #! can be executed."""
    shutil.rmtree(PLACE, ignore_errors=True)
    os.mkdir(PLACE)
    for name, text in files.items():
        write(name, text, 0o755 if text.startswith("#!") else 0o644)


def trace(argv, *options, name="t.trace", status=0, env=None):
    """Runs argv in PLACE under the tracer; the trace's file."""
    file = os.path.join(tracelib.WORK, name)
    completed = subprocess.run([tracelib.RUN, "-o", file, *options, "--", *argv], cwd=PLACE, capture_output=True,
                               timeout=300, check=False, env=env)
    if completed.returncode != status:
        tracelib.fail(f"{argv} exits with {completed.returncode}: {completed.stderr!r}")
    return file


def report(*arguments, status=0, error=""):
    """What interpose-report prints, run in PLACE; its exit status and stderr, a pattern, are checked."""
    completed = subprocess.run([tracelib.REPORT, *arguments], cwd=PLACE, capture_output=True, timeout=300, check=False,
                               text=True)
    tracelib.same(f"status of {arguments}", completed.returncode, status)
    if not re.fullmatch(error, completed.stderr):
        tracelib.fail(f"{arguments}: {completed.stderr!r} is not as {error!r}")
    return completed.stdout


def plain(text):
    """The text with pids counted from 1 on, times as T, and paths in PLACE relative to it, a list of lines."""
    pids = {}

    def number(found):
        return "P" + str(pids.setdefault(found.group(), len(pids) + 1))

    lines = []
    for line in text.replace(PLACE + "/", "").replace(PLACE, ".").splitlines():
        line = re.sub(r", \d+ times until \d+\.\d{3}$", "", line)
        line = re.sub(r"\b\d+\.\d{3}\b", "T", line)
        line = re.sub(r"\b\d{3,}\b", number, line)
        lines.append(line)
    return lines
