/*
 * test_slots.c - the collector's side of the shared slots, on slots that the test fills as their owners
 * would: what is taken and when, which bound they give the merge, and when one is given free.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "raw_records.h"
#include "record_builder.h"
#include "slots.h"
#include "streams.h"

#define SECOND UINT64_C(1000000000)

enum { PID = (4 << 20) - 1, BIRTH = 5000 }; /* a pid that no process has */

static struct slots_head *head;
static struct streams *streams;
static struct slots *slots;
static char came[4096];

static void
note(const struct raw_records *records, const struct record_head *record, const uint8_t *bytes)
{
	size_t length = strlen(came);

	length += (size_t)snprintf(came + length, sizeof came - length, "%u:%llu ", records->pid - PID,
				   (unsigned long long)record->time);
	if (records->base) { /* its only field is a string */
		uint8_t whole[BASE_WHOLE];
		uint32_t size = base_expand(records->base, bytes, record->size, whole);
		uint32_t count;

		memcpy(&count, whole + sizeof(struct record_head), sizeof count);
		assert_int_equal(size, sizeof(struct record_head) + sizeof count + count);
		memcpy(&size, whole, sizeof size);
		assert_int_equal(size, sizeof(struct record_head) + sizeof count + count);
		snprintf(came + length, sizeof came - length, "%.*s ", (int)count,
			 (const char *)whole + sizeof(struct record_head) + sizeof count);
	}
}

static void
emit(void *owner, const struct raw_records *records)
{
	(void)owner;
	raw_records_each(records, note);
}

/* As the collector does it: an image ends what had its pid before. */
static void
begin(void *owner, uint32_t pid, uint64_t birth)
{
	(void)owner;
	slots_over(slots, pid, birth);
}

