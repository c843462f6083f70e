/*
 * glob.c - glob(3) and wordexp(3). The first reads directories inside libc, but lets a program do it
 * (GLOB_ALTDIRFUNC): so we do, with libc's own functions, and tell. The rule to keep: the program's glob_t
 * comes back as libc would have left it.
 *
 * What wordexp looks at can't be seen; the shell that it runs for $(...) is traced like any other.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <glob.h>
#include <string.h>
#include <sys/stat.h>
#include <wordexp.h>

#include "exec.h"
#include "next.h"
#include "walk.h"

#ifdef GLOB_ALTDIRFUNC /* else, in musl, what glob reads can't be seen */
/* glob calls this only to read what it opened. */
#define DIRECTORY_FUNCTIONS(name, entry_type, stat_type, read_name, stat_name, lstat_name)              \
	static void *name##_open(const char *path)                                                      \
	{                                                                                               \
		DIR *stream = next(opendir)(path);                                                      \
                                                                                                        \
		walk_tell_list(CALL_##name, stream ? 0 : errno, path, strlen(path));                    \
		return stream;                                                                          \
	}                                                                                               \
                                                                                                        \
	static struct entry_type *name##_read(void *stream)                                             \
	{                                                                                               \
		return next(read_name)(stream);                                                         \
	}                                                                                               \
                                                                                                        \
	static void name##_close(void *stream)                                                          \
	{                                                                                               \
		next(closedir)(stream);                                                                 \
	}                                                                                               \
                                                                                                        \
	static int name##_follow(const char *path, struct stat_type *status)                            \
	{                                                                                               \
		int result = next(stat_name)(path, status);                                             \
                                                                                                        \
		walk_tell_stat(CALL_##name##_stat, result == 0 ? 0 : errno, path, strlen(path), true);  \
		return result;                                                                          \
	}                                                                                               \
                                                                                                        \
	static int name##_look(const char *path, struct stat_type *status)                              \
	{                                                                                               \
		int result = next(lstat_name)(path, status);                                            \
                                                                                                        \
		walk_tell_stat(CALL_##name##_stat, result == 0 ? 0 : errno, path, strlen(path), false); \
		return result;                                                                          \
	}

DIRECTORY_FUNCTIONS(glob, dirent, stat, readdir, stat, lstat)
DIRECTORY_FUNCTIONS(glob64, dirent64, stat64, readdir64, stat64, lstat64)
#ifdef HAS_TIME64 /* the status has a type of its own, and is handed on unread */
int __stat64_time64(const char *path, void *status);
int __lstat64_time64(const char *path, void *status);
int __glob64_time64(const char *pattern, int flags, int (*failed)(const char *, int), glob64_t *found);
DIRECTORY_FUNCTIONS(__glob64_time64, dirent64, stat64, readdir64, __stat64_time64, __lstat64_time64)
#endif

#endif

/* The headers declare pointers nonnull, and a compiler would drop a plain comparison. */
static bool
is_null(const void *pointer)
{
	__asm__("" : "+r"(pointer));
	return pointer == NULL;
}

#ifdef GLOB_ALTDIRFUNC
/* The fields of functions may hold anything where the program didn't ask for them; they are put back as they
 * were. */
#define GLOB(name, symbol, result_type, follow, real)                                                 \
	EXPORT int symbol(const char *pattern, int flags, int (*failed)(const char *, int),           \
			  result_type *found)                                                         \
	{                                                                                             \
		if (flags & GLOB_ALTDIRFUNC || is_null(found) || is_null(pattern) || !staging_slot()) \
			return real(pattern, flags, failed, found);                                   \
		result_type given = *found;                                                           \
		found->gl_opendir = name##_open;                                                      \
		found->gl_readdir = name##_read;                                                      \
		found->gl_closedir = name##_close;                                                    \
		found->gl_stat = follow;                                                              \
		found->gl_lstat = name##_look;                                                        \
		int result = real(pattern, flags | GLOB_ALTDIRFUNC, failed, found);                   \
		found->gl_opendir = given.gl_opendir;                                                 \
		found->gl_readdir = given.gl_readdir;                                                 \
		found->gl_closedir = given.gl_closedir;                                               \
		found->gl_stat = given.gl_stat;                                                       \
		found->gl_lstat = given.gl_lstat;                                                     \
		if (found->gl_flags != given.gl_flags)                                                \
			found->gl_flags &= ~GLOB_ALTDIRFUNC;                                          \
		return result;                                                                        \
	}

GLOB(glob, glob, glob_t, glob_follow, next(glob))
GLOB(glob64, glob64, glob64_t, glob64_follow, next(glob64))
#ifdef HAS_TIME64
GLOB(__glob64_time64, __glob64_time64, glob64_t, __glob64_time64_follow, next(__glob64_time64))
#endif
#endif

/*
 * Before glibc 2.27 a program's own functions were asked for the file behind a link alone, where libc itself
 * looked at the link; so ours answers with the link where nothing is behind it.
 */
#ifdef NEXT_HAS_VERSIONS
#define FOLLOW_OR_LOOK(name, stat_type)                                                  \
	static int name##_follow_or_look(const char *path, struct stat_type *status)     \
	{                                                                                \
		return name##_follow(path, status) == 0 ? 0 : name##_look(path, status); \
	}

FOLLOW_OR_LOOK(glob, stat)
FOLLOW_OR_LOOK(glob64, stat64)

int old_glob(const char *pattern, int flags, int (*failed)(const char *, int), glob_t *found);
int old_glob64(const char *pattern, int flags, int (*failed)(const char *, int), glob64_t *found);
EXPORT_VERSION(old_glob, glob, "GLIBC_2.2.5")
EXPORT_VERSION(old_glob64, glob64, "GLIBC_2.2.5")
GLOB(glob, old_glob, glob_t, glob_follow_or_look, next_version(glob, "GLIBC_2.2.5"))
GLOB(glob64, old_glob64, glob64_t, glob64_follow_or_look, next_version(glob64, "GLIBC_2.2.5"))
#endif

static void
tell_shell(int error, int begins, int status)
{
	struct record record = {0};

	if (!record_begin(&record, CALL_wordexp, error))
		return;
	do {
		record_number(&record, begins);
		record_number(&record, status);
	} while (record_again(&record));
}

/* Whether a shell may be run: for $(...) and its older form, save inside $((...)), where we may guess wrong.
 */
static bool
runs_shell(const char *words, int flags)
{
#ifndef __GLIBC__ /* musl leaves all words to a shell */
	return !is_null(words);
#endif
	return !(flags & WRDE_NOCMD) && !is_null(words) && (strstr(words, "$(") || strchr(words, '`'));
}

EXPORT int
wordexp(const char *words, wordexp_t *found, int flags)
{
	if (!runs_shell(words, flags))
		return next(wordexp)(words, found, flags);
	struct shell shell;

	shell_begins(&shell, CALL_wordexp_untraced, NULL);
	shell_lend(&shell);
	tell_shell(0, 1, 0);
	int result = next(wordexp)(words, found, flags);
	tell_shell(0, 0, 0);
	shell_ended(&shell);
	return result;
}
