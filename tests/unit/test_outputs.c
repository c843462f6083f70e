/*
 * test_outputs.c - whole outputs of one sample run, compared with the files in snapshots/. UPDATE=1 in the
 * environment, or
 * --update, writes those files anew; look at the difference before you keep it.
 *
 * Every output is made as the commands make it: events to a trace, the trace read back by follow, outputs to
 * files.
 */
#include <fcntl.h>
#include <json.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "decode.h"
#include "follow.h"
#include "output.h"
#include "sample_events.h"
#include "strace_line.h"
#include "trace_writer.h"

static bool update;
static char *asked[] = {(char[]){"/src/a.new"}, (char[]){"/src/link"}, (char[]){"/src/nobody"}};
static char *inside[] = {(char[]){"/src/dir4/"}, (char[]){"/src/copy.c"}};
static const struct output_settings settings = {.who = {asked, 3}, .inside = {inside, 2}};
static char snapshots[512];

static void
write_event(void *writer, const struct event *event)
{
	assert_int_equal(trace_writer_event(writer, event), 0);
}

/* The sample as a trace, at its start again. */
static FILE *
sample_trace(bool with_end)
{
	FILE *stream = tmpfile();
	struct trace_writer *writer;

	assert_non_null(stream);
	writer = trace_writer_new(stream, &sample_head);
	assert_non_null(writer);
	sample_events(write_event, writer);
	if (with_end)
		assert_int_equal(trace_writer_end(writer, &sample_end), 0);
	else
		assert_int_equal(trace_writer_flush(writer), 0);
	trace_writer_free(writer);
	rewind(stream);
	return stream;
}

/* An output that goes to memory; *text is to be freed after follow has closed it. */
static struct output
memory_output(const struct output_format *format, char **text, size_t *size)
{
	struct output output = {.format = format, .file = "memory", .stream = open_memstream(text, size)};

	assert_non_null(output.stream);
	output.trace = "interpose.trace";
	output.settings = &settings;
	return output;
}

static char *
read_whole(const char *name)
{
	FILE *stream = fopen(name, "re");
	char *text = NULL;
	size_t size = 0;

	if (stream == NULL || getdelim(&text, &size, '\0', stream) == -1)
		fail_msg("%s can't be read", name);
	fclose(stream);
	return text;
}

static void
compare_with_snapshot(const char *text, const char *name)
{
	char path[600], *expected;
	FILE *stream;

	snprintf(path, sizeof path, "%s/%s", snapshots, name);
	if (update) {
		stream = fopen(path, "we");
		assert_non_null(stream);
		assert_true(fputs(text, stream) >= 0);
		assert_int_equal(fclose(stream), 0);
	}
	expected = read_whole(path);
	assert_string_equal(text, expected);
	free(expected);
}

/* What the page is given: the rest of it is the same for every run. Cuts the text off behind it. */
static char *
data_of_page(char *page)
{
	static const char before[] = "<script type=\"application/json\" id=\"data\">",
			  after[] = "</script>\n<script>\n'use strict';\n";
	char *data = strstr(page, before), *end;

	assert_non_null(data);
	data += sizeof before - 1;
	end = strstr(data, "</script>");
	assert_non_null(end);
	/* Nothing but our own script and the document's end comes behind it. */
	assert_int_equal(strncmp(end, after, sizeof after - 1), 0);
	*end = '\0';
	return data;
}

static void
check_snapshot(const struct output_format *format, bool with_end, bool colour, const char *name)
{
	FILE *trace = sample_trace(with_end);
	char *text;
	size_t size;
	struct output output = memory_output(format, &text, &size);
	struct follow follow = {.stream = trace, .output = &output, .output_count = 1};

	output.colour = colour;
	follow_run(&follow);
	assert_int_equal(follow.status, with_end ? TRACE_END : TRACE_CUT);
	assert_int_equal(follow.events, sample_end.events);
	assert_int_equal(output.error, 0);
	compare_with_snapshot(format == &output_html ? data_of_page(text) : text, name);
	free(text);
	fclose(trace);
}

static void
test_jsonl(void **state)
{
	(void)state;
	check_snapshot(&output_jsonl, true, false, "sample.jsonl");
	check_snapshot(&output_jsonl, false, false, "cut.jsonl");
}

