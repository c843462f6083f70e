/*
 * output_result.c - the result of a run as one JSON object, as interpose.json(5) tells: what it read, made,
 * changed and removed, and its processes.
 *
 * Rule: each item of a list stands on a line of its own and is written when it is due, so that two results
 * can be compared line by line, and a result of any length takes no memory beside the answers.
 */
#include <errno.h>
#include <stdlib.h>

#include "answered.h"
#include "json_write.h"
#include "output.h"

/* A list's items begin on new lines, and its end on another one if it has any. */
static void
next_item(struct line *line, size_t *count)
{
	line_text(line, (*count)++ == 0 ? "\n" : ",\n");
}

static void
write_how(struct line *line, unsigned how)
{
	static const char *const names[] = {"read", "stat", "list", "load", "exec", "link", "absent"};
	struct name_list list = {0};

	for (size_t at = 0; at < sizeof names / sizeof names[0]; at++) {
		if (how >> at & 1)
			list.item[list.count++] = names[at];
	}
	json_write_words(line, "how", &list);
}

static const char *
word_of(enum answer_kind kind)
{
	if (kind == ANSWER_CREATED)
		return "created";
	return kind == ANSWER_OVERWRITTEN ? "overwritten" : "modified";
}

static bool
is_output(const struct answer *answer)
{
	return answer->kind == ANSWER_CREATED || answer->kind == ANSWER_OVERWRITTEN ||
	       answer->kind == ANSWER_MODIFIED;
}

/* The answer number `at`: 1 with its paths when it is wanted and not ignored, 0, or -1 with errno. */
static int
get_answer(struct output *output, size_t at, struct answer *answer)
{
	const struct ignore *ignore = output->settings != NULL ? &output->settings->ignore : NULL;

	if (answers_get(answers_of(output), at, answer) == -1)
		return -1;
	return !ignore_matches(ignore, answer->path);
}

static int
write_files(struct output *output, struct line *line, bool outputs)
{
	struct answers *answers = answers_of(output);
	struct answer answer;
	size_t count = 0;

	line_text(line, outputs ? ",\n\"outputs\":[" : ",\n\"inputs\":[");
	for (size_t at = 0; at < answers->listed_count; at++) {
		int wanted;

		answers_peek(answers, at, &answer);
		if (outputs ? !is_output(&answer) : answer.how == 0)
			continue;
		wanted = get_answer(output, at, &answer);
		if (wanted == -1)
			return -1;
		if (wanted == 0)
			continue;
		next_item(line, &count);
		json_write_begin(line);
		json_write_text(line, "path", answer.path);
		if (outputs) {
			json_write_word(line, "how", word_of(answer.kind));
			json_write_boolean(line, "read_first", answer.read_first);
		} else {
			write_how(line, answer.how);
			if (answer.absent_at != NULL)
				json_write_text(line, "absent_at", answer.absent_at);
		}
		line_byte(line, '}');
		if (line_write(line, output->stream) == -1)
			return -1;
	}
	line_text(line, count > 0 ? "\n]" : "]");
	return 0;
}

/* A list of paths, or of their bytes, null for one that is UTF-8. *good: whether all are. */
static int
write_paths(struct output *output, struct line *line, enum answer_kind kind, bool bytes, bool *good)
{
	struct answers *answers = answers_of(output);
	struct answer answer;
	size_t count = 0;

	for (size_t at = 0; at < answers->listed_count; at++) {
		int wanted;

		answers_peek(answers, at, &answer);
		if (answer.kind != kind)
			continue;
		wanted = get_answer(output, at, &answer);
		if (wanted == -1)
			return -1;
		if (wanted == 0)
			continue;
		next_item(line, &count);
		if (bytes)
			json_write_item_bytes(line, answer.path);
		else
			*good = json_write_item(line, answer.path) && *good;
		if (line_write(line, output->stream) == -1)
			return -1;
	}
	line_text(line, count > 0 ? "\n]" : "]");
	return 0;
}

