/*
 * trace_events.c - takes the events out of a block, one after the other, and fills struct event from their
 * shapes and values. A number is held against what is there before it is used; nothing but the lists of
 * arguments and variables is allocated.
 */
#include "trace_events.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "varint.h"

void
trace_events_begin(struct trace_events *events, const uint8_t *payload, size_t length)
{
	events->at = payload;
	events->end = payload + length;
	events->last_ns = 0;
	events->processes.count = 0;
}

void
trace_events_free(struct trace_events *events)
{
	free(events->argv.item);
	free(events->env.item);
}

/* `length` may be NULL. */
static const char *
get_string(struct trace_events *events, const char **text, size_t *length)
{
	uint64_t number;

	if (!varint_get(&events->at, events->end, &number) || number >= events->dictionary->string_count)
		return "an event's string isn't there";
	*text = events->dictionary->string[number].text;
	if (length != NULL)
		*length = events->dictionary->string[number].length;
	return NULL;
}

static const char *
get_list(struct trace_events *events, struct trace_list *memory, struct string_list *list)
{
	const char *problem = NULL;
	uint64_t count;

	/* Every string takes a byte at least, so the block's length justifies the array. */
	if (!varint_get(&events->at, events->end, &count) || count > (size_t)(events->end - events->at))
		return "a list is longer than its block";
	if (memory->allocated < count) {
		const char **item = reallocarray(memory->item, count, sizeof(*item));

		if (item == NULL)
			return trace_no_memory;
		memory->item = item;
		memory->allocated = count;
	}
	for (size_t i = 0; problem == NULL && i < count; i++)
		problem = get_string(events, &memory->item[i], NULL);
	*list = (struct string_list){count, memory->item};
	return problem;
}

/* A field of a newer minor version. */
static const char *
skip_field(struct trace_events *events, const struct trace_shape_field *field)
{
	const char *problem = NULL;
	const char *text;
	uint64_t count = 1;

	if (field->class == TRACE_CLASS_CONSTANT)
		return NULL;
	if ((field->class == TRACE_CLASS_NUMBER || field->class == TRACE_CLASS_LIST) &&
	    !varint_get(&events->at, events->end, &count))
		return "an event ends within a number";
	if (field->class != TRACE_CLASS_NUMBER) {
		while (problem == NULL && count-- > 0)
			problem = get_string(events, &text, NULL);
	}
	return problem;
}

static const char *
get_text(struct trace_events *events, struct event *event, enum field field)
{
	size_t *length = field == FIELD_path    ? &events->path_length[0]
			 : field == FIELD_path2 ? &events->path_length[1]
						: NULL;

	return get_string(events, &event->text[field], length);
}

/* An argument that is what the path ends with, which came before it. */
static const char *
get_tail(struct trace_events *events, struct event *event, const struct trace_shape_field *field)
{
	bool first = field->tag == TRACE_FIELD_arg_at;
	enum field path = first ? FIELD_path : FIELD_path2, arg = first ? FIELD_arg : FIELD_arg2;
	int64_t at = field->value;

	if (field->class == TRACE_CLASS_NUMBER && !varint_get_signed(&events->at, events->end, &at))
		return "an event ends within a number";
	if (!event_has(event, path) || event_has(event, arg))
		return "an event's argument has a place in no path";
	if (at < 0 || (uint64_t)at > events->path_length[!first])
		return "an event's argument begins behind its path";
	event_set_text(event, arg, event->text[path] + at);
	return NULL;
}

static const char *
get_field(struct trace_events *events, struct event *event, const struct trace_shape_field *field)
{
	int64_t number = field->value;

	if (field->tag >= TRACE_FIELD_arg_at && events->dictionary->has_places)
		return get_tail(events, event, field);
	if (field->tag >= FIELD_COUNT)
		return skip_field(events, field);
	event->present |= UINT64_C(1) << field->tag;
	if (field->class == TRACE_CLASS_TEXT)
		return get_text(events, event, (enum field)field->tag);
	if (field->class == TRACE_CLASS_LIST && field->tag == FIELD_env)
		return get_list(events, &events->env, &event->env);
	if (field->class == TRACE_CLASS_LIST)
		return get_list(events, &events->argv, &event->argv);
	if (field->class == TRACE_CLASS_NUMBER && !varint_get_signed(&events->at, events->end, &number))
		return "an event ends within a number";
	if (event->kind == EVENT_OPEN && field->tag == FIELD_flags)
		number = trace_open_flags(number);
	event->number[field->tag] = number;
	return NULL;
}

static const char *
get_process(struct trace_events *events, struct event *event)
{
	struct trace_process process;
	uint64_t place;
	uint64_t pid;
	int64_t difference;

	if (!varint_get_upto(&events->at, events->end, events->processes.count, &place))
		return "an event's process isn't there";
	if (place != 0) {
		process = trace_processes_take(&events->processes, (unsigned)place);
	} else {
		if (!varint_get_upto(&events->at, events->end, UINT32_MAX, &pid) ||
		    !varint_get_signed(&events->at, events->end, &difference) || difference < -(int64_t)pid ||
		    difference > (int64_t)(UINT32_MAX - pid))
			return "an event's process is no number";
		process = (struct trace_process){(uint32_t)pid, (uint32_t)((int64_t)pid + difference)};
		trace_processes_put(&events->processes, process);
	}
	event->pid = process.pid;
	event->tid = process.tid;
	return NULL;
}

/* Puts in the place of an event of an unknown kind that it is missing. */
static void
make_lost(struct trace_events *events, struct event *event, uint64_t kind, unsigned minor)
{
	snprintf(events->why, sizeof(events->why),
		 "an event of kind %" PRIu64 ", which came with version %d.%u", kind, TRACE_MAJOR, minor);
	event->kind = EVENT_LOST;
	event->error = 0;
	event->present = 0;
	event->argv = event->env = (struct string_list){0, NULL};
	event_set_number(event, FIELD_count, 1);
	event_set_text(event, FIELD_why, events->why);
}

const char *
trace_events_next(struct trace_events *events, const struct trace_dictionary *dictionary, unsigned minor,
		  struct event *event)
{
	const struct trace_known_shape *shape;
	const char *problem;
	uint64_t number;
	uint64_t delta;

	events->dictionary = dictionary;
	event_clear(event);
	if (!varint_get(&events->at, events->end, &number) || number >= dictionary->shape_count)
		return "an event's shape isn't there";
	shape = &dictionary->shape[number];
	if (!varint_get(&events->at, events->end, &delta))
		return "an event ends within its time";
	events->last_ns += delta;
	event->time_ns = events->last_ns;
	event->kind = shape->kind < EVENT_KIND_COUNT ? (enum event_kind)shape->kind : EVENT_LOST;
	event->call = shape->call;
	event->error = shape->error;
	problem = get_process(events, event);
	for (unsigned i = 0; problem == NULL && i < shape->field_count; i++)
		problem = get_field(events, event, &dictionary->field[shape->fields + i]);
	if (problem == NULL && shape->kind >= EVENT_KIND_COUNT)
		make_lost(events, event, shape->kind, minor);
	return problem;
}
