/*
 * links.h - which path is a symbolic link, and where it leads: told by the trace, or asked of the file
 * system.
 *
 * A place's path holds no link that is known of, so that a path and its aliases through links come to the
 * same place; to follow a link is to walk on from another place. What the trace told comes before what the
 * file system says now, since the collector works a moment after the fact.
 *
 * Places and targets are valid until links_begin and the functions that the trace tells by.
 */
#ifndef INTERPOSE_LINKS_H
#define INTERPOSE_LINKS_H

#include "place.h"

/* The kernel's MAXSYMLINKS: a lookup that goes through more ends with ELOOP, path_resolution(7). */
#define LINKS_MAX 40

struct links {
	struct place_tree tree;
	uint32_t now_ms;      /* of the call in work: coarse, monotonic, wraps */
	size_t tidy_at_bytes; /* where links_begin forgets next */
};

/* 0, or -1 with errno when memory is short. */
int links_init(struct links *links);
void links_release(struct links *links);

/*
 * To be called before the first question of each call: reads the clock, and keeps the bound. Places take some
 * 64 MiB at most. From 8 MiB on (some 65,536 places), what came from the file system is forgotten; when what
 * the trace told takes more than half of the bound by itself, first its plain things go, which the file
 * system or the lexical rule can answer, then its links.
 */
void links_begin(struct links *links);

/*
 * Where the link at `place` points; NULL when it is none or nothing can be known. Asks the file system unless
 * the trace told, or the same was asked less than a second ago (untraced processes change things as well).
 * What was known of a link where nothing is any more stays. What is under /proc differs for each who looks
 * and isn't asked: no link.
 */
const char *links_target(struct links *links, struct place *place);

/*
 * Where the `length` bytes of `text` lead from `from` with all links followed, as a process with root `root`.
 * NULL with errno: ELOOP when they are more than 40, ENOMEM.
 */
struct place *links_walk(struct links *links, struct place *root, struct place *from, const char *text,
			 size_t length);

/*
 * The place that the absolute `path` names, its own link not followed, as seen from outside any chroot: made
 * with `make`, else NULL when nothing is known of it. Also NULL for what is no path, for "/", and when memory
 * is short.
 */
struct place *links_named(struct links *links, const char *path, bool make);

/* The trace tells: `place` was made as a link to `target`, or as something else with NULL. Nothing is under
 * it yet. */
void links_make(struct links *links, struct place *place, const char *target);
/* The trace tells: nothing is at `place` any more. A link stays known for those who went through it before.
 */
void links_remove(struct links *links, struct place *place);
/* The trace tells: `from` (NULL when nothing was known of it), with all under it, is now what `to` was. */
void links_move(struct links *links, struct place *from, struct place *to);
/* The trace tells: two places changed names, with all that is under them. */
void links_exchange(struct links *links, struct place *one, struct place *other);

#endif
