/*
 * spots.h - every path that a trace names, each once, and what the run has done there so far: the memory
 * behind the answers (answers.h).
 *
 * A spot is a path without links: who walks to one follows them. Facts of the path stay with the spot (what
 * was read before the run made it, whether something stood there before); facts of what stands there now
 * (whether the run made it, whether it is a link) go along when it is renamed.
 *
 * Spots are never freed before spots_release, so pointers to them stay valid.
 */
#ifndef INTERPOSE_SPOTS_H
#define INTERPOSE_SPOTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event.h"

/* How something was read: a set. */
enum spot_how {
	HOW_READ = 1,
	HOW_STAT = 2,
	HOW_LIST = 4,
	HOW_LOAD = 8,
	HOW_EXEC = 16,
	HOW_LINK = 32,
	HOW_ABSENT = 64,
	/* Reads of contents: a link's are its text. */
	HOW_CONTENTS = HOW_READ | HOW_LIST | HOW_LOAD | HOW_EXEC | HOW_LINK,
};

/* What the run did with what stands at a path, up to now. */
enum spot_now {
	NOW_UNTOUCHED, /* nothing: what is there, or not there, isn't of this run */
	NOW_MADE,      /* made, wholly overwritten, or moved here */
	NOW_CHANGED,   /* its old contents may survive */
	NOW_GONE,      /* deleted, or moved away */
};

enum spot_known { KNOWN_NOT, KNOWN_YES, KNOWN_NO };

/* What the file system said when it was asked, if ever. */
enum spot_seen { SEEN_NOT_ASKED, SEEN_ABSENT, SEEN_THERE, SEEN_UNCLEAR };

struct spot {
	struct spot *parent;     /* NULL for "/" */
	struct spot *chain;      /* the next in its bucket */
	struct spot *child;      /* the first */
	struct spot *sibling;    /* the next */
	struct spot *moved_from; /* NOW_MADE: where what stands here stood when the run began; or NULL */
	struct spot *absent_at;  /* HOW_ABSENT: where the first lookup that found nothing stopped */
	char *target;            /* what stands here is a link with this text; or NULL */
	uint32_t hash;
	uint32_t name_length;
	uint32_t note;        /* for who is told: its own; 0 at first */
	uint8_t how;          /* enum spot_how */
	unsigned now : 2;     /* enum spot_now */
	unsigned existed : 2; /* enum spot_known: whether something stood here when the run began */
	unsigned stands : 2;  /* enum spot_known: whether something does now; YES holds for all above, too */
	unsigned seen : 2;    /* enum spot_seen */
	unsigned directory : 1; /* what stands, or stood here last, is known to be one */
	unsigned altered : 1;   /* NOW_MADE: what was moved here was changed since, or never was elsewhere */
	unsigned unsure : 1;    /* absent_at: of a path above it isn't known that it existed */
	char name[];            /* ends with NUL */
};

/* What the run did at a spot, for one who is told of it as it happens. */
enum spot_act {
	ACT_READ, /* found there, and read in the ways of `how` */
	ACT_ABSENT,
	ACT_GLANCED, /* looked at, without an answer to whether it is there */
	ACT_MADE,    /* `how` is enum spot_known: whether something stood there */
	ACT_CHANGED,
	ACT_REMOVED,
	ACT_MOVED, /* renamed to here, from `from` */
};

struct spots {
	struct spot *top;   /* "/" */
	struct spot *limbo; /* no path: where one of two stands while they are exchanged */
	struct spot **bucket;
	size_t bucket_count; /* a power of two */
	size_t count;
	bool may_ask;          /* the trace is of this machine */
	int64_t start_seconds; /* CLOCK_REALTIME when the run began */
	uint32_t start_nanoseconds;
	char *text; /* room for a path */
	size_t text_size;
	/* Called with each act before it has its effects; NULL for none. It may note that memory is short. */
	void (*told)(void *listener, struct spot *spot, enum spot_act act, unsigned how, struct spot *from);
	void *listener;
	bool short_of_memory; /* something could not be kept: the answers are worth nothing */
};

/* spots.c. 0, or -1 with errno when memory is short. */
int spots_init(struct spots *spots, const struct trace_head *head);
void spots_release(struct spots *spots);
/* The spot called `name` under `parent`, made when it isn't there. NULL when memory is short, which is
 * remembered. */
struct spot *spots_child(struct spots *spots, struct spot *parent, const char *name, size_t length);
/* The path of a spot, valid until the next call; "" when memory is short, which is remembered. */
const char *spots_path(struct spots *spots, const struct spot *spot);
bool spot_is_under(const struct spot *spot, const struct spot *above);
/* The spot after `at` in the tree under `top`, parents first, NULL after the last; `skip`: not under `at`. */
struct spot *spot_next(struct spot *at, const struct spot *top, bool skip);

/*
 * spots_walk.c. The spot that the absolute `path` leads to, through every link on the way and, with `follow`,
 * that of its last name. Each link passed is thereby read. NULL when memory is short.
 */
struct spot *spots_walk(struct spots *spots, const char *path, bool follow);
/* What readlink said: learned where the file system can't be asked. */
void spots_learn_link(struct spots *spots, struct spot *spot, const char *target);
/* Whether something stands there: by the trace, else by the file system if it may be asked. */
bool spots_is_there(struct spots *spots, struct spot *spot);
/* Says at last where the lookup of an absent path stopped. */
const struct spot *spots_absent_at(struct spots *spots, struct spot *spot);

/* spots_effects.c: what the run did to a path. */

/* Found there, and read so. */
void spots_read(struct spots *spots, struct spot *spot, unsigned how);
/* Looked at, without an answer to whether it is there: no permission, say. */
void spots_glance(struct spots *spots, struct spot *spot);
/* Looked for and not found. `parent_lacks`: the directory that it would be in isn't there. */
void spots_absent(struct spots *spots, struct spot *spot, bool parent_lacks);
/* Made, or wholly overwritten. `before`: whether something stood there. */
void spots_make(struct spots *spots, struct spot *spot, enum spot_known before);
void spots_make_directory(struct spots *spots, struct spot *spot);
void spots_make_link(struct spots *spots, struct spot *spot, const char *target);
/* Written to, or its metadata changed. */
void spots_change(struct spots *spots, struct spot *spot);
void spots_remove(struct spots *spots, struct spot *spot);
/* Renamed with all under it. `before`: whether something stood at `to`. */
void spots_move(struct spots *spots, struct spot *from, struct spot *to, enum spot_known before);
void spots_exchange(struct spots *spots, struct spot *one, struct spot *other);

#endif
