/*
 * collector.c - reads the pipe and the slots, a round at a time, and lets records go on when nothing older can come.
 * The rule to keep: the pipe is drained first and everything else comes after, since a full pipe makes programs wait.
 */
#include "collector.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "merge.h"
#include "processes.h"
#include "run_directory.h"
#include "streams.h"

enum {
	READ_SIZE = 1 << 20,
	ROUND_LIMIT = 16 << 20,    /* bytes taken from the pipe before records go on */
	RUNNING_LIMIT = 65536,
};

#define SECOND          UINT64_C(1000000000)
#define PENDING_LIMIT   (SECOND / 2)   /* a call that takes longer no longer holds the others back */
#define LIVENESS_PERIOD (SECOND / 5)
#define CLOCK_MARGIN    UINT64_C(100000) /* a store may be seen this much later than the clock was read */
#define DEAD_QUIET      (10 * SECOND)  /* a slot of a thread that seems dead is given away after this, when they run short */

/* What we know of a slot beside what stands in it. */
struct slot_view {
	uint64_t pending;       /* as seen last */
	uint64_t state;         /* likewise: with another state it is another record that is pending */
	uint64_t pending_since; /* when it was first seen so */
	uint64_t bound;         /* what it may still tell is no older */
	uint64_t dead_since;    /* 0: alive */
	uint64_t birth;
	bool over;              /* its owner is known to be gone for good */
};

