/*
 * test_uses.c - which process did what with which path (uses.h), as a text of all uses; and lanes without
 * overlaps (lanes.h), over runs of random processes.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lanes.h"

static const struct trace_head head = {
    .command = {1, (const char *const[]){"make"}},
    .cwd = "/w",
    .host = "no such host",
    .os = "Linux 6.1.0 x86_64",
};

static struct event *
new_event(struct event *event, enum event_kind kind, uint32_t pid, uint64_t time_ns, const char *path)
{
	event_clear(event);
	event->kind = kind;
	event->call = "call";
	event->pid = event->tid = pid;
	event->time_ns = time_ns;
	if (path != NULL)
		event_set_text(event, FIELD_path, path);
	return event;
}

static void
give_start(struct answers *answers, uint32_t pid, uint32_t ppid, uint64_t time_ns)
{
	struct event event;

	new_event(&event, EVENT_START, pid, time_ns, NULL);
	event_set_number(&event, FIELD_by, START_BY_FORK);
	event_set_number(&event, FIELD_ppid, ppid);
	assert_int_equal(answers_event(answers, &event), 0);
}

static void
give(struct answers *answers, enum event_kind kind, uint32_t pid, uint64_t time_ns, const char *path,
     int64_t flags, int error)
{
	struct event event;

	new_event(&event, kind, pid, time_ns, path);
	event.error = error;
	if (kind == EVENT_OPEN)
		event_set_number(&event, FIELD_flags, flags);
	if (kind == EVENT_RENAME)
		event_set_text(&event, FIELD_path2, "/w/to");
	assert_int_equal(answers_event(answers, &event), 0);
}

/* A use as text: "PROCESS PATH WHAT[:COUNT] FIRST_READ-LAST_READ FIRST_WRITE-LAST_WRITE", - for never. */
static void
print_use(FILE *to, struct answers *answers, const struct use *use)
{
	static const char *const words[] = {"read", "stat",   "list", "load",    "exec",
					    "link", "absent", "made", "changed", "gone"};

	fprintf(to, "%u %s", use->process, spots_path(&answers->spots, use->spot));
	for (size_t at = 0; at < sizeof words / sizeof words[0]; at++) {
		if (use->what >> at & 1)
			fprintf(to, " %s", words[at]);
	}
	fprintf(to, " x%u", use->count);
	if (use->first_read_ns != UINT64_MAX)
		fprintf(to, " r%d-%d", (int)use->first_read_ns, (int)use->last_read_ns);
	if (use->first_write_ns != UINT64_MAX)
		fprintf(to, " w%d-%d", (int)use->first_write_ns, (int)use->last_write_ns);
	fputc('\n', to);
}

static void
check_uses(struct answers *answers, const char *expected)
{
	char *text;
	size_t size, *begin;
	FILE *to = open_memstream(&text, &size);
	uint32_t *list = uses_by_process(&answers->uses, answers->process_count, &begin);

	assert_non_null(list);
	for (size_t at = 0; at < answers->process_count; at++) {
		for (size_t use = begin[at]; use < begin[at + 1]; use++) {
			assert_int_equal(answers->uses.use[list[use]].process, at);
			print_use(to, answers, &answers->uses.use[list[use]]);
		}
	}
	assert_int_equal(begin[answers->process_count], answers->uses.count);
	fclose(to);
	assert_string_equal(text, expected);
	free(text);
	free(list);
	free(begin);
}

