/*
 * main_report.c - the command interpose-report: a stored trace becomes any of the other outputs.
 *
 * Exit status: 0 all was read and written; 1 the trace is cut short, damaged or of a newer version, and all
 * before that place was written; 2 the command line is wrong; 125 a file can't be opened, read or written.
 */
#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "follow.h"
#include "options.h"

enum { EXIT_TRACE = 1, EXIT_USAGE = 2, EXIT_OWN = 125 };

static int
take_own(struct options *options, const struct option_row *row, const char *argument)
{
	(void)row;
	(void)argument;
	return options_output(options, "-", &output_summary);
}

static const struct option_row own_rows[] = {
    {0, "summary", NULL, "print the summary on stdout"},
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

static int
report(struct options *options, const char *name)
{
	FILE *trace = open_trace(name);
	struct follow follow = {.stream = trace, .selection = options->selection};
	int result = 0;

	refuse_own_trace(options, trace);
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
	free(follow.output);
	if (trace != stdin)
		fclose(trace);
	return result;
}

int
main(int argc, char *argv[])
{
	struct options options = {0};
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
		if (options.operand + 1 < argc)
			errx(EXIT_USAGE, "one trace at a time; \"%s\" is one too many",
			     argv[options.operand + 1]);
		result = report(&options, options.operand < argc ? argv[options.operand] : "interpose.trace");
		break;
	}
	options_free(&options);
	return fflush(stdout) == 0 ? result : EXIT_OWN;
}
