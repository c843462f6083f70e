/*
 * options.h - the command line: what interpose-run, interpose-report and interpose-collect share (-o,
 * --format, --ignore, --target, -e, -p, -P, -z, -Z, -l, --progress, --help, --version), and the place where
 * each hangs its own options.
 *
 * Nothing here prints an error or exits: what is wrong is one line in `problem`, which the command's main
 * file shows.
 */
#ifndef INTERPOSE_OPTIONS_H
#define INTERPOSE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "output.h"
#include "selection.h"

struct options;

/* One option, and one line of --help. */
struct option_row {
	char letter;          /* 'o'; 0 for an option that has a long name alone */
	const char *name;     /* "format"; NULL for one that has a letter alone */
	const char *argument; /* "FILE"; NULL when it takes none */
	const char *help;
};

struct option_command {
	const char *name;              /* "interpose-report" */
	const char *synopsis;          /* "[options] [trace]" */
	const char *about;             /* one line on what it does */
	const struct option_row *rows; /* its own options; a row of zeros ends them; may be NULL */
	/*
	 * Called for each of its own options, in the order of the command line. `argument` is NULL when the
	 * option takes none. Returns 0, or -1 after options_problem().
	 */
	int (*take)(struct options *options, const struct option_row *row, const char *argument);
	bool live;              /* it knows -l and --progress */
	bool operands_anywhere; /* options may follow an operand; else the first operand ends them (a command)
				 */
	bool stdout_unless_told; /* without any -o there is one to "-", which a --format may precede */
};

struct option_output {
	const char *file;
	const struct output_format *format;
};

struct options {
	const struct option_command *command;
	void *own; /* for take(), set by the caller before options_parse */
	struct option_output *output;
	size_t output_count;
	struct selection *selection;
	struct output_settings settings; /* what options_open() gives the outputs a pointer to */
	bool live;
	bool progress;
	int operand; /* the index in argv of the first operand; argc when there is none */
	char problem[1024];
	const char *format;                 /* the --format that waits for its -o */
	char environment[ENVIRONMENT_SIZE]; /* the names of --env, as in slots_head (record.h) */
	size_t environment_length;
};

enum options_result {
	OPTIONS_GO,
	OPTIONS_HELP,    /* options_help() and exit with 0 */
	OPTIONS_VERSION, /* options_version() and exit with 0 */
	OPTIONS_WRONG,   /* show `problem` and exit with 2 */
	OPTIONS_FAILED,  /* errno: memory is short, say */
};

/* Fills `options`, of which only `own` is looked at before. Strings point into argv. Always options_free()
 * it. */
enum options_result options_parse(struct options *options, const struct option_command *command, int argc,
				  char *argv[]);
void options_free(struct options *options);

/* Sets the line that says what is wrong, for take(). */
__attribute__((format(printf, 2, 3))) void options_problem(struct options *options, const char *format, ...);
/* A row of --env, of the commands that record, and what it does: -1 after options_problem(). */
#define OPTION_ENVIRONMENT                                                                                 \
	{                                                                                                  \
		0, "env", "NAME", "record the variable NAME of each program's environment (several times)" \
	}
int options_environment(struct options *options, const char *name);
/* Adds an output, as -o does; `format` may be NULL for the one that fits the name. -1 after
 * options_problem(). */
int options_output(struct options *options, const char *file, const struct output_format *format);

/*
 * Opens all outputs that were asked for, into an array that the caller frees and of which *count are filled.
 * NULL with errno and `problem` when one can't be; the others are then closed again. `room` more elements
 * stand behind them, for outputs of the caller's own.
 */
struct output *options_open(struct options *options, size_t room, size_t *count);

void options_help(const struct option_command *command, FILE *stream);
void options_version(const struct option_command *command, FILE *stream);

#endif