static int
set_up(void **state)
{
	(void)state;
	came[0] = '\0';
	void *map = mmap(NULL, SLOTS_SIZE, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (map == MAP_FAILED)
		return -1;
	head = slots_head_in(map);
	streams = streams_new(emit, begin, NULL);
	streams_see_slots(streams, head);
	slots = slots_new(head, streams);
	return streams && slots ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	slots_free(slots);
	streams_free(streams);
	return munmap(slots_mapping_of(head), SLOTS_SIZE);
}

static struct slot *
slot_at(unsigned index)
{
	return slots_slot(head, index);
}

static bool
is_used(unsigned index)
{
	return head->used[index / 64] >> index % 64 & 1;
}

/* What the owner does (shim/staging.c). */
static struct slot *
claim(unsigned index, uint32_t pid, uint32_t tid, uint64_t birth)
{
	struct slot *slot = slot_at(index);

	head->used[index / 64] |= UINT64_C(1) << index % 64;
	slot->state = slot->pending = slot->done = slot->base_of = 0;
	slot->frame = (struct frame){.version = RECORD_VERSION, .pid = pid, .tid = tid, .birth = birth};
	slot->birth = birth;
	return slot;
}

static void
commit(struct slot *slot, enum call call, uint64_t time)
{
	uint32_t used = (uint32_t)slot->state;
	struct bytes record = {0};

	if (call == NOTE_FORKED)
		record_put(&record, call, 0, time, "iiiliiii", 1, 0, 0, INT64_C(-1), 0, 0, 0, 0);
	else
		record_put(&record, call, 0, time, "s", "/");
	memcpy(slot->data + used, record.data, record.size);
	slot->state += record.size;
	free(record.data);
}

/* The waiting records become a frame; its bytes. */
static struct bytes
flush(struct slot *slot)
{
	struct bytes frame = {0};

	slot->frame.length = (uint16_t)slot->state;
	bytes_put(&frame, &slot->frame, sizeof slot->frame);
	bytes_put(&frame, slot->data, slot->frame.length);
	slot->frame.sequence++;
	slot->state = (uint64_t)slot->frame.sequence << 32;
	return frame;
}

static void
arrive(struct bytes *frame)
{
	assert_int_equal(streams_frame(streams, frame->data, frame->size), frame->size);
	free(frame->data);
}

static void
expect(const char *records, uint64_t lost)
{
	assert_string_equal(came, records);
	assert_int_equal(streams_lost(streams) + slots_lost(slots), lost);
	came[0] = '\0';
}

static void
test_taken_once(void **state)
{
	struct slot *slot = claim(70, PID, PID, BIRTH);

	(void)state;
	assert_true(slots_take(slots, 1));
	commit(slot, NOTE_CWD, 1);
	commit(slot, NOTE_CWD, 2);
	assert_true(slots_take(slots, 2));
	assert_true(slots_take(slots, 3));
	commit(slot, NOTE_CWD, 3);
	assert_true(slots_take(slots, 4));
	struct bytes frame = flush(slot);
	commit(slot, NOTE_CWD, 4);
	arrive(&frame);
	assert_true(slots_take(slots, 5));
	expect("0:1 0:2 0:3 0:4 ", 0);
	assert_true(is_used(70));
}

/* A frame was written after the pipe was read: what the slot holds now waits for it. */
static void
test_behind_the_pipe(void **state)
{
	struct slot *slot = claim(0, PID, PID, BIRTH);

	(void)state;
	commit(slot, NOTE_CWD, 1);
	struct bytes frame = flush(slot);
	commit(slot, NOTE_CWD, 2);
	assert_false(slots_take(slots, 1));
	expect("", 0);
	arrive(&frame);
	assert_true(slots_take(slots, 2));
	expect("0:1 0:2 ", 0);
}

/*
 * A thread that writes all the time: a round ends when what it had told at the round's first look has come,
 * though what it holds by then waits for other frames. A new round asks for more.
 */
static void
test_writes_on(void **state)
{
	struct slot *slot = claim(0, PID, PID, BIRTH);

	(void)state;
	slots_bound(slots, 10);
	commit(slot, NOTE_CWD, 1);
	struct bytes first = flush(slot);
	commit(slot, NOTE_CWD, 2);
	assert_false(slots_take(slots, 10));
	struct bytes second = flush(slot);
	commit(slot, NOTE_CWD, 3);
	arrive(&first);
	assert_false(slots_take(slots, 10));
	expect("0:1 ", 0);
	struct bytes third = flush(slot);
	commit(slot, NOTE_CWD, 4);
	arrive(&second);
	assert_true(slots_take(slots, 10));
	expect("0:2 ", 0);
	slots_bound(slots, 11);
	assert_true(is_used(0));
	arrive(&third);
	assert_true(slots_take(slots, 11));
	expect("0:3 0:4 ", 0);
}

/* A slot that is claimed when the round has begun tells of nothing that the round must have: its frames may
 * wait for ever behind those of others. */
static void
test_claimed_late(void **state)
{
	struct slot *slot = claim(0, PID, PID, BIRTH), *late;

	(void)state;
	slots_bound(slots, 10);
	commit(slot, NOTE_CWD, 1);
	struct bytes first = flush(slot);
	assert_false(slots_take(slots, 10));
	late = claim(1, PID + 1, PID + 1, BIRTH);
	commit(late, NOTE_CWD, 11);
	struct bytes second = flush(late);
	commit(late, NOTE_CWD, 12);
	arrive(&first);
	assert_true(slots_take(slots, 10));
	expect("0:1 ", 0);
	slots_bound(slots, 20);
	arrive(&second);
	assert_true(slots_take(slots, 20));
	expect("1:11 1:12 ", 0);
}

/* It was lost: that is said when the pipe was emptied after the slot told of it, and not before. */
static void
test_frame_lost(void **state)
{
	struct slot *slot = claim(0, PID, PID, BIRTH);

	(void)state;
	commit(slot, NOTE_CWD, 1);
	struct bytes lost = flush(slot);
	free(lost.data);
	commit(slot, NOTE_CWD, 2);
	assert_false(slots_take(slots, 1));
	expect("", 0);
	assert_true(slots_take(slots, 2));
	expect("0:2 ", 1);
}

/* The header is changed before the state is: killed in between, the frame is in the pipe and the state says
 * it isn't. */
static void
test_killed_in_flush(void **state)
{
	struct slot *slot = claim(0, PID, PID, BIRTH);

	(void)state;
	commit(slot, NOTE_CWD, 1);
	uint64_t before = slot->state;
	struct bytes frame = flush(slot);
	slot->state = before;
	assert_false(slots_take(slots, 1));
	expect("", 0);
	arrive(&frame);
	assert_true(slots_take(slots, 2));
	expect("0:1 ", 0);
	slots_over(slots, PID, BIRTH + 1);
	assert_true(slots_take(slots, 3));
	assert_true(slots_take(slots, 4));
	assert_false(is_used(0));
	expect("", 0);
}

static void
test_done(void **state)
{
	struct slot *slot = claim(0, PID, PID, BIRTH);

	(void)state;
	commit(slot, NOTE_CWD, 1);
	slot->done = 1;
	assert_true(slots_take(slots, 1));
	assert_false(is_used(0));
	assert_int_equal(slot->birth, 0);
	expect("0:1 ", 0);
	/* The next owner's is another stream, with numbers of its own. */
	slot = claim(0, PID + 1, PID + 1, BIRTH + 1);
	commit(slot, NOTE_CWD, 2);
	assert_true(slots_take(slots, 1));
	expect("1:2 ", 0);
}

/* Left, but with records behind a frame that hasn't come: it stays. */
static void
test_done_behind_the_pipe(void **state)
{
	struct slot *slot = claim(0, PID, PID, BIRTH);

	(void)state;
	commit(slot, NOTE_CWD, 1);
	struct bytes frame = flush(slot);
	slot->done = 1;
	assert_false(slots_take(slots, 1));
	assert_true(is_used(0));
	arrive(&frame);
	assert_true(slots_take(slots, 1));
	assert_false(is_used(0));
	expect("0:1 ", 0);
}

/*
 * Another image has this pid: the slots of the one before are given free, but only when the pipe was emptied
 * once more, since a thread may have been killed between its frame and its state.
 */
static void
test_over(void **state)
{
	struct slot *old = claim(3, PID, PID, BIRTH), *thread = claim(4, PID, PID - 5, BIRTH + 1);
	struct slot *other = claim(5, PID - 1, PID - 1, BIRTH);

	(void)state;
	commit(old, NOTE_CWD, 1);
	commit(thread, NOTE_CWD, 2);
	commit(other, NOTE_CWD, 3);
	uint64_t before = thread->state;
	struct bytes copy = flush(thread);
	thread->frame.sequence--;
	thread->state = before;
	struct slot *new = claim(6, PID, PID, BIRTH + 2);
	commit(new, NOTE_FORKED, 4);
	assert_true(slots_take(slots, 1));
	expect("0:1 0:2 4294967295:3 0:4 ", 0);
	assert_true(slots_take(slots, 2)); /* noted that they are over */
	assert_true(is_used(3) && is_used(4) && is_used(5) && is_used(6));
	arrive(&copy);
	assert_true(slots_take(slots, 4));
	assert_true(!is_used(3) && !is_used(4) && is_used(5) && is_used(6));
	expect("", 0);
	slots_over(slots, PID - 1, BIRTH);
	slots_over(slots, UINT32_MAX, UINT64_MAX);
	assert_true(slots_take(slots, 5));
	assert_true(slots_take(slots, 6));
	assert_true(is_used(5)); /* not from before that time */
}

/* Nobody has the pid, but as long as there are slots enough none is taken from a process that may only seem
 * dead. */
static void
test_seems_dead(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 10; i++)
		commit(claim(i, PID, PID - i, BIRTH), NOTE_CWD, 1);
	slot_at(0)->pending = 77;
	for (uint64_t second = 1; second < 30; second++)
		assert_true(slots_take(slots, second * SECOND));
	assert_true(is_used(0) && is_used(9));
	assert_int_equal(slots_bound(slots, 31 * SECOND), UINT64_MAX);
	/* They run short. */
	for (unsigned i = 10; i < SLOT_COUNT * 7 / 8; i++)
		claim(i, PID, (uint32_t)getpid(), BIRTH);
	assert_true(slots_take(slots, 31 * SECOND));
	assert_true(slots_take(slots, 32 * SECOND));
	assert_true(!is_used(0) && !is_used(9) && is_used(10));
	for (uint64_t second = 33; second < 40; second++)
		assert_true(slots_take(slots, second * SECOND));
	assert_true(is_used(10));
	assert_true(slots_take(slots, 60 * SECOND));
	assert_false(is_used(10));
}

