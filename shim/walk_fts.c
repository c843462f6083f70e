/*
 * walk_fts.c - fts(3): libc's own open, read and stat inside a walk, told from the entries that it hands out.
 * The rule to keep: an entry's path is told as it stands from the working directory of that moment
 * (fts_accpath where the walk moves it, fts_path where it doesn't).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdbool.h>
#if __has_include(<fts.h>) /* musl has none, but for distributions that add one */
#include <fts.h>
#include <string.h>
#include <sys/stat.h>

#include "directories.h"
#include "next.h"
#include "walk.h"

/* The twins with 64 in their names have the same types on machines of 64 bits, and are the same functions
 * here; elsewhere walk_fts64.c compiles all of this anew with the twins' types. */
#ifdef WALK_FTS64
#define FTS    FTS64
#define FTSENT FTSENT64
#elif defined(__LP64__) && defined(__GLIBC__)
_Static_assert(sizeof(FTSENT) == sizeof(FTSENT64) && sizeof(FTS) == sizeof(FTS64),
	       "fts and fts64 are one type");
#endif

static bool
moves(const FTS *stream)
{
	return !(stream->fts_options & FTS_NOCHDIR);
}

struct place {
	const char *path;
	size_t length;
};

static struct place
place_of(const FTS *stream, const FTSENT *entry)
{
	if (moves(stream))
		return (struct place){entry->fts_accpath, strlen(entry->fts_accpath)};
	return (struct place){entry->fts_path,
			      entry->fts_pathlen}; /* one string for all, cut where each ends */
}

/* Whether libc looked at the file for this entry, and what came of it. */
static bool
was_looked_at(const FTSENT *entry, int *error)
{
	switch (entry->fts_info) {
	case FTS_DP:
	case FTS_DOT:
	case FTS_ERR:
	case FTS_INIT:
	case FTS_NSOK:
		return false;
	case FTS_NS:
		*error = entry->fts_errno;
		return true;
	case FTS_SLNONE:
		*error = ENOENT;
		return true;
	default:
		*error = 0;
		return true;
	}
}

static bool
follows(const FTS *stream, const FTSENT *entry)
{
	return stream->fts_options & FTS_LOGICAL ||
	       (stream->fts_options & FTS_COMFOLLOW && entry->fts_level == FTS_ROOTLEVEL);
}

/* The starts are looked at here; fts_read hands them out without a further look. */
static void
tell_starts(enum call call, const FTS *stream)
{
	int error;

	for (const FTSENT *entry = stream->fts_cur ? stream->fts_cur->fts_link : NULL; entry;
	     entry = entry->fts_link) {
		if (was_looked_at(entry, &error))
			walk_tell_stat(call, error, entry->fts_accpath, strlen(entry->fts_accpath),
				       follows(stream, entry));
	}
}

/* Where the walk stands before a step; afterwards the entry may be gone, and its address alone is good. */
struct step {
	const FTSENT *entry;
	int instruction;
	bool through_link;
	bool lists; /* the next step reads this directory */
};

static struct step
step_begins(const FTS *stream)
{
	struct step step = {.entry = stream->fts_cur};

	if (!step.entry)
		return step;
	step.instruction = step.entry->fts_instr;
	step.through_link = step.entry->fts_flags & FTS_SYMFOLLOW;
	step.lists = step.entry->fts_info == FTS_D && step.instruction != FTS_SKIP &&
		     (!stream->fts_child || stream->fts_options & FTS_NAMEONLY) &&
		     !(stream->fts_options & FTS_XDEV && step.entry->fts_dev != stream->fts_dev);
	return step;
}

static void
tell_step(enum call stat_call, enum call list_call, const FTS *stream, const struct step *step,
	  const FTSENT *entry)
{
	bool again = entry == step->entry;
	int error = 0;

	if (moves(stream) &&
	    (!entry || again || entry->fts_level <= FTS_ROOTLEVEL || entry->fts_info == FTS_DP ||
	     entry->fts_parent == step->entry || step->through_link))
		directories_tell_cwd();
	if (!entry)
		return;
	struct place place = place_of(stream, entry);
	if (step->lists && again) {
		bool failed = entry->fts_info == FTS_DNR || entry->fts_info == FTS_ERR;

		walk_tell_list(list_call, failed ? entry->fts_errno : 0, place.path, place.length);
		return;
	}
	if (step->lists && entry->fts_parent == step->entry) {
		struct place parent = moves(stream) ? (struct place){".", 1} : place_of(stream, step->entry);

		walk_tell_list(list_call, 0, parent.path, parent.length);
	}
	if ((entry->fts_level > FTS_ROOTLEVEL || again) && was_looked_at(entry, &error))
		walk_tell_stat(stat_call, error, place.path, place.length,
			       follows(stream, entry) || (again && step->instruction == FTS_FOLLOW));
}

