/*
 * output.h - the last step of a record's way: an event becomes what someone reads.
 *
 * One format is one row of the table in output.c and one file, output_NAME.c. The trace is written first;
 * every output is made by reading it back (trace_reader.h), during the run or later alike, so that
 * interpose-run and interpose-report can't differ.
 */
#ifndef INTERPOSE_OUTPUT_H
#define INTERPOSE_OUTPUT_H

#include <stdio.h>

#include "event.h"
#include "ignore.h"
#include "selection.h"

struct output;

/* Absolute paths, each from malloc; zeroed, it is empty. */
struct path_list {
	char **path;
	size_t count;
};

/* What options say of how outputs are made; all zeros is what they say by themselves. */
struct output_settings {
	struct ignore ignore;
	const char *target;      /* *.d: the rule's target; NULL for the one that fits */
	const char *made;        /* *.d: what --of selected the makers of, absolute; the target by itself */
	bool phony;              /* *.d: a rule without prerequisites for each prerequisite */
	bool absent;             /* *.d: what was looked for and not found is a prerequisite, too */
	struct path_list who;    /* who: the paths that are asked about */
	struct path_list inside; /* lint: the directories in which something may be written; none: anywhere */
	size_t top;              /* slow: how many, 0 for all; when top_given */
	bool top_given;
};

/* Each function returns 0, or -1 with errno set when the output can't be written. */
struct output_format {
	const char *name;    /* --format's word: "trace", "jsonl", "json", ... */
	const char *pattern; /* fnmatch(3) pattern for a file's base name, "*.jsonl"; or NULL */
	int (*begin)(struct output *output, const struct trace_head *head);
	int (*event)(struct output *output, const struct event *event);
	/*
	 * `end` is NULL when the trace was cut short. The function also frees `state`; it is called after a
	 * failure, too, unless begin() left no state.
	 */
	int (*end)(struct output *output, const struct trace_end *end);
	/* It is given events on all paths and applies -P itself, to what it tells: output_wants_path(). */
	bool selects_paths;
	/* An event that wasn't selected, for what it tells of processes; or NULL. */
	int (*aside)(struct output *output, const struct event *event);
	bool judges; /* it may say no: output.no */
};

struct output {
	const struct output_format *format;
	const char *file; /* the name given with -o, for messages; "-" is stdout */
	FILE *stream;
	char *buffer;                           /* the stream's, when it has one of ours */
	bool colour;                            /* the stream is a terminal and NO_COLOR isn't set */
	const char *trace;                      /* summary: where the trace is kept; NULL when it isn't */
	const struct output_settings *settings; /* NULL for none; the caller's */
	const struct selection *selection;      /* NULL for everything; the caller's */
	void *state;                            /* the format's own */
	char warning[512]; /* for a person, when not empty: what the output had to leave out */
	bool no;           /* the answer that interpose-report exits with 1 for; interpose-report(1) */
	int error;         /* errno of the first failure; the output is given nothing more after it */
};

extern const struct output_format output_trace;
extern const struct output_format output_jsonl;
extern const struct output_format output_html;
extern const struct output_format output_dot;
extern const struct output_format output_perfetto;
extern const struct output_format output_compile_commands;
extern const struct output_format output_result;
extern const struct output_format output_depfile;
extern const struct output_format output_txt;
extern const struct output_format output_strace;
extern const struct output_format output_blocks;
extern const struct output_format output_summary;
extern const struct output_format output_who;
extern const struct output_format output_tree;
extern const struct output_format output_missing;
extern const struct output_format output_slow;
extern const struct output_format output_lint;

/* The format for a file name, or for --format's word when that isn't NULL; NULL when there is none. */
const struct output_format *output_format_find(const char *file, const char *word);
/* Whether what an output tells of a path is wanted by -P. */
bool output_wants_path(const struct output *output, const char *path);
/* The words that --format takes, separated by ", ", in a static string. */
const char *output_format_words(void);
/* The names of files that have a format, likewise: "*.trace, *.jsonl, ..., -". */
const char *output_format_patterns(void);

/*
 * Opens `file` ("-": stdout) for writing and fills `output`. The file is made with mode 0600 less nothing: a
 * trace tells what a person did. Returns 0, or -1 with errno.
 */
int output_open(struct output *output, const struct output_format *format, const char *file);
/* The same, but what stood in the file is still there: output_shorten() before anything is written. */
int output_open_over(struct output *output, const struct output_format *format, const char *file);
/* Takes away what stood in the file, but for one byte, which is to be written over. 0, or -1 with errno. */
int output_shorten(struct output *output);
/* Removes the file when there is nothing in it: it may have been made by the opening. */
void output_remove_empty(struct output *output);
/*
 * Fills `output` for stderr while the command runs: as many lines go out at a time as stay in one piece
 * beside what the command writes there (pipe(7): PIPE_BUF), and the rest when the stream is flushed. Can't
 * fail.
 */
void output_open_live(struct output *output, const struct output_format *format);
/* Fills `output` for a stream that the caller keeps, stdout or stderr. `name` is for messages. Can't fail. */
void output_attach(struct output *output, const struct output_format *format, const char *name, FILE *stream);
/* Flushes and closes; returns -1 with errno when anything could not be written. stdout and stderr are only
 * flushed. */
int output_close(struct output *output);

#endif
