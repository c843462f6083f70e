/*
 * test_processes.c - what the model makes of records: each test gives records and writes down every event
 * that comes out. The paths lead nowhere, so that no link of this machine's is followed.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include "model.h"

/* The identity that model.h's starts tell, as events show it. */
#define IDENTITY(ppid, started) " uid=1 gid=3 euid=2 egid=4 ppid=" ppid " pgid=50 sid=40 started=" started
#define BY_FORK(pid, ppid, started, exe, cwd) \
	pid " start" IDENTITY(ppid, started) " by=fork shim=1 exe=" exe " cwd=" cwd " argv=" exe ",-x\n"
#define BY_EXEC(pid, ppid, started, exe, cwd) \
	pid " start" IDENTITY(ppid, started) " by=exec shim=1 exe=" exe " cwd=" cwd " argv=" exe ",-x\n"
#define EXEC(pid, exe) pid " exec path=" exe " argv=" exe ",-x\n"

static struct model model;

/* Process 1 runs /n/make in /n/src; it came from outside. */
static int
set_up(void **state)
{
	(void)state;
	model_open(&model);
	image(&model, 1, 99, 500, "/n/make", "/n/src");
	expect(&model, EXEC("1", "/n/make") BY_EXEC("1", "99", "500", "/n/make", "/n/src"));
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	model_close(&model);
	return 0;
}

/* A child of 1 reports in, and nothing else is of interest. */
static void
child(uint32_t pid)
{
	told_fork(&model, 1, pid);
	forked(&model, pid, 1, 600 + pid);
	model.told.length = 0;
}

static void
test_fork(void **state)
{
	(void)state;
	told_fork(&model, 1, 2);
	forked(&model, 2, 1, 501);
	did(&model, 2, CALL_stat, 0, "isi", 0, "x", 1);
	did(&model, 1, CALL_fork, EAGAIN, "ii", -1, -1);
	expect(&model,
	       "1 fork:fork ret=2 child=2\n" BY_FORK(
		   "2", "1", "501", "/n/make", "/n/src") "2 stat:stat ret=0 follow=1 path=/n/src/x arg=x\n"
							 "1 fork:fork EAGAIN ret=-1\n");
}

static void
test_cwd(void **state)
{
	(void)state;
	did(&model, 1, CALL_chdir, 0, "iis", 0, AT_FDCWD, "sub");
	did(&model, 1, CALL_access, 0, "isi", 0, "x", R_OK);
	did(&model, 1, CALL_chdir, ENOENT, "iis", -1, AT_FDCWD, "none");
	did(&model, 1, CALL_access, 0, "isi", 0, "x", R_OK);
	did(&model, 1, CALL_chdir, 0, "iis", 0, AT_FDCWD, "../../other");
	did(&model, 1, CALL_access, ENOENT, "isi", -1, "x", F_OK);
	did(&model, 1, NOTE_CWD, 0, "s", "/n/told");
	did(&model, 1, CALL_access, 0, "isi", 0, "/n/told/y", W_OK);
	did(&model, 1, NOTE_CWD, 0, "s", "(unreachable)/z");
	did(&model, 1, NOTE_CWD, 0, "s", NULL);
	opened(&model, 1, 5, "dir", O_DIRECTORY);
	did(&model, 1, CALL_fchdir, 0, "ii", 0, 5);
	did(&model, 1, CALL_fchdir, EBADF, "ii", -1, 6);
	did(&model, 1, CALL_access, 0, "isi", 0, "y", X_OK);
	expect(&model, "1 chdir:chdir ret=0 path=/n/src/sub arg=sub\n"
		       "1 access:access ret=0 mode=4 path=/n/src/sub/x arg=x\n"
		       "1 chdir:chdir ENOENT ret=-1 path=/n/src/sub/none arg=none\n"
		       "1 access:access ret=0 mode=4 path=/n/src/sub/x arg=x\n"
		       "1 chdir:chdir ret=0 path=/n/other arg=../../other\n"
		       "1 access:access ENOENT ret=-1 mode=0 path=/n/other/x arg=x\n"
		       "1 access:access ret=0 mode=2 path=/n/told/y\n"
		       "1 open:open ret=5 fd=5 flags=65536 directory=1 path=/n/told/dir arg=dir\n"
		       "1 chdir:fchdir ret=0 fd=5 path=/n/told/dir\n"
		       "1 chdir:fchdir EBADF ret=-1 fd=6\n"
		       "1 access:access ret=0 mode=1 path=/n/told/dir/y arg=y\n");
}

