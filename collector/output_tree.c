/*
 * output_tree.c - the processes of a run as a tree, one a line: when it began and how long it ran, how it
 * ended, how many of the selected events it made, and of how many files it read and wrote the contents.
 *
 * Rule: a line for each process that has a selected event and for each of its ancestors, and no other.
 */
#include <stdlib.h>

#include "answered.h"
#include "names.h"
#include "process_text.h"
#include "process_tree.h"

/* What is known of each process beside the answers. */
struct counts {
	uint32_t *read;
	uint32_t *written;
	bool *wanted;
};

static int
count(struct counts *counts, const struct answered *answered)
{
	size_t number = answered->answers->process_count + 1;

	counts->read = calloc(number, sizeof *counts->read);
	counts->written = calloc(number, sizeof *counts->written);
	counts->wanted = calloc(number, sizeof *counts->wanted);
	if (counts->read == NULL || counts->written == NULL || counts->wanted == NULL)
		return -1;
	for (size_t at = 0; at < answered->answers->uses.count; at++) {
		const struct use *use = &answered->answers->uses.use[at];

		counts->read[use->process] += (use->what & USE_CONTENTS) != 0;
		counts->written[use->process] += (use->what & (USE_MADE | USE_CHANGED)) != 0;
	}
	for (size_t at = 0; at + 1 < number; at++)
		counts->wanted[at] = answered->answers->process[at].events > 0;
	return 0;
}

static void
write_process(struct answered *answered, const struct counts *counts, const struct process_tree *tree,
	      uint32_t at)
{
	const struct answer_process *process = &answered->answers->process[at];
	char end[NAMES_SIZE], columns[128];
	struct line *line = &answered->line;

	snprintf(columns, sizeof columns, "%8u", process->pid);
	line_text(line, columns);
	process_text_seconds(line, process->begin_ns, 10);
	process_text_seconds(line, process->end_ns - process->begin_ns, 9);
	snprintf(columns, sizeof columns, " %8s %7ju %6u %6u  ", process_text_end(process, end),
		 (uintmax_t)process->events, counts->read[at], counts->written[at]);
	line_text(line, columns);
	process_tree_branch(tree, line);
	process_text_command(line, answered->answers, at);
}

static int
write_tree(struct output *output, const struct counts *counts)
{
	struct answered *answered = output->state;
	size_t width = process_text_width(output);
	struct process_tree tree;
	uint32_t at = ANSWER_NO_PROCESS;
	int result = process_tree_make(&tree, answered->answers, counts->wanted);

	line_text(&answered->line, "     pid     start     time   status  events   read  wrote  command\n");
	while (result == 0 && (at = process_tree_next(&tree, at)) != ANSWER_NO_PROCESS) {
		const struct answer_process *process = &answered->answers->process[at];
		bool failed = process->signal != 0 || process->status > 0;
		size_t begin;

		if (failed)
			process_text_colour(&answered->line, output, COLOUR_RED);
		begin = answered->line.length;
		write_process(answered, counts, &tree, at);
		process_text_cut(&answered->line, begin, width);
		if (failed)
			process_text_colour(&answered->line, output, COLOUR_PLAIN);
		line_byte(&answered->line, '\n');
		result = line_write(&answered->line, output->stream);
	}
	process_tree_free(&tree);
	process_text_reasons(&answered->line, output, answered->answers);
	return result;
}

static int
write_all(struct output *output)
{
	struct counts counts = {0};
	int result = count(&counts, output->state);

	if (result == 0)
		result = write_tree(output, &counts);
	free(counts.read);
	free(counts.written);
	free(counts.wanted);
	return result;
}

static int
tree_end(struct output *output, const struct trace_end *end)
{
	return answered_end(output, end, write_all);
}

const struct output_format output_tree = {
    .name = "tree",
    .begin = answered_begin,
    .event = answered_event,
    .aside = answered_aside,
    .end = tree_end,
};
