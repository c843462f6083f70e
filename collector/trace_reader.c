/*
 * trace_reader.c - reads the binary trace block by block (include/trace.h tells the layout). No block is
 * looked into before it is there in whole and its checksum right; what it says is then still not trusted.
 * Memory for a block grows with the bytes that were really read, never with what a length promises.
 */
#include "trace_reader.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "trace_block.h"
#include "trace_dictionary.h"
#include "trace_parse.h"
#include "varint.h"

#define READ_STEP (64u << 10)

struct trace_reader {
	FILE *stream;
	off_t start;          /* where the trace begins in the stream, -1 when it can't seek */
	uint64_t next;        /* the offset of the next block */
	uint64_t place;       /* the offset of the block in work, or of what couldn't be read */
	enum trace_status at; /* what every later call returns, TRACE_EVENT while it can go on */
	bool newer;           /* the minor version is newer than ours */
	unsigned minor;
	char problem[160];

	uint8_t *block;
	size_t block_length;
	size_t block_allocated;

	const uint8_t *event; /* the next event in the block, which ends at event_end */
	const uint8_t *event_end;
	uint64_t last_ns;
	struct trace_processes processes;
	struct trace_dictionary dictionary;
	const char **argv;
	size_t argv_allocated;
	char why[96]; /* of an event of a kind that we don't know */

	struct trace_head head;
	struct trace_end end;
};

/* Ends the reading with `status`, for this and every later call. */
static enum trace_status __attribute__((format(printf, 3, 4)))
stop(struct trace_reader *reader, enum trace_status status, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(reader->problem, sizeof(reader->problem), format, arguments);
	va_end(arguments);
	reader->event = reader->event_end = NULL;
	reader->at = status;
	return status;
}

static enum trace_status
damaged(struct trace_reader *reader, const char *what)
{
	if (what == trace_no_memory) {
		stop(reader, TRACE_FAILED, "%s", what);
		errno = ENOMEM;
		return TRACE_FAILED;
	}
	return stop(reader, TRACE_CORRUPT, "damaged at byte %" PRIu64 ": %s", reader->place, what);
}

static enum trace_status
failed(struct trace_reader *reader)
{
	int error = errno;

	stop(reader, TRACE_FAILED, "reading failed at byte %" PRIu64 ": %s", reader->place, strerror(error));
	errno = error;
	return TRACE_FAILED;
}

/* The stream has no more: goes back to where the block in work begins, so that the next call finds it whole.
 */
static enum trace_status
cut_short(struct trace_reader *reader)
{
	if (ferror(reader->stream))
		return failed(reader);
	stop(reader, TRACE_CUT, "cut short at byte %" PRIu64 ": its end is missing", reader->place);
	if (reader->start >= 0) {
		if (fseeko(reader->stream, reader->start + (off_t)reader->next, SEEK_SET) < 0)
			return failed(reader);
		reader->at = TRACE_EVENT;
	}
	return TRACE_CUT;
}

/* Reads `length` bytes to reader->block. TRACE_EVENT when all are there. */
static enum trace_status
read_payload(struct trace_reader *reader, size_t length)
{
	size_t have = 0;

	while (have < length) {
		size_t step = have > READ_STEP ? have : READ_STEP;
		size_t got;

		if (step > length - have)
			step = length - have;
		if (reader->block_allocated < have + step) {
			uint8_t *block = realloc(reader->block, have + step);

			if (block == NULL)
				return damaged(reader, trace_no_memory);
			reader->block = block;
			reader->block_allocated = have + step;
		}
		errno = 0;
		got = fread(reader->block + have, 1, step, reader->stream);
		if (got != step)
			return cut_short(reader);
		have += got;
	}
	reader->block_length = length;
	return TRACE_EVENT;
}

/* Reads the next block whole; TRACE_EVENT, and *type, when it is there. */
static enum trace_status
read_block(struct trace_reader *reader, uint8_t *type)
{
	uint8_t head[TRACE_BLOCK_HEAD_SIZE];
	struct trace_block block;
	enum trace_status status;

	reader->place = reader->next;
	errno = 0;
	if (fread(head, 1, sizeof(head), reader->stream) != sizeof(head))
		return cut_short(reader);
	if (!trace_block_get(head, &block))
		return damaged(reader, "no block begins here");
	status = read_payload(reader, block.length);
	if (status != TRACE_EVENT)
		return status;
	if (trace_checksum(reader->block, block.length) != block.checksum)
		return damaged(reader, "the checksum of a block is wrong");
	reader->next += sizeof(head) + block.length;
	*type = block.type;
	return TRACE_EVENT;
}