static void
test_chroot(void **state)
{
	(void)state;
	did(&model, 1, CALL_chroot, 0, "iis", 0, AT_FDCWD, "jail");
	did(&model, 1, CALL_access, 0, "isi", 0, "/etc/x", R_OK);
	did(&model, 1, CALL_access, 0, "isi", 0, "x", R_OK);
	did(&model, 1, CALL_chdir, 0, "iis", 0, AT_FDCWD, "/");
	did(&model, 1, CALL_access, 0, "isi", 0, "../../x", R_OK);
	expect(&model, "1 chroot:chroot ret=0 path=/n/src/jail arg=jail\n"
		       "1 access:access ret=0 mode=4 path=/n/src/jail/etc/x arg=/etc/x\n"
		       "1 access:access ret=0 mode=4 path=/n/src/x arg=x\n"
		       "1 chdir:chdir ret=0 path=/n/src/jail arg=/\n"
		       "1 access:access ret=0 mode=4 path=/n/src/jail/x arg=../../x\n");
}

static void
test_dirfd(void **state)
{
	(void)state;
	did(&model, 1, CALL_openat, 0, "iisiii", 3, AT_FDCWD, "a", O_PATH, 0, 0);
	did(&model, 1, CALL_openat, 0, "iisiii", 4, 3, "b/c", O_RDONLY, 0, 0);
	did(&model, 1, CALL_openat, 0, "iisiii", 5, 4, "../d", O_RDONLY, 0, 0);
	did(&model, 1, CALL_openat, ENOENT, "iisiii", -1, 5, "e", O_RDONLY, 0, 0);
	did(&model, 1, CALL_openat, 0, "iisiii", 6, 5, "/n/f", O_RDONLY, 0, 0);
	did(&model, 1, CALL_openat, 0, "iisiii", 7, 77, "g", O_RDONLY, 0, 0);
	did(&model, 1, NOTE_DESCRIPTOR, 0, "is", 77, "/n/told");
	did(&model, 1, CALL_openat, 0, "iisiii", 8, 77, "g", O_RDONLY, 0, 0);
	did(&model, 1, CALL_renameat, 0, "iisis", 0, 4, "x", 77, "y");
	expect(&model, "1 open:openat ret=3 fd=3 flags=2097152 path=/n/src/a arg=a\n"
		       "1 open:openat ret=4 fd=4 flags=0 path=/n/src/a/b/c arg=b/c\n"
		       "1 open:openat ret=5 fd=5 flags=0 path=/n/src/a/b/d arg=../d\n"
		       "1 open:openat ENOENT ret=-1 flags=0 path=/n/src/a/b/d/e arg=e\n"
		       "1 open:openat ret=6 fd=6 flags=0 path=/n/f\n"
		       "1 open:openat ret=7 fd=7 flags=0 arg=g\n"
		       "1 open:openat ret=8 fd=8 flags=0 path=/n/told/g arg=g\n"
		       "1 rename:renameat ret=0 path=/n/src/a/b/c/x arg=x path2=/n/told/y arg2=y\n");
}

