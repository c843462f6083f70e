/*
 * merge.h - records of all streams in the order of time.
 */
#ifndef INTERPOSE_MERGE_H
#define INTERPOSE_MERGE_H

#include <stddef.h>
#include <stdint.h>

#include "streams.h"

/* What a record is sorted by stands beside it: to sort is to look at little memory. */
struct merge_entry {
	uint64_t time;
	uint64_t order;
	struct raw_record *record;
};

/* Zero to begin; free with merge_free. */
struct merge {
	struct merge_entry *waiting;
	size_t count;
	size_t room;
	size_t sorted; /* of waiting, from the beginning */
	size_t bytes;  /* that the waiting ones hold */
};

/* So much may wait for a slow call elsewhere; beyond it the oldest go on. */
#define MERGE_LIMIT ((size_t)128 << 20)

/* Takes the record over. 0, or -1 with ENOMEM. */
int merge_add(struct merge *merge, struct raw_record *record);
/*
 * Gives every record from before `watermark` (ns), oldest first, equal times in order of arrival, and frees
 * it. Nothing that is added later should be older; what is, comes late and is not put back.
 */
void merge_release(struct merge *merge, uint64_t watermark,
		   void (*take)(void *owner, const struct raw_record *record), void *owner);
void merge_free(struct merge *merge);

#endif
