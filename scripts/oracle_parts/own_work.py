"""Which system calls are not the traced program's: the preloaded library's own, and those that libc makes inside itself.

Only what is named here is counted apart. Each rule says what makes the call; one that is too wide would hide a hole in
the trace, so the library's own calls are known by what follows them in the same thread wherever their path could be
the program's.
"""

import re

from .paths import steps
from .strace_log import string, unescape

clean = unescape

RUN_DIRECTORY = re.compile(r'["<](/[^"<>]*/interpose-[^"<>/]+)/(?:pipe|slots)[">]')
OUR_LIBRARY = "/libinterpose-shim.so"

# Read when the library starts, and to name descriptors that it didn't see opened.
START = re.compile(r"/proc/\d+/(stat|exe|cwd|fd(/\d+)?)$")

# How it opens a program that is about to be executed; nobody else is known to ask for just this.
EXEC_LOOK = "O_RDONLY|O_NOCTTY|O_NONBLOCK|O_CLOEXEC"

# How glibc opens what fchmodat is to change without following it.
NOFOLLOW_LOOK = "O_RDONLY|O_NOFOLLOW|O_CLOEXEC|O_PATH"

# What libc reads without passing a function that could be interposed (man page, "What it can't see").
INSIDE_LIBC = [
    ("locale", r"/usr/(lib|share)/locale(/|-archive$)|/usr/share/locale-langpack/|/usr/share/i18n/|/etc/locale"),
    ("iconv", r"/usr/lib(/[^/]+)?/gconv(/|$)"),
    ("NSS", r"/etc/(nsswitch\.conf|passwd|group|shadow|gshadow|hosts|host\.conf|services|protocols|networks|netgroup|"
            r"ethers|rpc|aliases|initgroups)$|/(var/)?run/nscd/|/etc/default/nss"),
    ("resolver", r"/etc/(resolv\.conf|gai\.conf)$"),
    ("time zone", r"/etc/localtime$|/usr/share/zoneinfo(/|$)"),
    ("dynamic loader", r"/etc/ld\.so\.(cache|preload|nohwcap)$|(/[^/]+)*/[^/]+\.so(\.[0-9.]+)?$|"
                       r"(/usr)?/lib(64|32)?(/[a-z0-9_]+-linux-gnu[a-z0-9]*)?$|"
                       r".*/(glibc-hwcaps/[^/]+|(tls|haswell|avx512_1|x86_64|i[3-6]86|aarch64|atomics)"
                       r"(/(haswell|avx512_1|x86_64|i[3-6]86|aarch64|atomics))*)$"),
    ("system configuration", r"/sys/devices/system/(cpu|node)|/proc/(stat|meminfo|cpuinfo|\d+/maps|sys/kernel/)|"
                             r"/dev/(log|tty|urandom|random)$"),
]
INSIDE_LIBC = [(name, re.compile(pattern)) for name, pattern in INSIDE_LIBC]


def is_library(path):
    """Whether what the loader opened becomes part of the program, and isn't our own."""
    return re.search(r"\.so(\.[0-9.]+)?$", path) is not None and not path.endswith(OUR_LIBRARY)


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


def is_own(call, kind, path, directory):
    """Whether the preloaded library made the call for itself."""
    if directory is not None and (path == directory or path.startswith(directory + "/")):
        return True
    if path.endswith(OUR_LIBRARY):
        return True
    if kind in ("open", "readlink") and START.match(path) and call.name in ("open", "openat", "readlink", "readlinkat"):
        return True
    # Before an exec: can the library follow into the program, and into a script's interpreter?
    if kind == "open" and call.name == "openat" and call.arguments[2:] == [EXEC_LOOK]:
        return True
    if call.name == "fgetxattr" and call.arguments[1:] == ['"security.capability"', "NULL", "0"]:
        return True
    # Before an open that may create: was the file there? libc's access(3) is another system call.
    if call.name == "faccessat" and call.arguments[2:] == ["F_OK"] and call.next:
        creates = call.next.name == "creat" or (call.next.name in ("open", "openat") and
                                                "O_CREAT" in call.next.line and "O_EXCL" not in call.next.line)
        return creates and same_path(call, call.next)
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


def nofollow_chmod(call):
    """The outcome of the fchmodat(AT_SYMLINK_NOFOLLOW) that glibc is busy with in this call, or None.

    The kernel had none before Linux 6.6: glibc opens the file, looks whether it is a link, and changes it by its name
    in /proc."""
    if call.name != "openat" or call.arguments[2:] != [NOFOLLOW_LOOK]:
        return None
    if call.error:
        return call.error
    look = call.next
    if look is None or look.name != "newfstatat" or not look.arguments[0].startswith(call.value + "<"):
        return None
    change = look.next
    if change and change.name == "chmod" and change.arguments[0] == f'"/proc/self/fd/{call.value}"':
        return change.error or "ok"
    return "EOPNOTSUPP"


def inside_libc(path):
    """The name of the known limit that a path belongs to, or None."""
    for name, pattern in INSIDE_LIBC:
        if pattern.match(path):
            return "inside libc: " + name
    return None


def inside_realpath(kind, path, line, resolved):
    """Whether this is a step that realpath(3) took on its way along one of `resolved`.

    It reads every component as a link; a name that ends in "/" it asks for with faccessat."""
    if kind == "readlink" or kind == "access" and "F_OK, AT_EACCESS)" in line:
        return any(path in steps(other) for other in resolved)
    return False
