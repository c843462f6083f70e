"""What is measured: a command each, where it runs, and what is done before each run of it, which isn't timed."""
import os
import shutil
import subprocess

from measure import LOOPS, TOP


class Workload:
    """`command` is run in `directory`. `turns`: how often it does what is counted (calls, execs), `events`: how many
    events of ours one turn makes, `what`: the word for one. The slow peers are given a smaller command with fewer
    turns, where there is one, and `slowed` names others that get it, too."""

    def __init__(self, name, command, directory, prepare=None, turns=0, events=1, what=None, slow_command=None,
                 slow_turns=0, slowed=()):
        self.name, self.command, self.directory, self.prepare = name, command, directory, prepare
        self.turns, self.events, self.what = turns, events, what
        self.slow_command, self.slow_turns, self.slowed = slow_command or command, slow_turns or turns, slowed


def shell(script, directory):
    subprocess.run(["sh", "-ec", script], cwd=directory, check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)


def make_tree(directory, folders, files):
    """A git repository of folders * files small files."""
    os.makedirs(directory)
    for folder in range(folders):
        path = os.path.join(directory, f"d{folder // 40}", f"e{folder}")
        os.makedirs(path)
        for number in range(files):
            with open(os.path.join(path, f"file{number}.c"), "w", encoding="ascii") as stream:
                stream.write("int x;\n" * 20)
    shell("git init -q . && git add . && git -c user.name=b -c user.email=b@b commit -qm b", directory)
    return directory


def make_built(directory, files):
    """A Makefile whose `files` targets are up to date."""
    os.makedirs(directory)
    names = " ".join(f"f{i}.o" for i in range(files))
    with open(os.path.join(directory, "Makefile"), "w", encoding="ascii") as stream:
        stream.write(f"all: {names}\n%.o: %.c\n\tcp $< $@\n")
    shell(f"for i in $(seq 0 {files - 1}); do echo x > f$i.c; done; make", directory)
    return directory


def copy_source(name, scratch):
    source = os.path.join(TOP, "build/sources", name)
    if not os.path.isdir(source):
        subprocess.run([os.path.join(TOP, "scripts/fetch-sources"), name], check=True, stdout=subprocess.DEVNULL)
    copy = os.path.join(scratch, name)
    if not os.path.isdir(copy):
        shutil.copytree(source, copy, symlinks=True)
    return copy


IMPORTS = """
import importlib, sys
for name in sorted(sys.stdlib_module_names):
    if name[0] != "_" and name not in ("antigravity", "this", "idlelib", "turtledemo", "turtle"):
        try:
            importlib.import_module(name)
        except ImportError:
            pass
"""


def loop(name, call, turns, scratch, **more):
    """`turns` calls in one process; the slow peers do a fiftieth."""
    slow = max(turns // 50, 100)
    return Workload(name, [LOOPS, call, str(turns), "/etc/passwd"], scratch, turns=turns,
                    slow_command=[LOOPS, call, str(slow), "/etc/passwd"], slow_turns=slow, slowed=("fakeroot",), **more)


def lua(scratch):
    directory = os.path.join(copy_source("lua5.4", scratch), "src")
    command = ["make", "-j2", "MYCFLAGS=-O0", "CFLAGS=-O0 -Wall -DLUA_COMPAT_5_3 -DLUA_USE_LINUX", "linux"]
    return Workload("lua5.4: make -j2, -O0", command, directory, lambda: shell("make clean", directory))


def zlib(scratch):
    directory = copy_source("zlib", scratch)
    return Workload("zlib: configure, make -j2", ["sh", "-ec", "./configure && make -j2"], directory,
                    lambda: shell("make distclean || true", directory))


def every(scratch):
    """By name, made when they are wanted."""
    trees = []

    def tree():
        if not trees:
            trees.append(make_tree(os.path.join(scratch, "tree"), 400, 25))
        return trees[0]

    def repeated(name, command, count):
        return lambda: Workload(name, ["sh", "-c", f"for i in $(seq {count}); do {command}; done"], tree())

    return {
        "lua": lambda: lua(scratch),
        "zlib": lambda: zlib(scratch),
        "git": repeated("git status, 10,000 files, 3 times", "git status -s", 3),
        "find": repeated("find, 10,000 files, 5 times", "find . -name nothing", 5),
        "tar": lambda: Workload("tar of 10,000 files", ["tar", "cf", "../tree.tar", "."], tree()),
        "make": lambda: Workload("make, 2,000 targets, nothing to do", ["make"],
                                 make_built(os.path.join(scratch, "built"), 2000)),
        "python": lambda: Workload("python, 200 imports", ["/usr/bin/python3", "-c", IMPORTS], scratch),
        "sh": lambda: Workload("sh -c loop, 300 times",
                               ["sh", "-c", "i=0; while [ $i -lt 300 ]; do sh -c :; i=$((i+1)); done"], scratch,
                               turns=300, what="exec"),
        "spawn": lambda: Workload("spawn of /bin/true, 1,200 times", [LOOPS, "spawn", "1200"], scratch, turns=1200,
                                  what="exec", slow_command=[LOOPS, "spawn", "300"], slow_turns=300),
        "open": lambda: loop("open and close, 1,000,000 times", "open", 1000000, scratch, events=2, what="event"),
        "stat": lambda: loop("stat, 1,000,000 times", "stat", 1000000, scratch, what="event"),
        "access": lambda: loop("access, 1,000,000 times", "access", 1000000, scratch, what="event"),
        "storm": lambda: loop("stat storm, 2 processes of 4 threads, 2,000,000 times", "storm", 2000000, scratch,
                              what="event"),
    }
