/*
 * words.c - see words.h.
 */
#include "words.h"

#include <stdlib.h>
#include <string.h>

int
words_take(struct words *words, char *text)
{
	if (text == NULL)
		return -1;
	if (words->count == words->room) {
		size_t room = words->room != 0 ? words->room * 2 : 16;
		char **grown = reallocarray(words->item, room, sizeof *grown);

		if (grown == NULL) {
			free(text);
			return -1;
		}
		words->item = grown;
		words->room = room;
	}
	words->item[words->count++] = text;
	return 0;
}

int
words_add(struct words *words, const char *text)
{
	return words_take(words, strdup(text));
}

void
words_free(struct words *words)
{
	for (size_t at = 0; at < words->count; at++)
		free(words->item[at]);
	free(words->item);
	*words = (struct words){0};
}