/* The copies stand for the file until they are closed, and across an exec where they aren't FD_CLOEXEC. */
static void
test_descriptors_over_exec(void **state)
{
	(void)state;
	opened(&model, 1, 3, "a", O_RDONLY);
	opened(&model, 1, 4, "b", O_WRONLY | O_CLOEXEC);
	did(&model, 1, CALL_dup, 0, "iiii", 5, 4, 5, 0);
	did(&model, 1, CALL_dup2, 0, "iiii", 3, 4, 3, 0);
	did(&model, 1, CALL_dup3, 0, "iiii", 6, 5, 6, O_CLOEXEC);
	did(&model, 1, CALL_fcntl, 0, "iiii", 7, 6, 7, 0);
	did(&model, 1, CALL_fcntl, 0, "iiii", 8, 6, 8, 0);
	did(&model, 1, CALL_fcntl, 0, "iiii", 0, 8, -1, O_CLOEXEC);
	did(&model, 1, CALL_fcntl, 0, "iiii", 0, 4, -1, 0);
	did(&model, 1, CALL_dup, EBADF, "iiii", -1, 99, -1, 0);
	did(&model, 1, CALL_dup2, 0, "iiii", 9, 99, 9, 0);
	expect(&model, "1 open:open ret=3 fd=3 flags=0 path=/n/src/a arg=a\n"
		       "1 open:open ret=4 fd=4 flags=524289 directory=0 path=/n/src/b arg=b\n"
		       "1 dup:dup ret=5 fd=4 new_fd=5 path=/n/src/b\n"
		       "1 dup:dup2 ret=3 fd=4 new_fd=3 path=/n/src/b\n"
		       "1 dup:dup3 ret=6 fd=5 new_fd=6 flags=524288 path=/n/src/b\n"
		       "1 dup:fcntl ret=7 fd=6 new_fd=7 path=/n/src/b\n"
		       "1 dup:fcntl ret=8 fd=6 new_fd=8 path=/n/src/b\n"
		       "1 dup:dup EBADF ret=-1 fd=99\n"
		       "1 dup:dup2 ret=9 fd=99 new_fd=9\n");
	image(&model, 1, 99, 500, "/n/cc", "/n/src");
	expect(&model, EXEC("1", "/n/cc") BY_EXEC("1", "99", "500", "/n/cc", "/n/src"));
	for (int fd = 3; fd <= 9; fd++)
		did(&model, 1, CALL_close, 0, "ii", 0, fd);
	did(&model, 1, CALL_close, EBADF, "ii", -1, 3);
	expect(&model, "1 close:close ret=0 fd=3 path=/n/src/b\n"
		       "1 close:close ret=0 fd=4 path=/n/src/b\n"
		       "1 close:close ret=0 fd=5 path=/n/src/b\n"
		       "1 close:close ret=0 fd=6\n"
		       "1 close:close ret=0 fd=7 path=/n/src/b\n"
		       "1 close:close ret=0 fd=8\n"
		       "1 close:close ret=0 fd=9\n"
		       "1 close:close EBADF ret=-1 fd=3\n");
}

/* A child has what its parent had at the fork; from then on each has its own. */
static void
test_fork_inherits(void **state)
{
	(void)state;
	opened(&model, 1, 3, "a", O_RDWR);
	child(2);
	did(&model, 1, CALL_close, 0, "ii", 0, 3);
	did(&model, 1, CALL_chdir, 0, "iis", 0, AT_FDCWD, "p");
	did(&model, 2, CALL_fstat, 0, "ii", 0, 3);
	did(&model, 2, CALL_chdir, 0, "iis", 0, AT_FDCWD, "c");
	opened(&model, 2, 4, "x", O_RDWR);
	opened(&model, 1, 3, "x", O_RDWR);
	did(&model, 1, CALL_fstat, 0, "ii", 0, 4);
	expect(&model, "1 close:close ret=0 fd=3 path=/n/src/a\n"
		       "1 chdir:chdir ret=0 path=/n/src/p arg=p\n"
		       "2 stat:fstat ret=0 fd=3 path=/n/src/a\n"
		       "2 chdir:chdir ret=0 path=/n/src/c arg=c\n"
		       "2 open:open ret=4 fd=4 flags=2 directory=0 path=/n/src/c/x arg=x\n"
		       "1 open:open ret=3 fd=3 flags=2 directory=0 path=/n/src/p/x arg=x\n"
		       "1 stat:fstat ret=0 fd=4\n");
}

/* A vfork child stands in its parent's stream; what it does to itself doesn't touch the parent. */
static void
test_vfork_child(void **state)
{
	(void)state;
	opened(&model, 1, 3, "log", O_WRONLY | O_CREAT);
	opened(&model, 1, 1, "out", O_WRONLY);
	model.told.length = 0;
	did(&model, 1, CALL_vfork, 0, "ii", PID_BASE + 2, PID_BASE + 2);
	forked(&model, 2, 1, 502);
	did(&model, 2, CALL_chdir, 0, "iis", 0, AT_FDCWD, "sub");
	did(&model, 2, CALL_dup2, 0, "iiii", 1, 3, 1, 0);
	did(&model, 2, CALL_close, 0, "ii", 0, 3);
	did(&model, 2, NOTE_EXEC, 0, "iisiisv", CALL_execve, AT_FDCWD, "cc", 0, 0, NULL,
	    ((const char *const[]){"/n/cc", "-x", NULL}));
	did(&model, 1, CALL_fstat, 0, "ii", 0, 1);
	did(&model, 1, CALL_fstat, 0, "ii", 0, 3);
	did(&model, 1, CALL_access, 0, "isi", 0, "x", 0);
	image(&model, 2, 1, 502, "/n/cc", "/n/src/sub");
	did(&model, 2, CALL_fstat, 0, "ii", 0, 1);
	expect(&model, "1 fork:vfork ret=2 child=2\n" BY_FORK(
			   "2", "1", "502", "/n/make",
			   "/n/src") "2 chdir:chdir ret=0 path=/n/src/sub arg=sub\n"
				     "2 dup:dup2 ret=1 fd=3 new_fd=1 path=/n/src/log\n"
				     "2 close:close ret=0 fd=3 path=/n/src/log\n"
				     "1 stat:fstat ret=0 fd=1 path=/n/src/out\n"
				     "1 stat:fstat ret=0 fd=3 path=/n/src/log\n"
				     "1 access:access ret=0 mode=0 path=/n/src/x arg=x\n"
				     "2 exec:execve ret=0 path=/n/src/sub/cc arg=cc argv=/n/cc,-x\n" BY_EXEC(
					 "2", "1", "502", "/n/cc",
					 "/n/src/sub") "2 stat:fstat ret=0 fd=1 path=/n/src/log\n");
}

