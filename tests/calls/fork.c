/*
 * fork.c - the calls that make a process or a thread. The child prints its own beginning and end, and the
 * parent waits for it before it does anything else, so that the events have one order.
 */
#include <pthread.h>
#include <pty.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <termios.h>
#include <threads.h>
#include <utmp.h>

#include "predict.h"

static int parent, parent_tid;

static void
look(const char *path)
{
	int result = access(path, F_OK);

	expect_of("access", "access", result, result ? errno : 0, "%s,'mode':'F_OK'", at(path));
}

static void
wait_for(int child, const char *members)
{
	int status, result = waitpid(child, &status, 0);

	expect_wait("waitpid", result, child, members);
}

static void
split(pid_t (*call)(void))
{
	parent = getpid();
	parent_tid = own_tid();
	pid_t child = call();
	if (child == 0) {
		expect_forked(call_name, parent, parent_tid, getpid());
		look("f");
		expect_exit("_exit", getpid(), "'status':7");
		_exit(7);
	}
	wait_for(child, "'status':7");
}

pid_t __fork(void);
pid_t __vfork(void);
int __clone(int (*function)(void *), void *stack, int flags, void *argument, ...);

static void
perform_fork(void)
{
	split(fork);
}

static void
perform___fork(void)
{
	split(__fork);
}

static void
perform__Fork(void)
{
	split(_Fork);
}

/* The child runs on its parent's memory and stack: what it needs stands elsewhere. Its changes of directory
 * and descriptors are its own. */
#define VFORK(name, vfork_name)                                                    \
	static void perform_##name(void)                                           \
	{                                                                          \
		parent = getpid();                                                 \
		parent_tid = own_tid();                                            \
		pid_t child = vfork_name();                                        \
		if (child == 0) {                                                  \
			expect_forked("vfork", parent, parent_tid, getpid());      \
			look("f");                                                 \
			expect_of("chdir", "chdir", chdir("d"), 0, "%s", at("d")); \
			expect_exit("_exit", getpid(), "'status':7");              \
			_exit(7);                                                  \
		}                                                                  \
		look("d/f");                                                       \
		wait_for(child, "'status':7");                                     \
	}

VFORK(vfork, vfork)
VFORK(__vfork, __vfork)

static char stack[256 * 1024] __attribute__((aligned(16)));

static int
run_clone(void *argument)
{
	expect_forked(call_name, parent, parent_tid, getpid());
	look(argument);
	return 7; /* libc ends the child by a system call of its own */
}

static void
split_by_clone(int (*call)(int (*function)(void *), void *stack, int flags, void *argument, ...))
{
	static const int kinds[] = {SIGCHLD, SIGCHLD | CLONE_VM | CLONE_VFORK,
				    SIGCHLD | CLONE_FS | CLONE_FILES};

	parent = getpid();
	parent_tid = own_tid();
	for (size_t i = 0; i < COUNT(kinds); i++) {
		int child = call(run_clone, stack + sizeof stack, kinds[i], "f");
		int status, result = waitpid(child, &status, 0);

		expect_exit(NULL, child, "'status':7");
		expect_wait("waitpid", result, child, "'status':7");
	}
	expect("fork", call(run_clone, NULL, SIGCHLD, "f"), "%s", "");
	expect("fork", call(NULL, stack + sizeof stack, SIGCHLD, "f"), "%s", "");
}

static void
perform_clone(void)
{
	split_by_clone(clone);
}

static void
perform___clone(void)
{
	split_by_clone(__clone);
}

/* Reads or writes a byte: one process lets another go on. */
static void
wait_byte(const int ends[2])
{
	char byte;

	if (read(ends[0], &byte, 1) != 1)
		abort();
}

static void
send_byte(const int ends[2])
{
	if (write(ends[1], "", 1) != 1)
		abort();
}

