/*
 * order.c - see order.h. Since only parents wait, an order between two processes leads up from the one, over
 * waits, to the lowest ancestor of both, and down to the other over forks: it is enough that all the waits on
 * the way up took place, the last of them before the fork of the way down.
 *
 * Rule: an answer takes time that grows with the logarithm of a tree's depth, since a trace may ask a million
 * times in a chain of ten thousand processes. Ways up are shortened twice: by jumps to a far ancestor, laid
 * as E. Myers does for random access in lists (1983); and by a union of each process that was waited for with
 * its parent, in which whole ways are halved as they are walked.
 */
#include "order.h"

#include <stdlib.h>

struct order_process {
	uint32_t depth;
	uint32_t jump;     /* an ancestor; itself for a root */
	uint32_t unwaited; /* itself or an ancestor on the way to the lowest that nobody waited for */
};

void
order_free(struct order *order)
{
	free(order->process);
	*order = (struct order){0};
}

static void
add(struct order *order, const struct answers *answers)
{
	uint32_t at = (uint32_t)order->count++, parent = answers->process[at].parent;
	struct order_process *process = &order->process[at];

	*process = (struct order_process){.jump = at, .unwaited = at};
	if (parent == ANSWER_NO_PROCESS)
		return;
	/* Two jumps of the same length from the parent on make one that is longer than both. */
	const struct order_process *above = &order->process[parent];
	const struct order_process *far = &order->process[above->jump];

	process->depth = above->depth + 1;
	process->jump =
	    above->depth - far->depth == far->depth - order->process[far->jump].depth ? far->jump : parent;
}

static int
take_new(struct order *order, const struct answers *answers)
{
	if (answers->process_count > order->room) {
		size_t room = answers->process_count * 2;
		struct order_process *process = reallocarray(order->process, room, sizeof *process);

		if (process == NULL)
			return -1;
		order->process = process;
		order->room = room;
	}
	while (order->count < answers->process_count)
		add(order, answers);
	return 0;
}

/* The ancestor at that depth, which is not greater than its own. */
static uint32_t
ancestor(const struct order *order, const struct answers *answers, uint32_t at, uint32_t depth)
{
	while (order->process[at].depth > depth) {
		uint32_t jump = order->process[at].jump;

		at = order->process[jump].depth >= depth ? jump : answers->process[at].parent;
	}
	return at;
}

/* ANSWER_NO_PROCESS when they have different roots. */
static uint32_t
common_ancestor(const struct order *order, const struct answers *answers, uint32_t one, uint32_t other)
{
	const struct order_process *process = order->process;

	one = ancestor(order, answers, one, process[other].depth);
	other = ancestor(order, answers, other, process[one].depth);
	/* Jumps from the same depth have the same length. */
	while (one != other && process[one].depth > 0) {
		bool far = process[one].jump != process[other].jump;

		one = far ? process[one].jump : answers->process[one].parent;
		other = far ? process[other].jump : answers->process[other].parent;
	}
	return one == other ? one : ANSWER_NO_PROCESS;
}

/* The process itself or its lowest ancestor of which no wait is known. */
static uint32_t
find_unwaited(struct order *order, const struct answers *answers, uint32_t at)
{
	struct order_process *process = order->process;

	for (;;) {
		if (process[at].unwaited == at) {
			if (answers->process[at].waited_at == 0)
				return at;
			process[at].unwaited = answers->process[at].parent;
		}
		process[at].unwaited = process[process[at].unwaited].unwaited;
		at = process[at].unwaited;
	}
}

int
order_ask(struct order *order, const struct answers *answers, uint32_t one, uint64_t place, uint32_t other,
	  struct order_answer *answer)
{
	uint32_t depth;

	if (take_new(order, answers) == -1)
		return -1;
	*answer = (struct order_answer){one == other, one, ANSWER_NO_PROCESS, ANSWER_NO_PROCESS};
	if (one == other)
		return 0;
	answer->common = common_ancestor(order, answers, one, other);
	if (answer->common == ANSWER_NO_PROCESS)
		return 0;
	depth = order->process[answer->common].depth;
	if (answer->common != one) {
		if (order->process[find_unwaited(order, answers, one)].depth > depth)
			return 0;
		answer->one_child = ancestor(order, answers, one, depth + 1);
		place = answers->process[answer->one_child].waited_at;
	}
	if (answer->common != other)
		answer->other_child = ancestor(order, answers, other, depth + 1);
	answer->before = answer->common == other || place <= answers->process[answer->other_child].forked_at;
	return 0;
}
