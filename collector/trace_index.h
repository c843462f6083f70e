/*
 * trace_index.h - finds numbers by a hash: an open-addressed table that grows, of what the writer's
 * dictionary holds. The hash stands beside the number, so that neither a wrong candidate nor growing costs a
 * look at what is numbered, which lies in no cache.
 */
#ifndef INTERPOSE_TRACE_INDEX_H
#define INTERPOSE_TRACE_INDEX_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define TRACE_INDEX_FIRST 256u

struct trace_index_entry {
	uint32_t hash;
	uint32_t number; /* 1 + the number; 0 for a free place */
};

/* Zeroed it is empty and ready; free `entry`. */
struct trace_index {
	struct trace_index_entry *entry;
	uint32_t size; /* a power of two, or 0 */
	uint32_t count;
};

/* The next number with that hash, from *at on, which is the hash at first and is moved behind it; -1 for no
 * more. */
static inline int64_t
trace_index_next(const struct trace_index *index, uint32_t hash, uint32_t *at)
{
	if (index->size == 0)
		return -1;
	for (;;) {
		const struct trace_index_entry *entry = &index->entry[*at & (index->size - 1)];

		if (entry->number == 0)
			return -1;
		++*at;
		if (entry->hash == hash)
			return entry->number - 1;
	}
}

static inline void
trace_index_place(struct trace_index *index, struct trace_index_entry entry)
{
	uint32_t at = entry.hash;

	while (index->entry[at & (index->size - 1)].number != 0)
		at++;
	index->entry[at & (index->size - 1)] = entry;
}

/* Makes room for one more; -1 with ENOMEM. */
static inline int
trace_index_make_room(struct trace_index *index)
{
	struct trace_index old = *index;

	if (4 * ((uint64_t)index->count + 1) <= 3 * (uint64_t)index->size)
		return 0;
	index->size = old.size != 0 ? 2 * old.size : TRACE_INDEX_FIRST;
	index->entry = calloc(index->size, sizeof(*index->entry));
	if (index->entry == NULL) {
		*index = old;
		return -1;
	}
	for (uint32_t i = 0; i < old.size; i++) {
		if (old.entry[i].number != 0)
			trace_index_place(index, old.entry[i]);
	}
	free(old.entry);
	return 0;
}

/* Adds a number, for which there is room. */
static inline void
trace_index_add(struct trace_index *index, uint32_t hash, uint32_t number)
{
	trace_index_place(index, (struct trace_index_entry){hash, number + 1});
	index->count++;
}

static inline void
trace_index_reset(struct trace_index *index)
{
	index->count = 0;
	if (index->entry != NULL)
		memset(index->entry, 0, index->size * sizeof(*index->entry));
}

#endif
