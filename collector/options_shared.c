/*
 * options_shared.c - the options that all commands have: their rows, what each means, and the outputs that
 * come of them.
 *
 * An option of one command alone stands in that command's main file.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "options_questions.h"
#include "options_shared.h"

const struct option_row options_shared_rows[] = {
    {'o', NULL, "FILE", "write to FILE, in the format of its name (several times; - is stdout)"},
    {0, "format", "WORD", "the format of the next -o, whatever its name"},
    {'e', NULL, "LIST", "only these events: names, all, -name, %file %process %desc %meta"},
    {'p', NULL, "PATH", "only processes whose executable is at or under PATH, and their descendants"},
    {'P', NULL, "PATH", "only events on paths at or under PATH"},
    {'z', NULL, NULL, "only successful calls"},
    {'Z', NULL, NULL, "only failed calls"},
    {0, "ignore", "PATTERN",
     "*.json, *.html, *.dot, *.d, missing, lint: leave out what is at or under a path, or fits a pattern "
     "(several times)"},
    {0, "no-default-ignore", NULL,
     "*.json, *.html, *.dot, *.d, missing, lint: leave out only what --ignore names"},
    {0, "target", "NAME", "*.d: the rule's target; else the only output, else the file without .d"},
    {0, "phony", NULL, "*.d: a rule for each prerequisite, so that none has to exist"},
    {0, "absent", NULL, "*.d: also what was looked for and not found"},
    {0, "who", "PATH", "who: the path that is asked about (several times)"},
    {0, "source", "DIR", "lint: what is written must be in DIR or another that is given (several times)"},
    {0, "build", "DIR", "lint: likewise"},
    {0, "top", "N", "slow: how many lines, 0 for all; else 20"},
    {0},
};

const struct option_row options_live_rows[] = {
    {'l', "live", NULL, "print readable lines on stderr while the command runs"},
    {0, "progress", NULL, "on a terminal: a line on what is going on, while the command runs"},
    {0},
};

int
options_output(struct options *options, const char *file, const struct output_format *format)
{
	struct option_output *grown;

	if (*file == '\0') {
		options_problem(options, "-o needs the name of a file");
		return -1;
	}
	if (format == NULL)
		format = output_format_find(file, NULL);
	if (format == NULL) {
		options_problem(
		    options,
		    "-o %s: no format has such a name: this version writes %s; or put --format %s before it",
		    file, output_format_patterns(), output_format_words());
		return -1;
	}
	for (size_t at = 0; at < options->output_count; at++) {
		/* Several may share stdout, as a text and the summary after it do. */
		if (strcmp(file, "-") != 0 && strcmp(options->output[at].file, file) == 0) {
			options_problem(options, "-o %s is given twice", file);
			return -1;
		}
	}
	grown = reallocarray(options->output, options->output_count + 1, sizeof *grown);
	if (grown == NULL) {
		options_problem(options, "-o %s: %s", file, strerror(errno));
		return -1;
	}
	options->output = grown;
	grown[options->output_count++] = (struct option_output){.file = file, .format = format};
	return 0;
}

int
options_environment(struct options *options, const char *name)
{
	size_t size = strlen(name) + 1;

	if (*name == '\0' || strchr(name, '=') != NULL || size > 256) {
		options_problem(
		    options,
		    "--env %s: not the name of a variable, which has no = and is at most 255 bytes long",
		    name);
		return -1;
	}
	for (const char *at = options->environment; *at != '\0'; at += strlen(at) + 1) {
		if (strcmp(at, name) == 0)
			return 0;
	}
	if (options->environment_length + size >= sizeof options->environment) {
		options_problem(options, "--env %s: too many: all names together have at most %zu bytes",
				name, sizeof options->environment - 2);
		return -1;
	}
	memcpy(options->environment + options->environment_length, name, size);
	options->environment_length += size;
	return 0;
}

static int
take_format(struct options *options, const char *word)
{
	if (output_format_find("", word) == NULL) {
		options_problem(options, "--format %s: there is no such format; there are %s", word,
				output_format_words());
		return -1;
	}
	options->format = word;
	return 0;
}