static void
test_bounds(void **state)
{
	struct slot *slot = claim(0, PID, PID, BIRTH), *other = claim(8191, PID, PID - 1, BIRTH);
	const uint64_t round = 10 * SECOND, step = SECOND / 100;

	(void)state;
	assert_int_equal(slots_bound(slots, round), UINT64_MAX);
	/* A call under way: its record bears this time, a note of its descriptor one less. */
	slot->pending = 5000;
	assert_int_equal(slots_bound(slots, round + step), 4999);
	other->pending = 4000;
	assert_int_equal(slots_bound(slots, round + 2 * step), 3999);
	/* A record is being made: its time is read after the round in which none was. */
	other->pending = 1;
	slot->pending = 0;
	assert_int_equal(slots_bound(slots, round + 3 * step), round + 2 * step - SLOTS_MARGIN);
	assert_int_equal(slots_bound(slots, round + 4 * step), round + 2 * step - SLOTS_MARGIN);
	/* That one is there, and another is being made. */
	commit(other, NOTE_CWD, round + 3 * step);
	assert_int_equal(slots_bound(slots, round + 5 * step), round + 4 * step - SLOTS_MARGIN);
	/* While we stood still nobody could be seen to get on. */
	assert_int_equal(slots_bound(slots, round + SECOND), round + 4 * step - SLOTS_MARGIN);
	/* Who takes too long holds nobody back any more: this thread isn't at work, there is none. */
	for (unsigned i = 1; i < 44; i++)
		assert_int_equal(slots_bound(slots, round + SECOND + i * step),
				 round + 4 * step - SLOTS_MARGIN);
	for (unsigned i = 50; i < 60; i++)
		slots_bound(slots, round + SECOND + i * step);
	assert_int_equal(slots_bound(slots, round + SECOND + 60 * step), UINT64_MAX);
	slot->pending = 6000;
	assert_int_equal(slots_bound(slots, round + SECOND + 61 * step), 5999);
	slot->pending = 0;
	/* A process that becomes what won't tell of itself is waited for in the same way. */
	slot->executing = 7000;
	assert_int_equal(slots_bound(slots, round + SECOND + 62 * step), 6999);
	slot->pending = 6500;
	assert_int_equal(slots_bound(slots, round + SECOND + 63 * step), 6499);
	slot->executing = 0;
	/* One that works, as we do, is waited for longer. */
	struct slot *own = claim(9, (uint32_t)getpid(), (uint32_t)gettid(), BIRTH);
	slot->pending = 0;
	own->pending = 5000;
	assert_true(slots_take(slots, round + 2 * SECOND));
	for (unsigned i = 0; i < 200; i++)
		assert_int_equal(slots_bound(slots, round + 2 * SECOND + i * step), 4999);
	for (unsigned i = 200; i < 1200; i++)
		slots_bound(slots, round + 2 * SECOND + i * step);
	assert_int_equal(slots_bound(slots, round + 14 * SECOND), UINT64_MAX);
}

