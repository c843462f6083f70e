/*
 * options.c - the rows that the commands share, and the one loop that reads a command line.
 *
 * A row is the whole of an option: the parser's tables and --help are made of the rows, so that neither can
 * know more than the other.
 */
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "options.h"

enum { ROWS_MAX = 64, ROW_BASE = 256 };

static const struct option_row shared_rows[] = {
    {'o', NULL, "FILE", "write to FILE, in the format of its name (several times; - is stdout)"},
    {0, "format", "WORD", "the format of the next -o, whatever its name"},
    {'e', NULL, "LIST", "only these events: names, all, -name, %file %process %desc %meta"},
    {'p', NULL, "PATH", "only processes whose executable is at or under PATH, and their descendants"},
    {'P', NULL, "PATH", "only events on paths at or under PATH"},
    {'z', NULL, NULL, "only successful calls"},
    {'Z', NULL, NULL, "only failed calls"},
    {0, "ignore", "PATTERN",
     "*.json, *.d: leave out what is at or under a path, or fits a pattern (several times)"},
    {0, "no-default-ignore", NULL, "*.json, *.d: leave out only what --ignore names"},
    {0, "target", "NAME", "*.d: the rule's target; else the only output, else the file without .d"},
    {0, "phony", NULL, "*.d: a rule for each prerequisite, so that none has to exist"},
    {0, "absent", NULL, "*.d: also what was looked for and not found"},
    {0},
};

static const struct option_row live_rows[] = {
    {'l', "live", NULL, "print readable lines on stderr while the command runs"},
    {0},
};

static const struct option_row last_rows[] = {
    {0, "help", NULL, "print this and exit"},
    {0, "version", NULL, "print the version and exit"},
    {0},
};

/* All rows of a command, in the order of --help, and where its own stand among them. */
struct table {
	const struct option_row *row[ROWS_MAX];
	int count;
	int own_begin;
	int own_end;
};

static void
add_rows(struct table *table, const struct option_row *rows)
{
	for (; rows != NULL && (rows->letter != 0 || rows->name != NULL) && table->count < ROWS_MAX; rows++)
		table->row[table->count++] = rows;
}

static void
make_table(struct table *table, const struct option_command *command)
{
	*table = (struct table){0};
	add_rows(table, shared_rows);
	if (command->live)
		add_rows(table, live_rows);
	table->own_begin = table->count;
	add_rows(table, command->rows);
	table->own_end = table->count;
	add_rows(table, last_rows);
}

void
options_problem(struct options *options, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(options->problem, sizeof options->problem, format, arguments);
	va_end(arguments);
}

/* Takes what getopt_long needs from the rows. */
static void
make_getopt(const struct table *table, bool operands_anywhere, char *letters, struct option *longs)
{
	/* "+" ends at the first operand; ":" tells a missing argument from an unknown option. */
	if (!operands_anywhere)
		*letters++ = '+';
	*letters++ = ':';
	for (int at = 0; at < table->count; at++) {
		const struct option_row *row = table->row[at];

		if (row->letter != 0) {
			*letters++ = row->letter;
			if (row->argument != NULL)
				*letters++ = ':';
		}
		if (row->name != NULL)
			*longs++ = (struct option){row->name, row->argument != NULL, NULL, ROW_BASE + at};
	}
	*letters = '\0';
	*longs = (struct option){0};
}

static int
row_of(const struct table *table, int option)
{
	if (option >= ROW_BASE)
		return option - ROW_BASE;
	for (int at = 0; at < table->count; at++) {
		if (table->row[at]->letter == option)
			return at;
	}
	return -1;
}

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
	if (strcmp(name, "ignore") == 0)
		return take_ignore(options, argument);
	if (strcmp(name, "target") == 0)
		return take_target(options, argument);
	if (strcmp(name, "format") == 0)
		return take_format(options, argument);
	if (strcmp(name, "phony") == 0)
		options->settings.phony = true;
	else if (strcmp(name, "absent") == 0)
		options->settings.absent = true;
	else
		options->settings.ignore.no_default = true;
	return 0;
}

static int
take_shared(struct options *options, const struct option_row *row, const char *argument)
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

