/*
 * slots.c - looks at every claimed slot, several times a second, while its owner writes. The rules to keep:
 * what is read here is used only when it didn't change meanwhile; and a slot is given free only when nobody
 * can write to it any more and no frame of it can still be in the pipe.
 *
 * The owner may be killed between writing a frame and saying so in `state`. Then the slot's bytes come once
 * more, from the pipe, and must find their stream: so a slot that was not left by its owner's own word is
 * freed only after the pipe was emptied once more.
 *
 * A slot's contents are another process's doing: whatever stands there, it is read within its bounds.
 */
#include "slots.h"

#include <stdlib.h>
#include <string.h>

#include "owner.h"

#define SECOND          UINT64_C(1000000000)
#define PENDING_LIMIT   (SECOND / 2)  /* a call that takes longer no longer holds the others back */
#define WORK_LIMIT      (10 * SECOND) /* ... but one at which the processor or a disk is busy, only then */
#define GAP_LIMIT       (SECOND / 20)
#define LIVENESS_PERIOD (SECOND / 5)
#define DEAD_QUIET \
	(10 * SECOND) /* a slot of a thread that seems dead is given away after this, when they run short */

enum {
	PID_LIMIT = 4 << 20, /* PID_MAX_LIMIT of Linux */
	LOOKS = 4,           /* in which threads are followed from slot to slot */
	SCARCE = SLOT_COUNT * 3 / 4,
};

/* What we know of a slot beside what stands in it. */
struct view {
	uint64_t birth; /* whose slot it was when the rest was noted */
	uint64_t taken; /* `state` when all that it told was taken */
	uint64_t due;   /* `state` at the first look of a round; 0 where the slot wasn't there then */
	uint32_t round; /* which that was */
	uint32_t
	    awaited; /* frames before this one were in the pipe when we looked last; 0: none are missing */
	uint32_t pid;
	uint32_t tid;
	bool over;              /* its owner is known to be gone for good */
	bool bad;               /* its contents can't be */
	uint64_t pending;       /* as seen last */
	uint64_t pending_state; /* `state` then: with another it is another record that is pending */
	uint64_t pending_since; /* when it was first seen so, by slots.awake */
	uint64_t checked;       /* when it was last found worth waiting for */
	uint64_t bound;         /* what it may still tell is no older */
	uint64_t dead_since;    /* 0: alive */
};

struct slots {
	struct slots_head *head;
	struct streams *streams;
	uint64_t *over; /* by pid: slots from before this time are over. 32 MiB, of which few pages are ever
			   touched */
	uint64_t last_round;
	uint64_t last_bound; /* what slots_bound gave for it */
	uint64_t awake;      /* the time that passed while we looked, ns */
	uint64_t last_liveness;
	uint64_t lost;
	uint64_t taken; /* bytes of records, ever */
	unsigned used;
	uint32_t round;               /* its number, from 1 on */
	bool is_first_look;           /* of this round at what the slots hold */
	struct owner_mapping mapping; /* read when it is first asked for */
	struct view view[SLOT_COUNT];
};

struct slots *
slots_new(struct slots_head *head, struct streams *streams)
{
	struct slots *slots = calloc(1, sizeof *slots);

	if (!slots)
		return NULL;
	slots->over = calloc(PID_LIMIT, sizeof *slots->over);
	if (!slots->over) {
		free(slots);
		return NULL;
	}
	slots->head = head;
	slots->streams = streams;
	slots->round = 1;
	slots->is_first_look = true;
	return slots;
}

void
slots_free(struct slots *slots)
{
	if (!slots)
		return;
	free(slots->over);
	free(slots);
}

uint64_t
slots_lost(const struct slots *slots)
{
	return slots->lost;
}

unsigned
slots_used(const struct slots *slots)
{
	return slots->used;
}

uint64_t
slots_taken(const struct slots *slots)
{
	return slots->taken;
}

void
slots_over(struct slots *slots, uint32_t pid, uint64_t time)
{
	if (pid < PID_LIMIT && slots->over[pid] < time)
		slots->over[pid] = time;
}

/* The claimed slots of 64 that begin at `word`. */
static uint64_t
claimed(const struct slots *slots, unsigned word)
{
	return __atomic_load_n(&slots->head->used[word], __ATOMIC_ACQUIRE);
}

static uint64_t
least_of(uint64_t one, uint64_t other)
{
	return one < other ? one : other;
}

