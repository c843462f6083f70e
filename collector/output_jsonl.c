/*
 * output_jsonl.c - one JSON object a line, as interpose.jsonl(5) tells: a head, the events, an end.
 *
 * forms.c says which field stands where, and in what form. Names and forms are what other programs rely on:
 * add, never change.
 *
 * Lines are written straight into a buffer (json_write.c). tests/bench/bench_outputs.c on one core, one
 * run: 2.5 million open events a second this way, 0.65 million with an object of json-c for each event. The
 * goal is 0.5 million, reading the trace and the check for UTF-8 included, on a machine whose cores a build
 * wants for itself.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "forms.h"
#include "json_write.h"
#include "output.h"

/* How lines of the last kind and call begin. */
struct opening {
	enum event_kind kind;
	char call[32];
	char text[96];
	size_t length; /* 0: none yet */
};

/* The ids of the last process and thread as they are written. */
struct whose {
	uint32_t pid;
	uint32_t tid;
	char text[48];
	size_t length; /* 0: none yet */
};

struct jsonl {
	struct line line;
	struct names names;
	struct opening opening;
	struct whose whose;
	struct json_key key[FIELD_COUNT];
	struct json_key time;
	uint64_t place[FIELD_COUNT]; /* of a field in forms, as a bit */
};

_Static_assert(FORMS_COUNT <= 64, "a form's place is a bit");

static int
jsonl_begin(struct output *output, const struct trace_head *head)
{
	struct jsonl *jsonl = calloc(1, sizeof *jsonl);
	struct line *line;
	char buffer[NAMES_SIZE];

	if (jsonl == NULL)
		return -1;
	output->state = jsonl;
	names_of_machine(&jsonl->names, head->os);
	for (int field = 0; field < FIELD_COUNT; field++)
		json_key_make(&jsonl->key[field], event_field_name((enum field)field));
	json_key_make(&jsonl->time, "time_ns");
	for (size_t at = 0; at < FORMS_COUNT; at++)
		jsonl->place[forms[at].field] = UINT64_C(1) << at;
	line = &jsonl->line;
	json_write_begin(line);
	json_write_word(line, "event", "trace");
	json_write_number(line, "version", 1);
	json_write_texts(line, "command", &head->command);
	json_write_text(line, "cwd", head->cwd);
	json_write_word(line, "started", names_time(head->wall_seconds, head->wall_nanoseconds, buffer));
	json_write_text(line, "host", head->host);
	json_write_text(line, "os", head->os);
	json_write_end(line);
	return line_write(line, output->stream);
}

static void
write_mode(struct line *line, const struct event *event)
{
	int64_t mode = event->number[FIELD_mode];
	struct name_list list;
	char buffer[NAMES_SIZE];

	if (event->kind == EVENT_ACCESS) {
		names_access(mode, &list);
		json_write_joined(line, "mode", &list);
	} else {
		json_write_word(line, "mode", names_mode(mode, buffer));
	}
}

static void
write_flags(struct jsonl *jsonl, const struct event *event)
{
	struct name_list list;

	names_flags(&jsonl->names, event, &list);
	if (list.count > 0)
		json_write_words(&jsonl->line, "flags", &list);
}

static void
write_field(struct jsonl *jsonl, const struct event *event, enum field field, enum form form)
{
	struct line *line = &jsonl->line;
	const char *name = event_field_name(field);
	int64_t number = event->number[field];
	struct name_list list;
	char buffer[NAMES_SIZE];

	switch (form) {
	case FORM_NUMBER:
		json_write_key(line, &jsonl->key[field]);
		line_number(line, number);
		break;
	case FORM_BOOLEAN:
		json_write_key(line, &jsonl->key[field]);
		line_text(line, number != 0 ? "true" : "false");
		break;
	case FORM_TEXT:
		json_write_key(line, &jsonl->key[field]);
		json_write_value(line, name, event->text[field]);
		break;
	case FORM_FLAGS:
		write_flags(jsonl, event);
		break;
	case FORM_MODE:
		write_mode(line, event);
		break;
	case FORM_PROTECTION:
		names_protection(number, &list);
		json_write_joined(line, name, &list);
		break;
	case FORM_SIGNAL:
		json_write_word(line, name, names_signal(number, buffer));
		break;
	case FORM_BY:
		json_write_word(line, name, event_by_name(number));
		break;
	case FORM_REASON:
		json_write_word(line, name, event_reason_name(number));
		break;
	}
}

