/*
 * merge.c - lets records go by time whenever a new watermark is known.
 *
 * What comes is in order already but for the turns that threads take: a slot's records are, so they stay
 * together, as a run, and the runs in a heap by what comes next of each. Mostly that is of the same run: then
 * a record costs a look at its time. Equal times go in order of arrival: nothing may put a later one first.
 *
 * The runs' bytes stand in chunks, one after the other. A chunk is free when the last record in it has
 * gone. What a round needed is kept for the next ones, so that its pages needn't come from the kernel anew;
 * when they need less it goes, a chunk a round.
 */
#include "merge.h"

#include <stdlib.h>
#include <string.h>

enum { LARGE = MERGE_CHUNK / 4 }; /* a run of this size gets a chunk of its own */

struct merge_chunk {
	size_t size;
	size_t used;
	size_t runs;              /* that still wait */
	struct merge_chunk *next; /* of merge.spares */
	uint64_t bytes[];
};

/* What is kept of raw_records. */
struct merge_run {
	struct merge_chunk *chunk;
	struct base *base;
	uint32_t pid;
	uint32_t tid;
	uint32_t at; /* where the next record begins */
	uint32_t size;
	uint8_t bytes[];
};

static struct merge_chunk *
make_chunk(struct merge *merge, size_t size)
{
	struct merge_chunk *chunk = merge->spares;

	if (size == MERGE_CHUNK && chunk) {
		merge->spares = chunk->next;
		merge->spare_count--;
	} else {
		chunk = malloc(sizeof *chunk + size);
	}
	if (chunk) {
		*chunk = (struct merge_chunk){.size = size};
		merge->bytes += size;
		merge->used += size == MERGE_CHUNK;
		if (merge->used > merge->most)
			merge->most = merge->used;
	}
	return chunk;
}

static void
free_chunk(struct merge *merge, struct merge_chunk *chunk)
{
	if (!chunk)
		return;
	merge->bytes -= chunk->size;
	merge->used -= chunk->size == MERGE_CHUNK;
	if (chunk->size == MERGE_CHUNK && merge->used + merge->spare_count < merge->kept) {
		chunk->next = merge->spares;
		merge->spares = chunk;
		merge->spare_count++;
	} else {
		free(chunk);
	}
}

/* The chunk in which there is room for so many bytes; NULL when memory is short. */
static struct merge_chunk *
chunk_for(struct merge *merge, size_t size)
{
	if (size >= LARGE)
		return make_chunk(merge, size);
	if (!merge->chunk || merge->chunk->size - merge->chunk->used < size) {
		struct merge_chunk *chunk = make_chunk(merge, MERGE_CHUNK);

		if (!chunk)
			return NULL;
		if (merge->chunk && merge->chunk->runs == 0)
			free_chunk(merge, merge->chunk);
		merge->chunk = chunk;
	}
	return merge->chunk;
}

static void
forget(struct merge *merge, const struct merge_run *run)
{
	struct merge_chunk *chunk = run->chunk;

	base_drop(run->base);
	if (--chunk->runs > 0)
		return;
	if (chunk == merge->chunk)
		chunk->used = 0;
	else
		free_chunk(merge, chunk);
}

static bool
is_before(const struct merge_entry *one, const struct merge_entry *other)
{
	return one->time < other->time || (one->time == other->time && one->arrival < other->arrival);
}

/* Puts the entry in where there is a gap at `place`, or above it. */
static void
put_up(struct merge *merge, size_t place, struct merge_entry entry)
{
	for (; place > 0 && is_before(&entry, &merge->heap[(place - 1) / 2]); place = (place - 1) / 2)
		merge->heap[place] = merge->heap[(place - 1) / 2];
	merge->heap[place] = entry;
}

/* The older of the two below `place`; the count where there is none. */
static size_t
older_below(const struct merge *merge, size_t place)
{
	size_t left = 2 * place + 1;

	if (left + 1 < merge->count && is_before(&merge->heap[left + 1], &merge->heap[left]))
		return left + 1;
	return left < merge->count ? left : merge->count;
}

