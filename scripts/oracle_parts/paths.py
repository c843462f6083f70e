"""One spelling for a path, however a log came by it.

Both logs go through tidy(): what strace saw as a descriptor's real path and what a program spelt through a symbolic
link have to compare as equal. The links are those that stand after the run.
"""

import os
from functools import lru_cache

# Their links mean another file for every process: they are left as spelt.
MAGIC = ("/proc/", "/dev/fd/", "/dev/std")


@lru_cache(maxsize=100000)
def _directory(path):
    return os.path.realpath(path)


@lru_cache(maxsize=100000)
def tidy(path):
    """`path`, absolute, with its directory's links followed and its own left alone; None where it is no file's name."""
    if not path.startswith("/"):
        return None
    if path.startswith(MAGIC):
        return os.path.normpath(path)
    path = path.rstrip("/") or "/"
    directory, _, name = path.rpartition("/")
    if name in (".", ".."):
        return _directory(path)
    return os.path.join(_directory(directory or "/"), name)
