/*
 * test_streams.c - frames and slots become records: golden bytes of include/record.h, records cut anywhere,
 * the same bytes by two ways, gaps, vfork children's sections, garbage, and the bounds on memory. Each test
 * writes down all that comes out, losses too.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "raw_records.h"
#include "record_builder.h"
#include "streams.h"

enum { BIRTH = 5000 };

static struct streams *streams;
static char came[1 << 16];  /* "pid/tid time call:size ", all that was emitted */
static char began[1 << 10]; /* "pid@birth " */
static struct bytes last;   /* the bytes of the record that came last */

static void
note(const struct raw_records *records, const struct record_head *head, const uint8_t *bytes)
{
	size_t length = strlen(came);

	if (length < sizeof came - 100)
		snprintf(came + length, sizeof came - length, "%u/%u %llu %u:%u ", records->pid, records->tid,
			 (unsigned long long)head->time, head->call, head->size);
	last.size = 0;
	bytes_put(&last, bytes, head->size);
}

static void
emit(void *owner, const struct raw_records *records)
{
	assert_ptr_equal(owner, came);
	raw_records_each(records, note);
}

static void
note_begin(void *owner, uint32_t pid, uint64_t birth)
{
	size_t length = strlen(began);

	assert_ptr_equal(owner, came);
	snprintf(began + length, sizeof began - length, "%u@%llu ", pid, (unsigned long long)birth);
}

static int
set_up(void **state)
{
	(void)state;
	came[0] = began[0] = '\0';
	last.size = 0;
	streams = streams_new(emit, note_begin, came);
	return streams ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	streams_free(streams);
	free(last.data);
	memset(&last, 0, sizeof last);
	return 0;
}

/* Gives all frames in `bytes`. */
static void
give(const struct bytes *bytes)
{
	size_t at = 0;

	while (at < bytes->size) {
		long consumed = streams_frame(streams, bytes->data + at, bytes->size - at);

		assert_true(consumed > 0);
		at += (size_t)consumed;
	}
}

static void
give_and_free(struct bytes *bytes)
{
	give(bytes);
	free(bytes->data);
	memset(bytes, 0, sizeof *bytes);
}

/* What stands in a writer's slot. */
static bool
give_slot(const struct writer *writer, const struct bytes *data, uint8_t flags)
{
	struct frame frame = frame_of(writer, 0, flags);

	return streams_slot(streams, &frame, data->data, (uint32_t)data->size);
}

static void
expect(const char *records, uint64_t lost)
{
	assert_string_equal(came, records);
	assert_int_equal(streams_lost(streams), lost);
	came[0] = '\0';
}

/* A look at a name of `length` bytes: 24 bytes and the name. */
static void
put_look(struct bytes *bytes, uint64_t time, size_t length)
{
	char *name = malloc(length + 1);

	assert_non_null(name);
	memset(name, 'n', length);
	name[length] = '\0';
	record_put(bytes, NOTE_CWD, 0, time, "s", name);
	free(name);
}

/*
 * The bytes that both sides agree on, as they lie in memory (little-endian): a frame with two records, of
 * which one has a number, a string and no string, and the other a list of strings.
 */
