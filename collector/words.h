/*
 * words.h - a list of texts that grows: copies, in the order in which they came.
 */
#ifndef INTERPOSE_WORDS_H
#define INTERPOSE_WORDS_H

#include <stddef.h>

/* All zeros is an empty list. */
struct words {
	char **item;
	size_t count;
	size_t room;
};

/* Adds a copy of the text. 0, or -1 with errno when memory is short. */
int words_add(struct words *words, const char *text);
/* Adds the text itself, which came from malloc and is the list's from then on, also when that fails. */
int words_take(struct words *words, char *text);
void words_free(struct words *words);

#endif
