/*
 * strace_line.h - what stands between the brackets of a call, and behind them, as strace writes it.
 */
#ifndef INTERPOSE_STRACE_LINE_H
#define INTERPOSE_STRACE_LINE_H

#include "event.h"
#include "line.h"
#include "lives.h"
#include "names.h"

/* Whether strace.def has the function, or one that it is a twin of; an event of another has txt's arguments.
 */
bool strace_knows(const char *call);
/* `openat(AT_FDCWD, "a.c", O_RDONLY)`; of an event with a call. `life` may be NULL. */
void strace_call(struct line *line, const struct names *names, const struct event *event,
		 const struct life *life);
/* `3</src/a.c>`, `-1 ENOENT (No such file or directory)`, `?` */
void strace_result(struct line *line, const struct event *event);

#endif
