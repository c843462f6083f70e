/*
 * touches.c - see touches.h. A touch takes 48 bytes and is found by a hash of path, process and kind, so that
 * a million events of which each touches another path are 48 MB, and a file that everything reads costs each
 * reader one touch.
 */
#include "touches.h"

#include <errno.h>
#include <stdlib.h>

#include "grown.h"

static uint64_t
hash_key(uint32_t path, uint32_t process, unsigned kind)
{
	uint64_t hash = ((uint64_t)path << 32 | process) ^ (uint64_t)kind << 27;

	hash = (hash ^ hash >> 31) * UINT64_C(0x9e3779b97f4a7c15);
	return hash ^ hash >> 29;
}

/* The slot where the touch stands or would stand; there is always a free one. */
static size_t
find_slot(const struct touches *touches, uint32_t path, uint32_t process, unsigned kind)
{
	size_t at = (size_t)hash_key(path, process, kind) & (touches->slots - 1);

	while (touches->slot[at] != 0) {
		const struct touch *touch = &touches->touch[touches->slot[at] - 1];

		if (touch->path == path && touch->process == process && touch->kind == kind)
			break;
		at = (at + 1) & (touches->slots - 1);
	}
	return at;
}

/* At most three quarters full. A later touch takes the place of an earlier one with the same key. */
static int
grow_slots(struct touches *touches)
{
	size_t slots = touches->slots != 0 ? touches->slots * 2 : 1024;
	uint32_t *slot = calloc(slots, sizeof *slot);

	if (slot == NULL)
		return -1;
	free(touches->slot);
	touches->slot = slot;
	touches->slots = slots;
	for (size_t at = 0; at < touches->count; at++) {
		const struct touch *touch = &touches->touch[at];

		slot[find_slot(touches, touch->path, touch->process, touch->kind)] = (uint32_t)at + 1;
	}
	return 0;
}

/* The path of a spot; NULL with errno. */
static struct touched *
path_of(struct touches *touches, struct spot *spot)
{
	struct touched *path;

	if (spot->note != 0)
		return &touches->path[spot->note - 1];
	path = grown(touches->path, touches->path_count, &touches->path_room, sizeof *path);
	if (path == NULL)
		return NULL;
	touches->path = path;
	path += touches->path_count++;
	*path = (struct touched){.spot = spot};
	spot->note = (uint32_t)touches->path_count;
	return path;
}

static struct touch *
short_of_memory(const struct touches *touches)
{
	touches->answers->spots.short_of_memory = true;
	return NULL;
}

/* Writes are one touch only while nobody else wrote there. */
static bool
goes_on(const struct touches *touches, uint32_t found, unsigned kind)
{
	const struct touch *touch = &touches->touch[found - 1];

	if (kind < TOUCH_MADE)
		return true;
	return kind <= TOUCH_CHANGED && touches->path[touch->path].writer == found;
}

/* NULL when memory is short, which is remembered. */
static struct touch *
add(struct touches *touches, struct spot *spot, enum touch_kind kind)
{
	const struct event *event = touches->answers->event;
	uint32_t process = touches->answers->current;
	struct touched *path = path_of(touches, spot);
	struct touch *touch;
	uint32_t number;
	size_t slot;

	if (path == NULL || ((touches->count + 1) * 4 > touches->slots * 3 && grow_slots(touches) == -1))
		return short_of_memory(touches);
	number = (uint32_t)(path - touches->path);
	slot = find_slot(touches, number, process, kind);
	if (touches->slot[slot] != 0 && goes_on(touches, touches->slot[slot], kind)) {
		touch = &touches->touch[touches->slot[slot] - 1];
	} else {
		touch = grown(touches->touch, touches->count, &touches->room, sizeof *touch);
		if (touch == NULL)
			return short_of_memory(touches);
		touches->touch = touch;
		touch += touches->count++;
		*touch = (struct touch){.first_ns = event->time_ns,
					.path = number,
					.process = process,
					.before = path->last,
					.kind = (uint8_t)kind,
					.event = (uint8_t)event->kind};
		path->last = (uint32_t)touches->count;
		touches->slot[slot] = path->last;
	}
	touch->last_ns = event->time_ns;
	if (touch->count < UINT32_MAX)
		touch->count++;
	return touch;
}