/* Magic and version. */
static enum trace_status
read_file_head(struct trace_reader *reader)
{
	uint8_t file_head[TRACE_FILE_HEAD_SIZE];
	size_t got;
	unsigned major;

	errno = 0;
	got = fread(file_head, 1, sizeof(file_head), reader->stream);
	if (ferror(reader->stream))
		return failed(reader);
	if (memcmp(file_head, TRACE_MAGIC, got < TRACE_MAGIC_SIZE ? got : TRACE_MAGIC_SIZE) != 0)
		return stop(reader, TRACE_CORRUPT, "not a trace (no magic at its head)");
	if (got != sizeof(file_head))
		return cut_short(reader);
	major = file_head[8] | (unsigned)file_head[9] << 8;
	reader->minor = file_head[10] | (unsigned)file_head[11] << 8;
	if (major > TRACE_MAJOR)
		return stop(reader, TRACE_NEWER, "made by version %u of the format; this reader knows %d",
			    major, TRACE_MAJOR);
	reader->place = TRACE_MAGIC_SIZE;
	if (major < 1)
		return damaged(reader, "there is no version 0 of the format");
	reader->newer = reader->minor > TRACE_MINOR;
	reader->next = sizeof(file_head);
	return TRACE_EVENT;
}

static enum trace_status
read_head(struct trace_reader *reader)
{
	enum trace_status status = read_file_head(reader);
	const char *problem;
	uint8_t type;

	if (status == TRACE_EVENT)
		status = read_block(reader, &type);
	if (status != TRACE_EVENT)
		return status;
	if (type != TRACE_BLOCK_HEAD)
		return damaged(reader, "the first block is no head");
	problem = trace_parse_head(&reader->head, reader->block, reader->block_length, reader->newer);
	return problem != NULL ? damaged(reader, problem) : TRACE_EVENT;
}

struct trace_reader *
trace_reader_new(FILE *stream, enum trace_status *status)
{
	struct trace_reader *reader = calloc(1, sizeof(*reader));

	if (reader == NULL)
		return NULL;
	reader->block = malloc(READ_STEP);
	if (reader->block == NULL) {
		free(reader);
		return NULL;
	}
	reader->block_allocated = READ_STEP;
	reader->stream = stream;
	reader->start = ftello(stream);
	reader->at = TRACE_EVENT;
	trace_parse_no_head(&reader->head);
	*status = read_head(reader);
	/* Without a head nothing can follow: a file that has yet to get one wants a new reader from its
	 * start. */
	reader->at = *status;
	if (*status == TRACE_CUT && reader->start >= 0)
		fseeko(stream, reader->start, SEEK_SET);
	return reader;
}

void
trace_reader_free(struct trace_reader *reader)
{
	int error = errno;

	if (reader == NULL)
		return;
	trace_dictionary_free(&reader->dictionary);
	trace_parse_free(&reader->head, &reader->end);
	free(reader->block);
	free(reader->argv);
	free(reader);
	errno = error;
}

static enum trace_status
read_end(struct trace_reader *reader)
{
	const char *problem =
	    trace_parse_end(&reader->end, reader->block, reader->block_length, reader->newer);

	return problem != NULL ? damaged(reader, problem) : stop(reader, TRACE_END, "%s", "");
}

/* Reads blocks up to the next one with events, and takes in what comes before. TRACE_EVENT when it is there.
 */
static enum trace_status
next_events(struct trace_reader *reader)
{
	for (;;) {
		const char *problem = NULL;
		uint8_t type;
		enum trace_status status = read_block(reader, &type);

		if (status != TRACE_EVENT)
			return status;
		switch (type) {
		case TRACE_BLOCK_EVENTS:
			reader->event = reader->block;
			reader->event_end = reader->block + reader->block_length;
			reader->last_ns = 0;
			reader->processes.count = 0;
			return TRACE_EVENT;
		case TRACE_BLOCK_DEFINITIONS:
			problem = trace_dictionary_define(&reader->dictionary, reader->block,
							  reader->block_length, reader->newer);
			break;
		case TRACE_BLOCK_RESET:
			trace_dictionary_reset(&reader->dictionary);
			if (reader->block_length != 0 && !reader->newer)
				problem = "the reset of the dictionary is longer than it should be";
			break;
		case TRACE_BLOCK_END:
			return read_end(reader);
		case TRACE_BLOCK_HEAD:
			problem = "a second head";
			break;
		default:
			problem = reader->newer ? NULL : "a block of no known type";
		}
		if (problem != NULL)
			return damaged(reader, problem);
	}
}

static const char *
get_string(struct trace_reader *reader, const char **text)
{
	uint64_t number;

	if (!varint_get(&reader->event, reader->event_end, &number) ||
	    number >= reader->dictionary.string_count)
		return "an event's string isn't there";
	*text = reader->dictionary.string[number].text;
	return NULL;
}

static const char *
get_list(struct trace_reader *reader, struct string_list *list)
{
	const char *problem = NULL;
	uint64_t count;

	/* Every string takes a byte at least, so the block's length justifies the array. */
	if (!varint_get(&reader->event, reader->event_end, &count) ||
	    count > (size_t)(reader->event_end - reader->event))
		return "a list is longer than its block";
	if (reader->argv_allocated < count) {
		const char **argv = reallocarray(reader->argv, count, sizeof(*argv));

		if (argv == NULL)
			return trace_no_memory;
		reader->argv = argv;
		reader->argv_allocated = count;
	}
	for (size_t i = 0; problem == NULL && i < count; i++)
		problem = get_string(reader, &reader->argv[i]);
	*list = (struct string_list){count, reader->argv};
	return problem;
}

