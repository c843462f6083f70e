/*
 * test_report.c - the command interpose-report as a user meets it: what it prints, where, and its exit
 * status.
 *
 * It is $BUILD/interpose-report (scripts/run-tests sets BUILD); without it the test is skipped.
 */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "output.h"
#include "sample_events.h"
#include "trace_writer.h"

static char command[PATH_MAX];

static void
write_event(void *writer, const struct event *event)
{
	assert_int_equal(trace_writer_event(writer, event), 0);
}

static void
write_trace(const char *name, bool with_end)
{
	FILE *stream = fopen(name, "we");
	struct trace_writer *writer = trace_writer_new(stream, &sample_head);

	assert_non_null(writer);
	sample_events(write_event, writer);
	assert_int_equal(with_end ? trace_writer_end(writer, &sample_end) : trace_writer_flush(writer), 0);
	trace_writer_free(writer);
	assert_int_equal(fclose(stream), 0);
}

static char *
read_whole(const char *name)
{
	FILE *stream = fopen(name, "re");
	char *text = calloc(1, 1 << 20);

	assert_non_null(text);
	if (stream == NULL)
		fail_msg("%s can't be read", name);
	text[fread(text, 1, (1 << 20) - 1, stream)] = '\0';
	fclose(stream);
	return text;
}

/* Runs it with the arguments, as a shell reads them; returns the exit status. What it printed is in "out" and
 * "err". */
