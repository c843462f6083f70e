/*
 * output_blocks.c - a block of `key : value` lines an event, in the manner of the monitors of macOS's
 * EndpointSecurity: what happened, then the process that did it, as it was then.
 *
 *	event        : open
 *	call         : openat
 *	time         : 2026-01-31T12:00:00.143802467Z
 *	path         : /src/a.c
 *	fd           : 3
 *	flags        : O_RDONLY|O_CLOEXEC (0x80000)
 *	result       : 3
 *	process      :
 *	  pid        : 101
 *	  ...
 *
 * The words are those of the JSON lines; numbers that have a name stand behind it. What isn't known has no
 * line. A block ends with an empty line, and a line holds printable ASCII only; a change must keep that.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "arguments.h"
#include "forms.h"
#include "lives.h"
#include "names.h"
#include "outcome.h"
#include "output.h"

enum { KEY_COLUMNS = 12 };

struct blocks {
	struct line line;
	struct names names;
	struct lives lives;
	int64_t wall_seconds; /* when the trace began */
	uint32_t wall_nanoseconds;
};

/* "flags       : "; a process's own lines stand further in. */
static void
key(struct line *line, const char *name)
{
	line_text(line, name);
	for (size_t length = strlen(name); length < KEY_COLUMNS; length++)
		line_byte(line, ' ');
	line_text(line, " : ");
}

static void
word(struct line *line, const char *name, const char *value)
{
	key(line, name);
	line_text(line, value);
	line_byte(line, '\n');
}

static void
number(struct line *line, const char *name, int64_t value)
{
	key(line, name);
	line_number(line, value);
	line_byte(line, '\n');
}

static void
text(struct line *line, const char *name, const char *value)
{
	key(line, name);
	line_escaped(line, value);
	line_byte(line, '\n');
}

/* "SIGKILL (9)" */
static void
named(struct line *line, const char *name, const char *value, int64_t number)
{
	key(line, name);
	line_text(line, value);
	line_text(line, " (");
	line_number(line, number);
	line_text(line, ")\n");
}

/* "O_RDWR|O_CREAT (0x42)" */
static void
named_bits(struct line *line, const char *name, const struct name_list *list, int64_t bits)
{
	char buffer[NAMES_SIZE];

	key(line, name);
	for (size_t at = 0; at < list->count; at++) {
		if (at > 0)
			line_byte(line, '|');
		line_text(line, list->item[at]);
	}
	snprintf(buffer, sizeof buffer, "%s(0x%" PRIx64 ")\n", list->count > 0 ? " " : "", (uint64_t)bits);
	line_text(line, buffer);
}

static void
moment(struct blocks *blocks, const char *name, uint64_t time_ns)
{
	uint64_t fraction = blocks->wall_nanoseconds + time_ns % 1000000000;
	uint64_t seconds = (uint64_t)blocks->wall_seconds + time_ns / 1000000000 + fraction / 1000000000;
	char buffer[NAMES_SIZE];

	word(&blocks->line, name, names_time((int64_t)seconds, (uint32_t)(fraction % 1000000000), buffer));
}

static void
write_field(struct blocks *blocks, const struct event *event, const struct field_form *row)
{
	struct line *line = &blocks->line;
	const char *name = event_field_name(row->field);
	int64_t value = event->number[row->field];
	struct name_list list = {0};
	char buffer[NAMES_SIZE];

	switch (row->form) {
	case FORM_NUMBER:
		number(line, name, value);
		break;
	case FORM_BOOLEAN:
		word(line, name, value != 0 ? "true" : "false");
		break;
	case FORM_TEXT:
		text(line, name, event->text[row->field]);
		break;
	case FORM_FLAGS:
		names_flags(&blocks->names, event, &list);
		named_bits(line, name, &list, value);
		break;
	case FORM_MODE:
		if (event->kind == EVENT_ACCESS) {
			names_access(value, &list);
			named_bits(line, name, &list, value);
		} else {
			word(line, name, names_mode(value, buffer));
		}
		break;
	case FORM_PROTECTION:
		names_protection(value, &list);
		named_bits(line, name, &list, value);
		break;
	case FORM_SIGNAL:
		named(line, name, names_signal(value, buffer), value);
		break;
	case FORM_BY:
		word(line, name, event_by_name(value));
		break;
	case FORM_REASON:
		word(line, name, event_reason_name(value));
		break;
	}
}

/* What a start says of the process stands in the process's own lines. */
static bool
is_of_process(const struct event *event, enum field field)
{
	if (event->kind != EVENT_START)
		return false;
	switch (field) {
	case FIELD_ppid:
	case FIELD_uid:
	case FIELD_euid:
	case FIELD_gid:
	case FIELD_egid:
	case FIELD_pgid:
	case FIELD_sid:
	case FIELD_started:
	case FIELD_exe:
		return true;
	default:
		return false;
	}
}

