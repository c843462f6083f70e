/*
 * test_trace.c - the binary trace as it is written and read again: its bytes, every kind and field, a file
 * that grows, and a disk that is full. test_trace_limits.c has what is large, test_trace_damage.c the traces
 * that are not as they should be.
 */
#include "trace_sample.h"

#include <errno.h>
#include <unistd.h>

#include "output.h"

/* The layout in include/trace.h, byte for byte. A difference here is a version that must be raised. */
static const char golden[] = /* magic and version */
    "8969706f73650d0a02000000"
    /* head */
    "484d00000075643e4753c2"
    "02046d616b65032d6a32072f686f6d652f7504686f7374124c696e757820362e312e30207838365f36340438613363"
    "000102030405060708090a0b0c0d0eff80bbef970d959aef3a80e497d012"
    /* definitions */
    "445500000004f619e83a1d"
    "0000000003a30102e101b202010b2f7573722f62696e2f63630102636301022d6301066d61696e2e630107666f7065"
    "6e3634000505000400081b808040e10101142f7573722f696e636c7564652f737464696f2e68"
    /* events */
    "451200000030bf1f6e6966"
    "006400ac0200000301020301fa0101060605"
    /* definitions */
    "4421000000cfc10ad3b849"
    "01047374617400080704030301e101f3031a0310056c69622e6800030000014b00"
    /* events */
    "4514000000ece0bb7302c1"
    "02c60a00ac020207010100ac0200080805030001"
    /* end */
    "5a0e0000004457df3a0122"
    "0405020100c0843d02ac02f0a204";

/* What version 1.1 made of the same, which must be readable for ever. */
static const char golden_1[] = /* magic and version */
    "8969706f73650d0a01000100"
    /* head */
    "484d00000075643e4753c2"
    "02046d616b65032d6a32072f686f6d652f7504686f7374124c696e757820362e312e30207838365f36340438613363"
    "000102030405060708090a0b0c0d0eff80bbef970d959aef3a80e497d012"
    /* definitions */
    "445500000004f619e83a1d"
    "0000000003a30102e101b202010b2f7573722f62696e2f63630102636301022d6301066d61696e2e630107666f7065"
    "6e3634000505000400081b808040e10101142f7573722f696e636c7564652f737464696f2e68"
    /* events */
    "451200000030bf1f6e6966"
    "006400ac0200000301020301fa0101060605"
    /* definitions */
    "442a000000ce4617acd488"
    "01047374617400080704030301e101e9010310056c69622e6801087374646c69622e6800030000014b00"
    /* events */
    "451500000089870a8c0297"
    "02c60a00ac02020708010100ac0200080805030001"
    /* end */
    "5a0e0000004457df3a0122"
    "0405020100c0843d02ac02f0a204";

static void
test_golden(void **state)
{
	struct memory memory = make_sample();
	char *hex = calloc(memory.size + 1, 2);

	(void)state;
	for (size_t i = 0; i < memory.size; i++)
		sprintf(hex + 2 * i, "%02x", (unsigned char)memory.data[i]);
	assert_string_equal(hex, golden);
	free(hex);
	free(memory.data);
}

static void
test_version_1(void **state)
{
	size_t size = strlen(golden_1) / 2;
	char *bytes = malloc(size);
	char *expected = sample_text_of(5, "END: \n");

	(void)state;
	for (size_t i = 0; i < size; i++) {
		unsigned byte;

		assert_int_equal(sscanf(golden_1 + 2 * i, "%2x", &byte), 1);
		bytes[i] = (char)byte;
	}
	assert_reads(bytes, size, expected);
	free(expected);
	free(bytes);
}

