/*
 * walk.c - ftw and nftw: libc looks at files and reads directories by names of its own, so what a walk did is
 * told from what it hands out. The rule to keep: the program's functions see the paths, errno and working
 * directory that they would have seen.
 *
 * A walk that changes the working directory (FTW_CHDIR) does so inside libc, too: then the directory is told
 * anew, and paths as they stand from there.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <ftw.h>
#include <string.h>
#include <sys/stat.h>

#include "directories.h"
#include "next.h"
#include "walk.h"

void
walk_tell_stat(enum call call, int error, const char *path, size_t length, bool follow)
{
	struct record record = {0};

	if (!record_begin(&record, call, error))
		return;
	do {
		record_string(&record, path, length);
		record_number(&record, follow);
	} while (record_again(&record));
}

void
walk_tell_list(enum call call, int error, const char *path, size_t length)
{
	struct record record = {0};

	if (!record_begin(&record, call, error))
		return;
	do {
		record_string(&record, path, length);
	} while (record_again(&record));
}

/* Of the twins with 64 in their names, too: the status is handed on unread. */
typedef int (*ftw_function)(const char *path, const struct stat *status, int type);
typedef int (*nftw_function)(const char *path, const struct stat *status, int type, struct FTW *place);

/* A walk under way in this thread. The functions that libc calls have no argument of ours. */
struct walk {
	enum call stat_call;
	enum call list_call;
	ftw_function ftw; /* the program's: one of them */
	nftw_function nftw;
	int flags;    /* FTW_... */
	bool visited; /* anything */
};
static __thread struct walk *current;

/* libc tells that stat(2) failed, not why; errno still says so, unless something came between. */
static int
stat_error(int error)
{
	return error == ENOENT || error == EACCES ? error : EACCES;
}

static void
tell_visit(const struct walk *walk, const char *path, int type, int error)
{
	size_t length = strlen(path);
	bool follow = !(walk->flags & FTW_PHYS);

	switch (type) {
	case FTW_NS:
		walk_tell_stat(walk->stat_call, stat_error(error), path, length, follow);
		break;
	case FTW_SLN:
		walk_tell_stat(walk->stat_call, ENOENT, path, length, true);
		walk_tell_stat(walk->stat_call, 0, path, length, false);
		break;
	default:
		walk_tell_stat(walk->stat_call, 0, path, length, follow);
	}
	if (type == FTW_DNR)
		walk_tell_list(walk->list_call, EACCES, path, length);
	else if (type == FTW_DP)
		walk_tell_list(walk->list_call, 0, path, length);
}

/*
 * A nested walk may be left by a jump out of its function, so `current` is ours again when the program's
 * function has returned, whatever happened inside. A directory that is visited first is read after that,
 * unless it says otherwise.
 */
static int
visit(const char *path, const struct stat *status, int type, struct FTW *place)
{
	struct walk *walk = current;
	const char *told_path = path;
	int error = errno;

	if (walk->flags & FTW_CHDIR) {
		directories_tell_cwd();
		told_path = path[place->base] ? path + place->base : ".";
	}
	walk->visited = true;
	tell_visit(walk, told_path, type, error);
	errno = error;
	int result = walk->nftw ? walk->nftw(path, status, type, place) : walk->ftw(path, status, type);
	current = walk;
	if (type == FTW_D && result == 0)
		walk_tell_list(walk->list_call, 0, told_path, strlen(told_path));
	return result;
}

static int
visit_ftw(const char *path, const struct stat *status, int type)
{
	return visit(path, status, type, NULL);
}

/* The walk is over: a start that wasn't there was visited by nobody. */
static void
end_walk(struct walk *walk, struct walk *outer, int result, const char *path)
{
	int error = errno;

	current = outer;
	if (walk->flags & FTW_CHDIR)
		directories_tell_cwd();
	if (result == -1 && !walk->visited)
		walk_tell_stat(walk->stat_call, error, path, strlen(path), !(walk->flags & FTW_PHYS));
	errno = error;
}

#define FTW(name, stat_type)                                                                            \
	EXPORT int name(const char *path, int (*function)(const char *, const struct stat_type *, int), \
			int descriptors)                                                                \
	{                                                                                               \
		struct walk walk = {.stat_call = CALL_##name,                                           \
				    .list_call = CALL_##name##_list,                                    \
				    .ftw = (ftw_function)function};                                     \
		struct walk *outer = current;                                                           \
		ftw_function ours = visit_ftw;                                                          \
                                                                                                        \
		if (!staging_slot())                                                                    \
			return next(name)(path, function, descriptors);                                 \
		current = &walk;                                                                        \
		int result = next(name)(path, (__typeof__(function))ours, descriptors);                 \
		end_walk(&walk, outer, result, path);                                                   \
		return result;                                                                          \
	}

#define NFTW(name, symbol, stat_type, real)                                                           \
	EXPORT int symbol(const char *path,                                                           \
			  int (*function)(const char *, const struct stat_type *, int, struct FTW *), \
			  int descriptors, int flags)                                                 \
	{                                                                                             \
		struct walk walk = {.stat_call = CALL_##name,                                         \
				    .list_call = CALL_##name##_list,                                  \
				    .nftw = (nftw_function)function,                                  \
				    .flags = flags};                                                  \
		struct walk *outer = current;                                                         \
		nftw_function ours = visit;                                                           \
                                                                                                      \
		if (!staging_slot())                                                                  \
			return real(path, function, descriptors, flags);                              \
		current = &walk;                                                                      \
		int result = real(path, (__typeof__(function))ours, descriptors, flags);              \
		end_walk(&walk, outer, result, path);                                                 \
		return result;                                                                        \
	}

FTW(ftw, stat)
FTW(ftw64, stat64)
NFTW(nftw, nftw, stat, next(nftw))
NFTW(nftw64, nftw64, stat64, next(nftw64))

#ifdef HAS_TIME64
int __ftw64_time64(const char *path, int (*function)(const char *, const struct stat64 *, int),
		   int descriptors);
int __nftw64_time64(const char *path, int (*function)(const char *, const struct stat64 *, int, struct FTW *),
		    int descriptors, int flags);
FTW(__ftw64_time64, stat64)
NFTW(__nftw64_time64, __nftw64_time64, stat64, next(__nftw64_time64))
#endif

/* Before glibc 2.3.3 flags that nftw doesn't know were ignored. */
#ifdef NEXT_HAS_VERSIONS
int old_nftw(const char *path, nftw_function function, int descriptors, int flags);
int old_nftw64(const char *path, int (*function)(const char *, const struct stat64 *, int, struct FTW *),
	       int descriptors, int flags);
EXPORT_VERSION(old_nftw, nftw, "GLIBC_2.2.5")
EXPORT_VERSION(old_nftw64, nftw64, "GLIBC_2.2.5")
NFTW(nftw, old_nftw, stat, next_version(nftw, "GLIBC_2.2.5"))
NFTW(nftw64, old_nftw64, stat64, next_version(nftw64, "GLIBC_2.2.5"))
#endif