static int
write_gone(struct output *output, struct line *line, enum answer_kind kind)
{
	bool good = true;

	line_text(line, kind == ANSWER_DELETED ? ",\n\"deleted\":[" : ",\n\"temporary\":[");
	if (write_paths(output, line, kind, false, &good) == -1)
		return -1;
	if (good)
		return 0;
	line_text(line, kind == ANSWER_DELETED ? ",\n\"deleted_bytes\":[" : ",\n\"temporary_bytes\":[");
	return write_paths(output, line, kind, true, &good);
}

static int
write_process(struct output *output, struct line *line, const struct answer_process *process)
{
	const struct answers *answers = answers_of(output);
	const char **item = calloc(process->argc + 1, sizeof *item);
	const char *exe = answers_text(answers, process->exe), *cwd = answers_text(answers, process->cwd);
	char buffer[NAMES_SIZE];

	if (item == NULL)
		return -1;
	for (size_t at = 0; at < process->argc; at++)
		item[at] = answers_text(answers, process->argv[at]);
	json_write_begin(line);
	json_write_unsigned(line, "pid", process->pid);
	json_write_unsigned(line, "ppid", process->ppid);
	if (process->started >= 0)
		json_write_number(line, "started", process->started);
	json_write_texts(line, "argv", &(struct string_list){process->argc, item});
	if (exe != NULL)
		json_write_text(line, "exe", exe);
	if (cwd != NULL)
		json_write_text(line, "cwd", cwd);
	if (process->signal != 0)
		json_write_word(line, "signal", names_signal(process->signal, buffer));
	else if (process->status >= 0)
		json_write_number(line, "status", process->status);
	json_write_unsigned(line, "duration_ns", process->end_ns - process->begin_ns);
	line_byte(line, '}');
	free(item);
	return line_write(line, output->stream);
}

static int
write_processes(struct output *output, struct line *line)
{
	const struct answers *answers = answers_of(output);
	size_t count = 0;

	line_text(line, ",\n\"processes\":[");
	for (size_t at = 0; at < answers->process_count; at++) {
		next_item(line, &count);
		if (write_process(output, line, &answers->process[at]) == -1)
			return -1;
	}
	line_text(line, count > 0 ? "\n]" : "]");
	return 0;
}

static void
write_head(struct line *line, const struct answers *answers)
{
	json_write_begin(line);
	json_write_number(line, "version", 1);
	json_write_texts(
	    line, "command",
	    &(struct string_list){answers->command_count, (const char *const *)answers->command});
	json_write_text(line, "cwd", answers->cwd);
	if (answers->cut)
		line_text(line, ",\"status\":null");
	else
		json_write_number(line, "status", answers->status);
	json_write_boolean(line, "complete", answers->reason_count == 0);
	json_write_texts(line, "reasons", &(struct string_list){answers->reason_count, answers->reason});
}

static int
write_totals(struct output *output, struct line *line)
{
	const struct answer_totals *totals = &answers_of(output)->totals;

	line_text(line, ",\n\"totals\":");
	json_write_begin(line);
	json_write_unsigned(line, "events", totals->events);
	json_write_unsigned(line, "processes", totals->processes);
	json_write_unsigned(line, "untraced", totals->untraced);
	json_write_unsigned(line, "lost", totals->lost);
	line_byte(line, '}');
	json_write_end(line);
	return line_write(line, output->stream);
}

static int
write_result(struct output *output, struct line *line, const struct trace_end *end)
{
	if (answers_end(answers_of(output), end) == -1)
		return -1;
	write_head(line, answers_of(output));
	if (write_files(output, line, false) == -1 || write_files(output, line, true) == -1 ||
	    write_gone(output, line, ANSWER_DELETED) == -1 ||
	    write_gone(output, line, ANSWER_TEMPORARY) == -1 || write_processes(output, line) == -1)
		return -1;
	return write_totals(output, line);
}

static int
result_end(struct output *output, const struct trace_end *end)
{
	struct answered *answered = output->state;

	return answered_close(output, output->error == 0 ? write_result(output, &answered->line, end) : 0);
}

const struct output_format output_result = {
    .name = "json",
    .pattern = "*.json",
    .begin = answered_open,
    .event = answered_event,
    .end = result_end,
};
