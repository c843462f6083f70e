/*
 * order.h - whether what one process of a run did was over, for sure, before another did something: by forks
 * and waits, which is all that a trace tells of it. Pipes, locks and a jobserver's tokens are not seen.
 *
 * A fork orders all that the parent did before it before all that the child does. A wait orders all that the
 * child did before what the parent does after it. What one process does is in the order of its events,
 * whichever of its threads did it.
 */
#ifndef INTERPOSE_ORDER_H
#define INTERPOSE_ORDER_H

#include "answers.h"

/* What is kept of each process to answer fast. All zeros is empty. */
struct order {
	struct order_process *process; /* as many as answers->process had when it was last asked */
	size_t count;
	size_t room;
};

struct order_answer {
	bool before;     /* it was over */
	uint32_t common; /* the lowest process that is both's ancestor, or one of them; ANSWER_NO_PROCESS */
	/* Its children that lead to the two, or are them; ANSWER_NO_PROCESS for who is `common` itself. Only
	 * when `before`. */
	uint32_t one_child;
	uint32_t other_child;
};

void order_free(struct order *order);
/*
 * What `one` did at `place` (answers.place), against what `other` does now, at the event that the answers
 * took last. *answer is filled; -1 with errno when memory is short.
 */
int order_ask(struct order *order, const struct answers *answers, uint32_t one, uint64_t place,
	      uint32_t other, struct order_answer *answer);

#endif