struct collector {
	struct run_directory run;
	struct streams *streams;
	struct merge merge;
	struct processes *processes;
	struct slot_view view[SLOT_COUNT];
	uint8_t *buffer;
	size_t held; /* bytes at the buffer's beginning that are no whole frame yet */
	uint64_t last_round;
	uint64_t last_liveness;
	uint64_t start;
	uint64_t lost;
	uint32_t used; /* slots */
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

static struct slot *
slot_at(const struct collector *collector, unsigned index)
{
	return (struct slot *)((uint8_t *)collector->run.slots + (size_t)(index + 1) * SLOT_STRIDE);
}

static void
add_record(void *owner, struct raw_record *record)
{
	struct collector *collector = owner;

	if (merge_add(&collector->merge, record) < 0)
		collector->lost++;
}

/* An image begins: what an earlier one with this pid left is complete. */
static void
image_began(void *owner, uint32_t pid, uint64_t birth)
{
	struct collector *collector = owner;

	for (unsigned word = 0; word < SLOT_COUNT / 64; word++) {
		uint64_t used = __atomic_load_n(&collector->run.slots->used[word], __ATOMIC_ACQUIRE);

		for (; used; used &= used - 1) {
			unsigned index = word * 64 + (unsigned)__builtin_ctzll(used);
			const struct slot *slot = slot_at(collector, index);

			if (slot->frame.pid == pid && slot->birth != 0 && slot->birth < birth) {
				collector->view[index].over = true;
				collector->view[index].birth = slot->birth;
			}
		}
	}
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
	collector->streams = streams_new(add_record, image_began, collector);
	collector->processes = processes_new(emit, owner, start_ns);
	if (collector->buffer && collector->streams && collector->processes)
		return collector;
	run_directory_remove(&collector->run);
failed:;
	int error = errno;
	free(collector->buffer);
	streams_free(collector->streams);
	processes_free(collector->processes);
	free(collector);
	errno = error;
	return NULL;
}

void
collector_free(struct collector *collector)
{
	if (!collector)
		return;
	run_directory_remove(&collector->run);
	merge_free(&collector->merge);
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
collector_command_started(struct collector *collector, uint32_t pid)
{
	run_directory_close_writer(&collector->run);
	processes_root(collector->processes, pid);
}

void
collector_command_ended(struct collector *collector, uint32_t pid, int status)
{
	collector_step(collector);
	processes_ended(collector->processes, pid, status, clock_now());
}

/* Frames out of the buffer. Bytes that are no frame are passed over one by one until one begins, and count as a loss. */
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

static size_t
drain_pipe(struct collector *collector)
{
	size_t total = 0;

	while (total < ROUND_LIMIT) {
		ssize_t got = read(collector->run.reader, collector->buffer + collector->held, READ_SIZE);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		total += (size_t)got;
		collector->held += (size_t)got;
		take_frames(collector);
	}
	return total;
}

/* A copy of what waits in a slot that didn't change while it was made. False when it did. */
static bool
copy_slot(struct slot *slot, struct frame *frame, uint8_t *data, uint32_t *committed)
{
	uint64_t birth = __atomic_load_n(&slot->birth, __ATOMIC_ACQUIRE);
	uint64_t state = __atomic_load_n(&slot->state, __ATOMIC_ACQUIRE);

	*committed = (uint32_t)state;
	if (birth == 0 || *committed > SLOT_DATA)
		return false;
	*frame = slot->frame;
	frame->sequence = (uint32_t)(state >> 32);
	memcpy(data, slot->data, *committed);
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return __atomic_load_n(&slot->state, __ATOMIC_RELAXED) >> 32 == state >> 32 &&
	       __atomic_load_n(&slot->birth, __ATOMIC_RELAXED) == birth && frame->birth == birth;
}

static void
free_slot(struct collector *collector, unsigned index, const struct frame *frame)
{
	struct slot *slot = slot_at(collector, index);

	streams_ended(collector->streams, frame->pid, frame->tid, frame->birth);
	memset(&collector->view[index], 0, sizeof collector->view[index]);
	__atomic_store_n(&slot->done, 0, __ATOMIC_RELAXED);
	__atomic_store_n(&slot->pending, 0, __ATOMIC_RELAXED);
	__atomic_store_n(&slot->birth, 0, __ATOMIC_RELEASE);
	__atomic_fetch_and(&collector->run.slots->used[index / 64], ~(UINT64_C(1) << index % 64), __ATOMIC_RELEASE);
}

/* Whether a slot's thread is gone. In another pid namespace this may be wrong, so such a slot is not given away soon. */
static bool
seems_dead(const struct frame *frame)
{
	return syscall(SYS_tgkill, frame->pid, frame->tid, 0) < 0 && errno == ESRCH;
}

static void
look_at_slot(struct collector *collector, unsigned index, uint64_t round, bool check_liveness)
{
	struct slot *slot = slot_at(collector, index);
	struct slot_view *view = &collector->view[index];
	struct frame frame;
	uint8_t data[SLOT_DATA];
	uint32_t committed;
	bool done = __atomic_load_n(&slot->done, __ATOMIC_ACQUIRE);

	if (!copy_slot(slot, &frame, data, &committed))
		return;
	if (view->birth != frame.birth)
		*view = (struct slot_view){.birth = frame.birth};
	bool taken = streams_slot(collector->streams, &frame, data, committed);
	if (check_liveness && !done && !view->over) {
		if (!seems_dead(&frame))
			view->dead_since = 0;
		else if (view->dead_since == 0)
			view->dead_since = round;
	}
	bool scarce = collector->used > SLOT_COUNT * 3 / 4;
	bool dead = view->dead_since && scarce && round - view->dead_since > DEAD_QUIET;
	if (taken && (done || view->over || dead))
		free_slot(collector, index, &frame);
}

/* The earliest time that a slot's thread may still tell. */
static uint64_t
slot_bound(struct collector *collector, unsigned index, uint64_t round)
{
	struct slot *slot = slot_at(collector, index);
	struct slot_view *view = &collector->view[index];
	uint64_t pending = __atomic_load_n(&slot->pending, __ATOMIC_ACQUIRE);

	if (pending == 0 || view->over || view->dead_since)
		return UINT64_MAX;
	uint64_t state = __atomic_load_n(&slot->state, __ATOMIC_ACQUIRE);
	if (pending != view->pending || state != view->state) {
		view->pending = pending;
		view->state = state;
		view->pending_since = round;
		/* A descriptor's note stands one before its record (shim/record.c). */
		view->bound = pending == 1 ? collector->last_round : pending - 1;
	}
	return round - view->pending_since > PENDING_LIMIT ? UINT64_MAX : view->bound;
}

static void
take_record(void *owner, const struct raw_record *record)
{
	struct collector *collector = owner;

	if (processes_record(collector->processes, record->pid, record->tid, record->bytes, record->size) < 0)
		collector->lost++;
}

size_t
collector_step(struct collector *collector)
{
	uint64_t round = clock_now();
	uint64_t watermark = round - CLOCK_MARGIN;
	bool check_liveness = round - collector->last_liveness > LIVENESS_PERIOD;
	struct slots_head *head = collector->run.slots;

	/* Bounds first: a record that comes between the two looks is younger than this round. */
	for (unsigned word = 0; word < SLOT_COUNT / 64; word++) {
		uint64_t used = __atomic_load_n(&head->used[word], __ATOMIC_ACQUIRE);

		for (; used; used &= used - 1) {
			uint64_t bound =
			    slot_bound(collector, word * 64 + (unsigned)__builtin_ctzll(used), round);

			if (bound < watermark)
				watermark = bound;
		}
	}
	size_t total = drain_pipe(collector);
	collector->used = 0;
	for (unsigned word = 0; word < SLOT_COUNT / 64; word++) {
		uint64_t used = __atomic_load_n(&head->used[word], __ATOMIC_ACQUIRE);

		for (; used; used &= used - 1) {
			collector->used++;
			look_at_slot(collector, word * 64 + (unsigned)__builtin_ctzll(used), round, check_liveness);
		}
	}
	merge_release(&collector->merge, watermark, take_record, collector);
	collector->last_round = round - CLOCK_MARGIN;
	if (check_liveness)
		collector->last_liveness = round;
	return total;
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
	/* Twice: frames that were in the pipe may have kept a slot from being read in the first round. */
	collector_step(collector);
	collector_step(collector);
	merge_release(&collector->merge, UINT64_MAX, take_record, collector);
	uint64_t now = clock_now();
	size_t count = processes_close(collector->processes, now, collector->lost + streams_lost(collector->streams),
				       collector->running, RUNNING_LIMIT);
	struct process_totals totals = processes_totals(collector->processes);
	end->events = totals.events;
	end->processes = totals.processes;
	end->untraced = totals.untraced;
	end->lost = totals.lost;
	end->duration_ns = now - collector->start;
	end->running_count = count < RUNNING_LIMIT ? count : RUNNING_LIMIT;
	end->running = collector->running;
}
