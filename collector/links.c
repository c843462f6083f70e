/*
 * links.c - asks for links and follows them (links.h).
 *
 * Rule: between links_begin and the end of a call nothing is asked twice, so that places and targets stay
 * while path.c walks through them.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "links.h"

#define BYTES_TIDY ((size_t)8 << 20)
#define BYTES_MOST ((size_t)64 << 20)
#define AGE_MS     1000

int
links_init(struct links *links)
{
	*links = (struct links){.tidy_at_bytes = BYTES_TIDY};
	return place_tree_init(&links->tree);
}

void
links_release(struct links *links)
{
	place_tree_release(&links->tree);
}

void
links_begin(struct links *links)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	links->now_ms = (uint32_t)((uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000);
	if (links->tree.bytes < links->tidy_at_bytes)
		return;
	for (enum place_forget most = FORGET_ASKED; most <= FORGET_ALL; most++) {
		place_forget(&links->tree, links->tree.top, most);
		if (links->tree.bytes <= BYTES_MOST / 2)
			break;
	}
	/* Twice what stays, so that the way through the tree is paid by as many new places. */
	links->tidy_at_bytes = links->tree.bytes * 2 > BYTES_TIDY ? links->tree.bytes * 2 : BYTES_TIDY;
}

/* readlink(2) of a path of any length: what is longer than PATH_MAX goes from directory to directory. */
static ssize_t
readlink_long(char *path, char *target, size_t size)
{
	int directory = AT_FDCWD;

	while (strlen(path) >= PATH_MAX) {
		char *cut = memrchr(path + 1, '/', PATH_MAX - 2);
		int next = -1;
		if (cut) {
			*cut = '\0';
			next = openat(directory, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
			*cut = '/';
			path = cut + 1;
		}
		if (directory != AT_FDCWD)
			close(directory);
		if (next < 0) {
			errno = ENOENT;
			return -1;
		}
		directory = next;
	}
	ssize_t length = readlinkat(directory, path, target, size);
	int error = errno;
	if (directory != AT_FDCWD)
		close(directory);
	errno = error;
	return length;
}

static void
set(struct links *links, struct place *place, enum place_kind kind, char *target, bool learned)
{
	place_set(&links->tree, place, kind, target, learned);
	place->asked_ms = links->now_ms;
}

static bool
is_in_proc(const struct links *links, const struct place *place)
{
	while (place->parent && place->parent != links->tree.top)
		place = place->parent;
	return place->parent && strcmp(place->name, "proc") == 0;
}

static bool
is_fresh(const struct links *links, const struct place *place)
{
	return place->learned || (place->kind != PLACE_UNKNOWN && links->now_ms - place->asked_ms < AGE_MS);
}

/* A fact gives way to another fact only: where nothing is any more, a link that was there stays known. */
static void
note_absent(struct links *links, struct place *place)
{
	if (place->kind == PLACE_LINK)
		place->asked_ms = links->now_ms;
	else
		set(links, place, PLACE_ABSENT, NULL, false);
}

static void
ask(struct links *links, struct place *place)
{
	char target[PATH_MAX];
	char *path, *copy;

	if (is_in_proc(links, place)) {
		set(links, place, PLACE_PLAIN, NULL, false);
		return;
	}
	if ((place->parent->kind == PLACE_ABSENT && is_fresh(links, place->parent)) ||
	    !(path = place_path(&links->tree, place))) {
		note_absent(links, place);
		return;
	}
	ssize_t length = readlink_long(path, target, sizeof target - 1);
	if (length > 0 && (copy = strndup(target, (size_t)length)))
		set(links, place, PLACE_LINK, copy, false);
	else if (length < 0 && errno == EINVAL)
		set(links, place, PLACE_PLAIN, NULL, false);
	else
		note_absent(links, place);
}

const char *
links_target(struct links *links, struct place *place)
{
	if (!is_fresh(links, place))
		ask(links, place);
	return place->target;
}

static struct place *
walk(struct links *links, struct place *root, struct place *from, const char *text, size_t size,
     int *followed)
{
	const char *end = text + size;
	struct place *place = from;
	size_t length;

	for (; text < end; text += length + 1) {
		const char *slash = memchr(text, '/', (size_t)(end - text));
		length = (size_t)((slash ? slash : end) - text);
		if (length == 0)
			continue;
		if (length == 1 && text[0] == '.')
			continue;
		if (length == 2 && text[0] == '.' && text[1] == '.') {
			if (place != root && place->parent)
				place = place->parent;
			continue;
		}
		struct place *child = place_child(&links->tree, place, text, length);
		if (!child)
			return NULL;
		const char *target = links_target(links, child);
		if (target && ++*followed > LINKS_MAX) {
			errno = ELOOP;
			return NULL;
		}
		if (target) {
			child = walk(links, root, *target == '/' ? root : place, target, strlen(target),
				     followed);
			if (!child)
				return NULL;
		}
		place = child;
	}
	return place;
}

struct place *
links_walk(struct links *links, struct place *root, struct place *from, const char *text, size_t length)
{
	int followed = 0;

	return walk(links, root, from, text, length, &followed);
}

struct place *
links_named(struct links *links, const char *path, bool make)
{
	size_t end = strlen(path);

	while (end > 0 && path[end - 1] == '/')
		end--;
	if (*path != '/' || end == 0)
		return NULL;
	const char *name = (const char *)memrchr(path, '/', end) + 1;
	size_t length = (size_t)(path + end - name);
	struct place *top = links->tree.top;
	struct place *directory = links_walk(links, top, top, path, (size_t)(name - path));
	if (!directory)
		return NULL;
	return make ? place_child(&links->tree, directory, name, length)
		    : place_find(&links->tree, directory, name, length);
}

void
links_make(struct links *links, struct place *place, const char *target)
{
	/* An empty target, which symlink(2) refuses, and a lack of memory leave it unknown. */
	char *copy = target && *target ? strdup(target) : NULL;

	place_drop_under(&links->tree, place);
	if (target && !copy)
		set(links, place, PLACE_UNKNOWN, NULL, false);
	else
		set(links, place, copy ? PLACE_LINK : PLACE_PLAIN, copy, true);
}

void
links_remove(struct links *links, struct place *place)
{
	if (place->kind == PLACE_LINK)
		place->learned = true;
	else
		set(links, place, PLACE_ABSENT, NULL, false);
}

/*
 * What the file system lacked under a path may only have been moved before the trace told so: under the new
 * path it is to be asked again.
 */
static void
forget_absent(struct links *links, struct place *place)
{
	place_forget(&links->tree, place, FORGET_ABSENT);
	if (place->kind == PLACE_ABSENT)
		set(links, place, PLACE_UNKNOWN, NULL, false);
}

void
links_exchange(struct links *links, struct place *one, struct place *other)
{
	/* The kernel refuses it as well. */
	if (place_is_under(one, other) || place_is_under(other, one))
		return;
	forget_absent(links, one);
	forget_absent(links, other);
	place_exchange(&links->tree, one, other);
}

void
links_move(struct links *links, struct place *from, struct place *to)
{
	if (!from) {
		place_drop(&links->tree, to);
		return;
	}
	if (place_is_under(to, from) || place_is_under(from, to))
		return;
	links_exchange(links, from, to);
	place_drop(&links->tree, to);
}