static int
report(const char *arguments)
{
	char line[PATH_MAX + 1024];
	int status;

	snprintf(line, sizeof line, "cat interpose.trace | { '%s' %s; } 3<&0 </dev/null >out 2>err", command,
		 arguments);
	status = system(line);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
check(const char *arguments, int status, const char *out, const char *err)
{
	int got = report(arguments);
	char *printed = read_whole("out"), *problem = read_whole("err");

	assert_string_equal(problem, err);
	assert_string_equal(printed, out);
	assert_int_equal(got, status);
	free(printed);
	free(problem);
}

static void
check_file(const char *name, const char *expected)
{
	char *text = read_whole(name);

	assert_string_equal(text, expected);
	free(text);
}

#define HEAD                                                                                             \
	"# trace of [\"make\", \"-C\", \"a \\\"b\\\"\\377\"] in \"/src\" on host (Linux 6.1.0 x86_64), " \
	"started "                                                                                       \
	"2026-01-31T12:00:00.123456789Z\n"
#define TAIL                                                                                          \
	"# ended with status 2 after 1.234567 s: 67 events, 4 processes, 6 untraced, 12 lost, still " \
	"running: 103 "                                                                               \
	"104\n"
#define MKNOD "0.874864 101 mkfifo(\"/src/fifo\", 010600) = 0\n"

static void
test_selected(void **state)
{
	(void)state;
	check("-e mknod", 0, HEAD MKNOD TAIL, "");
	check("interpose.trace -e mknod,chroot -z", 0, HEAD MKNOD TAIL, "");
	check("-e %file -P /src/fifo", 0, HEAD MKNOD TAIL, "");
	check("-p /sbin/tool -e exit", 0, HEAD "1.322469 103 +++ killed by SIGSEGV (core dumped) +++\n" TAIL,
	      "");
	check("-e mknod -Z", 0, HEAD TAIL, "");
	check("-e mknod - <interpose.trace", 0, HEAD MKNOD TAIL, "");
	/* What can't be sought in is read as well. */
	check("-e mknod - <&3", 0, HEAD MKNOD TAIL, "");
}

static void
test_several_outputs(void **state)
{
	struct stat status;

	(void)state;
	check("-e mknod -o a.txt -o a.jsonl -o a.trace --format summary -o a.summary", 0, "", "");
	check_file("a.txt", HEAD MKNOD TAIL);
	check_file(
	    "a.jsonl",
	    "{\"event\":\"trace\",\"version\":1,\"command\":[\"make\",\"-C\",\"a \\\"b\\\"\xef\xbf\xbd\"],"
	    "\"command_bytes\":[null,null,\"6120226222ff\"],\"cwd\":\"/"
	    "src\",\"started\":\"2026-01-31T12:00:00."
	    "123456789Z\",\"host\":\"host\",\"os\":\"Linux 6.1.0 x86_64\"}\n"
	    "{\"event\":\"mknod\",\"call\":\"mkfifo\",\"time_ns\":874864154,\"pid\":101,\"tid\":101,\"ret\":"
	    "0,"
	    "\"path\":\"/src/fifo\",\"mode\":\"010600\"}\n"
	    "{\"event\":\"end\",\"status\":2,\"events\":67,\"processes\":4,\"untraced\":6,\"lost\":12,"
	    "\"running\":[103,104],\"duration_ns\":1234567890}\n");
	check_file("a.summary", "interpose: 4 processes, 1 event (selected of 67) in 1.234 s, status 2\n"
				"  files: 0 read, 1 written, 0 looked for and not found\n"
				"  untraced: 6 programs, what they did is not in the trace\n"
				"  lost: 12 records\n"
				"  still running: 2 processes, 103 104\n"
				"  trace: interpose.trace\n");
	assert_int_equal(stat("a.jsonl", &status), 0);
	assert_int_equal(status.st_mode & 077, 0);
	/* A trace of a trace says the same. */
	check("a.trace", 0, HEAD MKNOD TAIL, "");
}

static void
test_summary(void **state)
{
	char *text;

	(void)state;
	assert_int_equal(report("--summary"), 0);
	text = read_whole("out");
	assert_memory_equal(text, "interpose: 4 processes, 67 events in 1.234 s, status 2\n", 55);
	free(text);
	check_file("err", "");
}

static void
test_broken_traces(void **state)
{
	struct stat status;
	char err[256];
	FILE *stream;

	(void)state;
	write_trace("cut.trace", false);
	assert_int_equal(stat("cut.trace", &status), 0);
	snprintf(err, sizeof err, "interpose-report: cut.trace: cut short at byte %lld: its end is missing\n",
		 (long long)status.st_size);
	check("-e mknod cut.trace", 1, HEAD MKNOD "# the trace was cut short here\n", err);
	stream = fopen("cut.trace", "ae");
	assert_true(fputs("these bytes are no block", stream) >= 0);
	fclose(stream);
	snprintf(err, sizeof err, "interpose-report: cut.trace: damaged at byte %lld: no block begins here\n",
		 (long long)status.st_size);
	check("-e mknod cut.trace", 1, HEAD MKNOD "# the trace was cut short here\n", err);
	check("-e mknod /dev/null", 1, "",
	      "interpose-report: /dev/null: cut short at byte 0: its end is missing\n");
	assert_int_equal(system("echo this is a text and nothing else, long enough for a head >text"), 0);
	check("text", 1, "", "interpose-report: text: not a trace (no magic at its head)\n");
}

static void
test_usage(void **state)
{
	char err[1024];

	(void)state;
	check("--bad", 2, "", "interpose-report: there is no option --bad; --help tells which there are\n");
	check("a.trace b.trace", 2, "",
	      "interpose-report: one trace at a time; \"b.trace\" is one too many\n");
	snprintf(err, sizeof err,
		 "interpose-report: -o out.xml: no format has such a name: this version writes %s; or put "
		 "--format %s before it\n",
		 output_format_patterns(), output_format_words());
	check("-o out.xml", 2, "", err);
	check("-o interpose.trace", 2, "",
	      "interpose-report: -o interpose.trace is the trace that is read; name another file\n");
	check("--version", 0, "interpose-report " VERSION "\n", "");
}

static void
test_own_failures(void **state)
{
	(void)state;
	check("none.trace", 125, "",
	      "interpose-report: none.trace: there is no such trace; interpose-run makes one\n");
	check(".", 125, "", "interpose-report: .: is a directory, not a trace\n");
	check("-o none/a.txt", 125, "",
	      "interpose-report: none/a.txt: can't be written: No such file or directory\n");
	check("--format jsonl -o /dev/full -e mknod -o -", 125, HEAD MKNOD TAIL,
	      "interpose-report: /dev/full: can't be written: No space left on device\n");
}

/* An own directory, so that the outputs have short names and leave nothing behind. */
static int
enter(void **state)
{
	static char directory[64] = "/tmp/test_report.XXXXXX";

	*state = directory;
	if (mkdtemp(directory) == NULL || chdir(directory) == -1)
		return -1;
	write_trace("interpose.trace", true);
	return 0;
}

static int
leave(void **state)
{
	char line[128];

	snprintf(line, sizeof line, "rm -r %s", (const char *)*state);
	return system(line);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_selected), cmocka_unit_test(test_several_outputs),
	    cmocka_unit_test(test_summary),  cmocka_unit_test(test_broken_traces),
	    cmocka_unit_test(test_usage),    cmocka_unit_test(test_own_failures),
	};
	const char *build = getenv("BUILD");
	char name[PATH_MAX];

	snprintf(name, sizeof name, "%s/interpose-report", build != NULL ? build : "build");
	if (realpath(name, command) == NULL) {
		printf("%s isn't built\n", name);
		return 77;
	}
	return cmocka_run_group_tests(tests, enter, leave);
}
