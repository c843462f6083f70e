/*
 * syscall.c - the back door: a call by its number is told as the libc call that it stands for, with all that
 * this has; every row of shim/syscalls.def is asked for here, well or failing. The children of forks and the
 * like are those of fork.c and exec.c: here they end at once.
 */
#include <linux/openat2.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <utime.h>

#include "predict.h"

/* An event by the twin `call`. */
#define told(kind, call, result, ...)                                           \
	do {                                                                    \
		long got = (result);                                            \
		expect_of(kind, call, got, got == -1 ? errno : 0, __VA_ARGS__); \
	} while (0)

#define ASK(name, ...) syscall(SYS_##name, ##__VA_ARGS__)

static char room[4096];

static void
ask_for_looks(void)
{
	told("stat", "fstat", ASK(fstat, file_fd, room), "'fd':%d,'path':'$DIR/f'", file_fd);
#ifdef SYS_newfstatat
	told("stat", "fstatat", ASK(newfstatat, directory_fd, "../l", room, AT_SYMLINK_NOFOLLOW),
	     "'path':'$DIR/l','arg':'../l','follow':false");
#endif
#ifdef SYS_stat64
	told("stat", "stat64", ASK(stat64, "f", room), "%s,'follow':true", at("f"));
	told("stat", "lstat64", ASK(lstat64, "missing", room), "%s,'follow':false", at("missing"));
	told("stat", "fstat64", ASK(fstat64, file_fd, room), "'fd':%d,'path':'$DIR/f'", file_fd);
	told("stat", "fstatat64", ASK(fstatat64, directory_fd, "../l", room, AT_SYMLINK_NOFOLLOW),
	     "'path':'$DIR/l','arg':'../l','follow':false");
	told("statfs", "statfs64", ASK(statfs64, "f", 84, room), "%s", at("f"));
	told("statfs", "fstatfs64", ASK(fstatfs64, BAD_FD, 84, room), "'fd':%d", BAD_FD);
#endif
	told("stat", "statx", ASK(statx, AT_FDCWD, "missing", 0, STATX_BASIC_STATS, room), "%s,'follow':true",
	     at("missing"));
	told("stat", "name_to_handle_at", ASK(name_to_handle_at, AT_FDCWD, "missing", room, room, 0),
	     "%s,'follow':false", at("missing"));
	told("statfs", "statfs", ASK(statfs, "f", room), "%s", at("f"));
	told("statfs", "fstatfs", ASK(fstatfs, BAD_FD, room), "'fd':%d", BAD_FD);
	told("access", "faccessat", ASK(faccessat, AT_FDCWD, "f", R_OK), "%s,'mode':'R_OK'", at("f"));
	told("access", "faccessat", ASK(faccessat2, AT_FDCWD, "f", R_OK, AT_EACCESS),
	     "%s,'mode':'R_OK','flags':['AT_EACCESS']", at("f"));
	told("readlink", "readlinkat", ASK(readlinkat, AT_FDCWD, "l", room, sizeof room), "%s,'target':'f'",
	     at("l"));
	told("readlink", "readlinkat", ASK(readlinkat, AT_FDCWD, unmapped, room, sizeof room), "%s", "");
	told("list", "getdents64", ASK(getdents64, directory_fd, room, sizeof room),
	     "'fd':%d,'path':'$DIR/d'", directory_fd);
	say("end", ASK(getdents64, directory_fd, room, sizeof room), 0);
#ifdef SYS_open
	told("stat", "stat", ASK(stat, "f", room), "%s,'follow':true", at("f"));
	told("stat", "lstat", ASK(lstat, unmapped, room), "'follow':false");
	told("access", "access", ASK(access, "f", W_OK), "%s,'mode':'W_OK'", at("f"));
	told("readlink", "readlink", ASK(readlink, "l", room, sizeof room), "%s,'target':'f'", at("l"));
	told("list", "getdents64", ASK(getdents, BAD_FD, room, sizeof room), "'fd':%d", BAD_FD);
#endif
}

