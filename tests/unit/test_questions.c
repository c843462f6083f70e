/*
 * test_questions.c - what the outputs for a person say of short runs, each a text of a line an event:
 *
 *   PID start COMMAND...    a first process          PID fork CHILD
 *   PID exec COMMAND...     a new image              PID wait CHILD      PID exit STATUS
 *   PID VERB PATH [PATH]    see `verbs`
 *
 * A millisecond passes with each.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "diff.h"
#include "output.h"

static const struct trace_head head = {
    .command = {1, (const char *const[]){"make"}},
    .cwd = "/w",
    .host = "no such host",
    .os = "Linux 6.1.0 x86_64",
};

static const struct {
	const char *verb;
	enum event_kind kind;
	int64_t flags;
	int error;
} verbs[] = {
    {"read", EVENT_OPEN, 0, 0},       {"absent", EVENT_OPEN, 0, ENOENT}, {"write", EVENT_OPEN, 01101, 0},
    {"append", EVENT_OPEN, 02001, 0}, {"stat", EVENT_STAT, 0, 0},        {"nostat", EVENT_STAT, 0, ENOENT},
    {"run", EVENT_EXEC, 0, 0},        {"rename", EVENT_RENAME, 0, 0},    {"swap", EVENT_RENAME, 2, 0},
    {"unlink", EVENT_UNLINK, 0, 0},   {"mkdir", EVENT_MKDIR, 0, 0},      {"mkfifo", EVENT_MKNOD, 0, 0},
    {"chmod", EVENT_CHMOD, 0, 0},
};

struct run {
	struct output output;
	uint64_t time_ns;
	uint64_t events;
};

static struct event *
new_event(struct run *run, struct event *event, enum event_kind kind, uint32_t pid)
{
	event_clear(event);
	event->kind = kind;
	event->call = "call";
	event->pid = event->tid = pid;
	event->time_ns = run->time_ns;
	return event;
}

static void
give(struct run *run, const struct event *event)
{
	run->events++;
	assert_int_equal(run->output.format->event(&run->output, event), 0);
}

static void
give_start(struct run *run, uint32_t pid, uint32_t parent, enum start_by by, char *command)
{
	const char *words[16];
	size_t count = 0;
	char exe[64];
	struct event event;

	new_event(run, &event, EVENT_START, pid);
	event_set_number(&event, FIELD_by, by);
	event_set_number(&event, FIELD_ppid, parent);
	event_set_text(&event, FIELD_cwd, "/w");
	if (command != NULL) {
		snprintf(exe, sizeof exe, "/bin/%.*s", (int)strcspn(command, " "), command);
		event_set_text(&event, FIELD_exe, exe);
		while (count < 16 && (words[count] = strsep(&command, " ")) != NULL)
			count++;
		event.argv = (struct string_list){count, words};
		event.present |= UINT64_C(1) << FIELD_argv;
	}
	give(run, &event);
}

static void
give_access(struct run *run, uint32_t pid, const char *verb, char *paths)
{
	const char *path = strsep(&paths, " ");
	struct event event;

	for (size_t at = 0; at < sizeof verbs / sizeof verbs[0]; at++) {
		if (strcmp(verbs[at].verb, verb) != 0)
			continue;
		new_event(run, &event, verbs[at].kind, pid);
		event.error = verbs[at].error;
		event_set_number(&event, FIELD_flags, verbs[at].flags);
		event_set_text(&event, FIELD_path, path);
		if (paths != NULL)
			event_set_text(&event, FIELD_path2, paths);
		give(run, &event);
		return;
	}
	fail_msg("no verb is called %s", verb);
}

static void
give_line(struct run *run, char *line)
{
	uint32_t pid = (uint32_t)atoi(strsep(&line, " ")), child;
	const char *verb = strsep(&line, " ");
	struct event event;

	run->time_ns += 1000000;
	if (strcmp(verb, "start") == 0 || strcmp(verb, "exec") == 0) {
		give_start(run, pid, 1, START_BY_EXEC, line);
	} else if (strcmp(verb, "exit") == 0) {
		event_set_number(new_event(run, &event, EVENT_EXIT, pid), FIELD_status, atoi(line));
		give(run, &event);
	} else if (strcmp(verb, "fork") == 0 || strcmp(verb, "wait") == 0) {
		child = (uint32_t)atoi(line);
		new_event(run, &event, *verb == 'f' ? EVENT_FORK : EVENT_WAIT, pid);
		event_set_number(&event, FIELD_child, child);
		give(run, &event);
		if (*verb == 'f')
			give_start(run, child, pid, START_BY_FORK, NULL);
	} else {
		give_access(run, pid, verb, line);
	}
}

/* What the output says of the run, and whether it says no. */
static void
check_with(const struct output_format *format, const struct output_settings *settings, const char *text,
	   const char *expected, bool no)
{
	struct run run = {.output = {.format = format, .file = "memory", .settings = settings}};
	struct trace_end end = {0};
	char *copy = strdup(text), *rest = copy, *line, *found;
	size_t size;

	run.output.stream = open_memstream(&found, &size);
	assert_non_null(run.output.stream);
	assert_int_equal(format->begin(&run.output, &head), 0);
	while ((line = strsep(&rest, "\n")) != NULL) {
		if (*line != '\0')
			give_line(&run, line);
	}
	end.events = run.events;
	end.duration_ns = run.time_ns;
	assert_int_equal(format->end(&run.output, &end), 0);
	assert_int_equal(output_close(&run.output), 0);
	assert_string_equal(found, expected);
	assert_int_equal(run.output.no, no);
	free(found);
	free(copy);
}

