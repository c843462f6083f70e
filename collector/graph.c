/*
 * graph.c - see graph.h. Processes are counted by program where there are many; the uses of all that are in
 * a node become one edge with their number.
 */
#include "graph.h"

#include <stdlib.h>

/* A program, and what says how much it has to do with the graph. */
struct weight {
	uint32_t exe;
	uint32_t uses;
};

static int
allocate(struct graph *graph)
{
	size_t count = graph->shown.count;

	graph->end = calloc(count, sizeof *graph->end);
	graph->under = calloc(count, sizeof *graph->under);
	graph->outputs = calloc(count, sizeof *graph->outputs);
	graph->path_of = calloc(count, sizeof *graph->path_of);
	graph->kind = calloc(count, sizeof *graph->kind);
	graph->used = calloc(count, sizeof *graph->used);
	graph->unfolded = calloc(count, sizeof *graph->unfolded);
	graph->program_of = calloc(graph->answers->process_count + 1, sizeof *graph->program_of);
	return graph->end != NULL && graph->under != NULL && graph->outputs != NULL &&
		       graph->path_of != NULL && graph->kind != NULL && graph->used != NULL &&
		       graph->unfolded != NULL && graph->program_of != NULL
		   ? 0
		   : -1;
}

static void
take_answer(void *owner, uint32_t number, const struct answer *answer)
{
	struct graph *graph = owner;

	graph->kind[number] = (uint8_t)answer->kind;
}

/* Numbers are lower above, so one way back sums up what is under each. */
static void
count_paths(struct graph *graph)
{
	const struct uses *uses = &graph->answers->uses;

	shown_answers(&graph->shown, take_answer, graph);
	for (size_t at = 0; at < uses->count; at++) {
		if (shown_has(&graph->shown, &uses->use[at]))
			graph->used[shown_number(uses->use[at].spot)] = true;
	}
	for (size_t at = graph->shown.count; at-- > 0;) {
		uint32_t above = at > 0 ? shown_number(graph->shown.spot[at]->parent) : 0;

		if (graph->end[at] == 0)
			graph->end[at] = (uint32_t)at + 1;
		graph->under[at] += graph->used[at];
		graph->outputs[at] += graph->used[at] && graph->kind[at] >= ANSWER_CREATED &&
				      graph->kind[at] <= ANSWER_MODIFIED;
		if (at == 0)
			break;
		if (graph->end[above] < graph->end[at])
			graph->end[above] = graph->end[at];
		graph->under[above] += graph->under[at];
		graph->outputs[above] += graph->outputs[at];
	}
}

static int
compare_weights(const void *one, const void *other)
{
	const struct weight *a = one, *b = other;

	if (a->uses != b->uses)
		return a->uses < b->uses ? 1 : -1;
	return (a->exe > b->exe) - (a->exe < b->exe);
}

/* The unknown program is the last. */
static size_t
place_of_exe(const struct graph *graph, uint32_t process)
{
	uint32_t exe = graph->answers->process[process].exe;

	return exe < graph->answers->texts.count ? exe : graph->answers->texts.count;
}

/* Gives the programs with the most uses a node each, and the others one together. */
static int
fold_programs(struct graph *graph, size_t most)
{
	const struct answers *answers = graph->answers;
	size_t exes = answers->texts.count + 1, programs = 0, own;
	struct weight *weight = calloc(exes, sizeof *weight);
	uint32_t *node = calloc(exes, sizeof *node);

	if (weight == NULL || node == NULL) {
		free(weight);
		free(node);
		return -1;
	}
	for (size_t at = 0; at < exes; at++)
		weight[at].exe = (uint32_t)at;
	for (uint32_t at = 0; at < answers->process_count; at++)
		weight[place_of_exe(graph, at)].uses++;
	for (size_t at = 0; at < answers->uses.count; at++)
		weight[place_of_exe(graph, answers->uses.use[at].process)].uses++;
	qsort(weight, exes, sizeof *weight, compare_weights);
	while (programs < exes && weight[programs].uses > 0)
		programs++;
	own = programs <= most ? programs : most - 1;
	for (size_t at = 0; at < programs; at++)
		node[weight[at].exe] = (uint32_t)(at < own ? at : own);
	graph->program_count = own + (programs > own);
	graph->program = calloc(graph->program_count + 1, sizeof *graph->program);
	for (uint32_t at = 0; graph->program != NULL && at < answers->process_count; at++)
		graph->program_of[at] = node[place_of_exe(graph, at)];
	for (size_t at = 0; graph->program != NULL && at < programs; at++)
		graph->program[at < own ? at : own].programs++;
	free(weight);
	free(node);
	return graph->program != NULL ? 0 : -1;
}

