"""Reads the trace (JSON lines) into the same facts as processes.py makes of strace's logs."""

import json

from .paths import real, tidy
from .system_calls import CLASSES

# Events of a compared class that libc answers without a system call of that class, and where they count.
WITHOUT_SYSTEM_CALL = {
    "fdopen": "fdopen", "pathconf": "pathconf", "fpathconf": "pathconf", "isfdtype": "isfdtype",
    "realpath": "realpath", "__realpath_chk": "realpath", "canonicalize_file_name": "realpath",
}

# Names of a process's own descriptors.
BY_DESCRIPTOR = ("/dev/fd/", "/dev/std", "/proc/self/fd/")


def path_of(event, key="path"):
    """An event's path as text; bytes that are no UTF-8 as surrogates, like os.fsdecode."""
    if key + "_bytes" in event:
        return bytes.fromhex(event[key + "_bytes"]).decode("utf-8", "surrogateescape")
    return event.get(key)


class Trace:
    """What the trace says: `facts` {key: line}, the events without a system call counted by name, untraced images."""

    def __init__(self, name):
        self.facts = {}
        self.apart = {}
        self.untraced = set()  # (pid, image)
        self.started = set()  # (pid, image) whose library reported in
        self.realpaths = {}  # (pid, image): paths that realpath(3) was asked for
        self.eaccesses = set()  # (pid, image, path) that eaccess(3) was asked about
        self.listings = set()  # (pid, image, path, outcome) of listings that were told by their path
        self.semaphores = {}  # (pid, image): paths that sem_open(3) made
        self.concluded = {}  # (pid, image): what it executed next, where nobody told of the exec
        self.forgotten = set()  # (pid, image) of processes whose end isn't known
        self.loads = {}  # (pid, image, path): line
        self.command_pid = None
        self.cwd = "/"
        self.ended = False
        self.running = ()  # processes that outlived the command
        self.images = {}
        self.pending = set()  # processes that announced an exec whose image hasn't begun
        with open(name, encoding="utf-8", errors="surrogateescape") as lines:
            self.events = [(json.loads(line), line.rstrip("\n")) for line in lines]
        for event, _ in self.events:
            if event["event"] == "trace":
                self.cwd = event["cwd"]
            elif "pid" in event and self.command_pid is None:
                self.command_pid = event["pid"]

    def walk(self):
        """Gathers the facts; after strace's, which tell what links there were."""
        for event, line in self.events:
            self.event(event, line)

    def count_apart(self, name):
        self.apart[name] = self.apart.get(name, 0) + 1

    def event(self, event, line):
        kind = event["event"]
        if kind in ("trace", "end"):
            self.ended = kind == "end"
            self.running = event.get("running", ())
            return
        pid = event["pid"]
        if kind == "start" and event.get("by") == "exec":
            if pid not in self.pending:
                self.images[pid] = self.images.get(pid, 0) + 1
            self.pending.discard(pid)
        image = (pid, self.images.get(pid, 0))
        if kind == "start" and event.get("shim"):
            self.started.add(image)
        if kind == "untraced":
            self.untraced.add(image)
        if kind == "load":
            if "/ld-linux" in path_of(event):
                self.count_apart("load of the loader, which the kernel maps")
            elif "error" in event:
                self.count_apart("load that failed")
            else:
                self.loads[(*image, tidy(path_of(event), pid))] = line
            return
        if kind not in CLASSES:
            self.count_apart(kind)
            return
        if kind == "exec" and "call" not in event:
            self.count_apart("exec that the collector concluded")
            self.concluded[image] = real(path_of(event), pid)
        else:
            self.fact(image, kind, event, line)
        if kind == "exec" and "error" not in event:
            self.images[pid] = self.images.get(pid, 0) + 1
            self.pending.add(pid)

    def fact(self, image, kind, event, line):
        without = WITHOUT_SYSTEM_CALL.get(event.get("call"))
        path = path_of(event)
        if kind == "fork":
            if "child" in event:
                self.facts[(*image, kind, str(event["child"]), "ok")] = line
            else:
                self.count_apart("fork that failed")
            return
        if kind == "exit":
            if "signal" not in event and "status" not in event:
                self.forgotten.add(image)
                self.count_apart("exit that nobody waited for")
            else:
                self.facts[(*image, kind, "", str(event.get("signal", event.get("status"))))] = line
            return
        if without == "realpath" and path:
            asked = self.realpaths.setdefault(image, set())
            asked.add(path)
            if "arg" in event and event["arg"].startswith("/"):  # in it the links before a ".." still stand
                asked.add(path_of(event, "arg"))
        if without:
            self.count_apart(without)
            return
        if event.get("arg", "").startswith(BY_DESCRIPTOR):
            path = path_of(event, "arg")  # strace knows the name, the trace what it stands for, if that is a file
        paths = [path] + ([path_of(event, "path2")] if kind in ("rename", "link") else [])
        # What is done through a descriptor is done to what the descriptor stands for, however it was once spelt.
        alone = "fd" in event and "arg" not in event and kind != "open"
        paths = [(real if alone else tidy)(path, image[0]) if path else None for path in paths]
        if None in paths:
            self.count_apart("no path, or none of a file")
            return
        if event.get("call") in ("eaccess", "euidaccess"):
            self.eaccesses.add((*image, paths[0]))
        outcome = event.get("error", "ok")
        if kind == "list" and "fd" not in event:
            self.listings.add((*image, paths[0], outcome))
        if event.get("call") == "sem_open" and outcome == "ok" and event.get("created"):
            self.semaphores.setdefault(image, set()).add(paths[0])
        self.facts[(*image, kind, " -> ".join(paths), outcome)] = line