static void
ask_for_names(void)
{
	told("link", "linkat", ASK(linkat, AT_FDCWD, "f", directory_fd, "g", 0), "%s,%s", at("f"),
	     named("path2", "arg2", "d", "g"));
	told("symlink", "symlinkat", ASK(symlinkat, "text", directory_fd, "s"), "%s,'target':'text'",
	     at_in("d", "s"));
	told("rename", "renameat2", ASK(renameat2, AT_FDCWD, "d/g", AT_FDCWD, "g", RENAME_NOREPLACE),
	     "%s,%s,'flags':['RENAME_NOREPLACE']", at("d/g"), named("path2", "arg2", "", "g"));
	told("unlink", "unlinkat", ASK(unlinkat, AT_FDCWD, "g", 0), "%s", at("g"));
	told("mkdir", "mkdirat", ASK(mkdirat, AT_FDCWD, "new", 0750), "%s,'mode':'0750'", at("new"));
	told("rmdir", "unlinkat", ASK(unlinkat, AT_FDCWD, "new", AT_REMOVEDIR), "%s,'flags':['AT_REMOVEDIR']",
	     at("new"));
	told("mknod", "mknodat", ASK(mknodat, AT_FDCWD, "n", S_IFIFO | 0600, 0), "%s,'mode':'010600'",
	     at("n"));
#ifdef SYS_open
	told("link", "link", ASK(link, "f", "g"), "%s,%s", at("f"), named("path2", "arg2", "", "g"));
	told("symlink", "symlink", ASK(symlink, "text", "s"), "%s,'target':'text'", at("s"));
	told("rename", "rename", ASK(rename, "g", "h"), "%s,%s", at("g"), named("path2", "arg2", "", "h"));
	told("rename", "renameat", ASK(renameat, AT_FDCWD, "h", AT_FDCWD, "i"), "%s,%s", at("h"),
	     named("path2", "arg2", "", "i"));
	told("unlink", "unlink", ASK(unlink, "i"), "%s", at("i"));
	told("mkdir", "mkdir", ASK(mkdir, "new", 0700), "%s,'mode':'0700'", at("new"));
	told("rmdir", "rmdir", ASK(rmdir, "new"), "%s", at("new"));
	told("mknod", "mknod", ASK(mknod, "n", S_IFREG | 0600, 0), "%s,'mode':'0100600'", at("n"));
#endif
}