static void
test_txt(void **state)
{
	(void)state;
	check_snapshot(&output_txt, true, false, "sample.txt");
	check_snapshot(&output_txt, false, true, "cut-colour.txt");
}

/* The clock is the reader's: strace's is, too. */
static void
test_strace(void **state)
{
	(void)state;
	setenv("TZ", "UTC-2", 1);
	tzset();
	check_snapshot(&output_strace, true, false, "sample.strace");
	check_snapshot(&output_strace, false, false, "cut.strace");
}

static void
test_blocks(void **state)
{
	(void)state;
	check_snapshot(&output_blocks, true, false, "sample.blocks");
	check_snapshot(&output_blocks, false, false, "cut.blocks");
}

/* A function that strace.def doesn't have would be shown in another order than the program passed. */
static void
test_strace_knows_every_call(void **state)
{
	(void)state;
	for (unsigned call = 0; call < CALL_COUNT; call++) {
		const char *name = decode_call_name((enum call)call);

		/* These make no event of their own. */
		if (name == NULL || decode_event_kind((enum call)call) == EVENT_UNTRACED)
			continue;
		if (!strace_knows(name))
			fail_msg("%s has no row in collector/strace.def", name);
	}
}

static void
test_summary(void **state)
{
	(void)state;
	check_snapshot(&output_summary, true, false, "summary");
	check_snapshot(&output_summary, false, true, "summary-cut-colour");
}

/* The result of the run, and a rule of it; of a trace without an end, too. */
static void
test_result(void **state)
{
	(void)state;
	check_snapshot(&output_result, true, false, "sample.json");
	check_snapshot(&output_result, false, false, "cut.json");
}

static void
test_depfile(void **state)
{
	(void)state;
	check_snapshot(&output_depfile, true, false, "sample.d");
	check_snapshot(&output_depfile, false, false, "cut.d");
}

static void
test_html(void **state)
{
	(void)state;
	check_snapshot(&output_html, true, false, "sample.html.json");
	check_snapshot(&output_html, false, false, "cut.html.json");
}

/* What could end the script element is escaped wherever it comes from, and in all forms. */
static void
test_html_is_safe(void **state)
{
	static const char *const hostile[] = {"/src/</script><script>alert(1)</script>", "/src/<!--<script>",
					      "/src/a\xe2\x80\xa8"
					      "b\xe2\x80\xa9",
					      "/src/<\xff</ScRiPt >", "/src/]]>&lt;\"'\\\n\x7f"};
	char *text, *data;
	size_t size;
	struct output output = memory_output(&output_html, &text, &size);
	struct trace_head head = sample_head;
	struct json_object *object;
	struct event event;

	(void)state;
	head.command = (struct string_list){1, hostile};
	head.cwd = hostile[0];
	head.host = hostile[1];
	assert_int_equal(output_html.begin(&output, &head), 0);
	for (size_t at = 0; at < sizeof hostile / sizeof hostile[0]; at++) {
		event_clear(&event);
		event.kind = EVENT_START;
		event.pid = event.tid = (uint32_t)at + 1;
		event_set_text(&event, FIELD_exe, hostile[at]);
		event_set_text(&event, FIELD_cwd, hostile[at]);
		event.argv = (struct string_list){1, hostile + at};
		event.present |= UINT64_C(1) << FIELD_argv;
		assert_int_equal(output_html.event(&output, &event), 0);
		event.kind = EVENT_UNTRACED;
		event_set_text(&event, FIELD_path, hostile[at]);
		assert_int_equal(output_html.event(&output, &event), 0);
		event.kind = EVENT_STAT;
		assert_int_equal(output_html.event(&output, &event), 0);
	}
	assert_int_equal(output_html.end(&output, NULL), 0);
	assert_int_equal(output_close(&output), 0);
	data = data_of_page(text);
	assert_null(strchr(data, '<'));
	assert_null(strstr(data, "\xe2\x80\xa8"));
	assert_null(strstr(data, "\xe2\x80\xa9"));
	object = json_tokener_parse(data);
	assert_non_null(object);
	assert_string_equal(json_object_get_string(json_object_object_get(object, "cwd")), hostile[0]);
	assert_string_equal(json_object_get_string(json_object_object_get(object, "host")), hostile[1]);
	assert_string_equal(
	    json_object_get_string(json_object_array_get_idx(json_object_object_get(object, "texts"), 2)),
	    hostile[2]);
	json_object_put(object);
	free(text);
}

