/*
 * output_slow.c - the processes that ran longest, the longest first. A parent that waits runs as long as its
 * children; so beside the whole time stands the time in which none of them ran.
 */
#include <stdlib.h>

#include "answered.h"
#include "names.h"
#include "process_text.h"

enum { TOP_DEFAULT = 20 };

struct row {
	uint32_t process;
	uint64_t time_ns;
	uint64_t covered_ns; /* of it, while children ran */
	uint64_t covered_to; /* the end of those that were seen */
};

/* Children come in the order in which they began, so that each adds what is behind the end of those before.
 */
static void
cover(const struct answers *answers, struct row *rows)
{
	for (size_t at = 0; at < answers->process_count; at++) {
		const struct answer_process *process = &answers->process[at], *parent;
		uint64_t begin, end;
		struct row *row;

		if (process->parent == ANSWER_NO_PROCESS)
			continue;
		parent = &answers->process[process->parent];
		row = &rows[process->parent];
		begin = process->begin_ns > row->covered_to ? process->begin_ns : row->covered_to;
		end = process->end_ns < parent->end_ns ? process->end_ns : parent->end_ns;
		if (begin < parent->begin_ns)
			begin = parent->begin_ns;
		if (end <= begin)
			continue;
		row->covered_ns += end - begin;
		row->covered_to = end;
	}
}

static int
compare_rows(const void *left, const void *right)
{
	const struct row *one = left, *other = right;

	if (one->time_ns != other->time_ns)
		return one->time_ns < other->time_ns ? 1 : -1;
	return one->process < other->process ? -1 : 1;
}

static void
write_row(struct answered *answered, const struct row *row)
{
	const struct answer_process *process = &answered->answers->process[row->process];
	char end[NAMES_SIZE], columns[64];
	struct line *line = &answered->line;

	process_text_seconds(line, row->time_ns, 9);
	process_text_seconds(line, row->time_ns - row->covered_ns, 9);
	process_text_seconds(line, process->begin_ns, 10);
	snprintf(columns, sizeof columns, " %8s %8u  ", process_text_end(process, end), process->pid);
	line_text(line, columns);
	process_text_command(line, answered->answers, row->process);
}

static int
write_rows(struct output *output, struct row *rows)
{
	struct answered *answered = output->state;
	size_t count = 0, top = TOP_DEFAULT, width = process_text_width(output);

	if (output->settings != NULL && output->settings->top_given)
		top = output->settings->top;
	for (size_t at = 0; at < answered->answers->process_count; at++) {
		if (answered->answers->process[at].events > 0)
			rows[count++] = rows[at];
	}
	qsort(rows, count, sizeof *rows, compare_rows);
	line_text(&answered->line, "    time      own     start   status      pid  command\n");
	for (size_t at = 0; at < count && (at < top || top == 0); at++) {
		size_t begin = answered->line.length;

		write_row(answered, &rows[at]);
		process_text_cut(&answered->line, begin, width);
		line_byte(&answered->line, '\n');
		if (line_write(&answered->line, output->stream) == -1)
			return -1;
	}
	if (top != 0 && count > top)
		line_count(&answered->line, "# and ", count - top, " more, see --top\n",
			   " more, see --top\n");
	process_text_reasons(&answered->line, output, answered->answers);
	return 0;
}

static int
write_slow(struct output *output)
{
	const struct answers *answers = ((struct answered *)output->state)->answers;
	struct row *rows = calloc(answers->process_count + 1, sizeof *rows);
	int result;

	if (rows == NULL)
		return -1;
	for (size_t at = 0; at < answers->process_count; at++) {
		rows[at].process = (uint32_t)at;
		rows[at].time_ns = answers->process[at].end_ns - answers->process[at].begin_ns;
	}
	cover(answers, rows);
	result = write_rows(output, rows);
	free(rows);
	return result;
}

static int
slow_end(struct output *output, const struct trace_end *end)
{
	return answered_end(output, end, write_slow);
}

const struct output_format output_slow = {
    .name = "slow",
    .begin = answered_begin,
    .event = answered_event,
    .aside = answered_aside,
    .end = slow_end,
};
