/*
 * streams.c - puts each stream's bytes together from frames and slots and cuts them into records. The rule to keep:
 * every byte counts once, whichever way it came; a byte that never came is counted as a loss.
 */
#include "streams.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/tree.h>

/* No record is longer: an argv has 2 MiB on most systems, a little more on some (execve(2), ARG_MAX). */
enum { RECORD_LIMIT = 64 << 20 };

struct stream {
	RB_ENTRY(stream) entry;
	uint32_t pid;
	uint32_t tid;
	uint64_t birth;
	uint32_t sequence; /* the next frame's number */
	uint32_t taken;    /* bytes of that frame that were read from the slot already */
	uint32_t child;    /* the vfork child whose doing follows; 0 */
	bool astray;       /* a frame is missing: wait for one that begins with a record */
	uint8_t *part;     /* the beginning of a record whose rest hasn't come */
	size_t part_size;
	size_t part_room;
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
RB_PROTOTYPE_INTERNAL(stream_tree, stream, entry, compare, static inline)
RB_GENERATE_INTERNAL(stream_tree, stream, entry, compare, static inline)

struct streams {
	struct stream_tree tree;
	struct stream *last; /* most frames follow one of the same stream */
	void (*emit)(void *, struct raw_record *);
	void (*began)(void *, uint32_t, uint64_t);
	void *owner;
	uint64_t order;
	uint64_t lost;
};

struct streams *
streams_new(void (*emit)(void *, struct raw_record *), void (*began)(void *, uint32_t, uint64_t), void *owner)
{
	struct streams *streams = calloc(1, sizeof *streams);

	if (!streams)
		return NULL;
	RB_INIT(&streams->tree);
	streams->emit = emit;
	streams->began = began;
	streams->owner = owner;
	return streams;
}

static void
stream_free(struct streams *streams, struct stream *stream)
{
	RB_REMOVE(stream_tree, &streams->tree, stream);
	if (streams->last == stream)
		streams->last = NULL;
	free(stream->part);
	free(stream);
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

static struct stream *
find(struct streams *streams, const struct frame *frame, bool make)
{
	struct stream key = {.pid = frame->pid, .tid = frame->tid, .birth = frame->birth};
	struct stream *stream = streams->last;

	if (stream && compare(stream, &key) == 0)
		return stream;
	stream = RB_FIND(stream_tree, &streams->tree, &key);
	if (!stream && make) {
		stream = calloc(1, sizeof *stream);
		if (!stream)
			return NULL;
		stream->pid = frame->pid;
		stream->tid = frame->tid;
		stream->birth = frame->birth;
		RB_INSERT(stream_tree, &streams->tree, stream);
	}
	if (stream)
		streams->last = stream;
	return stream;
}

static void
emit(struct streams *streams, struct stream *stream, const uint8_t *bytes, const struct record_head *head)
{
	if (head->call == NOTE_IS_CHILD && head->size >= sizeof *head + 4) {
		memcpy(&stream->child, bytes + sizeof *head, 4);
		return;
	}
	if (streams->began && (head->call == NOTE_START || head->call == NOTE_FORKED) && stream->child == 0)
		streams->began(streams->owner, stream->pid, stream->birth);
	struct raw_record *record = malloc(sizeof *record + head->size);
	if (!record) {
		streams->lost++;
		return;
	}
	record->time = head->time;
	record->order = streams->order++;
	record->pid = stream->child ? stream->child : stream->pid;
	record->tid = stream->child ? stream->child : stream->tid;
	record->size = head->size;
	memcpy(record->bytes, bytes, head->size);
	streams->emit(streams->owner, record);
}

/* Keeps the beginning of a record. */
static void
keep_part(struct streams *streams, struct stream *stream, const uint8_t *bytes, size_t size)
{
	if (stream->part_size + size > stream->part_room) {
		size_t room = (stream->part_size + size) * 2;
		uint8_t *part = realloc(stream->part, room);

		if (!part) {
			streams->lost++;
			stream->part_size = 0;
			stream->astray = true;
			return;
		}
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
	if (head->size < sizeof *head || head->size > RECORD_LIMIT || head->call >= CALL_COUNT)
		return -1;
	return (long)head->size;
}

static void
go_astray(struct streams *streams, struct stream *stream)
{
	streams->lost++;
	stream->part_size = 0;
	stream->astray = true;
}

/* The next bytes of a stream, in order. */
static void
feed(struct streams *streams, struct stream *stream, const uint8_t *bytes, size_t size)
{
	struct record_head head;

	while (stream->part_size > 0 && size > 0) {
		size_t want = sizeof head;
		long whole = record_size(stream->part, stream->part_size, &head);

		if (whole < 0) {
			go_astray(streams, stream);
			return;
		}
		if (whole > 0)
			want = (size_t)whole;
		size_t piece = want - stream->part_size < size ? want - stream->part_size : size;
		keep_part(streams, stream, bytes, piece);
		if (stream->astray)
			return;
		bytes += piece;
		size -= piece;
		if (whole > 0 && stream->part_size == want) {
			emit(streams, stream, stream->part, &head);
			stream->part_size = 0;
		}
	}
	while (size > 0) {
		long whole = record_size(bytes, size, &head);

		if (whole < 0) {
			go_astray(streams, stream);
			return;
		}
		if (whole == 0 || (size_t)whole > size) {
			keep_part(streams, stream, bytes, size);
			return;
		}
		emit(streams, stream, bytes, &head);
		bytes += whole;
		size -= (size_t)whole;
	}
}

long
streams_frame(struct streams *streams, const uint8_t *bytes, size_t size)
{
	struct frame frame;

	if (size < sizeof frame)
		return 0;
	memcpy(&frame, bytes, sizeof frame);
	if (frame.version != RECORD_VERSION || frame.length == 0 || frame.length > SLOT_DATA || frame.pid == 0) {
		errno = EBADMSG;
		return -1;
	}
	if (size < sizeof frame + frame.length)
		return 0;
	long consumed = (long)(sizeof frame + frame.length);
	struct stream *stream = find(streams, &frame, true);
	if (!stream) {
		streams->lost++;
		return consumed;
	}
	if (frame.sequence < stream->sequence)
		return consumed; /* taken from the slot of a process that died before it could say that it was sent */
	if (frame.sequence > stream->sequence) {
		go_astray(streams, stream);
		stream->taken = 0;
		stream->sequence = frame.sequence;
	}
	if (stream->astray && frame.flags & FRAME_CONTINUES)
		streams->lost++;
	else if (stream->taken <= frame.length) {
		stream->astray = false;
		feed(streams, stream, bytes + sizeof frame + stream->taken, frame.length - stream->taken);
	}
	stream->sequence = frame.sequence + 1;
	stream->taken = 0;
	return consumed;
}

bool
streams_slot(struct streams *streams, const struct frame *header, const uint8_t *data, uint32_t committed)
{
	struct stream *stream = find(streams, header, true);

	if (!stream || committed > SLOT_DATA)
		return true;
	if (header->sequence != stream->sequence)
		return header->sequence < stream->sequence;
	if (stream->astray && !(header->flags & FRAME_CONTINUES))
		stream->astray = false;
	if (committed > stream->taken && !stream->astray) {
		uint32_t from = stream->taken;

		stream->taken = committed;
		feed(streams, stream, data + from, committed - from);
	}
	return true;
}

void
streams_ended(struct streams *streams, uint32_t pid, uint32_t tid, uint64_t birth)
{
	struct frame frame = {.pid = pid, .tid = tid, .birth = birth};
	struct stream *stream = find(streams, &frame, false);

	if (!stream)
		return;
	if (stream->part_size > 0)
		streams->lost++; /* killed while it wrote a long record */
	stream_free(streams, stream);
}