/* `left` says whether its owner has left the slot, and goes on in another one perhaps. */
static uint64_t
slot_bound(struct slots *slots, unsigned index, bool *left)
{
	struct slot *slot = slots_slot(slots->head, index);
	struct view *view = &slots->view[index];
	bool done = __atomic_load_n(&slot->done, __ATOMIC_ACQUIRE);
	uint64_t pending = __atomic_load_n(&slot->pending, __ATOMIC_ACQUIRE);
	uint64_t executing = __atomic_load_n(&slot->executing, __ATOMIC_ACQUIRE);

	if (done && !executing) {
		*left = true;
		return UINT64_MAX;
	}
	if (executing && (pending <= 1 || executing < pending))
		pending = executing;
	if (pending == 0 || view->over || view->bad || view->dead_since)
		return UINT64_MAX;
	uint64_t state = __atomic_load_n(&slot->state, __ATOMIC_ACQUIRE);
	if (pending != view->pending || state != view->pending_state) {
		view->pending = pending;
		view->pending_state = state;
		view->pending_since = view->checked = slots->awake;
		/* A descriptor's note stands one before its record (shim/record.c). */
		view->bound = pending == 1 ? slots->last_round : pending - 1;
	}
	if (slots->awake - view->checked > PENDING_LIMIT && slots->awake - view->pending_since < WORK_LIMIT &&
	    owner_is_at_work(view->pid, view->tid))
		view->checked = slots->awake;
	return slots->awake - view->checked > PENDING_LIMIT ? UINT64_MAX : view->bound;
}

/* The claimed slots' bound; `left` counts those whose owners have left them. */
static uint64_t
claimed_bound(struct slots *slots, unsigned *left)
{
	uint64_t least = UINT64_MAX;

	*left = 0;
	for (unsigned word = 0; word < SLOT_COUNT / 64; word++) {
		for (uint64_t used = claimed(slots, word); used; used &= used - 1) {
			unsigned index = word * 64 + (unsigned)__builtin_ctzll(used);
			bool is_left = false;

			least = least_of(least, slot_bound(slots, index, &is_left));
			*left += is_left;
		}
	}
	return least;
}

uint64_t
slots_bound(struct slots *slots, uint64_t round)
{
	uint64_t least = UINT64_MAX;
	uint64_t gap = round - slots->last_round;
	unsigned left = 0, before, looks = 0;

	slots->round++;
	slots->is_first_look = true;
	/* While we didn't run (SIGSTOP, a busy machine) nobody could be seen to make progress. */
	slots->awake += gap < GAP_LIMIT ? gap : GAP_LIMIT;
	/*
	 * Who leaves a full slot goes on with the same record in a fresh one, which may stand where we looked
	 * before it was claimed. So we look again, until nobody has left one meanwhile.
	 */
	do {
		before = left;
		least = least_of(least, claimed_bound(slots, &left));
	} while (left > before && ++looks < LOOKS);
	if (left > before)
		least = least_of(least, least_of(slots->last_round, slots->last_bound));
	slots->last_round = round - SLOTS_MARGIN;
	return slots->last_bound = least;
}

/* A copy of what stands in a slot in `state`; false when it changed while it was made. */
static bool
copy_slot(const struct slot *slot, uint64_t state, struct frame *frame, uint8_t *data, uint32_t *committed)
{
	*frame = slot->frame;
	*committed = (uint32_t)state;
	memcpy(data, slot->data, *committed);
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	uint32_t sequence = __atomic_load_n(&slot->frame.sequence, __ATOMIC_RELAXED);
	frame->sequence = (uint32_t)(state >> 32);
	if (sequence !=
	    frame->sequence) { /* written to the pipe, and `state` doesn't say so yet, or never will */
		frame->sequence++;
		*committed = 0;
	}
	return __atomic_load_n(&slot->state, __ATOMIC_RELAXED) >> 32 == state >> 32;
}

/* Hands over what stands in a slot in `state`. False when it can't be yet. */
static bool
take_slot(struct slots *slots, const struct slot *slot, struct view *view, uint64_t state)
{
	struct frame frame;
	uint8_t data[SLOT_DATA];
	uint32_t committed;

	if ((uint32_t)state > SLOT_DATA || slot->frame.birth != view->birth) {
		slots->lost += !view->bad;
		view->bad = true;
		return true;
	}
	if (!copy_slot(slot, state, &frame, data, &committed))
		return false;
	frame.pid = view->pid;
	frame.tid = view->tid;
	frame.birth = view->birth;
	/* Frames that were written before we looked last, and didn't come though the pipe is empty, never
	 * will. */
	if (view->awaited)
		streams_skip(slots->streams, &frame, view->awaited);
	if (!streams_slot(slots->streams, &frame, data, committed)) {
		view->awaited = frame.sequence;
		return false;
	}
	view->awaited = 0;
	slots->taken += committed - (view->taken >> 32 == state >> 32 ? (uint32_t)view->taken : 0);
	view->taken = state;
	return true;
}