/* Who leaves a full slot takes what is pending along; but of an exec under way the old one tells. */
static void
test_bound_of_left(void **state)
{
	struct slot *full = claim(8000, PID, PID, BIRTH), *fresh;

	(void)state;
	full->pending = 1;
	assert_int_equal(slots_bound(slots, 10 * SECOND), 0);
	fresh = claim(3, PID, PID, BIRTH + 1);
	fresh->pending = 9 * SECOND;
	full->done = 1;
	assert_int_equal(slots_bound(slots, 11 * SECOND), 9 * SECOND - 1);
	fresh->pending = 0;
	assert_int_equal(slots_bound(slots, 12 * SECOND), UINT64_MAX);
	full->executing = 8 * SECOND;
	assert_int_equal(slots_bound(slots, 13 * SECOND), 8 * SECOND - 1);
}

/*
 * A thread that goes from slot to slot with a record in the making, while the collector looks at one after
 * the other: its record is never among what is not to come any more.
 */
static uint64_t moving_time; /* of the record in the making; 0: the end */

static void *
move_on(void *unused)
{
	unsigned at = 40;

	for (unsigned turn = 1; __atomic_load_n(&moving_time, __ATOMIC_ACQUIRE); turn++) {
		unsigned to = turn * 29 % 256; /* up and down */
		uint64_t bit = UINT64_C(1) << to % 64;

		if (__atomic_fetch_or(&head->used[to / 64], bit, __ATOMIC_ACQUIRE) & bit)
			continue; /* until the collector has given it free */
		slot_at(to)->pending = moving_time;
		slot_at(to)->frame = slot_at(at)->frame;
		__atomic_store_n(&slot_at(to)->birth, BIRTH, __ATOMIC_RELEASE);
		__atomic_store_n(&slot_at(at)->done, 1, __ATOMIC_RELEASE);
		at = to;
	}
	return unused;
}