static void
try_exec(uint32_t pid, const char *path, int error, int untraced, const char *interpreter)
{
	did(&model, pid, NOTE_EXEC, error, "iisiisv", CALL_execvp, AT_FDCWD, path, 0, untraced, interpreter,
	    ((const char *const[]){"cc", "-c", NULL}));
}

/* Two places of PATH fail, the third is it: a script. */
static void
test_exec(void **state)
{
	(void)state;
	child(2);
	try_exec(2, "/n/bin/cc", 0, 0, NULL);
	try_exec(2, "/n/bin/cc", ENOENT, 0, NULL);
	try_exec(2, "bin/cc", EACCES, 0, NULL);
	try_exec(2, "/n/lib/cc", 0, 0, "/n/sh");
	image(&model, 2, 1, 602, "/n/sh", "/n/src");
	expect(&model,
	       "2 exec:execvp ENOENT ret=-1 path=/n/bin/cc argv=cc,-c\n"
	       "2 exec:execvp EACCES ret=-1 path=/n/src/bin/cc arg=bin/cc argv=cc,-c\n"
	       "2 exec:execvp ret=0 path=/n/lib/cc argv=cc,-c\n"
	       "2 start" IDENTITY(
		   "1", "602") " by=exec shim=1 exe=/n/sh cwd=/n/src interpreter=/n/sh argv=/n/sh,-x\n");
	/* The next exec is another. */
	image(&model, 2, 1, 602, "/n/as", "/n/src");
	expect(&model, EXEC("2", "/n/as") BY_EXEC("2", "1", "602", "/n/as", "/n/src"));
}

/* An exec of what can't report in shows by the process's end, or by children that it can't have made before.
 */
static void
test_untraced(void **state)
{
	(void)state;
	child(2);
	try_exec(2, "/n/static", 0, UNTRACED_STATIC + 1, NULL);
	waited(&model, 1, 2, 3 << 8);
	expect(&model, "2 exec:execvp ret=0 path=/n/static argv=cc,-c\n"
		       "2 untraced reason=static path=/n/static\n"
		       "2 start" IDENTITY("1", "602") " by=exec shim=0 exe=/n/static cwd=/n/src argv=cc,-c\n"
						      "2 exit status=3\n"
						      "1 wait:waitpid ret=2 child=2 status=3\n");
	child(3);
	try_exec(3, "/n/silent", 0, 0, NULL);
	image(&model, 4, 3, 700, "/n/traced", "/n/src");
	expect(&model,
	       "3 exec:execvp ret=0 path=/n/silent argv=cc,-c\n"
	       "3 untraced reason=silent path=/n/silent\n"
	       "3 start" IDENTITY(
		   "1", "603") " by=exec shim=0 exe=/n/silent cwd=/n/src argv=cc,-c\n"
			       "3 fork child=4\n"
			       "4 start uid=1 gid=3 euid=2 egid=4 ppid=3 pgid=50 sid=40 started=700 by=fork "
			       "shim=0 exe=/n/silent cwd=/n/src argv=cc,-c\n" EXEC("4", "/n/traced")
				   BY_EXEC("4", "3", "700", "/n/traced", "/n/src"));
	waited(&model, 1, 3, SIGSEGV | 0x80);
	expect(&model, "3 exit signal=11 core=1\n1 wait:waitpid ret=3 child=3 signal=11 core=1\n");
	assert_int_equal(processes_totals(model.processes).untraced, 2);
	assert_int_equal(processes_totals(model.processes).processes, 4);
	assert_int_equal(processes_totals(model.processes).events, model.events);
}

