/*
 * test_processes_end.c - ends that nobody tells, the session's end, and how many processes the model keeps
 * over a long run.
 */
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "model.h"
#include "process.h"

#define SECOND UINT64_C(1000000000)

static struct model model;

static int
set_up(void **state)
{
	(void)state;
	model_open(&model);
	image(&model, 1, 99, 500, "/n/make", "/n/src");
	model.told.length = 0;
	model.events = 0;
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	model_close(&model);
	return 0;
}

/* Thousands of children exit and their parent never waits: each has its exit, and few of them are kept. */
static void
test_nobody_waits(void **state)
{
	enum { COUNT = 3 * EXITED_LIMIT };

	(void)state;
	model.quiet = 1;
	for (uint32_t pid = 2; pid < 2 + COUNT; pid++) {
		told_fork(&model, 1, pid);
		forked(&model, pid, 1, 600);
		did(&model, pid, CALL__exit, 0, "i", 3 << 8);
		assert_true(model.processes->exited_count <= EXITED_LIMIT);
		assert_int_equal(model.processes->living_count, 1);
	}
	assert_int_equal(model.events, 3 * COUNT); /* fork, start, exit */
	assert_int_equal(model.processes->exited_count, EXITED_LIMIT);
	/* Of one that was forgotten and of one that wasn't, the wait is told, and no second exit. */
	model.quiet = 0;
	waited(&model, 1, 2, 3 << 8);
	waited(&model, 1, 1 + COUNT, 3 << 8);
	expect(&model, "1 wait:waitpid ret=2 child=2 status=3\n"
		       "1 wait:waitpid ret=12289 child=12289 status=3\n");
	assert_int_equal(model.processes->exited_count, EXITED_LIMIT - 1);
	/* And the pid of a forgotten one may come again. */
	told_fork(&model, 1, 3);
	forked(&model, 3, 1, 900);
	waited(&model, 1, 3, 0);
	expect(
	    &model,
	    "1 fork:fork ret=3 child=3\n"
	    "3 start uid=1 gid=3 euid=2 egid=4 ppid=1 pgid=50 sid=40 started=900 by=fork shim=1 exe=/n/make "
	    "cwd=/n/src argv=/n/make,-x\n"
	    "3 exit status=0\n"
	    "1 wait:waitpid ret=3 child=3 status=0\n");
	assert_int_equal(processes_totals(model.processes).processes, 2 + COUNT);
}

/*
 * Thousands that are gone without a word and without a wait: they have their exit in the end, but not before
 * what they told may have arrived; one that has told something since is left alone.
 */
static void
test_gone_unseen(void **state)
{
	enum { COUNT = LIVING_LIMIT + 100 };

	(void)state;
	model.quiet = 1;
	for (uint32_t pid = 2; pid < 2 + COUNT; pid++) {
		told_fork(&model, 1, pid);
		forked(&model, pid, 1, 600);
	}
	assert_int_equal(model.processes->living_count, COUNT + 1);
	model.events = 0;
	model.time += 2 * SECOND;
	did(&model, 1, CALL_access, 0, "isi", 0, "x", 0);
	assert_int_equal(model.processes->living_count, COUNT + 1);
	model.time += SECOND;
	did(&model, 1, CALL_access, 0, "isi", 0, "x", 0);
	model.time += SECOND;
	did(&model, 5, CALL_access, 0, "isi", 0, "x", 0);
	assert_int_equal(model.processes->living_count, 2); /* 1 and 5 */
	assert_int_equal(model.events, COUNT + 2);          /* COUNT - 1 exits and three accesses */
	model.quiet = 0;
	did(&model, 5, CALL_access, 0, "isi", 0, "x", 0);
	waited(&model, 1, 4, SIGKILL);
	waited(&model, 1, 5, SIGKILL);
	expect(&model, "5 access:access ret=0 mode=0 path=/n/src/x arg=x\n"
		       "1 wait:waitpid ret=4 child=4 signal=9 core=0\n"
		       "5 exit signal=9 core=0\n"
		       "1 wait:waitpid ret=5 child=5 signal=9 core=0\n");
}

