/*
 * limits.c - RLIMIT_NOFILE, as the program sets it. Where it leaves no number beyond it for our descriptor,
 * that goes there before: afterwards there may be no way (tests/runs/test-hard-11-limits). The rule to keep:
 * the program can open as many files as without us.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/uio.h>
#include <unistd.h>

#include "next.h"
#include "shim.h"

enum { MOVE_LIMIT = 65536 }; /* beyond it a table of descriptors grows large */

/* All forms are the same where numbers have 64 bits. */
_Static_assert(sizeof(struct rlimit) == sizeof(struct rlimit64), "a 32-bit machine needs its own setrlimit");

/* The kernel reads it for us: the pointer may be bad, and the call fails then. */
static bool
read_limit(const struct rlimit *from, struct rlimit *limit)
{
	struct iovec here = {limit, sizeof *limit}, there = {(void *)(uintptr_t)from, sizeof *from};

	return raw(SYS_process_vm_readv, process.pid, &here, 1, &there, 1, 0) == sizeof *limit;
}

static void
prepare(int resource, const struct rlimit *given)
{
	struct rlimit now, limit = {0};

	if (resource != RLIMIT_NOFILE || !given || channel.off || channel.quiet || channel.fd < 0)
		return;
	if (raw(SYS_prlimit64, 0, RLIMIT_NOFILE, NULL, &now) == 0 && read_limit(given, &limit) &&
	    limit.rlim_cur < now.rlim_cur && limit.rlim_cur < MOVE_LIMIT &&
	    (rlim_t)channel.fd < limit.rlim_cur)
		channel_move((int)limit.rlim_cur);
}

#define SETRLIMIT(name, limit_type)                                                   \
	EXPORT int name(__rlimit_resource_t resource, const struct limit_type *limit) \
	{                                                                             \
		static __typeof__(&name) real;                                        \
                                                                                      \
		if (!real)                                                            \
			real = (__typeof__(&name))next_find(#name);                   \
		prepare((int)resource, (const struct rlimit *)limit);                 \
		return real(resource, limit);                                         \
	}

#define PRLIMIT(name, limit_type)                                                                \
	EXPORT int name(pid_t pid, __rlimit_resource_t resource, const struct limit_type *limit, \
			struct limit_type *old)                                                  \
	{                                                                                        \
		static __typeof__(&name) real;                                                   \
                                                                                                 \
		if (!real)                                                                       \
			real = (__typeof__(&name))next_find(#name);                              \
		if (pid == 0 || pid == (pid_t)process.pid)                                       \
			prepare((int)resource, (const struct rlimit *)limit);                    \
		return real(pid, resource, limit, old);                                          \
	}

SETRLIMIT(setrlimit, rlimit)
SETRLIMIT(setrlimit64, rlimit64)
PRLIMIT(prlimit, rlimit)
PRLIMIT(prlimit64, rlimit64)
