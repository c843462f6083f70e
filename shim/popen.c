/*
 * popen.c - the calls that run a shell and wait for it: system, popen, pclose. What the shell is handed is
 * shell.c's. The rule to keep: which process was waited for is told only where the kernel says that it is a
 * child of ours.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "exec.h"
#include "fields.h"
#include "next.h"
#include "opened.h"

/* The beginning and the end of a call that runs a shell: which process that is, it tells by itself. */
static void
tell_system(int error, int begins, int result, int status)
{
	struct record record = {0};

	if (!record_begin(&record, CALL_system, error))
		return;
	do {
		RESULT(result) NUMBER(begins) STATUS(status)
	} while (record_again(&record));
}

/* Without a command libc runs "exit 0", and says whether that went well. */
EXPORT int
system(const char *command)
{
	struct shell shell;
	const char *given = shell_begins(&shell, CALL_system_untraced, command);

	tell_system(0, 1, 0, 0);
	int result = shell.is_other ? shell_run(&shell, command) : next(system)(given);
	int error = errno;
	shell_ended(&shell);
	int status = command ? result : result ? 0 : 127 << 8;
	tell_system(result < 0 ? error : 0, 0, result, status);
	errno = error;
	return result;
}

/*
 * Where libc keeps the number of a stream's child. glibc: behind the stream and the pointer to its functions
 * (libio/iopopen.c, from the first version on). musl: behind its descriptor, which stands behind fifteen
 * words (src/internal/stdio_impl.h).
 */
static pid_t
noted_child(FILE *stream)
{
	pid_t child;
#ifdef __GLIBC__
	size_t place = sizeof *stream + sizeof(void *);
#else
	size_t place = 15 * sizeof(void *) + sizeof(int);
	int fd;

	memcpy(&fd, (const char *)stream + place - sizeof fd, sizeof fd);
	if (fd != fileno(stream))
		return 0;
#endif
	memcpy(&child, (const char *)stream + place, sizeof child);
	return child;
}

/* The child of a stream that popen made: taken only while the kernel says that it is a child of ours. */
static pid_t
child_of(FILE *stream)
{
	siginfo_t nothing = {0};
	pid_t child = noted_child(stream);

	if (child <= 0 || channel.quiet ||
	    raw(SYS_waitid, P_PID, child, &nothing, WEXITED | WNOHANG | WNOWAIT, NULL) != 0)
		return 0;
	return child;
}

/* A bit for each descriptor of such a stream; greater ones are waited for untold. */
enum { POPENED_LIMIT = 4096 };
static uint64_t popened[POPENED_LIMIT / 64];

static void
popened_see(int fd)
{
	if (fd >= 0 && fd < POPENED_LIMIT)
		__atomic_fetch_or(&popened[fd / 64], UINT64_C(1) << fd % 64, __ATOMIC_RELAXED);
}

bool
popened_forget(int fd)
{
	uint64_t bit = UINT64_C(1) << fd % 64;

	if (fd < 0 || fd >= POPENED_LIMIT || likely(!(popened[fd / 64] & bit)))
		return false;
	return __atomic_fetch_and(&popened[fd / 64], ~bit, __ATOMIC_RELAXED) & bit;
}

void
popened_tell_end(enum call call, int fd, int status)
{
	struct record record = {0};

	if (!record_begin(&record, call, status < 0 ? errno : 0))
		return;
	do {
		NEW_FD(fd) STATUS(status)
	} while (record_again(&record));
}

#define POPEN(name)                                                                     \
	FILE *name(const char *command, const char *mode);                              \
	EXPORT FILE *name(const char *command, const char *mode)                        \
	{                                                                               \
		struct record record = {0};                                             \
		struct shell shell;                                                     \
		const char *given = shell_begins(&shell, CALL_popen_untraced, command); \
                                                                                        \
		record_before(&record);                                                 \
		shell_lend(&shell);                                                     \
		FILE *stream = next(name)(given, mode);                                 \
		shell_ended(&shell);                                                    \
		if (stream)                                                             \
			popened_see(libc(fileno)(stream));                              \
		if (record_begin(&record, CALL_##name, stream ? 0 : errno)) {           \
			do {                                                            \
				CHILD(stream ? child_of(stream) : 0)                    \
				NEW_FD(stream ? libc(fileno)(stream) : -1)              \
			} while (record_again(&record));                                \
		}                                                                       \
		return stream;                                                          \
	}

POPEN(popen)
POPEN(_IO_popen)

EXPORT int
pclose(FILE *stream)
{
	int error = errno;
	int fd = libc(fileno)(stream);

	errno = error;
	descriptor_forget(fd);
	popened_forget(fd);
	int result = next(pclose)(stream);
	popened_tell_end(CALL_pclose, fd, result);
	return result;
}