static void
test_golden_frame(void **state)
{
	static const uint8_t frame[] = {
	    /* frame: length 102, version 1, flags 0, pid, tid, sequence, birth */
	    102, 0, 1, 0, 0x39, 0x30, 0, 0, 0x3a, 0x30, 0, 0, 0, 0, 0, 0, 0x88, 0x13, 0, 0, 0, 0, 0, 0,
	    /* head: size 62, call 7 (NOTE_EXEC), error 2, time */
	    62, 0, 0, 0, 7, 0, 2, 0, 0x15, 0xcd, 0x5b, 0x07, 0, 0, 0, 0,
	    /* numbers 9 and AT_FDCWD; string "/x"; numbers 0, 0; no string; three strings */
	    9, 0, 0, 0, 0x9c, 0xff, 0xff, 0xff, 2, 0, 0, 0, '/', 'x', 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff,
	    0xff, 0xff, 3, 0, 0, 0, 1, 0, 0, 0, 'x', 0, 0, 0, 0, 3, 0, 0, 0, 'y', 0xff, 'z',
	    /* head: size 40, call 1 (NOTE_START) cut short on purpose, error 0, time */
	    40, 0, 0, 0, 1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f,
	    /* 24 bytes of whatever */
	    1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24};
	static const char *const argv[] = {"x", "", "y\xffz", NULL};
	struct bytes records = {0}, built = {0};
	struct writer writer = {12345, 12346, BIRTH, 0};

	(void)state;
	assert_int_equal(streams_frame(streams, frame, sizeof frame), sizeof frame);
	assert_string_equal(began, "12345@5000 ");
	assert_int_equal(last.size, 40);
	assert_memory_equal(last.data, frame + sizeof frame - 40, 40);
	expect("12345/12346 123456789 7:62 12345/12346 9223372036854775807 1:40 ", 0);

	record_put(&records, NOTE_EXEC, 2, 123456789, "iisiisv", 9, AT_FDCWD, "/x", 0, 0, NULL, argv);
	bytes_put(&records, frame + sizeof frame - 40, 40);
	frame_put(&built, &writer, records.data, records.size, 0);
	assert_int_equal(built.size, sizeof frame);
	assert_memory_equal(built.data, frame, sizeof frame);
	free(records.data);
	free(built.data);
}

static void
test_golden_shapes(void **state)
{
	static const uint8_t of_long[] = {36,   0,    0,    0,    0,    0,    0,    0,    1, 0, 0, 0,
					  0,    0,    0,    0,    0xff, 0xff, 0xff, 0xff, 3, 0, 0, 0,
					  0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 0, 0, 0};
	struct bytes record = {0};

	(void)state;
	assert_int_equal(sizeof(struct frame), 24);
	assert_int_equal(sizeof(struct record_head), 16);
	assert_int_equal(offsetof(struct slot, frame), 64);
	assert_int_equal(offsetof(struct slot, data), 88);
	assert_int_equal(offsetof(struct slots_head, limit), 16);
	assert_int_equal(offsetof(struct slots_head, used), 24);
	record_put(&record, CALL_NONE, 0, 1, "iili", -1, 3, (int64_t)-2, 1);
	assert_int_equal(record.size, sizeof of_long);
	assert_memory_equal(record.data, of_long, sizeof of_long);
	free(record.data);
}

static void
test_needs_more(void **state)
{
	struct bytes records = {0}, frames = {0};
	struct writer writer = {7, 7, BIRTH, 0};

	(void)state;
	put_look(&records, 1, 10);
	frame_put(&frames, &writer, records.data, records.size, 0);
	for (size_t size = 0; size < frames.size; size++)
		assert_int_equal(streams_frame(streams, frames.data, size), 0);
	expect("", 0);
	give_and_free(&frames);
	expect("7/7 1 6:30 ", 0);
	free(records.data);
}

/* Three records cut into frames of every size there is. */
static void
test_cut_everywhere(void **state)
{
	struct bytes records = {0};

	(void)state;
	put_look(&records, 1, 0);
	put_look(&records, 2, 100);
	put_look(&records, 3, 1);
	for (size_t piece = 1; piece <= records.size; piece++) {
		struct bytes frames = {0};
		struct writer writer = {7, 8, BIRTH + piece, 0};

		frames_put(&frames, &writer, records.data, records.size, piece);
		give_and_free(&frames);
		expect("7/8 1 6:20 7/8 2 6:120 7/8 3 6:21 ", 0);
	}
	free(records.data);
}

