/*
 * test_trace_damage.c - traces that are cut short, damaged, newer, or none: a reader gives every event before
 * the place and names it. Nothing here may read a byte that isn't there, so it is to be run under the
 * sanitizers too.
 */
#include "trace_sample.h"

#include <unistd.h>

#include "trace_buffer.h"

/* How many of the sample's events stand before `size` bytes, and where the block begins that is then
 * incomplete. */
static int
events_before(const struct memory *sample, size_t size, size_t *begin)
{
	static const int in_block[] = {2, 3};
	size_t at = TRACE_FILE_HEAD_SIZE;
	int blocks = 0;
	int events = 0;

	*begin = 0;
	while (size >= TRACE_FILE_HEAD_SIZE) {
		struct trace_block block;

		*begin = at;
		if (size - at < TRACE_BLOCK_HEAD_SIZE)
			break;
		assert_true(trace_block_get((const uint8_t *)sample->data + at, &block));
		if (size - at < TRACE_BLOCK_HEAD_SIZE + block.length)
			break;
		if (block.type == TRACE_BLOCK_EVENTS)
			events += in_block[blocks++];
		at += TRACE_BLOCK_HEAD_SIZE + block.length;
	}
	return events;
}

static void
test_cut_everywhere(void **state)
{
	struct memory sample = make_sample();

	(void)state;
	for (size_t size = 0; size < sample.size; size++) {
		/* A copy of just that length, so that the sanitizer sees a read behind it. */
		char *copy = malloc(size + 1);
		char ending[100];
		size_t begin;
		int events = events_before(&sample, size, &begin);
		char *expected;

		snprintf(ending, sizeof(ending), "CUT: cut short at byte %zu: its end is missing\n", begin);
		expected = sample_text_of(events, ending);
		memcpy(copy, sample.data, size);
		assert_reads(copy, size, expected);
		free(expected);
		free(copy);
	}
	free(sample.data);
}

/* A file that grows by a byte at a time, with a reader that looks after each. */
static void
test_grows_by_bytes(void **state)
{
	struct memory sample = make_sample();
	char name[] = "/tmp/test_trace.XXXXXX";
	int fd = mkstemp(name);
	FILE *read = fopen(name, "r");
	struct trace_reader *reader = NULL;
	enum trace_status status = TRACE_CUT;
	int seen = 0;

	(void)state;
	unlink(name);
	for (size_t size = 0; size <= sample.size; size++) {
		struct event event;
		size_t begin;

		if (size > 0)
			assert_int_equal(write(fd, sample.data + size - 1, 1), 1);
		if (reader == NULL || trace_reader_head(reader)->cwd[0] == '\0') {
			trace_reader_free(reader);
			reader = trace_reader_new(read, &status);
		}
		while (trace_reader_head(reader)->cwd[0] != '\0' &&
		       (status = trace_reader_next(reader, &event)) == TRACE_EVENT) {
			char *expected = sample_text_of(0, sample_text[seen++]);
			struct memory got;
			FILE *to = open_memstream(&got.data, &got.size);

			print_event(to, &event);
			fclose(to);
			assert_string_equal(got.data, expected);
			free(got.data);
			free(expected);
		}
		assert_int_equal(seen, events_before(&sample, size, &begin));
		assert_int_equal(status, size < sample.size ? TRACE_CUT : TRACE_END);
		if (status == TRACE_CUT)
			assert_int_equal(trace_reader_offset(reader), begin);
	}
	trace_reader_free(reader);
	fclose(read);
	close(fd);
	free(sample.data);
}

/* A pipe can't go back to where the block begins: cut once, it stays cut. */
static void
test_pipe(void **state)
{
	struct memory sample = make_sample();
	int fds[2];
	FILE *read;
	char *expected = sample_text_of(2, "CUT: cut short at byte 225: its end is missing\n");
	char *text;
	struct trace_reader *reader;
	enum trace_status status;
	struct event event;

	(void)state;
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(write(fds[1], sample.data, 240), 240);
	close(fds[1]);
	read = fdopen(fds[0], "r");
	text = read_stream(read);
	assert_string_equal(text, expected);
	fclose(read);

	assert_int_equal(pipe(fds), 0);
	assert_int_equal(write(fds[1], sample.data, 110), 110);
	close(fds[1]);
	read = fdopen(fds[0], "r");
	reader = trace_reader_new(read, &status);
	assert_int_equal(status, TRACE_EVENT);
	assert_int_equal(trace_reader_next(reader, &event), TRACE_CUT);
	assert_int_equal(trace_reader_next(reader, &event), TRACE_CUT);
	trace_reader_free(reader);
	fclose(read);
	free(text);
	free(expected);
	free(sample.data);
}