/* Events come in runs of the same call, whose beginning is copied. */
static void
write_opening(struct jsonl *jsonl, const struct event *event)
{
	struct opening *opening = &jsonl->opening;
	struct line *line = &jsonl->line;
	const char *call = event->call != NULL ? event->call : "";
	bool nameless = event->call != NULL && *call == '\0'; /* which isn't the same as none */

	if (opening->length != 0 && !nameless && opening->kind == event->kind &&
	    strcmp(opening->call, call) == 0) {
		line_bytes(line, opening->text, opening->length);
		return;
	}
	json_write_begin(line);
	json_write_word(line, "event", event_kind_name(event->kind));
	if (event->call != NULL)
		json_write_text(line, "call", event->call);
	opening->length = 0;
	if (line->data != NULL && !line->short_of_memory && !nameless &&
	    line->length <= sizeof opening->text && strlen(call) < sizeof opening->call) {
		opening->kind = event->kind;
		strlcpy(opening->call, call, sizeof opening->call);
		memcpy(opening->text, line->data, line->length);
		opening->length = line->length;
	}
}

static void
write_whose(struct jsonl *jsonl, const struct event *event)
{
	struct whose *whose = &jsonl->whose;
	struct line *line = &jsonl->line;
	size_t begin = line->length;

	if (whose->length != 0 && whose->pid == event->pid && whose->tid == event->tid) {
		line_bytes(line, whose->text, whose->length);
		return;
	}
	json_write_unsigned(line, "pid", event->pid);
	json_write_unsigned(line, "tid", event->tid);
	whose->pid = event->pid;
	whose->tid = event->tid;
	whose->length = line->length - begin;
	if (line->data == NULL || whose->length > sizeof whose->text)
		whose->length = 0;
	else
		memcpy(whose->text, line->data + begin, whose->length);
}

static int
jsonl_event(struct output *output, const struct event *event)
{
	struct jsonl *jsonl = output->state;
	struct line *line = &jsonl->line;
	char buffer[NAMES_SIZE];
	uint64_t places = 0;

	write_opening(jsonl, event);
	json_write_key(line, &jsonl->time);
	line_unsigned(line, event->time_ns);
	write_whose(jsonl, event);
	if (event_has(event, FIELD_ret)) {
		json_write_key(line, &jsonl->key[FIELD_ret]);
		line_number(line, event->number[FIELD_ret]);
	}
	if (event->error != 0)
		json_write_word(line, "error", names_error(event->error, buffer));
	for (uint64_t left = event->present; left != 0; left &= left - 1)
		places |= jsonl->place[__builtin_ctzll(left)];
	for (; places != 0; places &= places - 1) {
		const struct field_form *form = &forms[__builtin_ctzll(places)];

		write_field(jsonl, event, form->field, form->form);
	}
	if (event_has(event, FIELD_argv))
		json_write_texts(line, "argv", &event->argv);
	if (event_has(event, FIELD_env))
		json_write_variables(line, "env", &event->env);
	json_write_end(line);
	return line_write(line, output->stream);
}

static int
write_end(struct output *output, const struct trace_end *end)
{
	struct jsonl *jsonl = output->state;
	struct line *line = &jsonl->line;

	json_write_begin(line);
	json_write_word(line, "event", "end");
	json_write_number(line, "status", end->status);
	json_write_unsigned(line, "events", end->events);
	json_write_unsigned(line, "processes", end->processes);
	json_write_unsigned(line, "untraced", end->untraced);
	json_write_unsigned(line, "lost", end->lost);
	line_text(line, ",\"running\":[");
	for (size_t at = 0; at < end->running_count; at++) {
		if (at > 0)
			line_byte(line, ',');
		line_unsigned(line, end->running[at]);
	}
	line_byte(line, ']');
	json_write_unsigned(line, "duration_ns", end->duration_ns);
	json_write_end(line);
	return line_write(line, output->stream);
}

static int
jsonl_end(struct output *output, const struct trace_end *end)
{
	struct jsonl *jsonl = output->state;
	int result = 0, error = 0;

	if (end != NULL && output->error == 0 && (result = write_end(output, end)) == -1)
		error = errno;
	line_free(&jsonl->line);
	free(jsonl);
	output->state = NULL;
	if (result == -1)
		errno = error;
	return result;
}

const struct output_format output_jsonl = {
    .name = "jsonl",
    .pattern = "*.jsonl",
    .begin = jsonl_begin,
    .event = jsonl_event,
    .end = jsonl_end,
};
