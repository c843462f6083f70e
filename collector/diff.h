/*
 * diff.h - two runs compared: what each read and made, and the commands that it executed.
 *
 * Paths in the directory that a run began in are relative to it here, so that runs in two places can be
 * compared. What differs for no reason, pids and the names of temporary files, is made comparable only for
 * what has no exact counterpart (diff_loosen.c).
 */
#ifndef INTERPOSE_DIFF_H
#define INTERPOSE_DIFF_H

#include <stdio.h>

#include "line.h"
#include "options.h"
#include "textset.h"
#include "trace_reader.h"

/* A file of one list, or a command. */
struct diff_item {
	char *key;      /* what it is compared by: a path; or a directory, and words separated by newlines */
	unsigned value; /* of a file: enum spot_how, or enum answer_kind */
	int64_t status; /* of a command: its exit status, a negative signal, or INT64_MIN */
	bool matched;   /* it has its counterpart in the other run */
};

struct diff_list {
	struct diff_item *item; /* sorted by key */
	size_t count;
	size_t room;
};

/* One of the two runs. */
struct diff_side {
	const char *name; /* of the trace */
	enum trace_status status;
	char problem[256];
	char *cwd;
	struct diff_list inputs;
	struct diff_list outputs;
	struct diff_list commands;
	struct textset temporary; /* names of files that were made and are gone again, without directories */
	struct textset pids;      /* in digits */
	struct textset reasons;   /* why the answers aren't complete */
};

/* diff_side.c. Reads the trace, as far as it goes: 0, or -1 with errno. Always diff_side_free() it. */
int diff_side_read(struct diff_side *side, FILE *stream, struct selection *selection,
		   const struct output_settings *settings);
void diff_side_free(struct diff_side *side);

/* diff_loosen.c. The text with what differs from run to run replaced, from malloc; NULL with errno. */
char *diff_loosen(const struct diff_side *side, const char *text);

/*
 * diff.c. Writes what differs, and says whether anything does. 0, or -1 with errno.
 */
int diff_write(struct diff_side *one, struct diff_side *other, const struct output *output, bool *differs);

/* diff_commands.c. The commands that are left: those that look like changes of one another, and the others.
 */
int diff_write_commands(const struct diff_side *one, const struct diff_side *other,
			const struct output *output, struct line *line);
/* A command, for a person. */
void diff_put_command(struct line *line, const char *key);

#endif
