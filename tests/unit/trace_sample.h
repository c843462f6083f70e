/*
 * trace_sample.h - what the tests of the binary trace share: events as one line of text, so that a test
 * compares all of an event at once, and a small trace in memory.
 */
#ifndef INTERPOSE_TRACE_SAMPLE_H
#define INTERPOSE_TRACE_SAMPLE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "event.h"
#include "trace_block.h"
#include "trace_reader.h"
#include "trace_writer.h"

struct memory {
	char *data;
	size_t size;
};

static inline void
print_field(FILE *to, const struct event *event, enum field field)
{
	switch (trace_field_class(field)) {
	case TRACE_CLASS_TEXT:
		fprintf(to, " %s=%s", event_field_name(field), event->text[field]);
		break;
	case TRACE_CLASS_LIST:
		fprintf(to, " %s=[", event_field_name(field));
		const struct string_list *list = field == FIELD_env ? &event->env : &event->argv;
		for (size_t i = 0; i < list->count; i++)
			fprintf(to, "%s%s", i != 0 ? "," : "", list->item[i]);
		fputc(']', to);
		break;
	default:
		fprintf(to, " %s=%" PRId64, event_field_name(field), event->number[field]);
	}
}

/* "12 7/8 open fopen64 -2 ret=-1 path=/x\n": everything that stands in an event. */
static inline void
print_event(FILE *to, const struct event *event)
{
	fprintf(to, "%" PRIu64 " %" PRIu32 "/%" PRIu32 " %s %s %d", event->time_ns, event->pid, event->tid,
		event_kind_name(event->kind), event->call != NULL ? event->call : "-", event->error);
	for (int field = 0; field < FIELD_COUNT; field++) {
		if (event_has(event, (enum field)field))
			print_field(to, event, (enum field)field);
	}
	fputc('\n', to);
}

static inline const char *
status_name(enum trace_status status)
{
	static const char *const names[] = {"EVENT", "END", "CUT", "CORRUPT", "NEWER", "FAILED"};

	return names[status];
}

/* Prints events until there are no more, and then how it ended; gives the last status. */
static inline enum trace_status
print_events(FILE *to, struct trace_reader *reader, enum trace_status status)
{
	struct event event;

	while (status == TRACE_EVENT && (status = trace_reader_next(reader, &event)) == TRACE_EVENT)
		print_event(to, &event);
	fprintf(to, "%s: %s\n", status_name(status), trace_reader_problem(reader));
	return status;
}

/* All of a trace as text; free it. */
static inline char *
read_stream(FILE *stream)
{
	struct memory text;
	FILE *to = open_memstream(&text.data, &text.size);
	enum trace_status status;
	struct trace_reader *reader = trace_reader_new(stream, &status);

	assert_non_null(to);
	assert_non_null(reader);
	print_events(to, reader, status);
	trace_reader_free(reader);
	fclose(to);
	return text.data;
}

static inline char *
read_memory(const void *data, size_t size)
{
	FILE *stream = size != 0 ? fmemopen((void *)data, size, "r") : fopen("/dev/null", "r");
	char *text;

	assert_non_null(stream);
	text = read_stream(stream);
	fclose(stream);
	return text;
}

static inline void
assert_reads(const void *data, size_t size, const char *expected)
{
	char *text = read_memory(data, size);

	assert_string_equal(text, expected);
	free(text);
}

static const char *const sample_command[] = {"make", "-j2"};

static const struct trace_head sample_head = {
    .command = {2, sample_command},
    .cwd = "/home/u",
    .host = "host",
    .os = "Linux 6.1.0 x86_64",
    .boot_id = "8a3c",
    .id = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 255},
    .wall_seconds = 1769860800,
    .wall_nanoseconds = 123456789,
    .monotonic_ns = 5000000000,
};

static const uint32_t sample_running[] = {300, 70000};

static const struct trace_end sample_end = {
    .status = 2,
    .events = 5,
    .processes = 2,
    .untraced = 1,
    .lost = 0,
    .duration_ns = 1000000,
    .running_count = 2,
    .running = sample_running,
};

static const char *const sample_argv[] = {"cc", "-c", "main.c"};

#define SAMPLE_COUNT 5

