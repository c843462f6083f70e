/*
 * wait.c - the calls that tell of another process's end. The children are made before the markers and held
 * until the call is about to be made.
 */
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "predict.h"

static int go[2];

enum end { EXITS, IS_KILLED, STOPS };

/* A child that ends when it is told to, in this way. */
static int
hold_child(enum end end)
{
	static const struct rlimit no_core;
	char byte;
	int ready[2];

	mark_end();
	if (pipe(go) < 0 || pipe(ready) < 0)
		abort();
	int child = fork();
	if (child == 0) {
		setrlimit(RLIMIT_CORE, &no_core);
		quiet(SYS_close, go[1], 0, 0);
		if (write(ready[1], "", 1) != 1 || read(go[0], &byte, 1) != 0)
			abort();
		if (end == STOPS)
			raise(SIGSTOP);
		if (end == IS_KILLED) {
			expect_exit(NULL, getpid(), "'signal':'SIGKILL','core':false");
			raise(SIGKILL);
		}
		expect_exit("_exit", getpid(), "'status':7");
		_exit(7);
	}
	if (child < 0 || read(ready[0], &byte, 1) != 1)
		abort();
	mark("/interpose-begin");
	return child;
}

static void
let_go(void)
{
	quiet(SYS_close, go[0], 0, 0);
	quiet(SYS_close, go[1], 0, 0);
}

static void
see_ends(pid_t (*call)(int child, int *status, int options), bool has_options)
{
	int status = -1, result;
	int child = hold_child(EXITS);

	if (has_options)
		say("not yet", call(child, &status, WNOHANG), 0);
	let_go();
	result = call(child, &status, 0);
	expect_wait(call_name, result, child, "'status':7");
	say("status", status, 0);
	child = hold_child(IS_KILLED);
	let_go();
	result = call(child, NULL, 0);
	expect_wait(call_name, result, child, "'signal':'SIGKILL','core':false");
	if (has_options) {
		child = hold_child(STOPS);
		let_go();
		result = call(child, &status, WUNTRACED); /* that is no end */
		say("stopped", WIFSTOPPED(status), result == child);
		kill(child, SIGCONT);
		result = call(child, &status, 0);
		expect_wait(call_name, result, child, "'status':7");
	}
	expect("wait", call(-1, &status, 0), "%s", "");
}

pid_t __wait(int *status);
pid_t __waitpid(pid_t child, int *status, int options);

#define WAIT(name, has_options, ...)                                  \
	static pid_t call_##name(int child, int *status, int options) \
	{                                                             \
		(void)child, (void)options;                           \
		return __VA_ARGS__;                                   \
	}                                                             \
	static void perform_##name(void)                              \
	{                                                             \
		see_ends(call_##name, has_options);                   \
	}

static struct rusage usage;

WAIT(wait, false, wait(status))
WAIT(__wait, false, __wait(status))
WAIT(waitpid, true, waitpid(child, status, options))
WAIT(__waitpid, true, __waitpid(child, status, options))
WAIT(wait3, true, wait3(status, options, &usage))
WAIT(wait4, true, wait4(child, status, options, NULL))

/* It returns 0, and may leave the child to be waited for again. */
static void
perform_waitid(void)
{
	siginfo_t told = {0};
	int child = hold_child(EXITS);

	say("not yet", waitid(P_PID, (id_t)child, &told, WEXITED | WNOHANG), 0);
	let_go();
	int result = waitid(P_PID, (id_t)child, &told, WEXITED | WNOWAIT);
	expect_wait(call_name, result, child, "'status':7");
	result = waitid(P_ALL, 0, NULL, WEXITED);
	expect_wait(call_name, result, child, "'status':7");
	child = hold_child(IS_KILLED);
	let_go();
	result = waitid(P_ALL, 0, &told, WEXITED);
	expect_wait(call_name, result, child, "'signal':'SIGKILL','core':false");
	expect("wait", waitid(P_ALL, 0, &told, WEXITED), "%s", "");
	expect("wait", waitid(P_ALL, 0, &told, 0), "%s", "");
}

#define CASE(name)                    \
	{                             \
#name, perform_##name \
	}
static const struct call calls[] = {
    CASE(wait), CASE(__wait), CASE(waitpid), CASE(__waitpid), CASE(wait3), CASE(wait4), CASE(waitid),
};

int
main(int argc, char **argv)
{
	(void)argc;
	return predict(argv, calls, COUNT(calls));
}
