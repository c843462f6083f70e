/*
 * spots_settle.c - see spots_settle.h. Each question costs one way up to the first path that is settled, so
 * that a path of any depth is settled in one.
 */
#include <stdlib.h>

#include "spots_settle.h"

/* The spot with the names that lead from `above` to `spot`, but from `start`; NULL when memory is short. */
static struct spot *
counterpart(struct spots *spots, const struct spot *spot, const struct spot *above, struct spot *start)
{
	const struct spot **step;
	size_t depth = 0;

	for (const struct spot *at = spot; at != above; at = at->parent)
		depth++;
	step = reallocarray(NULL, depth + 1, sizeof *step);
	if (step == NULL) {
		spots->short_of_memory = true;
		return NULL;
	}
	for (const struct spot *at = spot; at != above; at = at->parent)
		step[--depth] = at;
	for (const struct spot *at = above; at != spot && start != NULL; depth++) {
		at = step[depth];
		start = spots_child(spots, start, at->name, at->name_length);
	}
	free(step);
	return start;
}

enum owner
spots_owner(struct spots *spots, struct spot *spot, struct spot **origin)
{
	const struct spot *above = spot->parent;

	if (spot->now == NOW_CHANGED)
		return FOREIGN;
	if (spot->now != NOW_UNTOUCHED)
		return OURS;
	/* What stands is settled: had it come with what is above it, it would be NOW_MADE. */
	while (above != NULL && above->stands != KNOWN_YES && above->now == NOW_UNTOUCHED)
		above = above->parent;
	if (above == NULL || above->now == NOW_UNTOUCHED || above->now == NOW_CHANGED)
		return FOREIGN;
	if (above->now == NOW_GONE)
		return DROPPED;
	if (above->moved_from == NULL)
		return OURS;
	*origin = counterpart(spots, spot, above, above->moved_from);
	return *origin != NULL ? MOVED : OURS;
}

void
spot_adopt(struct spot *spot, struct spot *origin)
{
	origin->existed = KNOWN_YES;
	origin->how |= HOW_READ;
	if (origin->now == NOW_UNTOUCHED || origin->now == NOW_CHANGED) {
		origin->now = NOW_GONE;
		origin->stands = KNOWN_NO;
	}
	spot->now = NOW_MADE;
	spot->moved_from = origin;
	spot->altered = false;
}

/* Something stands at `spot`: keeps what that says of the time before. */
static void
settle_as(struct spot *spot, enum owner owner, struct spot *origin)
{
	switch (owner) {
	case FOREIGN:
		if (spot->existed == KNOWN_NOT)
			spot->existed = KNOWN_YES;
		break;
	case MOVED:
		spot_adopt(spot, origin);
		break;
	case OURS:
		/* In a directory that this run made, where someone untraced made it. */
		if (spot->now == NOW_UNTOUCHED) {
			spot->now = NOW_MADE;
			spot->altered = true;
		}
		break;
	case DROPPED:
		break;
	}
}

enum owner
spots_settle(struct spots *spots, struct spot *spot, struct spot **origin)
{
	enum owner owner = spots_owner(spots, spot, origin);

	settle_as(spot, owner, *origin);
	return owner;
}

/* What holds of the lowest spot that was untouched holds of those above it, too, up to what made it so. */
void
spots_stand(struct spots *spots, struct spot *spot)
{
	struct spot *origin = NULL;
	enum owner owner = FOREIGN;
	bool known = false;

	spot->stands = KNOWN_YES;
	for (struct spot *above = spot->parent; above != NULL; above = above->parent) {
		above->directory = true;
		if (above->stands == KNOWN_YES)
			break;
		if (above->now == NOW_UNTOUCHED) {
			if (!known)
				owner = spots_owner(spots, above, &origin);
			else if (origin != NULL)
				origin = origin->parent;
			known = true;
			settle_as(above, owner, origin);
		} else {
			known = false;
			origin = NULL;
		}
		if (above->now == NOW_GONE) {
			/* Someone untraced made it anew. */
			above->now = NOW_MADE;
			above->altered = true;
		}
		above->stands = KNOWN_YES;
	}
}