/* One of 16 bytes is complete as soon as its head is. */
static void
test_record_without_fields(void **state)
{
	struct bytes records = {0};

	(void)state;
	record_put(&records, CALL_execve, 0, 1, "");
	for (size_t piece = 1; piece <= 16; piece++) {
		struct bytes frames = {0};
		struct writer writer = {7, 7, BIRTH + piece, 0};
		char expected[64];

		frames_put(&frames, &writer, records.data, records.size, piece);
		give_and_free(&frames);
		snprintf(expected, sizeof expected, "7/7 1 %u:16 ", CALL_execve);
		expect(expected, 0);
		streams_ended(streams, 7, 7, BIRTH + piece);
		expect("", 0);
	}
	free(records.data);
}

/* The streams of two threads and of two images of one pid don't mix, whatever comes in between. */
static void
test_streams_apart(void **state)
{
	struct writer one = {7, 7, BIRTH, 0}, other = {7, 8, BIRTH, 0}, later = {7, 7, BIRTH + 1, 0};
	struct bytes records = {0}, frames = {0};

	(void)state;
	put_look(&records, 1, 30);
	frame_put(&frames, &one, records.data, 20, 0);
	frame_put(&frames, &other, records.data, 25, 0);
	frame_put(&frames, &later, records.data, 30, 0);
	frame_put(&frames, &later, records.data + 30, 20, FRAME_CONTINUES);
	frame_put(&frames, &one, records.data + 20, 30, FRAME_CONTINUES);
	frame_put(&frames, &other, records.data + 25, 25, FRAME_CONTINUES);
	give_and_free(&frames);
	expect("7/7 1 6:50 7/7 1 6:50 7/8 1 6:50 ", 0);
	free(records.data);
}

/* What was read from the slot comes once more in its frame, and more with it. */
static void
test_slot_then_pipe(void **state)
{
	struct writer writer = {7, 7, BIRTH, 0};
	struct bytes records = {0}, frames = {0};

	(void)state;
	assert_true(give_slot(&writer, &records, 0));
	put_look(&records, 1, 10);
	assert_true(give_slot(&writer, &records, 0));
	expect("7/7 1 6:30 ", 0);
	assert_true(give_slot(&writer, &records, 0));
	put_look(&records, 2, 11);
	put_look(&records, 3, 12);
	assert_true(give_slot(&writer, &records, 0));
	expect("7/7 2 6:31 7/7 3 6:32 ", 0);
	put_look(&records, 4, 13);
	frame_put(&frames, &writer, records.data, records.size, 0);
	give_and_free(&frames);
	expect("7/7 4 6:33 ", 0);
	records.size = 0;
	put_look(&records, 5, 14);
	assert_true(give_slot(&writer, &records, 0));
	expect("7/7 5 6:34 ", 0);
	free(records.data);
}

/* A process was killed when its frame was written and its slot didn't say so yet. */
static void
test_pipe_then_slot(void **state)
{
	struct writer writer = {7, 7, BIRTH, 0}, before = writer;
	struct bytes records = {0}, frames = {0};

	(void)state;
	put_look(&records, 1, 10);
	frame_put(&frames, &writer, records.data, records.size, 0);
	give(&frames);
	expect("7/7 1 6:30 ", 0);
	assert_true(give_slot(&before, &records, 0));
	give_and_free(&frames); /* the same frame again */
	expect("", 0);
	free(records.data);
}

/* The slot is ahead of the pipe: it has to wait. */
static void
test_slot_waits_for_pipe(void **state)
{
	struct writer writer = {7, 7, BIRTH, 0};
	struct bytes records = {0}, more = {0}, frames = {0};

	(void)state;
	put_look(&records, 1, 10);
	put_look(&more, 2, 10);
	frame_put(&frames, &writer, records.data, records.size, 0);
	assert_false(give_slot(&writer, &more, 0));
	expect("", 0);
	give_and_free(&frames);
	assert_true(give_slot(&writer, &more, 0));
	expect("7/7 1 6:30 7/7 2 6:30 ", 0);
	free(records.data);
	free(more.data);
}