/* Whoever tells first: the process itself, once or more often; or who waits for it. */
static void
test_exit_once(void **state)
{
	(void)state;
	child(2);
	did(&model, 2, CALL_exit, 0, "i", 5 << 8);
	did(&model, 2, CALL_access, 0, "isi", 0, "handler", 0);
	did(&model, 2, NOTE_EXIT, 0, "i", 5);
	did(&model, 2, CALL__exit, 0, "i", 6 << 8);
	did(&model, 2, NOTE_EXIT, 0, "i", 7);
	waited(&model, 1, 2, 5 << 8);
	did(&model, 1, CALL_waitpid, ECHILD, "iii", -1, -1, 0);
	expect(&model, "2 access:access ret=0 mode=0 path=/n/src/handler arg=handler\n"
		       "2 exit:exit status=5\n"
		       "1 wait:waitpid ret=2 child=2 status=5\n"
		       "1 wait:waitpid ECHILD ret=-1\n");
	child(3);
	did(&model, 3, CALL__exit, 0, "i", 0);
	did(&model, 1, CALL_wait, 0, "iii", PID_BASE + 3, PID_BASE + 3, 0);
	expect(&model, "3 exit:_exit status=0\n1 wait:wait ret=3 child=3 status=0\n");
	/* Caught, and then killed: abort was called and didn't end it. */
	child(4);
	did(&model, 4, CALL_abort, 0, "i", SIGABRT);
	did(&model, 1, CALL_waitid, 0, "iii", 0, PID_BASE + 4, SIGKILL);
	expect(&model, "4 exit signal=9 core=0\n1 wait:waitid ret=0 child=4 signal=9 core=0\n");
	assert_int_equal(model.ended, 3);
	/* Stopped is not ended, and no event. */
	child(5);
	waited(&model, 1, 5, SIGSTOP << 8 | 0x7f);
	waited(&model, 1, 5, 0xffff);
	did(&model, 5, CALL_access, 0, "isi", 0, "x", 0);
	waited(&model, 1, 5, SIGTERM);
	expect(&model, "5 access:access ret=0 mode=0 path=/n/src/x arg=x\n"
		       "5 exit signal=15 core=0\n"
		       "1 wait:waitpid ret=5 child=5 signal=15 core=0\n");
}

/* Killed before it told of itself: it has its start all the same. The start time is reckoned, so it isn't
 * compared. */
static void
test_killed_at_once(void **state)
{
	(void)state;
	told_fork(&model, 1, 2);
	waited(&model, 1, 2, SIGKILL);
	line_byte(&model.told, '\0');
	assert_non_null(
	    strstr(model.told.data, "\n2 start uid=1 gid=3 euid=2 egid=4 ppid=1 pgid=50 sid=40 started="));
	assert_non_null(strstr(model.told.data, " by=fork shim=1 exe=/n/make cwd=/n/src argv=/n/make,-x\n"
						"2 exit signal=9 core=0\n"
						"1 wait:waitpid ret=2 child=2 signal=9 core=0\n"));
	model.told.length = 0;
	/* A wait for one that nobody knows. */
	waited(&model, 1, 44, 0);
	expect(&model, "1 wait:waitpid ret=44 child=44 status=0\n");
}

/* The shell that libc starts tells of itself; its fork is system's or popen's. */
static void
test_shells(void **state)
{
	(void)state;
	did(&model, 1, CALL_system, 0, "iii", 0, 1, 0);
	image(&model, 2, 1, 510, "/n/sh", "/n/src");
	did(&model, 2, NOTE_EXIT, 0, "i", 4);
	did(&model, 1, CALL_system, 0, "iii", 4 << 8, 0, 4 << 8);
	expect(&model, "1 fork:system ret=0 child=2\n" BY_FORK("2", "1", "510", "/n/make", "/n/src")
			   EXEC("2", "/n/sh") BY_EXEC("2", "1", "510", "/n/sh",
						      "/n/src") "2 exit status=4\n"
								"1 wait:system ret=1024 child=2 status=4\n");
	did(&model, 1, CALL_popen, 0, "ii", PID_BASE + 3, 7);
	expect(&model, "1 fork:popen ret=0 child=3\n");
	image(&model, 3, 1, 511, "/n/sh", "/n/src");
	model.told.length = 0;
	did(&model, 1, CALL_pclose, 0, "ii", 7, SIGPIPE);
	expect(&model, "3 exit signal=13 core=0\n1 wait:pclose ret=13 child=3 signal=13 core=0\n");
	/* Nobody reported in. */
	did(&model, 1, CALL_system, 0, "iii", 0, 1, 0);
	did(&model, 1, CALL_system, 0, "iii", 127 << 8, 0, 127 << 8);
	did(&model, 1, CALL_popen, EMFILE, "ii", 0, -1);
	did(&model, 1, CALL_pclose, ECHILD, "ii", 8, -1);
	expect(&model, "1 fork:system ret=0\n1 fork:popen EMFILE ret=0\n1 wait:pclose ECHILD ret=-1\n");
}