static void
test_bound_of_moving(void **state)
{
	struct slot *slot = claim(40, (uint32_t)getpid(), (uint32_t)gettid(), BIRTH);
	pthread_t thread;

	(void)state;
	slot->pending = moving_time = 5000;
	assert_int_equal(pthread_create(&thread, NULL, move_on, NULL), 0);
	for (uint64_t round = SECOND; round < SECOND + 20000; round++) {
		assert_true(slots_bound(slots, round) <= 4999);
		slots_take(slots, round);
	}
	__atomic_store_n(&moving_time, 0, __ATOMIC_RELEASE);
	pthread_join(thread, NULL);
}

/* A slot that somebody scribbled over is a loss, and doesn't stop the others. */
static struct slot *
claim_base(unsigned index, unsigned of, const char *path)
{
	struct slot *slot = slot_at(of), *base = claim(index, PID, PID, slot->birth);

	base->base_of = of + 1;
	base->frame = slot->frame;
	base->frame.length = (uint16_t)strlen(path);
	memcpy(base->data, path, strlen(path));
	return base;
}

static void
commit_by(struct slot *slot, uint64_t time, struct record_base by, const char *rest)
{
	uint32_t used = (uint32_t)slot->state;
	struct bytes record = {0};
	struct record_head own;

	record_put(&record, NOTE_CWD, 0, time, "s", rest);
	bytes_put(&record, &by, sizeof by);
	memcpy(&own, record.data, sizeof own);
	own.size = (uint32_t)record.size;
	own.call |= RECORD_HAS_BASE;
	memcpy(record.data, &own, sizeof own);
	memcpy(slot->data + used, record.data, record.size);
	slot->state += record.size;
	free(record.data);
}

/* A base stays for as long as its slot, whichever of them stands first; by itself it holds nothing back. */
static void
test_base(void **state)
{
	const uint16_t at = sizeof(struct record_head);

	(void)state;
	for (unsigned first = 0; first < 2; first++) {
		unsigned second = 1 - first;
		struct slot *slot = claim(first, PID, PID, BIRTH + first);

		assert_true(slots_take(slots, 1));
		struct slot *base = claim_base(second, first, "/long/path");
		assert_true(slots_take(slots, 2));
		assert_true(is_used(0) && is_used(1));
		commit_by(slot, 3, (struct record_base){second, at, 10}, "");
		commit(slot, NOTE_CWD, 4);
		commit_by(slot, 5, (struct record_base){second, at, 6}, "road");
		assert_true(slots_take(slots, 3));
		expect("0:3 /long/path 0:4 0:5 /long/road ", 0);
		/* Through the pipe, and then the slot is left before the frame has come. */
		commit_by(slot, 6, (struct record_base){second, at, 1}, "");
		struct bytes frame = flush(slot);
		slot->done = 1;
		slots_bound(slots, 7);
		commit_by(slot, 7, (struct record_base){second, at, 5}, ".");
		assert_false(slots_take(slots, 4));
		assert_true(is_used(0) && is_used(1));
		arrive(&frame);
		assert_true(slots_take(slots, 5));
		expect("0:6 / 0:7 /long. ", 0);
		assert_true(slots_take(slots, 6));
		assert_true(!is_used(0) && !is_used(1));
		assert_int_equal(base->birth, 0);
		assert_int_equal(slots_bound(slots, 10 * SECOND), UINT64_MAX);
	}
}

