/*
 * slots.h - the shared slots (include/record.h) as the collector sees them: what waits in them goes to the
 * streams, what may still come bounds the time up to which all is known, and those whose owner is gone are
 * given free.
 */
#ifndef INTERPOSE_SLOTS_H
#define INTERPOSE_SLOTS_H

#include <stdbool.h>
#include <stdint.h>

#include "record.h"
#include "streams.h"

/* How much later than the clock was read a store may be seen, ns. */
#define SLOTS_MARGIN UINT64_C(100000)

struct slots;

/* `head` is the mapped file; both stay the caller's. NULL with ENOMEM. */
struct slots *slots_new(struct slots_head *head, struct streams *streams);
void slots_free(struct slots *slots);

/*
 * A round begins, at `round` (CLOCK_MONOTONIC ns, read just before): no thread that has a slot will begin to
 * tell what is older than the result. What is older and told already may still be in its slot or in the pipe.
 */
uint64_t slots_bound(struct slots *slots, uint64_t round);
/*
 * Takes what waits. Since the last call all must have been read that was in the pipe then. False while
 * something is still to come of what a slot told when it was first looked at in this round, because it stands
 * behind others that are in the pipe, or went there meanwhile: read the pipe and call again.
 */
bool slots_take(struct slots *slots, uint64_t now);
/* Whoever had this pid before `time` is gone, or has become another image: nothing will be put into its
 * slots. */
void slots_over(struct slots *slots, uint32_t pid, uint64_t time);
/* How many were claimed when they were looked at last. */
unsigned slots_used(const struct slots *slots);
/* Bytes of records that were taken from slots, ever. */
uint64_t slots_taken(const struct slots *slots);
/* Records that were lost in slots whose contents can't be. */
uint64_t slots_lost(const struct slots *slots);

#endif
