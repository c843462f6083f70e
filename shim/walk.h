/*
 * walk.h - what the walks of a tree share: the two facts that they tell.
 */
#ifndef SHIM_WALK_H
#define SHIM_WALK_H

#include "shim.h"

/* A path need not end with a NUL. */
void walk_tell_stat(enum call call, int error, const char *path, size_t length, bool follow);
void walk_tell_list(enum call call, int error, const char *path, size_t length);

#endif
