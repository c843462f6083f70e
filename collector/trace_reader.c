/*
 * trace_reader.c - reads the binary trace block by block (include/trace.h tells the layout). No block is
 * looked into before it is there in whole and its checksum right; what it says is then still not trusted.
 * Memory for a block grows with the bytes that were really read, never with what a length promises.
 */
#include "trace_reader.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "trace_block.h"
#include "trace_dictionary.h"
#include "trace_events.h"
#include "trace_parse.h"

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

	struct trace_events events; /* what is left of the block in work */
	struct trace_dictionary dictionary;

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
	reader->events.at = reader->events.end;
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
	reader->newer = reader->minor > (major == TRACE_MAJOR ? TRACE_MINOR : TRACE_MINOR_1);
	reader->dictionary.has_places = major >= 2;
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
	trace_events_free(&reader->events);
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
			trace_events_begin(&reader->events, reader->block, reader->block_length);
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

enum trace_status
trace_reader_next(struct trace_reader *reader, struct event *event)
{
	const char *problem;

	if (reader->at != TRACE_EVENT)
		return reader->at;
	while (reader->events.at == reader->events.end) {
		enum trace_status status = next_events(reader);

		if (status != TRACE_EVENT)
			return status;
	}
	problem = trace_events_next(&reader->events, &reader->dictionary, reader->minor, event);
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
