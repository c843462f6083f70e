/*
 * trace_writer.c - writes the binary trace, as include/trace.h lays it out. Events gather in one block and
 * the definitions that they need in another; the definitions are always written first, so that a trace that
 * is cut between any two blocks can be read up to there. Memory is bounded by the limit of the dictionary and
 * of a block.
 */
#include "trace_writer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "trace_block.h"
#include "trace_buffer.h"
#include "trace_shapes.h"
#include "trace_strings.h"
#include "varint.h"

#define BLOCK_TARGET (64u << 10) /* a block is written when it has grown to this */

struct trace_writer {
	FILE *stream;
	int failed;   /* the errno that ended the writing, 0 for none */
	size_t limit; /* of the dictionary, in bytes */
	uint64_t last_ns;
	struct trace_processes processes;
	struct trace_buffer definitions;
	struct trace_buffer events;
	struct trace_shapes shapes;
	struct trace_strings strings;
};

static int
fail(struct trace_writer *writer)
{
	if (writer->failed == 0)
		writer->failed = errno != 0 ? errno : EIO;
	errno = writer->failed;
	return -1;
}

static int
write_block(struct trace_writer *writer, uint8_t type, struct trace_buffer *payload)
{
	struct trace_block block = {
	    .type = type,
	    .length = (uint32_t)payload->length,
	    .checksum = trace_checksum(payload->data, payload->length),
	};
	uint8_t head[TRACE_BLOCK_HEAD_SIZE];

	if (payload->length > TRACE_BLOCK_MAX) {
		errno = EMSGSIZE;
		return fail(writer);
	}
	trace_block_put(head, &block);
	errno = 0;
	if (fwrite(head, 1, sizeof(head), writer->stream) != sizeof(head) ||
	    (payload->length != 0 &&
	     fwrite(payload->data, 1, payload->length, writer->stream) != payload->length))
		return fail(writer);
	payload->length = 0;
	return 0;
}

static int
write_definitions(struct trace_writer *writer)
{
	return writer->definitions.length != 0
		   ? write_block(writer, TRACE_BLOCK_DEFINITIONS, &writer->definitions)
		   : 0;
}

static int
write_events(struct trace_writer *writer)
{
	if (write_definitions(writer) < 0)
		return -1;
	writer->last_ns = 0;
	writer->processes.count = 0;
	return writer->events.length != 0 ? write_block(writer, TRACE_BLOCK_EVENTS, &writer->events) : 0;
}

static int
flush_stream(struct trace_writer *writer)
{
	errno = 0;
	return fflush(writer->stream) == 0 ? 0 : fail(writer);
}

/* Defines a string that is new to the dictionary. */
static int
define_string(struct trace_writer *writer, const char *text, const struct trace_strings_found *found)
{
	struct trace_buffer *buffer = &writer->definitions;
	uint64_t back = found->shared != 0 ? found->number - found->base : 0;

	if (trace_buffer_varint(buffer, 1 + back) < 0 ||
	    (back != 0 && trace_buffer_varint(buffer, found->shared) < 0) ||
	    trace_buffer_bytes(buffer, text + found->shared, strlen(text + found->shared)) < 0)
		return fail(writer);
	return buffer->length >= BLOCK_TARGET ? write_definitions(writer) : 0;
}

/* The string's number, or -1 with errno. A missing string is an empty one. */
static int64_t
string_number(struct trace_writer *writer, const char *text)
{
	struct trace_strings_found found;

	if (text == NULL)
		text = "";
	if (trace_strings_find(&writer->strings, text, &found) < 0)
		return errno == EMSGSIZE ? -1 : fail(writer);
	if (found.added && define_string(writer, text, &found) < 0)
		return -1;
	return found.number;
}

static int
define_shape(struct trace_writer *writer, const struct trace_shape *shape)
{
	struct trace_buffer *buffer = &writer->definitions;
	const int64_t *value = writer->shapes.value + shape->values;
	uint8_t *at = trace_buffer_room(buffer, (5 + 2 * (FIELD_COUNT + 2)) * VARINT_MAX);

	if (at == NULL)
		return fail(writer);
	at = varint_put(at, 0);
	at = varint_put(at, shape->kind);
	at = varint_put(at, shape->call);
	at = varint_put_signed(at, shape->error);
	at = varint_put(at, (uint64_t)__builtin_popcountll(shape->present));
	for (uint64_t left = shape->present; left != 0; left &= left - 1) {
		unsigned tag = (unsigned)__builtin_ctzll(left);
		bool constant = shape->constant >> tag & 1;

		at = varint_put(at, 8 * tag + (constant                    ? TRACE_CLASS_CONSTANT
					       : tag >= TRACE_FIELD_arg_at ? TRACE_CLASS_NUMBER
									   : trace_field_class(tag)));
		if (constant) {
			int64_t number = *value++;

			if (shape->kind == EVENT_OPEN && tag == FIELD_flags)
				number = trace_open_flags(number);
			at = varint_put_signed(at, number);
		}
	}
	buffer->length = (size_t)(at - buffer->data);
	return buffer->length >= BLOCK_TARGET ? write_definitions(writer) : 0;
}

