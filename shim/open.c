/*
 * open.c - the calls that open: those with a variable mode argument, streams, and those that make up a name.
 * All tell the same record, by told_open(). The rule to keep: the mode is read exactly when libc reads it
 * (open(2): O_CREAT and O_TMPFILE).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <mntent.h>
#include <semaphore.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "fields.h"
#include "next.h"
#include "opened.h"
#include "shim.h"

/* Whether a file was there before a call that may make it: told by a look, since the call itself doesn't say.
 */
enum existed
open_existed(int dirfd, const char *path, int flags)
{
	if (!(flags & O_CREAT) || channel.off || channel.quiet)
		return EXISTED_UNASKED;
	if (flags & O_EXCL)
		return EXISTED_NOT;
	long result = raw(SYS_faccessat, dirfd, path, F_OK);
	return result == 0 ? EXISTED_YES : result == -ENOENT ? EXISTED_NOT : EXISTED_UNASKED;
}

/* Records have asm-generic's numbers, whatever the machine (record.h). */
static int
told_flags(int flags)
{
#ifdef __aarch64__ /* asm/fcntl.h: O_DIRECTORY and O_NOFOLLOW have changed places with O_DIRECT and \
		      O_LARGEFILE */
	return (flags & ~0740000) | (flags & 0140000) << 2 | (flags & 0600000) >> 2;
#else
	return flags;
#endif
}

/* One that may make or empty a file bears the time from before it. */
void
open_before(struct record *record, int flags)
{
	record->time = 0;
	if (flags & (O_CREAT | O_TRUNC))
		record_before(record);
}

void
open_after(struct record *begun, enum call call, const struct opened *opened)
{
	struct record record = *begun;

	if (opened->fd >= 0)
		descriptor_see(opened->fd);
	if (!record_begin(&record, call,
			  opened->fd < 0 ? opened->error : 0)) /* a stream may have no descriptor */
		return;
	if (opened->fd >= 0 && !opened->path)
		record_descriptor(&record, opened->fd);
	do {
		RESULT(opened->fd)
		DIRFD(opened->dirfd)
		PATH(opened->path)
		FLAGS(told_flags(opened->flags))
		MODE(opened->mode)
		EXISTED(opened->existed)
	} while (record_again(&record));
}

#define READ_MODE(flags, mode)                                       \
	if (((flags)&O_CREAT) || ((flags)&O_TMPFILE) == O_TMPFILE) { \
		va_list arguments;                                   \
                                                                     \
		va_start(arguments, flags);                          \
		mode = va_arg(arguments, mode_t);                    \
		va_end(arguments);                                   \
	}