static void
ask_for_metadata(void)
{
	struct timespec times[2] = {{1, 2}, {3, 4}};

	told("chmod", "fchmod", ASK(fchmod, file_fd, 0600), "'fd':%d,'path':'$DIR/f','mode':'0600'", file_fd);
	told("chmod", "fchmodat", ASK(fchmodat, AT_FDCWD, "f", 0640), "%s,'mode':'0640'", at("f"));
	told("chown", "fchown", ASK(fchown, BAD_FD, -1, -1), "'fd':%d,'uid':-1,'gid':-1", BAD_FD);
	told("chown", "fchownat", ASK(fchownat, AT_FDCWD, "l", -1, -1, AT_SYMLINK_NOFOLLOW),
	     "%s,'uid':-1,'gid':-1,'flags':['AT_SYMLINK_NOFOLLOW']", at("l"));
	told("utime", "utimensat", ASK(utimensat, AT_FDCWD, "f", times, 0), "%s", at("f"));
	told("utime", "futimens", ASK(utimensat, file_fd, NULL, times, 0), "'fd':%d,'path':'$DIR/f'",
	     file_fd);
	told("truncate", "truncate", ASK(truncate, "f", 3L), "%s,'length':3", at("f"));
	told("truncate", "ftruncate", ASK(ftruncate, file_fd, 4L), "'fd':%d,'path':'$DIR/f','length':4",
	     file_fd);
#ifdef __LP64__
	told("truncate", "fallocate", ASK(fallocate, file_fd, 1, 4096L, 4096L),
	     "'fd':%d,'path':'$DIR/f','length':8192,'flags':['FALLOC_FL_KEEP_SIZE']", file_fd);
#else
	told("truncate", "fallocate", ASK(fallocate, file_fd, 1, 4096L, 0L, 4096L, 0L),
	     "'fd':%d,'path':'$DIR/f','length':8192,'flags':['FALLOC_FL_KEEP_SIZE']", file_fd);
#endif
#ifdef SYS_stat64
	told("truncate", "truncate64", ASK(truncate64, "f", 5L, 1L), "%s,'length':4294967301", at("f"));
	told("truncate", "ftruncate64", ASK(ftruncate64, file_fd, 4L, 0L),
	     "'fd':%d,'path':'$DIR/f','length':4", file_fd);
	told("chown", "chown", ASK(chown32, "missing", -1, -1), "%s,'uid':-1,'gid':-1", at("missing"));
	told("chown", "lchown", ASK(lchown32, "l", -1, -1), "%s,'uid':-1,'gid':-1", at("l"));
	told("chown", "fchown", ASK(fchown32, BAD_FD, -1, -1), "'fd':%d,'uid':-1,'gid':-1", BAD_FD);
#endif
#ifdef SYS_open
	struct utimbuf old = {1, 2};
	told("chmod", "chmod", ASK(chmod, "f", 0600), "%s,'mode':'0600'", at("f"));
	told("chown", "chown", ASK(chown, "missing", -1, -1), "%s,'uid':-1,'gid':-1", at("missing"));
	told("chown", "lchown", ASK(lchown, "l", -1, -1), "%s,'uid':-1,'gid':-1", at("l"));
	told("utime", "utime", ASK(utime, "f", &old), "%s", at("f"));
	told("utime", "utimes", ASK(utimes, "missing", NULL), "%s", at("missing"));
	told("utime", "futimesat", ASK(futimesat, directory_fd, "f", NULL), "%s", at_in("d", "f"));
#endif
}

static void
ask_for_attributes(void)
{
	static const char name[] = "user.interpose";

	told("xattr", "setxattr", ASK(setxattr, "f", name, "v", 1L, 1),
	     "%s,'name':'%s','flags':['XATTR_CREATE']", at("f"), name);
	told("xattr", "lsetxattr", ASK(lsetxattr, "missing", name, "v", 1L, 0), "%s,'name':'%s'",
	     at("missing"), name);
	told("xattr", "fsetxattr", ASK(fsetxattr, BAD_FD, name, "v", 1L, 0), "'fd':%d,'name':'%s'", BAD_FD,
	     name);
	told("xattr", "getxattr", ASK(getxattr, "f", name, room, 9L), "%s,'name':'%s'", at("f"), name);
	told("xattr", "lgetxattr", ASK(lgetxattr, "f", "user.missing", room, 9L), "%s,'name':'user.missing'",
	     at("f"));
	told("xattr", "fgetxattr", ASK(fgetxattr, file_fd, name, room, 9L),
	     "'fd':%d,'path':'$DIR/f','name':'%s'", file_fd, name);
	told("xattr", "listxattr", ASK(listxattr, "f", room, 99L), "%s", at("f"));
	told("xattr", "llistxattr", ASK(llistxattr, "missing", room, 99L), "%s", at("missing"));
	told("xattr", "flistxattr", ASK(flistxattr, file_fd, room, 99L), "'fd':%d,'path':'$DIR/f'", file_fd);
	told("xattr", "removexattr", ASK(removexattr, "f", name), "%s,'name':'%s'", at("f"), name);
	told("xattr", "lremovexattr", ASK(lremovexattr, "f", name), "%s,'name':'%s'", at("f"), name);
	told("xattr", "fremovexattr", ASK(fremovexattr, BAD_FD, name), "'fd':%d,'name':'%s'", BAD_FD, name);
}

