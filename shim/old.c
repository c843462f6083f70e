/*
 * old.c - older versions of single calls, which libc keeps for old programs (versions-x86_64.map): those
 * whose wrappers are made from the table, or have no form to be made twice. The rule to keep: an old program
 * gets the old function.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>

#include "fields.h"
#include "next.h"
#include "shim.h"

#ifdef NEXT_HAS_VERSIONS

char *old_realpath(const char *path, char *resolved);
void old_quick_exit(int status) __attribute__((noreturn));
EXPORT_VERSION(old_realpath, realpath, "GLIBC_2.2.5")
EXPORT_VERSION(old_quick_exit, quick_exit, "GLIBC_2.10")

/* Before glibc 2.3 there had to be room for the result. */
EXPORT char *
old_realpath(const char *path, char *resolved)
{
	struct record record = {0};
	char *result = next_version(realpath, "GLIBC_2.2.5")(path, resolved);

	if (record_begin(&record, CALL_realpath, result ? 0 : errno)) {
		do {
			PATH(path)
			TEXT(result)
		} while (record_again(&record));
	}
	return result;
}

/* Before glibc 2.24 it ran the destructors of thread-local objects. */
EXPORT void
old_quick_exit(int status)
{
	struct record record = {0};

	exit_status = status;
	if (record_begin(&record, CALL_quick_exit, 0)) {
		do {
			STATUS((status & 0xff) << 8)
		} while (record_again(&record));
	}
	next_version(quick_exit, "GLIBC_2.10")(status);
	__builtin_unreachable();
}

#endif
