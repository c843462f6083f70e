/*
 * output_summary.c - what a run did, in a few lines: for stderr when a command ends, and for interpose-report
 * --summary.
 *
 * A path counts once in each of the three numbers, however often it was used. What the trace doesn't have is
 * always told: untraced programs, lost records, a trace that was cut. Lists are bounded, and say how many
 * they leave out.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "line.h"
#include "output.h"
#include "textset.h"

#define RED    "\033[31m"
#define YELLOW "\033[33m"
#define PLAIN  "\033[0m"

/* How many untraced programs, and how many running processes, are named. */
enum { LISTED_UNTRACED = 4, LISTED_RUNNING = 8 };

/* What was done with a path: a set. MISSING is taken back when the path is found later. */
enum { READ = 1, WRITTEN = 2, MISSING = 4 };

struct summary {
	struct textset paths;
	struct textset untraced; /* "/bin/prog (static)": how often */
	struct textset pids;
	uint32_t last_pid; /* 0 at first, which is no process */
	uint64_t events;
	uint64_t untraced_count;
	uint64_t lost;
	uint64_t last_ns;
	char why[128]; /* of the first lost records */
	struct line line;
};

static int
summary_begin(struct output *output, const struct trace_head *head)
{
	(void)head;
	output->state = calloc(1, sizeof(struct summary));
	return output->state != NULL ? 0 : -1;
}

/* What a successful event did with its `path`. */
static unsigned
effect_on_path(const struct event *event)
{
	int64_t flags = event_has(event, FIELD_flags) ? event->number[FIELD_flags] : 0;

	switch (event->kind) {
	case EVENT_OPEN:
		if ((event_has(event, FIELD_directory) && event->number[FIELD_directory] != 0) ||
		    (flags & O_PATH) != 0)
			return 0;
		if ((flags & O_ACCMODE) == O_RDONLY)
			return READ;
		return (flags & O_ACCMODE) == O_WRONLY ? WRITTEN : READ | WRITTEN;
	case EVENT_EXEC:
	case EVENT_LOAD:
	case EVENT_COPY:
		return READ;
	case EVENT_SYMLINK:
	case EVENT_MKDIR:
	case EVENT_MKNOD:
	case EVENT_TRUNCATE:
		return WRITTEN;
	default:
		return 0;
	}
}

static int
note_path(struct summary *summary, const struct event *event, enum field field, unsigned set, unsigned clear)
{
	struct textset_entry *entry;

	/* "pipe:[7]" and its like are no files. */
	if (!event_has(event, field) || *event->text[field] != '/')
		return 0;
	/* A path of which nothing is to be counted needs no memory. */
	if (set == 0) {
		entry = textset_find(&summary->paths, event->text[field]);
		if (entry == NULL)
			return 0;
	} else {
		entry = textset_add(&summary->paths, event->text[field]);
		if (entry == NULL)
			return -1;
	}
	entry->value = (entry->value & ~(uint64_t)clear) | set;
	return 0;
}

static int
note_paths(struct summary *summary, const struct event *event)
{
	if (event->error == ENOENT || event->error == ENOTDIR)
		return note_path(summary, event, FIELD_path, MISSING, 0);
	if (event->error != 0)
		return 0;
	if (note_path(summary, event, FIELD_path, effect_on_path(event), MISSING) == -1 ||
	    note_path(summary, event, FIELD_path2, WRITTEN, MISSING) == -1)
		return -1;
	return note_path(summary, event, FIELD_interpreter, READ, MISSING);
}

static int
note_untraced(struct summary *summary, const struct event *event)
{
	struct line text = {0};
	struct textset_entry *entry;

	summary->untraced_count++;
	if (event_has(event, FIELD_path))
		line_escaped(&text, event->text[FIELD_path]);
	else
		line_count(&text, "process ", event->pid, "", "");
	if (event_has(event, FIELD_reason)) {
		line_text(&text, " (");
		line_text(&text, event_reason_name(event->number[FIELD_reason]));
		line_byte(&text, ')');
	}
	line_bytes(&text, "", 1);
	entry = text.short_of_memory ? NULL : textset_add(&summary->untraced, text.data);
	line_free(&text);
	if (entry == NULL)
		return -1;
	entry->value++;
	return 0;
}

static void
note_lost(struct summary *summary, const struct event *event)
{
	summary->lost += event_has(event, FIELD_count) ? (uint64_t)event->number[FIELD_count] : 1;
	if (summary->why[0] == '\0' && event_has(event, FIELD_why))
		strlcpy(summary->why, event->text[FIELD_why], sizeof summary->why);
}

static int
note_process(struct summary *summary, uint32_t pid)
{
	char text[16];

	if (pid == summary->last_pid)
		return 0;
	summary->last_pid = pid;
	snprintf(text, sizeof text, "%u", pid);
	return textset_add(&summary->pids, text) != NULL ? 0 : -1;
}

static int
summary_event(struct output *output, const struct event *event)
{
	struct summary *summary = output->state;

	summary->events++;
	summary->last_ns = event->time_ns;
	if (event->kind == EVENT_LOST)
		note_lost(summary, event);
	if (event->kind == EVENT_UNTRACED)
		return note_untraced(summary, event);
	if (note_process(summary, event->pid) == -1)
		return -1;
	return note_paths(summary, event);
}

