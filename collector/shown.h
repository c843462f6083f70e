/*
 * shown.h - which paths a picture shows: those that were used in some way, are selected and aren't ignored,
 * and the directories that they stand in, with numbers.
 *
 * Rule: a directory has a lower number than what stands in it, and all that is under it follows it at once.
 */
#ifndef INTERPOSE_SHOWN_H
#define INTERPOSE_SHOWN_H

#include "answers.h"
#include "output.h"

struct shown {
	/* To be filled by the caller. */
	struct answers *answers;     /* after answers_end, with uses */
	const struct output *output; /* whose selection and patterns apply */
	unsigned mask;               /* the uses that count, enum spot_how and use_what */

	struct spot **spot; /* by number; 0 is "/" */
	size_t count;
	size_t others;   /* paths with other uses alone */
	size_t left_out; /* paths that were used so, or otherwise, and aren't selected or are ignored */
};

/*
 * answers_end() for an output that is given events on all paths, so as to know all processes, and shows those
 * of -P: then the answers aren't complete.
 */
int shown_end(const struct output *output, struct answers *answers, const struct trace_end *end);
/* Finds and numbers them; -1 with errno. Once for an `answers`. */
int shown_find(struct shown *shown);
void shown_free(struct shown *shown);
/* Whether the use counts: its path has a number then. */
bool shown_has(const struct shown *shown, const struct use *use);
/* The number of a path that has one. */
uint32_t shown_number(const struct spot *spot);
/* Calls it with the number of each path that was used and what the run did to it. */
void shown_answers(const struct shown *shown,
		   void (*take)(void *owner, uint32_t number, const struct answer *answer), void *owner);

#endif
