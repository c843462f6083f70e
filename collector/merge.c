/*
 * merge.c - sorts what waits whenever a new watermark is known. Streams are nearly in order already, and a
 * round brings some thousands of records, for which glibc's merge sort is as good as anything.
 */
#include "merge.h"

#include <stdlib.h>
#include <string.h>

int
merge_add(struct merge *merge, struct raw_record *record)
{
	if (merge->count == merge->room) {
		size_t room = merge->room ? merge->room * 2 : 1024;
		struct merge_entry *waiting = reallocarray(merge->waiting, room, sizeof *waiting);

		if (!waiting) {
			free(record);
			return -1;
		}
		merge->waiting = waiting;
		merge->room = room;
	}
	merge->waiting[merge->count++] = (struct merge_entry){record->time, record->order, record};
	merge->bytes += sizeof *record + record->size;
	return 0;
}

static int
by_time(const void *left, const void *right)
{
	const struct merge_entry *a = left;
	const struct merge_entry *b = right;

	if (a->time != b->time)
		return a->time < b->time ? -1 : 1;
	return a->order < b->order ? -1 : a->order > b->order;
}

/* How many of the sorted ones stand before `entry`. */
static size_t
place_of(const struct merge *merge, const struct merge_entry *entry)
{
	size_t low = 0, high = merge->sorted;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (by_time(&merge->waiting[middle], entry) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Only from where the oldest new one belongs: a slow call may hold back a million that are sorted already. */
static void
sort(struct merge *merge)
{
	const struct merge_entry *oldest = &merge->waiting[merge->sorted];

	if (merge->sorted == merge->count)
		return;
	for (size_t i = merge->sorted + 1; i < merge->count; i++) {
		if (by_time(&merge->waiting[i], oldest) < 0)
			oldest = &merge->waiting[i];
	}
	size_t place = place_of(merge, oldest);
	qsort(merge->waiting + place, merge->count - place, sizeof *merge->waiting, by_time);
	merge->sorted = merge->count;
}

void
merge_release(struct merge *merge, uint64_t watermark,
	      void (*take)(void *owner, const struct raw_record *record), void *owner)
{
	size_t done = 0;

	sort(merge);
	while (done < merge->count && (merge->waiting[done].time < watermark || merge->bytes > MERGE_LIMIT)) {
		struct raw_record *record = merge->waiting[done++].record;

		merge->bytes -= sizeof *record + record->size;
		take(owner, record);
		free(record);
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
		free(merge->waiting[i].record);
	free(merge->waiting);
	memset(merge, 0, sizeof *merge);
}
