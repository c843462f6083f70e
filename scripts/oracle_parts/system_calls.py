"""What a system call says about the file system, in the words of the trace's events.

A new call is one row: its class and the places of its arguments. Every call that a trace's event of a compared class
can come from has to be here, or true events would count as invented.
"""

from .strace_log import descriptor_path, string

# class: {system call: how to find its path}. How: "p" a path; "dp" a descriptor and a path below it; "f" a descriptor
# alone; "pp", "dpdp" two of them; "tp" a link's text and its path, "tdp" with a descriptor between.
ROWS = {
    "open": {"open": "p", "openat": "dp", "openat2": "dp", "creat": "p", "name_to_handle_at": "dp"},
    "stat": {"stat": "p", "lstat": "p", "newfstatat": "dp", "statx": "dp", "fstat": "f"},
    "access": {"access": "p", "faccessat": "dp", "faccessat2": "dp"},
    "readlink": {"readlink": "p", "readlinkat": "dp"},
    "list": {"getdents": "f", "getdents64": "f"},
    "rename": {"rename": "pp", "renameat": "dpdp", "renameat2": "dpdp"},
    "link": {"link": "pp", "linkat": "dpdp"},
    "symlink": {"symlink": "tp", "symlinkat": "tdp"},
    "unlink": {"unlink": "p", "unlinkat": "dp"},
    "rmdir": {"rmdir": "p"},
    "mkdir": {"mkdir": "p", "mkdirat": "dp"},
    "mknod": {"mknod": "p", "mknodat": "dp"},
    "chdir": {"chdir": "p", "fchdir": "f"},
    "chroot": {"chroot": "p"},
    "chmod": {"chmod": "p", "fchmod": "f", "fchmodat": "dp", "fchmodat2": "dp"},
    "chown": {"chown": "p", "lchown": "p", "fchown": "f", "fchownat": "dp"},
    "utime": {"utime": "p", "utimes": "p", "futimesat": "dp", "utimensat": "dp"},
    "truncate": {"truncate": "p", "ftruncate": "f", "fallocate": "f"},
    "xattr": {
        "setxattr": "p", "lsetxattr": "p", "fsetxattr": "f", "getxattr": "p", "lgetxattr": "p", "fgetxattr": "f",
        "listxattr": "p", "llistxattr": "p", "flistxattr": "f", "removexattr": "p", "lremovexattr": "p",
        "fremovexattr": "f"},
    "statfs": {"statfs": "p", "fstatfs": "f"},
    "exec": {"execve": "p", "execveat": "dp"},
}
CLASSES = [*ROWS, "fork", "exit"]
TABLE = {call: (kind, how) for kind, row in ROWS.items() for call, how in row.items()}
FORKS = {"fork", "vfork", "clone", "clone3"}
# What strace has to watch: the whole of %file and %process, and the rows above that take a descriptor alone.
WATCHED = ["%file", "%process"] + sorted(call for call, (_, how) in TABLE.items() if how == "f")


class Unnamed(Exception):
    """The call names no file: a NULL or unreadable path, or a descriptor that is none."""


def _path(base, argument):
    path = string(argument)
    if not path:  # an empty one names nothing, but where AT_EMPTY_PATH may stand
        raise Unnamed
    return path if path.startswith("/") else base + "/" + path


def _below(cwd, descriptor, argument):
    base = descriptor_path(descriptor)
    if base is None:
        if descriptor == "AT_FDCWD":
            base = cwd
        elif (string(argument) or "").startswith("/"):
            base = "/"
        else:
            raise Unnamed
    # utimensat(fd, NULL) works on the descriptor itself, and so does an empty path with AT_EMPTY_PATH.
    return base if argument in ("NULL", '""') else _path(base, argument)


def meaning(call, cwd):
    """(class, [paths], on a descriptor alone) of a call of TABLE made in `cwd`, the paths absolute, not yet tidy."""
    kind, how = TABLE[call.name]
    arguments = call.arguments
    alone = False
    try:
        if how == "f":
            alone = True
            path = descriptor_path(arguments[0])
            if path is None:
                raise Unnamed
            paths = [path]
        elif how == "p":
            paths = [_path(cwd, arguments[0])]
        elif how == "dp":
            if arguments[1] == '""' and "AT_EMPTY_PATH" not in call.line and call.name != "readlinkat":
                raise Unnamed
            alone = arguments[1] in ('""', "NULL") and not arguments[0].startswith("AT_FDCWD")
            paths = [_below(cwd, arguments[0], arguments[1])]
        elif how == "pp":
            paths = [_path(cwd, arguments[0]), _path(cwd, arguments[1])]
        elif how == "dpdp":
            paths = [_below(cwd, arguments[0], arguments[1]), _below(cwd, arguments[2], arguments[3])]
        elif how == "tp":
            paths = [_path(cwd, arguments[1])]
        else:
            paths = [_below(cwd, arguments[1], arguments[2])]
    except IndexError:
        raise Unnamed from None
    if call.name == "unlinkat" and "AT_REMOVEDIR" in arguments[2]:
        kind = "rmdir"
    return kind, paths, alone