/* What can't be a base of the stream's is a record lost, and the next one is read. */
static void
test_bad_base(void **state)
{
	const uint16_t at = sizeof(struct record_head);
	struct slot *slot = claim(0, PID, PID, BIRTH), *other = claim(2, PID, PID - 1, BIRTH + 1);

	(void)state;
	claim_base(1, 0, "/long/path");
	claim_base(3, 2, "/other")->frame.length = UINT16_MAX;
	const struct record_base bad[] = {
	    {SLOT_COUNT, at, 1}, {UINT32_MAX, at, 1}, {0, at, 1},     {2, at, 1},         {3, at, 1},
	    {1, at, 11},         {1, at, UINT16_MAX}, {1, at - 1, 1}, {1, UINT16_MAX, 1}, {1, at + 4, 1},
	};
	const size_t count = sizeof bad / sizeof *bad;
	for (size_t i = 0; i < count; i++) {
		commit_by(slot, i, bad[i], "rest" + (bad[i].at > at ? 4 : 0));
		assert_true(slots_take(slots, 1));
		expect("", i + 1);
	}
	commit_by(slot, 20, (struct record_base){1, at, 10}, "!");
	commit_by(other, 21, (struct record_base){3, at, SLOT_DATA + 1}, "");
	commit_by(other, 22, (struct record_base){3, at, 6}, "!");
	assert_true(slots_take(slots, 2));
	expect("0:20 /long/path! 0:22 /other! ", count + 1);
	/* Smaller than what must stand in it, and told of a base. */
	struct record_head bare = {sizeof bare, NOTE_CWD | RECORD_HAS_BASE, 0, 23};
	memcpy(slot->data + (uint32_t)slot->state, &bare, sizeof bare);
	slot->state += sizeof bare;
	assert_true(slots_take(slots, 3));
	expect("", count + 2);
}

/* Whatever a record says of its base, nothing is read or written that isn't the record's, the base's or the
 * whole. */
static void
test_any_base(void **state)
{
	static uint8_t whole[BASE_WHOLE];
	struct slot *slot = slot_at(1);
	unsigned well = 0;

	(void)state;
	srandom(1);
	slot->frame.length = 500;
	struct base *base = base_copy(slot);
	assert_non_null(base);
	for (unsigned i = 0; i < 200000; i++) {
		uint32_t size = (uint32_t)random() % (i % 2 ? 60 : SLOT_DATA + 10);
		uint8_t *bytes = malloc(size); /* so that a sanitizer sees a read behind it */
		struct record_base by = {.slot = (uint32_t)random() % (SLOT_COUNT + 1),
					 .at = (uint16_t)(random() % (size + 2)),
					 .prefix = (uint16_t)(random() % 600)};

		assert_non_null(bytes);
		memset(bytes, (int)i, size);
		if (size >= sizeof by)
			memcpy(bytes + size - sizeof by, &by, sizeof by);
		if (base_read(&by, bytes, size) && by.prefix <= base->length) {
			uint32_t expanded = base_expand(base, bytes, size, whole);

			assert_int_equal(expanded, size - sizeof by + by.prefix);
			well++;
		}
		free(bytes);
	}
	base_drop(base);
	assert_in_range(well, 50000, 190000);
}

static void
test_scribbled(void **state)
{
	struct slot *bad[] = {claim(0, PID, PID, BIRTH), claim(1, PID, PID - 1, BIRTH)};
	struct slot *good = claim(2, PID, PID - 2, BIRTH);

	(void)state;
	bad[0]->state = SLOT_DATA + 1;
	bad[1]->state = 5;
	bad[1]->frame.birth++;
	commit(good, NOTE_CWD, 1);
	assert_true(slots_take(slots, 1));
	expect("0:1 ", 2);
	bad[0]->state = UINT32_MAX;
	bad[0]->pending = 3;
	assert_true(slots_take(slots, 2));
	expect("", 2);
	assert_int_equal(slots_bound(slots, 10), UINT64_MAX);
	memset(bad[0], 0xff, SLOT_STRIDE);
	memset(bad[1], 0xff, SLOT_STRIDE);
	assert_true(slots_take(slots, 3));
	assert_true(slots_take(slots, 4));
	expect("", 4); /* their births have changed: two more whose contents can't be */
	assert_true(!is_used(0) && !is_used(1) && is_used(2)); /* `done` is set */
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(test_taken_once),
	    TEST(test_behind_the_pipe),
	    TEST(test_frame_lost),
	    TEST(test_killed_in_flush),
	    TEST(test_done),
	    TEST(test_done_behind_the_pipe),
	    TEST(test_over),
	    TEST(test_seems_dead),
	    TEST(test_bounds),
	    TEST(test_scribbled),
	    TEST(test_writes_on),
	    TEST(test_base),
	    TEST(test_claimed_late),
	    TEST(test_bound_of_left),
	    TEST(test_bound_of_moving),
	    TEST(test_bad_base),
	    TEST(test_any_base),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
