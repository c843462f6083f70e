/*
 * string_common.h - what string.c has beside the functions of string.h.
 */
#ifndef SHIM_STRING_COMMON_H
#define SHIM_STRING_COMMON_H

#include <stddef.h>

/* How many of the first `limit` bytes are the same in both; all of them may be read. */
size_t string_common(const char *one, const char *other, size_t limit);

#endif
