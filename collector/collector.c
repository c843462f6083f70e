/*
 * collector.c - reads the pipe and the slots, a round at a time, and lets records go on when nothing older
 * can come. The rules to keep: the pipe is drained first and everything else comes after, since a full pipe
 * makes programs wait; and a round's records go on only when the pipe and every slot were read to where they
 * were when it began.
 */
#include "collector.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "merge.h"
#include "processes.h"
#include "run_directory.h"
#include "slots.h"
#include "streams.h"
#include "tsc.h"

enum {
	READ_SIZE = 1 << 20,
	TRIES = 8, /* a slot that is flushed while we look at it sends us back to the pipe */
	RUNNING_LIMIT = 65536,
	PORTION = 4096,    /* records that go on until the pipe is looked at again */
	PIPE_LOOKS = 64,   /* in a round at the pipe meanwhile */
	ENOUGH = 16 << 20, /* bytes that wait: no more are taken in between */
	USUAL = 64,        /* slots, from the first round on */
	FEW = 256,         /* slots: of so many a quarter in use is reason enough for more */
};

#define SECOND     UINT64_C(1000000000)
#define HOLD_LIMIT (SECOND / 2) /* rounds that can't be completed hold records back for so long */

struct collector {
	struct run_directory run;
	struct streams *streams;
	struct slots *slots;
	struct merge merge;
	struct processes *processes;
	uint8_t *buffer;
	size_t held;        /* bytes at the buffer's beginning that are no whole frame yet */
	uint64_t round;     /* when the present round began */
	uint64_t present;   /* the clock when it was last read; a round may take long */
	uint64_t watermark; /* all that is older has gone on */
	uint64_t complete;  /* the last round that was */
	uint64_t start;
	uint64_t lost;
	struct tsc tsc;
	uint8_t whole[BASE_WHOLE]; /* a record whose path was told by a base */
	struct {
		uint64_t time; /* 0: still running, or told */
		uint32_t pid;
		int status;
	} ended; /* the command */
	uint32_t running[RUNNING_LIMIT];
};

static char failed_place[256];

const char *
collector_place(void)
{
	return failed_place;
}

static uint64_t
clock_now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * SECOND + (uint64_t)time.tv_nsec;
}

/*
 * Nothing comes from the future but garbage, and clocks of another time namespace: such a record is taken for
 * one of this round.
 */
static void
add_untimely(struct collector *collector, const struct raw_records *records)
{
	struct raw_records one = *records;
	struct record_head head;

	for (uint32_t at = 0; at < records->size; at += head.size) {
		memcpy(&head, records->bytes + at, sizeof head);
		uint8_t *bytes = malloc(head.size);
		if (!bytes) {
			collector->lost++;
			continue;
		}
		if (head.time > collector->present + SECOND)
			head.time = collector->round;
		memcpy(bytes, records->bytes + at, head.size);
		memcpy(bytes, &head, sizeof head);
		one.bytes = bytes;
		one.size = head.size;
		if (merge_add(&collector->merge, &one) < 0)
			collector->lost++;
		free(bytes);
	}
}

static void
add_records(void *owner, const struct raw_records *records)
{
	struct collector *collector = owner;

	/* A round may have begun long ago, and this be what was made since. */
	if (records->latest > collector->present + SECOND)
		collector->present = clock_now();
	if (records->latest > collector->present + SECOND)
		add_untimely(collector, records);
	else if (merge_add(&collector->merge, records) < 0)
		collector->lost += streams_count(records);
}

/* An image begins: what an earlier one with this pid left is complete. */
static void
image_began(void *owner, uint32_t pid, uint64_t birth)
{
	struct collector *collector = owner;

	slots_over(collector->slots, pid, birth);
}

/* A process was waited for: so is what it left. */
static void
process_ended(void *owner, uint32_t pid, uint64_t time)
{
	struct collector *collector = owner;

	slots_over(collector->slots, pid, time);
}

