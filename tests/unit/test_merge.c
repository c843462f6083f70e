/*
 * test_merge.c - records of many streams come out by time, equal times by arrival, none before its watermark,
 * and none is kept when memory runs out for them. Each test writes down the whole order.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "merge.h"

static struct merge merge;
static char given[4096];

/* `count` records of one thread; the bytes of each are its name. */
static void
add_run(const uint64_t *times, unsigned count, uint32_t name, uint32_t each, struct base *base)
{
	struct record_head head = {.size = (uint32_t)sizeof head + each};
	struct raw_records records = {.pid = name, .size = count * head.size, .base = base};
	uint8_t *bytes = malloc(records.size);

	assert_non_null(bytes);
	for (unsigned i = 0; i < count; i++) {
		head.time = times[i];
		memcpy(bytes + i * head.size, &head, sizeof head);
		memset(bytes + i * head.size + sizeof head, (int)name, each);
	}
	records.bytes = bytes;
	records.latest = head.time;
	assert_int_equal(merge_add(&merge, &records), 0);
	free(bytes);
}

static void
add(uint64_t time, char name, uint32_t size)
{
	add_run(&time, 1, (uint32_t)name, size, NULL);
}

/* Times and names, "5a 6b ". */
static void
take(void *owner, const struct raw_record *record)
{
	char text[32];
	struct record_head head;

	assert_ptr_equal(owner, &merge);
	memcpy(&head, record->bytes, sizeof head);
	assert_int_equal(head.size, record->size);
	assert_int_equal(head.time, record->time);
	for (uint32_t i = sizeof head; i < record->size; i++)
		assert_int_equal(record->bytes[i], (uint8_t)record->pid);
	snprintf(text, sizeof text, "%llu%c ", (unsigned long long)record->time, (char)record->pid);
	strcat(given, text);
}

static const char *
released(uint64_t watermark)
{
	given[0] = '\0';
	merge_release(&merge, watermark, SIZE_MAX, take, &merge);
	return given;
}

static int
clean(void **state)
{
	(void)state;
	merge_free(&merge);
	return 0;
}

static void
test_by_time(void **state)
{
	(void)state;
	add(30, 'a', 1);
	add(10, 'b', 1);
	add(20, 'c', 1);
	assert_string_equal(released(100), "10b 20c 30a ");
	assert_string_equal(released(100), "");
	assert_int_equal(merge.count, 0);
}

static void
take_base(void *owner, const struct raw_record *record)
{
	assert_ptr_equal(record->base, owner);
}

/* A base is kept until the last record that is told by it has gone on. */
static void
test_bases(void **state)
{
	struct slot *slot = calloc(1, sizeof *slot);

	(void)state;
	assert_non_null(slot);
	slot->frame.length = UINT16_MAX;
	memset(slot->data, 'b', sizeof slot->data);
	struct base *base = base_copy(slot);
	free(slot);
	assert_non_null(base);
	assert_int_equal(base->length, SLOT_DATA);
	for (uint64_t time = 1; time <= 3; time++)
		add_run(&time, 1, 'b', 0, base);
	assert_int_equal(base->users, 4);
	merge_release(&merge, 3, SIZE_MAX, take_base, base);
	assert_int_equal(base->users, 2);
	merge_free(&merge);
	assert_int_equal(base->users, 1);
	base_drop(base);
}

static void
test_equal_times_by_arrival(void **state)
{
	(void)state;
	for (char name = 'a'; name <= 'z'; name++)
		add(name % 2 ? 7 : 5, name, 1);
	assert_string_equal(released(6), "5b 5d 5f 5h 5j 5l 5n 5p 5r 5t 5v 5x 5z ");
	add(7, 'A', 1);
	assert_string_equal(released(8), "7a 7c 7e 7g 7i 7k 7m 7o 7q 7s 7u 7w 7y 7A ");
}

/* The record of the watermark's own time isn't older. */
static void
test_watermark(void **state)
{
	(void)state;
	add(1, 'a', 1);
	add(2, 'b', 1);
	add(3, 'c', 1);
	assert_string_equal(released(0), "");
	assert_string_equal(released(1), "");
	assert_string_equal(released(2), "1a ");
	assert_string_equal(released(2), "");
	add(2, 'd', 1);
	assert_string_equal(released(3), "2b 2d ");
	assert_string_equal(released(UINT64_MAX), "3c ");
}

/* What comes behind its time isn't put back, and stands before what is younger. */
static void
test_late(void **state)
{
	(void)state;
	add(10, 'a', 1);
	add(50, 'b', 1);
	assert_string_equal(released(20), "10a ");
	add(5, 'c', 1);
	add(40, 'd', 1);
	add(60, 'e', 1);
	assert_string_equal(released(20), "5c ");
	assert_string_equal(released(100), "40d 50b 60e ");
}

/* New ones belong anywhere among those that wait. */
static void
test_rounds(void **state)
{
	uint64_t last = 0;
	unsigned seed = 1, count = 0;

	(void)state;
	for (unsigned round = 1; round <= 200; round++) {
		for (unsigned i = 0; i < 50; i++) {
			seed = seed * 1103515245 + 12345;
			add(round * 100 + (seed >> 16) % 1000, 'r', 1);
		}
		given[0] = '\0';
		merge_release(&merge, round * 100, SIZE_MAX, take, &merge);
		for (const char *at = given; *at; at = strchr(at, ' ') + 1, count++) {
			uint64_t time = strtoull(at, NULL, 10);

			assert_true(time >= last && time < round * 100);
			last = time;
		}
	}
	assert_int_equal(count + merge.count, 200 * 50);
}

