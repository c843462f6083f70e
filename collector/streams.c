/*
 * streams.c - puts each stream's bytes together from frames and slots and cuts them into records. The rules
 * to keep: every byte counts once, whichever way it came; a byte that never came is counted as a loss; and
 * whatever comes, memory is bounded.
 *
 * A stream that has a slot lives as long as that (slots.c). One without, of a process that could have none,
 * has no end that anybody tells: of these the ones that were silent longest are forgotten.
 */
#include "streams.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/tree.h>

enum {
	PID_LIMIT = 4 << 20,  /* PID_MAX_LIMIT of Linux */
	PART_KEPT = 64 << 10, /* room for parts that a stream keeps for the next */
};

struct stream {
	RB_ENTRY(stream) entry;
	TAILQ_ENTRY(stream) loose;
	uint32_t pid;
	uint32_t tid;
	uint64_t birth;
	uint32_t sequence; /* the next frame's number */
	uint32_t taken;    /* bytes of that frame that were read from the slot already */
	uint32_t child;    /* the vfork child whose doing follows; 0 */
	bool has_slot;     /* else it is in streams.loose */
	bool astray;       /* a frame is missing: wait for one that begins with a record */
	uint8_t *part;     /* the beginning of a record whose rest hasn't come */
	size_t part_size;
	size_t part_room;
	struct base *base; /* of its slot, once a record was told by it */
	uint32_t base_slot;
};

static int
compare(const struct stream *a, const struct stream *b)
{
	if (a->pid != b->pid)
		return a->pid < b->pid ? -1 : 1;
	if (a->tid != b->tid)
		return a->tid < b->tid ? -1 : 1;
	return a->birth < b->birth ? -1 : a->birth > b->birth;
}

RB_HEAD(stream_tree, stream);
TAILQ_HEAD(stream_list, stream);
RB_PROTOTYPE_INTERNAL(stream_tree, stream, entry, compare, static inline __attribute__((unused)))
RB_GENERATE_INTERNAL(stream_tree, stream, entry, compare, static inline __attribute__((unused)))

struct streams {
	struct stream_tree tree;
	struct stream_list loose; /* that have no slot; who spoke last is at the end */
	size_t loose_count;
	size_t parts;        /* bytes of room that parts take */
	struct stream *last; /* most frames follow one of the same stream */
	void (*emit)(void *, const struct raw_records *);
	void (*began)(void *, uint32_t, uint64_t);
	void *owner;
	uint64_t lost;
	struct slots_head *slots; /* where bases are; may be NULL */
};

struct streams *
streams_new(void (*emit)(void *, const struct raw_records *), void (*began)(void *, uint32_t, uint64_t),
	    void *owner)
{
	struct streams *streams = calloc(1, sizeof *streams);

	if (!streams)
		return NULL;
	RB_INIT(&streams->tree);
	TAILQ_INIT(&streams->loose);
	streams->emit = emit;
	streams->began = began;
	streams->owner = owner;
	return streams;
}

void
streams_see_slots(struct streams *streams, struct slots_head *head)
{
	streams->slots = head;
}

static void
drop_part(struct streams *streams, struct stream *stream)
{
	free(stream->part);
	streams->parts -= stream->part_room;
	stream->part = NULL;
	stream->part_size = stream->part_room = 0;
}

static void
stream_free(struct streams *streams, struct stream *stream)
{
	RB_REMOVE(stream_tree, &streams->tree, stream);
	if (!stream->has_slot) {
		TAILQ_REMOVE(&streams->loose, stream, loose);
		streams->loose_count--;
	}
	if (streams->last == stream)
		streams->last = NULL;
	drop_part(streams, stream);
	base_drop(stream->base);
	free(stream);
}

/* Nothing of a stream will come any more. */
static void
stream_end(struct streams *streams, struct stream *stream)
{
	if (stream->part_size > 0)
		streams->lost++; /* killed while it wrote a long record */
	stream_free(streams, stream);
}

void
streams_free(struct streams *streams)
{
	struct stream *stream;

	if (!streams)
		return;
	while ((stream = RB_MIN(stream_tree, &streams->tree)))
		stream_free(streams, stream);
	free(streams);
}

