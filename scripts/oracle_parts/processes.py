"""From strace's calls to facts: which process and image made a call, in which directory, and whether it counts.

A fact is (pid, image, class, path, outcome): the outcome is "ok" or errno's name, the image counts the programs that
the process has become. Facts are kept as sets: how often a program asks the same is no question here.
"""

import re

from . import own_work
from .paths import learn_link, real, tidy
from .strace_log import descriptor_path, string
from .system_calls import FORKS, TABLE, Unnamed, meaning


CHANGED_BY_DESCRIPTOR = re.compile(r"/proc/\d+/fd/\d+$")


class Fact:
    """What strace saw at least once. `apart` is the name it is counted under, None when it is the program's own; then
    `excuse` names what allows the trace to lack it, None when nothing does. One call without either decides."""

    __slots__ = ("apart", "excuse", "call")

    def __init__(self, apart, excuse, call):
        self.apart = apart
        self.excuse = excuse
        self.call = call

    def strength(self):
        return 0 if self.apart else 1 if self.excuse else 2


class Process:
    """State of one process, shared by its threads."""

    def __init__(self, pid, cwd):
        self.pid = pid
        self.cwd = cwd
        self.image = 0
        self.loading = False  # between a successful exec and the first sign of the preloaded library


def threads(calls):
    """(parents, leaders): each tid's creator, and for a thread of a process already there its leader."""
    parents = {}
    leaders = {}
    for call in calls:
        if call.name in FORKS and call.value.isdigit():
            child = int(call.value)
            parents[child] = call.tid
            if "CLONE_THREAD" in call.line:
                leaders[child] = call.tid
    return parents, leaders


def leader(leaders, tid):
    while tid in leaders:
        tid = leaders[tid]
    return tid


class Witness:
    """Walks the calls in order of time and gathers what the trace has to know."""

    def __init__(self, calls, cwd, command_pid):
        self.calls = calls
        self.parents, self.leaders = threads(calls)
        self.processes = {}
        self.start_cwd = cwd
        self.command_pid = command_pid
        self.run_directory = own_work.run_directory(calls)
        self.facts = {}
        self.loaded = {}  # (pid, image, path): Fact of each library that the loader opened
        self.without_library = set()  # (pid, image) in which the preloaded library gave no sign
        self.unnamed = 0
        self.outside = 0  # facts of processes that are ours: the wrapper and what it starts for itself
        self.made_by = {}  # pid: (pid, image) that forked it
        self.not_files = 0
        self.ends = {}  # pid: when it ended
        self.waited_for = set()  # pids whose end somebody was told
        self.unfinished = 0  # calls in which their thread ended

    def process(self, tid):
        pid = leader(self.leaders, tid)
        if pid not in self.processes:
            parent = self.parents.get(pid)
            cwd = self.process(parent).cwd if parent else self.start_cwd
            self.processes[pid] = Process(pid, cwd)
        return self.processes[pid]

    def belongs(self, pid):
        """Whether the process is the command or a descendant."""
        while pid is not None and pid != self.command_pid:
            pid = leader(self.leaders, self.parents[pid]) if pid in self.parents else None
        return pid is not None

    def line(self, pid, image):
        """The image itself; where the library isn't in it, or a fork made it, also what it came from, and so on."""
        while True:
            yield pid, image
            if image and (pid, image) in self.without_library:
                image -= 1
            elif image == 0 and pid in self.made_by:
                pid, image = self.made_by[pid]
            else:
                return

    def is_after_end(self, call):
        return self.command_pid in self.ends and call.time > self.ends[self.command_pid]

    def add(self, process, kind, path, outcome, apart, call):
        key = (process.pid, process.image, kind, path, outcome)
        fact = Fact(apart, None if apart else own_work.inside_libc(call, kind, path), call)
        if key not in self.facts or self.facts[key].strength() < fact.strength():
            self.facts[key] = fact

    def walk(self):
        for call in self.calls:
            process = self.process(call.tid)
            self.learn_cwd(process, call)
            self.learn_wait(call)
            if process.loading and own_work.touches(call, self.run_directory):
                process.loading = False
                self.without_library.discard((process.pid, process.image))
            if not self.belongs(process.pid):
                self.outside += 1
            elif call.name == "+++":
                if call.tid == process.pid:
                    self.ends[process.pid] = call.time
                    self.add(process, "exit", "", call.value, None, call)
            elif call.name in FORKS:
                self.fork(process, call)
            elif call.name in TABLE:
                self.file_call(process, call)
            self.move(process, call)

    def fork(self, process, call):
        if call.value.isdigit() and "CLONE_THREAD" not in call.line:
            self.process(int(call.value))
            self.made_by[int(call.value)] = (process.pid, process.image)
            self.add(process, "fork", call.value, "ok", self.ours(process), call)

    def ours(self, process):
        """The command's process before its exec runs the wrapper's code."""
        return "interpose itself" if process.pid == self.command_pid and process.image == 0 else None

    def file_call(self, process, call):
        if call.value == "?" and not call.name.startswith("exec"):
            self.unfinished += 1
            return
        try:
            kind, paths, alone = meaning(call, process.cwd)
        except Unnamed:
            self.unnamed += 1
            return
        paths = [(real if alone else tidy)(path, process.pid) for path in paths]
        if None in paths or paths[0].startswith("/memfd:"):
            self.not_files += 1
            return
        apart = self.ours(process)
        if apart is None and own_work.is_own(call, kind, paths[0], self.run_directory):
            apart = "interpose itself"
        if apart is None and process.loading and not call.name.startswith("exec"):
            apart = "loader"
            if kind == "open" and not call.error and own_work.is_library(paths[0]):
                self.loaded.setdefault((process.pid, process.image, paths[0]), Fact(None, None, call))
        if apart is None and kind == "stat" and alone:
            apart = "stat of a descriptor"
        if apart is None and kind == "chmod" and call.name == "chmod" and CHANGED_BY_DESCRIPTOR.match(paths[0]):
            apart = "inside libc: fchmodat"
        if kind == "open" and own_work.nofollow_chmod(call):
            apart = apart or "inside libc: fchmodat"
            self.add(process, "chmod", paths[0], own_work.nofollow_chmod(call), apart, call)
        if kind == "symlink" and not call.error:
            learn_link(paths[0], string(call.arguments[0]))
        self.add(process, kind, " -> ".join(paths), call.error or "ok", apart, call)

    def learn_cwd(self, process, call):
        """strace names the cwd in AT_FDCWD</it>, and getcwd(2) returns it."""
        for argument in call.arguments:
            if argument.startswith("AT_FDCWD<"):
                process.cwd = descriptor_path(argument)
        if call.name == "getcwd" and not call.error:
            process.cwd = string(call.arguments[0]) or process.cwd

    def learn_wait(self, call):
        if call.name == "wait4" and call.value.isdigit():
            self.waited_for.add(int(call.value))
        elif call.name == "waitid" and not call.error:
            self.waited_for.update(int(pid) for pid in re.findall(r"si_pid=(\d+)", call.line))

    def move(self, process, call):
        """What a successful call changes about its process."""
        if call.error:
            return
        if call.name in ("chdir", "fchdir"):
            try:
                path = real(meaning(call, process.cwd)[1][0], process.pid)
            except Unnamed:
                return
            if path:
                process.cwd = path
        elif call.name in ("execve", "execveat") and call.value in ("0", "?"):
            process.image += 1
            process.loading = True
            self.without_library.add((process.pid, process.image))
