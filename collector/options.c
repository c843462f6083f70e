/*
 * options.c - the one loop that reads a command line.
 *
 * A row is the whole of an option: the parser's tables and --help are made of the rows, so that neither can
 * know more than the other. The shells' completion (completion/) reads --help: a row's line there is two
 * spaces, the option, the word for its argument in capitals, and the text.
 */
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"
#include "options_questions.h"
#include "options_shared.h"

enum { ROWS_MAX = 64, ROW_BASE = 256 };

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
	add_rows(table, options_shared_rows);
	if (command->live)
		add_rows(table, options_live_rows);
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
	if (options_check_questions(options) == -1)
		return OPTIONS_WRONG;
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
		if ((is_own ? command->take(options, row, optarg)
			    : options_take_shared(options, row, optarg)) == -1)
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
	path_list_free(&options->settings.who);
	path_list_free(&options->settings.inside);
	options->output = NULL;
	options->selection = NULL;
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
	fprintf(stream, "\nformats: %s\nevents: all, %%file, %%process, %%desc, %%meta",
		output_format_words());
	for (unsigned kind = 0; kind < EVENT_KIND_COUNT; kind++)
		fprintf(stream, ", %s", event_kind_name((enum event_kind)kind));
	fputc('\n', stream);
}

void
options_version(const struct option_command *command, FILE *stream)
{
	fprintf(stream, "%s %s\n", command->name, VERSION);
}