/* No byte can change without being noticed, and none before it is lost; the minor version alone says nothing.
 */
static void
test_every_byte_damaged(void **state)
{
	struct memory sample = make_sample();

	(void)state;
	for (size_t at = 0; at < sample.size; at++) {
		size_t begin;
		int events = events_before(&sample, at, &begin);

		if (at == 10 || at == 11)
			continue;
		for (int bit = 0; bit < 8; bit++) {
			char *before = sample_text_of(events, "");
			char *text;

			sample.data[at] = (char)(sample.data[at] ^ 1 << bit);
			text = read_memory(sample.data, sample.size);
			sample.data[at] = (char)(sample.data[at] ^ 1 << bit);
			assert_memory_equal(text, before, strlen(before));
			if (at < TRACE_MAGIC_SIZE) {
				assert_string_equal(text, "CORRUPT: not a trace (no magic at its head)\n");
			} else if (at >= TRACE_FILE_HEAD_SIZE) {
				char expected[40];

				snprintf(expected, sizeof(expected), "CORRUPT: damaged at byte %zu: ", begin);
				assert_memory_equal(text + strlen(before), expected, strlen(expected));
			}
			free(text);
			free(before);
		}
	}
	free(sample.data);
}

static void
test_not_a_trace(void **state)
{
	(void)state;
	assert_reads("", 0, "CUT: cut short at byte 0: its end is missing\n");
	assert_reads("\x89ip", 3, "CUT: cut short at byte 0: its end is missing\n");
	assert_reads("{}\n", 3, "CORRUPT: not a trace (no magic at its head)\n");
	assert_reads("{\"event\":\"trace\",\"version\":1}\n", 30,
		     "CORRUPT: not a trace (no magic at its head)\n");
	assert_reads("\x89ipose\r\n\0\0\0\0", 12,
		     "CORRUPT: damaged at byte 8: there is no version 0 of the format\n");
	assert_reads("\x89ipose\r\n\3\0\0\0", 12,
		     "NEWER: made by version 3 of the format; this reader knows 2\n");
	assert_reads("\x89ipose\r\n\1\1\7\0later", 17,
		     "NEWER: made by version 257 of the format; this reader knows 2\n");
}

static void
test_read_error(void **state)
{
	FILE *directory = fopen("/", "r");

	char *text = read_stream(directory);

	(void)state;
	assert_string_equal(text, "FAILED: reading failed at byte 0: Is a directory\n");
	free(text);
	fclose(directory);
}

/* A trace of blocks that a test makes up: their checksums are right, whatever they say. */
static void
put_block(struct trace_buffer *trace, char type, const void *payload, size_t length)
{
	struct trace_block block = {(uint8_t)type, (uint32_t)length, trace_checksum(payload, length)};
	uint8_t head[TRACE_BLOCK_HEAD_SIZE];

	trace_block_put(head, &block);
	assert_int_equal(trace_buffer_put(trace, head, sizeof(head)), 0);
	assert_int_equal(trace_buffer_put(trace, payload, length), 0);
}

#define HEAD "\1\1c\1/\1h\1o\1b0123456789abcdef\2\0\0"

static void
begin_trace(struct trace_buffer *trace, uint8_t minor)
{
	uint8_t file_head[TRACE_FILE_HEAD_SIZE] = {0x89, 'i', 'p', 'o', 's', 'e', '\r', '\n', 2, 0, minor, 0};

	*trace = (struct trace_buffer){0};
	assert_int_equal(trace_buffer_put(trace, file_head, sizeof(file_head)), 0);
}

/* What the blocks after a good head read as. */
struct bad {
	const char *what;
	char type;
	const char *payload;
	size_t length;
};

#define BAD(what, type, payload)                         \
	{                                                \
		what, type, payload, sizeof(payload) - 1 \
	}