static void
check_lint(const char *text, const char *expected)
{
	check_with(&output_lint, NULL, text, expected, strncmp(expected, "#", 1) != 0 && *expected != '\0');
}

/* Jobs 101 and 102 of a make that are there at once. */
#define AT_ONCE "100 start make\n100 fork 101\n101 exec cc a\n100 stat /w/x\n100 fork 102\n102 exec gen b\n"
/* One after the other: make looks at files in between. */
#define IN_TURN(first, second)                                                             \
	"100 start make\n100 fork 101\n101 exec cc a\n" first "101 exit 0\n100 wait 101\n" \
	"100 stat /w/x\n100 fork 102\n102 exec gen b\n" second "102 exit 0\n100 wait 102\n"
/* And as lines of one recipe. */
#define IN_LINES(first, second)                                                            \
	"100 start make\n100 fork 101\n101 exec cc a\n" first "101 exit 0\n100 wait 101\n" \
	"100 fork 102\n102 exec gen b\n" second "102 exit 0\n100 wait 102\n"

static void
test_race(void **state)
{
	(void)state;
	check_lint(AT_ONCE "102 write /w/h\n101 read /w/h\n101 read /w/h\n",
		   "race: /w/h\n"
		   "       0.007  written by 102 gen b\n"
		   "       0.008  read by 101 cc a\n"
		   "    no order between them, both from 100 make\n");
	check_lint(AT_ONCE "101 absent /w/h\n102 write /w/h\n",
		   "race: /w/h\n"
		   "       0.007  looked for, not there by 101 cc a\n"
		   "       0.008  written by 102 gen b\n"
		   "    no order between them, both from 100 make\n");
	check_lint(AT_ONCE "101 write /w/t\n101 rename /w/t /w/h\n102 unlink /w/h\n",
		   "race: /w/h\n"
		   "       0.008  renamed to here by 101 cc a\n"
		   "       0.009  removed by 102 gen b\n"
		   "    no order between them, both from 100 make\n");
	/* By a process of the job, three times. */
	check_lint(AT_ONCE "101 fork 103\n103 exec cc1 a\n102 write /w/h\n103 read /w/h\n101 write /w/h\n",
		   "race: /w/h\n"
		   "       0.009  written by 102 gen b\n"
		   "       0.010  read by 103 cc1, job 101 cc a\n"
		   "       0.011  written by 101 cc a\n"
		   "    no order between them, both from 100 make\n"
		   "       0.010  read by 103 cc1 a\n"
		   "       0.011  written by 101 cc a\n"
		   "    no order between them, both from 101 cc a\n");
	/* The end of a job that make hasn't waited for yet is no order. */
	check_lint(AT_ONCE "102 write /w/h\n102 exit 0\n100 fork 103\n103 exec cc c\n103 read /w/h\n",
		   "race: /w/h\n"
		   "       0.007  written by 102 gen b\n"
		   "       0.011  read by 103 cc c\n"
		   "    no order between them, both from 100 make\n");
}