/* The shape's number, or -1 with errno. */
static int64_t
shape_number(struct trace_writer *writer, const struct event *event, const struct trace_stored *stored)
{
	int64_t call = -1;
	int64_t number = trace_shapes_recent(&writer->shapes, event, stored);
	bool added;

	if (number < 0) {
		if (event->call != NULL && (call = string_number(writer, event->call)) < 0)
			return -1;
		number = trace_shapes_find(&writer->shapes, event, stored, (uint32_t)(call + 1), &added);
		if (number < 0)
			return fail(writer);
		if (added && define_shape(writer, &writer->shapes.shape[number]) < 0)
			return -1;
		trace_shapes_note(&writer->shapes, event, stored, (uint32_t)number);
	}
	return number;
}

static int
add_list(struct trace_writer *writer, const struct string_list *list)
{
	if (list->count > TRACE_BLOCK_MAX) {
		errno = EMSGSIZE;
		return -1;
	}
	if (trace_buffer_varint(&writer->events, list->count) < 0)
		return fail(writer);
	for (size_t i = 0; i < list->count; i++) {
		int64_t number = string_number(writer, list->item[i]);

		if (number < 0)
			return -1;
		if (trace_buffer_varint(&writer->events, (uint64_t)number) < 0)
			return fail(writer);
	}
	return 0;
}

static int
add_value(struct trace_writer *writer, const struct event *event, enum field field)
{
	int64_t number;

	switch (trace_field_class(field)) {
	case TRACE_CLASS_TEXT:
		if ((number = string_number(writer, event->text[field])) < 0)
			return -1;
		if (trace_buffer_varint(&writer->events, (uint64_t)number) < 0)
			return fail(writer);
		return 0;
	case TRACE_CLASS_LIST:
		return add_list(writer, field == FIELD_env ? &event->env : &event->argv);
	default:
		return trace_buffer_signed(&writer->events, event->number[field]) < 0 ? fail(writer) : 0;
	}
}

/* Adds the event to the block in work; -1 with errno, and then a part of it may stand there. */
static int
add_event(struct trace_writer *writer, const struct event *event)
{
	struct trace_process process = {event->pid, event->tid};
	struct trace_stored stored;
	uint64_t variable;
	int64_t shape;
	unsigned place;
	uint8_t *at;

	trace_strings_of(&writer->strings, event->tid);
	trace_stored_choose(&stored, event);
	shape = shape_number(writer, event, &stored);
	if (shape < 0)
		return -1;
	variable = stored.present & ~writer->shapes.shape[shape].constant;
	at = trace_buffer_room(&writer->events, 5 * VARINT_MAX);
	if (at == NULL)
		return fail(writer);
	at = varint_put(at, (uint64_t)shape);
	at = varint_put(at, event->time_ns - writer->last_ns);
	place = trace_processes_find(&writer->processes, process);
	at = varint_put(at, place);
	if (place == 0) {
		at = varint_put(at, event->pid);
		at = varint_put_signed(at, (int64_t)event->tid - (int64_t)event->pid);
	}
	writer->events.length = (size_t)(at - writer->events.data);
	for (; variable != 0; variable &= variable - 1) {
		unsigned tag = (unsigned)__builtin_ctzll(variable);

		if (tag >= TRACE_FIELD_arg_at) {
			if (trace_buffer_signed(&writer->events, stored.at[tag - TRACE_FIELD_arg_at]) < 0)
				return fail(writer);
		} else if (add_value(writer, event, (enum field)tag) < 0) {
			return -1;
		}
	}
	writer->last_ns = event->time_ns;
	return 0;
}

static int
reset(struct trace_writer *writer)
{
	struct trace_buffer nothing = {0};

	if (write_events(writer) < 0 || write_block(writer, TRACE_BLOCK_RESET, &nothing) < 0)
		return -1;
	trace_strings_reset(&writer->strings);
	trace_shapes_reset(&writer->shapes);
	return 0;
}

/* Puts in the place of an event that the format has no room for that it is missing. */
static int
add_lost(struct trace_writer *writer, const struct event *event)
{
	struct event lost;

	event_clear(&lost);
	lost.kind = EVENT_LOST;
	lost.time_ns = event->time_ns;
	lost.pid = event->pid;
	lost.tid = event->tid;
	event_set_number(&lost, FIELD_count, 1);
	event_set_text(&lost, FIELD_why, "an event was too large for the trace");
	return add_event(writer, &lost);
}

