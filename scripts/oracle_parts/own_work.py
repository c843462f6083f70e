"""Which system calls are not the traced program's: the preloaded library's own, and those that libc makes inside itself.

Only what is named here is counted apart. Each rule says what makes the call; one that is too wide would hide a hole in
the trace, so the library's own calls are known by what follows them in the same thread wherever their path could be
the program's.
"""

import os
import re

from .strace_log import string, unescape

clean = unescape

RUN_DIRECTORY = re.compile(r'"(/[^"]*/interpose-[A-Za-z0-9]{6})/(?:pipe|slots)"')

# Read when the library starts, and to name descriptors that it didn't see opened.
START = re.compile(r"/proc/self/(stat|exe|cwd|fd(/\d+)?|cmdline|auxv)$")

# How it opens a program that is about to be executed; nobody else is known to ask for just this.
EXEC_LOOK = "O_RDONLY|O_NOCTTY|O_NONBLOCK|O_CLOEXEC"

# What libc reads without passing a function that could be interposed (man page, "What it can't see").
INSIDE_LIBC = [
    ("locale", r"/usr/(lib|share)/locale(/|-archive$)|/usr/share/locale-langpack/|/usr/share/i18n/|/etc/locale"),
    ("iconv", r"/usr/lib(/[^/]+)?/gconv(/|$)"),
    ("NSS", r"/etc/(nsswitch\.conf|passwd|group|shadow|gshadow|hosts|host\.conf|services|protocols|networks|netgroup|"
            r"ethers|rpc|aliases|initgroups)$|/(var/)?run/nscd/|/etc/default/nss"),
    ("resolver", r"/etc/(resolv\.conf|gai\.conf)$"),
    ("time zone", r"/etc/localtime$|/usr/share/zoneinfo(/|$)"),
    ("dynamic loader", r"/etc/ld\.so\.(cache|preload|nohwcap)$|(/[^/]+)*/[^/]+\.so(\.[0-9.]+)?$|"
                       r"/(usr/)?lib(64|32)?(/[a-z0-9_]+-linux-gnu[a-z0-9]*)?(/glibc-hwcaps.*|/tls.*|/haswell.*|/x86_64)?$"),
    ("system configuration", r"/sys/devices/system/(cpu|node)|/proc/(stat|meminfo|cpuinfo|self/maps|sys/kernel/)|"
                             r"/dev/(log|tty|urandom|random)$"),
]
INSIDE_LIBC = [(name, re.compile(pattern)) for name, pattern in INSIDE_LIBC]


def run_directory(calls):
    """The session's run directory, where the wrapper made its pipe and slots; None when there is none."""
    for call in calls:
        match = RUN_DIRECTORY.search(call.line)
        if match:
            return clean(match.group(1))
    return None


def touches(call, directory):
    """Whether the call works on a file of the run directory, by name or by descriptor."""
    return directory is not None and directory + "/" in call.line


def following_calls(calls):
    """For each call the next one of its thread."""
    following = [None] * len(calls)
    last = {}
    for number, call in enumerate(calls):
        if call.tid in last:
            following[last[call.tid]] = call
        last[call.tid] = number
    return following


def is_own(call, kind, path, following, directory):
    """Whether the preloaded library made the call for itself."""
    if directory is not None and (path == directory or path.startswith(directory + "/")):
        return True
    if kind in ("open", "readlink") and START.match(path) and call.name in ("open", "openat", "readlink", "readlinkat"):
        return True
    # Before an exec: can the library follow into the program, and into a script's interpreter?
    if kind == "open" and call.name == "openat" and call.arguments[2:] == [EXEC_LOOK]:
        return True
    if call.name == "fgetxattr" and call.arguments[1:] == ['"security.capability"', "NULL", "0"]:
        return True
    if following is None:
        return False
    # Before an open that may create: was the file there? libc's access(3) is another system call.
    if call.name == "faccessat" and call.arguments[2:] == ["F_OK"] and following.name in ("open", "openat", "creat"):
        creates = following.name == "creat" or "O_CREAT" in following.line and "O_EXCL" not in following.line
        return creates and same_path(call, following)
    return False


def same_path(call, other):
    """Whether both calls name the same path by the same spelling."""
    return path_argument(call) is not None and path_argument(call) == path_argument(other)


def path_argument(call):
    for argument in call.arguments[:2]:
        path = string(argument)
        if path is not None:
            return path
    return None


def inside_libc(path):
    """The name of the known limit that a path belongs to, or None."""
    for name, pattern in INSIDE_LIBC:
        if pattern.match(path):
            return "inside libc: " + name
    return None


def inside_realpath(path, resolved):
    """Whether `path` is a step that realpath(3) took on its way to one of `resolved`."""
    return any(other == path or other.startswith(path.rstrip("/") + "/") or
               os.path.realpath(other).startswith(path.rstrip("/") + "/") for other in resolved)
