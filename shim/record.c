/*
 * record.c - puts a record's bytes into the thread's slot (include/record.h has the layout). The rule to
 * keep: what is committed is complete, so that a thread that is killed here leaves nothing half said.
 *
 * A record is put in up to three passes. The first goes into the room that is left and finds out the size;
 * when it didn't fit, the slot is handed to the pipe and the second pass fills it anew; a record longer than
 * a slot goes out in as many frames as it takes. The program's strings may change between passes (another
 * thread's doing): the size that was announced is kept, by cutting or by zeros.
 */
#define _GNU_SOURCE
#include <signal.h>
#include <string.h>

#include "load.h"
#include "shim.h"

/*
 * Whether the program jumped out of the frame that holds `outer` (siglongjmp(3) out of a signal handler), as
 * seen from a newer record: then it doesn't lie above on the same stack. A handler on an alternate stack may
 * lie anywhere.
 */
static bool
is_left(const struct record *outer, const struct record *newer)
{
	stack_t other = {0};
	uintptr_t at = (uintptr_t)outer, here = (uintptr_t)newer;

	if (here < at && thread_level() < LEVEL_COUNT / 2)
		return false;
	if (!channel.quiet && raw(SYS_sigaltstack, NULL, &other) == 0 && !(other.ss_flags & SS_DISABLE)) {
		bool outer_there = at - (uintptr_t)other.ss_sp < other.ss_size;
		bool newer_there = here - (uintptr_t)other.ss_sp < other.ss_size;

		if (outer_there != newer_there)
			return outer_there;
	}
	return here >= at;
}

/* The level will be used anew. Of a long record whose beginning went out already the number that is left out
 * tells. */
static void
give_level_up(struct slot *slot)
{
	if (!slot)
		return;
	if ((uint32_t)slot->state == 0 && slot->frame.flags & FRAME_CONTINUES) {
		slot->frame.sequence++;
		slot->frame.flags = 0;
		__atomic_store_n(&slot->state, (uint64_t)slot->frame.sequence << 32, __ATOMIC_RELEASE);
	}
	__atomic_store_n(&slot->pending, 0, __ATOMIC_RELEASE);
}

/* Before a record that finds another one in the making, or some lost. */
static void
put_in_order(const struct record *record)
{
	if (thread.owner != process->pid)
		return; /* forked in a handler: these are the parent's */
	for (uint32_t level = LEVEL_COUNT; level-- > 0;) {
		if (!thread.put[level])
			continue;
		if (!is_left(thread.put[level], record))
			break;
		thread.called[level] = NULL;
		give_level_up(thread.slot[level]);
		thread.put[level] = NULL;
		thread.lost++;
	}
	if (thread.put[0])
		return;
	uint32_t lost = __atomic_exchange_n(&thread.lost, 0, __ATOMIC_RELAXED);
	if (lost == 0)
		return;
	struct record note = {0};
	if (record_begin(&note, NOTE_LOST, 0)) {
		do {
			record_number(&note, (int32_t)lost);
		} while (record_again(&note));
	}
}

static void
note_call_around(struct record *record, struct slot *slot)
{
	const struct record *called = thread.called[slot->level];

	if (!called || is_left(called, record)) {
		thread.lost++; /* whether that call did something before it was left, nobody knows */
		return;
	}
	record->outer = slot->pending;
	record->outer_record = called;
}

/* The time of the call that this record lies within, if any: a handler's call that came while another was
 * under way. */
static inline void
note_outer(struct record *record, struct slot *slot)
{
	record->outer = 0;
	record->outer_record = NULL;
	if (unlikely(slot->pending != 0))
		note_call_around(record, slot);
}

/*
 * From here on a signal handler takes the next level. One that came before may have filled `slot` and gone on
 * in another; one that forked leaves its child here with what is its parent's (commit).
 */