/* It will not come: what stands in the slot is all there is. */
static void
test_skip(void **state)
{
	struct writer writer = {7, 7, BIRTH, 0};
	struct bytes records = {0};
	struct frame header;

	(void)state;
	put_look(&records, 1, 10);
	assert_true(give_slot(&writer, &records, 0));
	writer.sequence = 3;
	header = frame_of(&writer, 0, 0);
	assert_false(give_slot(&writer, &records, 0));
	streams_skip(streams, &header, 3);
	streams_skip(streams, &header, 3);
	assert_true(give_slot(&writer, &records, 0));
	expect("7/7 1 6:30 7/7 1 6:30 ", 1);
	free(records.data);
}

static void
test_gap(void **state)
{
	struct writer writer = {7, 7, BIRTH, 0};
	struct bytes record = {0}, frames = {0};

	(void)state;
	put_look(&record, 1, 10);
	frame_put(&frames, &writer, record.data, record.size, 0);
	writer.sequence += 2;
	frame_put(&frames, &writer, record.data, record.size, 0);
	frame_put(&frames, &writer, record.data, record.size, 0);
	give_and_free(&frames);
	expect("7/7 1 6:30 7/7 1 6:30 7/7 1 6:30 ", 1);
	free(record.data);
}

/* A record whose beginning or end is missing is left out; what follows isn't. */
static void
test_gap_in_record(void **state)
{
	struct writer writer = {7, 7, BIRTH, 0};
	struct bytes record = {0}, frames = {0}, tail = {0};

	(void)state;
	put_look(&record, 1, 60);
	frame_put(&frames, &writer, record.data, 40, 0);
	writer.sequence++;
	frame_put(&frames, &writer, record.data + 40, 30, FRAME_CONTINUES);
	frame_put(&frames, &writer, record.data + 70, 10, FRAME_CONTINUES);
	frame_put(&frames, &writer, record.data, record.size, 0);
	give_and_free(&frames);
	expect("7/7 1 6:80 ", 1);

	/* In the last frame of the broken one others stand: those that the slot tells apart are saved. */
	writer.sequence++;
	bytes_put(&tail, record.data, 20);
	assert_false(give_slot(&writer, &tail, FRAME_CONTINUES));
	struct frame header = frame_of(&writer, 0, FRAME_CONTINUES);
	streams_skip(streams, &header, writer.sequence);
	assert_true(give_slot(&writer, &tail, FRAME_CONTINUES));
	expect("", 2);
	put_look(&tail, 9, 1);
	assert_true(give_slot(&writer, &tail, FRAME_CONTINUES));
	expect("7/7 9 6:21 ", 2);
	free(tail.data);
	free(record.data);
}

/* Flags that don't fit what came before. */
static void
test_flags_disagree(void **state)
{
	struct writer writer = {7, 7, BIRTH, 0};
	struct bytes record = {0}, frames = {0};

	(void)state;
	put_look(&record, 1, 10);
	frame_put(&frames, &writer, record.data, record.size, FRAME_CONTINUES);
	give_and_free(&frames);
	expect("", 1);
	frame_put(&frames, &writer, record.data, 20, 0);
	frame_put(&frames, &writer, record.data, record.size, 0);
	give_and_free(&frames);
	expect("7/7 1 6:30 ", 2);
	free(record.data);
}

static void
test_vfork_child(void **state)
{
	struct writer writer = {7, 9, BIRTH, 0};
	struct bytes records = {0}, frames = {0};

	(void)state;
	put_look(&records, 1, 0);
	record_put(&records, NOTE_IS_CHILD, 0, 2, "i", 50);
	put_look(&records, 3, 0);
	record_put(&records, NOTE_FORKED, 0, 4, "iiiliiii", 7, 0, 0, INT64_C(-1), 0, 0, 0, 0);
	record_put(&records, NOTE_IS_CHILD, 0, 5, "i", 51);
	put_look(&records, 6, 0);
	record_put(&records, NOTE_IS_CHILD, 0, 7, "i", 0);
	put_look(&records, 8, 0);
	frames_put(&frames, &writer, records.data, records.size, 33);
	give_and_free(&frames);
	expect("7/9 1 6:20 50/50 3 6:20 50/50 4 2:52 50/50 5 10:16 51/51 6 6:20 51/51 7 10:16 7/9 8 6:20 ",
	       0);
	assert_string_equal(began, ""); /* its pid had no image of its own here */

	/* The section's end is in a gap: what follows is the process's own. */
	records.size = 0;
	record_put(&records, NOTE_IS_CHILD, 0, 9, "i", 52);
	frame_put(&frames, &writer, records.data, records.size, 0);
	writer.sequence++;
	records.size = 0;
	put_look(&records, 10, 0);
	frame_put(&frames, &writer, records.data, records.size, 0);
	give_and_free(&frames);
	expect("7/9 10 6:20 ", 1);
	free(records.data);
}