static void
write_state(struct line *line, const struct event *event, const struct life *life)
{
	key(line, "  state");
	if (event->kind == EVENT_EXIT)
		outcome_process(line, event);
	else
		line_text(line, (life != NULL && life->untraced) || event->kind == EVENT_UNTRACED
				    ? "running, untraced"
				    : "running");
	line_byte(line, '\n');
}

static void
write_process(struct blocks *blocks, const struct event *event)
{
	static const struct {
		const char *name;
		enum field field;
	} rows[] = {{"  ppid", FIELD_ppid}, {"  uid", FIELD_uid},   {"  euid", FIELD_euid},
		    {"  gid", FIELD_gid},   {"  egid", FIELD_egid}, {"  pgid", FIELD_pgid},
		    {"  sid", FIELD_sid}};
	const struct life *life = lives_find(&blocks->lives, event->pid);
	struct line *line = &blocks->line;

	line_text(line, "process      :\n");
	number(line, "  pid", event->pid);
	for (size_t at = 0; at < sizeof rows / sizeof rows[0]; at++) {
		if (life_has(life, rows[at].field))
			number(line, rows[at].name, life->number[rows[at].field]);
	}
	number(line, "  thread", event->tid);
	if (life != NULL && life->exe != NULL)
		text(line, "  executable", life->exe);
	if (life_has(life, FIELD_started)) {
		key(line, "  started");
		line_number(line, life->number[FIELD_started]);
		line_text(line, " (clock ticks since boot)\n");
	}
	write_state(line, event, life);
}

static void
write_what(struct blocks *blocks, const struct event *event)
{
	struct line *line = &blocks->line;
	enum field result = outcome_field(event);

	word(line, "event", event_kind_name(event->kind));
	if (event->call != NULL)
		text(line, "call", event->call);
	moment(blocks, "time", event->time_ns);
	for (size_t at = 0; at < FORMS_COUNT; at++) {
		if (event_has(event, forms[at].field) && !is_of_process(event, forms[at].field))
			write_field(blocks, event, &forms[at]);
	}
	if (event_has(event, FIELD_argv)) {
		key(line, "argv");
		arguments_argv(line, &event->argv);
		line_byte(line, '\n');
	}
	if (event_has(event, FIELD_env)) {
		key(line, "env");
		arguments_argv(line, &event->env);
		line_byte(line, '\n');
	}
	if (event->error != 0) {
		key(line, "result");
		outcome_error(line, event);
		line_byte(line, '\n');
		char buffer[NAMES_SIZE];
		named(line, "error", names_error(event->error, buffer), event->error);
	} else if (event_has(event, result)) {
		number(line, "result", event->number[result]);
	}
}

static int
blocks_event(struct output *output, const struct event *event)
{
	struct blocks *blocks = output->state;

	if (lives_take(&blocks->lives, event) == -1)
		return -1;
	write_what(blocks, event);
	write_process(blocks, event);
	if (event->kind == EVENT_EXIT)
		lives_end(&blocks->lives, event->pid);
	line_byte(&blocks->line, '\n');
	return line_write(&blocks->line, output->stream);
}

static int
blocks_begin(struct output *output, const struct trace_head *head)
{
	struct blocks *blocks = calloc(1, sizeof *blocks);
	struct line *line;

	if (blocks == NULL)
		return -1;
	output->state = blocks;
	names_of_machine(&blocks->names, head->os);
	lives_init(&blocks->lives);
	blocks->wall_seconds = head->wall_seconds;
	blocks->wall_nanoseconds = head->wall_nanoseconds;
	line = &blocks->line;
	word(line, "event", "trace");
	moment(blocks, "time", 0);
	key(line, "command");
	arguments_argv(line, &head->command);
	line_byte(line, '\n');
	text(line, "cwd", head->cwd);
	text(line, "host", head->host);
	text(line, "os", head->os);
	line_byte(line, '\n');
	return line_write(line, output->stream);
}

static void
write_end(struct blocks *blocks, const struct trace_end *end)
{
	struct line *line = &blocks->line;

	word(line, "event", "end");
	moment(blocks, "time", end->duration_ns);
	if (end->status >= 0)
		number(line, "status", end->status);
	number(line, "events", (int64_t)end->events);
	number(line, "processes", (int64_t)end->processes);
	number(line, "untraced", (int64_t)end->untraced);
	number(line, "lost", (int64_t)end->lost);
	for (size_t at = 0; at < end->running_count; at++)
		number(line, "running", end->running[at]);
}

static int
blocks_end(struct output *output, const struct trace_end *end)
{
	struct blocks *blocks = output->state;
	int result, error;

	if (end != NULL)
		write_end(blocks, end);
	else
		line_text(&blocks->line, "# the trace was cut short here\n");
	result = output->error == 0 ? line_write(&blocks->line, output->stream) : 0;
	error = errno;
	line_free(&blocks->line);
	lives_free(&blocks->lives);
	free(blocks);
	output->state = NULL;
	errno = error;
	return result;
}

const struct output_format output_blocks = {
    .name = "blocks",
    .pattern = "*.blocks",
    .begin = blocks_begin,
    .event = blocks_event,
    .end = blocks_end,
};
