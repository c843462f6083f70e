/*
 * arguments.h - what stands between the brackets of a call in the readable output: `"/src/a.c", O_RDONLY`.
 */
#ifndef INTERPOSE_ARGUMENTS_H
#define INTERPOSE_ARGUMENTS_H

#include "event.h"
#include "line.h"
#include "names.h"

/* All arguments of the event, separated by ", ". Printable ASCII only. */
void arguments_write(struct line *line, const struct names *names, const struct event *event);
/* `["cc", "-c", "a.c"]` */
void arguments_argv(struct line *line, const struct string_list *list);

#endif