/* Puts the entry in where there is a gap at the beginning, or below. */
static void
put_down(struct merge *merge, struct merge_entry entry)
{
	size_t place = 0, below;

	while ((below = older_below(merge, place)) < merge->count && is_before(&merge->heap[below], &entry)) {
		merge->heap[place] = merge->heap[below];
		place = below;
	}
	merge->heap[place] = entry;
}

static struct record_head
next_head(const struct merge_run *run)
{
	struct record_head head;

	memcpy(&head, run->bytes + run->at, sizeof head);
	return head;
}

static int
make_room(struct merge *merge)
{
	size_t room = merge->room ? merge->room * 2 : 256;
	struct merge_entry *heap = reallocarray(merge->heap, room, sizeof *heap);

	if (!heap)
		return -1;
	merge->heap = heap;
	merge->room = room;
	return 0;
}

int
merge_add(struct merge *merge, const struct raw_records *records)
{
	size_t size = (sizeof(struct merge_run) + records->size + 7) & ~(size_t)7;

	if (merge->count == merge->room && make_room(merge) < 0)
		return -1;
	struct merge_chunk *chunk = chunk_for(merge, size);
	if (!chunk)
		return -1;
	struct merge_run *run = (struct merge_run *)(void *)((uint8_t *)chunk->bytes + chunk->used);

	chunk->used += size;
	chunk->runs++;
	*run = (struct merge_run){
	    .chunk = chunk,
	    .base = base_use(records->base),
	    .pid = records->pid,
	    .tid = records->tid,
	    .size = records->size,
	};
	memcpy(run->bytes, records->bytes, records->size);
	put_up(merge, merge->count++, (struct merge_entry){next_head(run).time, merge->arrivals++, run});
	return 0;
}

static void
free_spares(struct merge *merge, size_t but)
{
	while (merge->spare_count > but) {
		struct merge_chunk *chunk = merge->spares;

		merge->spares = chunk->next;
		merge->spare_count--;
		free(chunk);
	}
}

/* How many chunks are kept from now on, when a round has brought what it does. */
static void
keep_chunks(struct merge *merge)
{
	if (merge->kept > merge->most)
		merge->kept--;
	else
		merge->kept = merge->most;
	if (merge->kept < MERGE_SPARE)
		merge->kept = MERGE_SPARE;
	merge->most = merge->used;
	free_spares(merge, merge->kept > merge->used ? merge->kept - merge->used : 0);
}

static bool
is_due(const struct merge *merge, const struct merge_entry *first, uint64_t watermark)
{
	return first->time < watermark || merge->bytes > MERGE_LIMIT;
}

bool
merge_release(struct merge *merge, uint64_t watermark, size_t count,
	      void (*take)(void *owner, const struct raw_record *record), void *owner)
{
	static const struct merge_entry never = {UINT64_MAX, UINT64_MAX, NULL};

	while (merge->count > 0 && is_due(merge, merge->heap, watermark)) {
		if (count == 0)
			return false;
		struct merge_entry first = merge->heap[0];
		struct merge_run *run = first.run;
		size_t below = older_below(merge, 0);
		const struct merge_entry *other = below < merge->count ? &merge->heap[below] : &never;
		struct raw_record record = {.pid = run->pid, .tid = run->tid, .base = run->base};

		do {
			record.time = first.time;
			record.bytes = run->bytes + run->at;
			record.size = next_head(run).size;
			take(owner, &record);
			run->at += record.size;
			count--;
			if (run->at == run->size)
				break;
			first.time = next_head(run).time;
		} while (count > 0 && is_before(&first, other) && is_due(merge, &first, watermark));
		if (run->at == run->size) {
			forget(merge, run);
			first = merge->heap[--merge->count];
		}
		if (merge->count > 0)
			put_down(merge, first);
	}
	keep_chunks(merge);
	return true;
}

void
merge_free(struct merge *merge)
{
	for (size_t i = 0; i < merge->count; i++)
		forget(merge, merge->heap[i].run);
	free_chunk(merge, merge->chunk);
	free_spares(merge, 0);
	free(merge->heap);
	memset(merge, 0, sizeof *merge);
}
