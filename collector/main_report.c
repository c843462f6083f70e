/*
 * main_report.c - the command interpose-report: a stored trace becomes any of the other outputs.
 *
 * Exit status: 0 all was read and written; 1 the trace is cut short, damaged or of a newer version, and all
 * before that place was written; 2 the command line is wrong; 125 a file can't be opened, read or written.
 * With an output that may say no (who, lint), and with --diff, 1 is that no (something was found, or
 * differs), and a trace that is cut short and so on gives 3.
 */
#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "diff.h"
#include "follow.h"
#include "makers.h"
#include "options.h"
#include "path_text.h"

enum { EXIT_NO = 1, EXIT_TRACE = 1, EXIT_USAGE = 2, EXIT_TRACE_JUDGED = 3, EXIT_OWN = 125 };

/* What the command's own options say, beside the outputs: the `own` of the options. */
struct own {
	bool diff;
	char *made; /* --of, absolute; from malloc */
};

static int
take_of(struct options *options, const char *path)
{
	struct own *own = options->own;
	char *cwd = NULL, *whole;

	if (*path == '\0') {
		options_problem(options, "--of needs the path of a file");
		return -1;
	}
	if (own->made != NULL) {
		options_problem(options, "--of is given twice: one file at a time");
		return -1;
	}
	if (*path != '/' && (cwd = getcwd(NULL, 0)) == NULL) {
		options_problem(options, "--of %s: the current directory has no name: %s", path,
				strerror(errno));
		return -1;
	}
	if (asprintf(&whole, "%s/%s", cwd != NULL ? cwd : "", path) == -1)
		whole = NULL;
	else
		path_text_clean(whole);
	free(cwd);
	if (whole == NULL)
		options_problem(options, "--of %s: %s", path, strerror(errno));
	options->settings.made = own->made = whole;
	return whole != NULL ? 0 : -1;
}

/* Each other is short for --format NAME -o -, but for --diff. */
static int
take_own(struct options *options, const struct option_row *row, const char *argument)
{
	struct own *own = options->own;

	if (strcmp(row->name, "of") == 0)
		return take_of(options, argument);
	if (strcmp(row->name, "diff") == 0) {
		own->diff = true;
		return 0;
	}
	return options_output(options, "-", output_format_find("-", row->name));
}

static const struct option_row own_rows[] = {
    {0, "of", "PATH",
     "only the commands that made PATH, the compile of an object say, and all that they started"},
    {0, "summary", NULL, "print the summary on stdout"},
    {0, "tree", NULL, "print the processes as a tree"},
    {0, "missing", NULL, "print what was looked for and never found"},
    {0, "slow", NULL, "print the processes that ran longest"},
    {0, "lint", NULL, "print what a parallel build may lose, and what was written elsewhere"},
    {0, "diff", NULL, "print what differs between two traces: --diff A B"},
    {0},
};

static const struct option_command command = {
    .name = "interpose-report",
    .synopsis = "[options] [trace]",
    .about = "Makes readable outputs of a trace (interpose.trace; - is stdin). Without -o: text on stdout.",
    .rows = own_rows,
    .take = take_own,
    .operands_anywhere = true,
    .stdout_unless_told = true,
};

static FILE *
open_trace(const char *name)
{
	FILE *stream = strcmp(name, "-") == 0 ? stdin : fopen(name, "re");
	struct stat status;

	if (stream == NULL && errno == ENOENT)
		errx(EXIT_OWN, "%s: there is no such trace; interpose-run makes one", name);
	if (stream == NULL)
		err(EXIT_OWN, "%s", name);
	if (fstat(fileno(stream), &status) == 0 && S_ISDIR(status.st_mode))
		errx(EXIT_OWN, "%s: is a directory, not a trace", name);
	return stream;
}

/* Opening an output empties it, which the trace itself would not survive. */
static void
refuse_own_trace(const struct options *options, FILE *trace)
{
	struct stat read, written;

	if (fstat(fileno(trace), &read) == -1)
		return;
	for (size_t at = 0; at < options->output_count; at++) {
		const char *file = options->output[at].file;

		if (strcmp(file, "-") != 0 && stat(file, &written) == 0 && read.st_dev == written.st_dev &&
		    read.st_ino == written.st_ino && S_ISREG(read.st_mode))
			errx(EXIT_USAGE, "-o %s is the trace that is read; name another file", file);
	}
}

/* 1 for a no; what a broken trace gives then is another number. */
static int
judge(const struct follow *follow, int result)
{
	for (size_t at = 0; at < follow->output_count; at++) {
		if (follow->output[at].format->judges && follow->status != TRACE_END)
			return EXIT_TRACE_JUDGED;
		if (follow->output[at].no)
			return EXIT_NO;
	}
	return result;
}

/* Narrows the selection to who made the file, for which the trace is read once more. */
static void
select_makers(struct options *options, FILE *trace, const char *name)
{
	const char *path = options->settings.made;
	int count;

	if (fseeko(trace, 0, SEEK_SET) == -1)
		errx(EXIT_USAGE, "%s: --of reads a trace twice, so that it has to be in a file", name);
	selection_no_process(options->selection);
	count = makers_select(options->selection, trace, path);
	if (count == -1)
		err(EXIT_OWN, "%s", name);
	if (count == 0)
		errx(EXIT_USAGE, "%s: nothing in this trace made %s", name, path);
	rewind(trace);
}

