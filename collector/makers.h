/*
 * makers.h - which commands of a stored trace made a file: --of.
 *
 * What wrote it is often a part of what made it: an assembler of a compile, the last command of a recipe. So
 * the command is found above it: the compile, where the writer is a part of one; else what make, ninja or the
 * like started; else what the traced command started; else that one. A process is that with all that it
 * executed, one after the other.
 */
#ifndef INTERPOSE_MAKERS_H
#define INTERPOSE_MAKERS_H

#include <stdio.h>

#include "selection.h"

/*
 * Reads the trace from where it is to its end, or to where it breaks off, and selects the processes that
 * wrote `path`, an absolute one, each with its command's others. Returns how many commands there are; 0:
 * nobody wrote it. -1 with errno. The trace is then at its end.
 */
int makers_select(struct selection *selection, FILE *trace, const char *path);

#endif