static void
test_dot(void **state)
{
	(void)state;
	check_snapshot(&output_dot, true, false, "sample.dot");
	check_snapshot(&output_dot, false, false, "cut.dot");
}

static void
test_perfetto(void **state)
{
	(void)state;
	check_snapshot(&output_perfetto, true, false, "sample.perfetto.json");
	check_snapshot(&output_perfetto, false, false, "cut.perfetto.json");
}

/* Its processes were asked to compile nothing; what they may be asked is in test_compile_commands.c. */
static void
test_compile_commands(void **state)
{
	(void)state;
	check_snapshot(&output_compile_commands, true, false, "sample.compile_commands.json");
	check_snapshot(&output_compile_commands, false, false, "sample.compile_commands.json");
}

/* The answers about processes. Two paths are asked about: one that is a link, and one that nobody touched. */
static void
test_questions(void **state)
{
	(void)state;
	check_snapshot(&output_tree, true, false, "tree");
	check_snapshot(&output_tree, false, false, "tree-cut");
	check_snapshot(&output_slow, true, false, "slow");
	check_snapshot(&output_missing, true, false, "missing");
	check_snapshot(&output_who, true, false, "who");
	check_snapshot(&output_lint, true, false, "lint");
}

/* Every line is one object, written as json-c writes it. */
static void
test_json_is_as_json_c_writes_it(void **state)
{
	FILE *trace = sample_trace(true);
	char *text, *rest, *line;
	size_t size, lines = 0;
	struct output output = memory_output(&output_jsonl, &text, &size);
	struct follow follow = {.stream = trace, .output = &output, .output_count = 1};

	(void)state;
	follow_run(&follow);
	for (rest = text; (line = strsep(&rest, "\n")) != NULL && rest != NULL; lines++) {
		struct json_tokener *tokener = json_tokener_new();
		struct json_object *object;

		json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
		object = json_tokener_parse_ex(tokener, line, (int)strlen(line) + 1);
		assert_int_equal(json_tokener_get_error(tokener), json_tokener_success);
		assert_string_equal(line,
				    json_object_to_json_string_ext(
					object, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
		json_object_put(object);
		json_tokener_free(tokener);
	}
	assert_int_equal(lines, sample_end.events + 2);
	free(text);
	fclose(trace);
}

static void
note_seen(void *context, const struct event *event)
{
	uint64_t *seen = context;

	seen[0] |= event->present;
	seen[1] |= UINT64_C(1) << event->kind;
	seen[2]++;
}

/* A new kind or field must come into the sample, else no snapshot shows it. */
static void
test_sample_has_everything(void **state)
{
	uint64_t seen[3] = {0};

	(void)state;
	sample_events(note_seen, seen);
	assert_int_equal(seen[0], (UINT64_C(1) << FIELD_COUNT) - 1);
	assert_int_equal(seen[1], (UINT64_C(1) << EVENT_KIND_COUNT) - 1);
	assert_int_equal(seen[2], sample_end.events);
}

/* O_DIRECTORY has another number on ARM; the trace's head tells. */
static void
test_flags_of_another_machine(void **state)
{
	struct trace_head head = sample_head;
	struct event event;
	char *text;
	size_t size;
	struct output output = memory_output(&output_txt, &text, &size);

	(void)state;
	head.os = "Linux 6.1.0 aarch64";
	event_clear(&event);
	event.kind = EVENT_OPEN;
	event.call = "open";
	event.pid = event.tid = 1;
	event_set_text(&event, FIELD_path, "/d");
	event_set_number(&event, FIELD_flags, 040000 | 020040000 | 0200000);
	assert_int_equal(output_txt.begin(&output, &head), 0);
	assert_int_equal(output_txt.event(&output, &event), 0);
	assert_int_equal(output_txt.end(&output, NULL), 0);
	assert_int_equal(output_close(&output), 0);
	assert_string_equal(strchr(text, '\n') + 1,
			    "0.000000 1 open(\"/d\", O_RDONLY|O_DIRECT|O_TMPFILE) = ?\n"
			    "# the trace was cut short here\n");
	free(text);
}

/* A writer that writes while follow reads: nothing is missing, and nothing is read before it is there. */
static void
test_growing_trace(void **state)
{
	char name[] = "/tmp/test_outputs.XXXXXX", *text, *whole;
	int fd = mkstemp(name);
	FILE *write_stream = fdopen(fd, "w"), *read_stream = fopen(name, "re");
	size_t size, whole_size;
	struct output output = memory_output(&output_jsonl, &text, &size);
	struct output whole_output = memory_output(&output_jsonl, &whole, &whole_size);
	struct follow follow = {.stream = read_stream, .output = &output, .output_count = 1};
	struct follow stored = {.stream = sample_trace(true), .output = &whole_output, .output_count = 1};
	struct trace_writer *writer;

	(void)state;
	unlink(name);
	follow_run(&stored);
	assert_int_equal(follow_start(&follow), 0);
	usleep(20000);
	writer = trace_writer_new(write_stream, &sample_head);
	assert_int_equal(trace_writer_flush(writer), 0);
	usleep(20000);
	sample_events(write_event, writer);
	assert_int_equal(trace_writer_flush(writer), 0);
	usleep(60000);
	assert_int_equal(trace_writer_end(writer, &sample_end), 0);
	trace_writer_free(writer);
	fclose(write_stream);
	follow_finish(&follow);
	assert_int_equal(follow.status, TRACE_END);
	assert_string_equal(text, whole);
	free(text);
	free(whole);
	fclose(read_stream);
	fclose(stored.stream);
}

/* A writer that is gone without an end. */
static void
test_growing_trace_without_head(void **state)
{
	char *text;
	size_t size;
	FILE *stream = tmpfile();
	struct output output = memory_output(&output_txt, &text, &size);
	struct follow follow = {.stream = stream, .output = &output, .output_count = 1};

	(void)state;
	assert_int_equal(follow_start(&follow), 0);
	usleep(20000);
	follow_finish(&follow);
	assert_int_equal(follow.status, TRACE_CUT);
	assert_string_equal(text, "");
	free(text);
	fclose(stream);
}

/* The full device fails; the output beside it is complete. */
static void
test_one_output_fails(void **state)
{
	const struct output_format *const formats[] = {
	    &output_jsonl,   &output_txt,      &output_trace,  &output_summary,          &output_result,
	    &output_depfile, &output_perfetto, &output_strace, &output_compile_commands, &output_html,
	    &output_dot,     &output_who,      &output_tree,   &output_missing,          &output_slow,
	    &output_lint};

	(void)state;
	for (size_t at = 0; at < sizeof formats / sizeof formats[0]; at++) {
		FILE *trace = sample_trace(true);
		char *text;
		size_t size;
		struct output output[2] = {{0}, memory_output(&output_txt, &text, &size)};
		struct follow follow = {.stream = trace, .output = output, .output_count = 2};

		assert_int_equal(output_open(&output[0], formats[at], "/dev/full"), 0);
		follow_run(&follow);
		assert_int_equal(output[0].error, ENOSPC);
		assert_int_equal(output[1].error, 0);
		compare_with_snapshot(text, "sample.txt");
		free(text);
		fclose(trace);
	}
}

static void
test_files_are_private(void **state)
{
	char directory[] = "/tmp/test_outputs.XXXXXX", file[64];
	struct output output;
	struct stat status;

	(void)state;
	assert_non_null(mkdtemp(directory));
	snprintf(file, sizeof file, "%s/a.txt", directory);
	umask(0);
	assert_int_equal(output_open(&output, &output_txt, file), 0);
	assert_int_equal(stat(file, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0600);
	assert_int_equal(output_close(&output), 0);
	unlink(file);
	assert_int_equal(output_open(&output, &output_txt, directory), -1);
	assert_int_equal(errno, EISDIR);
	rmdir(directory);
}

static void
test_format_by_name(void **state)
{
	static const struct {
		const char *file, *word;
		const struct output_format *format;
	} rows[] = {
	    {"a.trace", NULL, &output_trace},
	    {"dir.txt/a.jsonl", NULL, &output_jsonl},
	    {"./a.txt", NULL, &output_txt},
	    {"-", NULL, &output_txt},
	    {"-", "summary", &output_summary},
	    {"a.txt", "jsonl", &output_jsonl},
	    {"a.perfetto.json", NULL, &output_perfetto},
	    {"a.html", NULL, &output_html},
	    {"a.dot", NULL, &output_dot},
	    {"x/compile_commands.json", NULL, &output_compile_commands},
	    {"my_compile_commands.json", NULL, &output_result},
	    {"a", "compile_commands", &output_compile_commands},
	    {"a.json", NULL, &output_result},
	    {"a.o.d", NULL, &output_depfile},
	    {"a", "json", &output_result},
	    {"a", "d", &output_depfile},
	    {"a.strace", NULL, &output_strace},
	    {"a.blocks", NULL, &output_blocks},
	    {"a", "strace", &output_strace},
	    {"a.txt/b", NULL, NULL},
	    {"a", "xml", NULL},
	    {"summary", NULL, NULL},
	    {"-", "tree", &output_tree},
	};

	(void)state;
	for (size_t at = 0; at < sizeof rows / sizeof rows[0]; at++)
		assert_ptr_equal(output_format_find(rows[at].file, rows[at].word), rows[at].format);
	assert_string_equal(
	    output_format_words(),
	    "trace, jsonl, html, dot, perfetto, compile_commands, json, d, txt, strace, blocks, summary, "
	    "who, tree, missing, slow, lint");
	assert_string_equal(
	    output_format_patterns(),
	    "*.trace, *.jsonl, *.html, *.dot, *.perfetto.json, compile_commands.json, *.json, *.d, *.txt, "
	    "*.strace, *.blocks, -");
}

/* Every byte at every place among plain ones, which are looked at eight at a time. */
static void
test_line_plain(void **state)
{
	char text[24];

	(void)state;
	for (unsigned byte = 0; byte < 256; byte++) {
		bool plain = byte >= ' ' && byte <= '~' && byte != '"' && byte != '\\';

		for (size_t place = 0; place < sizeof text; place++) {
			memset(text, place % 2 ? ' ' : '~', sizeof text);
			text[place] = (char)byte;
			assert_int_equal(line_plain(text, sizeof text), plain ? sizeof text : place);
			assert_int_equal(line_plain(text, place), place);
		}
	}
}

int
main(int argc, char *argv[])
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_line_plain),
	    cmocka_unit_test(test_jsonl),
	    cmocka_unit_test(test_txt),
	    cmocka_unit_test(test_strace),
	    cmocka_unit_test(test_blocks),
	    cmocka_unit_test(test_strace_knows_every_call),
	    cmocka_unit_test(test_summary),
	    cmocka_unit_test(test_result),
	    cmocka_unit_test(test_depfile),
	    cmocka_unit_test(test_html),
	    cmocka_unit_test(test_dot),
	    cmocka_unit_test(test_html_is_safe),
	    cmocka_unit_test(test_perfetto),
	    cmocka_unit_test(test_compile_commands),
	    cmocka_unit_test(test_questions),
	    cmocka_unit_test(test_json_is_as_json_c_writes_it),
	    cmocka_unit_test(test_sample_has_everything),
	    cmocka_unit_test(test_flags_of_another_machine),
	    cmocka_unit_test(test_growing_trace),
	    cmocka_unit_test(test_growing_trace_without_head),
	    cmocka_unit_test(test_one_output_fails),
	    cmocka_unit_test(test_files_are_private),
	    cmocka_unit_test(test_format_by_name),
	};
	const char *file = __FILE__, *slash = strrchr(file, '/');

	update = getenv("UPDATE") != NULL || (argc > 1 && strcmp(argv[1], "--update") == 0);
	snprintf(snapshots, sizeof snapshots, "%.*ssnapshots", slash != NULL ? (int)(slash + 1 - file) : 0,
		 file);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
