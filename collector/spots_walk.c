/*
 * spots_walk.c - from a path to its spot, through symbolic links, and the few questions to the file system.
 *
 * Rule: what the trace tells comes first, and the file system is asked once for a spot, only about what this
 * run has not made, and only where the trace was made on this machine. Since it is asked after the fact, a
 * link that is younger than the run says nothing of the time before it was made and doesn't count.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spots.h"

/* The kernel's MAXSYMLINKS: a lookup that goes through more ends with ELOOP, path_resolution(7). */
enum { LINKS_MAX = 40 };

/* What is under /proc differs for each process that looks. */
static bool
is_in_proc(const struct spots *spots, const struct spot *spot)
{
	while (spot->parent != NULL && spot->parent != spots->top)
		spot = spot->parent;
	return spot->parent != NULL && strcmp(spot->name, "proc") == 0;
}

/*
 * Whether it was made before the run. What the run moved has another ctime since (inode(7)). The clock of
 * file systems is coarse by some milliseconds, which the start of a process takes as well.
 */
static bool
is_older(const struct spots *spots, const struct stat *status, bool moved)
{
	const struct timespec *time = moved ? &status->st_mtim : &status->st_ctim;

	if (time->tv_sec != spots->start_seconds)
		return time->tv_sec < spots->start_seconds;
	return time->tv_nsec < (long)spots->start_nanoseconds;
}

static void
ask(struct spots *spots, struct spot *spot)
{
	char target[PATH_MAX];
	struct stat status;
	const char *path;
	ssize_t length;

	spot->seen = SEEN_UNCLEAR;
	if (!spots->may_ask || is_in_proc(spots, spot))
		return;
	if (spot->parent != NULL && spot->parent->seen == SEEN_ABSENT) {
		spot->seen = SEEN_ABSENT;
		return;
	}
	path = spots_path(spots, spot);
	if (lstat(path, &status) == -1) {
		if (errno == ENOENT || errno == ENOTDIR)
			spot->seen = SEEN_ABSENT;
		return;
	}
	spot->seen = SEEN_THERE;
	if (S_ISDIR(status.st_mode))
		spot->directory = true;
	if (!S_ISLNK(status.st_mode) || spot->target != NULL ||
	    !is_older(spots, &status, spot->now == NOW_MADE))
		return;
	length = readlink(path, target, sizeof target);
	if (length <= 0 || (size_t)length == sizeof target)
		return;
	spot->target = strndup(target, (size_t)length);
	if (spot->target == NULL)
		spots->short_of_memory = true;
}

static bool
is_to_be_asked(const struct spot *spot)
{
	if (spot->now == NOW_MADE)
		return spot->seen == SEEN_NOT_ASKED && spot->moved_from != NULL;
	return spot->seen == SEEN_NOT_ASKED && spot->now != NOW_GONE;
}

static const char *
link_target(struct spots *spots, struct spot *spot)
{
	if (spot->target == NULL && spot->stands != KNOWN_NO && is_to_be_asked(spot))
		ask(spots, spot);
	return spot->now != NOW_GONE ? spot->target : NULL;
}

/* `at` with the `size` bytes of `text` walked on from it. Recursion is as deep as links are many, 40. */
static struct spot *
walk(struct spots *spots, struct spot *at, const char *text, size_t size, bool follow, int *followed)
{
	const char *end = text + size;
	size_t length;

	while (end > text && end[-1] == '/')
		end--;
	for (; text < end && at != NULL; text += length + 1) {
		const char *slash = memchr(text, '/', (size_t)(end - text));
		const char *target;
		struct spot *child;

		length = (size_t)((slash != NULL ? slash : end) - text);
		if (length == 0 || (length == 1 && text[0] == '.'))
			continue;
		if (length == 2 && text[0] == '.' && text[1] == '.') {
			at = at->parent != NULL ? at->parent : at;
			continue;
		}
		child = spots_child(spots, at, text, length);
		if (child == NULL)
			return NULL;
		target = slash != NULL || follow ? link_target(spots, child) : NULL;
		if (target != NULL && ++*followed <= LINKS_MAX) {
			spots_read(spots, child, HOW_LINK);
			child = walk(spots, *target == '/' ? spots->top : at, target, strlen(target), true,
				     followed);
		}
		at = child;
	}
	return at;
}

struct spot *
spots_walk(struct spots *spots, const char *path, bool follow)
{
	int followed = 0;

	return walk(spots, spots->top, path, strlen(path), follow, &followed);
}

void
spots_learn_link(struct spots *spots, struct spot *spot, const char *target)
{
	if (link_target(spots, spot) != NULL || spot->now == NOW_GONE || *target == '\0' ||
	    is_in_proc(spots, spot))
		return;
	spot->target = strdup(target);
	if (spot->target == NULL)
		spots->short_of_memory = true;
}

bool
spots_is_there(struct spots *spots, struct spot *spot)
{
	if (spot->stands != KNOWN_NOT)
		return spot->stands == KNOWN_YES;
	if (is_to_be_asked(spot))
		ask(spots, spot);
	return spot->seen == SEEN_THERE && spot->now == NOW_UNTOUCHED;
}

/*
 * The trace may not have known of every directory above when the lookup failed. What it told since counts,
 * then what the file system says of those that the run hasn't touched.
 */
const struct spot *
spots_absent_at(struct spots *spots, struct spot *spot)
{
	const struct spot *at = spot->absent_at;

	if (!spot->unsure)
		return at;
	for (struct spot *above = at->parent; above->parent != NULL; above = above->parent) {
		if (above->existed == KNOWN_NOT && above->now == NOW_UNTOUCHED &&
		    above->seen == SEEN_NOT_ASKED)
			ask(spots, above);
	}
	for (struct spot *above = at->parent; above->parent != NULL; above = above->parent) {
		if (above->existed == KNOWN_NO || (above->existed == KNOWN_NOT && above->seen == SEEN_ABSENT))
			at = above;
		else if (above->existed == KNOWN_YES)
			break;
	}
	spot->absent_at = (struct spot *)(uintptr_t)at;
	spot->unsure = false;
	return at;
}
