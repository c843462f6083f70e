"""What make and ninja read in a depfile, for the tests of this directory. Both work in the current directory."""

import os
import re
import shutil
import subprocess

import tracelib


def by_make(depfile, target):
    """The prerequisites that make reads."""
    with open("rules.mk", "w") as rules:
        rules.write(f"all:\ninclude {depfile}\n")
    out = subprocess.run(["make", "-n", "-r", "-R", "--debug=v", "-f", "rules.mk", target], capture_output=True)
    if out.returncode or out.stderr:
        tracelib.fail(f"make: {out.stderr!r}")
    text = out.stdout.decode(errors="surrogateescape")
    found = re.findall(r"^ *Considering target file '(.*)'\.$", text, re.M)
    return set(found) - {target, "rules.mk", depfile}


def by_ninja(depfile, target):
    """Those that ninja reads, by its own record of them."""
    with open("build.ninja", "w") as rules:
        rules.write(f"rule r\n  command = touch $out && cp {depfile} copy.d\n  depfile = copy.d\n  deps = gcc\n"
                    f"build {target}: r\n")
    shutil.rmtree(".ninja_deps", ignore_errors=True)
    for name in (".ninja_deps", ".ninja_log", target):
        if os.path.exists(name):
            os.unlink(name)
    out = subprocess.run(["ninja"], capture_output=True)
    if out.returncode:
        tracelib.fail(f"ninja: {out.stdout!r} {out.stderr!r}")
    told = subprocess.run(["ninja", "-t", "deps", target], capture_output=True).stdout
    return {line[4:] for line in told.decode(errors="surrogateescape").split("\n")[1:] if line.startswith("    ")}
