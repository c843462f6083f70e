/*
 * staging.c - where a thread's records wait: slots in a file that the collector maps as well, so that a
 * process that is killed leaves them behind. The rule to keep: a slot has one owner, and only the collector
 * gives it free.
 *
 * Without the file (chroot, another uid, no slot left) a thread takes a private page of the same form, and
 * every record goes out at once.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>

#include "next.h"
#include "shim.h"

#define QUIET_WAIT UINT64_C(200000000) /* ns */

__thread struct thread thread;

/*
 * A page costs a short process more than its records do. So an image asks the kernel for its number at each
 * of its first records, and then takes one that a fork wipes.
 */
enum { YOUNG_LIMIT = 64 };
static uint32_t young_count;
static struct process plain_process;
struct process *process = &plain_process;

static struct slot *
private_slot(void)
{
	long at = raw(RAW_MMAP, 0, SLOT_STRIDE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return at < 0 && at > -4096 ? NULL : (struct slot *)at;
}

/*
 * The lowest that is free, since it was mostly used before and its page is there. The last quarter of those
 * that there are is kept for threads that begin.
 */
static struct slot *
claim_slot(bool begins)
{
	struct slots_head *head = channel.slots;
	unsigned limit = head ? __atomic_load_n(&head->limit, __ATOMIC_ACQUIRE) : 0;

	if (limit > SLOT_COUNT)
		limit = SLOT_COUNT;
	if (!begins)
		limit -= limit / 4;
	for (unsigned first = 0; first < limit; first += 64) {
		uint64_t kept = limit - first < 64 ? ~UINT64_C(0) << (limit - first) : 0;
		uint64_t used = kept | __atomic_load_n(&head->used[first / 64], __ATOMIC_RELAXED);

		while (~used) {
			unsigned bit = (unsigned)__builtin_ctzll(~used);

			used = kept | __atomic_fetch_or(&head->used[first / 64], UINT64_C(1) << bit,
							__ATOMIC_ACQUIRE);
			if (!(used >> bit & 1))
				return slots_slot(head, first + bit);
		}
	}
	return NULL;
}

static bool
is_private(const struct slot *slot)
{
	const uint8_t *at = (const uint8_t *)slot;
	const uint8_t *head = (const uint8_t *)channel.slots;

	return !head || at >= head || (uint64_t)(head - at) > SLOTS_SIZE - SLOT_STRIDE;
}

/* A process that fills slots will use those around as well: read first, they are mapped with this one
 * (channel.c). */
static void
map_around(const struct slot *slot)
{
	__atomic_load_n(&slot->done, __ATOMIC_RELAXED);
}

/* What a slot's last owner left in it. */
static void
clear_slot(struct slot *slot)
{
	slot->base = 0;
	slot->base_of = 0;
	slot->state = 0;
	slot->pending = 0;
	slot->done = 0;
	slot->executing = 0;
}

/*
 * The owner's words in a slot that is claimed: from the last of them on the collector looks at it. A signal
 * handler may begin one at the same time, so the level is a part of the stream's name.
 */
static void
begin_slot(struct slot *slot, uint32_t level, uint64_t pending)
{
	clear_slot(slot);
	slot->pending = pending;
	slot->level = level;
	slot->alone = is_private(slot);
	slot->frame = (struct frame){
	    .version = RECORD_VERSION,
	    .pid = process->pid,
	    .tid = thread.tid,
	    .birth = (now() & ~(uint64_t)(LEVEL_COUNT - 1)) | level,
	};
	__atomic_store_n(&slot->birth, slot->frame.birth, __ATOMIC_RELEASE);
}

static struct slot *
new_slot(uint32_t level)
{
	struct slot *slot = claim_slot(true);

	if (!slot && (channel.quiet || !(slot = private_slot())))
		return NULL;
	if (process != &plain_process)
		map_around(slot);
	begin_slot(slot, level, 0);
	return slot;
}

/*
 * This thread's number without a system call: libc knows it, and writes it into a lock that looks for
 * mistakes (PTHREAD_MUTEX_ERRORCHECK, pthread_mutexattr_settype(3)).
 */
static uint32_t
quiet_tid(void)
{
	static int (*lock)(pthread_mutex_t *);
#ifdef __GLIBC__
	pthread_mutex_t mutex = PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP;
	const int *owner = &mutex.__data.__owner;
#else
	pthread_mutex_t mutex = {{{PTHREAD_MUTEX_ERRORCHECK}}};
	const volatile int *owner = &mutex.__u.__vi[1]; /* the lock itself */
#endif

	if (!lock)
		lock = (int (*)(pthread_mutex_t *))next_find_in_libc("pthread_mutex_lock");
	if (lock)
		lock(&mutex);
	return (uint32_t)*owner;
}

/* A forked child keeps the memory that was its parent's, being a copy. */
static void
own_thread(void)
{
	uint8_t *scratch[LEVEL_COUNT];

	memcpy(scratch, thread.scratch, sizeof scratch);
	memset(&thread, 0, sizeof thread);
	memcpy(thread.scratch, scratch, sizeof scratch);
	thread.owner = process->pid;
	thread.tid = channel.quiet ? quiet_tid() : (uint32_t)raw(SYS_gettid);
}

/* The first record of a process or a thread. */
static bool
thread_begins(void)
{
	bool is_image = channel.directory[0] == '\0';

	if (is_image || process->pid == 0) {
		if (is_image)
			start_channel();
		process->pid = channel.quiet ? quiet_tid() : (uint32_t)raw(SYS_getpid);
		if (is_image) {
			own_thread();
			start_image();
		} else {
			uint32_t parent = thread.owner;

			own_thread();
			start_forked(parent, process->born_after);
		}
		return !channel.off;
	}
	own_thread();
	return true;
}

static bool
is_young(void)
{
	return process == &plain_process && !channel.quiet;
}

/*
 * A forked child that nobody told us of (a raw system call) finds that it is another process. One that shares
 * our memory is another, too, and is told apart otherwise.
 */
static void
grow_up(void)
{
	if (fork_sharing || thread.child_depth > 0 || thread.becomes_child)
		return;
	if (process->pid != 0 && process->pid != (uint32_t)raw(SYS_getpid))
		process->pid = 0;
	else if (__atomic_add_fetch(&young_count, 1, __ATOMIC_RELAXED) == YOUNG_LIMIT)
		staging_see_forks();
}

/* The first time in a thread, in a process, at a level; or always, when the fast way is closed
 * (process->active). */
struct slot *
staging_slot_slowly(void)
{
	if (is_young())
		grow_up();
	if (channel.off || ((thread.owner == 0 || thread.owner != process->pid) && !thread_begins())) {
		process->active = 0;
		return NULL;
	}
	if (fork_sharing && thread.child_depth == 0 && thread.tid != (uint32_t)raw(SYS_gettid))
		return NULL; /* a clone on our thread-local storage: named as untraced */
	uint32_t level = thread_level();
	if (level == LEVEL_COUNT) {
		thread.lost++;
		return NULL;
	}
	struct slot **slot = &thread.slot[level];
	if (!*slot)
		*slot = new_slot(level);
	process->active = fork_sharing || is_young() ? 0 : process->pid;
	return *slot;
}

/* Where there is no memory at all, threads share what will do for one. */
uint8_t *
staging_scratch(const struct slot *slot)
{
	static uint8_t last_resort[SCRATCH_SIZE] ZERO_PAGES;
	uint8_t **scratch = &thread.scratch[slot->level % LEVEL_COUNT];

	if (!*scratch) {
		long at = raw(RAW_MMAP, 0, SCRATCH_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			      -1, 0);

		if (at < 0 && at > -4096)
			return last_resort;
		*scratch = (uint8_t *)at;
	}
	return *scratch;
}

/*
 * Leaves a full slot to the collector and goes on in a fresh one, which says what is `pending` before the
 * other one is left: there is no moment at which neither says so (collector/slots.c).
 */
static struct slot *
turn_slot(struct slot *slot, struct slot *fresh)
{
	map_around(fresh);
	begin_slot(fresh, slot->level, slot->pending);
	thread.slot[slot->level] = fresh;
	__atomic_store_n(&slot->done, 1, __ATOMIC_RELEASE);
	return fresh;
}

/* Slots run short for as long as the collector sleeps. */
static struct slot *
wait_for_slot(void)
{
	uint64_t limit = now() + QUIET_WAIT;
	struct slot *slot;

	while (!(slot = claim_slot(true)) && now() < limit)
		continue;
	return slot;
}

/* A handler that comes has another slot, and so another base. */
struct slot *
staging_new_base(struct slot *slot, const char *path, uint32_t length)
{
	struct slot *base = slot->frame.pid == process->pid ? claim_slot(false) : NULL;

	if (!base)
		return NULL;
	clear_slot(base);
	base->base_of = slots_index(channel.slots, slot) + 1;
	base->frame = slot->frame;
	base->frame.length = (uint16_t)(length < SLOT_DATA ? length : SLOT_DATA);
	memcpy(base->data, path, base->frame.length);
	__atomic_store_n(&base->birth, slot->birth, __ATOMIC_RELEASE);
	slot->base = slots_index(channel.slots, base) + 1;
	return base;
}

/* A quiet process has no other way. Where there is no slot the records are lost, and the number that is left
 * out says so. */
static struct slot *
turn_quietly(struct slot *slot)
{
	struct slot *fresh;

	if (slot->alone) { /* nobody else sees it */
		thread.lost++;
		slot->state = 0;
		return slot;
	}
	fresh = wait_for_slot();
	if (fresh)
		return turn_slot(slot, fresh);
	slot->frame.sequence += 2;
	__atomic_store_n(&slot->state, (uint64_t)slot->frame.sequence << 32, __ATOMIC_RELEASE);
	return slot;
}

/* Another stream begins with a fresh slot; what must stay in this one: a vfork child's section, a record's
 * rest. */
static bool
may_turn(const struct slot *slot, bool is_later)
{
	return is_later && thread.child_depth == 0 && !thread.becomes_child &&
	       !(slot->frame.flags & FRAME_CONTINUES);
}

struct slot *
staging_flush(struct slot *slot, bool is_later)
{
	uint32_t used = (uint32_t)slot->state;
	struct slot *fresh;

	if (used == 0)
		return slot;
	if (channel.quiet)
		return turn_quietly(slot);
	if (!slot->alone && may_turn(slot, is_later) && (fresh = claim_slot(false)))
		return turn_slot(slot, fresh);
	uint64_t held = channel_hold();
	slot->frame.length = (uint16_t)used;
	channel_write(&slot->frame, held);
	slot->frame.sequence++;
	slot->frame.flags = 0;
	__atomic_store_n(&slot->state, (uint64_t)slot->frame.sequence << 32, __ATOMIC_RELEASE);
	__atomic_thread_fence(__ATOMIC_RELEASE); /* no new byte is seen before the new number */
	channel_let_go(held);
	return slot;
}

/*
 * There was no slot when the level was used first. As soon as there is, that one is used. The private page
 * stays mapped until the thread ends: who was interrupted by a signal handler that came here may still read
 * it (enter_level in record.c).
 */
struct slot *
staging_send_alone(struct slot *slot, bool held)
{
	struct slot *fresh;

	staging_flush(slot, false);
	if (held || (uint32_t)slot->state != 0 || !may_turn(slot, true) || !(fresh = claim_slot(true)))
		return slot;
	begin_slot(fresh, slot->level, 0);
	thread.slot[slot->level] = fresh;
	thread.left[slot->level] = slot;
	return fresh;
}

static bool
is_own(void)
{
	return thread.owner != 0 && thread.owner == process->pid && thread.child_depth == 0;
}

static void
leave_slots(void)
{
	for (int level = 0; level < LEVEL_COUNT; level++) {
		struct slot *slot = thread.slot[level], *left = thread.left[level];

		thread.left[level] = NULL;
		if (left && !channel.quiet)
			raw(SYS_munmap, left, SLOT_STRIDE);
		if (!slot)
			continue;
		thread.slot[level] = NULL;
		if (slot->alone) {
			staging_flush(slot, false);
			if (!channel.quiet)
				raw(SYS_munmap, slot, SLOT_STRIDE);
		} else {
			__atomic_store_n(&slot->done, 1, __ATOMIC_RELEASE);
		}
	}
}

void
staging_leave(void)
{
	if (!is_own())
		return;
	for (int level = 0; level < LEVEL_COUNT; level++) {
		if (thread.scratch[level] && !channel.quiet)
			raw(SYS_munmap, thread.scratch[level], SCRATCH_SIZE);
		thread.scratch[level] = NULL;
	}
	leave_slots();
}

void
staging_end(void)
{
	if (is_own())
		leave_slots();
}

void
staging_see_forks(void)
{
	static uint32_t seen;

	if (__atomic_exchange_n(&seen, 1, __ATOMIC_RELAXED))
		return;
	uintptr_t room = channel.slots ? (uintptr_t)channel.slots + SLOT_STRIDE : 0;
	long page = CHANNEL_ROOM / 2;
	long at = raw(RAW_MMAP, (room + (uintptr_t)page - 1) & -(uintptr_t)page, sizeof *process,
		      PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | (room ? MAP_FIXED : 0), -1, 0);

	if (at < 0 && at > -4096)
		return;
	raw(SYS_madvise, at, sizeof *process, MADV_WIPEONFORK);
	*(struct process *)at = plain_process;
	__atomic_store_n(&process, (struct process *)at, __ATOMIC_RELEASE);
}

void
staging_reset(void)
{
	process->pid = 0;
	process->active = 0; /* where the kernel, or an emulator, has no MADV_WIPEONFORK */
}
