/*
 * utf8.h - what of anybody's bytes is UTF-8.
 */
#ifndef INTERPOSE_UTF8_H
#define INTERPOSE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The length of the character at `text`, or of the bad sequence there (the longest that could have begun a
 * character), *good telling which. `size`, the bytes that are left, isn't 0.
 */
size_t utf8_character(const char *text, size_t size, bool *good);

#endif
