"""What the tests of "the program must not notice" share: a run by itself beside a run under the tracer, compared."""

import os
import shutil

import tracelib
from tracelib import WORK


def said(result):
    """What a user sees of a run."""
    status = 128 - result.status if result.status < 0 else result.status
    return {"status": status, "stdout": result.stdout.decode(errors="backslashreplace").splitlines(),
            "stderr": result.stderr.decode(errors="backslashreplace").splitlines()}


def compare(what, alone, traced):
    before, after = said(alone), said(traced)
    return all([tracelib.same(f"{what}: {part}", after[part], before[part]) for part in before])


def fresh(name):
    """An empty directory."""
    path = os.path.join(WORK, name)
    shutil.rmtree(path, ignore_errors=True)
    os.mkdir(path)
    return path


def unnoticed(argv, *options, what=None, prepare=None, **keywords):
    """Runs argv alone, then traced, each time in an empty directory of the same name; what it says and how it ends must
    be the same. The trace comes back, checked."""
    what = what or os.path.basename(argv[0]) + " " + " ".join(argv[1:])
    results = []
    for run in tracelib.alone, lambda *a, **k: tracelib.run(*a, *options, status=None, **k):
        cwd = fresh("cwd")
        if prepare:
            prepare(cwd)
        results.append(run(argv, cwd=cwd, **{key: value for key, value in keywords.items()
                                             if run is not tracelib.alone or key not in ("check", "name")}))
    compare(what, *results)
    return results[1].trace