static void
test_head_and_end(void **state)
{
	struct memory memory = make_sample();
	FILE *stream = fmemopen(memory.data, memory.size, "r");
	enum trace_status status;
	struct trace_reader *reader = trace_reader_new(stream, &status);
	const struct trace_head *head = trace_reader_head(reader);
	const struct trace_end *end = trace_reader_end(reader);
	struct event event;

	(void)state;
	assert_int_equal(status, TRACE_EVENT);
	assert_int_equal(head->command.count, 2);
	assert_string_equal(head->command.item[0], "make");
	assert_string_equal(head->command.item[1], "-j2");
	assert_string_equal(head->cwd, "/home/u");
	assert_string_equal(head->host, "host");
	assert_string_equal(head->os, "Linux 6.1.0 x86_64");
	assert_string_equal(head->boot_id, "8a3c");
	assert_memory_equal(head->id, sample_head.id, sizeof(head->id));
	assert_int_equal(head->wall_seconds, 1769860800);
	assert_int_equal(head->wall_nanoseconds, 123456789);
	assert_int_equal(head->monotonic_ns, 5000000000);
	while ((status = trace_reader_next(reader, &event)) == TRACE_EVENT)
		continue;
	assert_int_equal(status, TRACE_END);
	assert_int_equal(trace_reader_next(reader, &event), TRACE_END);
	assert_int_equal(end->status, 2);
	assert_int_equal(end->events, 5);
	assert_int_equal(end->processes, 2);
	assert_int_equal(end->untraced, 1);
	assert_int_equal(end->lost, 0);
	assert_int_equal(end->duration_ns, 1000000);
	assert_int_equal(end->running_count, 2);
	assert_int_equal(end->running[0], 300);
	assert_int_equal(end->running[1], 70000);
	trace_reader_free(reader);
	fclose(stream);
	free(memory.data);
}

static void
set_every_field(struct event *event, int64_t number, const char *text)
{
	static const char *const items[] = {"", "a b", "\xff\xfe", "-o"};

	for (int field = 0; field < FIELD_COUNT; field++) {
		if (trace_field_class((enum field)field) == TRACE_CLASS_NUMBER)
			event_set_number(event, (enum field)field, number + (number > 0 ? -field : field));
		else if (trace_field_class((enum field)field) == TRACE_CLASS_TEXT)
			event_set_text(event, (enum field)field, text);
		else
			event->present |= UINT64_C(1) << field;
	}
	event->argv = (struct string_list){number == 0 ? 0 : 4, items};
	event->env = (struct string_list){number == 0 ? 0 : 2, items + 1};
}

static void
test_every_kind_and_field(void **state)
{
	static const int64_t numbers[] = {0, 1, -1, -100, 63, 64, 8191, INT64_MAX, INT64_MIN};
	static const int errors[] = {0, 2, 133, -1, INT32_MAX, INT32_MIN};
	static const uint32_t ids[] = {0, 1, 127, 128, 4194304, UINT32_MAX};
	struct pair pair;
	unsigned turn = 0;

	(void)state;
	pair_begin(&pair);
	for (int kind = 0; kind < EVENT_KIND_COUNT; kind++) {
		for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++, turn++) {
			struct event event;

			event_clear(&event);
			event.kind = (enum event_kind)kind;
			event.call = turn % 3 == 0 ? NULL : turn % 3 == 1 ? "call" : "another_call";
			/* Not even a time that runs backwards may be changed. */
			event.time_ns = turn % 50 == 49 ? UINT64_MAX : turn * turn * 1000;
			event.pid = ids[turn % 6];
			event.tid = ids[turn / 6 % 6];
			event.error = errors[turn % 5 == 0 ? turn / 5 % 6 : 0];
			set_every_field(&event, numbers[i], turn % 2 == 0 ? "/usr/lib/x" : "");
			pair_event(&pair, &event);
		}
		for (int field = 0; field < FIELD_COUNT; field++) {
			struct event event;

			event_clear(&event);
			event.kind = (enum event_kind)kind;
			set_every_field(&event, field, "\x01 text \xc3");
			event.present = UINT64_C(1) << field;
			pair_event(&pair, &event);
		}
	}
	pair_end(&pair);
	pair_free(&pair);
}

/* Arguments that their paths end with, as most do, and such as don't. */
static void
test_tails(void **state)
{
	static const char *const pairs[][2] = {
	    {"/a/b", "b"},    {"/a/b", "a/b"},  {"/a/b", "/a/b"},  {"/a/b", ""},   {"", ""},
	    {"b", "/a/b"},    {"/a/b", "c"},    {"/a/b", "./b"},   {"/a/b", "/b"}, {"", "a"},
	    {"/a/b", "/a/c"}, {"/a/b", "\xff"}, {"/\xff", "\xff"},
	};
	struct pair pair;
	char path[600];

	(void)state;
	pair_begin(&pair);
	for (size_t i = 0; i < 600 + sizeof pairs / sizeof *pairs; i++) {
		struct event event;

		event_clear(&event);
		event.kind = EVENT_RENAME;
		memset(path, 'd', sizeof path - 1);
		path[sizeof path - 1] = '\0';
		if (i < 600) {
			event_set_text(&event, FIELD_path, path);
			event_set_text(&event, FIELD_arg, path + i);
			event_set_text(&event, FIELD_path2, path + i / 2);
			event_set_text(&event, FIELD_arg2, path + i);
		} else {
			event_set_text(&event, FIELD_path, pairs[i - 600][0]);
			event_set_text(&event, FIELD_arg, pairs[i - 600][1]);
			event_set_text(&event, FIELD_arg2, pairs[i - 600][1]);
		}
		pair_event(&pair, &event);
	}
	pair_end(&pair);
	pair_free(&pair);
}