/* Two threads are in system at once: which shell is whose can't be known, so none is taken for the other's.
 */
static void
test_shells_of_threads(void **state)
{
	(void)state;
	thread_did(&model, 1, 11, CALL_system, 0, "iii", 0, 1, 0);
	thread_did(&model, 1, 12, CALL_system, 0, "iii", 0, 1, 0);
	image(&model, 2, 1, 510, "/n/sh", "/n/src");
	image(&model, 3, 1, 511, "/n/sh", "/n/src");
	model.told.length = 0;
	thread_did(&model, 1, 12, CALL_system, 0, "iii", 1 << 8, 0, 1 << 8);
	did(&model, 2, CALL_access, 0, "isi", 0, "x", 0);
	did(&model, 3, NOTE_EXIT, 0, "i", 1);
	thread_did(&model, 1, 11, CALL_system, 0, "iii", 0, 0, 0);
	did(&model, 2, NOTE_EXIT, 0, "i", 0);
	expect(&model, "1/12 fork:system ret=0\n"
		       "2 access:access ret=0 mode=0 path=/n/src/x arg=x\n"
		       "3 exit status=1\n"
		       "1/11 fork:system ret=0\n"
		       "2 exit status=0\n");
	thread_did(&model, 1, 11, CALL_system, 0, "iii", 0, 1, 0);
	image(&model, 4, 1, 512, "/n/sh", "/n/src");
	model.told.length = 0;
	thread_did(&model, 1, 11, CALL_system, 0, "iii", 0, 0, 0);
	expect(&model, "4 exit status=0\n1/11 wait:system ret=0 child=4 status=0\n");
}

/* A child tells of itself before its parent's record comes: the fork is told once, and first. */
static void
test_adopted(void **state)
{
	(void)state;
	forked(&model, 2, 1, 510);
	told_fork(&model, 1, 2);
	did(&model, 2, CALL_access, 0, "isi", 0, "x", 0);
	expect(&model,
	       "1 fork child=2\n" BY_FORK("2", "1", "510", "/n/make",
					  "/n/src") "2 access:access ret=0 mode=0 path=/n/src/x arg=x\n");
	/* One whose parent nobody knows came from outside. */
	image(&model, 3, 77, 520, "/n/x", "/n");
	expect(&model, EXEC("3", "/n/x") BY_EXEC("3", "77", "520", "/n/x", "/n"));
	/* One of whose start nothing was told. */
	did(&model, 4, CALL_access, 0, "isi", 0, "/n/x", 0);
	line_byte(&model.told, '\0');
	assert_non_null(strstr(model.told.data, "4 start started="));
	assert_non_null(
	    strstr(model.told.data, " by=attach shim=0 argv=\n4 access:access ret=0 mode=0 path=/n/x\n"));
}

/* A pid that comes again is another process, whether the end of the one before was seen or not. */
static void
test_pid_again(void **state)
{
	(void)state;
	child(2);
	opened(&model, 2, 3, "a", O_RDONLY);
	did(&model, 2, NOTE_EXIT, 0, "i", 0);
	model.told.length = 0;
	told_fork(&model, 1, 2);
	forked(&model, 2, 1, 900);
	did(&model, 2, CALL_fstat, 0, "ii", 0, 3);
	expect(&model, "1 fork:fork ret=2 child=2\n" BY_FORK("2", "1", "900", "/n/make",
							     "/n/src") "2 stat:fstat ret=0 fd=3\n");
	/* Its end wasn't seen: the next fork shows that it is gone. */
	told_fork(&model, 1, 2);
	forked(&model, 2, 1, 950);
	expect(&model, "2 exit\n1 fork:fork ret=2 child=2\n" BY_FORK("2", "1", "950", "/n/make", "/n/src"));
	/* And here the start time does, of an image and of a forked child that tell of themselves first. */
	image(&model, 2, 1, 960, "/n/cc", "/n");
	expect(&model, "2 exit\n1 fork child=2\n" BY_FORK("2", "1", "960", "/n/make", "/n/src")
			   EXEC("2", "/n/cc") BY_EXEC("2", "1", "960", "/n/cc", "/n"));
	forked(&model, 2, 1, 970);
	expect(&model, "2 exit\n1 fork child=2\n" BY_FORK("2", "1", "970", "/n/make", "/n/src"));
	assert_int_equal(processes_totals(model.processes).processes, 6);
}

