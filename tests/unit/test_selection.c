/*
 * test_selection.c - which events of a run a selection keeps. Each test writes down all that is kept, by
 * number.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "selection.h"

/* One event, in short. `by` and `ppid` for a start, `child` for a fork, `path` is exe for a start. */
struct row {
	enum event_kind kind;
	uint32_t pid;
	int error;
	const char *path;
	const char *path2;
	int64_t by;
	int64_t ppid_or_child;
};

/* make (10) runs cc (11), which runs as (12), which becomes ld; a shell (13) has nothing to do with them. */
static const struct row run[] = {
    /* 0 */ {EVENT_START, 10, 0, "/usr/bin/make", NULL, START_BY_EXEC, 1},
    /* 1 */ {EVENT_OPEN, 10, 0, "/src/Makefile", NULL, 0, 0},
    /* 2 */ {EVENT_FORK, 10, 0, NULL, NULL, 0, 11},
    /* 3 */ {EVENT_START, 11, 0, "/usr/bin/make", NULL, START_BY_FORK, 10},
    /* 4 */ {EVENT_EXEC, 11, ENOENT, "/opt/cc/bin/none", NULL, 0, 0},
    /* 5 */ {EVENT_CLOSE, 11, 0, "/src/Makefile", NULL, 0, 0},
    /* 6 */ {EVENT_EXEC, 11, 0, "/opt/cc/bin/cc", NULL, 0, 0},
    /* 7 */ {EVENT_START, 11, 0, "/opt/cc/libexec/cc1", NULL, START_BY_EXEC, 10},
    /* 8 */ {EVENT_OPEN, 11, ENOENT, "/src/a.h", NULL, 0, 0},
    /* 9 */ {EVENT_FORK, 11, 0, NULL, NULL, 0, 12},
    /* 10 */ {EVENT_START, 12, 0, "/opt/cc/libexec/cc1", NULL, START_BY_FORK, 11},
    /* 11 */ {EVENT_EXEC, 12, 0, "/usr/bin/as", NULL, 0, 0},
    /* 12 */ {EVENT_START, 12, 0, "/usr/bin/as", NULL, START_BY_EXEC, 11},
    /* 13 */ {EVENT_RENAME, 12, 0, "/tmp/x.o", "/src/a.o", 0, 0},
    /* 14 */ {EVENT_CHMOD, 12, EPERM, "/srcs/x", NULL, 0, 0},
    /* 15 */ {EVENT_EXIT, 12, 0, NULL, NULL, 0, 0},
    /* 16 */ {EVENT_EXIT, 11, 0, NULL, NULL, 0, 0},
    /* 17 */ {EVENT_START, 12, 0, "/bin/sh", NULL, START_BY_FORK, 10},
    /* 18 */ {EVENT_OPEN, 12, 0, "/src", NULL, 0, 0},
    /* 19 */ {EVENT_START, 13, 0, "/bin/sh", NULL, START_BY_ATTACH, 99},
    /* 20 */ {EVENT_UNTRACED, 13, 0, "/sbin/tool", NULL, 0, 0},
    /* 21 */ {EVENT_LOST, 13, 0, NULL, NULL, 0, 0},
    /* 22 */ {EVENT_EXIT, 10, 0, NULL, NULL, 0, 0},
};

static void
make_event(struct event *event, const struct row *row)
{
	event_clear(event);
	event->kind = row->kind;
	event->pid = event->tid = row->pid;
	event->error = row->error;
	if (row->path != NULL)
		event_set_text(event, row->kind == EVENT_START ? FIELD_exe : FIELD_path, row->path);
	if (row->path2 != NULL)
		event_set_text(event, FIELD_path2, row->path2);
	if (row->kind == EVENT_START) {
		event_set_number(event, FIELD_by, row->by);
		event_set_number(event, FIELD_ppid, row->ppid_or_child);
	}
	if (row->kind == EVENT_FORK)
		event_set_number(event, FIELD_child, row->ppid_or_child);
}

