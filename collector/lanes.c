/*
 * lanes.c - see lanes.h. A tree over the lanes knows for each span of them when its first becomes free, so
 * that a lane is found in the logarithm of their number: a hundred thousand processes may be there at once.
 */
#include "lanes.h"

#include <stdlib.h>

struct tree {
	/* free_ns[1] is the root's, those of 2n and 2n+1 are under n's: the least of the two. Leaves last. */
	uint64_t *free_ns;
	size_t leaves; /* a power of two */
};

/* The first lane from `from` on that is free at `time_ns`; there is one. */
static size_t
find_lane(const struct tree *tree, size_t from, uint64_t time_ns)
{
	size_t node = from + tree->leaves;

	/* Up to the first span to the right that has one, then down to its first. */
	while (tree->free_ns[node] > time_ns) {
		while (node & 1)
			node /= 2;
		node++;
	}
	while (node < tree->leaves)
		node = tree->free_ns[2 * node] <= time_ns ? 2 * node : 2 * node + 1;
	return node - tree->leaves;
}

static void
take_lane(struct tree *tree, size_t lane, uint64_t free_ns)
{
	size_t node = lane + tree->leaves;

	tree->free_ns[node] = free_ns;
	while ((node /= 2) > 0) {
		uint64_t left = tree->free_ns[2 * node], right = tree->free_ns[2 * node + 1];

		tree->free_ns[node] = left < right ? left : right;
	}
}

uint32_t *
lanes_assign(const struct answers *answers, size_t *count)
{
	uint32_t *lane = calloc(answers->process_count + 1, sizeof *lane);
	struct tree tree = {.leaves = 1};

	/* Each process could need one of its own, and the last one's child one more. */
	while (tree.leaves < answers->process_count + 1)
		tree.leaves *= 2;
	tree.free_ns = calloc(2 * tree.leaves, sizeof *tree.free_ns);
	*count = 0;
	if (lane == NULL || tree.free_ns == NULL) {
		free(lane);
		free(tree.free_ns);
		return NULL;
	}
	for (size_t at = 0; at < answers->process_count; at++) {
		const struct answer_process *process = &answers->process[at];
		size_t from = process->parent != ANSWER_NO_PROCESS ? lane[process->parent] + (size_t)1 : 0;
		size_t found = find_lane(&tree, from, process->begin_ns);

		lane[at] = (uint32_t)found;
		take_lane(&tree, found, process->end_ns + LANE_GAP_NS);
		if (found + 1 > *count)
			*count = found + 1;
	}
	free(tree.free_ns);
	return lane;
}
