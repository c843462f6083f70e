"""What the benchmarks share: running a command, the statistics of rounds, and what is said of the machine.

The rule to keep: figures are compared within a round alone. What the machine does beside (it is a shared one, mostly)
changes from minute to minute, and two neighbours in a round feel it alike.
"""
import json
import os
import platform
import statistics
import subprocess
import time

TOP = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
BUILD = os.path.realpath(os.environ.get("BUILD", os.path.join(TOP, "build")))
RUN = os.path.join(BUILD, "interpose-run")
REPORT = os.path.join(BUILD, "interpose-report")
SHIM = os.path.join(BUILD, "libinterpose-shim.so")
LOOPS = os.path.join(BUILD, "tests/bench/loops")
EMPTY = os.path.join(BUILD, "tests/bench/empty.so")
PLAIN = os.path.join(BUILD, "tests/bench/plain.so")
RESULTS = os.path.join(BUILD, "bench")


class Run:
    """One run of a command: seconds by the clock, CPU seconds of it and all that it waited for, and of it alone,
    its largest resident size in bytes (or that of one it waited for), and its exit status."""

    def __init__(self, command, directory=None, extra=None, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
        environment = {name: value for name, value in os.environ.items() if name not in ("LD_PRELOAD",)}
        environment.update(extra or {})
        begin = time.monotonic()
        process = subprocess.Popen(command, cwd=directory, env=environment, stdin=subprocess.DEVNULL, stdout=stdout,
                                   stderr=stderr)
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        self.seconds = time.monotonic() - begin
        self.own_cpu = own_cpu(process.pid)
        _, status, usage = os.wait4(process.pid, 0)
        self.status = process.returncode = os.waitstatus_to_exitcode(status)
        self.cpu = usage.ru_utime + usage.ru_stime
        self.memory = usage.ru_maxrss * 1024


def own_cpu(pid):
    """CPU seconds of a process that has ended and was not waited for, without its children. Its stat counts all of its
    threads in hundredths of a second, its schedstat the first one alone in nanoseconds (proc(5))."""
    with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as stream:
        fields = stream.read().rpartition(")")[2].split()
    ticks = os.sysconf("SC_CLK_TCK")
    whole = (int(fields[11]) + int(fields[12])) / ticks
    try:
        with open(f"/proc/{pid}/schedstat", encoding="ascii") as stream:
            first = int(stream.read().split()[0]) / 1e9
    except OSError:
        return whole
    return first if abs(first - whole) < 2 / ticks else whole


def end_of(trace):
    """The last line of a trace, with its totals."""
    lines = subprocess.run([REPORT, "--format", "jsonl", "-o", "-", "-e", "exit", trace], capture_output=True, text=True,
                           check=True).stdout.splitlines()
    return json.loads(lines[-1])


def spread(values):
    """The median, and the first and third quartile."""
    values = sorted(values)
    if len(values) < 2:
        return {"median": values[0], "low": values[0], "high": values[0], "rounds": len(values)}
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return {"median": middle, "low": low, "high": high, "rounds": len(values)}


def first_line(*command):
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return (done.stdout + done.stderr).splitlines()[0].strip()
    except (OSError, IndexError):
        return None


def proc_value(file, name):
    with open(file, encoding="utf-8") as stream:
        for line in stream:
            key, _, value = line.partition(":")
            if key.strip() == name:
                return value.strip()
    return None


def package_version(package):
    return first_line("dpkg-query", "-W", "-f", "${Version}", package) or None


def machine():
    """What the figures were made on and with."""
    versions = {"interpose": first_line(RUN, "--version"), "gcc": first_line("gcc", "--version")}
    for package in ("strace", "bear", "fakeroot", "make", "git", "tar", "findutils", "python3"):
        versions[package] = package_version(package)
    commit = first_line("git", "-C", TOP, "rev-parse", "--short", "HEAD")
    return {"cpu": proc_value("/proc/cpuinfo", "model name"), "cores": os.cpu_count(),
            "memory": proc_value("/proc/meminfo", "MemTotal"), "kernel": platform.release(),
            "virtual": first_line("systemd-detect-virt", "--vm"), "libc": " ".join(platform.libc_ver()),
            "system": platform.freedesktop_os_release().get("PRETTY_NAME"), "commit": commit,
            "date": time.strftime("%Y-%m-%d", time.gmtime()), "load": os.getloadavg()[0], "versions": versions}


def build_helpers():
    """The programs that are measured, and the library that does nothing."""
    os.makedirs(RESULTS, exist_ok=True)
    subprocess.run(["make", "-s", "-C", TOP, f"B={BUILD}", "bench-programs"], check=True)
