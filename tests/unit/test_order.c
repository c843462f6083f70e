/*
 * test_order.c - the order that forks and waits make: short runs, and random ones against vector clocks,
 * which say the same in a way that is too slow for a trace.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "answers.h"
#include "order.h"
#include "sample_events.h"

enum { PROCESSES = 40, ROUNDS = 300, STEPS = 400, DEEP = 3000 };

struct run {
	struct answers *answers;
	struct order order;
};

/* One event; where it stands in the order of the run. */
static uint64_t
give(struct run *run, enum event_kind kind, uint32_t pid, uint32_t other)
{
	struct event event;

	event_clear(&event);
	event.kind = kind;
	event.pid = event.tid = pid;
	if (kind == EVENT_START) {
		event_set_number(&event, FIELD_by, START_BY_FORK);
		event_set_number(&event, FIELD_ppid, other);
	} else if (other != 0) {
		event_set_number(&event, FIELD_child, other);
	}
	assert_int_equal(answers_event(run->answers, &event), 0);
	return run->answers->place;
}

static void
begin(struct run *run)
{
	*run = (struct run){.answers = answers_new(&sample_head)};
	assert_non_null(run->answers);
	give(run, EVENT_START, 100, 1);
}

static void
end(struct run *run)
{
	order_free(&run->order);
	answers_free(run->answers);
}

static void
check(struct run *run, uint32_t one, uint64_t place, uint32_t other, bool before, uint32_t common)
{
	struct order_answer answer;

	assert_int_equal(order_ask(&run->order, run->answers, one, place, other, &answer), 0);
	assert_int_equal(answer.before, before);
	assert_int_equal(answer.common, common);
}

/* Processes 0 (pid 100), 1 (101), 2 (102); the numbers are those of answers.process. */
static void
test_siblings(void **state)
{
	struct run run;
	uint64_t first, second, early, late;

	(void)state;
	begin(&run);
	early = give(&run, EVENT_CHDIR, 100, 0);
	give(&run, EVENT_FORK, 100, 101);
	give(&run, EVENT_START, 101, 100);
	first = give(&run, EVENT_CHDIR, 101, 0);
	late = give(&run, EVENT_CHDIR, 100, 0);
	check(&run, 0, early, 1, true, 0);
	check(&run, 0, late, 1, false, 0); /* after the fork */
	check(&run, 1, first, 0, false, 0);
	give(&run, EVENT_FORK, 100, 102);
	give(&run, EVENT_START, 102, 100);
	second = give(&run, EVENT_CHDIR, 102, 0);
	check(&run, 1, first, 2, false, 0);
	give(&run, EVENT_EXIT, 101, 0);
	check(&run, 1, first, 2, false, 0);
	give(&run, EVENT_WAIT, 100, 101);
	check(&run, 1, first, 0, true, 0);
	check(&run, 1, first, 2, false, 0); /* it was forked before the wait */
	give(&run, EVENT_FORK, 100, 103);
	give(&run, EVENT_START, 103, 100);
	check(&run, 1, first, 3, true, 0);
	check(&run, 2, second, 3, false, 0);
	check(&run, 3, second, 3, true, 3); /* itself */
	end(&run);
}

/* A pid that comes again is another process, and its wait is its own. */
static void
test_pid_again(void **state)
{
	struct run run;
	uint64_t first, second;

	(void)state;
	begin(&run);
	give(&run, EVENT_FORK, 100, 101);
	give(&run, EVENT_START, 101, 100);
	first = give(&run, EVENT_CHDIR, 101, 0);
	give(&run, EVENT_EXIT, 101, 0);
	give(&run, EVENT_FORK, 100, 101);
	give(&run, EVENT_START, 101, 100);
	second = give(&run, EVENT_CHDIR, 101, 0);
	give(&run, EVENT_WAIT, 100, 101);
	give(&run, EVENT_FORK, 100, 102);
	give(&run, EVENT_START, 102, 100);
	check(&run, 2, second, 3, true, 0);
	check(&run, 1, first, 3, false, 0);
	end(&run);
}

/* Nothing is above both. */
static void
test_two_roots(void **state)
{
	struct run run;
	uint64_t place;

	(void)state;
	begin(&run);
	place = give(&run, EVENT_CHDIR, 100, 0);
	give(&run, EVENT_START, 200, 1);
	check(&run, 0, place, 1, false, ANSWER_NO_PROCESS);
	end(&run);
}