/* Blocks that lie, each after a good head, the string "ab" as 0 and the shape 0 of a close with an fd. */
static const struct bad bad_blocks[] = {
    BAD("a block of no known type", 'X', "anything"),
    BAD("a second head", 'H', HEAD),
    BAD("the reset of the dictionary is longer than it should be", 'R', "\0"),
    BAD("a definition ends within a number", 'D', "\x80"),
    BAD("a string refers to one that isn't there", 'D', "\3\0\0"),
    BAD("a string refers to one that isn't there", 'D', "\xff\xff\xff\xff\xff\xff\xff\xff\xff\1\0\0"),
    BAD("a string shares more than there is", 'D', "\2\3\0"),
    BAD("a string shares more than there is", 'D', "\2\xff\xff\xff\xff\xff\xff\xff\xff\xff\1\0"),
    BAD("a string is longer than its block", 'D', "\1\4abc"),
    BAD("a string is longer than its block", 'D',
	"\1\xff\xff\xff\xff\xff\xff\xff\xff\xff\1"
	"abc"),
    BAD("a string is longer than its block", 'D', "\1"),
    BAD("a string has a NUL in it", 'D', "\1\3a\0c"),
    BAD("a shape is of no known kind", 'D', "\0\x20\0\0\0"),
    BAD("a shape's call isn't there", 'D', "\0\5\2\0\0"),
    BAD("a shape's error is no number", 'D', "\0\5\0\x80\x80\x80\x80\x20\0"),
    BAD("a shape has more fields than there are", 'D', "\0\5\0\0\x41"),
    BAD("a shape has a field of no known tag and class", 'D', "\0\5\0\0\1"),
    BAD("a shape has a field of no known tag and class", 'D', "\0\5\0\0\1\1"),
    BAD("a shape has a field of no known tag and class", 'D', "\0\5\0\0\1\4"),
    BAD("a shape has a field of no known tag and class", 'D', "\0\5\0\0\1\xe0\1"),
    BAD("a shape has a field of no known tag and class", 'D', "\0\5\0\0\1\xe3\1\0"),
    BAD("a shape has a field of no known tag and class", 'D', "\0\5\0\0\1\xb8\2"),
    BAD("a shape has a field of no known tag and class", 'D', "\0\5\0\0\2\0\0"),
    BAD("a shape has a field of no known tag and class", 'D', "\0\5\0\0\2\x08\0"),
    BAD("a shape has a field of no known tag and class", 'D', "\0\5\0\0\1\xf1\3"),
    BAD("a shape has a field of no known tag and class", 'D', "\0\5\0\0\1\xfa\3"),
    BAD("a shape ends within a value", 'D', "\0\5\0\0\1\3\x80"),
    BAD("an event's shape isn't there", 'E', "\5\0\0\1\0"),
    BAD("an event's shape isn't there", 'E', "\x80\x80\x80\x80\x80\x80\x80\x80\x80\2"),
    BAD("an event ends within its time", 'E', "\0\x80"),
    BAD("an event's process isn't there", 'E', "\0\0\1"),
    BAD("an event's process isn't there", 'E', "\0\0"),
    BAD("an event's process is no number", 'E', "\0\0\0\x80\x80\x80\x80\x10\0\0"),
    BAD("an event's process is no number", 'E', "\0\0\0\1\3\0"),
    BAD("an event's process is no number", 'E', "\0\0\0\xff\xff\xff\xff\x0f\2\0"),
    BAD("an event ends within a number", 'E', "\0\0\0\1\0"),
    BAD("an event's string isn't there", 'E', "\1\0\0\1\0\1\0"),
    BAD("an event's string isn't there", 'E', "\1\0\0\1\0"),
    BAD("a list is longer than its block", 'E', "\1\0\0\1\0\0\2\0"),
    BAD("a list is longer than its block", 'E', "\1\0\0\1\0\0\xff\xff\xff\xff\x7f\0"),
    BAD("an event's string isn't there", 'E', "\1\0\0\1\0\0\1\1"),
    BAD("an event ends within a number", 'E', "\2\0\0\1\0\0\x80"),
    BAD("an event's argument begins behind its path", 'E', "\2\0\0\1\0\0\6"),
    BAD("an event's argument begins behind its path", 'E', "\2\0\0\1\0\0\1"),
    BAD("an event's argument begins behind its path", 'E',
	"\2\0\0\1\0\0\xff\xff\xff\xff\xff\xff\xff\xff\xff\1"),
    BAD("an event's argument has a place in no path", 'E', "\3\0\0\1\0\0"),
    BAD("an event's argument has a place in no path", 'E', "\4\0\0\1\0\0\0\0"),
    BAD("a block ends within a value", 'Z', ""),
    BAD("a block ends within a value", 'Z', "\0\0\0\0\0\0"),
    BAD("a block ends within a value", 'Z', "\0\0\0\0\0\0\2\1"),
    BAD("a block ends within a value", 'Z', "\0\0\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff\xff\1"),
    BAD("a block ends within a value", 'Z', "\0\0\0\0\0\0\1\x80\x80\x80\x80\x10"),
    BAD("a block ends within a value", 'Z', "\x80\x80\x80\x80\x20\0\0\0\0\0\0"),
    BAD("the end is longer than it should be", 'Z', "\0\0\0\0\0\0\0\0"),
};