int
trace_writer_event(struct trace_writer *writer, const struct event *event)
{
	size_t begin;

	if (writer->failed != 0)
		return fail(writer);
	if ((unsigned)event->kind >= EVENT_KIND_COUNT || event->present >> FIELD_COUNT != 0) {
		errno = EINVAL;
		return -1;
	}
	if ((trace_strings_size(&writer->strings) >= writer->limit ||
	     writer->shapes.count == TRACE_SHAPES_MAX) &&
	    reset(writer) < 0)
		return -1;
	begin = writer->events.length;
	if (add_event(writer, event) < 0 || writer->events.length > TRACE_BLOCK_MAX) {
		if (writer->failed != 0)
			return fail(writer);
		/* The dictionary is full of the event's first strings, and the table of processes has its
		 * process. */
		writer->events.length = begin;
		if (reset(writer) < 0 || add_lost(writer, event) < 0)
			return fail(writer);
	}
	return writer->events.length >= BLOCK_TARGET ? write_events(writer) : 0;
}

int
trace_writer_flush(struct trace_writer *writer)
{
	if (writer->failed != 0)
		return fail(writer);
	return write_events(writer) < 0 ? -1 : flush_stream(writer);
}

static int
end_payload(struct trace_buffer *buffer, const struct trace_end *end)
{
	const uint64_t totals[] = {end->events, end->processes,   end->untraced,
				   end->lost,   end->duration_ns, end->running_count};

	if (trace_buffer_signed(buffer, end->status) < 0)
		return -1;
	for (size_t i = 0; i < sizeof(totals) / sizeof(totals[0]); i++) {
		if (trace_buffer_varint(buffer, totals[i]) < 0)
			return -1;
	}
	for (size_t i = 0; i < end->running_count; i++) {
		if (trace_buffer_varint(buffer, end->running[i]) < 0)
			return -1;
	}
	return 0;
}

int
trace_writer_end(struct trace_writer *writer, const struct trace_end *end)
{
	if (writer->failed != 0)
		return fail(writer);
	if (write_events(writer) < 0)
		return -1;
	if (end_payload(&writer->events, end) < 0)
		return fail(writer);
	return write_block(writer, TRACE_BLOCK_END, &writer->events) < 0 ? -1 : flush_stream(writer);
}

static int
head_payload(struct trace_buffer *buffer, const struct trace_head *head)
{
	const char *texts[] = {head->cwd, head->host, head->os, head->boot_id};

	if (trace_buffer_varint(buffer, head->command.count) < 0)
		return -1;
	for (size_t i = 0; i < head->command.count; i++) {
		const char *text = head->command.item[i] != NULL ? head->command.item[i] : "";

		if (trace_buffer_bytes(buffer, text, strlen(text)) < 0)
			return -1;
	}
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		const char *text = texts[i] != NULL ? texts[i] : "";

		if (trace_buffer_bytes(buffer, text, strlen(text)) < 0)
			return -1;
	}
	if (trace_buffer_put(buffer, head->id, sizeof(head->id)) < 0)
		return -1;
	if (trace_buffer_signed(buffer, head->wall_seconds) < 0 ||
	    trace_buffer_varint(buffer, head->wall_nanoseconds) < 0)
		return -1;
	return trace_buffer_varint(buffer, head->monotonic_ns);
}

static int
write_file_head(struct trace_writer *writer, const struct trace_head *head)
{
	uint8_t file_head[TRACE_FILE_HEAD_SIZE] = TRACE_MAGIC;

	file_head[TRACE_MAGIC_SIZE] = TRACE_MAJOR;
	file_head[TRACE_MAGIC_SIZE + 2] = TRACE_MINOR;
	errno = 0;
	if (fwrite(file_head, 1, sizeof(file_head), writer->stream) != sizeof(file_head) ||
	    head_payload(&writer->events, head) < 0)
		return fail(writer);
	return write_block(writer, TRACE_BLOCK_HEAD, &writer->events) < 0 ? -1 : flush_stream(writer);
}

struct trace_writer *
trace_writer_new(FILE *stream, const struct trace_head *head)
{
	struct trace_writer *writer = calloc(1, sizeof(*writer));

	if (writer == NULL)
		return NULL;
	writer->stream = stream;
	writer->limit = TRACE_WRITER_DICTIONARY;
	if (write_file_head(writer, head) < 0) {
		trace_writer_free(writer);
		return NULL;
	}
	return writer;
}

void
trace_writer_limit(struct trace_writer *writer, size_t bytes)
{
	writer->limit = bytes;
}

void
trace_writer_free(struct trace_writer *writer)
{
	int error = errno;

	if (writer == NULL)
		return;
	trace_strings_free(&writer->strings);
	trace_shapes_free(&writer->shapes);
	free(writer->definitions.data);
	free(writer->events.data);
	free(writer);
	errno = error;
}