static void
test_rename(void **state)
{
	(void)state;
	opened(&model, 1, 3, "d/sub", O_DIRECTORY);
	opened(&model, 1, 4, "d", O_RDONLY);
	opened(&model, 1, 5, "dd", O_RDONLY);
	child(2);
	did(&model, 2, CALL_chdir, 0, "iis", 0, AT_FDCWD, "d/sub/deep");
	model.told.length = 0;
	did(&model, 1, CALL_rename, ENOENT, "iss", -1, "d", "f");
	did(&model, 1, CALL_rename, 0, "iss", 0, "d", "e");
	did(&model, 1, CALL_openat, 0, "iisiii", 6, 3, "x", 0, 0, 0);
	did(&model, 2, CALL_access, 0, "isi", 0, "../x", 0);
	did(&model, 1, CALL_fstat, 0, "ii", 0, 4);
	did(&model, 2, CALL_fstat, 0, "ii", 0, 5);
	expect(&model, "1 rename:rename ENOENT ret=-1 path=/n/src/d arg=d path2=/n/src/f arg2=f\n"
		       "1 rename:rename ret=0 path=/n/src/d arg=d path2=/n/src/e arg2=e\n"
		       "1 open:openat ret=6 fd=6 flags=0 path=/n/src/e/sub/x arg=x\n"
		       "2 access:access ret=0 mode=0 path=/n/src/e/sub/x arg=../x\n"
		       "1 stat:fstat ret=0 fd=4 path=/n/src/e\n"
		       "2 stat:fstat ret=0 fd=5 path=/n/src/dd\n");
}

static void
test_close_range(void **state)
{
	(void)state;
	for (int fd = 3; fd <= 8; fd++)
		opened(&model, 1, fd, "a", fd == 5 ? O_WRONLY : O_RDONLY);
	model.told.length = 0;
	did(&model, 1, CALL_close_range, 0, "iiii", 0, 4, 5, 0);
	did(&model, 1, CALL_close_range, 0, "iiii", 0, 6, 7, 4);
	did(&model, 1, CALL_fstat, 0, "ii", 0, 4);
	did(&model, 1, CALL_fstat, 0, "ii", 0, 6);
	image(&model, 1, 99, 500, "/n/cc", "/n/src");
	did(&model, 1, CALL_closefrom, 0, "iiii", 0, 3, -1, 0);
	expect(&model, "1 close:close_range ret=0 fd=4 written=0 path=/n/src/a\n"
		       "1 close:close_range ret=0 fd=5 path=/n/src/a\n"
		       "1 stat:fstat ret=0 fd=4\n"
		       "1 stat:fstat ret=0 fd=6 path=/n/src/a\n" EXEC("1", "/n/cc")
			   BY_EXEC("1", "99", "500", "/n/cc",
				   "/n/src") "1 close:closefrom ret=0 fd=3 written=0 path=/n/src/a\n"
					     "1 close:closefrom ret=0 fd=8 written=0 path=/n/src/a\n");
}

static void
test_shared_memory(void **state)
{
	(void)state;
	did(&model, 1, CALL_shm_open, 0, "iisiii", 3, AT_FDCWD, "/seg", O_RDWR | O_CREAT, 0600, 2);
	did(&model, 1, CALL_shm_open, ENOENT, "iisiii", -1, AT_FDCWD, "none", O_RDONLY, 0, 0);
	did(&model, 1, CALL_ftruncate, 0, "iil", 0, 3, INT64_C(1) << 33);
	did(&model, 1, CALL_mmap, 0, "iii", 3, PROT_READ | PROT_WRITE, MAP_SHARED);
	did(&model, 1, CALL_shm_unlink, 0, "is", 0, "/seg");
	did(&model, 1, CALL_sem_unlink, EACCES, "is", -1, "/s");
	expect(
	    &model,
	    "1 open:shm_open ret=3 fd=3 flags=66 mode=384 created=1 directory=0 path=/dev/shm/seg arg=/seg\n"
	    "1 open:shm_open ENOENT ret=-1 flags=0 path=/dev/shm/none arg=none\n"
	    "1 truncate:ftruncate ret=0 fd=3 length=8589934592 path=/dev/shm/seg\n"
	    "1 mmap:mmap ret=0 fd=3 protection=3 shared=1 path=/dev/shm/seg\n"
	    "1 unlink:shm_unlink ret=0 path=/dev/shm/seg arg=/seg\n"
	    "1 unlink:sem_unlink EACCES ret=-1 path=/dev/shm/sem.s arg=/s\n");
}

