/*
 * test_marks.c - the shim's sets of descriptor numbers against a plain table: near numbers and far ones,
 * ranges that begin and end anywhere.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../shim/marks.c"

struct channel channel;

static bool expected[MARKS_LIMIT];

static void
compare(struct marks *marks)
{
	for (int fd = 0; fd < MARKS_LIMIT; fd++) {
		if (marks_has(marks, fd) != expected[fd])
			fail_msg("%d is %s", fd, expected[fd] ? "missing" : "there");
	}
}

static void
add(struct marks *marks, int fd)
{
	assert_true(marks_add(marks, fd));
	expected[fd] = true;
}

static void
remove_range(struct marks *marks, unsigned first, unsigned last)
{
	marks_remove_range(marks, first, last);
	for (unsigned fd = first; fd <= last && fd < MARKS_LIMIT; fd++)
		expected[fd] = false;
}

static void
test_edges(void **state)
{
	static const int edges[] = {0, 63, 64, MARKS_NEAR - 1, MARKS_NEAR, MARKS_NEAR + 64, MARKS_LIMIT - 1};
	struct marks marks = {0};

	(void)state;
	memset(expected, 0, sizeof expected);
	for (size_t i = 0; i < sizeof edges / sizeof *edges; i++) {
		assert_false(marks_has(&marks, edges[i]));
		add(&marks, edges[i]);
		compare(&marks);
	}
	for (size_t i = 0; i < sizeof edges / sizeof *edges; i++) {
		marks_remove(&marks, edges[i]);
		expected[edges[i]] = false;
		compare(&marks);
	}
	assert_false(marks_has(&marks, -1));
	assert_false(marks_add(&marks, -1));
	assert_false(marks_add(&marks, MARKS_LIMIT));
	assert_false(marks_has(&marks, MARKS_LIMIT));
	marks_remove(&marks, -1);
	marks_remove(&marks, MARKS_LIMIT);
	compare(&marks);
}

static void
test_ranges(void **state)
{
	struct marks marks = {0};

	(void)state;
	memset(expected, 0, sizeof expected);
	srandom(7);
	for (int round = 0; round < 300; round++) {
		/* The first hundred rounds go without far numbers. */
		long limit = round < 100 ? MARKS_NEAR : round % 2 ? MARKS_NEAR + 256 : MARKS_LIMIT;

		for (int i = 0; i < 200; i++)
			add(&marks, (int)(random() % limit));
		unsigned first = (unsigned)(random() % limit), last = first + (unsigned)(random() % 200);
		remove_range(&marks, first, round % 7 ? last : UINT32_MAX);
		compare(&marks);
	}
	remove_range(&marks, 5, 4); /* none */
	compare(&marks);
	remove_range(&marks, 0, UINT32_MAX);
	compare(&marks);
}

/* No memory may be asked for under a seccomp filter: only near numbers can be marked. */
static void
test_quiet(void **state)
{
	struct marks marks = {0};

	(void)state;
	channel.quiet = true;
	assert_true(marks_add(&marks, MARKS_NEAR - 1));
	assert_false(marks_add(&marks, MARKS_NEAR));
	assert_false(marks_has(&marks, MARKS_NEAR));
	channel.quiet = false;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_edges),
	    cmocka_unit_test(test_ranges),
	    cmocka_unit_test(test_quiet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