struct collector *
collector_new(void (*emit)(void *owner, const struct event *event), void *owner, uint64_t start_ns)
{
	struct collector *collector = calloc(1, sizeof *collector);

	if (!collector)
		return NULL;
	if (run_directory_make(&collector->run) < 0) {
		memcpy(failed_place, collector->run.path, sizeof failed_place);
		goto failed;
	}
	collector->start = start_ns;
	collector->buffer = malloc(READ_SIZE + FRAME_LIMIT);
	collector->streams = streams_new(add_records, image_began, collector);
	collector->processes = processes_new(emit, owner, start_ns);
	if (collector->streams) {
		streams_see_slots(collector->streams, collector->run.slots);
		collector->slots = slots_new(collector->run.slots, collector->streams);
	}
	if (collector->buffer && collector->slots && collector->processes) {
		processes_watch_ends(collector->processes, process_ended, collector);
		return collector;
	}
	errno = ENOMEM;
failed:;
	int error = errno;
	if (collector->run.slots)
		run_directory_remove(&collector->run);
	free(collector->buffer);
	slots_free(collector->slots);
	streams_free(collector->streams);
	processes_free(collector->processes);
	free(collector);
	errno = error;
	return NULL;
}

void
collector_ask_environment(struct collector *collector, const char names[ENVIRONMENT_SIZE])
{
	memcpy(collector->run.slots->environment, names, ENVIRONMENT_SIZE);
}

void
collector_free(struct collector *collector)
{
	if (!collector)
		return;
	run_directory_remove(&collector->run);
	merge_free(&collector->merge);
	slots_free(collector->slots);
	streams_free(collector->streams);
	processes_free(collector->processes);
	free(collector->buffer);
	free(collector);
}

const char *
collector_variable(const struct collector *collector)
{
	return collector->run.variable;
}

const char *
collector_directory(const struct collector *collector)
{
	return collector->run.path;
}

void
collector_command_started(struct collector *collector, uint32_t pid, const struct command *command)
{
	run_directory_close_writer(&collector->run);
	processes_root(collector->processes, pid, command);
}

void
collector_command_ended(struct collector *collector, uint32_t pid, int status)
{
	/* Told when all that it recorded before has gone on. */
	collector->ended.time = clock_now();
	collector->ended.pid = pid;
	collector->ended.status = status;
}

/* Frames out of the buffer. Bytes that are no frame are passed over one by one until one begins, and count as
 * a loss. */
static void
take_frames(struct collector *collector)
{
	uint8_t *at = collector->buffer;
	size_t left = collector->held;
	bool astray = false;

	while (left > 0) {
		long consumed = streams_frame(collector->streams, at, left);

		if (consumed == 0)
			break;
		if (consumed < 0) {
			collector->lost += !astray;
			astray = true;
			consumed = 1;
		} else {
			astray = false;
		}
		at += consumed;
		left -= (size_t)consumed;
	}
	memmove(collector->buffer, at, left);
	collector->held = left;
}

/*
 * What is in the pipe now, at least: a read takes all of that, as far as there is room for it (pipe(7)). What
 * is written meanwhile is left for the next round, which would have no end otherwise where many write. How
 * many bytes came.
 */
static size_t
drain_pipe(struct collector *collector)
{
	size_t total = 0;
	ssize_t got;

	do {
		got = read(collector->run.reader, collector->buffer + collector->held, READ_SIZE);
		if (got > 0) {
			total += (size_t)got;
			collector->held += (size_t)got;
			take_frames(collector);
		}
	} while (got == READ_SIZE || (got < 0 && errno == EINTR));
	return total;
}

/* One with a long path, which is told by its base. */
static __attribute__((noinline)) int
take_whole(struct collector *collector, const struct raw_record *record)
{
	uint32_t size = base_expand(record->base, record->bytes, record->size, collector->whole);

	return processes_record(collector->processes, record->pid, record->tid, collector->whole, size);
}