static int
take_events(struct options *options, const char *list)
{
	const char *unknown;
	size_t length, used;

	if (selection_events(options->selection, list, &unknown, &length) == 0)
		return 0;
	options_problem(options,
			"-e: there is no event \"%.*s\"; there are all, %%file, %%process, %%desc, %%meta",
			(int)(length < 64 ? length : 64), unknown);
	for (unsigned kind = 0; kind < EVENT_KIND_COUNT; kind++) {
		used = strlen(options->problem);
		snprintf(options->problem + used, sizeof options->problem - used, ", %s",
			 event_kind_name((enum event_kind)kind));
	}
	return -1;
}

static int
take_path(struct options *options, char letter, const char *path)
{
	char *cwd;
	int result;

	if (*path == '\0') {
		options_problem(options, "-%c needs a path", letter);
		return -1;
	}
	cwd = getcwd(NULL, 0);
	if (cwd == NULL && *path != '/') {
		options_problem(options, "-%c %s: the current directory has no name: %s", letter, path,
				strerror(errno));
		return -1;
	}
	result = letter == 'p' ? selection_executable(options->selection, path, cwd != NULL ? cwd : "/")
			       : selection_path(options->selection, path, cwd != NULL ? cwd : "/");
	if (result == -1)
		options_problem(options, "-%c %s: %s", letter, path, strerror(errno));
	free(cwd);
	return result;
}

static int
take_ignore(struct options *options, const char *pattern)
{
	if (*pattern == '\0') {
		options_problem(options, "--ignore needs a path or a pattern");
		return -1;
	}
	if (ignore_add(&options->settings.ignore, pattern) == 0)
		return 0;
	options_problem(options, "--ignore %s: %s", pattern, strerror(errno));
	return -1;
}

static int
take_target(struct options *options, const char *name)
{
	if (*name == '\0' || strchr(name, '\n') != NULL) {
		options_problem(options, "--target needs a name, without line breaks");
		return -1;
	}
	options->settings.target = name;
	return 0;
}

/* Options that have a long name alone. */
static int
take_long(struct options *options, const char *name, const char *argument)
{
	int result;

	if (options_take_question(options, name, argument, &result))
		return result;
	if (strcmp(name, "ignore") == 0)
		return take_ignore(options, argument);
	if (strcmp(name, "target") == 0)
		return take_target(options, argument);
	if (strcmp(name, "format") == 0)
		return take_format(options, argument);
	if (strcmp(name, "progress") == 0)
		options->progress = true;
	else if (strcmp(name, "phony") == 0)
		options->settings.phony = true;
	else if (strcmp(name, "absent") == 0)
		options->settings.absent = true;
	else
		options->settings.ignore.no_default = true;
	return 0;
}

int
options_take_shared(struct options *options, const struct option_row *row, const char *argument)
{
	const struct output_format *format;

	switch (row->letter) {
	case 'o':
		format = options->format != NULL ? output_format_find(argument, options->format) : NULL;
		options->format = NULL;
		return options_output(options, argument, format);
	case 'e':
		return take_events(options, argument);
	case 'p':
	case 'P':
		return take_path(options, row->letter, argument);
	case 'z':
		selection_successful(options->selection);
		return 0;
	case 'Z':
		selection_failed(options->selection);
		return 0;
	case 'l':
		options->live = true;
		return 0;
	default:
		return take_long(options, row->name, argument);
	}
}

struct output *
options_open(struct options *options, size_t room, size_t *count)
{
	struct output *output = calloc(options->output_count + room + 1, sizeof *output);

	*count = 0;
	if (output == NULL) {
		options_problem(options, "%s", strerror(errno));
		return NULL;
	}
	for (size_t at = 0; at < options->output_count; at++) {
		const struct option_output *wanted = &options->output[at];
		int error;

		if (output_open(&output[at], wanted->format, wanted->file) == 0) {
			output[at].settings = &options->settings;
			continue;
		}
		error = errno;
		options_problem(options, "%s: can't be written: %s", wanted->file, strerror(error));
		while (at-- > 0)
			output_close(&output[at]);
		free(output);
		errno = error;
		return NULL;
	}
	*count = options->output_count;
	return output;
}
