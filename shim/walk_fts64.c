/*
 * walk_fts64.c - the twins of fts(3) with 64 in their names, on machines of 32 bits, where their entries lie
 * differently in memory: walk_fts.c once more.
 */
#define _GNU_SOURCE
#include <features.h>

#if !defined(__LP64__) && defined(__GLIBC__)
#define WALK_FTS64
#include "walk_fts.c"
#else
typedef int walk_fts64_is_walk_fts;
#endif
