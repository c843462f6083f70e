/*
 * output_perfetto.c - the processes of a run as slices in lanes, in the Trace Event Format that
 * ui.perfetto.dev, chrome://tracing and speedscope open: interpose.perfetto.json(5).
 *
 * Rule: times are microseconds with three decimals, which is all that the format has. Viewers cut them to
 * whole nanoseconds after a multiplication in floating point; the lanes' gap (lanes.h) is what keeps two
 * slices apart then.
 */
#include <errno.h>
#include <stdlib.h>

#include "answered.h"
#include "json_write.h"
#include "lanes.h"
#include "output.h"
#include "shown.h"

/* The viewers' process and thread numbers: one process for the run, and a thread for each lane. */
enum { RUN = 1, LANE_BASE = 1 };

static void
write_time(struct line *line, const char *name, uint64_t time_ns)
{
	line_text(line, ",\"");
	line_text(line, name);
	line_text(line, "\":");
	line_unsigned(line, time_ns / 1000);
	line_byte(line, '.');
	line_padded(line, time_ns % 1000, 3);
}

static void
begin_event(struct line *line, const char *phase, uint64_t lane)
{
	line_text(line, ",\n");
	json_write_begin(line);
	json_write_word(line, "ph", phase);
	json_write_unsigned(line, "pid", RUN);
	json_write_unsigned(line, "tid", lane + LANE_BASE);
}

/* Names the run and its lanes, and says in which order they stand. */
static int
write_names(struct output *output, struct line *line, size_t lane_count)
{
	const struct answers *answers = answers_of(output);

	json_write_begin(line);
	json_write_word(line, "ph", "M");
	json_write_unsigned(line, "pid", RUN);
	json_write_word(line, "name", "process_name");
	line_text(line, ",\"args\":");
	json_write_begin(line);
	json_write_text(line, "name", answers->command_count > 0 ? answers->command[0] : "interpose");
	line_text(line, "}}");
	for (size_t lane = 0; lane < lane_count; lane++) {
		begin_event(line, "M", lane);
		line_text(line, ",\"name\":\"thread_name\",\"args\":{\"name\":\"lane ");
		line_unsigned(line, lane + 1);
		line_text(line, "\"}}");
		begin_event(line, "M", lane);
		line_text(line, ",\"name\":\"thread_sort_index\",\"args\":{\"sort_index\":");
		line_unsigned(line, lane);
		line_text(line, "}}");
		if (line_write(line, output->stream) == -1)
			return -1;
	}
	return line_write(line, output->stream);
}

/* How many paths the process read and wrote, and how many it looked for in vain. */
static void
write_counts(struct line *line, const struct shown *shown, const uint32_t *use, size_t count)
{
	uint64_t reads = 0, writes = 0, absent = 0;

	for (size_t at = 0; at < count; at++) {
		unsigned what = shown->answers->uses.use[use[at]].what;

		if (!shown_has(shown, &shown->answers->uses.use[use[at]]))
			continue;
		reads += (what & USE_CONTENTS) != 0;
		writes += (what & USE_WRITES) != 0;
		absent += what == HOW_ABSENT;
	}
	json_write_unsigned(line, "read", reads);
	json_write_unsigned(line, "written", writes);
	json_write_unsigned(line, "not_found", absent);
}

static int
write_arguments(struct line *line, const struct answers *answers, const struct answer_process *process)
{
	const char **item = calloc(process->argc + 1, sizeof *item);
	const char *exe = answers_text(answers, process->exe), *cwd = answers_text(answers, process->cwd);
	char buffer[NAMES_SIZE];

	if (item == NULL)
		return -1;
	for (size_t at = 0; at < process->argc; at++)
		item[at] = answers_text(answers, process->argv[at]);
	json_write_unsigned(line, "pid", process->pid);
	json_write_unsigned(line, "ppid", process->ppid);
	json_write_texts(line, "argv", &(struct string_list){process->argc, item});
	free(item);
	if (exe != NULL)
		json_write_text(line, "exe", exe);
	if (cwd != NULL)
		json_write_text(line, "cwd", cwd);
	if (process->signal != 0)
		json_write_word(line, "signal", names_signal(process->signal, buffer));
	else if (process->status >= 0)
		json_write_number(line, "status", process->status);
	return 0;
}

static uint64_t
duration(const struct answer_process *process)
{
	return process->end_ns > process->begin_ns ? process->end_ns - process->begin_ns : 0;
}