/* The numbers of the events that the selection keeps: "0 1 5"; frees the selection. */
static const char *
kept(struct selection *selection)
{
	static char list[512];
	size_t length = 0;

	list[0] = '\0';
	for (size_t at = 0; at < sizeof run / sizeof run[0]; at++) {
		struct event event;

		make_event(&event, &run[at]);
		event.time_ns = at;
		if (selection_wants(selection, &event))
			length += (size_t)snprintf(list + length, sizeof list - length, "%s%zu",
						   length > 0 ? " " : "", at);
	}
	selection_free(selection);
	return list;
}

static struct selection *
with_events(const char *list)
{
	struct selection *selection = selection_new();
	const char *unknown;
	size_t length;

	assert_non_null(selection);
	assert_true(selection_is_all(selection));
	assert_int_equal(selection_events(selection, list, &unknown, &length), 0);
	return selection;
}

#define EVERYTHING "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22"

static void
test_events(void **state)
{
	static const struct {
		const char *list, *kept;
	} rows[] = {
	    {"open", "1 8 18"},
	    {"open,chmod", "1 8 14 18"},
	    {" open , ,chmod\t", "1 8 14 18"},
	    {"all", EVERYTHING},
	    {"-open", "0 2 3 4 5 6 7 9 10 11 12 13 14 15 16 17 19 20 21 22"},
	    {"%file -exec", "1 8 13 14 18"},
	    {"%desc", "1 5 8 18"},
	    {"%meta", "14"},
	    {"%process", "0 2 3 4 6 7 9 10 11 12 15 16 17 19 20 21 22"},
	    {"open -%file", ""},
	    {"-all open", "1 8 18"},
	    {"-open,open", EVERYTHING},
	};

	(void)state;
	for (size_t at = 0; at < sizeof rows / sizeof rows[0]; at++)
		assert_string_equal(kept(with_events(rows[at].list)), rows[at].kept);
}

/* A process by its pid and its first event, with its descendants; the pid comes again for another. */
static void
test_processes(void **state)
{
	struct selection *selection = selection_new();

	(void)state;
	assert_int_equal(selection_process(selection, 11, 3), 0);
	assert_false(selection_is_all(selection));
	assert_string_equal(kept(selection), "3 4 5 6 7 8 9 10 11 12 13 14 15 16");
	selection = selection_new();
	assert_int_equal(selection_process(selection, 12, 17), 0);
	assert_int_equal(selection_process(selection, 13, 19), 0);
	assert_string_equal(kept(selection), "17 18 19 20 21");
	selection = selection_new();
	selection_no_process(selection);
	assert_false(selection_is_all(selection));
	assert_string_equal(kept(selection), "");
	/* Together with -p, both must agree. */
	selection = selection_new();
	assert_int_equal(selection_process(selection, 12, 10), 0);
	assert_int_equal(selection_executable(selection, "/opt/cc", "/"), 0);
	assert_string_equal(kept(selection), "10 11 12 13 14 15");
	selection = selection_new();
	assert_int_equal(selection_process(selection, 10, 0), 0);
	assert_int_equal(selection_executable(selection, "/usr/bin/as", "/"), 0);
	assert_string_equal(kept(selection), "11 12 13 14 15");
}

static void
test_lists_continue(void **state)
{
	struct selection *selection = with_events("open");
	const char *unknown;
	size_t length;

	(void)state;
	assert_false(selection_is_all(selection));
	assert_int_equal(selection_events(selection, "rename", &unknown, &length), 0);
	assert_int_equal(selection_events(selection, "-open", &unknown, &length), 0);
	assert_string_equal(kept(selection), "13");
}

/* What is wrong is pointed at, and nothing is changed. */
static void
test_unknown_events(void **state)
{
	static const struct {
		const char *list, *unknown;
	} rows[] = {
	    {"open,opne,stat", "opne"},
	    {"-opne", "-opne"},
	    {"%files", "%files"},
	    {"", ""},
	    {" , ", ""},
	    {"openx", "openx"},
	    {"-", "-"},
	    {"%", "%"},
	    {"ope", "ope"},
	    {"--open", "--open"},
	};

	(void)state;
	for (size_t at = 0; at < sizeof rows / sizeof rows[0]; at++) {
		struct selection *selection = selection_new();
		const char *unknown = NULL;
		size_t length = 0;

		assert_int_equal(selection_events(selection, rows[at].list, &unknown, &length), -1);
		assert_int_equal(length, strlen(rows[at].unknown));
		assert_memory_equal(unknown, rows[at].unknown, length);
		assert_in_range((uintptr_t)unknown, (uintptr_t)rows[at].list,
				(uintptr_t)rows[at].list + strlen(rows[at].list));
		assert_true(selection_is_all(selection));
		selection_free(selection);
	}
}