static const char definitions[] = "\1\2ab"
				  "\0\6\0\0\1\x08"
				  "\0\2\0\0\2\xe1\1\xb2\2"
				  "\0\2\0\0\2\xe1\1\xf0\3"
				  "\0\2\0\0\1\xf0\3"
				  "\0\2\0\0\3\xe1\1\xe9\1\xf0\3";

static void
test_bad_blocks(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad_blocks) / sizeof(bad_blocks[0]); i++) {
		const struct bad *bad = &bad_blocks[i];
		struct trace_buffer trace;
		char expected[200];

		begin_trace(&trace, 0);
		put_block(&trace, 'H', HEAD, sizeof(HEAD) - 1);
		put_block(&trace, 'D', definitions, sizeof(definitions) - 1);
		put_block(&trace, 'E', "\0\5\0\7\0\6", 6);
		snprintf(expected, sizeof(expected),
			 "5 7/7 close - 0 fd=3\nCORRUPT: damaged at byte %zu: %s\n", trace.length, bad->what);
		put_block(&trace, bad->type, bad->payload, bad->length);
		assert_reads(trace.data, trace.length, expected);
		free(trace.data);
	}
}

/* The places of arguments came with version 2: before, their tags are no field's. */
static void
test_no_places_in_version_1(void **state)
{
	struct trace_buffer trace;
	char expected[100];

	(void)state;
	begin_trace(&trace, 1);
	trace.data[TRACE_MAGIC_SIZE] = 1;
	put_block(&trace, 'H', HEAD, sizeof(HEAD) - 1);
	snprintf(expected, sizeof(expected), "CORRUPT: damaged at byte %zu: %s\n", trace.length,
		 "a shape has a field of no known tag and class");
	put_block(&trace, 'D', "\0\2\0\0\2\xe1\1\xf0\3", 9);
	assert_reads(trace.data, trace.length, expected);
	free(trace.data);
}

static const struct bad bad_heads[] = {
    BAD("the first block is no head", 'E', ""),
    BAD("a block ends within a value", 'H', ""),
    BAD("a block ends within a value", 'H',
	"\xff\xff\xff\xff\xff\xff\xff\xff\xff\1"
	"abc"),
    BAD("a block ends within a value", 'H', "\2\1a\5ab"),
    BAD("a string has a NUL in it", 'H', "\1\1\0\0\0\0\0"),
    BAD("a block ends within a value", 'H',
	"\0\0\0\0\0"
	"0123456789abcde"),
    BAD("a block ends within a value", 'H',
	"\0\0\0\0\0"
	"0123456789abcdef\0\x80\x94\xeb\xdc\3\0"),
    BAD("the head is longer than it should be", 'H', HEAD "\0"),
};

static void
test_bad_heads(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad_heads) / sizeof(bad_heads[0]); i++) {
		struct trace_buffer trace;
		char expected[200];

		begin_trace(&trace, 0);
		put_block(&trace, bad_heads[i].type, bad_heads[i].payload, bad_heads[i].length);
		snprintf(expected, sizeof(expected), "CORRUPT: damaged at byte 12: %s\n", bad_heads[i].what);
		assert_reads(trace.data, trace.length, expected);
		free(trace.data);
	}
}

/* A length that is right by its checksum, and more than the format allows. */
static void
test_block_too_long(void **state)
{
	struct trace_block block = {'E', TRACE_BLOCK_MAX + 1, 0};
	uint8_t head[TRACE_BLOCK_HEAD_SIZE];
	struct trace_buffer trace;

	(void)state;
	trace_block_put(head, &block);
	begin_trace(&trace, 0);
	assert_int_equal(trace_buffer_put(&trace, head, sizeof(head)), 0);
	assert_reads(trace.data, trace.length, "CORRUPT: damaged at byte 12: no block begins here\n");
	free(trace.data);
}