uint64_t
streams_lost(const struct streams *streams)
{
	return streams->lost;
}

uint64_t
streams_count(const struct raw_records *records)
{
	struct record_head head;
	uint64_t count = 0;

	for (uint32_t at = 0; at < records->size; at += head.size, count++)
		memcpy(&head, records->bytes + at, sizeof head);
	return count;
}

static struct stream *
find(const struct streams *streams, const struct frame *frame)
{
	struct stream key = {.pid = frame->pid, .tid = frame->tid, .birth = frame->birth};

	if (streams->last && compare(streams->last, &key) == 0)
		return streams->last;
	return RB_FIND(stream_tree, (struct stream_tree *)(uintptr_t)&streams->tree, &key);
}

/* The stream of a frame, made where it is the first; NULL when memory is short. */
static struct stream *
find_or_make(struct streams *streams, const struct frame *frame)
{
	struct stream *stream = find(streams, frame);

	if (!stream) {
		stream = calloc(1, sizeof *stream);
		if (!stream)
			return NULL;
		stream->pid = frame->pid;
		stream->tid = frame->tid;
		stream->birth = frame->birth;
		RB_INSERT(stream_tree, &streams->tree, stream);
		TAILQ_INSERT_TAIL(&streams->loose, stream, loose);
		if (streams->loose_count++ == STREAMS_LOOSE_LIMIT)
			stream_end(streams, TAILQ_FIRST(&streams->loose));
	} else if (!stream->has_slot && stream != TAILQ_LAST(&streams->loose, stream_list)) {
		TAILQ_REMOVE(&streams->loose, stream, loose);
		TAILQ_INSERT_TAIL(&streams->loose, stream, loose);
	}
	streams->last = stream;
	return stream;
}

/* A record by itself. */
static void
hand_one_over(struct streams *streams, uint32_t pid, uint32_t tid, const uint8_t *bytes,
	      const struct record_head *head, struct base *base)
{
	const struct raw_records records = {
	    .pid = pid, .tid = tid, .size = head->size, .bytes = bytes, .base = base, .latest = head->time};

	streams->emit(streams->owner, &records);
}

void
streams_executed(struct streams *streams, uint32_t pid, uint64_t time)
{
	const struct record_head head = {.size = sizeof head, .call = NOTE_EXECUTED, .time = time};

	hand_one_over(streams, pid, pid, (const uint8_t *)&head, &head, NULL);
}

/* What a record's path is told by, which is the stream's; NULL where that can't be. */
static struct base *
find_base(const struct streams *streams, struct stream *stream, const uint8_t *bytes, size_t size)
{
	struct record_base by;

	if (!streams->slots || !base_read(&by, bytes, size))
		return NULL;
	if (!stream->base || stream->base_slot != by.slot) {
		const struct slot *slot = slots_slot(streams->slots, by.slot);

		if (slot->base_of == 0 || slot->birth != stream->birth || slot->frame.pid != stream->pid ||
		    slot->frame.tid != stream->tid)
			return NULL;
		base_drop(stream->base);
		stream->base = base_copy(slot);
		stream->base_slot = by.slot;
	}
	return stream->base && by.prefix <= stream->base->length ? stream->base : NULL;
}

/* Whose doing a stream's records are at present: a vfork child's own thread is its first. */
static uint32_t
doer(const struct stream *stream, uint32_t own)
{
	return stream->child ? stream->child : own;
}

/* Whether a record says something about the stream, too. */
static bool
is_for_streams(const struct record_head *head)
{
	return head->call & RECORD_HAS_BASE || head->call == NOTE_IS_CHILD || head->call == NOTE_START ||
	       head->call == NOTE_FORKED;
}

