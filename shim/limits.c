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

/*
 * The new soft limit. The kernel reads it for us: the pointer may be bad, and the call fails then. struct
 * rlimit has numbers of a long, whose greatest is none (RLIM_INFINITY); struct rlimit64, of 64 bits.
 */
static bool
read_limit(const void *from, size_t number_size, uint64_t *limit)
{
	unsigned long narrow = 0;
	void *to = number_size == sizeof *limit ? (void *)limit : &narrow;
	struct iovec here = {to, number_size}, there = {(void *)(uintptr_t)from, number_size};

	if (raw(SYS_process_vm_readv, process->pid, &here, 1, &there, 1, 0) != (long)number_size)
		return false;
	if (number_size != sizeof *limit)
		*limit = narrow;
	return true;
}

static void
prepare(int resource, const void *given, size_t number_size)
{
	uint64_t now[2], limit = 0;

	if (resource != RLIMIT_NOFILE || !given || channel.off || channel.quiet || channel.fd < 0)
		return;
	if (raw(SYS_prlimit64, 0, RLIMIT_NOFILE, NULL, now) == 0 && read_limit(given, number_size, &limit) &&
	    limit < now[0] && limit < MOVE_LIMIT && (uint64_t)channel.fd < limit)
		channel_move((int)limit);
}

#define SETRLIMIT(name, limit_type)                                                   \
	EXPORT int name(__rlimit_resource_t resource, const struct limit_type *limit) \
	{                                                                             \
		static __typeof__(&name) real;                                        \
                                                                                      \
		if (!real)                                                            \
			real = (__typeof__(&name))next_find(#name);                   \
		prepare((int)resource, limit, sizeof limit->rlim_cur);                \
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
		if (pid == 0 || pid == (pid_t)process->pid)                                      \
			prepare((int)resource, limit, sizeof limit->rlim_cur);                   \
		return real(pid, resource, limit, old);                                          \
	}

SETRLIMIT(setrlimit, rlimit)
SETRLIMIT(setrlimit64, rlimit64)
PRLIMIT(prlimit, rlimit)
PRLIMIT(prlimit64, rlimit64)