static const char *
with_executable(const char *path, const char *cwd)
{
	struct selection *selection = selection_new();

	assert_int_equal(selection_executable(selection, path, cwd), 0);
	assert_false(selection_is_all(selection));
	return kept(selection);
}

static void
test_executables(void **state)
{
	/* From the exec that named it, with all below; pid 12 comes again for a stranger. */
	static const char cc[] = "6 7 8 9 10 11 12 13 14 15 16";

	(void)state;
	assert_string_equal(with_executable("/opt/cc", "/"), cc);
	assert_string_equal(with_executable("/opt/cc/bin/cc", "/"), cc);
	assert_string_equal(with_executable("../cc//./bin/../", "/opt/cc"), cc);
	assert_string_equal(with_executable("/opt/cc/libexec", "/"), "7 8 9 10 11 12 13 14 15 16");
	assert_string_equal(with_executable("/opt/c", "/"), "");
	assert_string_equal(with_executable("/opt/cc/bin/none", "/"), "");
	assert_string_equal(with_executable("/usr/bin/as", "/"), "11 12 13 14 15");
	assert_string_equal(with_executable("/bin/sh", "/"), "17 18 19 20 21");
	assert_string_equal(with_executable("/", "/"), EVERYTHING);
	assert_string_equal(with_executable("/usr/bin/make", "/"),
			    "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 22");
}

/* The events that -e leaves out still tell whose child is whose. */
static void
test_executables_with_events(void **state)
{
	struct selection *selection = with_events("rename,open");

	(void)state;
	assert_int_equal(selection_executable(selection, "/opt/cc", "/"), 0);
	assert_int_equal(selection_executable(selection, "/bin/sh", "/"), 0);
	assert_string_equal(kept(selection), "8 13 18");
}

static const char *
with_path(const char *path, const char *cwd)
{
	struct selection *selection = selection_new();

	assert_int_equal(selection_path(selection, path, cwd), 0);
	assert_false(selection_is_all(selection));
	return kept(selection);
}

static void
test_paths(void **state)
{
	(void)state;
	assert_string_equal(with_path("/src", "/"), "1 5 8 13 18");
	assert_string_equal(with_path("/src/", "/"), "1 5 8 13 18");
	assert_string_equal(with_path(".", "/src"), "1 5 8 13 18");
	assert_string_equal(with_path("a.h", "/src"), "8");
	assert_string_equal(with_path("/tmp", "/"), "13");
	assert_string_equal(with_path("/../..", "/"), "1 4 5 6 8 11 13 14 18 20");
}

/* A path that leads through a symbolic link is meant in both of its forms. */
static void
test_path_through_a_link(void **state)
{
	char directory[] = "/tmp/test_selection.XXXXXX", name[64];
	struct selection *selection = selection_new();

	(void)state;
	assert_non_null(mkdtemp(directory));
	snprintf(name, sizeof name, "%s/link", directory);
	assert_int_equal(symlink("/usr/bin", name), 0);
	assert_int_equal(selection_executable(selection, "link", directory), 0);
	assert_string_equal(kept(selection), "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 22");
	unlink(name);
	rmdir(directory);
}

static void
test_results(void **state)
{
	struct selection *selection = selection_new();

	(void)state;
	selection_successful(selection);
	assert_false(selection_is_all(selection));
	assert_string_equal(kept(selection), "0 1 2 3 5 6 7 9 10 11 12 13 15 16 17 18 19 20 21 22");
	selection = selection_new();
	selection_failed(selection);
	assert_false(selection_is_all(selection));
	assert_string_equal(kept(selection), "4 8 14");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_events),         cmocka_unit_test(test_processes),
	    cmocka_unit_test(test_lists_continue), cmocka_unit_test(test_unknown_events),
	    cmocka_unit_test(test_executables),    cmocka_unit_test(test_executables_with_events),
	    cmocka_unit_test(test_paths),          cmocka_unit_test(test_path_through_a_link),
	    cmocka_unit_test(test_results),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