static void
test_no_race(void **state)
{
	(void)state;
	check_lint(AT_ONCE "102 write /w/h\n101 stat /w/h\n101 nostat /w/i\n102 write /w/i\n102 chmod /w/h\n",
		   "");
	check_lint(AT_ONCE "102 mkdir /w/d\n101 mkdir /w/d\n", "");
	check_lint(AT_ONCE "101 read /w/c\n102 read /w/c\n", "");
	check_lint(AT_ONCE "100 mkfifo /w/p\n101 append /w/p\n102 read /w/p\n", "");
	check_lint(AT_ONCE
		   "102 write /w/h\n102 exit 0\n100 wait 102\n100 stat /w/h\n100 fork 103\n103 read /w/h\n",
		   "");
	check_lint(AT_ONCE "102 write /w/h\n102 exit 0\n100 wait 102\n100 read /w/h\n", "");
	/* The parent before its child. */
	check_lint(
	    "100 start cc\n100 write /tmp/s\n100 fork 101\n101 write /tmp/s\n101 exit 0\n100 wait 101\n"
	    "100 fork 102\n102 read /tmp/s\n102 exit 0\n100 wait 102\n100 unlink /tmp/s\n",
	    "");
}

static void
test_order_of_jobs(void **state)
{
	(void)state;
	check_lint(IN_TURN("101 write /w/o\n", "102 write /w/o\n"),
		   "written twice: /w/o\n"
		   "       0.004  written by 101 cc a\n"
		   "       0.010  written by 102 gen b\n"
		   "    in this order as these were run one after the other, both from 100 make\n");
	/* Removed in between, by the second. */
	check_lint(IN_TURN("101 write /w/o\n", "102 unlink /w/o\n102 write /w/o\n"),
		   "written twice: /w/o\n"
		   "       0.004  written by 101 cc a\n"
		   "       0.011  written by 102 gen b\n"
		   "    in this order as these were run one after the other, both from 100 make\n");
	/* Nothing of it is left. */
	check_lint(IN_TURN("101 write /w/o\n", "102 write /w/o\n102 unlink /w/o\n"), "");
	check_lint(IN_TURN("101 read /w/h\n", "102 write /w/h\n"),
		   "read before it was written: /w/h\n"
		   "       0.004  read by 101 cc a\n"
		   "       0.010  written by 102 gen b\n"
		   "    what was read had been there before this run, both from 100 make\n");
	check_lint(IN_TURN("101 absent /w/h\n", "102 write /w/h\n"), "");
	check_lint(
	    IN_TURN("101 write /w/h\n", "102 read /w/h\n"),
	    "# 100 make ran one job at a time; 1 read of what another job wrote is in order by that at "
	    "least: trace it with -j to see what else orders them\n");
	/* make reads what its recipe then writes. */
	check_lint("100 start make\n100 read /w/d\n100 fork 101\n101 write /w/d\n101 exit 0\n100 wait 101\n",
		   "");
}

static void
test_lines_of_a_recipe(void **state)
{
	(void)state;
	check_lint(IN_LINES("101 write /w/o\n", "102 read /w/o\n102 write /w/o\n"), "");
	check_lint(IN_LINES("101 write /w/o\n", "102 append /w/o\n"), "");
	check_lint(IN_LINES("101 write /w/o\n", "102 unlink /w/o\n102 write /w/o\n"), "");
	check_lint(IN_LINES("101 read /w/o\n", "102 write /w/o\n"), "");
	check_lint(IN_LINES("101 write /w/o\n", "102 write /w/o\n"),
		   "written twice: /w/o\n"
		   "       0.004  written by 101 cc a\n"
		   "       0.009  written by 102 gen b\n"
		   "    in this order as these were run one after the other, both from 100 make\n");
	/* In a script every order is meant, but for what no builder starts in a run without one. */
	check_lint(
	    "90 start sh\n90 fork 91\n91 write /w/o\n91 exit 0\n90 wait 91\n90 fork 92\n92 write /w/o\n"
	    "92 exit 0\n90 wait 92\n90 fork 100\n100 exec make\n",
	    "");
	check_lint(
	    "90 start sh\n90 fork 91\n91 write /w/o\n91 exit 0\n90 wait 91\n90 fork 92\n92 write /w/o\n",
	    "written twice: /w/o\n"
	    "       0.003  written by 91 ?\n"
	    "       0.007  written by 92 ?\n"
	    "    in this order as these were run one after the other, both from 90 sh\n");
}