static void
give_free(struct slots *slots, unsigned index)
{
	struct slot *slot = slots_slot(slots->head, index);
	struct view *view = &slots->view[index];

	streams_ended(slots->streams, view->pid, view->tid, view->birth);
	memset(view, 0, sizeof *view);
	__atomic_store_n(&slot->done, 0, __ATOMIC_RELAXED);
	__atomic_store_n(&slot->executing, 0, __ATOMIC_RELAXED);
	__atomic_store_n(&slot->pending, 0, __ATOMIC_RELAXED);
	__atomic_store_n(&slot->birth, 0, __ATOMIC_RELEASE);
	__atomic_fetch_and(&slots->head->used[index / 64], ~(UINT64_C(1) << index % 64), __ATOMIC_RELEASE);
}

/* A base is needed for as long as what is told by it may come: until its slot is given free. */
static void
look_at_base(struct slots *slots, unsigned index, uint64_t birth, unsigned of)
{
	if (__atomic_load_n(&slots_slot(slots->head, of)->birth, __ATOMIC_ACQUIRE) != birth)
		give_free(slots, index);
}

static bool
has_other_image(struct slots *slots, uint32_t pid)
{
	if (!slots->mapping.text[0])
		owner_read_mapping(&slots->mapping, slots->head);
	return owner_has_other_image(&slots->mapping, pid);
}

/* Whether what a slot told at the first look of this round has come, if by other ways than this. */
static bool
has_come(const struct slots *slots, const struct view *view)
{
	const struct frame header = {.pid = view->pid,
				     .tid = view->tid,
				     .sequence = (uint32_t)(view->due >> 32),
				     .birth = view->birth};

	return streams_came(slots->streams, &header, (uint32_t)view->due);
}

/* Whether all is taken that had to be. */
static bool
look(struct slots *slots, unsigned index, uint64_t now, bool check_liveness)
{
	struct slot *slot = slots_slot(slots->head, index);
	struct view *view = &slots->view[index];
	uint64_t birth = __atomic_load_n(&slot->birth, __ATOMIC_ACQUIRE);
	bool done = __atomic_load_n(&slot->done, __ATOMIC_ACQUIRE);
	uint64_t state = __atomic_load_n(&slot->state, __ATOMIC_ACQUIRE);

	if (birth == 0)
		return true; /* claimed, not filled in */
	uint32_t of = __atomic_load_n(&slot->base_of, __ATOMIC_RELAXED) - 1;
	if (of < SLOT_COUNT) {
		look_at_base(slots, index, birth, of);
		return true;
	}
	if (view->birth != birth)
		*view = (struct view){.birth = birth, .pid = slot->frame.pid, .tid = slot->frame.tid};
	if (view->round != slots->round) {
		view->round = slots->round;
		view->due = slots->is_first_look ? state : 0;
	}
	bool was_over = view->over;
	if (view->pid < PID_LIMIT && birth < slots->over[view->pid])
		view->over = true;
	if (state != view->taken && !view->bad && !take_slot(slots, slot, view, state))
		return has_come(slots, view);
	uint64_t executing = __atomic_load_n(&slot->executing, __ATOMIC_ACQUIRE);
	if (executing && !view->over && has_other_image(slots, view->pid)) {
		streams_executed(slots->streams, view->pid, executing);
		view->over = true;
		slots_over(slots, view->pid, now);
	}
	if (check_liveness && !done && !view->over) {
		if (!owner_seems_dead(view->pid, view->tid))
			view->dead_since = 0;
		else if (view->dead_since == 0)
			view->dead_since = now;
	}
	bool dead = view->dead_since && slots->used > SCARCE && now - view->dead_since > DEAD_QUIET;
	if (done || was_over || dead)
		give_free(slots, index);
	return true;
}

bool
slots_take(struct slots *slots, uint64_t now)
{
	bool check_liveness = now - slots->last_liveness > LIVENESS_PERIOD;
	bool all = true;
	unsigned count = 0;

	for (unsigned word = 0; word < SLOT_COUNT / 64; word++) {
		for (uint64_t used = claimed(slots, word); used; used &= used - 1) {
			unsigned index = word * 64 + (unsigned)__builtin_ctzll(used);

			count++;
			if (!look(slots, index, now, check_liveness))
				all = false;
		}
	}
	slots->used = count;
	slots->is_first_look = false;
	if (check_liveness)
		slots->last_liveness = now;
	return all;
}