/* Nothing but a kind: the dictionary stays without a string or a field. */
static void
test_bare_event(void **state)
{
	struct pair pair;
	struct event event;

	(void)state;
	pair_begin(&pair);
	event_clear(&event);
	pair_event(&pair, &event);
	pair_end(&pair);
	pair_free(&pair);
}

/* A call's name is what its bytes say, wherever they stand, and the writer's memory of shapes ends with a
 * dictionary. */
static void
test_names_in_one_place(void **state)
{
	static const char *const names[] = {
	    "open", "stat", "opendir", "open", "a_name_that_is_longer_than_most_are", ""};
	struct pair pair;
	struct event event;
	char place[64];

	(void)state;
	pair_begin(&pair);
	for (int i = 0; i < 60; i++) {
		event_clear(&event);
		event.kind = i % 5 < 3 ? EVENT_STAT : EVENT_ACCESS;
		event.call = place;
		event.error = i % 7 == 0 ? 2 : 0;
		strcpy(place, names[i % 6]);
		event_set_number(&event, FIELD_ret, i % 7 == 0 ? -1 : i % 3);
		event_set_number(&event, FIELD_follow, i % 2);
		if (i == 30)
			trace_writer_limit(pair.writer, 1);
		pair_event(&pair, &event);
	}
	pair_end(&pair);
	pair_free(&pair);
}

static void
test_no_event(void **state)
{
	struct pair pair;
	struct event event;

	(void)state;
	pair_begin(&pair);
	make_sample_event(&event, 1);
	event.kind = EVENT_KIND_COUNT;
	assert_int_equal(trace_writer_event(pair.writer, &event), -1);
	assert_int_equal(errno, EINVAL);
	make_sample_event(&event, 1);
	event.present |= UINT64_C(1) << FIELD_COUNT;
	assert_int_equal(trace_writer_event(pair.writer, &event), -1);
	assert_int_equal(errno, EINVAL);
	make_sample_event(&event, 1);
	pair_event(&pair, &event);
	pair_end(&pair);
	pair_free(&pair);
}

/* After each flush a reader of the same file gets all events so far, then TRACE_CUT, and later goes on. */
static void
test_follow(void **state)
{
	char name[] = "/tmp/test_trace.XXXXXX";
	FILE *write = fdopen(mkstemp(name), "w");
	struct trace_writer *writer = trace_writer_new(write, &sample_head);
	FILE *read = fopen(name, "r");
	enum trace_status status;
	struct trace_reader *reader = trace_reader_new(read, &status);
	struct event event;

	(void)state;
	unlink(name);
	assert_int_equal(status, TRACE_EVENT);
	assert_int_equal(trace_reader_next(reader, &event), TRACE_CUT);
	for (int i = 0; i < SAMPLE_COUNT; i++) {
		char *text = sample_text_of(0, sample_text[i]);
		struct memory got;
		FILE *to = open_memstream(&got.data, &got.size);

		make_sample_event(&event, i);
		assert_int_equal(trace_writer_event(writer, &event), 0);
		assert_int_equal(trace_reader_next(reader, &event), TRACE_CUT);
		assert_int_equal(trace_writer_flush(writer), 0);
		assert_int_equal(trace_reader_next(reader, &event), TRACE_EVENT);
		print_event(to, &event);
		fclose(to);
		assert_string_equal(got.data, text);
		assert_int_equal(trace_reader_next(reader, &event), TRACE_CUT);
		free(got.data);
		free(text);
	}
	assert_int_equal(trace_writer_end(writer, &sample_end), 0);
	assert_int_equal(trace_reader_next(reader, &event), TRACE_END);
	assert_int_equal(trace_reader_end(reader)->events, 5);
	trace_reader_free(reader);
	trace_writer_free(writer);
	fclose(read);
	fclose(write);
}

