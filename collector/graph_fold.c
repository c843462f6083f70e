/*
 * graph_fold.c - which directories of a graph are unfolded. All are folded into one node at first; then one
 * after the other is unfolded, first those in which the run made something, and of these the largest, as
 * long as the nodes stay few.
 *
 * Rule: a directory is unfolded in two steps, to its directories and the rest as one node, and then wholly,
 * so that a large one in the middle doesn't hide what is under it.
 */
#include <stdlib.h>

#include "graph.h"
#include "grown.h"

enum unfolded { FOLDED, TO_DIRECTORIES, WHOLLY };

/* A directory that could be unfolded further, and what stands in it. */
struct front {
	uint32_t number;
	uint32_t directories;
	uint32_t
	    leaves; /* what has a node of its own when it is wholly unfolded, itself too if it was used */
};

struct fronts {
	struct front *item;
	size_t count;
	size_t room;
};

static bool
is_directory(const struct graph *graph, uint32_t number)
{
	return graph->end[number] > number + 1;
}

static int
push(struct fronts *fronts, const struct graph *graph, uint32_t number)
{
	struct front front = {number, 0, graph->used[number]}, *item;

	for (uint32_t at = number + 1; at < graph->end[number]; at = graph->end[at]) {
		if (is_directory(graph, at))
			front.directories++;
		else
			front.leaves++;
	}
	item = grown(fronts->item, fronts->count, &fronts->room, sizeof *item);
	if (item == NULL)
		return -1;
	fronts->item = item;
	fronts->item[fronts->count++] = front;
	return 0;
}

static enum unfolded
next_step(const struct graph *graph, const struct front *front)
{
	return graph->unfolded[front->number] == FOLDED && front->directories > 0 && front->leaves > 1
		   ? TO_DIRECTORIES
		   : WHOLLY;
}

/* How many nodes there are more when its next step is made. */
static size_t
cost(const struct graph *graph, const struct front *front)
{
	size_t nodes =
	    next_step(graph, front) == TO_DIRECTORIES
		? front->directories + (size_t)1
		: front->leaves + (graph->unfolded[front->number] == FOLDED ? front->directories : (size_t)0);

	return nodes > 0 ? nodes - 1 : 0;
}

static bool
is_better(const struct graph *graph, const struct front *one, const struct front *other)
{
	bool made = graph->outputs[one->number] > 0, other_made = graph->outputs[other->number] > 0;

	if (made != other_made)
		return made;
	return graph->under[one->number] > graph->under[other->number];
}

/* The one to be unfolded next, of those that cost at most so many nodes; NULL: none. */
static struct front *
choose(const struct graph *graph, struct fronts *fronts, size_t most)
{
	struct front *best = NULL;

	for (size_t at = 0; at < fronts->count; at++) {
		struct front *front = &fronts->item[at];
		size_t costs = cost(graph, front);

		if (costs == 0)
			return front;
		if (costs <= most && (best == NULL || is_better(graph, front, best)))
			best = front;
	}
	return best;
}

static int
unfold(struct graph *graph, struct fronts *fronts, struct front *front)
{
	uint32_t number = front->number;
	enum unfolded step = next_step(graph, front);
	bool directories = graph->unfolded[number] == FOLDED;

	graph->unfolded[number] = (uint8_t)step;
	if (step == WHOLLY)
		*front = fronts->item[--fronts->count];
	for (uint32_t at = number + 1; directories && at < graph->end[number]; at = graph->end[at]) {
		if (is_directory(graph, at) && push(fronts, graph, at) == -1)
			return -1;
	}
	return 0;
}

static struct graph_path *
add_path(struct graph *graph, uint32_t number)
{
	struct graph_path *path = grown(graph->path, graph->path_count, &graph->path_room, sizeof *path);

	if (path == NULL)
		return NULL;
	graph->path = path;
	path += graph->path_count++;
	*path = (struct graph_path){.number = number};
	return path;
}

/* What has a node of its own in an unfolded directory, or is in the node of the rest of it. */
static int
place_leaf(struct graph *graph, uint32_t number, uint32_t directory)
{
	struct graph_path *path;

	if (graph->unfolded[directory] == TO_DIRECTORIES) {
		if (graph->path_of[directory] == UINT32_MAX) {
			path = add_path(graph, directory);
			if (path == NULL)
				return -1;
			path->folded = path->partly = true;
			graph->path_of[directory] = (uint32_t)graph->path_count - 1;
		}
		graph->path_of[number] = graph->path_of[directory];
	} else {
		path = add_path(graph, number);
		if (path == NULL)
			return -1;
		path->kind = graph->kind[number];
		graph->path_of[number] = (uint32_t)graph->path_count - 1;
	}
	path = &graph->path[graph->path_of[number]];
	path->paths++;
	path->outputs += graph->kind[number] >= ANSWER_CREATED && graph->kind[number] <= ANSWER_MODIFIED;
	return 0;
}

static int
place_folded(struct graph *graph, uint32_t number)
{
	struct graph_path *path = add_path(graph, number);

	if (path == NULL)
		return -1;
	path->folded = true;
	path->paths = graph->under[number];
	path->outputs = graph->outputs[number];
	for (uint32_t at = number; at < graph->end[number]; at++)
		graph->path_of[at] = (uint32_t)graph->path_count - 1;
	return 0;
}

/* Makes the nodes, in the order of numbers. */
static int
place(struct graph *graph)
{
	for (uint32_t at = 0; at < graph->shown.count; at++)
		graph->path_of[at] = UINT32_MAX;
	for (uint32_t at = 0; at < graph->shown.count;) {
		uint32_t above = at > 0 ? shown_number(graph->shown.spot[at]->parent) : 0;
		int result = 0;

		if (is_directory(graph, at) && graph->unfolded[at] == FOLDED) {
			result = place_folded(graph, at);
			at = graph->end[at];
		} else {
			if (graph->used[at])
				result = place_leaf(graph, at, is_directory(graph, at) ? at : above);
			at++;
		}
		if (result == -1)
			return -1;
	}
	return 0;
}

int
graph_fold(struct graph *graph, size_t most)
{
	struct fronts fronts = {0};
	struct front *front;
	size_t nodes = 1;
	int result = is_directory(graph, 0) ? push(&fronts, graph, 0) : 0;

	while (result == 0 && (front = choose(graph, &fronts, most > nodes ? most - nodes : 0)) != NULL) {
		nodes += cost(graph, front);
		result = unfold(graph, &fronts, front);
	}
	free(fronts.item);
	return result == 0 ? place(graph) : -1;
}