/* A few bytes that ask for all memory: strings that each share all of one of 4 MiB. */
static void
test_dictionary_too_large(void **state)
{
	struct trace_buffer trace;
	struct trace_buffer payload = {0};
	char *text = malloc(TRACE_STRING_MAX);

	(void)state;
	memset(text, 'x', TRACE_STRING_MAX);
	trace_buffer_varint(&payload, 1);
	assert_int_equal(trace_buffer_bytes(&payload, text, TRACE_STRING_MAX), 0);
	for (int i = 0; i < 1000; i++) {
		trace_buffer_varint(&payload, 2);
		trace_buffer_varint(&payload, TRACE_STRING_MAX);
		trace_buffer_varint(&payload, 0);
	}
	begin_trace(&trace, 0);
	put_block(&trace, 'H', HEAD, sizeof(HEAD) - 1);
	put_block(&trace, 'D', payload.data, payload.length);
	assert_reads(trace.data, trace.length,
		     "CORRUPT: damaged at byte 53: the dictionary is larger than the format allows\n");

	payload.length = 0;
	trace_buffer_varint(&payload, 1);
	trace_buffer_bytes(&payload, text, TRACE_STRING_MAX);
	trace_buffer_varint(&payload, 2);
	trace_buffer_varint(&payload, TRACE_STRING_MAX);
	trace_buffer_bytes(&payload, "y", 1);
	trace.length = 53;
	put_block(&trace, 'D', payload.data, payload.length);
	assert_reads(trace.data, trace.length,
		     "CORRUPT: damaged at byte 53: a string is longer than the format allows\n");

	payload.length = 0;
	for (unsigned i = 0; i <= TRACE_SHAPES_MAX; i++)
		assert_int_equal(trace_buffer_put(&payload, "\0\0\0\0\0", 5), 0);
	trace.length = 53;
	put_block(&trace, 'D', payload.data, payload.length);
	assert_reads(trace.data, trace.length,
		     "CORRUPT: damaged at byte 53: there are more shapes than the format allows\n");
	free(payload.data);
	free(trace.data);
	free(text);
}

/* Version 2.7 knows a kind 32, fields 40 to 43, a block 'Q' and a longer head and end. */
static void
make_newer(struct trace_buffer *trace, uint8_t minor)
{
	begin_trace(trace, minor);
	put_block(trace, 'H', HEAD "\5later", sizeof(HEAD "\5later") - 1);
	put_block(trace, 'Q', "what this is nobody knows", 25);
	put_block(trace, 'D',
		  "\1\2ab"
		  "\0\x20\1\4\2\0\xc1\2"
		  "\0\2\0\0\6\0\xb2\2\xc0\2\xc9\2\xd2\2\xdb\2\5",
		  29);
	put_block(trace, 'E',
		  "\0\1\0\7\0\2\0"
		  "\1\1\1\0\1\0\x80\1\0\2\0\0",
		  19);
	put_block(trace, 'Z', "\0\2\1\0\0\x09\0\1", 8);
}

static void
test_newer_minor(void **state)
{
	struct trace_buffer trace;

	(void)state;
	make_newer(&trace, 7);
	assert_reads(trace.data, trace.length,
		     "1 7/7 lost ab 0 count=1 why=an event of kind 32, which came with version 2.7\n"
		     "2 7/7 exec - 0 ret=0 argv=[ab]\n"
		     "END: \n");
	free(trace.data);
	make_newer(&trace, 0);
	assert_reads(trace.data, trace.length,
		     "CORRUPT: damaged at byte 12: the head is longer than it should be\n");
	free(trace.data);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_cut_everywhere), cmocka_unit_test(test_grows_by_bytes),
	    cmocka_unit_test(test_pipe),           cmocka_unit_test(test_every_byte_damaged),
	    cmocka_unit_test(test_not_a_trace),    cmocka_unit_test(test_read_error),
	    cmocka_unit_test(test_bad_blocks),     cmocka_unit_test(test_bad_heads),
	    cmocka_unit_test(test_block_too_long), cmocka_unit_test(test_dictionary_too_large),
	    cmocka_unit_test(test_newer_minor),    cmocka_unit_test(test_no_places_in_version_1),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