static int
report(struct options *options, const char *name)
{
	FILE *trace = open_trace(name);
	struct follow follow = {.stream = trace, .selection = options->selection};
	int result = 0;

	refuse_own_trace(options, trace);
	if (options->settings.made != NULL)
		select_makers(options, trace, name);
	follow.output = options_open(options, 0, &follow.output_count);
	if (follow.output == NULL)
		errx(EXIT_OWN, "%s", options->problem);
	for (size_t at = 0; at < follow.output_count; at++)
		follow.output[at].trace = trace != stdin ? name : NULL;
	follow_run(&follow);
	if (follow.status == TRACE_FAILED) {
		warnx("%s: %s", name, follow.problem);
		result = EXIT_OWN;
	} else if (follow.status != TRACE_END) {
		warnx("%s: %s", name, follow.problem);
		result = EXIT_TRACE;
	}
	for (size_t at = 0; at < follow.output_count; at++) {
		if (follow.output[at].warning[0] != '\0')
			warnx("%s: %s", follow.output[at].file, follow.output[at].warning);
		if (follow.output[at].error == 0)
			continue;
		warnx("%s: can't be written: %s",
		      strcmp(follow.output[at].file, "-") == 0 ? "stdout" : follow.output[at].file,
		      strerror(follow.output[at].error));
		result = EXIT_OWN;
	}
	if (result != EXIT_OWN)
		result = judge(&follow, result);
	free(follow.output);
	if (trace != stdin)
		fclose(trace);
	return result;
}

/* Reads one of two traces. The status to exit with when all else goes well. */
static int
read_side(struct diff_side *side, const char *name, const struct options *options)
{
	FILE *trace = open_trace(name);
	int result = 0;

	*side = (struct diff_side){.name = name};
	if (diff_side_read(side, trace, options->selection, &options->settings) == -1)
		err(EXIT_OWN, "%s", name);
	if (side->status != TRACE_END) {
		warnx("%s: %s", name, side->problem);
		result = side->status == TRACE_FAILED ? EXIT_OWN : EXIT_TRACE_JUDGED;
	}
	if (trace != stdin)
		fclose(trace);
	return result;
}

/* `again` is the same command line: a selection follows one trace. */
static int
diff(const struct options *options, const struct options *again, char *names[])
{
	struct diff_side one, other;
	struct output output;
	int result = read_side(&one, names[0], options), second = read_side(&other, names[1], again);
	bool differs;

	if (second > result)
		result = second;
	output_attach(&output, &output_txt, "-", stdout);
	output.settings = &options->settings;
	if (diff_write(&one, &other, &output, &differs) == -1)
		err(EXIT_OWN, "stdout: can't be written");
	diff_side_free(&one);
	diff_side_free(&other);
	if (result == 0 && differs)
		result = EXIT_NO;
	return result;
}

/* What --diff needs of the command line beside itself. */
static void
check_diff(const struct options *options, int argc, char *argv[])
{
	if (options->output_count != 1 || strcmp(options->output[0].file, "-") != 0 ||
	    options->output[0].format != &output_txt)
		errx(EXIT_USAGE, "--diff prints on stdout, and goes with no other output");
	if (argc - options->operand != 2)
		errx(EXIT_USAGE, "--diff needs two traces: interpose-report --diff A B");
	if (strcmp(argv[options->operand], "-") == 0 && strcmp(argv[options->operand + 1], "-") == 0)
		errx(EXIT_USAGE, "--diff: stdin can't be both traces");
}

static int
run_diff(const struct options *options, int argc, char *argv[])
{
	struct own again_own = {0};
	struct options again = {.own = &again_own};
	int result;

	check_diff(options, argc, argv);
	if (options_parse(&again, &command, argc, argv) != OPTIONS_GO)
		errx(EXIT_OWN, "%s", again.problem);
	result = diff(options, &again, argv + options->operand);
	options_free(&again);
	return result;
}

int
main(int argc, char *argv[])
{
	struct own own = {0};
	struct options options = {.own = &own};
	int result = 0;

	switch (options_parse(&options, &command, argc, argv)) {
	case OPTIONS_HELP:
		options_help(&command, stdout);
		break;
	case OPTIONS_VERSION:
		options_version(&command, stdout);
		break;
	case OPTIONS_WRONG:
		errx(EXIT_USAGE, "%s", options.problem);
	case OPTIONS_FAILED:
		errx(EXIT_OWN, "%s", options.problem);
	case OPTIONS_GO:
		if (own.diff && own.made != NULL)
			errx(EXIT_USAGE, "--of is about one trace, and --diff about two");
		if (own.diff) {
			result = run_diff(&options, argc, argv);
			break;
		}
		if (options.operand + 1 < argc)
			errx(EXIT_USAGE, "one trace at a time; \"%s\" is one too many",
			     argv[options.operand + 1]);
		result = report(&options, options.operand < argc ? argv[options.operand] : "interpose.trace");
		break;
	}
	options_free(&options);
	free(own.made);
	return fflush(stdout) == 0 ? result : EXIT_OWN;
}
