/*
 * test_trace_limits.c - what is large or many: every bounded table of the trace is filled over its bound
 * here, and the events read back are those that were written.
 */
#include "trace_sample.h"

static unsigned
count_blocks(const struct memory *trace, uint8_t type)
{
	size_t at = TRACE_FILE_HEAD_SIZE;
	unsigned count = 0;

	while (at < trace->size) {
		struct trace_block block;

		assert_true(trace_block_get((const uint8_t *)trace->data + at, &block));
		count += block.type == type;
		at += TRACE_BLOCK_HEAD_SIZE + block.length;
	}
	assert_int_equal(at, trace->size);
	return count;
}

/* More processes than the table holds, and each of them again. */
static void
test_many_processes(void **state)
{
	struct pair pair;

	(void)state;
	pair_begin(&pair);
	for (uint32_t i = 0; i < 20000; i++) {
		struct event event;

		make_sample_event(&event, 4);
		event.pid = 1000 + (i * i) % 977 % (i % 2 == 0 ? 200 : 50);
		event.tid = event.pid + i % 3;
		pair_event(&pair, &event);
	}
	pair_end(&pair);
	pair_free(&pair);
}

static void
test_reset(void **state)
{
	struct pair pair;
	char path[64];

	(void)state;
	pair_begin(&pair);
	trace_writer_limit(pair.writer, 2000);
	for (int i = 0; i < 1000; i++) {
		struct event event;

		make_sample_event(&event, 2);
		snprintf(path, sizeof(path), "/usr/include/directory%d/file%d.h", i % 7, i % 90);
		event_set_text(&event, FIELD_path, path);
		pair_event(&pair, &event);
	}
	pair_end(&pair);
	assert_int_equal(count_blocks(&pair.trace, TRACE_BLOCK_RESET), 32);
	pair_free(&pair);
}

/* A program that opens with every mode and flag that there is doesn't make the writer hold a shape for each.
 */
static void
test_many_shapes(void **state)
{
	struct pair pair;

	(void)state;
	pair_begin(&pair);
	for (int i = 0; i < 40000; i++) {
		struct event event;

		make_sample_event(&event, 1);
		event_set_number(&event, FIELD_mode, i % 4096);
		event_set_number(&event, FIELD_flags, i / 4096);
		pair_event(&pair, &event);
	}
	pair_end(&pair);
	assert_int_equal(count_blocks(&pair.trace, TRACE_BLOCK_RESET), 2);
	pair_free(&pair);
}

static char *
make_text(size_t length, char fill)
{
	char *text = malloc(length + 1);

	assert_non_null(text);
	memset(text, fill, length);
	text[length] = '\0';
	return text;
}

static void
test_long_strings(void **state)
{
	char *path = make_text(9000, 'p');
	char *longest = make_text(TRACE_STRING_MAX, 'm');
	const char *items[20];
	struct pair pair;
	struct event event;

	(void)state;
	path[0] = '/';
	for (int i = 0; i < 20; i++)
		items[i] = make_text(128 * 1024 - 1, (char)('a' + i));
	pair_begin(&pair);
	make_sample_event(&event, 0);
	event_set_text(&event, FIELD_path, path);
	event.argv = (struct string_list){20, items};
	pair_event(&pair, &event);
	path[8999] = 'q';
	event_set_text(&event, FIELD_cwd, longest);
	pair_event(&pair, &event);
	pair_end(&pair);
	pair_free(&pair);
	for (int i = 0; i < 20; i++)
		free((char *)items[i]);
	free(longest);
	free(path);
}

/* As many arguments as an execve takes at the most: 6 MiB, of which a pointer takes eight bytes. */
static void
test_many_arguments(void **state)
{
	enum { COUNT = 600000 };
	const char **items = calloc(COUNT, sizeof(*items));
	char *texts = calloc(COUNT, 8);
	struct pair pair;
	struct event event;

	(void)state;
	for (int i = 0; i < COUNT; i++) {
		snprintf(texts + 8 * i, 8, "%x", (unsigned)i);
		items[i] = texts + 8 * i;
	}
	pair_begin(&pair);
	make_sample_event(&event, 0);
	event.argv = (struct string_list){COUNT, items};
	pair_event(&pair, &event);
	make_sample_event(&event, 1);
	pair_event(&pair, &event);
	pair_end(&pair);
	pair_free(&pair);
	free(texts);
	free(items);
}

static void
test_too_large(void **state)
{
	char *text = make_text(TRACE_STRING_MAX + 1, 'x');
	struct event event;
	struct pair pair;
	struct event lost;

	(void)state;
	pair_begin(&pair);
	make_sample_event(&event, 1);
	pair_event(&pair, &event);
	make_sample_event(&event, 2);
	event_set_text(&event, FIELD_arg, text);
	assert_int_equal(trace_writer_event(pair.writer, &event), 0);
	event_clear(&lost);
	lost.kind = EVENT_LOST;
	lost.time_ns = 1350;
	lost.pid = 300;
	lost.tid = 301;
	event_set_number(&lost, FIELD_count, 1);
	event_set_text(&lost, FIELD_why, "an event was too large for the trace");
	print_event(pair.text_stream, &lost);
	make_sample_event(&event, 3);
	pair_event(&pair, &event);
	pair_end(&pair);
	pair_free(&pair);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_many_processes), cmocka_unit_test(test_reset),
	    cmocka_unit_test(test_many_shapes),    cmocka_unit_test(test_long_strings),
	    cmocka_unit_test(test_many_arguments), cmocka_unit_test(test_too_large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
