/*
 * spots_effects.c - what each kind of access does to a spot, with the rules of interpose.json(5).
 *
 * Rule: an input is what was read before this run made it. So every read first asks whose what was read is
 * (spots_settle.h).
 */
#include <stdlib.h>

#include "spots_settle.h"

static void
set_target(struct spot *spot, char *target)
{
	free(spot->target);
	spot->target = target;
}

static void
tell(struct spots *spots, struct spot *spot, enum spot_act act, unsigned how, struct spot *from)
{
	if (spots->told != NULL)
		spots->told(spots->listener, spot, act, how, from);
}

static void
read_spot(struct spots *spots, struct spot *spot, unsigned how)
{
	struct spot *origin = NULL;

	/* Through a descriptor that outlived the name. */
	if (spot->now == NOW_GONE)
		return;
	switch (spots_settle(spots, spot, &origin)) {
	case FOREIGN:
		spot->how = (uint8_t)(spot->how | how);
		break;
	case MOVED:
		origin->how = (uint8_t)(origin->how | how);
		break;
	case OURS:
		break;
	case DROPPED:
		return;
	}
	if (how & HOW_LIST)
		spot->directory = true;
	spots_stand(spots, spot);
}

void
spots_read(struct spots *spots, struct spot *spot, unsigned how)
{
	tell(spots, spot, ACT_READ, how, NULL);
	read_spot(spots, spot, how);
}

void
spots_glance(struct spots *spots, struct spot *spot)
{
	struct spot *origin;

	tell(spots, spot, ACT_GLANCED, 0, NULL);
	switch (spots_owner(spots, spot, &origin)) {
	case FOREIGN:
		spot->how |= HOW_STAT;
		break;
	case MOVED:
		origin->how |= HOW_STAT;
		break;
	case OURS:
	case DROPPED:
		break;
	}
}

/* Where the lookup stopped: at the highest path above `at`, or `at` itself, of which nothing is known to
 * stand above. */
static void
note_stop(struct spot *spot, struct spot *at)
{
	spot->absent_at = at;
	spot->unsure = false;
	for (struct spot *above = at->parent; above != NULL && above->stands != KNOWN_YES;
	     above = above->parent) {
		if (above->stands == KNOWN_NO) {
			spot->absent_at = above;
			spot->unsure = false;
		} else {
			spot->unsure = true;
		}
	}
}

void
spots_absent(struct spots *spots, struct spot *spot, bool parent_lacks)
{
	struct spot *at = spot, *origin;

	tell(spots, spot, ACT_ABSENT, 0, NULL);
	if (spot->now != NOW_UNTOUCHED)
		return;
	switch (spots_owner(spots, spot, &origin)) {
	case OURS:
	case DROPPED:
		return;
	case MOVED:
		if (origin->existed == KNOWN_NOT)
			origin->existed = KNOWN_NO;
		if (origin->absent_at == NULL)
			origin->absent_at = origin;
		origin->how |= HOW_ABSENT;
		return;
	case FOREIGN:
		break;
	}
	if (parent_lacks && spot->parent != NULL && spot->parent->stands != KNOWN_YES)
		at = spot->parent;
	if (spot->absent_at == NULL)
		note_stop(spot, at);
	spot->how |= HOW_ABSENT;
	spot->stands = KNOWN_NO;
	if (spot->existed == KNOWN_NOT)
		spot->existed = KNOWN_NO;
}

/* What the run knows of the time before, when it makes or removes something at `spot`. */
static void
note_before(struct spots *spots, struct spot *spot, enum spot_known before)
{
	struct spot *origin;

	if (spot->now != NOW_UNTOUCHED)
		return;
	switch (spots_owner(spots, spot, &origin)) {
	case FOREIGN:
		if (spot->existed == KNOWN_NOT)
			spot->existed = before;
		break;
	case MOVED:
		if (before == KNOWN_YES)
			spot_adopt(spot, origin);
		else if (origin->existed == KNOWN_NOT)
			origin->existed = before;
		break;
	case OURS:
	case DROPPED:
		break;
	}
}

void
spots_make(struct spots *spots, struct spot *spot, enum spot_known before)
{
	tell(spots, spot, ACT_MADE, before, NULL);
	note_before(spots, spot, before);
	spot->now = NOW_MADE;
	spot->moved_from = NULL;
	spot->altered = true;
	spot->directory = false;
	spot->seen = SEEN_THERE;
	set_target(spot, NULL);
	spots_stand(spots, spot);
}

void
spots_make_directory(struct spots *spots, struct spot *spot)
{
	spots_make(spots, spot, KNOWN_NO);
	spot->directory = true;
}

void
spots_make_link(struct spots *spots, struct spot *spot, const char *target)
{
	spots_make(spots, spot, KNOWN_NO);
	if (target != NULL)
		spots_learn_link(spots, spot, target);
}