static void
take_one(struct streams *streams, struct stream *stream, const uint8_t *bytes, const struct record_head *head)
{
	struct base *base = NULL;

	if (head->call & RECORD_HAS_BASE && !(base = find_base(streams, stream, bytes, head->size))) {
		streams->lost++;
		return;
	}
	if (head->call == NOTE_IS_CHILD && head->size >= sizeof *head + 4) {
		/* The parent goes on, so its child has another image by now, or has ended (vfork(2)). */
		if (stream->child)
			streams_executed(streams, stream->child, head->time);
		memcpy(&stream->child, bytes + sizeof *head, 4);
		return;
	}
	if (streams->began && (head->call == NOTE_START || head->call == NOTE_FORKED) && stream->child == 0)
		streams->began(streams->owner, stream->pid, stream->birth);
	hand_one_over(streams, doer(stream, stream->pid), doer(stream, stream->tid), bytes, head, base);
}

/* Those from `begin` to `end`; the last one bears the time `latest`. */
static void
hand_over(struct streams *streams, const struct stream *stream, const uint8_t *begin, const uint8_t *end,
	  uint64_t latest)
{
	const struct raw_records records = {.pid = doer(stream, stream->pid),
					    .tid = doer(stream, stream->tid),
					    .size = (uint32_t)(end - begin),
					    .bytes = begin,
					    .latest = latest};

	if (records.size > 0)
		streams->emit(streams->owner, &records);
}

/* What follows is unknown until a frame or a slot begins with a record again. */
static void
go_astray(struct streams *streams, struct stream *stream)
{
	streams->lost++;
	drop_part(streams, stream);
	stream->astray = true;
}

/* Keeps the beginning of a record. */
static void
keep_part(struct streams *streams, struct stream *stream, const uint8_t *bytes, size_t size)
{
	if (stream->part_size + size > stream->part_room) {
		size_t room = (stream->part_size + size) * 2;
		bool fits = streams->parts - stream->part_room + room <= STREAMS_PARTS_LIMIT;
		uint8_t *part = fits ? realloc(stream->part, room) : NULL;

		if (!part) {
			go_astray(streams, stream);
			return;
		}
		streams->parts += room - stream->part_room;
		stream->part = part;
		stream->part_room = room;
	}
	memcpy(stream->part + stream->part_size, bytes, size);
	stream->part_size += size;
}

/* What a record's first bytes say of its size; 0 when more are needed, -1 when it is none. */
static long
record_size(const uint8_t *bytes, size_t size, struct record_head *head)
{
	if (size < sizeof *head)
		return 0;
	memcpy(head, bytes, sizeof *head);
	if (head->size < sizeof *head || head->size > RECORD_LIMIT ||
	    (head->call & ~RECORD_HAS_BASE) >= CALL_COUNT)
		return -1;
	return (long)head->size;
}

/* Completes the record that `part` begins, as far as the bytes go; how many it took. */
static size_t
feed_part(struct streams *streams, struct stream *stream, const uint8_t *bytes, size_t size)
{
	struct record_head head;
	size_t taken = 0;

	while (!stream->astray) {
		long whole = record_size(stream->part, stream->part_size, &head);
		size_t want = whole > 0 ? (size_t)whole : sizeof head;

		if (whole < 0) {
			go_astray(streams, stream);
		} else if (whole > 0 && stream->part_size == want) {
			take_one(streams, stream, stream->part, &head);
			stream->part_size = 0;
			if (stream->part_room > PART_KEPT)
				drop_part(streams, stream);
			break;
		} else {
			size_t piece =
			    want - stream->part_size < size - taken ? want - stream->part_size : size - taken;

			if (piece == 0)
				break;
			keep_part(streams, stream, bytes + taken, piece);
			taken += piece;
		}
	}
	return taken;
}

/* The next bytes of a stream, in order. */
static void
feed(struct streams *streams, struct stream *stream, const uint8_t *bytes, size_t size)
{
	const uint8_t *at = bytes + (stream->part_size > 0 ? feed_part(streams, stream, bytes, size) : 0);
	const uint8_t *end = bytes + size, *begin = at; /* of those that go on together */
	struct record_head head;
	uint64_t latest = 0;

	while (at < end && !stream->astray) {
		size_t left = (size_t)(end - at);
		long whole = record_size(at, left, &head);

		if (whole <= 0 || (size_t)whole > left) {
			hand_over(streams, stream, begin, at, latest);
			if (whole < 0)
				go_astray(streams, stream);
			else
				keep_part(streams, stream, at, left);
			return;
		}
		bool is_special = is_for_streams(&head);

		if (is_special || head.time < latest) {
			hand_over(streams, stream, begin, at, latest);
			begin = at;
		}
		if (is_special) {
			take_one(streams, stream, at, &head);
			begin += whole;
		}
		latest = head.time;
		at += whole;
	}
	hand_over(streams, stream, begin, at, latest);
}

