/*
 * test_options.c - command lines, and the one line that says what is wrong with a bad one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "options.h"

static int
take(struct options *options, const struct option_row *row, const char *argument)
{
	char *taken = options->own;
	size_t length = strlen(taken);

	if (argument != NULL && strcmp(argument, "bad") == 0) {
		options_problem(options, "--%s %s is bad", row->name, argument);
		return -1;
	}
	snprintf(taken + length, 128 - length, "[%s %s]", row->name, argument != NULL ? argument : "");
	return 0;
}

static const struct option_row rows[] = {
    {'W', "wait", NULL, "wait for all"},
    {0, "env", "NAME", "record this variable"},
    {0},
};

static const struct option_command run_like = {.name = "run",
					       .synopsis = "[options] [--] command",
					       .about = "Runs.",
					       .rows = rows,
					       .take = take,
					       .live = true};
static const struct option_command report_like = {.name = "report",
						  .synopsis = "[trace]",
						  .about = "Reports.",
						  .operands_anywhere = true,
						  .stdout_unless_told = true};

/* Everything that a command line led to, in one text. */
static const char *
parsed(const struct option_command *command, ...)
{
	static char text[2048];
	char taken[128] = "", copies[16][64], *argv[17];
	struct options options = {.own = taken};
	const char *word;
	size_t length;
	int argc = 0;
	va_list words;

	argv[argc++] = (char *)(uintptr_t)command->name;
	va_start(words, command);
	while ((word = va_arg(words, const char *)) != NULL) {
		snprintf(copies[argc], sizeof copies[argc], "%s", word);
		argv[argc] = copies[argc];
		argc++;
	}
	va_end(words);
	argv[argc] = NULL;
	switch (options_parse(&options, command, argc, argv)) {
	case OPTIONS_GO:
		length = (size_t)snprintf(text, sizeof text, "%s%s%s", taken, options.live ? "live " : "",
					  selection_is_all(options.selection) ? "all" : "narrowed");
		for (size_t at = 0; at < options.output_count; at++)
			length += (size_t)snprintf(text + length, sizeof text - length, " %s:%s",
						   options.output[at].file, options.output[at].format->name);
		for (int at = options.operand; at < argc; at++)
			length += (size_t)snprintf(text + length, sizeof text - length, " (%s)", argv[at]);
		break;
	case OPTIONS_HELP:
		strcpy(text, "help");
		break;
	case OPTIONS_VERSION:
		strcpy(text, "version");
		break;
	case OPTIONS_WRONG:
		snprintf(text, sizeof text, "wrong: %s", options.problem);
		break;
	case OPTIONS_FAILED:
		snprintf(text, sizeof text, "failed: %s", options.problem);
		break;
	}
	options_free(&options);
	return text;
}

static void
test_outputs_and_formats(void **state)
{
	(void)state;
	assert_string_equal(parsed(&run_like, NULL), "all");
	assert_string_equal(parsed(&report_like, NULL), "all -:txt");
	assert_string_equal(parsed(&report_like, "--format", "jsonl", NULL), "all -:jsonl");
	assert_string_equal(parsed(&run_like, "-o", "a.jsonl", "-ob.txt", "-o-", "-o", "d/c.trace", NULL),
			    "all a.jsonl:jsonl b.txt:txt -:txt d/c.trace:trace");
	assert_string_equal(parsed(&run_like, "--format", "summary", "-o", "x", "-o", "y.txt", NULL),
			    "all x:summary y.txt:txt");
	assert_string_equal(parsed(&run_like, "-o-", "--format=summary", "-o-", NULL), "all -:txt -:summary");
	assert_string_equal(parsed(&run_like, "--format", "jsonl", "--format=txt", "-o", "x", NULL),
			    "all x:txt");
}

static void
test_settings(void **state)
{
	char *argv[] = {"run", "--ignore", "/a/",   "--ignore", "*.pyc",    "--ignore",
			"b/c", "--target", "x y.o", "--phony",  "--absent", "--no-default-ignore",
			NULL};
	struct options options = {0};
	char *cwd = getcwd(NULL, 0), expected[4096];

	(void)state;
	assert_int_equal(options_parse(&options, &run_like, 12, argv), OPTIONS_GO);
	assert_int_equal(options.settings.ignore.count, 3);
	assert_string_equal(options.settings.ignore.pattern[0], "/a");
	assert_string_equal(options.settings.ignore.pattern[1], "*.pyc");
	snprintf(expected, sizeof expected, "%s/b/c", cwd);
	assert_string_equal(options.settings.ignore.pattern[2], expected);
	assert_string_equal(options.settings.target, "x y.o");
	assert_true(options.settings.phony);
	assert_true(options.settings.absent);
	assert_true(options.settings.ignore.no_default);
	options_free(&options);
	free(cwd);
	assert_string_equal(parsed(&run_like, "--ignore", "", NULL),
			    "wrong: --ignore needs a path or a pattern");
	assert_string_equal(parsed(&run_like, "--target", "a\nb", NULL),
			    "wrong: --target needs a name, without line breaks");
}