/* An entry of fts_children has its name alone; the path is put together in the scratch memory. */
static void
tell_child(enum call call, const FTS *stream, const FTSENT *directory, const FTSENT *entry, int error)
{
	struct record record = {0};
	struct place place = place_of(stream, directory);
	size_t length = place.length + 1 + entry->fts_namelen;

	if (!record_begin(&record, call, error))
		return;
	char *path = (char *)staging_scratch(record.slot);
	bool fits = length <= SCRATCH_ENVIRONMENT;
	if (fits) {
		memcpy(path, place.path, place.length);
		path[place.length] = '/';
		memcpy(path + place.length + 1, entry->fts_name, entry->fts_namelen);
	}
	do {
		record_string(&record, fits ? path : NULL, length);
		record_number(&record, follows(stream, entry));
	} while (record_again(&record));
}

static void
tell_children(enum call stat_call, enum call list_call, const FTS *stream, const FTSENT *children, int flags,
	      int error)
{
	const FTSENT *directory = stream->fts_cur;

	if (!directory || directory->fts_info != FTS_D)
		return;
	struct place place = place_of(stream, directory);
	walk_tell_list(list_call, children ? 0 : error, place.path, place.length);
	for (; children && !(flags & FTS_NAMEONLY); children = children->fts_link) {
		if (was_looked_at(children, &error))
			tell_child(stat_call, stream, directory, children, error);
	}
}

/* Back to where the walk began; the record says where that is, so the directory is told before it. */
static void
tell_return(enum call call, int result)
{
	struct record record = {0};
	int error = errno;

	directories_tell_cwd();
	if (!record_begin(&record, call, result == 0 ? 0 : error))
		return;
	do {
		record_number(&record, result);
		record_string(&record, ".", 1);
	} while (record_again(&record));
}

#define FTS_FAMILY(prefix, suffix, stream_type, entry_type)                                                 \
	EXPORT stream_type *prefix##_open##suffix(char *const *paths, int options,                          \
						  int (*compare)(const entry_type **, const entry_type **)) \
	{                                                                                                   \
		stream_type *stream = next(prefix##_open##suffix)(paths, options, compare);                 \
                                                                                                            \
		if (stream)                                                                                 \
			tell_starts(CALL_##prefix##_open##suffix, (const FTS *)stream);                     \
		return stream;                                                                              \
	}                                                                                                   \
                                                                                                            \
	EXPORT entry_type *prefix##_read##suffix(stream_type *stream)                                       \
	{                                                                                                   \
		struct step step = step_begins((const FTS *)stream);                                        \
		entry_type *entry = next(prefix##_read##suffix)(stream);                                    \
                                                                                                            \
		if (step.entry && staging_slot())                                                           \
			tell_step(CALL_##prefix##_read##suffix, CALL_##prefix##_read##suffix##_list,        \
				  (const FTS *)stream, &step, (const FTSENT *)entry);                       \
		return entry;                                                                               \
	}                                                                                                   \
                                                                                                            \
	EXPORT entry_type *prefix##_children##suffix(stream_type *stream, int flags)                        \
	{                                                                                                   \
		entry_type *children = next(prefix##_children##suffix)(stream, flags);                      \
		int error = errno;                                                                          \
                                                                                                            \
		if (staging_slot())                                                                         \
			tell_children(CALL_##prefix##_children##suffix,                                     \
				      CALL_##prefix##_children##suffix##_list, (const FTS *)stream,         \
				      (const FTSENT *)children, flags, error);                              \
		return children;                                                                            \
	}                                                                                                   \
                                                                                                            \
	EXPORT int prefix##_close##suffix(stream_type *stream)                                              \
	{                                                                                                   \
		bool moved = moves((const FTS *)stream);                                                    \
		int result = next(prefix##_close##suffix)(stream);                                          \
                                                                                                            \
		if (moved)                                                                                  \
			tell_return(CALL_##prefix##_close##suffix, result);                                 \
		return result;                                                                              \
	}

#ifndef WALK_FTS64
FTS_FAMILY(fts, , FTS, FTSENT)
#endif
#if defined(WALK_FTS64) || (defined(__LP64__) && defined(__GLIBC__))
FTS_FAMILY(fts64, , FTS64, FTSENT64)
#endif
#if defined(WALK_FTS64) && defined(HAS_TIME64) /* entries point to the status, and are the same */
FTS64 *__fts64_open_time64(char *const *paths, int options,
			   int (*compare)(const FTSENT64 **, const FTSENT64 **));
FTSENT64 *__fts64_read_time64(FTS64 *stream);
FTSENT64 *__fts64_children_time64(FTS64 *stream, int flags);
int __fts64_close_time64(FTS64 *stream);
FTS_FAMILY(__fts64, _time64, FTS64, FTSENT64)
#endif
#else
typedef int walk_fts_is_none;
#endif
