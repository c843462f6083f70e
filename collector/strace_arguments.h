/*
 * strace_arguments.h - the arguments of a call one by one, for strace_line.c: their letters are those of
 * strace.def.
 */
#ifndef INTERPOSE_STRACE_ARGUMENTS_H
#define INTERPOSE_STRACE_ARGUMENTS_H

#include "event.h"
#include "line.h"
#include "lives.h"
#include "names.h"

/* The list in work. */
struct brackets {
	struct line *line;
	const struct names *names;
	const struct event *event;
	const struct life *life;
	size_t count;
};

/* Writes what a letter stands for, with the comma before it. */
void strace_argument(struct brackets *call, char letter);

/* The comma before every argument but the first; the line. */
struct line *strace_next(struct brackets *call);
/* As strace escapes strings, with the quotes around it. */
void strace_quoted(struct line *line, const char *text);
/* `</src/a.c>`, as strace -y has it behind a descriptor. */
void strace_behind(struct line *line, const char *path);

/* strace_paths.c: arguments that name a file. */
void strace_path(struct brackets *call, enum field absolute, enum field as_passed);
void strace_directory(struct brackets *call, enum field absolute, enum field as_passed);
void strace_descriptor(struct brackets *call, enum field number, enum field name);

#endif
