/*
 * bench_outputs.c - events a second of each output, and of one object an event made with json-c, for the
 * comparison that output_jsonl.c cites. Prints CPU time, so that another's load doesn't count.
 */
#include <json.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "names.h"
#include "output.h"
#include "sample_events.h"

enum { ROUNDS = 2000000 };

static struct event typical;

static void
make_typical(void)
{
	event_clear(&typical);
	typical.kind = EVENT_OPEN;
	typical.call = "open64";
	typical.time_ns = 123456789012;
	typical.pid = typical.tid = 123456;
	event_set_number(&typical, FIELD_ret, 3);
	event_set_number(&typical, FIELD_fd, 3);
	event_set_number(&typical, FIELD_flags, 02000000);
	event_set_text(&typical, FIELD_path, "/usr/include/x86_64-linux-gnu/bits/types/struct_timespec.h");
	event_set_text(&typical, FIELD_arg, "../include/x86_64-linux-gnu/bits/types/struct_timespec.h");
}

static int
json_c_begin(struct output *output, const struct trace_head *head)
{
	(void)output;
	(void)head;
	return 0;
}

static int
json_c_event(struct output *output, const struct event *event)
{
	struct json_object *object = json_object_new_object(), *flags = json_object_new_array();
	const char *text;
	size_t length;

	json_object_object_add(object, "event", json_object_new_string(event_kind_name(event->kind)));
	json_object_object_add(object, "call", json_object_new_string(event->call));
	json_object_object_add(object, "time_ns", json_object_new_uint64(event->time_ns));
	json_object_object_add(object, "pid", json_object_new_uint64(event->pid));
	json_object_object_add(object, "tid", json_object_new_uint64(event->tid));
	json_object_object_add(object, "ret", json_object_new_int64(event->number[FIELD_ret]));
	json_object_object_add(object, "path", json_object_new_string(event->text[FIELD_path]));
	json_object_object_add(object, "arg", json_object_new_string(event->text[FIELD_arg]));
	json_object_object_add(object, "fd", json_object_new_int64(event->number[FIELD_fd]));
	json_object_array_add(flags, json_object_new_string("O_RDONLY"));
	json_object_array_add(flags, json_object_new_string("O_CLOEXEC"));
	json_object_object_add(object, "flags", flags);
	text = json_object_to_json_string_length(
	    object, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &length);
	fwrite(text, 1, length, output->stream);
	putc('\n', output->stream);
	json_object_put(object);
	return 0;
}

static int
json_c_end(struct output *output, const struct trace_end *end)
{
	(void)output;
	(void)end;
	return 0;
}

static const struct output_format json_c = {
    .name = "json-c",
    .begin = json_c_begin,
    .event = json_c_event,
    .end = json_c_end,
};

static void
measure(const struct output_format *format)
{
	struct timespec before, after;
	struct output output;
	double seconds;

	if (output_open(&output, format, "/dev/null") == -1 || format->begin(&output, &sample_head) == -1)
		exit(1);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
	for (int round = 0; round < ROUNDS; round++) {
		if (format->event(&output, &typical) == -1)
			exit(1);
	}
	if (format->end(&output, &sample_end) == -1 || output_close(&output) == -1)
		exit(1);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
	seconds = (double)(after.tv_sec - before.tv_sec) + (double)(after.tv_nsec - before.tv_nsec) / 1e9;
	printf("%-8s %10.0f events/s\n", format->name, ROUNDS / seconds);
}

int
main(void)
{
	make_typical();
	measure(&json_c);
	measure(&output_jsonl);
	measure(&output_txt);
	measure(&output_summary);
	return 0;
}
