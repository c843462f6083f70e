/*
 * textset.h - a set of texts, each with a number that the user of the set gives a meaning. Texts are copied,
 * never taken out again, and stand in the order in which they came.
 */
#ifndef INTERPOSE_TEXTSET_H
#define INTERPOSE_TEXTSET_H

#include <stddef.h>
#include <stdint.h>

struct textset_entry {
	char *text;
	uint64_t hash;
	uint64_t value;
};

/* All zeros is an empty set. */
struct textset {
	struct textset_entry *entry; /* in the order in which they came */
	size_t count;
	size_t capacity;
	uint32_t *slot; /* hash table: the index in `entry` plus one, 0 for a free slot */
	size_t slots;   /* a power of two, or 0 */
};

void textset_free(struct textset *set);
/* NULL when the text isn't there. Pointers are valid until the next textset_add. */
struct textset_entry *textset_find(const struct textset *set, const char *text);
/* Finds the text, or adds it with value 0; NULL with errno when memory is short. */
struct textset_entry *textset_add(struct textset *set, const char *text);

#endif
