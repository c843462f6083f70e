/*
 * directories.c - the working directory, and the calls that read a directory's entries. The rule to keep: a
 * stream is told once, when it is first read, and a readdir(3) after that costs no more than a look at one
 * bit.
 *
 * Streams are known by their descriptors: a bit says that what opendir(3) opened there has not been read yet.
 * It needs no table of DIR pointers, which would have to be found, locked or allocated.
 */
#define _GNU_SOURCE
#include "directories.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "fields.h"
#include "marks.h"
#include "next.h"
#include "opened.h"
#include "shim.h"

/* Streams that were opened and not yet read, by descriptor. */
static struct marks unread;
/* Some can't be marked: of those the one is known that was told last; others are told anew. */
static bool some_unmarked;
static int told_unmarked = -1;

static void
stream_opened(int fd)
{
	if (likely(fd >= 0 && marks_add(&unread, fd)))
		return;
	some_unmarked = true;
	if (fd == told_unmarked)
		told_unmarked = -1;
}

static void
stream_closed(int fd)
{
	marks_remove(&unread, fd);
	if (unlikely(fd == told_unmarked))
		told_unmarked = -1;
}

static inline bool
stream_is_unread(int fd)
{
	if (likely(!some_unmarked || marks_word(&unread, fd)))
		return marks_has(&unread, fd);
	return fd >= 0 && fd != told_unmarked;
}

static void
stream_read(int fd)
{
	stream_closed(fd);
	if (unlikely(some_unmarked && !marks_word(&unread, fd)))
		told_unmarked = fd;
}

void
directories_tell_cwd(void)
{
	struct record record = {0};

	look_forget(); /* there may be another root, or other mounts */

	if (channel.quiet || !record_begin(&record, NOTE_CWD, 0))
		return;
	do {
		record_cwd(&record);
	} while (record_again(&record));
}

EXPORT int
chdir(const char *path)
{
	struct record record;

	record_before(&record);
	int result = next(chdir)(path);
	if (record_begin(&record, CALL_chdir, result == 0 ? 0 : errno)) {
		do {
			RESULT(result)
			DIRFD(AT_FDCWD)
			PATH(path)
		} while (record_again(&record));
		if (result == 0)
			directories_tell_cwd();
	}
	return result;
}

EXPORT int
fchdir(int fd)
{
	struct record record;

	record_before(&record);
	int result = next(fchdir)(fd);
	if (record_begin(&record, CALL_fchdir, result == 0 ? 0 : errno)) {
		do {
			RESULT(result)
			FD(fd)
		} while (record_again(&record));
		if (result == 0)
			directories_tell_cwd();
	}
	return result;
}

EXPORT int
chroot(const char *path)
{
	struct record record;

	record_before(&record);
	int result = next(chroot)(path);
	if (record_begin(&record, CALL_chroot, result == 0 ? 0 : errno)) {
		do {
			RESULT(result)
			DIRFD(AT_FDCWD)
			PATH(path)
		} while (record_again(&record));
		if (result == 0)
			directories_tell_cwd();
	}
	return result;
}

EXPORT DIR *
opendir(const char *path)
{
	struct record record = {0};
	struct opened opened = {.fd = -1,
				.dirfd = AT_FDCWD,
				.path = path,
				.flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK};
	DIR *stream = next(opendir)(path);

	opened.error = errno;
	if (stream) {
		opened.fd = libc(dirfd)(stream);
		stream_opened(opened.fd);
	}
	open_after(&record, CALL_opendir, &opened);
	return stream;
}

/* Told as a listing at once, so that every stream has one: a program makes a stream of a descriptor to read
 * it. */
EXPORT DIR *
fdopendir(int fd)
{
	struct record record = {0};
	DIR *stream = next(fdopendir)(fd);

	if (stream)
		stream_read(fd);
	if (record_begin(&record, CALL_fdopendir, stream ? 0 : errno)) {
		do {
			RESULT(stream ? fd : -1)
			FD(fd)
		} while (record_again(&record));
	}
	return stream;
}

static void
tell_read(enum call call, int error, int fd)
{
	struct record record = {0};

	if (!record_begin(&record, call, error))
		return;
	do {
		FD(fd)
	} while (record_again(&record));
}

