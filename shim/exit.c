/*
 * exit.c - ends: the calls that end a process tell before they do, since nothing comes after; those that wait
 * tell whose end they saw.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fields.h"
#include "next.h"
#include "shim.h"

static void
tell_exit(enum call call, int status)
{
	struct record record = {0};

	if (!record_begin(&record, call, 0))
		return;
	do {
		STATUS(status)
	} while (record_again(&record));
}

/* Handlers and destructors still run: the slot stays (start.c tells the rest). */
EXPORT void
exit(int status)
{
	exit_status = status;
	tell_exit(CALL_exit, (status & 0xff) << 8);
	next(exit)(status);
	__builtin_unreachable();
}

#define EXIT_AT_ONCE(name)                                    \
	EXPORT void name(int status)                          \
	{                                                     \
		tell_exit(CALL_##name, (status & 0xff) << 8); \
		staging_end();                                \
		next(name)(status);                           \
		__builtin_unreachable();                      \
	}

EXIT_AT_ONCE(_exit)
EXIT_AT_ONCE(_Exit)

EXPORT void
quick_exit(int status)
{
	exit_status = status;
	start_see_quick_exit();
	tell_exit(CALL_quick_exit, (status & 0xff) << 8);
	next(quick_exit)(status);
	__builtin_unreachable();
}

/* A handler of SIGABRT may leave by a jump: this says that it was called, not that it ended the process. */
EXPORT void
abort(void)
{
	tell_exit(CALL_abort, SIGABRT);
	next(abort)();
	__builtin_unreachable();
}

static void
tell_wait(enum call call, pid_t result, pid_t child, int status)
{
	struct record record = {0};

	if (result == 0 && child == 0)
		return; /* WNOHANG, and nothing to tell */
	if (!record_begin(&record, call, result < 0 ? errno : 0))
		return;
	do {
		RESULT(result) CHILD(child) STATUS(status)
	} while (record_again(&record));
}

#define WAIT(name, parameters, ...)                                               \
	pid_t name parameters;                                                    \
	EXPORT pid_t name parameters                                              \
	{                                                                         \
		int own_status = 0;                                               \
                                                                                  \
		if (!status)                                                      \
			status = &own_status;                                     \
		pid_t result = next(name)(__VA_ARGS__);                           \
		tell_wait(CALL_##name, result, result, result > 0 ? *status : 0); \
		return result;                                                    \
	}

WAIT(wait, (int *status), status)
WAIT(__wait, (int *status), status)
WAIT(waitpid, (pid_t pid, int *status, int options), pid, status, options)
WAIT(__waitpid, (pid_t pid, int *status, int options), pid, status, options)
WAIT(wait3, (int *status, int options, struct rusage *usage), status, options, usage)
WAIT(wait4, (pid_t pid, int *status, int options, struct rusage *usage), pid, status, options, usage)
#ifdef HAS_TIME64
WAIT(__wait3_time64, (int *status, int options, void *usage), status, options, usage)
WAIT(__wait4_time64, (pid_t pid, int *status, int options, void *usage), pid, status, options, usage)
#endif

/* siginfo's code and status as waitpid's number (waitid(2)). */
static int
status_of(const siginfo_t *information)
{
	switch (information->si_code) {
	case CLD_EXITED:
		return (information->si_status & 0xff) << 8;
	case CLD_KILLED:
		return information->si_status & 0x7f;
	case CLD_DUMPED:
		return (information->si_status & 0x7f) | 0x80;
	case CLD_CONTINUED:
		return 0xffff;
	}
	return (information->si_status & 0xff) << 8 | 0x7f; /* stopped */
}

EXPORT int
waitid(idtype_t type, id_t id, siginfo_t *information, int options)
{
	siginfo_t own = {0};

	if (!information)
		information = &own;
	int result = next(waitid)(type, id, information, options);
	if (result < 0)
		tell_wait(CALL_waitid, -1, 0, 0);
	else if (information->si_pid > 0)
		tell_wait(CALL_waitid, 0, information->si_pid, status_of(information));
	return result;
}
