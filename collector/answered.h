/*
 * answered.h - what the outputs have in common that are made of a run's answers: they take its events and
 * write when it has ended. Those for a person, which answer one question, have the whole of their end here
 * (answered_end); a graph, a timeline or the result writes by itself and then closes (answered_close).
 */
#ifndef INTERPOSE_ANSWERED_H
#define INTERPOSE_ANSWERED_H

#include "answers.h"
#include "line.h"
#include "output.h"

/* The `state` of such an output. */
struct answered {
	struct answers *answers;
	struct line line;           /* what is being written */
	void *own;                  /* the output's */
	void (*release)(void *own); /* NULL for nothing */
};

/* For an output's begin(): the state, in which the answers keep nothing but themselves. 0, or -1 with errno.
 */
int answered_open(struct output *output, const struct trace_head *head);

/* An output_format's functions. This begin() keeps the uses. */
int answered_begin(struct output *output, const struct trace_head *head);
int answered_event(struct output *output, const struct event *event);
int answered_aside(struct output *output, const struct event *event);
/* For its end(): calls `write` with the answers complete, unless the output has failed, and frees the state.
 */
int answered_end(struct output *output, const struct trace_end *end, int (*write)(struct output *output));
/* For an end() of another kind, with its result, which it returns: frees the state and leaves errno. */
int answered_close(struct output *output, int result);

static inline struct answers *
answers_of(const struct output *output)
{
	return ((const struct answered *)output->state)->answers;
}

#endif