static void
test_operands(void **state)
{
	(void)state;
	assert_string_equal(parsed(&run_like, "-l", "make", "-o", "x", NULL), "live all (make) (-o) (x)");
	assert_string_equal(parsed(&run_like, "--live", "--", "-o", "x", NULL), "live all (-o) (x)");
	assert_string_equal(parsed(&report_like, "t.trace", "-o", "x.txt", NULL), "all x.txt:txt (t.trace)");
	assert_string_equal(parsed(&report_like, "-", NULL), "all -:txt (-)");
	assert_string_equal(parsed(&run_like, "--env", "A", "-W", "--env=B", "-W", NULL),
			    "[env A][wait ][env B][wait ]all");
	assert_string_equal(parsed(&run_like, "-e", "open", "cc", NULL), "narrowed (cc)");
	assert_string_equal(parsed(&run_like, "-z", NULL), "narrowed");
	assert_string_equal(parsed(&run_like, "-Z", NULL), "narrowed");
	assert_string_equal(parsed(&run_like, "-p", "x", NULL), "narrowed");
	assert_string_equal(parsed(&run_like, "-P/x", NULL), "narrowed");
	assert_string_equal(parsed(&run_like, "--help", "--bad", NULL), "help");
	assert_string_equal(parsed(&report_like, "t", "--version", NULL), "version");
}

static void
test_what_is_wrong(void **state)
{
	char expected[1024];

	(void)state;
	assert_string_equal(parsed(&run_like, "--bad", NULL),
			    "wrong: there is no option --bad; --help tells which there are");
	assert_string_equal(parsed(&run_like, "--bad=3", NULL),
			    "wrong: there is no option --bad=3; --help tells which there are");
	assert_string_equal(parsed(&run_like, "-zq", NULL),
			    "wrong: there is no option -q; --help tells which there are");
	assert_string_equal(parsed(&report_like, "-l", NULL),
			    "wrong: there is no option -l; --help tells which there are");
	assert_string_equal(parsed(&run_like, "-o", NULL), "wrong: -o needs its FILE");
	assert_string_equal(parsed(&run_like, "--env", NULL), "wrong: --env needs its NAME");
	assert_string_equal(parsed(&run_like, "--live=3", NULL), "wrong: --live takes no argument");
	assert_string_equal(parsed(&run_like, "--env", "bad", NULL), "wrong: --env bad is bad");
	assert_string_equal(parsed(&run_like, "-o", "", NULL), "wrong: -o needs the name of a file");
	assert_string_equal(parsed(&run_like, "-o", "a.txt", "-o", "a.txt", NULL),
			    "wrong: -o a.txt is given twice");
	assert_string_equal(parsed(&run_like, "-p", "", NULL), "wrong: -p needs a path");
	snprintf(expected, sizeof expected,
		 "wrong: -o x.xml: no format has such a name: this version writes %s; or put --format %s "
		 "before it",
		 output_format_patterns(), output_format_words());
	assert_string_equal(parsed(&run_like, "-o", "x.xml", NULL), expected);
	snprintf(expected, sizeof expected, "wrong: --format xml: there is no such format; there are %s",
		 output_format_words());
	assert_string_equal(parsed(&run_like, "--format", "xml", "-o", "x", NULL), expected);
	assert_string_equal(parsed(&run_like, "-o", "a.txt", "--format", "txt", NULL),
			    "wrong: --format txt has no -o after it");
	assert_string_equal(parsed(&report_like, "-o", "a.txt", "--format", "txt", NULL),
			    "wrong: --format txt has no -o after it");
	assert_string_equal(parsed(&run_like, "-e", "open,opne", NULL),
			    "wrong: -e: there is no event \"opne\"; there are all, %file, %process, %desc, "
			    "%meta, start, fork, exec, exit, wait, "
			    "open, close, dup, stat, access, readlink, list, rename, link, symlink, unlink, "
			    "rmdir, mkdir, mknod, chdir, chroot, "
			    "chmod, chown, utime, truncate, xattr, statfs, copy, mmap, load, untraced, lost");
}