static int
make_programs(struct graph *graph, size_t most)
{
	const struct answers *answers = graph->answers;

	graph->processes = answers->process_count <= most;
	if (graph->processes) {
		graph->program_count = answers->process_count;
		graph->program = calloc(graph->program_count + 1, sizeof *graph->program);
		for (uint32_t at = 0; at < graph->program_count; at++)
			graph->program_of[at] = at;
	} else if (fold_programs(graph, most) == -1) {
		return -1;
	}
	if (graph->program == NULL)
		return -1;
	for (size_t at = answers->process_count; at-- > 0;) {
		const struct answer_process *process = &answers->process[at];
		struct graph_program *program = &graph->program[graph->program_of[at]];

		program->process = (uint32_t)at;
		program->processes++;
		program->failed += process->status > 0 || process->signal != 0;
	}
	return 0;
}

static void
count_edges(struct graph *graph)
{
	static const unsigned masks[GRAPH_EDGE_COUNT] = {
	    [GRAPH_READ] = USE_CONTENTS & ~HOW_LINK,
	    [GRAPH_WRITE] = USE_MADE | USE_CHANGED,
	    [GRAPH_GONE] = USE_GONE,
	};
	const struct answers *answers = graph->answers;

	for (size_t at = 0; at < answers->uses.count; at++) {
		const struct use *use = &answers->uses.use[at];

		if (!shown_has(&graph->shown, use))
			continue;
		for (int edge = 0; edge < GRAPH_EDGE_COUNT; edge++) {
			size_t place = graph->program_of[use->process] * graph->path_count +
				       graph->path_of[shown_number(use->spot)];

			graph->edge[edge][place] += (use->what & masks[edge]) != 0;
		}
	}
	for (size_t at = 0; at < answers->process_count; at++) {
		uint32_t parent = answers->process[at].parent;

		if (parent != ANSWER_NO_PROCESS)
			graph->child[graph->program_of[parent] * graph->program_count +
				     graph->program_of[at]]++;
	}
}

static int
make_edges(struct graph *graph)
{
	for (int edge = 0; edge < GRAPH_EDGE_COUNT; edge++) {
		graph->edge[edge] =
		    calloc(graph->program_count * graph->path_count + 1, sizeof *graph->edge[edge]);
		if (graph->edge[edge] == NULL)
			return -1;
	}
	graph->child = calloc(graph->program_count * graph->program_count + 1, sizeof *graph->child);
	if (graph->child == NULL)
		return -1;
	count_edges(graph);
	return 0;
}

int
graph_make(struct graph *graph, struct answers *answers, const struct output *output)
{
	*graph = (struct graph){
	    .answers = answers,
	    .shown = {.answers = answers, .output = output, .mask = (USE_CONTENTS & ~HOW_LINK) | USE_WRITES}};
	if (shown_find(&graph->shown) == -1 || allocate(graph) == -1)
		return -1;
	count_paths(graph);
	if (make_programs(graph, GRAPH_NODES / 3) == -1 ||
	    graph_fold(graph, GRAPH_NODES - graph->program_count) == -1)
		return -1;
	return make_edges(graph);
}

void
graph_free(struct graph *graph)
{
	shown_free(&graph->shown);
	free(graph->path);
	free(graph->program);
	for (int edge = 0; edge < GRAPH_EDGE_COUNT; edge++)
		free(graph->edge[edge]);
	free(graph->child);
	free(graph->program_of);
	free(graph->path_of);
	free(graph->end);
	free(graph->under);
	free(graph->outputs);
	free(graph->kind);
	free(graph->used);
	free(graph->unfolded);
}