/* Streams that were popened and closed by nobody knows what: the number comes again. */
static void
test_many_popens(void **state)
{
	(void)state;
	model.quiet = 1;
	for (uint32_t pid = 2; pid < 1002; pid++) {
		did(&model, 1, CALL_popen, 0, "ii", PID_BASE + pid, 7);
		image(&model, pid, 1, 600, "/n/sh", "/n/src");
	}
	assert_int_equal(process_find(model.processes, PID_BASE + 1)->popened_count, 1);
	model.quiet = 0;
	did(&model, 1, CALL_pclose, 0, "ii", 7, 1 << 8);
	expect(&model, "1001 exit status=1\n1 wait:pclose ret=256 child=1001 status=1\n");
	/* And by fclose, which waits as pclose does. */
	did(&model, 1, CALL_popen, 0, "ii", PID_BASE + 2000, 7);
	image(&model, 2000, 1, 600, "/n/sh", "/n/src");
	model.told.length = 0;
	did(&model, 1, CALL_fclose, 0, "ii", 0, 7);
	did(&model, 1, CALL_fclose_wait, 0, "ii", 7, 1 << 8);
	expect(&model,
	       "1 close:fclose ret=0 fd=7\n2000 exit status=1\n1 wait:fclose ret=256 child=2000 status=1\n");
}

/* Who lives on at the end is named; who is gone has an exit without a status. */
static void
test_close(void **state)
{
	uint32_t running[2] = {0};
	char stat[1024] = "";
	FILE *stream = fopen("/proc/self/stat", "r");

	(void)state;
	assert_non_null(stream);
	assert_true(fread(stat, 1, sizeof stat - 1, stream) > 0);
	fclose(stream);
	told_fork(&model, 1, 2);
	forked(&model, 2, 1, 600);
	did(&model, 2, NOTE_EXIT, 0, "i", 0);
	told_fork(&model, 1, 3);
	forked(&model, 3, 1, 600);
	/* This very process, as its /proc tells it. */
	struct bytes self = {0};
	struct process this = {0};
	process_read_stat(&this, stat);
	record_put(&self, NOTE_FORKED, 0, model.time, "iiiliiii", PID_BASE + 1, 50, 40, this.started, 0, 0, 0,
		   0);
	assert_int_equal(processes_record(model.processes, (uint32_t)getpid(), (uint32_t)getpid(), self.data,
					  (uint32_t)self.size),
			 0);
	free(self.data);
	model.told.length = 0;
	assert_int_equal(processes_close(model.processes, model.time + 5, 0, running, 2), 1);
	assert_int_equal(running[0], getpid());
	expect(&model, "1 exit\n3 exit\n");
	assert_int_equal(model.shown, model.time + 5 - START_NS);
}

static void
test_lost(void **state)
{
	uint32_t running;

	(void)state;
	did(&model, 1, NOTE_LOST, 0, "i", 3);
	assert_int_equal(processes_close(model.processes, model.time, 4, &running, 1), 0);
	expect(&model, "1 exit\n0 lost count=7 why=records did not reach the collector\n");
	assert_int_equal(processes_totals(model.processes).lost, 7);
	assert_int_equal(processes_totals(model.processes).events, 4);
}

/* The command: its start is its first image; one that never reports in is named as untraced. */
static void
test_command(void **state)
{
	char expected[512];

	(void)state;
	assert_int_equal(processes_root(model.processes, PID_BASE + 10, NULL), 0);
	image(&model, 10, 99, 501, "/n/ls", "/n/src");
	processes_ended(model.processes, PID_BASE + 10, 2 << 8, model.time + 1);
	snprintf(
	    expected, sizeof expected,
	    "10 exec path=/n/ls argv=/n/ls,-x\n"
	    "10 start uid=1 gid=3 euid=2 egid=4 ppid=%d pgid=50 sid=40 started=501 by=exec shim=1 exe=/n/ls "
	    "cwd=/n/src argv=/n/ls,-x\n"
	    "10 exit status=2\n",
	    getpid());
	expect(&model, expected);
}

static void
test_silent_command(void **state)
{
	char *argv[] = {(char *)(uintptr_t) "tool", NULL};
	struct command command = {.argv = argv, .path = (char *)(uintptr_t) "/n/bin/tool"};
	uint32_t pid = PID_BASE + 11;

	(void)state;
	assert_int_equal(processes_root(model.processes, pid, &command), 0);
	processes_ended(model.processes, pid, SIGKILL, model.time + 1);
	processes_ended(model.processes, pid, SIGKILL, model.time + 1);
	line_byte(&model.told, '\0');
	assert_non_null(strstr(model.told.data, "11 exec ret=0 path=/n/bin/tool argv=tool\n"
						"11 untraced reason=silent path=/n/bin/tool\n"
						"11 start uid="));
	assert_non_null(strstr(model.told.data, "\n11 exit signal=9 core=0\n"));
	assert_int_equal(model.events, 4);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(test_nobody_waits), TEST(test_gone_unseen), TEST(test_many_popens),    TEST(test_close),
	    TEST(test_lost),         TEST(test_command),     TEST(test_silent_command),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