static void
test_uses(void **state)
{
	struct answers *answers = answers_new(&head);

	(void)state;
	answers_keep_uses(answers);
	give_start(answers, 10, 1, 1);
	give(answers, EVENT_OPEN, 10, 2, "/w/in", 0, 0);
	give_start(answers, 11, 10, 3);
	give(answers, EVENT_OPEN, 11, 4, "/w/out", 0100 | 0200 | 1, 0); /* O_CREAT, O_EXCL, O_WRONLY */
	give(answers, EVENT_STAT, 10, 5, "/w/out", 0, 0);
	give(answers, EVENT_OPEN, 10, 6, "/w/out", 0, 0);
	give(answers, EVENT_CHMOD, 11, 7, "/w/out", 0, 0);
	give(answers, EVENT_STAT, 11, 8, "/w/none", 0, ENOENT);
	give(answers, EVENT_OPEN, 10, 9, "/w/in", 0, 0);
	give(answers, EVENT_RENAME, 10, 10, "/w/out", 0, 0);
	give(answers, EVENT_UNLINK, 11, 11, "/w/to", 0, 0);
	give(answers, EVENT_EXIT, 11, 12, NULL, 0, 0);
	/* The pid comes again. */
	give_start(answers, 11, 10, 13);
	give(answers, EVENT_LIST, 11, 14, "/w", 0, 0);
	assert_int_equal(answers_end(answers, NULL), 0);
	check_uses(answers, "0 /w/in read x2 r2-9\n"
			    "0 /w/out read stat gone x3 r5-6 w10-10\n"
			    "0 /w/to made x1 w10-10\n"
			    "1 /w/out made changed x2 w4-7\n"
			    "1 /w/none absent x1\n"
			    "1 /w/to gone x1 w11-11\n"
			    "2 /w list x1 r14-14\n");
	assert_int_equal(answers->process[0].parent, ANSWER_NO_PROCESS);
	assert_int_equal(answers->process[1].parent, 0);
	assert_int_equal(answers->process[2].parent, 0);
	answers_free(answers);
}

/* With -P, say, no start is selected: each pid is a process from its first event on. */
static void
test_uses_without_start(void **state)
{
	struct answers *answers = answers_new(&head);

	(void)state;
	answers_keep_uses(answers);
	give(answers, EVENT_LOST, 0, 1, NULL, 0, 0);
	give(answers, EVENT_STAT, 0, 2, "/w/a", 0, 0);
	give(answers, EVENT_STAT, UINT32_MAX, 3, "/w/b", 0, 0);
	give(answers, EVENT_STAT, 0, 4, "/w/b", 0, 0);
	assert_int_equal(answers_end(answers, NULL), 0);
	check_uses(answers, "0 /w/a stat x1 r2-2\n0 /w/b stat x1 r4-4\n1 /w/b stat x1 r3-3\n");
	assert_int_equal(answers->process[0].begin_ns, 2);
	answers_free(answers);
}

static unsigned
random_below(unsigned below)
{
	static uint64_t seed = 1;

	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)(seed >> 33) % below;
}

/* Processes of random length, each a child of a random one that is older. */
static struct answers *
random_run(size_t count, unsigned length)
{
	struct answers *answers = answers_new(&head);

	answers->process = calloc(count, sizeof *answers->process);
	answers->process_count = count;
	for (size_t at = 0; at < count; at++) {
		struct answer_process *process = &answers->process[at];

		process->begin_ns = at * 1000 + random_below(1000);
		process->end_ns = process->begin_ns + random_below(length * 1000);
		process->parent =
		    at > 0 && random_below(8) > 0 ? random_below((unsigned)at) : ANSWER_NO_PROCESS;
	}
	return answers;
}

/* The rule of lanes.h, by a look at every lane. */
static size_t
check_lanes(const struct answers *answers)
{
	size_t count;
	uint32_t *lane = lanes_assign(answers, &count);
	uint64_t *free_ns = calloc(answers->process_count + 1, sizeof *free_ns);

	assert_non_null(lane);
	for (size_t at = 0; at < answers->process_count; at++) {
		const struct answer_process *process = &answers->process[at];
		size_t first = process->parent != ANSWER_NO_PROCESS ? lane[process->parent] + (size_t)1 : 0;

		assert_true(lane[at] < count);
		while (free_ns[first] > process->begin_ns)
			first++;
		assert_int_equal(lane[at], first);
		free_ns[first] = process->end_ns + LANE_GAP_NS;
	}
	free(free_ns);
	free(lane);
	return count;
}

static void
test_lanes(void **state)
{
	static const struct {
		size_t count;
		unsigned length;
	} runs[] = {{0, 1}, {1, 1}, {2, 9}, {3, 9}, {100, 1}, {100, 1000}, {3000, 20}, {3000, 5000}};

	(void)state;
	for (size_t at = 0; at < sizeof runs / sizeof runs[0]; at++) {
		struct answers *answers = random_run(runs[at].count, runs[at].length);

		assert_int_equal(check_lanes(answers) > 0, runs[at].count > 0);
		answers_free(answers);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_uses),
	    cmocka_unit_test(test_uses_without_start),
	    cmocka_unit_test(test_lanes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