static void
take_record(void *owner, const struct raw_record *record)
{
	struct collector *collector = owner;
	int taken = record->base ? take_whole(collector, record)
				 : processes_record(collector->processes, record->pid, record->tid,
						    record->bytes, record->size);

	if (taken < 0)
		collector->lost++;
}

/*
 * Lets go what is older than `watermark`. Whoever waits for room in the pipe shouldn't have to wait for all
 * of it. But what would come faster than it goes must wait, and so must what comes when the end is near, or
 * it would have none.
 */
static void
release_before(struct collector *collector, uint64_t watermark)
{
	unsigned looks = watermark == UINT64_MAX ? PIPE_LOOKS : 0;

	while (!merge_release(&collector->merge, watermark, PORTION, take_record, collector)) {
		if (collector->merge.bytes < ENOUGH && looks++ < PIPE_LOOKS)
			drain_pipe(collector);
	}
}

/* The same, and the command's end between. */
static void
release(struct collector *collector, uint64_t watermark)
{
	if (collector->ended.time && watermark > collector->ended.time) {
		release_before(collector, collector->ended.time);
		processes_ended(collector->processes, collector->ended.pid, collector->ended.status,
				collector->ended.time);
		collector->ended.time = 0;
	}
	release_before(collector, watermark);
}

/* A page costs 2 us to be made and taken back, so there are no more slots than may be needed before the next
 * round. */
static void
make_room(struct collector *collector)
{
	uint32_t limit = collector->run.slots->limit;

	if (limit < USUAL)
		run_directory_make_room(&collector->run, USUAL);
	else if (slots_used(collector->slots) > limit / (limit < FEW ? 4 : 2))
		run_directory_make_room(&collector->run, limit * 2);
}

size_t
collector_step(struct collector *collector)
{
	bool all;
	uint64_t round = collector->round = collector->present = clock_now();
	/* The bounds first: what comes between the two looks at a slot is younger than this round. */
	uint64_t bound = slots_bound(collector->slots, round);
	uint64_t taken = slots_taken(collector->slots);
	size_t total = 0;
	unsigned tries = 0;

	__atomic_store_n(&collector->run.slots->tick_rate, tsc_rate(&collector->tsc, TSC_SOURCE_FILE),
			 __ATOMIC_RELAXED);

	/*
	 * A frame that is written after the pipe was emptied and before its slot is looked at leaves a gap
	 * between what came and what stands in the slot. Records from before the round may be in it, so the
	 * pipe is read again.
	 */
	do {
		total += drain_pipe(collector);
		all = slots_take(collector->slots, round);
	} while (!all && ++tries < TRIES);
	make_room(collector);
	if (bound > round - SLOTS_MARGIN)
		bound = round - SLOTS_MARGIN;
	if (all || round - collector->complete > HOLD_LIMIT) {
		collector->complete = round;
		if (collector->watermark < bound)
			collector->watermark = bound;
	}
	release(collector, collector->watermark);
	return total + (size_t)(slots_taken(collector->slots) - taken);
}

bool
collector_is_written(struct collector *collector)
{
	struct pollfd wait = {collector->run.reader, POLLIN, 0};

	return poll(&wait, 1, 0) >= 0 && !(wait.revents & POLLHUP);
}

void
collector_close(struct collector *collector, struct trace_end *end)
{
	/* Twice: the first round finds out which frames are missing, the second that they don't come. */
	collector_step(collector);
	collector_step(collector);
	release(collector, UINT64_MAX);
	uint64_t now = clock_now();
	uint64_t lost = collector->lost + streams_lost(collector->streams) + slots_lost(collector->slots);
	size_t count = processes_close(collector->processes, now, lost, collector->running, RUNNING_LIMIT);
	struct process_totals totals = processes_totals(collector->processes);

	end->events = totals.events;
	end->processes = totals.processes;
	end->untraced = totals.untraced;
	end->lost = totals.lost;
	end->duration_ns = now - collector->start;
	end->running_count = count < RUNNING_LIMIT ? count : RUNNING_LIMIT;
	end->running = collector->running;
}
