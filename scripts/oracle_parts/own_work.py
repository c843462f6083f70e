"""Which system calls are not the traced program's: the preloaded library's own, and those that libc makes inside itself.

Only what is named here is counted apart. Each rule says what makes the call; one that is too wide would hide a hole in
the trace, so the library's own calls are known by what follows them in the same thread wherever their path could be
the program's.
"""

import re

from .paths import steps
from .strace_log import string, unescape
from .system_calls import FORKS

clean = unescape

RUN_DIRECTORY = re.compile(r'["<](/[^"<>]*/interpose-[^"<>/]+)/(?:pipe|slots)[">]')
OUR_LIBRARY = "/libinterpose-shim.so"

# Read when the library starts, and to name descriptors that it didn't see opened: by system calls of its own, which
# libc's functions for the same don't make.
LINK = re.compile(r'"/proc/self/(exe|fd/\d+)"$')
STAT = re.compile(r'"/proc/(self|\d+)/stat"$')

# How it opens a program that is about to be executed; nobody else is known to ask for just this.
EXEC_LOOK = "O_RDONLY|O_NOCTTY|O_NONBLOCK|O_CLOEXEC"

# How glibc opens what fchmodat is to change without following it.
NOFOLLOW_LOOK = "O_RDONLY|O_NOFOLLOW|O_CLOEXEC|O_PATH"

# How libc opens files for itself: nearly always so, catalogs of messages and directories of gconv otherwise.
QUIET = ["O_RDONLY|O_CLOEXEC"]

# What libc does without passing a function that could be interposed (man page, "What it can't see"): the name, the
# class, the arguments behind the path (None: any), the path. The same done in another way is the program's.
INSIDE_LIBC = [
    ("locale", "open", QUIET, r"/usr/(lib|share)/locale(/|-archive$)|/usr/share/i18n/|/etc/locale"),
    ("locale", "open", ["O_RDONLY"], r"/usr/share/locale(-langpack)?/.+/LC_[A-Z]+/[^/]+\.mo$"),
    ("iconv", "open", None, r"/usr/lib(/[^/]+)?/gconv(/|$)"),
    ("NSS", "open", QUIET, r"/etc/(nsswitch\.conf|passwd|group|shadow|gshadow|hosts|host\.conf|services|protocols|"
                           r"networks|netgroup|ethers|rpc|aliases|initgroups)$"),
    ("NSS", "stat", None, r"/etc/nsswitch\.conf$"),
    ("resolver", "open", QUIET, r"/etc/(resolv|gai)\.conf$"),
    ("resolver", "stat", None, r"/etc/(resolv|gai)\.conf$"),
    ("time zone", "open", QUIET, r"/etc/localtime$|/usr/share/zoneinfo/"),
    ("time zone", "stat", None, r"/etc/localtime$|/usr/share/zoneinfo/"),
    ("terminals", "open", None, r"/dev/(ptmx|pts/\d+)$"),
    ("dynamic loader", "open", QUIET, r"/etc/ld\.so\.(cache|preload)$|.*/[^/]+\.so(\.[0-9.]+)?$"),
    ("dynamic loader", "access", None, r"/etc/ld\.so\.preload$"),
    ("system configuration", "open", QUIET, r"/sys/devices/system/(cpu|node)|/proc/(stat|meminfo|cpuinfo|\d+/maps|"
                                            r"sys/(kernel|vm)/)|/dev/(log|tty|urandom|random)$"),
]
INSIDE_LIBC = [(name, kind, flags, re.compile(pattern)) for name, kind, flags, pattern in INSIDE_LIBC]


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
    if reads_start(call) or (call.name == "readlinkat" and LINK.match(call.arguments[1])):
        return True
    # Before an exec: can the library follow into the program, and into a script's interpreter?
    if kind == "open" and call.name == "openat" and call.arguments[2:] == [EXEC_LOOK]:
        return True
    if call.name == "fgetxattr" and call.arguments[1:] == ['"security.capability"', "NULL", "0"]:
        return True
    if kind == "stat" and is_look(call):
        following = call.next
        while following is not None and following.name == "wait4":
            following = following.next  # a handler of SIGCHLD came between
        return following is not None and (following.name in ("execve", "execveat") or following.name in FORKS or
                                          following.arguments[2:] == [EXEC_LOOK])
    # Around posix_spawnp, whose own search happens inside libc: where along PATH is the program?
    if is_search(call) and (leads_to_spawn(call, "next") or leads_to_spawn(call, "previous")):
        return True
    # Before an open that may create: was the file there? libc's access(3) is another system call.
    if call.name == "faccessat" and call.arguments[2:] == ["F_OK"] and call.next:
        creates = call.next.name == "creat" or (call.next.name in ("open", "openat") and
                                                "O_CREAT" in call.next.line and "O_EXCL" not in call.next.line)
        return creates and same_path(call, call.next)
    return False


def reads_start(call):
    """Whether it asks when its own process or image, or a child that was just made, began."""
    match = STAT.match(call.arguments[1]) if call.name == "openat" and call.arguments[2:] == ["O_RDONLY|O_CLOEXEC"] else None
    if match is None or match[1] == "self":
        return match is not None
    before = call.previous
    return before is None or (before.name in FORKS and before.value == match[1])


def is_search(call):
    return call.name == "faccessat" and call.arguments[2:] == ["X_OK"]


def is_look(call):
    """Whether it has the form of the library's stat of a program about to be executed."""
    return call.name in ("newfstatat", "fstatat64") and call.arguments[3:] == ["AT_NO_AUTOMOUNT"]


def leads_to_spawn(call, way):
    """Whether a fork, or the look at a program, stands beside the search that the call is a part of."""
    while call and (is_search(call) or reads_start(call) or RUN_DIRECTORY.search(call.line)):
        call = getattr(call, way)
    return call is not None and (call.name in FORKS or is_look(call) or call.arguments[2:] == [EXEC_LOOK])


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


def inside_libc(call, kind, path):
    """The name of the known limit that the call belongs to, or None."""
    for name, of, behind, pattern in INSIDE_LIBC:
        if kind == of and behind in (None, call.arguments[2:]) and pattern.match(path):
            return "inside libc: " + name
    # Where the loader didn't find a library, it looks whether the directory is there at all.
    before = call.previous
    if (kind == "stat" and call.name == "newfstatat" and before and before.name == "openat" and before.error and
            is_library(path_argument(before) or "") and path_argument(before).rpartition("/")[0] == path_argument(call)):
        return "inside libc: dynamic loader"
    return None


def inside_realpath(kind, path, line, resolved):
    """Whether this is a step that realpath(3) took on its way along one of `resolved`.

    It reads every component as a link; a name that ends in "/" it asks for with faccessat."""
    if kind == "readlink" or kind == "access" and "F_OK, AT_EACCESS)" in line:
        return any(path in steps(other) for other in resolved)
    return False


def inside_sem_open(call, path, semaphores):
    """Whether sem_open(3), which made one of `semaphores`, did this: it makes a file of a name of its own beside it,
    links it to its name, and removes its own name again."""
    if not semaphores:
        return False
    if call.name == "link":
        return path.partition(" -> ")[2] in semaphores and is_temporary(path.partition(" -> ")[0])
    return is_temporary(path) and call.name in ("newfstatat", "openat", "unlink")


def is_temporary(path):
    return re.match(r"/dev/shm/sem\.[A-Za-z0-9]{6}$", path) is not None
