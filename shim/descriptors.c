/*
 * descriptors.c - close and dup, with our own descriptor out of the program's reach: to the program it isn't
 * open, and its number is free. The rule to keep: whatever the program asks for, it gets the numbers and
 * errors it would have had without us.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <mntent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fields.h"
#include "marks.h"
#include "next.h"
#include "opened.h"
#include "shim.h"

/* What this image was seen to open; a number that can't be marked is told at every use. */
static struct marks seen;

enum { NEAR = 64 };

bool
descriptor_seen(int fd)
{
	return marks_has(&seen, fd);
}

void
descriptor_see(int fd)
{
	/* What a vfork child opens is not open in its parent, whose memory this is. */
	if (unlikely(thread.child_depth > 0))
		return;
	if (unlikely(fd + NEAR > channel.fd && fd < channel.fd))
		channel_make_way();
	if (likely(fd >= 0))
		marks_add(&seen, fd);
}

void
descriptor_forget(int fd)
{
	marks_remove(&seen, fd);
}

void
descriptor_forget_range(unsigned first, unsigned last)
{
	marks_remove_range(&seen, first, last);
}

static int
bad_descriptor(void)
{
	errno = EBADF;
	return -1;
}

static void
tell_close(struct record *begun, enum call call, int result, int fd)
{
	struct record record = *begun;

	if (!record_begin(&record, call, result < 0 ? errno : 0))
		return;
	do {
		RESULT(result) NEW_FD(fd) /* not FD: a descriptor that is gone can't be told */
	} while (record_again(&record));
}