static const char *const sample_text[SAMPLE_COUNT] = {
    "100 300/300 start - 0 by=1 path=/usr/bin/cc argv=[cc,-c,main.c]\n",
    "350 300/300 open fopen64 0 ret=3 fd=3 flags=524288 path=/usr/include/stdio.h\n",
    "1350 300/301 stat stat 2 ret=-1 path=/usr/include/stdlib.h arg=stdlib.h\n",
    "1351 300/300 open fopen64 0 ret=4 fd=4 flags=524288 path=/usr/include/stdio.h\n",
    "1351 300/300 exit - 0 status=0\n",
};

static inline void
make_sample_event(struct event *event, int number)
{
	static const uint64_t times[SAMPLE_COUNT] = {100, 350, 1350, 1351, 1351};

	event_clear(event);
	event->time_ns = times[number];
	event->pid = 300;
	event->tid = number == 2 ? 301 : 300;
	switch (number) {
	case 0:
		event->kind = EVENT_START;
		event_set_number(event, FIELD_by, START_BY_EXEC);
		event_set_text(event, FIELD_path, "/usr/bin/cc");
		event->argv = (struct string_list){3, sample_argv};
		event->present |= UINT64_C(1) << FIELD_argv;
		break;
	case 2:
		event->kind = EVENT_STAT;
		event->call = "stat";
		event->error = 2;
		event_set_number(event, FIELD_ret, -1);
		event_set_text(event, FIELD_path, "/usr/include/stdlib.h");
		event_set_text(event, FIELD_arg, "stdlib.h");
		break;
	case 4:
		event->kind = EVENT_EXIT;
		event_set_number(event, FIELD_status, 0);
		break;
	default:
		event->kind = EVENT_OPEN;
		event->call = "fopen64";
		event_set_number(event, FIELD_ret, number == 1 ? 3 : 4);
		event_set_number(event, FIELD_fd, number == 1 ? 3 : 4);
		event_set_number(event, FIELD_flags, 02000000);
		event_set_text(event, FIELD_path, "/usr/include/stdio.h");
	}
}

/* The sample trace, with a flush behind its second event. Free `data`. */
static inline struct memory
make_sample(void)
{
	struct memory memory;
	FILE *stream = open_memstream(&memory.data, &memory.size);
	struct trace_writer *writer = trace_writer_new(stream, &sample_head);
	struct event event;

	assert_non_null(writer);
	for (int i = 0; i < SAMPLE_COUNT; i++) {
		make_sample_event(&event, i);
		assert_int_equal(trace_writer_event(writer, &event), 0);
		if (i == 1)
			assert_int_equal(trace_writer_flush(writer), 0);
	}
	assert_int_equal(trace_writer_end(writer, &sample_end), 0);
	trace_writer_free(writer);
	fclose(stream);
	return memory;
}

/* The text of the sample's first `count` events and how the reading ended. Free it. */
static inline char *
sample_text_of(int count, const char *ending)
{
	struct memory text;
	FILE *to = open_memstream(&text.data, &text.size);

	for (int i = 0; i < count; i++)
		fputs(sample_text[i], to);
	fputs(ending, to);
	fclose(to);
	return text.data;
}

/* A writer to memory beside the text that its events should read as. */
struct pair {
	struct memory trace;
	struct memory text;
	FILE *trace_stream;
	FILE *text_stream;
	struct trace_writer *writer;
};

static inline void
pair_begin(struct pair *pair)
{
	pair->trace_stream = open_memstream(&pair->trace.data, &pair->trace.size);
	pair->text_stream = open_memstream(&pair->text.data, &pair->text.size);
	pair->writer = trace_writer_new(pair->trace_stream, &sample_head);
	assert_non_null(pair->writer);
}

static inline void
pair_event(struct pair *pair, const struct event *event)
{
	assert_int_equal(trace_writer_event(pair->writer, event), 0);
	print_event(pair->text_stream, event);
}

/* Ends the trace and compares. */
static inline void
pair_end(struct pair *pair)
{
	assert_int_equal(trace_writer_end(pair->writer, &sample_end), 0);
	trace_writer_free(pair->writer);
	fclose(pair->trace_stream);
	fputs("END: \n", pair->text_stream);
	fclose(pair->text_stream);
	assert_reads(pair->trace.data, pair->trace.size, pair->text.data);
}

static inline void
pair_free(struct pair *pair)
{
	free(pair->trace.data);
	free(pair->text.data);
}

#endif