static void
colour(struct output *output, const char *sequence)
{
	struct summary *summary = output->state;

	if (output->colour)
		line_text(&summary->line, sequence);
}

/* "interpose: 12 processes, 3456 events in 1.234 s, status 0" */
static void
write_head(struct output *output, const struct trace_end *end)
{
	struct summary *summary = output->state;
	struct line *line = &summary->line;
	uint64_t duration = end != NULL ? end->duration_ns : summary->last_ns;

	line_count(line, "interpose: ", end != NULL ? end->processes : summary->pids.count, " process",
		   " processes");
	line_count(line, ", ", summary->events, " event", " events");
	if (end != NULL && end->events != summary->events)
		line_count(line, " (selected of ", end->events, ")", ")");
	line_text(line, " in ");
	line_seconds(line, duration, 3);
	line_text(line, " s");
	if (end != NULL && end->status >= 0) {
		line_text(line, ", status ");
		line_number(line, end->status);
	}
	line_byte(line, '\n');
	if (end == NULL) {
		colour(output, RED);
		line_text(line,
			  "  cut short: the trace has no end; these are the events before it broke off");
		colour(output, PLAIN);
		line_byte(line, '\n');
	}
}

static void
write_files(struct summary *summary)
{
	uint64_t read = 0, written = 0, missing = 0;

	for (size_t at = 0; at < summary->paths.count; at++) {
		uint64_t marks = summary->paths.entry[at].value;

		read += (marks & READ) != 0;
		written += (marks & WRITTEN) != 0;
		missing += (marks & MISSING) != 0;
	}
	line_count(&summary->line, "  files: ", read, " read, ", " read, ");
	line_count(&summary->line, "", written, " written, ", " written, ");
	line_count(&summary->line, "", missing, " looked for and not found\n", " looked for and not found\n");
}

static void
write_untraced(struct output *output, const struct trace_end *end)
{
	struct summary *summary = output->state;
	struct line *line = &summary->line;
	const struct textset *set = &summary->untraced;
	uint64_t total =
	    end != NULL && end->untraced > summary->untraced_count ? end->untraced : summary->untraced_count;
	size_t listed = set->count > LISTED_UNTRACED ? LISTED_UNTRACED - 1 : set->count;

	if (total == 0)
		return;
	colour(output, YELLOW);
	line_count(line, "  untraced: ", total, " program", " programs");
	line_text(line, ", what they did is not in the trace");
	colour(output, PLAIN);
	line_byte(line, '\n');
	for (size_t at = 0; at < listed; at++) {
		line_text(line, "    ");
		line_text(line, set->entry[at].text);
		if (set->entry[at].value > 1)
			line_count(line, ", ", set->entry[at].value, " time", " times");
		line_byte(line, '\n');
	}
	if (listed < set->count)
		line_count(line, "    and ", set->count - listed, " other\n", " others\n");
}

static void
write_lost(struct output *output, const struct trace_end *end)
{
	struct summary *summary = output->state;
	uint64_t lost = end != NULL && end->lost > summary->lost ? end->lost : summary->lost;

	if (lost == 0)
		return;
	colour(output, RED);
	line_count(&summary->line, "  lost: ", lost, " record", " records");
	colour(output, PLAIN);
	if (summary->why[0] != '\0') {
		line_text(&summary->line, " (");
		line_escaped(&summary->line, summary->why);
		line_byte(&summary->line, ')');
	}
	line_byte(&summary->line, '\n');
}

static void
write_running(struct summary *summary, const struct trace_end *end)
{
	struct line *line = &summary->line;
	size_t listed;

	if (end == NULL || end->running_count == 0)
		return;
	listed = end->running_count > LISTED_RUNNING ? LISTED_RUNNING : end->running_count;
	line_count(line, "  still running: ", end->running_count, " process,", " processes,");
	for (size_t at = 0; at < listed; at++) {
		line_byte(line, ' ');
		line_unsigned(line, end->running[at]);
	}
	line_text(line, listed < end->running_count ? " ...\n" : "\n");
}

static int
summary_end(struct output *output, const struct trace_end *end)
{
	struct summary *summary = output->state;
	struct line *line;
	int result = 0, error;

	line = &summary->line;
	if (output->error == 0) {
		write_head(output, end);
		write_files(summary);
		write_untraced(output, end);
		write_lost(output, end);
		write_running(summary, end);
		if (output->trace != NULL) {
			line_text(line, "  trace: ");
			line_escaped(line, output->trace);
			line_byte(line, '\n');
		}
		result = line_write(line, output->stream);
	}
	error = errno;
	textset_free(&summary->paths);
	textset_free(&summary->untraced);
	textset_free(&summary->pids);
	line_free(line);
	free(summary);
	output->state = NULL;
	errno = error;
	return result;
}

const struct output_format output_summary = {
    .name = "summary",
    .pattern = NULL,
    .begin = summary_begin,
    .event = summary_event,
    .end = summary_end,
};
