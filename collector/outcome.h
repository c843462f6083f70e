/*
 * outcome.h - how a call or a process came out, in the words that every readable output has in common.
 */
#ifndef INTERPOSE_OUTCOME_H
#define INTERPOSE_OUTCOME_H

#include "event.h"
#include "line.h"

/*
 * `-1 ENOENT (No such file or directory)`, for an event with an error. The number is the call's own where
 * that says more than that it failed: posix_spawn gives the errno.
 */
void outcome_error(struct line *line, const struct event *event);
/* Which field holds what the call gave: a descriptor, a child, or FIELD_ret. The event needn't have it. */
enum field outcome_field(const struct event *event);
/* "exited with 1", "killed by SIGSEGV (core dumped)", of an exit or a wait. */
void outcome_process(struct line *line, const struct event *event);

#endif