static void
test_ended(void **state)
{
	struct writer writer = {7, 7, BIRTH, 0};
	struct bytes records = {0}, frames = {0};

	(void)state;
	put_look(&records, 1, 100);
	frame_put(&frames, &writer, records.data, 50, 0);
	give_and_free(&frames);
	streams_ended(streams, 7, 8, BIRTH);
	streams_ended(streams, 7, 7, BIRTH + 1);
	expect("", 0);
	streams_ended(streams, 7, 7, BIRTH);
	streams_ended(streams, 7, 7, BIRTH);
	expect("", 1);
	free(records.data);
}

/* Not a frame, whatever comes after. */
static void
test_no_frame(void **state)
{
	const struct frame good = {
	    .length = 4, .version = RECORD_VERSION, .pid = 7, .tid = 7, .birth = BIRTH};
	struct frame bad[9];
	uint8_t bytes[FRAME_LIMIT] = {0};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		bad[i] = good;
	bad[0].length = 0;
	bad[1].length = SLOT_DATA + 1;
	bad[2].version = 0;
	bad[3].version = RECORD_VERSION + 1;
	bad[4].flags = 2;
	bad[5].pid = 0;
	bad[6].pid = (4 << 20) + 1;
	bad[7].tid = 0;
	bad[8].tid = UINT32_MAX;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		memcpy(bytes, &bad[i], sizeof bad[i]);
		errno = 0;
		assert_int_equal(streams_frame(streams, bytes, sizeof bytes), -1);
		assert_int_equal(errno, EBADMSG);
	}
	expect("", 0); /* the caller counts */
	memcpy(bytes, &good, sizeof good);
	assert_int_equal(streams_frame(streams, bytes, sizeof bytes), sizeof good + 4);
}

/* Bytes that can't be a record: too small, too long, no such call. The next frame begins anew. */
static void
test_no_record(void **state)
{
	const struct record_head bad[] = {{15, NOTE_CWD, 0, 1},
					  {0, NOTE_CWD, 0, 1},
					  {RECORD_LIMIT + 1, NOTE_CWD, 0, 1},
					  {UINT32_MAX, NOTE_CWD, 0, 1},
					  {20, CALL_COUNT, 0, 1}};
	struct writer writer = {7, 7, BIRTH, 0};
	uint64_t lost = 0;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		for (size_t piece = 5; piece <= 16; piece += 11) {
			struct bytes records = {0}, frames = {0};

			put_look(&records, 1, 0);
			bytes_put(&records, &bad[i], sizeof bad[i]);
			frame_put(&frames, &writer, records.data, 20 + piece, 0);
			if (piece < 16)
				frame_put(&frames, &writer, records.data + 20 + piece, 16 - piece,
					  FRAME_CONTINUES);
			frame_put(&frames, &writer, records.data, 20, 0);
			give_and_free(&frames);
			expect("7/7 1 6:20 7/7 1 6:20 ", ++lost);
			free(records.data);
		}
	}
}

/* A section note without its number is passed on as the record that it isn't. */
static void
test_short_note(void **state)
{
	struct writer writer = {7, 7, BIRTH, 0};
	struct bytes records = {0}, frames = {0};

	(void)state;
	record_put(&records, NOTE_IS_CHILD, 0, 1, "");
	frame_put(&frames, &writer, records.data, records.size, 0);
	give_and_free(&frames);
	expect("7/7 1 4:16 ", 0);
	free(records.data);
}