/* Frames are missing, so a vfork child's section may have ended there: what follows is taken for the
 * process's own. */
static void
skip_to(struct streams *streams, struct stream *stream, uint32_t sequence)
{
	go_astray(streams, stream);
	stream->child = 0;
	stream->taken = 0;
	stream->sequence = sequence;
}

/* A frame's first bytes are about to be read: do its flags and what came before agree? */
static void
begin_frame(struct streams *streams, struct stream *stream, const struct frame *frame)
{
	bool continues = frame->flags & FRAME_CONTINUES;

	if (stream->taken > 0)
		stream->astray = false; /* what was read from the slot ended with a record */
	else if (!stream->astray && continues != (stream->part_size > 0))
		go_astray(streams, stream);
	if (!continues)
		stream->astray = false;
}

static bool
is_frame(const struct frame *frame)
{
	return frame->version == RECORD_VERSION && !(frame->flags & ~FRAME_CONTINUES) && frame->length > 0 &&
	       frame->length <= SLOT_DATA && frame->pid > 0 && frame->pid <= PID_LIMIT && frame->tid > 0 &&
	       frame->tid <= PID_LIMIT;
}

long
streams_frame(struct streams *streams, const uint8_t *bytes, size_t size)
{
	struct frame frame;

	if (size < sizeof frame)
		return 0;
	memcpy(&frame, bytes, sizeof frame);
	if (!is_frame(&frame)) {
		errno = EBADMSG;
		return -1;
	}
	if (size < sizeof frame + frame.length)
		return 0;
	long consumed = (long)(sizeof frame + frame.length);
	struct stream *stream = find_or_make(streams, &frame);
	if (!stream) {
		streams->lost++;
		return consumed;
	}
	if (frame.sequence < stream->sequence)
		return consumed; /* taken from the slot of a process that died before it could say that it was
				    sent */
	if (frame.sequence > stream->sequence)
		skip_to(streams, stream, frame.sequence);
	begin_frame(streams, stream, &frame);
	if (!stream->astray && stream->taken <= frame.length)
		feed(streams, stream, bytes + sizeof frame + stream->taken, frame.length - stream->taken);
	stream->sequence = frame.sequence + 1;
	stream->taken = 0;
	return consumed;
}

bool
streams_slot(struct streams *streams, const struct frame *header, const uint8_t *data, uint32_t committed)
{
	struct stream *stream = find_or_make(streams, header);

	if (!stream) {
		streams->lost++;
		return true;
	}
	if (!stream->has_slot) {
		TAILQ_REMOVE(&streams->loose, stream, loose);
		streams->loose_count--;
		stream->has_slot = true;
	}
	if (header->sequence != stream->sequence)
		return header->sequence < stream->sequence;
	if (committed > stream->taken && committed <= SLOT_DATA) {
		uint32_t from = stream->taken;

		begin_frame(streams, stream, header);
		stream->taken = committed;
		if (!stream->astray)
			feed(streams, stream, data + from, committed - from);
	}
	return true;
}

bool
streams_came(const struct streams *streams, const struct frame *header, uint32_t bytes)
{
	const struct stream *stream = find(streams, header);

	if (!stream)
		return header->sequence == 0 && bytes == 0;
	return stream->sequence > header->sequence ||
	       (stream->sequence == header->sequence && stream->taken >= bytes);
}

void
streams_skip(struct streams *streams, const struct frame *header, uint32_t sequence)
{
	struct stream *stream = find(streams, header);

	if (stream && stream->sequence < sequence)
		skip_to(streams, stream, sequence);
}

void
streams_ended(struct streams *streams, uint32_t pid, uint32_t tid, uint64_t birth)
{
	struct frame frame = {.pid = pid, .tid = tid, .birth = birth};
	struct stream *stream = find(streams, &frame);

	if (stream)
		stream_end(streams, stream);
}