static void
test_who(void **state)
{
	char *paths[] = {(char[]){"/w/a"}, (char[]){"/w/d2/f"}, (char[]){"/w/none"}};
	struct output_settings settings = {.who = {paths, 1}};

	(void)state;
	/* a and b are exchanged; b had been written under yet another name. */
	check_with(
	    &output_who, &settings,
	    "100 start sh\n100 write /w/a\n100 fork 101\n101 exec gen\n101 write /w/t\n101 rename /w/t /w/b\n"
	    "101 swap /w/a /w/b\n",
	    "/w/a\n"
	    "  now: renamed to here from /w/b by 101 at 0.007, renamed to here as /w/b from /w/t by 101 at "
	    "0.006, created as /w/t by 101 at 0.005\n"
	    "  100 sh\n"
	    "      0.002  created\n"
	    "    101 gen\n"
	    "        0.005  created as /w/t\n"
	    "        0.006  renamed to here as /w/b from /w/t\n"
	    "        0.007  renamed to what it was exchanged with\n"
	    "        0.007  renamed to here from /w/b\n",
	    false);
	/* A name that is used again: what was moved away is another story. */
	check_with(
	    &output_who, &settings,
	    "100 start sh\n100 write /w/t\n100 rename /w/t /w/a\n100 write /w/t\n100 rename /w/t /w/c\n"
	    "100 append /w/a\n100 append /w/a\n",
	    "/w/a\n"
	    "  now: opened for writing by 100 at 0.007, renamed to here from /w/t by 100 at 0.003, created "
	    "as "
	    "/w/t by 100 at 0.002\n"
	    "  100 sh\n"
	    "      0.002  created as /w/t\n"
	    "      0.003  renamed to here from /w/t\n"
	    "      0.006  opened for writing, 2 times until 0.007\n",
	    false);
	settings.who = (struct path_list){paths + 1, 2};
	check_with(&output_who, &settings,
		   "100 start sh\n100 mkdir /w/d\n100 write /w/d/f\n100 fork 101\n101 exec mv\n101 rename "
		   "/w/d /w/d2\n"
		   "100 unlink /w/d2/f\n",
		   "/w/d2/f\n"
		   "  gone: removed by 100 at 0.007\n"
		   "  100 sh\n"
		   "      0.003  created as /w/d/f\n"
		   "      0.007  removed\n"
		   "    101 mv\n"
		   "        0.006  renamed to here from /w/d/f\n"
		   "/w/none: no process touched it\n",
		   true);
}

static void
test_tree_and_slow(void **state)
{
	static const char run[] =
	    "100 start sh\n100 fork 101\n101 exec cc\n100 fork 102\n102 exec as\n102 fork 103\n"
	    "103 exit 0\n101 exit 1\n102 exit 0\n100 wait 101\n100 write /w/a\n100 exit 0\n";

	(void)state;
	check_with(&output_tree, NULL, run,
		   "     pid     start     time   status  events   read  wrote  command\n"
		   "     100     0.001    0.011        0       6      1      1  sh\n"
		   "     101     0.002    0.006        1       3      1      0  \\_ cc\n"
		   "     102     0.004    0.005        0       4      1      0  \\_ as\n"
		   "     103     0.006    0.001        0       2      0      0      \\_ ?\n",
		   false);
	check_with(&output_slow, &(struct output_settings){.top = 3, .top_given = true}, run,
		   "    time      own     start   status      pid  command\n"
		   "    0.011    0.004     0.001        0      100  sh\n"
		   "    0.006    0.006     0.002        1      101  cc\n"
		   "    0.005    0.004     0.004        0      102  as\n"
		   "# and 1 more, see --top\n",
		   false);
}

static void
test_missing(void **state)
{
	(void)state;
	check_with(&output_missing, NULL,
		   "100 start sh\n100 absent /a/x.h\n100 nostat /b/x.h\n100 fork 101\n101 exec cc a\n101 "
		   "absent /a/x.h\n"
		   "101 read /c/x.h\n100 nostat /a/tool\n100 fork 102\n102 run /b/tool\n100 absent /d/later\n"
		   "101 write /d/later\n",
		   "x.h\n"
		   "    /a\n"
		   "    /b\n"
		   "  by 100 sh\n",
		   false);
	/* In a directory that the run made, too; and what is gone again had been there. */
	check_with(&output_missing, NULL,
		   "100 start sh\n100 mkdir /w/d\n100 absent /w/d/x\n100 absent /w/y\n100 write /w/y\n100 "
		   "unlink /w/y\n"
		   "100 absent /w/y\n",
		   "x\n"
		   "    /w/d\n"
		   "  by 100 sh\n",
		   false);
}

