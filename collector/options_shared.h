/*
 * options_shared.h - what options.c reads a command line by, beside a command's own rows.
 */
#ifndef INTERPOSE_OPTIONS_SHARED_H
#define INTERPOSE_OPTIONS_SHARED_H

#include "options.h"

/* A row of zeros ends each. */
extern const struct option_row options_shared_rows[];
/* For the commands that make outputs while something runs. */
extern const struct option_row options_live_rows[];

/* Takes an option of either table: 0, or -1 after options_problem(). */
int options_take_shared(struct options *options, const struct option_row *row, const char *argument);

#endif