static void
add_write(struct touches *touches, struct spot *spot, enum touch_kind kind)
{
	struct touch *touch = add(touches, spot, kind);
	uint32_t number, *writer;

	if (touch == NULL)
		return;
	number = (uint32_t)(touch - touches->touch) + 1;
	writer = &touches->path[touch->path].writer;
	/* What is changed had been written by somebody. */
	if (kind == TOUCH_CHANGED && *writer != number)
		touch->writer = *writer;
	*writer = number;
}

static void
add_move(struct touches *touches, struct spot *from, struct spot *to)
{
	struct touch *away = add(touches, from, TOUCH_MOVED_AWAY), *here;
	uint32_t source, target, writer;

	if (away == NULL)
		return;
	source = away->path;
	writer = touches->path[source].writer;
	touches->path[source].writer = 0;
	here = add(touches, to, TOUCH_MOVED_HERE);
	if (here == NULL)
		return;
	target = here->path;
	here->other = source + 1;
	here->writer = writer;
	touches->path[target].writer = (uint32_t)(here - touches->touch) + 1;
	touches->touch[touches->path[source].last - 1].other = target + 1;
}

static void
add_reads(struct touches *touches, struct spot *spot, unsigned how)
{
	static const struct {
		enum spot_how how;
		enum touch_kind kind;
	} kinds[] = {{HOW_READ, TOUCH_READ},    {HOW_STAT, TOUCH_LOOKED},   {HOW_LIST, TOUCH_LISTED},
		     {HOW_LOAD, TOUCH_LOADED},  {HOW_EXEC, TOUCH_EXECUTED}, {HOW_LINK, TOUCH_LINK},
		     {HOW_ABSENT, TOUCH_ABSENT}};

	for (size_t at = 0; at < sizeof kinds / sizeof kinds[0]; at++) {
		if (how & kinds[at].how)
			add(touches, spot, kinds[at].kind);
	}
}

/* Whether something stood where something is made. */
static bool
stood(const struct spot *spot, enum spot_known before)
{
	if (before != KNOWN_NOT)
		return before == KNOWN_YES;
	return spot->stands == KNOWN_YES ||
	       (spot->stands == KNOWN_NOT && (spot->now == NOW_MADE || spot->now == NOW_CHANGED));
}

static void
told(void *listener, struct spot *spot, enum spot_act act, unsigned how, struct spot *from)
{
	struct touches *touches = listener;

	switch (act) {
	case ACT_READ:
		add_reads(touches, spot, how);
		break;
	case ACT_ABSENT:
		add(touches, spot, TOUCH_ABSENT);
		break;
	case ACT_GLANCED:
		add(touches, spot, TOUCH_UNCLEAR);
		break;
	case ACT_MADE:
		add_write(touches, spot, stood(spot, how) ? TOUCH_OVERWRITTEN : TOUCH_MADE);
		break;
	case ACT_CHANGED:
		add_write(touches, spot, TOUCH_CHANGED);
		break;
	case ACT_REMOVED:
		if (add(touches, spot, TOUCH_REMOVED) != NULL)
			touches->path[spot->note - 1].writer = 0;
		break;
	case ACT_MOVED:
		add_move(touches, from, spot);
		break;
	}
}

struct touches *
touches_new(struct answers *answers)
{
	struct touches *touches = calloc(1, sizeof *touches);

	if (touches == NULL)
		return NULL;
	touches->answers = answers;
	answers->spots.told = told;
	answers->spots.listener = touches;
	return touches;
}

void
touches_free(struct touches *touches)
{
	if (touches == NULL)
		return;
	free(touches->touch);
	free(touches->path);
	free(touches->slot);
	free(touches);
}
