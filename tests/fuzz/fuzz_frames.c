/*
 * fuzz_frames.c - a fuzz target: whatever comes through the pipe or stands in a slot, streams, merge and
 * process model take it without touching what isn't theirs, every event is whole, and time doesn't run back.
 *
 * An input is the number of a seed (frames_seeds.h) (a greater one has none), and then edits of it of four
 * bytes each: a place (two bytes, which wrap around the seed), what is done there, and a value. So mutations
 * of an input change few bytes of a long run, and the seeds on disk (tests/fuzz/seeds/frames_*) stay true
 * when calls are added.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "frames_seeds.h"
#include "merge.h"
#include "processes.h"
#include "streams.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t touched; /* keeps the compiler from leaving the strings unread */

struct run {
	struct streams *streams;
	struct merge merge;
	struct processes *processes;
	struct bytes pipe; /* what is no whole frame yet */
	uint64_t shown;
};

static void
touch_event(void *owner, const struct event *event)
{
	struct run *run = owner;

	if ((unsigned)event->kind >= EVENT_KIND_COUNT || event->present >> FIELD_COUNT != 0 ||
	    event->time_ns < run->shown)
		abort();
	run->shown = event->time_ns;
	if (event->call)
		touched += strlen(event->call);
	for (int field = 0; field < FIELD_argv; field++) {
		if (!event_has(event, (enum field)field))
			continue;
		if (field >= FIELD_path)
			touched += strlen(event->text[field]);
		else
			touched += (size_t)event->number[field];
	}
	for (size_t i = 0; event_has(event, FIELD_argv) && i < event->argv.count; i++)
		touched += strlen(event->argv.item[i]);
}

static void
add_records(void *owner, const struct raw_records *records)
{
	struct run *run = owner;

	if (merge_add(&run->merge, records) < 0)
		abort();
}

static void
take_record(void *owner, const struct raw_record *record)
{
	struct run *run = owner;

	processes_record(run->processes, record->pid, record->tid, record->bytes, record->size);
}

/* As the collector reads the pipe (collector.c). */
static void
read_pipe(struct run *run, const uint8_t *data, size_t size)
{
	size_t at = 0;

	bytes_put(&run->pipe, data, size);
	while (at < run->pipe.size) {
		size_t left = run->pipe.size - at;
		uint8_t *exact = malloc(left); /* so that a sanitizer sees a read behind it */

		if (!exact)
			abort();
		memcpy(exact, run->pipe.data + at, left);
		long consumed = streams_frame(run->streams, exact, left);
		free(exact);
		if (consumed == 0)
			break;
		if (consumed > (long)left)
			abort();
		at += consumed < 0 ? 1 : (size_t)consumed;
	}
	if (at > 0)
		memmove(run->pipe.data, run->pipe.data + at, run->pipe.size - at);
	run->pipe.size -= at;
	if (run->pipe.size >= FRAME_LIMIT)
		abort();
}

static void
take_chunk(struct run *run, unsigned chunk, const uint8_t *data, size_t size)
{
	struct frame header;
	uint64_t time;

	switch (chunk % CHUNK_COUNT) {
	case CHUNK_PIPE:
		read_pipe(run, data, size);
		return;
	case CHUNK_RELEASE:
		if (size >= sizeof time) {
			memcpy(&time, data, sizeof time);
			merge_release(&run->merge, time, SIZE_MAX, take_record, run);
		}
		return;
	}
	if (size < sizeof header)
		return;
	memcpy(&header, data, sizeof header);
	data += sizeof header;
	size -= sizeof header;
	if (chunk % CHUNK_COUNT == CHUNK_SKIP)
		streams_skip(run->streams, &header, header.sequence);
	else if (chunk % CHUNK_COUNT == CHUNK_ENDED)
		streams_ended(run->streams, header.pid, header.tid, header.birth);
	else if (size <= SLOT_DATA)
		streams_slot(run->streams, &header, data, (uint32_t)size);
}

static void
play(const uint8_t *data, size_t size)
{
	struct run run = {0};
	uint32_t running[4];

	run.streams = streams_new(add_records, NULL, &run);
	run.processes = processes_new(touch_event, &run, 0);
	if (!run.streams || !run.processes)
		abort();
	for (size_t at = 0; size - at >= 3;) {
		size_t length = data[at + 1] | (size_t)data[at + 2] << 8;
		unsigned chunk = data[at];

		at += 3;
		if (length > size - at)
			length = size - at;
		take_chunk(&run, chunk, data + at, length);
		at += length;
	}
	merge_release(&run.merge, UINT64_MAX, SIZE_MAX, take_record, &run);
	processes_close(run.processes, run.shown, streams_lost(run.streams), running, 4);
	merge_free(&run.merge);
	streams_free(run.streams);
	processes_free(run.processes);
	free(run.pipe.data);
}

/* One edit: nothing, a byte, a bit, bytes left out, bytes twice, a number that is often a limit somewhere. */
static void
edit(struct bytes *run, const uint8_t edit[4])
{
	static const uint32_t numbers[] = {0, 1, 15, 16, 4000, 4001, INT32_MAX, UINT32_MAX - 1, UINT32_MAX};
	size_t at = run->size > 0 ? (edit[0] | (size_t)edit[1] << 8) % run->size : 0;
	size_t left = run->size - at, count = edit[3] < left ? edit[3] : left;
	uint32_t number = numbers[edit[3] % (sizeof numbers / sizeof *numbers)];
	uint8_t copy[256];

	switch (run->size > 0 ? edit[2] % 6 : 0) {
	case 1:
		run->data[at] = edit[3];
		break;
	case 2:
		run->data[at] ^= (uint8_t)(1 << edit[3] % 8);
		break;
	case 3:
		memmove(run->data + at, run->data + at + count, left - count);
		run->size -= count;
		break;
	case 4:
		memcpy(copy, run->data + at, count);
		bytes_put(run, copy, count); /* makes room */
		memmove(run->data + at + count, run->data + at, left);
		memcpy(run->data + at, copy, count);
		break;
	case 5:
		memcpy(run->data + at, &number, left < sizeof number ? left : sizeof number);
		break;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes run = {0};

	if (size == 0)
		return 0;
	seed_put(&run, data[0]);
	for (size_t at = 1; size - at >= 4 && at < 4096; at += 4)
		edit(&run, data + at);
	play(run.data, run.size);
	/* And what the rest of the input is by itself. */
	play(data + 1, size - 1);
	free(run.data);
	return 0;
}