#define CLOSE(name)                                           \
	int name(int fd);                                     \
	EXPORT int name(int fd)                               \
	{                                                     \
		struct record record = {0};                   \
                                                              \
		if (channel_owns(fd))                         \
			return bad_descriptor();              \
		record_before(&record);                       \
		descriptor_forget(fd);                        \
		int result = next(name)(fd);                  \
		tell_close(&record, CALL_##name, result, fd); \
		return result;                                \
	}

CLOSE(close)
CLOSE(__close)
CLOSE(__close_nocancel)

/* A stream in memory (fmemopen(3)) has no descriptor; endmntent(3) takes NULL. */
static int
stream_fd(FILE *stream)
{
	int error = errno;

	__asm__("" : "+r"(stream)); /* the headers declare it nonnull */
	int fd = stream ? libc(fileno)(stream) : -1;
	errno = error;
	return fd;
}

/* glibc waits for the child of a stream that popen made; musl doesn't. */
#ifdef __GLIBC__
#define FCLOSE_WAITS true
#else
#define FCLOSE_WAITS false
#endif

#define FCLOSE(name, wait_name)                                         \
	int name(FILE *stream);                                         \
	EXPORT int name(FILE *stream)                                   \
	{                                                               \
		struct record record = {0};                             \
		int fd = stream_fd(stream);                             \
                                                                        \
		if (fd < 0)                                             \
			return next(name)(stream);                      \
		record_before(&record);                                 \
		descriptor_forget(fd);                                  \
		bool waits = popened_forget(fd);                        \
		int result = next(name)(stream);                        \
		tell_close(&record, CALL_##name, result, fd);           \
		if (FCLOSE_WAITS && waits)                              \
			popened_tell_end(CALL_##wait_name, fd, result); \
		return result;                                          \
	}

FCLOSE(fclose, fclose_wait)
FCLOSE(_IO_fclose, _IO_fclose_wait)
FCLOSE(endmntent, fclose_wait)
FCLOSE(__endmntent, fclose_wait)

static void
tell_close_range(struct record *begun, enum call call, int result, unsigned first, unsigned last, int flags)
{
	struct record record = *begun;

	if (result == 0 && !(flags & (int)CLOSE_RANGE_CLOEXEC))
		descriptor_forget_range(first, last);
	if (!record_begin(&record, call, result < 0 ? errno : 0))
		return;
	do {
		RESULT(result) NEW_FD((int32_t)first) NEW_FD((int32_t)last) FLAGS(flags)
	} while (record_again(&record));
}

/* The range around ours. An error of one half is the whole's: both halves fail alike (EINVAL, ENOMEM). */
EXPORT int
close_range(unsigned first, unsigned last, int flags)
{
	struct record record = {0};
	unsigned own = (unsigned)channel.fd;
	int result = 0;

	record_before(&record);
	if (channel.fd < 0 || own < first || own > last) {
		result = next(close_range)(first, last, flags);
	} else if (first == last) {
		result = next(close_range)(UINT32_MAX, UINT32_MAX, flags); /* nothing, but for the flags */
	} else {
		if (own > first)
			result = next(close_range)(first, own - 1, flags);
		if (result == 0 && own < last)
			result = next(close_range)(own + 1, last, flags);
	}
	tell_close_range(&record, CALL_close_range, result, first, last, flags);
	return result;
}

EXPORT void
closefrom(int first)
{
	struct record record = {0};
	int own = channel.fd;

	record_before(&record);
	if (own < 0 || own < first) {
		next(closefrom)(first);
	} else {
		for (int fd = first < 0 ? 0 : first; fd < own; fd++) {
			if (raw(SYS_close_range, fd, own - 1, 0) == 0)
				break;
			raw(SYS_close, fd); /* before Linux 5.9 */
		}
		next(closefrom)(own + 1);
	}
	tell_close_range(&record, CALL_closefrom, 0, (unsigned)first, UINT32_MAX, 0);
}

static void
tell_dup(enum call call, int result, int fd, int flags)
{
	struct record record = {0};

	if (result >= 0)
		descriptor_see(result);
	if (!record_begin(&record, call, result < 0 ? errno : 0))
		return;
	do {
		RESULT(result) FD(fd) NEW_FD(result) FLAGS(flags)
	} while (record_again(&record));
}

EXPORT int
dup(int fd)
{
	if (channel_owns(fd))
		return bad_descriptor();
	int result = next(dup)(fd);
	tell_dup(CALL_dup, result, fd, 0);
	return result;
}

#define DUP2(name)                                    \
	int name(int fd, int new_fd);                 \
	EXPORT int name(int fd, int new_fd)           \
	{                                             \
		if (channel_owns(fd))                 \
			return bad_descriptor();      \
		channel_yield(new_fd);                \
		int result = next(name)(fd, new_fd);  \
		tell_dup(CALL_##name, result, fd, 0); \
		return result;                        \
	}

DUP2(dup2)
DUP2(__dup2)

EXPORT int
dup3(int fd, int new_fd, int flags)
{
	if (channel_owns(fd))
		return bad_descriptor();
	channel_yield(new_fd);
	int result = next(dup3)(fd, new_fd, flags);
	tell_dup(CALL_dup3, result, fd, flags);
	return result;
}

/* A change of FD_CLOEXEC is told as a dup without a second descriptor: the model needs it at the next exec.
 */
static void
tell_inheritance(int fd, bool closes)
{
	struct record record = {0};

	if (!record_begin(&record, CALL_fcntl, 0))
		return;
	do {
		RESULT(0) NEW_FD(fd) NEW_FD(-1) FLAGS(closes ? O_CLOEXEC : 0)
	} while (record_again(&record));
}

static void
tell_fcntl(enum call call, int result, int fd, int command, long argument)
{
	switch (command) {
	case F_DUPFD:
		tell_dup(call, result, fd, 0);
		break;
	case F_DUPFD_CLOEXEC:
		tell_dup(call, result, fd, O_CLOEXEC);
		break;
	case F_SETFD:
		if (result >= 0)
			tell_inheritance(fd, argument & FD_CLOEXEC);
		break;
	}
}

/* Whether F_DUPFD passed over our number, which the program would have got. */
static bool
passed_over_ours(int result, int command, long argument)
{
	return !channel.quiet && (command == F_DUPFD || command == F_DUPFD_CLOEXEC) &&
	       channel.fd >= (int)argument && result > channel.fd && channel_is_there();
}

#define FCNTL(name)                                                          \
	int name(int fd, int command, ...);                                  \
	EXPORT int name(int fd, int command, ...)                            \
	{                                                                    \
		va_list arguments;                                           \
                                                                             \
		va_start(arguments, command);                                \
		long argument = va_arg(arguments, long);                     \
		va_end(arguments);                                           \
		if (channel_owns(fd))                                        \
			return bad_descriptor();                             \
		int result = next(name)(fd, command, argument);              \
		if (unlikely(passed_over_ours(result, command, argument))) { \
			raw(SYS_close, result);                              \
			channel_make_way();                                  \
			result = next(name)(fd, command, argument);          \
		}                                                            \
		tell_fcntl(CALL_##name, result, fd, command, argument);      \
		return result;                                               \
	}

FCNTL(fcntl)
FCNTL(fcntl64)
FCNTL(__fcntl)
#ifdef HAS_TIME64
FCNTL(__fcntl_time64)
#endif

static void
tell_clone_range(enum call call, int result, int from, int to, int64_t length)
{
	struct record record = {0};

	if (!record_begin(&record, call, result < 0 ? errno : 0))
		return;
	do {
		RESULT(result) FD(from) TO_FD(to) LENGTH(length)
	} while (record_again(&record));
}

/* Errors that FICLONERANGE gives after it has read what it was pointed to (ioctl_ficlonerange(2)). */
static bool
range_was_read(int error)
{
	return error == EOPNOTSUPP || error == EXDEV || error == EINVAL || error == EISDIR ||
	       error == ETXTBSY || error == EPERM;
}

#ifdef __GLIBC__
typedef unsigned long ioctl_request;
#else
typedef int ioctl_request;
#endif

/* What a call did that succeeded or failed so. */
static void
tell_ioctl(enum call call, int result, int fd, unsigned request, long argument)
{
	switch (request) {
	case FIOCLEX:
	case FIONCLEX:
		if (result >= 0)
			tell_inheritance(fd, request == FIOCLEX);
		break;
	case FICLONE:
		tell_clone_range(call, result, (int)argument, fd, 0);
		break;
	case FICLONERANGE:
		if (result >= 0 || range_was_read(errno)) {
			const struct file_clone_range *range = (const struct file_clone_range *)argument;

			tell_clone_range(call, result, (int)range->src_fd, fd, (int64_t)range->src_length);
		}
		break;
	}
}

#define IOCTL(name)                                                               \
	int name(int fd, ioctl_request request, ...);                             \
	EXPORT int name(int fd, ioctl_request request, ...)                       \
	{                                                                         \
		va_list arguments;                                                \
                                                                                  \
		va_start(arguments, request);                                     \
		long argument = va_arg(arguments, long);                          \
		va_end(arguments);                                                \
		if (channel_owns(fd))                                             \
			return bad_descriptor();                                  \
		int result = next(name)(fd, request, argument);                   \
		tell_ioctl(CALL_##name, result, fd, (unsigned)request, argument); \
		return result;                                                    \
	}

IOCTL(ioctl)
#ifdef HAS_TIME64
IOCTL(__ioctl_time64)
#endif

/* A stream over a descriptor that is open: no second descriptor, no event; kept so that the audit knows it.
 */
#define FDOPEN(name)                                \
	FILE *name(int fd, const char *mode);       \
	EXPORT FILE *name(int fd, const char *mode) \
	{                                           \
		if (channel_owns(fd)) {             \
			errno = EBADF;              \
			return NULL;                \
		}                                   \
		return next(name)(fd, mode);        \
	}

FDOPEN(fdopen)
FDOPEN(_IO_fdopen)

/* Only a map through which a file is written, or run, is an event; a program's memory isn't. */
static void
tell_map(enum call call, const void *result, int fd, int protection, int flags)
{
	struct record record = {0};
	bool written = (flags & MAP_TYPE) != MAP_PRIVATE && protection & PROT_WRITE;

	if (flags & MAP_ANONYMOUS || fd < 0 || !(written || protection & PROT_EXEC))
		return;
	if (!record_begin(&record, call, result == MAP_FAILED ? errno : 0))
		return;
	do {
		FD(fd) NUMBER(protection) FLAGS(flags)
	} while (record_again(&record));
}

#define MMAP(name, offset_type)                                                            \
	EXPORT void *name(void *address, size_t length, int protection, int flags, int fd, \
			  offset_type offset)                                              \
	{                                                                                  \
		void *result = next(name)(address, length, protection, flags, fd, offset); \
		tell_map(CALL_##name, result, fd, protection, flags);                      \
		return result;                                                             \
	}

MMAP(mmap, off_t)
MMAP(mmap64, off64_t)
