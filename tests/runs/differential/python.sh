# Python's own calls: os, pathlib, subprocess, multiprocessing, tempfile, threads; errno and descriptors by number.
cat >test.py <<'END'
import contextlib, errno, fcntl, glob, json, mmap, multiprocessing, os, pathlib, select, shutil, signal, socket, sqlite3
import stat, subprocess, sys, tempfile, threading, zipfile

def t(name, function, *arguments, **keywords):
    try:
        result = function(*arguments, **keywords)
    except OSError as error:
        result = f"{type(error).__name__} {errno.errorcode[error.errno]} {error.filename!r}"
    except Exception as error:
        result = f"{type(error).__name__} {error}"
    print(name, result if isinstance(result, (int, str, bytes, list, tuple, type(None), dict, bool)) else type(result).__name__,
          flush=True)
    return result

for path in "f", "missing/f", ".", "", "a\0b", "x" * 300, b"\xff\xfe":
    t("open", os.open, path, os.O_RDWR | os.O_CREAT, 0o644)
t("mkdir", os.mkdir, "d"); t("mkdir", os.mkdir, "d"); t("makedirs", os.makedirs, "d/e/f", exist_ok=True)
t("dirfd", lambda: os.open("g", os.O_CREAT | os.O_WRONLY, dir_fd=os.open("d", os.O_RDONLY)))
for call in os.stat, os.lstat, os.listdir, os.rmdir, os.unlink, os.readlink, os.chdir, os.statvfs, os.scandir:
    t(call.__name__, call, "missing")
t("rename", os.rename, "f", "d/f"); t("replace", os.replace, "missing", "f"); t("link", os.link, "d/f", "hard")
t("symlink", os.symlink, "d/f", "soft"); t("readlink", os.readlink, "soft"); t("realpath", lambda: os.path.basename(os.path.realpath("soft")))
t("listdir", lambda: sorted(os.listdir(b"."))); t("walk", lambda: sorted(map(str, os.walk("."))))
t("fwalk", lambda: sorted((a, sorted(b), sorted(c), d) for a, b, c, d in os.fwalk(".")))
t("scandir", lambda: sorted((e.name, e.is_dir(), e.is_symlink()) for e in os.scandir(".")))
t("glob", lambda: sorted(glob.glob("**", recursive=True))); t("rglob", lambda: sorted(map(str, pathlib.Path(".").rglob("*"))))
t("dup", os.dup, 0); t("dup2", os.dup2, 0, 50); t("dup", os.dup, 99); t("F_DUPFD", fcntl.fcntl, 0, fcntl.F_DUPFD, 60)
t("pipe", os.pipe); t("closerange", os.closerange, 3, 100); t("open", os.open, "d", os.O_RDONLY); t("close", os.close, 77)
t("memfd", os.memfd_create, "name"); t("eventfd", os.eventfd, 0); t("socketpair", lambda: [s.fileno() for s in socket.socketpair()])
t("copy_file_range", lambda: os.copy_file_range(os.open("d/f", os.O_RDONLY), os.open("c", os.O_WRONLY | os.O_CREAT), 10))
t("sendfile", lambda: os.sendfile(os.open("s", os.O_WRONLY | os.O_CREAT), os.open("test.py", os.O_RDONLY), 0, 100))
t("xattr", os.getxattr, "d", "user.x"); t("truncate", os.truncate, "d/f", 10); t("utime", os.utime, "d/f", (1000000000, 2000000000))
t("chmod", os.chmod, "d/f", 0o600); t("chown", os.chown, "d/f", -1, -1); t("access", os.access, "d/f", os.R_OK)
t("mkfifo", os.mkfifo, "fifo"); t("nonblocking", os.open, "fifo", os.O_WRONLY | os.O_NONBLOCK)
t("run", lambda: subprocess.run(["sh", "-c", "echo out; echo err >&2; exit 3"], capture_output=True).returncode)
t("fds", lambda: subprocess.run(["sh", "-c", "for i in 3 4 5 6 7 8 9; do (true <&$i) 2>/dev/null && echo $i; done"],
                                capture_output=True, pass_fds=(os.open("d", os.O_RDONLY),)).stdout)
t("none", subprocess.run, ["no-such-command"]); t("cwd", subprocess.run, ["true"], cwd="missing")
t("denied", subprocess.run, ["./test.py"]); t("killed", lambda: subprocess.run(["sh", "-c", "kill -9 $$"]).returncode)
t("timeout", subprocess.run, ["sleep", "5"], timeout=0.1); t("shell", lambda: subprocess.getstatusoutput("echo a; exit 4"))
t("preexec", lambda: subprocess.run(["pwd", "-P"], preexec_fn=lambda: os.chdir("/")).returncode)
t("system", os.system, "exit 6"); t("popen", lambda: os.popen("exit 7").close()); t("spawn", os.spawnlp, os.P_WAIT, "sh", "sh", "-c", "exit 8")
t("posix_spawn", lambda: os.waitpid(os.posix_spawn("/bin/sh", ["sh", "-c", "exit 9"], os.environ, file_actions=[(os.POSIX_SPAWN_CLOSE, 0)]), 0)[1])
t("exec", os.execvp, "no-such-command", ["x"])
pid = os.fork()
if pid == 0: os._exit(11)
t("wait", lambda: os.waitpid(pid, 0)[1]); t("waitpid", os.waitpid, pid, 0)
with multiprocessing.get_context("fork").Pool(3) as pool: t("pool", pool.map, abs, range(-5, 5))
with tempfile.TemporaryDirectory(dir=".") as d: t("temporary", os.path.isdir, d)
with tempfile.NamedTemporaryFile(dir=".") as f: t("named", f.write, b"x")
with tempfile.TemporaryFile(dir=".") as f: t("unnamed", f.write, b"x")
shutil.copytree("d", "tree", symlinks=True); t("move", shutil.move, "tree", "moved"); t("rmtree", shutil.rmtree, "moved")
t("archive", lambda: os.path.basename(shutil.make_archive("z", "zip", "d"))); t("names", lambda: sorted(zipfile.ZipFile("z.zip").namelist()))
os.unlink("z.zip")
base = sqlite3.connect("base"); base.execute("create table t (x)"); base.executemany("insert into t values (?)", [(i,) for i in range(100)])
base.commit(); t("sql", base.execute("select sum(x) from t").fetchone); base.close()
with open("map", "wb+") as f:
    f.truncate(4096); m = mmap.mmap(f.fileno(), 4096); m[0:3] = b"abc"; m.close()
threads = [threading.Thread(target=lambda i=i: [os.path.exists(f"/none/{i}/{j}") for j in range(200)]) for i in range(8)]
[x.start() for x in threads]; [x.join() for x in threads]
signal.signal(signal.SIGALRM, lambda *a: print("alarm")); signal.setitimer(signal.ITIMER_REAL, 0.05); t("select", select.select, [], [], [], 0.2)
sys.exit(12)
END
/usr/bin/python3 -B test.py
