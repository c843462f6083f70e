/*
 * lanes.h - gives each process of a run a lane, in which no two are at the same time: what a timeline draws.
 */
#ifndef INTERPOSE_LANES_H
#define INTERPOSE_LANES_H

#include "answers.h"

/*
 * Between two processes of a lane there is at least this much time, so that they stay apart in a viewer that
 * counts in microseconds.
 */
enum { LANE_GAP_NS = 1000 };

/*
 * The lane of each process, from 0: the first that is free, below its parent's. *count is how many there are.
 * The caller frees the list. After answers_end. NULL with ENOMEM.
 */
uint32_t *lanes_assign(const struct answers *answers, size_t *count);

#endif
