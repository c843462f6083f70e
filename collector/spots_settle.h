/*
 * spots_settle.h - whose is what stands at a path: the question that decides whether to read it makes an
 * input. For spots_effects.c alone.
 *
 * Rule: what is known to stand is settled. A change must settle a spot before it says that it stands.
 */
#ifndef INTERPOSE_SPOTS_SETTLE_H
#define INTERPOSE_SPOTS_SETTLE_H

#include "spots.h"

enum owner {
	FOREIGN, /* there before the run, or of others: an input */
	MOVED, /* likewise, but elsewhere before the run renamed it or a directory above it: an input there */
	OURS,  /* the run made it, or that nothing is there: no input */
	DROPPED, /* under a directory that the run deleted or moved away */
};

/* Whose is what stands at `spot`, or doesn't? With MOVED, *origin is where it stood before the run. */
enum owner spots_owner(struct spots *spots, struct spot *spot, struct spot **origin);
/* The same of what was found to stand at `spot`; keeps what that says of the time before. */
enum owner spots_settle(struct spots *spots, struct spot *spot, struct spot **origin);
/* Something stands at `spot`, which is settled, and so in a directory, which is in one. */
void spots_stand(struct spots *spots, struct spot *spot);
/* What stands at `spot` stood at `origin` when the run began and came along when that was renamed. */
void spot_adopt(struct spot *spot, struct spot *origin);

#endif
