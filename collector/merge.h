/*
 * merge.h - records of all streams in the order of time.
 */
#ifndef INTERPOSE_MERGE_H
#define INTERPOSE_MERGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "streams.h"

struct merge_chunk;
struct merge_run;

/* A record in its turn. */
struct raw_record {
	uint64_t time; /* CLOCK_MONOTONIC, ns */
	uint32_t pid;
	uint32_t tid;
	uint32_t size; /* of bytes */
	const uint8_t *bytes;
	struct base *base; /* base.h; NULL */
};

/* What comes next of a run, beside it: to find the oldest is to look at little memory. */
struct merge_entry {
	uint64_t time;
	uint64_t arrival; /* the run's number */
	struct merge_run *run;
};

/* Zero to begin; free with merge_free. */
struct merge {
	struct merge_entry *heap; /* the oldest comes first; none is older than the one at half its place */
	size_t count;             /* of runs that wait */
	size_t room;
	uint64_t arrivals;
	struct merge_chunk *chunk;  /* where the next run's bytes go */
	struct merge_chunk *spares; /* chunks without records */
	size_t spare_count;
	size_t used;  /* chunks of MERGE_CHUNK that aren't spare */
	size_t most;  /* of these at a time in the present round */
	size_t kept;  /* so many may there be, with the spare ones */
	size_t bytes; /* of all chunks but the spare ones */
};

/* So much may wait for a slow call elsewhere; beyond it the oldest go on. */
#define MERGE_LIMIT ((size_t)128 << 20)
/* Memory for records comes in chunks of so many bytes. So many stay when nothing waits, and for a while as
 * many as the rounds before needed. */
#define MERGE_CHUNK ((size_t)256 << 10)
#define MERGE_SPARE ((size_t)16)

/* Keeps a copy of the records. 0, or -1 with ENOMEM. */
int merge_add(struct merge *merge, const struct raw_records *records);
/*
 * Gives the records from before `watermark` (ns), oldest first, equal times in order of arrival, and forgets
 * them; `count` at most. True when all have gone that there were. Nothing that is added later should be
 * older; what is, comes late and is not put back.
 */
bool merge_release(struct merge *merge, uint64_t watermark, size_t count,
		   void (*take)(void *owner, const struct raw_record *record), void *owner);
void merge_free(struct merge *merge);

#endif
