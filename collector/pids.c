/*
 * pids.c - see pids.h. Open addressing, at most half full.
 */
#include "pids.h"

#include <stdlib.h>

enum { FIRST_SIZE = 64 };

void
pids_free(struct pids *pids)
{
	free(pids->entry);
	*pids = (struct pids){0};
}

static struct pid_entry *
find(const struct pids *pids, uint64_t key)
{
	/* Fibonacci hashing: neighbouring pids go far apart. */
	size_t at = (size_t)((key * UINT64_C(0x9e3779b97f4a7c15)) >> 32) & (pids->size - 1);

	while (pids->entry[at].key != key && pids->entry[at].key != 0)
		at = (at + 1) & (pids->size - 1);
	return &pids->entry[at];
}

static int
grow(struct pids *pids)
{
	struct pids grown = {.size = pids->size != 0 ? pids->size * 2 : FIRST_SIZE, .count = pids->count};

	grown.entry = calloc(grown.size, sizeof *grown.entry);
	if (grown.entry == NULL)
		return -1;
	for (size_t at = 0; at < pids->size; at++) {
		if (pids->entry[at].key != 0)
			*find(&grown, pids->entry[at].key) = pids->entry[at];
	}
	free(pids->entry);
	*pids = grown;
	return 0;
}

struct pid_entry *
pids_get(struct pids *pids, uint32_t pid)
{
	struct pid_entry *entry;

	if (pids->count * 2 >= pids->size && grow(pids) == -1)
		return NULL;
	entry = find(pids, (uint64_t)pid + 1);
	if (entry->key == 0) {
		entry->key = (uint64_t)pid + 1;
		pids->count++;
	}
	return entry;
}
