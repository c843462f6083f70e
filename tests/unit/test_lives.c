/*
 * test_lives.c - what outputs remember of processes: the last start counts, a fork begins anew, and there is
 * a bound.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lives.h"

static void
take_start(struct lives *lives, uint32_t pid, enum start_by by, const char *exe, int64_t uid)
{
	struct event event;

	event_clear(&event);
	event.kind = EVENT_START;
	event.pid = event.tid = pid;
	event_set_number(&event, FIELD_by, by);
	if (uid >= 0)
		event_set_number(&event, FIELD_uid, uid);
	event_set_text(&event, FIELD_exe, exe);
	event_set_text(&event, FIELD_cwd, "/a");
	assert_int_equal(lives_take(lives, &event), 0);
}

static void
take(struct lives *lives, enum event_kind kind, uint32_t pid, const char *path, int error)
{
	struct event event;

	event_clear(&event);
	event.kind = kind;
	event.pid = event.tid = pid;
	event.error = error;
	event_set_text(&event, FIELD_path, path);
	assert_int_equal(lives_take(lives, &event), 0);
}

static void
test_starts(void **state)
{
	struct lives lives;

	(void)state;
	lives_init(&lives);
	assert_null(lives_find(&lives, 1));
	take_start(&lives, 1, START_BY_FORK, "/bin/sh", 7);
	take_start(&lives, 1, START_BY_EXEC, "/bin/cc", -1);
	assert_string_equal(lives_find(&lives, 1)->exe, "/bin/cc");
	assert_true(life_has(lives_find(&lives, 1), FIELD_uid));
	assert_int_equal(lives_find(&lives, 1)->number[FIELD_uid], 7);
	take_start(&lives, 1, START_BY_FORK, "/bin/ls", -1);
	assert_false(life_has(lives_find(&lives, 1), FIELD_uid));
	assert_false(life_has(lives_find(&lives, 1), FIELD_sid));
	lives_end(&lives, 1);
	assert_null(lives_find(&lives, 1));
	assert_int_equal(lives.count, 0);
	lives_free(&lives);
}

static void
test_where_it_stands(void **state)
{
	struct lives lives;

	(void)state;
	lives_init(&lives);
	take(&lives, EVENT_CHDIR, 1, "/none", 0);
	take_start(&lives, 1, START_BY_EXEC, "/bin/sh", 7);
	take(&lives, EVENT_CHDIR, 1, "/b", 2);
	take(&lives, EVENT_OPEN, 1, "/c", 0);
	assert_string_equal(lives_find(&lives, 1)->cwd, "/a");
	take(&lives, EVENT_CHDIR, 1, "/b", 0);
	assert_string_equal(lives_find(&lives, 1)->cwd, "/b");
	assert_false(lives_find(&lives, 1)->untraced);
	take(&lives, EVENT_UNTRACED, 1, "/bin/sh", 0);
	assert_true(lives_find(&lives, 1)->untraced);
	lives_free(&lives);
}

/* The one that was longest silent goes. */
static void
test_bound(void **state)
{
	struct lives lives;

	(void)state;
	lives_init(&lives);
	for (uint32_t pid = 1; pid <= LIVES_MAX; pid++)
		take_start(&lives, pid, START_BY_FORK, "/bin/sh", 7);
	assert_non_null(lives_find(&lives, 1));
	take_start(&lives, LIVES_MAX + 1, START_BY_FORK, "/bin/sh", 7);
	assert_int_equal(lives.count, LIVES_MAX);
	assert_null(lives_find(&lives, 2));
	assert_non_null(lives_find(&lives, 1));
	assert_non_null(lives_find(&lives, 3));
	lives_free(&lives);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_starts),
	    cmocka_unit_test(test_where_it_stands),
	    cmocka_unit_test(test_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