/* A field of a newer minor version. */
static const char *
skip_field(struct trace_reader *reader, const struct trace_shape_field *field)
{
	const char *problem = NULL;
	const char *text;
	uint64_t count = 1;

	if (field->class == TRACE_CLASS_CONSTANT)
		return NULL;
	if ((field->class == TRACE_CLASS_NUMBER || field->class == TRACE_CLASS_LIST) &&
	    !varint_get(&reader->event, reader->event_end, &count))
		return "an event ends within a number";
	if (field->class != TRACE_CLASS_NUMBER) {
		while (problem == NULL && count-- > 0)
			problem = get_string(reader, &text);
	}
	return problem;
}

static const char *
get_field(struct trace_reader *reader, struct event *event, const struct trace_shape_field *field)
{
	int64_t number = field->value;

	if (field->tag >= FIELD_COUNT)
		return skip_field(reader, field);
	event->present |= UINT64_C(1) << field->tag;
	if (field->class == TRACE_CLASS_TEXT)
		return get_string(reader, &event->text[field->tag]);
	if (field->class == TRACE_CLASS_LIST)
		return get_list(reader, &event->argv);
	if (field->class == TRACE_CLASS_NUMBER &&
	    !varint_get_signed(&reader->event, reader->event_end, &number))
		return "an event ends within a number";
	if (event->kind == EVENT_OPEN && field->tag == FIELD_flags)
		number = trace_open_flags(number);
	event->number[field->tag] = number;
	return NULL;
}

static const char *
get_process(struct trace_reader *reader, struct event *event)
{
	struct trace_process process;
	uint64_t place;
	uint64_t pid;
	int64_t difference;

	if (!varint_get_upto(&reader->event, reader->event_end, reader->processes.count, &place))
		return "an event's process isn't there";
	if (place != 0) {
		process = trace_processes_take(&reader->processes, (unsigned)place);
	} else {
		if (!varint_get_upto(&reader->event, reader->event_end, UINT32_MAX, &pid) ||
		    !varint_get_signed(&reader->event, reader->event_end, &difference) ||
		    difference < -(int64_t)pid || difference > (int64_t)(UINT32_MAX - pid))
			return "an event's process is no number";
		process = (struct trace_process){(uint32_t)pid, (uint32_t)((int64_t)pid + difference)};
		trace_processes_put(&reader->processes, process);
	}
	event->pid = process.pid;
	event->tid = process.tid;
	return NULL;
}

/* Puts in the place of an event of an unknown kind that it is missing. */
static void
make_lost(struct trace_reader *reader, struct event *event, uint64_t kind)
{
	snprintf(reader->why, sizeof(reader->why),
		 "an event of kind %" PRIu64 ", which came with version %d.%u", kind, TRACE_MAJOR,
		 reader->minor);
	event->kind = EVENT_LOST;
	event->error = 0;
	event->present = 0;
	event->argv = (struct string_list){0, NULL};
	event_set_number(event, FIELD_count, 1);
	event_set_text(event, FIELD_why, reader->why);
}

static const char *
get_event(struct trace_reader *reader, struct event *event)
{
	const struct trace_known_shape *shape;
	const struct trace_shape_field *field;
	const char *problem;
	uint64_t number;
	uint64_t delta;

	event_clear(event);
	if (!varint_get(&reader->event, reader->event_end, &number) ||
	    number >= reader->dictionary.shape_count)
		return "an event's shape isn't there";
	shape = &reader->dictionary.shape[number];
	if (!varint_get(&reader->event, reader->event_end, &delta))
		return "an event ends within its time";
	reader->last_ns += delta;
	event->time_ns = reader->last_ns;
	event->kind = shape->kind < EVENT_KIND_COUNT ? (enum event_kind)shape->kind : EVENT_LOST;
	event->call = shape->call;
	event->error = shape->error;
	problem = get_process(reader, event);
	field = reader->dictionary.field + shape->fields;
	for (unsigned i = 0; problem == NULL && i < shape->field_count; i++)
		problem = get_field(reader, event, &field[i]);
	if (problem == NULL && shape->kind >= EVENT_KIND_COUNT)
		make_lost(reader, event, shape->kind);
	return problem;
}

enum trace_status
trace_reader_next(struct trace_reader *reader, struct event *event)
{
	const char *problem;

	if (reader->at != TRACE_EVENT)
		return reader->at;
	while (reader->event == reader->event_end) {
		enum trace_status status = next_events(reader);

		if (status != TRACE_EVENT)
			return status;
	}
	problem = get_event(reader, event);
	return problem != NULL ? damaged(reader, problem) : TRACE_EVENT;
}

const struct trace_head *
trace_reader_head(const struct trace_reader *reader)
{
	return &reader->head;
}

const struct trace_end *
trace_reader_end(const struct trace_reader *reader)
{
	return &reader->end;
}

const char *
trace_reader_problem(const struct trace_reader *reader)
{
	return reader->problem;
}

uint64_t
trace_reader_offset(const struct trace_reader *reader)
{
	return reader->place;
}
