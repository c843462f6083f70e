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
static uint64_t order;
static char given[4096];

static void
add(uint64_t time, char name, uint32_t size)
{
	struct raw_record *record = calloc(1, sizeof *record + size);

	assert_non_null(record);
	record->time = time;
	record->order = order++;
	record->pid = (uint32_t)name;
	record->size = size;
	assert_int_equal(merge_add(&merge, record), 0);
}

/* Times and names, "5a 6b ". */
static void
take(void *owner, const struct raw_record *record)
{
	char text[32];

	assert_ptr_equal(owner, &merge);
	snprintf(text, sizeof text, "%llu%c ", (unsigned long long)record->time, (char)record->pid);
	strcat(given, text);
}

static const char *
released(uint64_t watermark)
{
	given[0] = '\0';
	merge_release(&merge, watermark, take, &merge);
	return given;
}

static int
clean(void **state)
{
	(void)state;
	merge_free(&merge);
	order = 0;
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
	assert_int_equal(merge.bytes, 0);
	assert_int_equal(merge.count, 0);
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

/* The order of arrival is what the record says, not where it happens to wait. */
static void
test_order_is_told(void **state)
{
	(void)state;
	order = 9;
	add(7, 'd', 1);
	order = 4;
	add(7, 'b', 1);
	add(7, 'c', 1);
	assert_string_equal(released(7), "");
	order = 1;
	add(7, 'a', 1);
	assert_string_equal(released(8), "7a 7b 7c 7d ");
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
		merge_release(&merge, round * 100, take, &merge);
		for (const char *at = given; *at; at = strchr(at, ' ') + 1, count++) {
			uint64_t time = strtoull(at, NULL, 10);

			assert_true(time >= last && time < round * 100);
			last = time;
		}
	}
	for (size_t i = 1; i < merge.count; i++)
		assert_true(merge.waiting[i - 1].time <= merge.waiting[i].time);
	assert_int_equal(count + merge.count, 200 * 50);
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
	    cmocka_unit_test_teardown(test_equal_times_by_arrival, clean),
	    cmocka_unit_test_teardown(test_order_is_told, clean),
	    cmocka_unit_test_teardown(test_watermark, clean),
	    cmocka_unit_test_teardown(test_late, clean),
	    cmocka_unit_test_teardown(test_rounds, clean),
	    cmocka_unit_test_teardown(test_limit, clean),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
