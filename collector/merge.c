/*
 * merge.c - sorts what waits whenever a new watermark is known.
 *
 * What comes is in order already but for the turns that streams take: a frame's records are, and two frames
 * that follow each other often are. So the runs that are there are found and merged, and only what overlaps
 * is moved. Equal times keep their order: nothing may put a later one first.
 *
 * The records' bytes stand in chunks, one after the other. A chunk is free when the last record in it has
 * gone. What a round needed is kept for the next ones, so that its pages needn't come from the kernel anew;
 * when they need less it goes, a chunk a round.
 */
#include "merge.h"

#include <stdlib.h>
#include <string.h>

enum {
	LARGE = MERGE_CHUNK / 4, /* a record of this size gets a chunk of its own */
	RUNS = 64,               /* each is more than twice as long as the next: there can't be as many */
};

struct merge_chunk {
	size_t size;
	size_t used;
	size_t records;           /* that still wait */
	struct merge_chunk *next; /* of merge.spares */
	uint64_t bytes[];
};

/* What is kept of a raw_record; its time stands in the entry. */
struct merge_record {
	struct merge_chunk *chunk;
	struct base *base;
	uint32_t pid;
	uint32_t tid;
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
		if (merge->chunk && merge->chunk->records == 0)
			free_chunk(merge, merge->chunk);
		merge->chunk = chunk;
	}
	return merge->chunk;
}

static void
forget(struct merge *merge, const struct merge_record *record)
{
	struct merge_chunk *chunk = record->chunk;

	base_drop(record->base);
	if (--chunk->records > 0)
		return;
	if (chunk == merge->chunk)
		chunk->used = 0;
	else
		free_chunk(merge, chunk);
}

static int
make_room(struct merge *merge)
{
	size_t room = merge->room ? merge->room * 2 : 1024;
	struct merge_entry *waiting = reallocarray(merge->waiting, room, sizeof *waiting);

	if (!waiting)
		return -1;
	merge->waiting = waiting;
	struct merge_entry *spare = reallocarray(merge->spare, room, sizeof *spare);
	if (!spare)
		return -1;
	merge->spare = spare;
	merge->room = room;
	return 0;
}

int
merge_add(struct merge *merge, const struct raw_record *record)
{
	size_t size = (sizeof(struct merge_record) + record->size + 7) & ~(size_t)7;

	if (merge->count == merge->room && make_room(merge) < 0)
		return -1;
	struct merge_chunk *chunk = chunk_for(merge, size);
	if (!chunk)
		return -1;
	struct merge_record *kept = (struct merge_record *)(void *)((uint8_t *)chunk->bytes + chunk->used);

	chunk->used += size;
	chunk->records++;
	*kept = (struct merge_record){
	    .chunk = chunk,
	    .base = base_use(record->base),
	    .pid = record->pid,
	    .tid = record->tid,
	    .size = record->size,
	};
	if (record->size > 0)
		memcpy(kept->bytes, record->bytes, record->size);
	merge->waiting[merge->count++] = (struct merge_entry){record->time, kept};
	return 0;
}

/* How many of `count` sorted ones stand before `time`, or with `equal` before what is later than it. */
static size_t
place_of(const struct merge_entry *entries, size_t count, uint64_t time, bool equal)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (entries[middle].time < time || (equal && entries[middle].time == time))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Two runs that follow each other become one. */
static void
join(struct merge *merge, size_t begin, size_t middle, size_t end)
{
	struct merge_entry *out, *left = merge->spare, *right = merge->waiting + middle;

	if (right[-1].time <= right->time)
		return;
	begin += place_of(merge->waiting + begin, middle - begin, right->time, true);
	end = middle + place_of(right, end - middle, right[-1].time, false);
	memcpy(left, merge->waiting + begin, (middle - begin) * sizeof *left);
	const struct merge_entry *left_end = left + (middle - begin), *right_end = merge->waiting + end;
	for (out = merge->waiting + begin; left < left_end && right < right_end; out++)
		*out = right->time < left->time ? *right++ : *left++;
	memcpy(out, left, (size_t)(left_end - left) * sizeof *left);
}

static void
sort(struct merge *merge)
{
	size_t begins[RUNS + 1] = {0}; /* of each run, and where the last one ends */
	size_t runs = 0, end = merge->sorted;

	if (merge->sorted == merge->count)
		return;
	while (begins[runs] < merge->count) {
		end += end == begins[runs];
		while (end < merge->count && merge->waiting[end - 1].time <= merge->waiting[end].time)
			end++;
		begins[++runs] = end;
		while (runs > 1 && (end == merge->count || begins[runs - 1] - begins[runs - 2] <=
							       2 * (begins[runs] - begins[runs - 1]))) {
			join(merge, begins[runs - 2], begins[runs - 1], end);
			begins[--runs] = end;
		}
	}
	merge->sorted = merge->count;
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

void
merge_release(struct merge *merge, uint64_t watermark,
	      void (*take)(void *owner, const struct raw_record *record), void *owner)
{
	size_t done = 0;

	keep_chunks(merge);
	sort(merge);
	while (done < merge->count && (merge->waiting[done].time < watermark || merge->bytes > MERGE_LIMIT)) {
		const struct merge_entry *entry = &merge->waiting[done++];
		const struct merge_record *kept = entry->record;
		const struct raw_record record = {.time = entry->time,
						  .pid = kept->pid,
						  .tid = kept->tid,
						  .size = kept->size,
						  .bytes = kept->bytes,
						  .base = kept->base};

		take(owner, &record);
		forget(merge, kept);
	}
	if (merge->count > done && done > 0)
		memmove(merge->waiting, merge->waiting + done,
			(merge->count - done) * sizeof *merge->waiting);
	merge->count -= done;
	merge->sorted = merge->count;
}

void
merge_free(struct merge *merge)
{
	for (size_t i = 0; i < merge->count; i++)
		forget(merge, merge->waiting[i].record);
	free_chunk(merge, merge->chunk);
	free_spares(merge, 0);
	free(merge->waiting);
	free(merge->spare);
	memset(merge, 0, sizeof *merge);
}
