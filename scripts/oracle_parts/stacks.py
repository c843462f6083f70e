"""By whom libc was called, as strace -k tells: the test of what is counted apart as libc's own work.

A system call was made inside libc on its own account when the function that the program called is none that the
preloaded library stands in front of (tests/audit/interposed.list), or when the library was passed on the way: then the
call is told as an event of that function. Anything else is a hole in the trace.
"""

import os
import re

FRAME = re.compile(r" > (.*?)\((?:(\S+?)\+0x[0-9a-f]+)?\) \[0x[0-9a-f]+\]$")
LIBC = re.compile(r"(libc\.so\.6|ld-linux.*|libc-2.*|libpthread.*|libresolv.*|libnss_.*|libm\.so\.6|gconv/.*)$")
SHIM = "libinterpose-shim.so"


def frame(line):
    """(file, symbol or None) of a line of a stack, else None."""
    match = FRAME.match(line)
    return (match.group(1), match.group(2)) if match else None


def interposed(top):
    with open(os.path.join(top, "tests/audit/interposed.list"), encoding="utf-8") as names:
        return {line.split()[0].partition("@")[0] for line in names if line.strip() and not line.startswith("#")}


def entry(stack):
    """(function that the program called, whether through the preloaded library); None where the stack doesn't tell."""
    found = None
    for file, symbol in stack:
        if os.path.basename(file) == SHIM:
            return symbol, True
        if not LIBC.search(file):
            break
        found = symbol
    return (found, False) if found else None


class Check:
    """What stands behind the facts that are counted apart: `entries` {class: {function: count}}, `holes` [(key, fact)]."""

    def __init__(self, names):
        self.names = names
        self.entries = {}
        self.holes = []

    def judge(self, apart, key, fact):
        of = self.entries.setdefault(apart, {})
        by = entry(fact.call.stack)
        if by is None:
            name = "(the stack doesn't tell)"
        elif by[1]:
            name = f"{by[0]}, told" if by[0] in self.names else f"interpose itself ({by[0]})"
        else:
            name = by[0]
            if name in self.names:
                self.holes.append((key, fact))
        of[name] = of.get(name, 0) + 1

    def report(self, out):
        print("\ncounted apart as libc's own, by what the program called:", file=out)
        for apart, of in sorted(self.entries.items()):
            print("  {}: {}".format(apart, ", ".join(
                f"{name} {number}" for name, number in sorted(of.items(), key=lambda pair: (-pair[1], pair[0])))), file=out)
        for key, fact in self.holes:
            print(f"  hole: {key}\n    {fact.call.line}", file=out)
