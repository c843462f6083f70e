/*
 * output_txt.c - a line an event, for people who know strace:
 *
 *	0.012345 1234 open("/src/a.c", O_RDONLY) = 3
 *	0.012399 1234 close(3</src/a.c>) = 0
 *	0.012501 1234 access("/src/a.h", R_OK) = -1 ENOENT (No such file or directory)
 *	0.013002 1235/1240 <load>("/lib/libc.so.6")
 *	0.020007 1235 +++ exited with 1 +++
 *
 * Seconds since the trace began; the process, and the thread where it isn't the first; the call, or the
 * event's name in angle brackets where no call was made; its arguments, paths being absolute; the result.
 * Lines that begin with "#" are ours. A line holds printable ASCII only, whatever the program passed; a
 *change must keep that. This is the form for reading and grep; strace's own form is output_strace.c.
 */
#include <errno.h>
#include <stdlib.h>

#include "arguments.h"
#include "line.h"
#include "names.h"
#include "outcome.h"
#include "output.h"

#define RED    "\033[31m"
#define YELLOW "\033[33m"
#define FAINT  "\033[2m"
#define PLAIN  "\033[0m"

struct txt {
	struct line line;
	struct names names;
};

static void
colour(struct output *output, const char *sequence)
{
	struct txt *txt = output->state;

	if (output->colour)
		line_text(&txt->line, sequence);
}

static void
write_error(struct output *output, const struct event *event)
{
	struct txt *txt = output->state;

	colour(output, RED);
	line_text(&txt->line, " = ");
	outcome_error(&txt->line, event);
	colour(output, PLAIN);
}

static void
write_value(struct line *line, const struct event *event)
{
	enum field result = outcome_field(event);

	if (event_has(event, result)) {
		line_text(line, " = ");
		line_number(line, event->number[result]);
	} else if (event->call != NULL) {
		line_text(line, event->kind == EVENT_EXEC ? " = 0" : " = ?");
	}
}

static void
write_notes(struct line *line, const struct event *event)
{
	if (event_has(event, FIELD_created) && event->number[FIELD_created] != 0)
		line_text(line, " (created)");
	if (event_has(event, FIELD_directory) && event->number[FIELD_directory] != 0)
		line_text(line, " (directory)");
	if (event_has(event, FIELD_written) && event->number[FIELD_written] != 0)
		line_text(line, " (written)");
	if (event->kind == EVENT_WAIT && (event_has(event, FIELD_status) || event_has(event, FIELD_signal))) {
		line_text(line, " (");
		outcome_process(line, event);
		line_byte(line, ')');
	}
}

static void
write_time_and_process(struct line *line, const struct event *event)
{
	line_seconds(line, event->time_ns, 6);
	line_byte(line, ' ');
	line_unsigned(line, event->pid);
	if (event->tid != event->pid) {
		line_byte(line, '/');
		line_unsigned(line, event->tid);
	}
	line_byte(line, ' ');
}

static void
write_exit(struct output *output, const struct event *event)
{
	struct txt *txt = output->state;
	bool killed = event_has(event, FIELD_signal);

	if (killed)
		colour(output, RED);
	line_text(&txt->line, "+++ ");
	outcome_process(&txt->line, event);
	line_text(&txt->line, " +++");
	if (killed)
		colour(output, PLAIN);
}

static void
write_call(struct output *output, const struct event *event)
{
	struct txt *txt = output->state;
	bool warning = event->kind == EVENT_UNTRACED || event->kind == EVENT_LOST;

	if (warning)
		colour(output, YELLOW);
	if (event->call != NULL && !warning) {
		line_escaped(&txt->line, event->call);
	} else {
		line_byte(&txt->line, '<');
		line_text(&txt->line, event_kind_name(event->kind));
		line_byte(&txt->line, '>');
	}
	line_byte(&txt->line, '(');
	arguments_write(&txt->line, &txt->names, event);
	line_byte(&txt->line, ')');
	if (warning)
		colour(output, PLAIN);
	if (event->error != 0)
		write_error(output, event);
	else if (!warning)
		write_value(&txt->line, event);
	write_notes(&txt->line, event);
}

static int
txt_event(struct output *output, const struct event *event)
{
	struct txt *txt = output->state;

	write_time_and_process(&txt->line, event);
	if (event->kind == EVENT_EXIT)
		write_exit(output, event);
	else
		write_call(output, event);
	line_byte(&txt->line, '\n');
	return line_write(&txt->line, output->stream);
}

static int
txt_begin(struct output *output, const struct trace_head *head)
{
	struct txt *txt = calloc(1, sizeof *txt);
	char buffer[NAMES_SIZE];

	if (txt == NULL)
		return -1;
	output->state = txt;
	names_of_machine(&txt->names, head->os);
	colour(output, FAINT);
	line_text(&txt->line, "# trace of ");
	arguments_argv(&txt->line, &head->command);
	line_text(&txt->line, " in ");
	line_quoted(&txt->line, head->cwd);
	line_text(&txt->line, " on ");
	line_escaped(&txt->line, head->host);
	line_text(&txt->line, " (");
	line_escaped(&txt->line, head->os);
	line_text(&txt->line, "), started ");
	line_text(&txt->line, names_time(head->wall_seconds, head->wall_nanoseconds, buffer));
	colour(output, PLAIN);
	line_byte(&txt->line, '\n');
	return line_write(&txt->line, output->stream);
}

static void
write_totals(struct line *line, const struct trace_end *end)
{
	line_text(line, "# ended ");
	if (end->status >= 0) {
		line_text(line, "with status ");
		line_number(line, end->status);
		line_byte(line, ' ');
	}
	line_text(line, "after ");
	line_seconds(line, end->duration_ns, 6);
	line_text(line, " s");
	line_count(line, ": ", end->events, " event", " events");
	line_count(line, ", ", end->processes, " process", " processes");
	line_count(line, ", ", end->untraced, " untraced", " untraced");
	line_count(line, ", ", end->lost, " lost", " lost");
	for (size_t at = 0; at < end->running_count; at++) {
		line_text(line, at == 0 ? ", still running: " : " ");
		line_unsigned(line, end->running[at]);
	}
}

static int
txt_end(struct output *output, const struct trace_end *end)
{
	struct txt *txt = output->state;
	int result, error;

	colour(output, FAINT);
	if (end != NULL)
		write_totals(&txt->line, end);
	else
		line_text(&txt->line, "# the trace was cut short here");
	colour(output, PLAIN);
	line_byte(&txt->line, '\n');
	result = output->error == 0 ? line_write(&txt->line, output->stream) : 0;
	error = errno;
	line_free(&txt->line);
	free(txt);
	output->state = NULL;
	errno = error;
	return result;
}

const struct output_format output_txt = {
    .name = "txt",
    .pattern = "*.txt",
    .begin = txt_begin,
    .event = txt_event,
    .end = txt_end,
};