/* Each is the only child of the one before, and all are waited for from the deepest on. */
static void
test_deep_chain(void **state)
{
	struct run run;
	uint64_t deepest;

	(void)state;
	begin(&run);
	for (uint32_t at = 1; at < DEEP; at++) {
		give(&run, EVENT_FORK, 99 + at, 100 + at);
		give(&run, EVENT_START, 100 + at, 99 + at);
	}
	deepest = give(&run, EVENT_CHDIR, 99 + DEEP, 0);
	for (uint32_t at = DEEP - 1; at > 1; at--) {
		give(&run, EVENT_WAIT, 99 + at, 100 + at);
		check(&run, DEEP - 1, deepest, at - 1, true, at - 1);
		check(&run, DEEP - 1, deepest, at - 2, false, at - 2);
	}
	end(&run);
}

/* What is known in each process of what each other has done, by its place. */
struct clocks {
	uint64_t seen[PROCESSES][PROCESSES];
	bool ended[PROCESSES];
	bool waited[PROCESSES];
	uint32_t parent[PROCESSES];
	uint32_t count;
};

/* One random step of one of the processes that run. */
static void
step(struct run *run, struct clocks *clocks)
{
	uint32_t at = (uint32_t)rand() % clocks->count, child;

	if (clocks->ended[at])
		return;
	switch (rand() % 5) {
	case 0:
		if (clocks->count == PROCESSES)
			break;
		child = clocks->count++;
		clocks->seen[at][at] = give(run, EVENT_FORK, 100 + at, 100 + child);
		memcpy(clocks->seen[child], clocks->seen[at], sizeof clocks->seen[at]);
		clocks->parent[child] = at;
		clocks->seen[child][child] = give(run, EVENT_START, 100 + child, 100 + at);
		break;
	case 1:
		if (at == 0)
			break;
		clocks->seen[at][at] = give(run, EVENT_EXIT, 100 + at, 0);
		clocks->ended[at] = true;
		break;
	case 2:
		for (child = 1; child < clocks->count; child++) {
			if (clocks->parent[child] != at || !clocks->ended[child] || clocks->waited[child])
				continue;
			clocks->waited[child] = true;
			clocks->seen[at][at] = give(run, EVENT_WAIT, 100 + at, 100 + child);
			for (uint32_t other = 0; other < PROCESSES; other++) {
				if (other != at && clocks->seen[child][other] > clocks->seen[at][other])
					clocks->seen[at][other] = clocks->seen[child][other];
			}
			break;
		}
		break;
	default:
		clocks->seen[at][at] = give(run, EVENT_CHDIR, 100 + at, 0);
		break;
	}
}

static void
ask_all(struct run *run, const struct clocks *clocks, const uint64_t (*done)[2], size_t done_count)
{
	for (size_t at = 0; at < done_count; at++) {
		uint32_t one = (uint32_t)done[at][0], other = (uint32_t)rand() % clocks->count;
		struct order_answer answer;

		if (clocks->ended[other])
			continue;
		assert_int_equal(order_ask(&run->order, run->answers, one, done[at][1], other, &answer), 0);
		if (answer.before != (clocks->seen[other][one] >= done[at][1]))
			fail_msg("what %u did at %ju, and %u at %ju", one, (uintmax_t)done[at][1], other,
				 (uintmax_t)run->answers->place);
	}
}

static void
test_random(void **state)
{
	(void)state;
	for (unsigned round = 0; round < ROUNDS; round++) {
		struct clocks *clocks = calloc(1, sizeof *clocks);
		uint64_t done[STEPS][2];
		size_t done_count = 0;
		struct run run;

		srand(round);
		begin(&run);
		clocks->count = 1;
		for (int at = 0; at < STEPS; at++) {
			uint32_t who;

			step(&run, clocks);
			who = (uint32_t)rand() % clocks->count;
			if (!clocks->ended[who]) {
				done[done_count][0] = who;
				done[done_count++][1] = clocks->seen[who][who] =
				    give(&run, EVENT_CHDIR, 100 + who, 0);
			}
			if (at % 16 == 0)
				ask_all(&run, clocks, done, done_count);
		}
		free(clocks);
		end(&run);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_siblings),  cmocka_unit_test(test_pid_again),
	    cmocka_unit_test(test_two_roots), cmocka_unit_test(test_deep_chain),
	    cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