/* --who alone asks for the output as well, where outputs go to stdout. */
static void
test_questions(void **state)
{
	(void)state;
	assert_string_equal(parsed(&report_like, "--who", "a", NULL), "all -:who");
	assert_string_equal(parsed(&report_like, "--who", "a", "--who=b", "t.trace", NULL),
			    "all -:who (t.trace)");
	assert_string_equal(parsed(&report_like, "--format", "who", "--who", "a", NULL), "all -:who");
	assert_string_equal(parsed(&report_like, "--who", "a", "--format", "who", "-o", "f", NULL),
			    "all f:who");
	assert_string_equal(parsed(&run_like, "--who", "a", "--format", "who", "-o", "f", NULL), "all f:who");
	assert_string_equal(parsed(&report_like, "--format", "who", NULL),
			    "wrong: --format who needs --who PATH");
	assert_string_equal(parsed(&run_like, "--format", "who", "-o", "f", NULL),
			    "wrong: --format who needs --who PATH");
	assert_string_equal(parsed(&run_like, "--who", "/a", NULL),
			    "wrong: --who /a needs --format who -o FILE");
	assert_string_equal(parsed(&report_like, "--who", NULL), "wrong: --who needs its PATH");
	assert_string_equal(parsed(&report_like, "--who", "", NULL), "wrong: --who needs a path");
	assert_string_equal(parsed(&report_like, "--source", "", NULL), "wrong: --source needs a directory");
	assert_string_equal(parsed(&report_like, "--build", "x", "--source", "/", NULL), "all -:txt");
	assert_string_equal(parsed(&report_like, "--format", "slow", "--top", "3", NULL), "all -:slow");
	assert_string_equal(parsed(&report_like, "--top", "-1", NULL),
			    "wrong: --top -1: is not a number of lines, 0 for all");
	assert_string_equal(parsed(&report_like, "--top", "x", NULL),
			    "wrong: --top x: is not a number of lines, 0 for all");
}

static void
test_help(void **state)
{
	char *text, *expected;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	(void)state;
	options_help(&run_like, stream);
	options_version(&run_like, stream);
	fclose(stream);
	assert_true(
	    asprintf(
		&expected,
		"usage: run [options] [--] command\n"
		"Runs.\n"
		"\n"
		"  -o FILE             write to FILE, in the format of its name (several times; - is "
		"stdout)\n"
		"  --format WORD       the format of the next -o, whatever its name\n"
		"  -e LIST             only these events: names, all, -name, %%file %%process %%desc %%meta\n"
		"  -p PATH             only processes whose executable is at or under PATH, and their "
		"descendants\n"
		"  -P PATH             only events on paths at or under PATH\n"
		"  -z                  only successful calls\n"
		"  -Z                  only failed calls\n"
		"  --ignore PATTERN    *.json, *.html, *.dot, *.d, missing, lint: leave out what is at or "
		"under a path, or fits a pattern (several times)\n"
		"  --no-default-ignore *.json, *.html, *.dot, *.d, missing, lint: leave out only what "
		"--ignore names\n"
		"  --target NAME       *.d: the rule's target; else the only output, else the file without "
		".d\n"
		"  --phony             *.d: a rule for each prerequisite, so that none has to exist\n"
		"  --absent            *.d: also what was looked for and not found\n"
		"  --who PATH          who: the path that is asked about (several times)\n"
		"  --source DIR        lint: what is written must be in DIR or another that is given "
		"(several "
		"times)\n"
		"  --build DIR         lint: likewise\n"
		"  --top N             slow: how many lines, 0 for all; else 20\n"
		"  -l, --live          print readable lines on stderr while the command runs\n"
		"  --progress          on a terminal: a line on what is going on, while the command runs\n"
		"  -W, --wait          wait for all\n"
		"  --env NAME          record this variable\n"
		"  --help              print this and exit\n"
		"  --version           print the version and exit\n"
		"\n"
		"ignored unless --no-default-ignore is given: /dev /proc /sys /etc/ld.so.cache "
		"/etc/ld.so.preload */libinterpose-shim.so\n"
		"formats: %s\n"
		"events: all, %%file, %%process, %%desc, %%meta, start, fork, exec, exit, wait, open, close, "
		"dup, stat, "
		"access, readlink, list, rename, link, symlink, unlink, rmdir, mkdir, mknod, chdir, chroot, "
		"chmod, "
		"chown, utime, truncate, xattr, statfs, copy, mmap, load, untraced, lost\n"
		"run " VERSION "\n",
		output_format_words()) > 0);
	assert_string_equal(text, expected);
	free(expected);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_outputs_and_formats),
	    cmocka_unit_test(test_settings),
	    cmocka_unit_test(test_operands),
	    cmocka_unit_test(test_what_is_wrong),
	    cmocka_unit_test(test_questions),
	    cmocka_unit_test(test_help),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
