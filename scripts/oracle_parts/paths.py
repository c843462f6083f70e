"""One spelling for a path, however a log came by it.

Both logs go through these functions: what strace saw as a descriptor's real path and what a program spelt through a
symbolic link have to compare as equal. The links are those that stand after the run, and those that it made meanwhile.
"""

import os
from functools import lru_cache

# Their links mean another file for every process: they are left as spelt.
MAGIC = ("/proc/", "/dev/fd/", "/dev/std")
LINK_LIMIT = 40

_learned = {}  # path of a link that the run made, and its text


def learn_link(path, target):
    """The run made a symbolic link at `path`, tidy: it counts where nothing stands there any more."""
    if _learned.get(path) != target:
        _learned[path] = target
        _real.cache_clear()
        steps.cache_clear()
        _tidy.cache_clear()


def _link_at(path):
    try:
        return os.readlink(path)
    except OSError:
        return None if os.path.lexists(path) else _learned.get(path)


def _walk(path):
    """The names that the kernel looks at on its way along `path`, every link followed; where it arrives is the last."""
    done = "/"
    waiting = [part for part in reversed(path.split("/")) if part]
    links = 0
    yield done
    while waiting:
        part = waiting.pop()
        if part == ".":
            continue
        if part == "..":
            done = os.path.dirname(done)
            yield done
            continue
        at = os.path.join(done, part)
        yield at
        target = _link_at(at) if links < LINK_LIMIT else None
        if target is None:
            done = at
            continue
        links += 1
        if target.startswith("/"):
            done = "/"
            yield done
        waiting.extend(part for part in reversed(target.split("/")) if part)


@lru_cache(maxsize=200000)
def _real(path):
    """`path` with every link followed, for as far as it exists; ".." as the kernel goes."""
    for arrived in _walk(path):
        pass
    return arrived


@lru_cache(maxsize=200000)
def steps(path):
    """Every name on the way along `path`, links and what they lead to."""
    return frozenset(_walk(path))


@lru_cache(maxsize=200000)
def _tidy(path):
    while path.endswith("/") or path.endswith("/."):
        path = path.removesuffix(".").rstrip("/")
    path = path or "/"
    directory, _, name = path.rpartition("/")
    if name == "..":
        return _real(path)
    return os.path.join(_real(directory or "/"), name)


def _magic(path, pid):
    if path.startswith("/proc/self/"):
        return f"/proc/{pid}" + os.path.normpath(path[len("/proc/self"):])
    return os.path.normpath(path)


def tidy(path, pid):
    """`path`, absolute, as process `pid` meant it: its directory's links followed, its own left alone.

    None where it is no file's name."""
    if not path.startswith("/"):
        return None
    return _magic(path, pid) if path.startswith(MAGIC) else _tidy(path)


def real(path, pid):
    """The same with its own link followed too: what a descriptor stands for."""
    if not path.startswith("/"):
        return None
    return _magic(path, pid) if path.startswith(MAGIC) else _real(path)
