/*
 * preload.h - the entry of the environment that loads the shim into a command (ld.so(8), LD_PRELOAD).
 */
#ifndef INTERPOSE_PRELOAD_H
#define INTERPOSE_PRELOAD_H

#include <stddef.h>

#include "../shim/abi.h"

/* Takes one line, printf(3)'s way, that says what is wrong. */
typedef void preload_problem(const char *format, ...);

/*
 * Writes "LD_PRELOAD=..." into `entry` (`size` bytes): the shim that INTERPOSE_SHIM names, or that of this
 * command's own tree, before what LD_PRELOAD has already. Where the shim's path has a blank or a colon,
 * `directory` (absolute) gets a link to its place. With another `abi` than ABI_NONE it is that library, which
 * lies beside it (shim/abi.h). Returns 0; -1 after `problem`, or without where that library isn't there.
 */
int preload_make(char *entry, size_t size, const char *directory, enum abi abi, preload_problem *problem);

#endif
