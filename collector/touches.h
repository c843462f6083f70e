/*
 * touches.h - what happened to each path, and who did it, with the way of contents that were renamed: for the
 * output that tells the story of a path. uses.h folds the same into one use for each path and process,
 * without the order: what outputs need that count.
 *
 * What a process did several times at a path is one touch with a count. A touch that writes is told apart
 * from an earlier one when somebody else, or a rename, came between the two.
 */
#ifndef INTERPOSE_TOUCHES_H
#define INTERPOSE_TOUCHES_H

#include "answers.h"

enum touch_kind {
	/* Contents are read. */
	TOUCH_READ,
	TOUCH_LOADED,
	TOUCH_EXECUTED,
	TOUCH_LISTED,
	TOUCH_LINK, /* a symbolic link was followed or read */
	/* Nothing but whether it is there, and its metadata. */
	TOUCH_LOOKED,
	TOUCH_ABSENT,
	TOUCH_UNCLEAR, /* a lookup without permission, say */
	/* What stands there is another afterwards. */
	TOUCH_MADE,
	TOUCH_OVERWRITTEN,
	TOUCH_CHANGED,
	TOUCH_MOVED_HERE,
	TOUCH_MOVED_AWAY,
	TOUCH_REMOVED,
	TOUCH_KIND_COUNT
};

struct touch {
	uint64_t first_ns;
	uint64_t last_ns;
	uint32_t path;    /* index in touches.path */
	uint32_t process; /* index in answers.process */
	uint32_t before;  /* the touch of the same path before this one, its index + 1; 0: none */
	uint32_t count;
	uint32_t other;  /* moved or linked: the other path's index + 1; 0: none */
	uint32_t writer; /* moved here, changed: the touch that wrote that, its index + 1; 0: not this run */
	uint8_t kind;    /* enum touch_kind */
	uint8_t event;   /* enum event_kind of the first */
};

/* A path that was touched. */
struct touched {
	struct spot *spot;
	uint32_t last;   /* its latest touch, the index + 1 */
	uint32_t writer; /* the touch that last wrote, or moved here, what stands there, likewise; 0: none */
};

struct touches {
	struct answers *answers;
	struct touch *touch; /* in the order of their first */
	size_t count;
	size_t room;
	struct touched *path;
	size_t path_count;
	size_t path_room;
	uint32_t *slot; /* hash table of the latest touch of a path, process and kind: its index + 1 */
	size_t slots;
};

/* Keeps the touches of all events that the answers, just made, are given. NULL with errno. */
struct touches *touches_new(struct answers *answers);
void touches_free(struct touches *touches);

#endif