/* A thousand streams announce the longest record there is and send it: not all of them are believed. */
static void
test_long_records(void **state)
{
	enum { STREAMS = 64 };
	static uint8_t filler[SLOT_DATA];
	const struct record_head head = {RECORD_LIMIT, NOTE_CWD, 0, 1};
	struct writer writer[STREAMS];
	struct bytes frames = {0};

	(void)state;
	for (uint32_t i = 0; i < STREAMS; i++) {
		writer[i] = (struct writer){100 + i, 100 + i, BIRTH, 0};
		frame_put(&frames, &writer[i], &head, sizeof head, 0);
	}
	give_and_free(&frames);
	for (size_t sent = sizeof head; sent < RECORD_LIMIT; sent += SLOT_DATA) {
		size_t length = RECORD_LIMIT - sent < SLOT_DATA ? RECORD_LIMIT - sent : SLOT_DATA;

		for (uint32_t i = 0; i < STREAMS; i++) {
			frames.size = 0;
			frame_put(&frames, &writer[i], filler, length, FRAME_CONTINUES);
			give(&frames);
		}
	}
	/* What could not be kept is a loss each, and memory was found for those that were left. */
	unsigned whole = 0;
	for (const char *at = came; *at; at++)
		whole += *at == ':';
	assert_true(whole >= 1 && whole < STREAMS);
	assert_int_equal(streams_lost(streams) + whole, STREAMS);
	free(frames.data);
}

/* Streams that have no slot are forgotten one by one, those with a slot never. */
static void
test_many_streams(void **state)
{
	struct writer kept = {1, 1, BIRTH, 0}, busy = {2, 2, BIRTH, 0}, silent = {3, 3, BIRTH, 0};
	struct bytes record = {0}, frames = {0};

	(void)state;
	put_look(&record, 1, 10);
	assert_true(give_slot(&kept, &record, 0));
	kept.sequence = 1;
	for (uint32_t i = 0; i < STREAMS_LOOSE_LIMIT; i++) {
		struct writer writer = {4 + i, 4 + i, BIRTH, 0};

		frames.size = 0;
		if (i == 0)
			frame_put(&frames, &silent, record.data, record.size, 0);
		if (i % 10000 == 0)
			frame_put(&frames, &busy, record.data, record.size, 0);
		frame_put(&frames, &writer, record.data, record.size, 0);
		give(&frames);
	}
	came[0] = '\0';
	frames.size = 0;
	frame_put(&frames, &busy, record.data, record.size, 0);
	frame_put(&frames, &kept, record.data, record.size, 0);
	give(&frames);
	assert_string_equal(came, "2/2 1 6:30 1/1 1 6:30 ");
	assert_int_equal(streams_lost(streams), 1); /* kept's frame 0 was never sent */
	frames.size = 0;
	frame_put(&frames, &silent, record.data, record.size, 0);
	give(&frames);
	assert_int_equal(streams_lost(streams),
			 2); /* not known any more, so its first frame seems to be missing */
	free(record.data);
	free(frames.data);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(test_golden_frame),
	    TEST(test_golden_shapes),
	    TEST(test_needs_more),
	    TEST(test_cut_everywhere),
	    TEST(test_record_without_fields),
	    TEST(test_streams_apart),
	    TEST(test_slot_then_pipe),
	    TEST(test_pipe_then_slot),
	    TEST(test_slot_waits_for_pipe),
	    TEST(test_skip),
	    TEST(test_gap),
	    TEST(test_gap_in_record),
	    TEST(test_flags_disagree),
	    TEST(test_vfork_child),
	    TEST(test_ended),
	    TEST(test_no_frame),
	    TEST(test_no_record),
	    TEST(test_short_note),
	    TEST(test_long_records),
	    TEST(test_many_streams),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