static struct expected {
	uint64_t time;
	uint32_t arrival;
} expected[1000];
static unsigned expected_count, expected_next;

static int
by_time_and_arrival(const void *left, const void *right)
{
	const struct expected *a = left, *b = right;

	if (a->time != b->time)
		return a->time < b->time ? -1 : 1;
	return a->arrival < b->arrival ? -1 : 1;
}

static void
take_expected(void *owner, const struct raw_record *record)
{
	(void)owner;
	assert_true(expected_next < expected_count);
	assert_int_equal(record->time, expected[expected_next].time);
	assert_int_equal(record->pid, expected[expected_next].arrival);
	expected_next++;
}

/* Streams that take turns, runs of every length up and down, few and many equal times: as qsort(3) sorts
 * them. */
static void
test_as_if_sorted(void **state)
{
	unsigned seed = 7;

	(void)state;
	for (unsigned turn = 0; turn < 2000; turn++) {
		unsigned count = turn % 1000, step = 1 + turn % 7, range = 1 + turn % 97;

		for (unsigned i = 0; i < count; i++) {
			seed = seed * 1103515245 + 12345;
			uint64_t time = turn % 3 == 0   ? (seed >> 16) % range
					: turn % 3 == 1 ? i / step + (i % step) * range
							: (i % range < step ? i : count - i);
			expected[i].time = time;
			expected[i].arrival = i;
			add_run(&time, 1, i, 0, NULL);
		}
		qsort(expected, count, sizeof *expected, by_time_and_arrival);
		expected_count = count;
		expected_next = 0;
		merge_release(&merge, UINT64_MAX, SIZE_MAX, take_expected, NULL);
		assert_int_equal(expected_next, count);
	}
}

/* Runs lie beside each other, behind each other and inside each other, and watermarks and portions cut them
 * anywhere: as qsort(3) sorts their records. */
static void
test_runs(void **state)
{
	unsigned seed = 11;

	(void)state;
	for (unsigned turn = 0; turn < 2000; turn++) {
		uint64_t times[40];

		expected_count = expected_next = 0;
		for (unsigned run = 0; run < 1 + turn % 25; run++) {
			unsigned length = 1 + (turn + run * 7) % 40;
			uint64_t time = (seed >> 16) % (1 + turn % 300);

			for (unsigned i = 0; i < length; i++) {
				seed = seed * 1103515245 + 12345;
				times[i] = time;
				expected[expected_count++] = (struct expected){time, run};
				time += (seed >> 16) % (1 + turn % 5);
			}
			add_run(times, length, run, turn % 3, NULL);
		}
		/* A run's records have one name, and stand in their order. */
		qsort(expected, expected_count, sizeof *expected, by_time_and_arrival);
		for (uint64_t watermark = 0; expected_next < expected_count; watermark += 1 + turn % 50) {
			unsigned due = expected_next, portion = 1 + turn % 13;

			while (due < expected_count && expected[due].time < watermark)
				due++;
			for (bool all = false; !all;) {
				unsigned before = expected_next;

				all = merge_release(&merge, watermark, portion, take_expected, NULL);
				assert_int_equal(expected_next - before,
						 due - before < portion ? due - before : portion);
				assert_int_equal(all, expected_next == due);
			}
		}
		assert_int_equal(merge.count, 0);
	}
}

/* Memory is given back as records go, whichever go first, and one chunk is kept. */
static void
test_memory(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 40; i++)
		add(i % 2 ? i : 1000 + i, 'm', 100 << 10);
	assert_true(merge.bytes >= (size_t)40 * (100 << 10) && merge.bytes <= (size_t)21 * MERGE_CHUNK);
	released(1000);
	assert_int_equal(merge.count, 20);
	assert_true(merge.bytes <= (size_t)21 * MERGE_CHUNK);
	released(UINT64_MAX);
	assert_int_equal(merge.count, 0);
	assert_true(merge.bytes <= MERGE_CHUNK);
	add(1, 'b', 2 << 20);
	assert_true(merge.bytes >= 2 << 20);
	assert_string_equal(released(2), "1b ");
	assert_true(merge.bytes <= MERGE_CHUNK);
}

/* When too much waits, the oldest go on, whatever may still come before them. */
static void
test_limit(void **state)
{
	const uint32_t size = 1 << 20;

	(void)state;
	for (unsigned i = 0; i < 130; i++)
		add(1000 - i, 'm', size);
	assert_string_equal(released(1), "871m 872m 873m ");
	assert_int_equal(merge.count, 127);
	assert_true(merge.bytes <= MERGE_LIMIT);
	assert_string_equal(released(1), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_teardown(test_by_time, clean),
	    cmocka_unit_test_teardown(test_bases, clean),
	    cmocka_unit_test_teardown(test_equal_times_by_arrival, clean),
	    cmocka_unit_test_teardown(test_as_if_sorted, clean),
	    cmocka_unit_test_teardown(test_runs, clean),
	    cmocka_unit_test_teardown(test_memory, clean),
	    cmocka_unit_test_teardown(test_watermark, clean),
	    cmocka_unit_test_teardown(test_late, clean),
	    cmocka_unit_test_teardown(test_rounds, clean),
	    cmocka_unit_test_teardown(test_limit, clean),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
