/*
 * confine.c - prctl(2), where it takes from the process what we need. The rule to keep: a program that
 * confines itself goes on as it would have without us; from there on it is untraced, and that is said.
 *
 * In seccomp's strict mode every system call but read, write and exit kills, and reading the processor's time
 * stamp counter, which the kernel's clock_gettime does, raises SIGSEGV; PR_SET_TSC asks for the latter alone.
 */
#define _GNU_SOURCE
#include <linux/seccomp.h>
#include <stdarg.h>
#include <sys/prctl.h>

#include "next.h"
#include "shim.h"

/* The record is made ready before and put without a system call after. */
static int
enter_strict_mode(long arguments[4])
{
	struct record record = {0};
	struct slot *slot = staging_slot();

	if (slot)
		staging_flush(slot);
	record_before(&record);
	int result = next(prctl)(PR_SET_SECCOMP, arguments[0], arguments[1], arguments[2], arguments[3]);
	if (result == 0) {
		if (record_begin(&record, CALL_prctl, 0)) {
			do {
				record_number(&record, UNTRACED_SILENT);
			} while (record_again(&record));
		}
		channel.off = true;
		process.active = 0;
	} else if (slot) {
		__atomic_store_n(&slot->pending, record.outer, __ATOMIC_RELEASE);
	}
	return result;
}

EXPORT int
prctl(int option, ...)
{
	long arguments[4];
	va_list rest;

	va_start(rest, option);
	for (int i = 0; i < 4; i++)
		arguments[i] = va_arg(rest, long);
	va_end(rest);
	if (option == PR_SET_SECCOMP && arguments[0] == SECCOMP_MODE_STRICT)
		return enter_strict_mode(arguments);
#ifdef PR_SET_TSC
	if (option == PR_SET_TSC && arguments[0] == PR_TSC_SIGSEGV)
		clock_by_kernel();
#endif
	return next(prctl)(option, arguments[0], arguments[1], arguments[2], arguments[3]);
}
