/*
 * uses.c - see uses.h. A hash table of pairs, open addressing over indices, at most two thirds full.
 */
#include "uses.h"

#include <errno.h>
#include <stdlib.h>

void
uses_free(struct uses *uses)
{
	free(uses->use);
	free(uses->slot);
	*uses = (struct uses){0};
}

/* The slot where the pair stands or would stand; there is always a free one. */
static size_t
find_slot(const struct uses *uses, const struct spot *spot, uint32_t process)
{
	uint64_t hash = ((uint64_t)(uintptr_t)spot ^ (uint64_t)process << 40) * UINT64_C(0x9e3779b97f4a7c15);
	size_t slot = (size_t)(hash >> 32) & (uses->slots - 1);

	while (uses->slot[slot] != 0) {
		const struct use *use = &uses->use[uses->slot[slot] - 1];

		if (use->spot == spot && use->process == process)
			break;
		slot = (slot + 1) & (uses->slots - 1);
	}
	return slot;
}

static int
grow_slots(struct uses *uses)
{
	size_t slots = uses->slots != 0 ? uses->slots * 2 : 1024;
	uint32_t *slot = calloc(slots, sizeof *slot);

	if (slot == NULL)
		return -1;
	free(uses->slot);
	uses->slot = slot;
	uses->slots = slots;
	for (size_t at = 0; at < uses->count; at++)
		slot[find_slot(uses, uses->use[at].spot, uses->use[at].process)] = (uint32_t)(at + 1);
	return 0;
}

static int
grow_uses(struct uses *uses)
{
	/* By a quarter: with a million of them twice as many would be most of the memory. */
	size_t room = uses->room != 0 ? uses->room + uses->room / 4 : 1024;
	struct use *use = reallocarray(uses->use, room, sizeof *use);

	if (use == NULL)
		return -1;
	uses->use = use;
	uses->room = room;
	return 0;
}

static struct use *
find_or_add(struct uses *uses, struct spot *spot, uint32_t process)
{
	struct use *use;
	size_t slot;

	if ((uses->count + 1) * 3 > uses->slots * 2 && grow_slots(uses) == -1)
		return NULL;
	slot = find_slot(uses, spot, process);
	if (uses->slot[slot] != 0)
		return &uses->use[uses->slot[slot] - 1];
	if (uses->count >= UINT32_MAX - 1) {
		errno = ENOMEM;
		return NULL;
	}
	if (uses->count == uses->room && grow_uses(uses) == -1)
		return NULL;
	use = &uses->use[uses->count++];
	*use = (struct use){.spot = spot,
			    .process = process,
			    .first_read_ns = UINT64_MAX,
			    .last_read_ns = UINT64_MAX,
			    .first_write_ns = UINT64_MAX,
			    .last_write_ns = UINT64_MAX};
	uses->slot[slot] = (uint32_t)uses->count;
	return use;
}

static void
note_time(uint64_t *first, uint64_t *last, uint64_t time_ns)
{
	if (*first == UINT64_MAX)
		*first = time_ns;
	*last = time_ns;
}

int
uses_note(struct uses *uses, struct spot *spot, uint32_t process, unsigned what, uint64_t time_ns)
{
	struct use *use = find_or_add(uses, spot, process);

	if (use == NULL)
		return -1;
	use->what |= what;
	if (use->count < UINT32_MAX)
		use->count++;
	if ((what & ~(unsigned)(USE_WRITES | HOW_ABSENT)) != 0)
		note_time(&use->first_read_ns, &use->last_read_ns, time_ns);
	if ((what & USE_WRITES) != 0)
		note_time(&use->first_write_ns, &use->last_write_ns, time_ns);
	return 0;
}

uint32_t *
uses_by_process(const struct uses *uses, size_t process_count, size_t **begin)
{
	size_t *next = calloc(process_count + 2, sizeof *next);
	uint32_t *list = calloc(uses->count + 1, sizeof *list);

	if (next == NULL || list == NULL) {
		free(next);
		free(list);
		return NULL;
	}
	/* Counted two places on, so that what is filled below ends one place on: where the next begins. */
	for (size_t at = 0; at < uses->count; at++)
		next[uses->use[at].process + 2]++;
	for (size_t at = 2; at < process_count + 2; at++)
		next[at] += next[at - 1];
	for (size_t at = 0; at < uses->count; at++)
		list[next[uses->use[at].process + 1]++] = (uint32_t)at;
	*begin = next;
	return list;
}