static inline struct slot *
enter_level(struct record *record, struct slot *slot)
{
	uint32_t owner = thread.owner, level = slot->level;

	thread.put[level] = record;
	__asm__ volatile("" ::: "memory");
	return likely(thread.slot[level] == slot) || thread.owner != owner ? slot : thread.slot[level];
}

/* A signal handler forked in the middle: this is the child, and what was begun is its parent's. */
static __attribute__((noinline)) void
leave_to_parent(const struct record *record)
{
	for (int level = 0; level < LEVEL_COUNT; level++) {
		if (thread.put[level] == record)
			thread.put[level] = NULL;
	}
}

/* The time of a record is about to be read. Where it lies within another call, that one's is older. */
static inline void
announce(const struct record *record, struct slot *slot)
{
	if (likely(record->outer == 0))
		__atomic_store_n(&slot->pending, 1, __ATOMIC_RELAXED);
}

void
record_before(struct record *record)
{
	if (unlikely(thread.put[0] || thread.lost))
		put_in_order(record);
	struct slot *slot = staging_slot();
	if (unlikely(load_pending))
		load_settle();
	record->begun = record;
	record->slot = NULL;
	record->time = 0;
	if (unlikely(!slot))
		return;
	slot = enter_level(record, slot);
	if (unlikely(slot->frame.pid != process->pid)) {
		leave_to_parent(record);
		record->time = now();
		return;
	}
	record->slot = slot;
	note_outer(record, slot);
	announce(record, slot);
	record->time = now();
	thread.called[slot->level] = record;
	if (likely(record->outer == 0))
		__atomic_store_n(&slot->pending, record->time, __ATOMIC_RELEASE);
	__asm__ volatile("" ::: "memory");
	thread.put[slot->level] = NULL;
}

/* What was put since may have gone on in another slot. */
void
record_after(const struct record *record)
{
	struct slot *slot = record->slot ? thread.slot[record->slot->level] : NULL;

	if (!slot || thread.called[slot->level] != record)
		return;
	__atomic_store_n(&slot->pending, record->outer, __ATOMIC_RELEASE);
	thread.called[slot->level] = record->outer_record;
}

static uint32_t
slot_used(const struct slot *slot)
{
	return (uint32_t)slot->state;
}

static void
begin_pass(struct record *record)
{
	record->paths = 0;
	record->base = slot_used(record->slot);
	record->room = SLOT_DATA - record->base;
	record->size = sizeof(struct record_head);
}

bool
record_begin(struct record *record, enum call call, int error)
{
	if (unlikely(thread.put[0] || thread.lost))
		put_in_order(record);
	struct slot *slot = staging_slot();
	if (unlikely(!slot))
		return false;
	if (unlikely(load_pending))
		load_settle();
	slot = enter_level(record, slot);
	if (record->time == 0) {
		note_outer(record, slot);
		announce(record, slot);
		record->time = now();
	} else if (record->slot != slot && thread.called[slot->level] != record->begun) {
		/* Forked in between, or a level apart; not just gone on in another slot. */
		note_outer(record, slot);
	}
	record->slot = slot;
	record->call = (uint16_t)call;
	record->error = (uint16_t)error;
	record->pass = PASS_FIT;
	begin_pass(record);
	return true;
}

static void
put_head(const struct record *record, uint8_t *at, uint32_t size)
{
	struct record_head head = {
	    .size = size, .call = record->call, .error = record->error, .time = record->time};

	__builtin_memcpy(at, &head, sizeof head);
}

static inline __attribute__((always_inline)) void
commit(struct record *record, uint32_t used)
{
	struct slot *slot = record->slot;
	uint64_t state = (slot->state & ~(uint64_t)UINT32_MAX) | used;

	if (unlikely(slot->frame.pid != process->pid)) {
		leave_to_parent(record);
		return;
	}
	__atomic_store_n(&slot->state, state, __ATOMIC_RELEASE);
	__atomic_store_n(&slot->pending, record->outer, __ATOMIC_RELEASE);
	thread.called[slot->level] = record->outer_record;
	thread.last = record->time;
	if (unlikely(slot->alone))
		slot = staging_send_alone(slot, record->outer != 0);
	__asm__ volatile("" ::: "memory");
	thread.put[slot->level] = NULL;
}