/* What getopt_long found wrong: an unknown option, an argument too many, or one that is missing. */
static void
tell_wrong(struct options *options, const struct table *table, int option, const char *word)
{
	int row = row_of(table, optopt);
	const char *dash = row >= 0 && optopt >= ROW_BASE ? "--" : "-";
	char letter[2] = {(char)optopt, '\0'};
	const char *name = row >= 0 && optopt >= ROW_BASE ? table->row[row]->name : letter;

	if (option == ':' && row >= 0)
		options_problem(options, "%s%s needs its %s", dash, name, table->row[row]->argument);
	else if (row >= 0 && optopt >= ROW_BASE)
		options_problem(options, "--%s takes no argument", name);
	else if (optopt != 0)
		options_problem(options, "there is no option -%s; --help tells which there are", name);
	else
		options_problem(options, "there is no option %s; --help tells which there are", word);
}

/* What can only be said when all options have been read. */
static enum options_result
finish(struct options *options)
{
	if (options->command->stdout_unless_told && options->output_count == 0) {
		const struct output_format *format = output_format_find("-", options->format);

		options->format = NULL;
		return options_output(options, "-", format) == 0 ? OPTIONS_GO : OPTIONS_FAILED;
	}
	if (options->format != NULL) {
		options_problem(options, "--format %s has no -o after it", options->format);
		return OPTIONS_WRONG;
	}
	return OPTIONS_GO;
}

enum options_result
options_parse(struct options *options, const struct option_command *command, int argc, char *argv[])
{
	void *own = options->own;
	struct option longs[ROWS_MAX + 1];
	char letters[2 * ROWS_MAX + 3];
	struct table table;
	int option;

	*options = (struct options){.command = command, .own = own, .operand = argc};
	options->selection = selection_new();
	if (options->selection == NULL) {
		options_problem(options, "%s", strerror(errno));
		return OPTIONS_FAILED;
	}
	make_table(&table, command);
	make_getopt(&table, command->operands_anywhere, letters, longs);
	opterr = 0;
	optind = 0;
	while ((option = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
		int at = row_of(&table, option);
		const struct option_row *row = at >= 0 ? table.row[at] : NULL;
		bool is_own = at >= table.own_begin && at < table.own_end;

		if (row == NULL || option == '?' || option == ':') {
			tell_wrong(options, &table, option, argv[optind - 1]);
			return OPTIONS_WRONG;
		}
		if (at >= table.own_end)
			return strcmp(row->name, "help") == 0 ? OPTIONS_HELP : OPTIONS_VERSION;
		if ((is_own ? command->take(options, row, optarg) : take_shared(options, row, optarg)) == -1)
			return OPTIONS_WRONG;
	}
	options->operand = optind;
	return finish(options);
}

void
options_free(struct options *options)
{
	free(options->output);
	selection_free(options->selection);
	ignore_free(&options->settings.ignore);
	options->output = NULL;
	options->selection = NULL;
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

static void
help_rows(const struct table *table, FILE *stream)
{
	for (int at = 0; at < table->count; at++) {
		const struct option_row *row = table->row[at];
		char left[64] = "", letter[4] = "";

		if (row->letter != 0)
			snprintf(letter, sizeof letter, "-%c", row->letter);
		snprintf(left, sizeof left, "%s%s%s%s%s%s", letter,
			 row->letter != 0 && row->name != NULL ? ", " : "", row->name != NULL ? "--" : "",
			 row->name != NULL ? row->name : "", row->argument != NULL ? " " : "",
			 row->argument != NULL ? row->argument : "");
		fprintf(stream, "  %-19s %s\n", left, row->help);
	}
}

void
options_help(const struct option_command *command, FILE *stream)
{
	struct table table;

	make_table(&table, command);
	fprintf(stream, "usage: %s %s\n%s\n\n", command->name, command->synopsis, command->about);
	help_rows(&table, stream);
	fputs("\nignored unless --no-default-ignore is given:", stream);
	for (const char *const *pattern = ignore_default; *pattern != NULL; pattern++)
		fprintf(stream, " %s", *pattern);
	fputc('\n', stream);
}

void
options_version(const struct option_command *command, FILE *stream)
{
	fprintf(stream, "%s %s\n", command->name, VERSION);
}