/* A child becomes the daemon's parent and ends inside the call. */
static void
perform_daemon(void)
{
	int ready[2], go[2], done[2];
	char byte;

	if (pipe(ready) < 0 || pipe(go) < 0 || pipe(done) < 0)
		abort();
	output_fd = (int)quiet(SYS_dup, 1, 0, 0);
	parent = getpid();
	int middle = fork();
	if (middle == 0) {
		expect_forked("fork", parent, parent, getpid());
		middle = getpid();
		if (daemon(0, 0) < 0)
			abort();
		char line[256];
		snprintf(
		    line, sizeof line,
		    "{\"event\":\"fork\",\"call\":\"daemon\",\"pid\":%d,\"tid\":%d,\"ret\":0,\"child\":%d}\n",
		    middle, middle, getpid());
		if (write(output_fd, line, strlen(line)) < 0)
			abort();
		expect_start("fork", middle, "$DIR", program, program_arguments); /* it went on to / later */
		send_byte(ready);
		wait_byte(go);
		/* From the root, without a terminal. */
		int result = access("f", F_OK);
		expect_of("access", "access", result, errno, "'path':'/f','arg':'f','mode':'F_OK'");
		result = close(0);
		expect_of("close", "close", result, 0, "'fd':0,'path':'/dev/null'");
		expect_exit("_exit", getpid(), "'status':9");
		_exit(9);
	}
	quiet(SYS_close, done[1], 0, 0);
	wait_byte(ready);
	int status, result = waitpid(middle, &status, 0);
	expect_exit(NULL, middle, "'status':0");
	expect_wait("waitpid", result, middle, "'status':0");
	send_byte(go);
	if (read(done[0], &byte, 1) != 0) /* until the daemon's end closes it */
		abort();
}

/* The child has a terminal for its standard descriptors. */
static void
perform_forkpty(void)
{
	int terminal = -1;

	output_fd = (int)quiet(SYS_dup, 1, 0, 0);
	parent = getpid();
	int child = forkpty(&terminal, NULL, NULL, NULL);
	if (child == 0) {
		char name[128];

		expect_forked(call_name, parent, parent, getpid());
		if (ttyname_r(0, name, sizeof name) != 0)
			abort();
		int result = close(0);
		expect_of("close", "close", result, 0, "'fd':0,'path':'%s'", name);
		expect_exit("_exit", getpid(), "'status':7");
		_exit(7);
	}
	if (child < 0)
		abort();
	wait_for(child, "'status':7");
	int result = close(terminal);
	expect_of("close", "close", result, 0, "'fd':%d,'path':'/dev/ptmx'", terminal);
}

/* In a session of its own; the terminal's descriptor is closed by it. */
static void
perform_login_tty(void)
{
	int master, slave;
	char name[128];

	output_fd = (int)quiet(SYS_fcntl, 1, F_DUPFD, 100);
	mark_end();
	if (openpty(&master, &slave, name, NULL, NULL) < 0)
		abort();
	mark("/interpose-begin");
	parent = getpid();
	int child = fork();
	if (child == 0) {
		expect_forked("fork", parent, parent, getpid());
		int result = login_tty(slave);
		for (int fd = 0; fd < 3; fd++)
			expect("dup", result, "'fd':%d,'new_fd':%d,'path':'%s'", slave, fd, name);
		expect("close", result, "'fd':%d,'path':'%s'", slave, name);
		result = close(0);
		expect_of("close", "close", result, 0, "'fd':0,'path':'%s'", name);
		say("no terminal", login_tty(file_fd), errno);
		expect_exit("_exit", getpid(), "'status':7");
		_exit(7);
	}
	wait_for(child, "'status':7");
}

static void *
run_thread(void *argument)
{
	look(argument);
	return NULL;
}

static int
run_c11_thread(void *argument)
{
	look(argument);
	return 7;
}

/* A thread is no process: its events bear its number, and it has none of its own. */
static void
perform_pthread_create(void)
{
	pthread_t thread;

	int begun = pthread_create(&thread, NULL, run_thread, "f");
	say("ends", pthread_join(thread, NULL), 0);
	say("began", begun, 0);
	look("d/f");
}

static void
perform_thrd_create(void)
{
	thrd_t thread;
	int result = 0;

	int begun = thrd_create(&thread, run_c11_thread, "f");
	say("ends", thrd_join(thread, &result), result);
	say("began", begun, 0);
	look("d/f");
}

#define CASE(name)                    \
	{                             \
#name, perform_##name \
	}
static const struct call calls[] = {
    CASE(fork),    CASE(__fork), CASE(_Fork),   CASE(vfork),     CASE(__vfork),        CASE(clone),
    CASE(__clone), CASE(daemon), CASE(forkpty), CASE(login_tty), CASE(pthread_create), CASE(thrd_create),
};

int
main(int argc, char **argv)
{
	(void)argc;
	return predict(argv, calls, COUNT(calls));
}