static int
write_slices(struct output *output, struct line *line, const struct shown *shown, const uint32_t *lane)
{
	const struct answers *answers = answers_of(output);
	size_t *begin;
	uint32_t *use = uses_by_process(&answers->uses, answers->process_count, &begin);
	int result = use != NULL ? 0 : -1;

	for (size_t at = 0; result == 0 && at < answers->process_count; at++) {
		const struct answer_process *process = &answers->process[at];

		begin_event(line, "X", lane[at]);
		json_write_text(line, "name", answers_program(answers, process));
		json_write_word(line, "cat",
				process->signal != 0 || process->status > 0 ? "failed" : "process");
		write_time(line, "ts", process->begin_ns);
		write_time(line, "dur", duration(process));
		line_text(line, ",\"args\":");
		json_write_begin(line);
		result = write_arguments(line, answers, process);
		write_counts(line, shown, use + begin[at], begin[at + 1] - begin[at]);
		line_text(line, "}}");
		if (result == 0)
			result = line_write(line, output->stream);
	}
	if (use != NULL)
		free(begin);
	free(use);
	return result;
}

static int
compare_times(const void *one, const void *other)
{
	uint64_t a = *(const uint64_t *)one, b = *(const uint64_t *)other;

	return (a > b) - (a < b);
}

/* How many processes there are, whenever that changes. */
static int
write_running(struct output *output, struct line *line)
{
	const struct answers *answers = answers_of(output);
	uint64_t *end = calloc(answers->process_count + 1, sizeof *end);
	size_t count = answers->process_count, begun = 0, ended = 0;
	int result = end != NULL ? 0 : -1;

	for (size_t at = 0; end != NULL && at < count; at++)
		end[at] = answers->process[at].begin_ns + duration(&answers->process[at]);
	if (end != NULL)
		qsort(end, count, sizeof *end, compare_times);
	while (result == 0 && ended < count) {
		uint64_t now = begun < count && answers->process[begun].begin_ns < end[ended]
				   ? answers->process[begun].begin_ns
				   : end[ended];

		while (begun < count && answers->process[begun].begin_ns <= now)
			begun++;
		while (ended < count && end[ended] <= now)
			ended++;
		begin_event(line, "C", 0);
		line_text(line, ",\"name\":\"processes\"");
		write_time(line, "ts", now);
		line_text(line, ",\"args\":");
		json_write_begin(line);
		json_write_unsigned(line, "running", begun - ended);
		line_text(line, "}}");
		result = line_write(line, output->stream);
	}
	free(end);
	return result;
}

static int
write_about(struct output *output, struct line *line)
{
	const struct answers *answers = answers_of(output);

	line_text(line, "\n],\"displayTimeUnit\":\"ms\",\"otherData\":");
	json_write_begin(line);
	json_write_texts(
	    line, "command",
	    &(struct string_list){answers->command_count, (const char *const *)answers->command});
	json_write_text(line, "cwd", answers->cwd);
	if (!answers->cut)
		json_write_number(line, "status", answers->status);
	json_write_boolean(line, "complete", answers->reason_count == 0);
	json_write_texts(line, "reasons", &(struct string_list){answers->reason_count, answers->reason});
	line_text(line, "}");
	json_write_end(line);
	return line_write(line, output->stream);
}

static int
write_all(struct output *output, struct line *line, const struct trace_end *end)
{
	struct shown shown = {.answers = answers_of(output), .output = output, .mask = UINT32_MAX};
	uint32_t *lane;
	size_t lane_count;
	int result = -1;

	if (shown_end(output, answers_of(output), end) == -1 || shown_find(&shown) == -1) {
		shown_free(&shown);
		return -1;
	}
	lane = lanes_assign(answers_of(output), &lane_count);
	if (lane == NULL) {
		shown_free(&shown);
		return -1;
	}
	line_text(line, "{\"traceEvents\":[\n");
	if (write_names(output, line, lane_count) == 0 && write_slices(output, line, &shown, lane) == 0 &&
	    write_running(output, line) == 0)
		result = write_about(output, line);
	free(lane);
	shown_free(&shown);
	return result;
}

static int
perfetto_end(struct output *output, const struct trace_end *end)
{
	struct answered *answered = output->state;

	return answered_close(output, output->error == 0 ? write_all(output, &answered->line, end) : 0);
}

const struct output_format output_perfetto = {
    .name = "perfetto",
    .pattern = "*.perfetto.json",
    .begin = answered_begin,
    .event = answered_event,
    .end = perfetto_end,
    .selects_paths = true,
};