/* Calls the next definition and tells the record, for every call that gives a descriptor. */
#define OPEN_AND_TELL(name, at, given_path, given_flags, given_mode, ...)                       \
	struct record record;                                                                   \
	struct opened opened = {                                                                \
	    .dirfd = (at), .path = (given_path), .flags = (given_flags), .mode = (given_mode)}; \
	opened.existed = open_existed(opened.dirfd, opened.path, opened.flags);                 \
	open_before(&record, opened.flags);                                                     \
	opened.fd = next(name)(__VA_ARGS__);                                                    \
	opened.error = errno;                                                                   \
	open_after(&record, CALL_##name, &opened);                                              \
	return opened.fd;

#define OPEN(name)                                                                  \
	int name(const char *path, int flags, ...);                                 \
	EXPORT int name(const char *path, int flags, ...)                           \
	{                                                                           \
		mode_t mode = 0;                                                    \
                                                                                    \
		READ_MODE(flags, mode)                                              \
		OPEN_AND_TELL(name, AT_FDCWD, path, flags, mode, path, flags, mode) \
	}

#define OPEN_CHECKED(name)                                                 \
	int name(const char *path, int flags);                             \
	EXPORT int name(const char *path, int flags)                       \
	{                                                                  \
		OPEN_AND_TELL(name, AT_FDCWD, path, flags, 0, path, flags) \
	}

#define OPENAT(name)                                                                    \
	int name(int dirfd, const char *path, int flags, ...);                          \
	EXPORT int name(int dirfd, const char *path, int flags, ...)                    \
	{                                                                               \
		mode_t mode = 0;                                                        \
                                                                                        \
		READ_MODE(flags, mode)                                                  \
		OPEN_AND_TELL(name, dirfd, path, flags, mode, dirfd, path, flags, mode) \
	}

#define OPENAT_CHECKED(name)                                                   \
	int name(int dirfd, const char *path, int flags);                      \
	EXPORT int name(int dirfd, const char *path, int flags)                \
	{                                                                      \
		OPEN_AND_TELL(name, dirfd, path, flags, 0, dirfd, path, flags) \
	}

#define CREAT(name)                                                                                 \
	EXPORT int name(const char *path, mode_t mode)                                              \
	{                                                                                           \
		OPEN_AND_TELL(name, AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode, path, mode) \
	}

OPEN(open)
OPEN(open64)
OPEN(__open)
OPEN(__open64)
OPEN(__open_nocancel)
OPEN(__open64_nocancel)
OPEN_CHECKED(__open_2)
OPEN_CHECKED(__open64_2)
OPENAT(openat)
OPENAT(openat64)
OPENAT_CHECKED(__openat_2)
OPENAT_CHECKED(__openat64_2)
CREAT(creat)
CREAT(creat64)

/* mkstemp and its kin fill the template in; what stands there afterwards is the path. */
#define MKSTEMP(name, parameters, given_flags, ...)                                         \
	EXPORT int name parameters                                                          \
	{                                                                                   \
		struct record record;                                                       \
		struct opened opened = {.dirfd = AT_FDCWD,                                  \
					.path = template,                                   \
					.flags = O_RDWR | O_CREAT | O_EXCL | (given_flags), \
					.mode = 0600,                                       \
					.existed = EXISTED_NOT};                            \
		open_before(&record, opened.flags);                                         \
		opened.fd = next(name)(__VA_ARGS__);                                        \
		opened.error = errno;                                                       \
		open_after(&record, CALL_##name, &opened);                                  \
		return opened.fd;                                                           \
	}

MKSTEMP(mkstemp, (char *template), 0, template)
MKSTEMP(mkstemp64, (char *template), 0, template)
MKSTEMP(mkostemp, (char *template, int flags), flags, template, flags)
MKSTEMP(mkostemp64, (char *template, int flags), flags, template, flags)
MKSTEMP(mkstemps, (char *template, int suffix), 0, template, suffix)
MKSTEMP(mkstemps64, (char *template, int suffix), 0, template, suffix)
MKSTEMP(mkostemps, (char *template, int suffix, int flags), flags, template, suffix, flags)
MKSTEMP(mkostemps64, (char *template, int suffix, int flags), flags, template, suffix, flags)

/* fopen(3): the mode's letters as open's flags. */
static int
stream_flags(const char *mode)
{
	int flags = mode[0] == 'w'   ? O_WRONLY | O_CREAT | O_TRUNC
		    : mode[0] == 'a' ? O_WRONLY | O_CREAT | O_APPEND
				     : O_RDONLY;

	for (const char *letter = mode + 1; mode[0] && *letter && *letter != ','; letter++) {
		switch (*letter) {
		case '+':
			flags = (flags & ~O_ACCMODE) | O_RDWR;
			break;
		case 'x':
			flags |= O_EXCL;
			break;
		case 'e':
			flags |= O_CLOEXEC;
			break;
		}
	}
	return flags;
}

static int
stream_fd(FILE *stream)
{
	int error = errno;
	int fd = libc(fileno)(stream); /* -1 with errno for a stream without a descriptor (fmemopen) */

	errno = error;
	return fd;
}

#define STREAM_AND_TELL(name, path, mode, ...)                                              \
	struct record record;                                                               \
	struct opened opened = {.dirfd = AT_FDCWD, .path = (path), .mode = 0666, .fd = -1}; \
	opened.flags = stream_flags(mode);                                                  \
	if (!(opened.flags & O_CREAT))                                                      \
		opened.mode = 0;                                                            \
	opened.existed = open_existed(AT_FDCWD, opened.path, opened.flags);                 \
	open_before(&record, opened.flags);                                                 \
	FILE *stream = next(name)(__VA_ARGS__);                                             \
	opened.error = errno;                                                               \
	if (stream) {                                                                       \
		opened.fd = stream_fd(stream);                                              \
		opened.error = 0;                                                           \
	}                                                                                   \
	open_after(&record, CALL_##name, &opened);                                          \
	return stream;

#define FOPEN(name)                                           \
	FILE *name(const char *path, const char *mode);       \
	EXPORT FILE *name(const char *path, const char *mode) \
	{                                                     \
		STREAM_AND_TELL(name, path, mode, path, mode) \
	}

/* A NULL path opens anew what the stream is open on. */
#define FREOPEN(name)                                                    \
	EXPORT FILE *name(const char *path, const char *mode, FILE *old) \
	{                                                                \
		STREAM_AND_TELL(name, path, mode, path, mode, old)       \
	}

FOPEN(fopen)
FOPEN(fopen64)
FOPEN(_IO_fopen)
FOPEN(setmntent)
FOPEN(__setmntent)
FREOPEN(freopen)
FREOPEN(freopen64)

/* The file has no name: told as the open(2) that libc makes of it. */
#define TMPFILE(name)                                                         \
	EXPORT FILE *name(void)                                               \
	{                                                                     \
		struct record record;                                         \
		struct opened opened = {.dirfd = AT_FDCWD,                    \
					.path = P_tmpdir,                     \
					.fd = -1,                             \
					.flags = O_RDWR | O_EXCL | O_TMPFILE, \
					.mode = 0600};                        \
		open_before(&record, O_CREAT);                                \
		FILE *stream = next(name)();                                  \
		opened.error = errno;                                         \
		if (stream)                                                   \
			opened.fd = stream_fd(stream);                        \
		open_after(&record, CALL_##name, &opened);                    \
		return stream;                                                \
	}

TMPFILE(tmpfile)
TMPFILE(tmpfile64)

/* What shm_open(3) and sem_open(3) make is a file of /dev/shm. */
static enum existed
shared_existed(const char *prefix, const char *name, int flags)
{
	char path[sizeof "/dev/shm/sem." + NAME_MAX];
	size_t length = strlen(prefix);

	if (!(flags & O_CREAT) || flags & O_EXCL || channel.off)
		return flags & O_CREAT && !channel.off ? EXISTED_NOT : EXISTED_UNASKED;
	name += strspn(name, "/");
	size_t name_length = strlen(name);
	if (name_length >= sizeof path - length)
		return EXISTED_UNASKED;
	memcpy(path, prefix, length);
	memcpy(path + length, name, name_length + 1);
	return open_existed(AT_FDCWD, path, flags);
}

/* The collector puts the directory before the name. */
EXPORT int
shm_open(const char *path, int flags, mode_t mode)
{
	struct record record;
	struct opened opened = {
	    .dirfd = AT_FDCWD, .path = path, .flags = flags | O_CLOEXEC | O_NOFOLLOW, .mode = mode};

	opened.existed = shared_existed("/dev/shm/", path, flags);
	open_before(&record, flags);
	opened.fd = next(shm_open)(path, flags, mode);
	opened.error = errno;
	open_after(&record, CALL_shm_open, &opened);
	return opened.fd;
}

/*
 * sem_open(3): /dev/shm/sem.NAME, which the collector puts together; libc closes the descriptor at once.
 * musl's is /dev/shm/NAME, which is told as it is.
 */
#ifdef __GLIBC__
#define SEMAPHORE_PREFIX      "/dev/shm/sem."
#define SEMAPHORE_PATH(given) (given)
#else
#define SEMAPHORE_PREFIX      "/dev/shm/"
#define SEMAPHORE_PATH(given) semaphore_path((char[sizeof SEMAPHORE_PREFIX + NAME_MAX]){0}, given)

static const char *
semaphore_path(char *room, const char *name)
{
	name += strspn(name, "/");
	size_t length = strlen(name);
	if (length > NAME_MAX)
		return name;
	memcpy(stpcpy(room, SEMAPHORE_PREFIX), name, length + 1);
	return room;
}
#endif

EXPORT sem_t *
sem_open(const char *path, int flags, ...)
{
	struct record record;
	struct opened opened = {.dirfd = AT_FDCWD, .path = path, .flags = flags | O_RDWR};
	unsigned value = 0;

	if (flags & O_CREAT) {
		va_list arguments;

		va_start(arguments, flags);
		opened.mode = va_arg(arguments, mode_t);
		value = va_arg(arguments, unsigned);
		va_end(arguments);
	}
	opened.existed = shared_existed(SEMAPHORE_PREFIX, path, flags);
	open_before(&record, flags);
	sem_t *result = next(sem_open)(path, flags, opened.mode, value);
	opened.error = errno;
	opened.fd = -1;
	if (result != SEM_FAILED)
		opened.error = 0;
	opened.path = SEMAPHORE_PATH(path);
	open_after(&record, CALL_sem_open, &opened);
	return result;
}

/* A handle names a file without a path: what it opened is told by the descriptor. */
EXPORT int
open_by_handle_at(int mount, struct file_handle *handle, int flags)
{
	struct record record;
	struct opened opened = {.dirfd = mount, .path = NULL, .flags = flags};

	open_before(&record, flags);
	opened.fd = next(open_by_handle_at)(mount, handle, flags);
	opened.error = errno;
	open_after(&record, CALL_open_by_handle_at, &opened);
	return opened.fd;
}
