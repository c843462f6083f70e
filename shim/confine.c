/*
 * confine.c - seccomp(2) and prctl(2), where they take from the process what we need. The rule to keep: a
 * program that confines itself goes on as it would have without us.
 *
 * Under a filter a system call of our own might be the program's end: from there on we make none (record.h).
 * In strict mode every system call but read, write and exit kills, and reading the processor's time stamp
 * counter, which the kernel's clock_gettime does, raises SIGSEGV: from there on the program is untraced, and
 * that is said. PR_SET_TSC asks for the latter alone.
 */
#define _GNU_SOURCE
#include <linux/seccomp.h>
#include <stdarg.h>
#include <sys/prctl.h>

#include "confine.h"
#include "next.h"

void
confine_begins(struct confinement *confinement)
{
	struct slot *slot = staging_slot();

	staging_see_forks();
	if (slot)
		staging_scratch(staging_flush(slot, false));
	confinement->record = (struct record){0};
	record_before(&confinement->record);
}

void
confine_by_filter(struct confinement *confinement, bool succeeded)
{
	if (succeeded)
		channel_go_quiet();
	record_after(&confinement->record);
}

static void
confine_strictly(enum call call, struct confinement *confinement, bool succeeded)
{
	if (!succeeded) {
		record_after(&confinement->record);
		return;
	}
	if (record_begin(&confinement->record, call, 0)) {
		do {
			record_number(&confinement->record, UNTRACED_SILENT);
		} while (record_again(&confinement->record));
	}
	channel.off = true;
	process->active = 0;
}

typedef int (*prctl_function)(int option, ...);

static int
set_seccomp(enum call call, prctl_function real, const long arguments[4])
{
	struct confinement confinement;

	confine_begins(&confinement);
	int result = real(PR_SET_SECCOMP, arguments[0], arguments[1], arguments[2], arguments[3]);
	if (arguments[0] == SECCOMP_MODE_STRICT)
		confine_strictly(call, &confinement, result == 0);
	else
		confine_by_filter(&confinement, result == 0);
	return result;
}

static int
control(enum call call, prctl_function real, int option, const long arguments[4])
{
	if (option == PR_SET_SECCOMP)
		return set_seccomp(call, real, arguments);
#ifdef PR_SET_TSC
	if (option == PR_SET_TSC && arguments[0] == PR_TSC_SIGSEGV)
		clock_by_kernel();
#endif
	return real(option, arguments[0], arguments[1], arguments[2], arguments[3]);
}

#define PRCTL(name)                                                         \
	int name(int option, ...);                                          \
	EXPORT int name(int option, ...)                                    \
	{                                                                   \
		long arguments[4];                                          \
		va_list rest;                                               \
                                                                            \
		va_start(rest, option);                                     \
		for (int i = 0; i < 4; i++)                                 \
			arguments[i] = va_arg(rest, long);                  \
		va_end(rest);                                               \
		return control(CALL_##name, next(name), option, arguments); \
	}

PRCTL(prctl)
#ifdef HAS_TIME64
PRCTL(__prctl_time64)
#endif