/* An event that may be anything, among a few processes and paths. */
static void
give_random(struct run *run)
{
	static const char *const paths[] = {"/",        "/w",        "/w/a",   "/w/a/b", "/w/a/b/c",
					    "/w/d",     "/w/d/../a", "/w/l",   "/w/l/b", "/tmp/x",
					    "pipe:[7]", "",          "/w/e//", "w/f"};
	static const int errors[] = {0, 0, 0, ENOENT, EACCES, EEXIST, ELOOP, ENOTDIR, EINVAL};
	static const int64_t numbers[] = {0, 1, 2, 3, 100, 101, 102, 103, 01101, 0301, -1, INT64_MAX};
	static const char *const words[] = {"make", "\x1b[31m", ""};
	struct event event;

	run->time_ns += (uint64_t)(rand() % 1000000);
	new_event(run, &event, (enum event_kind)(rand() % EVENT_KIND_COUNT), (uint32_t)(rand() % 6) + 99);
	event.error = errors[(size_t)rand() % (sizeof errors / sizeof errors[0])];
	for (int field = FIELD_ret; field < FIELD_path; field++) {
		if (rand() % 2 == 0)
			event_set_number(&event, (enum field)field,
					 numbers[(size_t)rand() % (sizeof numbers / sizeof numbers[0])]);
	}
	for (int field = FIELD_path; field < FIELD_argv; field++) {
		if (rand() % 2 == 0)
			event_set_text(&event, (enum field)field,
				       paths[(size_t)rand() % (sizeof paths / sizeof paths[0])]);
	}
	if (rand() % 2 == 0) {
		event.argv = (struct string_list){(size_t)(rand() % 4), words};
		event.present |= UINT64_C(1) << FIELD_argv;
	}
	run->events++;
	assert_int_equal(
	    (rand() % 4 != 0 ? run->output.format->event : run->output.format->aside)(&run->output, &event),
	    0);
}

/* No trace is too odd for an answer; what is odd in memory the sanitizers see. */
static void
test_random_events(void **state)
{
	static const struct output_format *const formats[] = {&output_who, &output_tree, &output_missing,
							      &output_slow, &output_lint};
	char *who[] = {(char[]){"/w/a/b"}, (char[]){"/w/l"}, (char[]){"/"}}, *inside[] = {(char[]){"/w/a"}};
	struct output_settings settings = {.who = {who, 3}, .inside = {inside, 1}};

	(void)state;
	for (unsigned round = 0; round < 400; round++) {
		struct run run = {
		    .output = {.format = formats[round % 5], .file = "memory", .settings = &settings}};
		struct trace_end end = {.running_count = 1, .running = (const uint32_t[]){101}};

		srand(round);
		run.output.stream = fopen("/dev/null", "we");
		assert_non_null(run.output.stream);
		assert_int_equal(run.output.format->begin(&run.output, &head), 0);
		for (int at = 0; at < 400; at++)
			give_random(&run);
		end.duration_ns = run.time_ns;
		assert_int_equal(run.output.format->end(&run.output, round % 3 != 0 ? &end : NULL), 0);
		assert_int_equal(output_close(&run.output), 0);
	}
}

static void
check_loose(const struct diff_side *side, const char *text, const char *expected)
{
	char *loosened = diff_loosen(side, text);

	assert_string_equal(loosened, expected);
	free(loosened);
}

static void
test_loosen(void **state)
{
	struct diff_side side = {.name = "one"};

	(void)state;
	assert_non_null(textset_add(&side.temporary, "ccAb12.s"));
	assert_non_null(textset_add(&side.temporary, "out.123"));
	assert_non_null(textset_add(&side.pids, "123"));
	assert_non_null(textset_add(&side.pids, "7"));
	check_loose(&side, "", "");
	check_loose(&side, "as\n-o\na.o\n/x/ccAb12.s", "as\n-o\na.o\n/x/*.s");
	check_loose(&side, "-x=ccAb12.s,ccAb12.sh", "-x=*.s,ccAb12.sh");
	check_loose(&side, "mv\nout.123\nout", "mv\n*\nout");
	check_loose(&side, "./conf123.c 1234 123-7 a7", "./conf#.c 1234 #-7 a7");
	check_loose(&side, "/tmp/a.Xyz/b /var/tmp/c.long-end /src/tmp/d",
		    "/tmp/*.Xyz/b /var/tmp/* /src/tmp/d");
	check_loose(&side, "/tmp/ -I/tmp/q", "/tmp/ -I/tmp/*");
	textset_free(&side.temporary);
	textset_free(&side.pids);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_race),          cmocka_unit_test(test_no_race),
	    cmocka_unit_test(test_order_of_jobs), cmocka_unit_test(test_lines_of_a_recipe),
	    cmocka_unit_test(test_who),           cmocka_unit_test(test_tree_and_slow),
	    cmocka_unit_test(test_missing),       cmocka_unit_test(test_loosen),
	    cmocka_unit_test(test_random_events),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
