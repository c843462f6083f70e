/*
 * textset.c - see textset.h. Open addressing over indices, at most two thirds full.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "textset.h"

void
textset_free(struct textset *set)
{
	for (size_t at = 0; at < set->count; at++)
		free(set->entry[at].text);
	free(set->entry);
	free(set->slot);
	*set = (struct textset){0};
}

/* FNV-1a, 64 bits, folded so that the low bits have seen all of it. */
static uint64_t
hash_text(const char *text)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);

	for (; *text != '\0'; text++)
		hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
	return hash ^ hash >> 32;
}

/* The slot where the text stands or would stand; there is always a free one. */
static size_t
find_slot(const struct textset *set, const char *text, uint64_t hash)
{
	size_t slot = (size_t)hash & (set->slots - 1);

	while (set->slot[slot] != 0) {
		const struct textset_entry *entry = &set->entry[set->slot[slot] - 1];

		if (entry->hash == hash && strcmp(entry->text, text) == 0)
			break;
		slot = (slot + 1) & (set->slots - 1);
	}
	return slot;
}

struct textset_entry *
textset_find(const struct textset *set, const char *text)
{
	uint32_t index;

	if (set->slots == 0)
		return NULL;
	index = set->slot[find_slot(set, text, hash_text(text))];
	return index != 0 ? &set->entry[index - 1] : NULL;
}

static int
grow_slots(struct textset *set)
{
	size_t slots = set->slots != 0 ? set->slots * 2 : 64;
	uint32_t *slot = calloc(slots, sizeof *slot);

	if (slot == NULL)
		return -1;
	free(set->slot);
	set->slot = slot;
	set->slots = slots;
	for (size_t at = 0; at < set->count; at++) {
		size_t place = (size_t)set->entry[at].hash & (slots - 1);

		while (slot[place] != 0)
			place = (place + 1) & (slots - 1);
		slot[place] = (uint32_t)(at + 1);
	}
	return 0;
}

static int
grow_entries(struct textset *set)
{
	size_t capacity = set->capacity != 0 ? set->capacity * 2 : 64;
	struct textset_entry *entry = reallocarray(set->entry, capacity, sizeof *entry);

	if (entry == NULL)
		return -1;
	set->entry = entry;
	set->capacity = capacity;
	return 0;
}

struct textset_entry *
textset_add(struct textset *set, const char *text)
{
	uint64_t hash = hash_text(text);
	struct textset_entry *entry;
	size_t slot;

	if (set->count >= UINT32_MAX - 1) {
		errno = ENOMEM;
		return NULL;
	}
	if ((set->count + 1) * 3 > set->slots * 2 && grow_slots(set) == -1)
		return NULL;
	slot = find_slot(set, text, hash);
	if (set->slot[slot] != 0)
		return &set->entry[set->slot[slot] - 1];
	if (set->count == set->capacity && grow_entries(set) == -1)
		return NULL;
	entry = &set->entry[set->count];
	*entry = (struct textset_entry){.text = strdup(text), .hash = hash};
	if (entry->text == NULL)
		return NULL;
	set->slot[slot] = (uint32_t)++set->count;
	return entry;
}