static void
ask_for_descriptors(void)
{
	long fd = ASK(openat, directory_fd, "f", O_RDWR, 0);
	told("open", "openat", fd, "%s,'fd':%ld,'flags':['O_RDWR'],'directory':false", at_in("d", "f"), fd);
	told("copy", "copy_file_range", ASK(copy_file_range, file_fd, NULL, fd, NULL, 2L, 0),
	     "'fd':%d,'path':'$DIR/f','new_fd':%ld,'path2':'$DIR/d/f','length':2", file_fd, fd);
	told("copy", "sendfile", ASK(sendfile, fd, file_fd, NULL, 2L),
	     "'fd':%d,'path':'$DIR/f','new_fd':%ld,'path2':'$DIR/d/f','length':2", file_fd, fd);
	told("copy", "splice", ASK(splice, BAD_FD, NULL, fd, NULL, 2L, 1),
	     "'fd':%d,'new_fd':%ld,'path2':'$DIR/d/f','length':2,'flags':['SPLICE_F_MOVE']", BAD_FD, fd);
	told("dup", "dup", ASK(dup, fd), "'fd':%ld,'new_fd':%ld,'path':'$DIR/d/f'", fd, fd + 1);
	told("dup", "dup3", ASK(dup3, fd, 20, O_CLOEXEC),
	     "'fd':%ld,'new_fd':20,'path':'$DIR/d/f','flags':['O_CLOEXEC']", fd);
	told("dup", "fcntl", ASK(fcntl, fd, F_DUPFD, 30L), "'fd':%ld,'new_fd':30,'path':'$DIR/d/f'", fd);
#ifdef SYS_fcntl64
	told("dup", "fcntl", ASK(fcntl64, fd, F_DUPFD, 31L), "'fd':%ld,'new_fd':31,'path':'$DIR/d/f'", fd);
	told("copy", "sendfile64", ASK(sendfile64, fd, file_fd, NULL, 2L),
	     "'fd':%d,'path':'$DIR/f','new_fd':%ld,'path2':'$DIR/d/f','length':2", file_fd, fd);
#endif
	say("flags", ASK(fcntl, fd, F_GETFD, 0L), 0);
	told("copy", "ioctl", ASK(ioctl, fd, _IOW(0x94, 9, int), (long)BAD_FD),
	     "'fd':%d,'new_fd':%ld,'path2':'$DIR/d/f','length':0", BAD_FD, fd);
	told("close", "close", ASK(close, fd + 1), "'fd':%ld,'path':'$DIR/d/f'", fd + 1);
	told("close", "close", ASK(close, fd + 1), "'fd':%ld", fd + 1);
	told("close", "close_range", ASK(close_range, 20, 25, 0), "'fd':20,'path':'$DIR/d/f'");
	told("open", "open_by_handle_at", ASK(open_by_handle_at, BAD_FD, room, O_RDONLY),
	     "'flags':['O_RDONLY']");
	struct open_how how = {.flags = O_WRONLY | O_CREAT, .mode = 0600};
	long made = ASK(openat2, AT_FDCWD, "made", &how, sizeof how);
	told("open", "openat2", made,
	     "%s,'fd':%ld,'flags':['O_WRONLY','O_CREAT'],'mode':'0600','created':true,'directory':false",
	     at("made"), made);
#ifdef SYS_open
	told("dup", "dup2", ASK(dup2, fd, 21), "'fd':%ld,'new_fd':21,'path':'$DIR/d/f'", fd);
	told("open", "open", ASK(open, "missing", O_RDONLY, 0), "%s,'flags':['O_RDONLY']", at("missing"));
	told("open", "creat", ASK(creat, "missing/x", 0600),
	     "%s,'flags':['O_WRONLY','O_CREAT','O_TRUNC'],'mode':'0600','created':false", at("missing/x"));
#endif
}

static void
expect_child(const char *call, int parent, int status)
{
	char members[64];

	expect_forked(call, parent, parent, getpid());
	snprintf(members, sizeof members, "'status':%d", status);
	expect_exit("_exit", getpid(), members);
}

static void
ask_to_wait(long child, int status)
{
	char members[64];
	int got;
	long result = ASK(wait4, child, &got, 0, NULL);

	snprintf(members, sizeof members, "'status':%d", status);
	expect_wait("wait4", result, (int)child, members);
}