/* All of it stands in the slot. */
static inline __attribute__((always_inline)) void
finish(struct record *record)
{
	put_head(record, record->slot->data + record->base, record->size);
	commit(record, record->base + record->size);
}

/* The third pass begins: frames are filled and sent as the bytes come. */
static void
begin_frames(struct record *record)
{
	uint8_t head[sizeof(struct record_head)];

	record->pass = PASS_FRAMES;
	record->paths = 0;
	record->base = 0;
	record->size = 0;
	put_head(record, head, record->total);
	record_bytes(record, head, sizeof head);
}

/* It didn't fit, is put in frames, or has to say what a path of it is told by. */
static __attribute__((noinline)) bool
put_on(struct record *record)
{
	if (record->pass == PASS_FRAMES) {
		static const uint8_t zeros[64];

		while (record->size < record->total) {
			uint32_t left = record->total - record->size;

			record_bytes(record, zeros, left < sizeof zeros ? left : (uint32_t)sizeof zeros);
		}
		commit(record, record->base);
		return false;
	}
	record->total = record->size;
	if (record->pass & PASS_BY_BASE) {
		record->total += record->by_base.prefix; /* frames have all of it */
		record_bytes(record, &record->by_base, sizeof record->by_base);
		if (record->size <= record->room) {
			record->call |= RECORD_HAS_BASE;
			finish(record);
			return false;
		}
	}
	/* In a fresh slot a 1 would be taken for a record that began since the round before (slots.c). */
	if (record->outer == 0)
		__atomic_store_n(&record->slot->pending, record->time, __ATOMIC_RELEASE);
	record->slot = staging_flush(record->slot, record->time > thread.last);
	if (unlikely(channel.quiet) && record->size > SLOT_DATA) {
		thread.lost++; /* it could only be written */
		commit(record, slot_used(record->slot));
		return false;
	}
	if (record->size <= SLOT_DATA && (record->pass & ~PASS_BY_BASE) == PASS_FIT) {
		record->pass = PASS_EMPTY;
		begin_pass(record);
	} else {
		begin_frames(record);
	}
	return true;
}

bool
record_again(struct record *record)
{
	if (unlikely(record->pass >= PASS_FRAMES || record->size > record->room))
		return put_on(record);
	finish(record);
	return false;
}

/* Pass 2: `base` is how far the present frame is filled. */
static void
put_into_frames(struct record *record, const uint8_t *bytes, uint32_t length)
{
	struct slot *slot = record->slot;

	if (length > record->total - record->size)
		length = record->total - record->size;
	record->size += length;
	while (length > 0) {
		uint32_t piece = SLOT_DATA - record->base;

		if (piece == 0) {
			uint64_t held = channel_hold();

			slot->frame.length = SLOT_DATA;
			channel_write(&slot->frame, held);
			slot->frame.sequence++;
			slot->frame.flags = FRAME_CONTINUES;
			__atomic_store_n(&slot->state, (uint64_t)slot->frame.sequence << 32,
					 __ATOMIC_RELEASE);
			__atomic_thread_fence(
			    __ATOMIC_RELEASE); /* no new byte is seen before the new number */
			channel_let_go(held);
			record->base = 0;
			continue;
		}
		if (piece > length)
			piece = length;
		memcpy(slot->data + record->base, bytes, piece);
		record->base += piece;
		bytes += piece;
		length -= piece;
	}
}

void
record_bytes(struct record *record, const void *bytes, uint32_t length)
{
	if (unlikely(record->pass == PASS_FRAMES)) {
		put_into_frames(record, bytes, length);
		return;
	}
	if (likely(length <= record->room && record->size <= record->room - length))
		memcpy(record->slot->data + record->base + record->size, bytes, length);
	record->size += length;
}