/* Whether an open made its file: asked, not asked, failed. */
static void
test_created(void **state)
{
	(void)state;
	did(&model, 1, CALL_open, 0, "iisiii", 3, AT_FDCWD, "new", O_WRONLY | O_CREAT, 0644, 2);
	did(&model, 1, CALL_open, 0, "iisiii", 4, AT_FDCWD, "old", O_WRONLY | O_CREAT, 0644, 1);
	did(&model, 1, CALL_open, 0, "iisiii", 5, AT_FDCWD, "x", O_WRONLY | O_CREAT, 0644, 0);
	did(&model, 1, CALL_open, EEXIST, "iisiii", -1, AT_FDCWD, "old", O_WRONLY | O_CREAT | O_EXCL, 0644,
	    2);
	did(&model, 1, CALL_open, ENOENT, "iisiii", -1, AT_FDCWD, "", O_RDONLY, 0, 0);
	did(&model, 1, CALL_open, EFAULT, "iisiii", -1, AT_FDCWD, NULL, O_RDONLY, 0, 0);
	did(&model, 1, CALL_open, 0, "iisiii", 6, AT_FDCWD, ".", O_RDWR | O_TMPFILE, 0600, 0);
	expect(&model,
	       "1 open:open ret=3 fd=3 flags=65 mode=420 created=1 directory=0 path=/n/src/new arg=new\n"
	       "1 open:open ret=4 fd=4 flags=65 mode=420 created=0 directory=0 path=/n/src/old arg=old\n"
	       "1 open:open ret=5 fd=5 flags=65 mode=420 directory=0 path=/n/src/x arg=x\n"
	       "1 open:open EEXIST ret=-1 flags=193 mode=420 created=0 path=/n/src/old arg=old\n"
	       "1 open:open ENOENT ret=-1 flags=0 arg=\n"
	       "1 open:open EFAULT ret=-1 flags=0\n"
	       "1 open:open ret=6 fd=6 flags=4259842 mode=384 directory=0 path=/n/src arg=.\n");
}

static void
test_loaded(void **state)
{
	(void)state;
	did(&model, 1, NOTE_LOADED, 0, "v", ((const char *const[]){"/n/libc.so", "/n/libm.so", NULL}));
	did(&model, 1, NOTE_LOADED, 0, "v", ((const char *const[]){NULL}));
	expect(&model, "1 load path=/n/libc.so\n1 load path=/n/libm.so\n");
}

/* Bytes that are no record change nothing. */
static void
test_no_record(void **state)
{
	(void)state;
	struct record_head head = {sizeof head + 1, CALL_open, 0, UINT64_MAX};

	errno = 0;
	assert_int_equal(
	    processes_record(model.processes, PID_BASE + 1, PID_BASE + 1, (uint8_t *)&head, sizeof head), -1);
	assert_int_equal(errno, EBADMSG);
	did(&model, 1, CALL_access, 0, "isi", 0, "x", 0);
	expect(&model, "1 access:access ret=0 mode=0 path=/n/src/x arg=x\n");
	assert_int_equal(model.shown, model.time - START_NS);
}

/* A record that comes late is told with the time of what was told last. */
static void
test_late(void **state)
{
	uint64_t before = model.time;

	(void)state;
	did(&model, 1, CALL_access, 0, "isi", 0, "x", 0);
	model.time = 5;
	did(&model, 1, CALL_access, 0, "isi", 0, "y", 0);
	assert_int_equal(model.shown, before + 10 - START_NS);
	expect(&model, "1 access:access ret=0 mode=0 path=/n/src/x arg=x\n1 access:access ret=0 mode=0 "
		       "path=/n/src/y arg=y\n");
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(test_fork),
	    TEST(test_cwd),
	    TEST(test_chroot),
	    TEST(test_dirfd),
	    TEST(test_descriptors_over_exec),
	    TEST(test_fork_inherits),
	    TEST(test_vfork_child),
	    TEST(test_exec),
	    TEST(test_untraced),
	    TEST(test_exit_once),
	    TEST(test_killed_at_once),
	    TEST(test_shells),
	    TEST(test_shells_of_threads),
	    TEST(test_adopted),
	    TEST(test_pid_again),
	    TEST(test_rename),
	    TEST(test_close_range),
	    TEST(test_shared_memory),
	    TEST(test_created),
	    TEST(test_loaded),
	    TEST(test_no_record),
	    TEST(test_late),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