static void
test_disk_full(void **state)
{
	FILE *stream = fopen("/dev/full", "w");
	struct trace_writer *writer;
	struct event event;
	int result = 0;

	(void)state;
	assert_null(trace_writer_new(stream, &sample_head));
	assert_int_equal(errno, ENOSPC);
	fclose(stream);

	/* A stream that takes the head and then no more. */
	stream = tmpfile();
	writer = trace_writer_new(stream, &sample_head);
	assert_non_null(writer);
	assert_non_null(freopen("/dev/full", "w", stream));
	for (int i = 0; i < 1000000 && result == 0; i++) {
		make_sample_event(&event, 1);
		result = trace_writer_event(writer, &event);
	}
	assert_int_equal(result, -1);
	assert_int_equal(errno, ENOSPC);
	errno = 0;
	assert_int_equal(trace_writer_event(writer, &event), -1);
	assert_int_equal(errno, ENOSPC);
	errno = 0;
	assert_int_equal(trace_writer_flush(writer), -1);
	assert_int_equal(errno, ENOSPC);
	errno = 0;
	assert_int_equal(trace_writer_end(writer, &sample_end), -1);
	assert_int_equal(errno, ENOSPC);
	trace_writer_free(writer);
	fclose(stream);
}

/* A few events stay in the stream's buffer: flush and end must be what finds that they can't be written. */
static void
test_disk_full_late(void **state)
{
	(void)state;
	for (int with_end = 0; with_end < 2; with_end++) {
		FILE *stream = tmpfile();
		struct trace_writer *writer = trace_writer_new(stream, &sample_head);
		struct event event;

		assert_non_null(freopen("/dev/full", "w", stream));
		make_sample_event(&event, 1);
		assert_int_equal(trace_writer_event(writer, &event), 0);
		errno = 0;
		assert_int_equal(
		    with_end ? trace_writer_end(writer, &sample_end) : trace_writer_flush(writer), -1);
		assert_int_equal(errno, ENOSPC);
		trace_writer_free(writer);
		fclose(stream);
	}
}

/* The output row gives the trace again, with its end or without. */
static void
test_output(void **state)
{
	(void)state;
	for (int with_end = 0; with_end < 2; with_end++) {
		struct output output = {.format = &output_trace};
		struct memory memory;
		struct event event;
		char *expected = sample_text_of(SAMPLE_COUNT, with_end ? "END: \n" : "");
		char *text;

		output.stream = open_memstream(&memory.data, &memory.size);
		assert_int_equal(output_trace.begin(&output, &sample_head), 0);
		for (int i = 0; i < SAMPLE_COUNT; i++) {
			make_sample_event(&event, i);
			assert_int_equal(output_trace.event(&output, &event), 0);
		}
		assert_int_equal(output_trace.end(&output, with_end ? &sample_end : NULL), 0);
		fclose(output.stream);
		text = read_memory(memory.data, memory.size);
		if (!with_end) {
			char *cut = strstr(text, "CUT: cut short at byte ");

			assert_non_null(cut);
			*cut = '\0';
		}
		assert_string_equal(text, expected);
		free(text);
		free(expected);
		free(memory.data);
	}
}

/* Bit by bit, as the polynomial is written down (IEEE 802.3). */
static uint32_t
plain_checksum(const uint8_t *data, size_t length)
{
	uint32_t crc = UINT32_MAX;

	for (size_t i = 0; i < length * 8; i++) {
		uint32_t bit = (crc ^ (uint32_t)(data[i / 8] >> i % 8)) & 1;

		crc = crc >> 1 ^ (bit ? 0xedb88320u : 0);
	}
	return ~crc;
}

static void
test_checksum(void **state)
{
	uint8_t data[256 + 8];

	(void)state;
	for (size_t i = 0; i < sizeof data; i++)
		data[i] = (uint8_t)(i * 167 + 13);
	assert_int_equal(trace_checksum((const uint8_t *)"123456789", 9), 0xcbf43926u);
	for (size_t length = 0; length <= 256; length++)
		assert_int_equal(trace_checksum(data + length % 8, length),
				 plain_checksum(data + length % 8, length));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_checksum),     cmocka_unit_test(test_names_in_one_place),
	    cmocka_unit_test(test_golden),       cmocka_unit_test(test_version_1),
	    cmocka_unit_test(test_head_and_end), cmocka_unit_test(test_every_kind_and_field),
	    cmocka_unit_test(test_tails),        cmocka_unit_test(test_bare_event),
	    cmocka_unit_test(test_no_event),     cmocka_unit_test(test_follow),
	    cmocka_unit_test(test_disk_full),    cmocka_unit_test(test_disk_full_late),
	    cmocka_unit_test(test_output),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
