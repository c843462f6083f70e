/*
 * compile_runs.h - which of a trace's processes are compilers that someone asked for a compile. One compile
 * is one of them, though many programs take part: ccache and the compiler that it runs, the compiler and its
 * cc1 and as.
 */
#ifndef INTERPOSE_COMPILE_RUNS_H
#define INTERPOSE_COMPILE_RUNS_H

#include <stdbool.h>

#include "event.h"

struct compile_runs;

/* A compiler was started. Valid until the next event. */
struct compile_run {
	const char *compiler;         /* its path, or its name where a wrapper looks for it */
	struct string_list arguments; /* those after the compiler's name */
	uint32_t script; /* not 0: it is a script, whose own compiles are known by this number below */
	uint32_t within; /* not 0: the script that it runs in, whose place it takes */
};

struct compile_runs *compile_runs_new(void);
void compile_runs_free(struct compile_runs *runs);
/* To be given each event. 1 when it is one that begins a compile, 0, or -1 with ENOMEM. */
int compile_runs_event(struct compile_runs *runs, const struct event *event, struct compile_run *run);

#endif