/* The end and an error differ in errno alone, which readdir(3) leaves as it was at the end. */
#define READDIR(name, type)                                    \
	EXPORT struct type *name(DIR *stream)                  \
	{                                                      \
		int fd = libc(dirfd)(stream);                  \
                                                               \
		if (likely(!stream_is_unread(fd)))             \
			return next(name)(stream);             \
		stream_read(fd);                               \
		int before = errno;                            \
		errno = 0;                                     \
		struct type *entry = next(name)(stream);       \
		int error = errno;                             \
		if (error == 0)                                \
			errno = before;                        \
		tell_read(CALL_##name, entry ? 0 : error, fd); \
		return entry;                                  \
	}

#define READDIR_R(name, type)                                                  \
	int name(DIR *stream, struct type *entry, struct type **result);       \
	EXPORT int name(DIR *stream, struct type *entry, struct type **result) \
	{                                                                      \
		int fd = libc(dirfd)(stream);                                  \
                                                                               \
		if (likely(!stream_is_unread(fd)))                             \
			return next(name)(stream, entry, result);              \
		stream_read(fd);                                               \
		int error = next(name)(stream, entry, result);                 \
		tell_read(CALL_##name, error, fd);                             \
		return error;                                                  \
	}

READDIR(readdir, dirent)
READDIR(readdir64, dirent64)
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
READDIR_R(readdir_r, dirent)
READDIR_R(readdir64_r, dirent64)

/* Without a stream nothing tells where a listing begins: each call that gave entries, or failed, is told. */
#define GETDENTS(name, parameters, ...)                                                          \
	EXPORT ssize_t name parameters                                                           \
	{                                                                                        \
		struct record record = {0};                                                      \
		ssize_t result = next(name)(__VA_ARGS__);                                        \
                                                                                                 \
		if (result != 0 && record_begin(&record, CALL_##name, result < 0 ? errno : 0)) { \
			do {                                                                     \
				RESULT(result)                                                   \
				FD(fd)                                                           \
			} while (record_again(&record));                                         \
		}                                                                                \
		return result;                                                                   \
	}

GETDENTS(getdents64, (int fd, void *buffer, size_t size), fd, buffer, size)
#ifdef __GLIBC__
GETDENTS(getdirentries, (int fd, char *buffer, size_t size, off_t *base), fd, buffer, size, base)
GETDENTS(getdirentries64, (int fd, char *buffer, size_t size, off64_t *base), fd, buffer, size, base)
#endif

/* The headers declare streams nonnull, and a compiler would drop a plain comparison. */
static bool
is_null(const void *pointer)
{
	__asm__("" : "+r"(pointer));
	return pointer == NULL;
}

EXPORT int
closedir(DIR *stream)
{
	struct record record;
	int fd = is_null(stream) ? -1 : libc(dirfd)(stream); /* closedir(NULL) gives EINVAL */

	record_before(&record);
	stream_closed(fd);
	descriptor_forget(fd);
	int result = next(closedir)(stream);
	if (record_begin(&record, CALL_closedir, result == 0 ? 0 : errno)) {
		do {
			RESULT(result)
			NEW_FD(fd) /* not FD: a descriptor that is gone can't be told */
		} while (record_again(&record));
	}
	return result;
}

/* The whole of it happens inside libc: it opens, reads and closes by names of its own. */
#define SCANDIR(name, at, type, parameters, ...)                                  \
	EXPORT int name parameters                                                \
	{                                                                         \
		struct record record = {0};                                       \
		int result = next(name)(__VA_ARGS__);                             \
                                                                                  \
		if (record_begin(&record, CALL_##name, result < 0 ? errno : 0)) { \
			do {                                                      \
				RESULT(result)                                    \
				DIRFD(at)                                         \
				PATH(path)                                        \
			} while (record_again(&record));                          \
		}                                                                 \
		return result;                                                    \
	}

#define SELECTION(type)                                          \
	struct type ***list, int (*select)(const struct type *), \
	    int (*compare)(const struct type **, const struct type **)

SCANDIR(scandir, AT_FDCWD, dirent, (const char *path, SELECTION(dirent)), path, list, select, compare)
SCANDIR(scandir64, AT_FDCWD, dirent64, (const char *path, SELECTION(dirent64)), path, list, select, compare)
SCANDIR(scandirat, fd, dirent, (int fd, const char *path, SELECTION(dirent)), fd, path, list, select, compare)
SCANDIR(scandirat64, fd, dirent64, (int fd, const char *path, SELECTION(dirent64)), fd, path, list, select,
	compare)