void
spots_change(struct spots *spots, struct spot *spot)
{
	struct spot *origin = NULL;

	tell(spots, spot, ACT_CHANGED, 0, NULL);
	if (spot->now == NOW_GONE)
		return;
	switch (spots_settle(spots, spot, &origin)) {
	case FOREIGN:
		spot->now = NOW_CHANGED;
		break;
	case MOVED:
	case OURS:
		spot->altered = true;
		break;
	case DROPPED:
		return;
	}
	spots_stand(spots, spot);
}

static void
fall(struct spots *spots, struct spot *spot)
{
	note_before(spots, spot, KNOWN_YES);
	spot->now = NOW_GONE;
	spot->stands = KNOWN_NO;
	spot->moved_from = NULL;
	set_target(spot, NULL);
}

/* `spot` doesn't stand any more, and so nothing under it. */
static void
fall_under(struct spots *spots, struct spot *spot)
{
	for (struct spot *under = spot_next(spot, spot, false); under != NULL;) {
		/* What isn't known to stand has nothing under it that is. */
		bool stood = under->stands == KNOWN_YES;

		if (stood)
			fall(spots, under);
		under = spot_next(under, spot, !stood);
	}
}

/*
 * What was under `spot` isn't there any more, and something that isn't known in full may come: what was found
 * there, or wasn't, says nothing now.
 */
static void
forget_under(struct spot *spot)
{
	for (struct spot *under = spot_next(spot, spot, false); under != NULL;
	     under = spot_next(under, spot, false)) {
		under->stands = KNOWN_NOT;
		under->seen = SEEN_NOT_ASKED;
		set_target(under, NULL);
	}
}

void
spots_remove(struct spots *spots, struct spot *spot)
{
	tell(spots, spot, ACT_REMOVED, 0, NULL);
	fall_under(spots, spot);
	forget_under(spot);
	fall(spots, spot);
	if (spot->parent == NULL)
		return;
	spots_stand(spots, spot->parent);
	spot->parent->directory = true;
}

/* What stands at `from` stands at `to` from now on. */
static void
transfer(struct spots *spots, struct spot *from, struct spot *to, enum spot_known before)
{
	bool made = from->now == NOW_MADE;
	struct spot *origin = made ? from->moved_from : from;
	bool altered = made ? from->altered : from->now == NOW_CHANGED;

	tell(spots, to, ACT_MOVED, 0, from);
	if (!made)
		from->how |= HOW_READ;
	note_before(spots, to, before);
	to->moved_from = origin;
	to->altered = altered;
	to->now = NOW_MADE;
	if (origin == to) { /* back again */
		to->now = altered ? NOW_CHANGED : NOW_UNTOUCHED;
		to->moved_from = NULL;
	}
	to->stands = KNOWN_YES;
	to->seen = from->seen == SEEN_THERE ? SEEN_THERE : SEEN_NOT_ASKED;
	to->directory = from->directory;
	set_target(to, from->target);
	from->target = NULL;
	from->now = NOW_GONE;
	from->stands = KNOWN_NO;
	from->moved_from = NULL;
}

void
spots_move(struct spots *spots, struct spot *from, struct spot *to, enum spot_known before)
{
	struct spot *at = from, *there = to, *next;

	if (spot_is_under(to, from) || spot_is_under(from, to))
		return; /* to itself it is nothing, and the kernel refuses the rest */
	read_spot(spots, from, HOW_READ);
	spots_stand(spots, from);
	if (from->now == NOW_GONE)
		from->now = NOW_MADE; /* someone untraced made it anew */
	fall_under(spots, to);
	forget_under(to);
	while (there != NULL) {
		bool stood = at->stands == KNOWN_YES;

		next = spot_next(at, from, !stood);
		if (stood)
			transfer(spots, at, there, at == from ? before : KNOWN_NOT);
		if (next == NULL)
			break;
		/* Down to a child, or up to the sibling of one that was passed. */
		if (next->parent != at) {
			for (const struct spot *up = at; up->parent != next->parent; up = up->parent)
				there = there->parent;
			there = there->parent;
		}
		at = next;
		there = spots_child(spots, there, at->name, at->name_length);
	}
	forget_under(from);
	spots_stand(spots, to);
}

void
spots_exchange(struct spots *spots, struct spot *one, struct spot *other)
{
	struct spot *limbo = spots->limbo;

	if (spot_is_under(one, other) || spot_is_under(other, one))
		return;
	limbo->now = NOW_UNTOUCHED;
	spots_move(spots, one, limbo, KNOWN_NO);
	spots_move(spots, other, one, KNOWN_YES);
	spots_move(spots, limbo, other, KNOWN_YES);
}
