/*
 * names.c - remove(3), which is two calls inside libc: unlink(2), and where that finds a directory, rmdir(2).
 * The rule to keep: errno comes back as libc leaves it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "fields.h"
#include "next.h"
#include "shim.h"

static void
tell_remove(const struct record *begun, enum call call, int error, const char *path)
{
	struct record record = *begun;

	if (!record_begin(&record, call, error))
		return;
	do {
		RESULT(error ? -1 : 0)
		PATH(path)
	} while (record_again(&record));
}

#ifdef __GLIBC__
/* unlink's EISDIR is left in errno where rmdir succeeds after it, and ENOTEMPTY and EINVAL are rmdir's alone.
 */
EXPORT int
remove(const char *path)
{
	struct record record;
	int before = errno;

	record_before(&record);
	errno = 0;
	int result = next(remove)(path);
	int error = result == 0 ? 0 : errno;
	bool is_directory = result == 0 ? errno == EISDIR : error == ENOTEMPTY || error == EINVAL;
	if (result == 0 && errno == 0)
		errno = before;
	tell_remove(&record, CALL_remove, is_directory ? EISDIR : error, path);
	if (is_directory)
		tell_remove(&record, CALL_remove_rmdir, error, path);
	return result;
}
#else
/* As libc does it, which leaves no sign in errno of what it tried. */
EXPORT int
remove(const char *path)
{
	struct record record;
	int before = errno;

	record_before(&record);
	int result = next(unlink)(path);
	bool is_directory = result < 0 && errno == EISDIR;
	tell_remove(&record, CALL_remove, result < 0 ? errno : 0, path);
	if (is_directory) {
		errno = before;
		result = next(rmdir)(path);
		tell_remove(&record, CALL_remove_rmdir, result < 0 ? errno : 0, path);
	}
	return result;
}
#endif