static void
ask_for_processes(void)
{
	int parent = getpid();
	char *nothing[] = {"nothing", NULL};
	long child = ASK(clone, SIGCHLD, 0L, 0L, 0L, 0L);

	if (child == 0) {
		expect_child("clone", parent, 3);
		ASK(exit_group, 3);
	}
	ask_to_wait(child, 3);
	struct clone_args how = {.exit_signal = SIGCHLD};
	child = ASK(clone3, &how, sizeof how);
	if (child == 0) {
		expect_child("clone", parent, 4);
		ASK(exit, 4);
	}
	if (child > 0)
		ask_to_wait(child, 4);
	else
		told("fork", "clone", child, "%s", "");
#ifdef SYS_open
	child = ASK(fork);
	if (child == 0) {
		expect_child("fork", parent, 5);
		_exit(5);
	}
	siginfo_t ended;
	long result = ASK(waitid, P_PID, child, &ended, WEXITED, NULL);
	expect_wait("waitid", result, (int)child, "'status':5");
#endif
	told("exec", "execve", ASK(execve, "missing", nothing, environ), "%s,'argv':['nothing']",
	     at("missing"));
	told("exec", "execveat", ASK(execveat, directory_fd, "missing", nothing, environ, 0),
	     "%s,'argv':['nothing']", at_in("d", "missing"));
}

static void
perform_syscall(void)
{
	ask_for_looks();
	ask_for_names();
	ask_for_metadata();
	ask_for_attributes();
	ask_for_descriptors();
	ask_for_processes();
	/* What has no twin passes through. */
	say("page", ASK(mincore, unmapped, 1L, room), errno);
	say("no such call", syscall(100000), errno);
	told("chdir", "chdir", ASK(chdir, "dl"), "%s", at("dl"));
	told("access", "faccessat", ASK(faccessat, AT_FDCWD, "f", F_OK), "%s,'mode':'F_OK'", at_in("d", "f"));
	told("chdir", "fchdir", ASK(fchdir, directory_fd), "'fd':%d,'path':'$DIR/d'", directory_fd);
	told("chroot", "chroot", ASK(chroot, "f"), "%s", at_in("d", "f"));
}

/* They are no events; a path afterwards is right. */
static void
perform_unshare(void)
{
	say("nothing", unshare(0), errno);
	say("wrong", unshare(-1), errno);
	told("access", "access", access("f", F_OK), "%s,'mode':'F_OK'", at("f"));
}

static void
perform_setns(void)
{
	say("no namespace", setns(file_fd, 0), errno);
	say("no descriptor", setns(BAD_FD, 0), errno);
	told("access", "access", access("f", F_OK), "%s,'mode':'F_OK'", at("f"));
}

int pivot_root(const char *new_root, const char *put_old);

static void
perform_pivot_root(void)
{
	say("no mount", pivot_root("d", "d"), errno);
	say("missing", pivot_root("missing", "d"), errno);
	told("access", "access", access("f", F_OK), "%s,'mode':'F_OK'", at("f"));
}

/* Told where it takes from us what we need (tests/runs shows that); else nothing. */
static void
perform_prctl(void)
{
	char name[16] = "";

	say("set", prctl(PR_SET_NAME, "interpose", 0, 0, 0), 0);
	say("get", prctl(PR_GET_NAME, name, 0, 0, 0), strcmp(name, "interpose"));
	say("by number", ASK(prctl, PR_GET_DUMPABLE, 0L, 0L, 0L, 0L), 0);
	say("wrong", prctl(12345, 0, 0, 0, 0), errno);
}

#define CASE(name)                    \
	{                             \
#name, perform_##name \
	}
static const struct call calls[] = {
    CASE(syscall), CASE(unshare), CASE(setns), CASE(pivot_root), CASE(prctl),
};

int
main(int argc, char **argv)
{
	(void)argc;
	return predict(argv, calls, COUNT(calls));
}
