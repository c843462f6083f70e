/*
 * compile_line.h - what a compiler's command line asks for: which sources it compiles, and to what.
 */
#ifndef INTERPOSE_COMPILE_LINE_H
#define INTERPOSE_COMPILE_LINE_H

#include <stdbool.h>

#include "words.h"

struct compile_line {
	const struct words *words; /* the command line; [0] is the compiler */
	size_t *source;            /* where in it the sources stand */
	size_t source_count;       /* 0: it compiles no file */
	const char *output;        /* -o's; NULL when there is none. Points into `words` */
	const char *made; /* without -o: the ending of what is made of a source, ".o"; NULL for none */
	bool nothing;     /* it says itself that it compiles nothing: -E, --version */
	bool links;       /* and makes a program of what it compiled */
};

/*
 * Reads the command line, which the caller keeps, of GCC or what takes the same options. One that only
 * preprocesses, tells dependencies, versions or what it would do has no sources. 0, or -1 with ENOMEM;
 * compile_line_free() it.
 */
int compile_line_read(struct compile_line *line, const struct words *words);
void compile_line_free(struct compile_line *line);

/*
 * Adds to `arguments` the command that compiles the source number `which` of the line alone: without the
 * other sources, and where the line links, without what is for the linker and with -c. 0, or -1 with ENOMEM.
 */
int compile_line_of_source(const struct compile_line *line, size_t which, struct words *arguments);

#endif
