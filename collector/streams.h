/*
 * streams.h - frames become records: the first step of a record's way after the pipe. One stream for each
 * thread of each image; its frames may come through the FIFO, and what it left in its slot is read there.
 */
#ifndef INTERPOSE_STREAMS_H
#define INTERPOSE_STREAMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base.h"
#include "record.h"

/* Records on their way to the merge: of one thread, whole, one behind the other, none older than the one
 * before it. */
struct raw_records {
	uint32_t pid; /* who did it: the process, or its vfork child */
	uint32_t tid;
	uint32_t size; /* of bytes */
	const uint8_t *bytes;
	struct base *base; /* what a long path in them is told by (base.h); NULL */
	uint64_t latest;   /* the last one's time: CLOCK_MONOTONIC, ns */
};

struct streams;

enum {
	RECORD_LIMIT = 16 << 20,        /* no record is longer: arguments have 6 MiB at most (execve(2)) */
	STREAMS_PARTS_LIMIT = 64 << 20, /* what records that are not complete yet may take in all */
	STREAMS_LOOSE_LIMIT =
	    1 << 16, /* so many streams without a slot are remembered: those that spoke last */
};

/*
 * `emit` is given the records, whose bytes are gone when it returns. `began` is told when an image or a
 * forked child begins, so that what is left of those that had its pid before can be collected; may be NULL.
 */
struct streams *streams_new(void (*emit)(void *owner, const struct raw_records *records),
			    void (*began)(void *owner, uint32_t pid, uint64_t birth), void *owner);
void streams_free(struct streams *streams);
/* Where the bases of long paths are (record.h); without it records that need one are counted as lost. */
void streams_see_slots(struct streams *streams, struct slots_head *head);

/*
 * A frame as it came from the pipe: `size` bytes with its header. Returns the bytes that were consumed, 0
 * when more are needed, -1 with EBADMSG when this is no frame (the caller counts a loss and looks for the
 * next).
 */
long streams_frame(struct streams *streams, const uint8_t *bytes, size_t size);
/*
 * What stands in a slot: a consistent copy of `committed` bytes for frame `header->sequence`. Returns whether
 * all that the slot ever held is now taken (no frame of it is still in the pipe). From then on
 * streams_ended() must be called.
 */
bool streams_slot(struct streams *streams, const struct frame *header, const uint8_t *data,
		  uint32_t committed);
/* Whether all came that stands before the first `bytes` of frame `header->sequence`, and these. */
bool streams_came(const struct streams *streams, const struct frame *header, uint32_t bytes);
/* Frames before `sequence` that haven't come will not: a loss. */
void streams_skip(struct streams *streams, const struct frame *header, uint32_t sequence);
/* Tells on behalf of process `pid` that the exec it told last has succeeded (NOTE_EXECUTED). */
void streams_executed(struct streams *streams, uint32_t pid, uint64_t time);
/* The stream ends: nothing of it will come any more. Says so when it ended in the middle of a record. */
void streams_ended(struct streams *streams, uint32_t pid, uint32_t tid, uint64_t birth);
/* How many records these are. */
uint64_t streams_count(const struct raw_records *records);
/* Records known to be missing: gaps between frames, and what could not be read. */
uint64_t streams_lost(const struct streams *streams);

#endif
