/*
 * frames_seeds.h - what fuzz_frames.c begins with: whole runs as the shim tells them, made when they are
 * needed, so that they always have the present numbers of calls.
 *
 * A run is a list of chunks: a byte that says what it is (enum chunk), its length in two bytes, and so many
 * bytes.
 */
#ifndef FRAMES_SEEDS_H
#define FRAMES_SEEDS_H

#include <errno.h>
#include <fcntl.h>

#include "call_rows.h"
#include "record_builder.h"

enum chunk {
	CHUNK_PIPE,    /* bytes from the pipe */
	CHUNK_SLOT,    /* a frame's header, and what stands in that slot */
	CHUNK_SKIP,    /* a frame's header: those before it won't come */
	CHUNK_ENDED,   /* a frame's header: its stream ends */
	CHUNK_RELEASE, /* 8 bytes of time: what is older goes on */
	CHUNK_COUNT
};

enum { SEED_COUNT = 5 };

static inline void
chunk_put(struct bytes *run, enum chunk chunk, const void *data, size_t size)
{
	uint8_t head[3] = {(uint8_t)chunk, (uint8_t)size, (uint8_t)(size >> 8)};

	if (size > UINT16_MAX)
		errx(1, "a chunk of %zu bytes", size);
	bytes_put(run, head, sizeof head);
	bytes_put(run, data, size);
}

static inline void
chunk_frames(struct bytes *run, struct writer *writer, struct bytes *records, size_t piece)
{
	struct bytes frames = {0};

	frames_put(&frames, writer, records->data, records->size, piece);
	for (size_t at = 0; at < frames.size; at += 60000)
		chunk_put(run, CHUNK_PIPE, frames.data + at,
			  frames.size - at < 60000 ? frames.size - at : 60000);
	records->size = 0;
	free(frames.data);
}

static inline void
chunk_slot(struct bytes *run, const struct writer *writer, const struct bytes *records)
{
	struct frame frame = frame_of(writer, 0, 0);
	struct bytes slot = {0};

	bytes_put(&slot, &frame, sizeof frame);
	bytes_put(&slot, records->data, records->size);
	chunk_put(run, CHUNK_SLOT, slot.data, slot.size);
	free(slot.data);
}

static inline void
chunk_header(struct bytes *run, enum chunk chunk, const struct writer *writer)
{
	struct frame frame = frame_of(writer, 0, 0);

	chunk_put(run, chunk, &frame, sizeof frame);
}

static inline void
chunk_release(struct bytes *run, uint64_t time)
{
	chunk_put(run, CHUNK_RELEASE, &time, sizeof time);
}

static const char *const seed_argv[] = {"cc", "-c", "a b.c", "", "\xff", NULL};

static inline void
seed_start(struct bytes *records, uint64_t time)
{
	record_put(records, NOTE_START, 0, time, "iiiliiiissv", 99, 50, 40, INT64_C(700), 1, 1, 2, 2, "/n/cc",
		   "/n/src", seed_argv);
	record_put(records, NOTE_LOADED, 0, time + 1, "v",
		   ((const char *const[]){"/n/libc.so", "/n/libm.so", NULL}));
}

/* A field of a call with something that fits it. */
static inline void
seed_field(struct bytes *records, char letter, unsigned number)
{
	static const char *const paths[] = {"a/../b", "/n/src/d", "", "x"};
	int64_t length = 4096;

	switch (letter) {
	case 'R':
	case 'L':
		bytes_put(records, &length, sizeof length);
		break;
	case 'd':
		bytes_number(records, number % 2 ? AT_FDCWD : 3);
		break;
	case 'p':
	case 't':
		bytes_string(records, paths[number % 4]);
		break;
	case 'v':
		bytes_strings(records, seed_argv);
		break;
	case 'c':
		bytes_number(records, 101);
		break;
	case 's':
		bytes_number(records, 1 << 8);
		break;
	default:
		bytes_number(records, (int)number + 2);
	}
}

/* Every call once, by one process. */
static inline void
seed_calls(struct bytes *run)
{
	struct writer writer = {100, 100, 10, 0};
	struct bytes records = {0};

	seed_start(&records, 20);
	for (unsigned i = 0; i < CALL_ROWS; i++) {
		struct record_head head = {
		    .call = (uint16_t)call_rows[i].call, .error = i % 5 ? 0 : ENOENT, .time = 30 + i};
		size_t start = records.size;

		if (call_rows[i].call == NOTE_IS_CHILD)
			continue;
		bytes_put(&records, &head, sizeof head);
		for (unsigned j = 0; call_rows[i].fields[j]; j++)
			seed_field(&records, call_rows[i].fields[j], i + j);
		head.size = (uint32_t)(records.size - start);
		memcpy(records.data + start, &head, sizeof head);
	}
	chunk_frames(run, &writer, &records, SLOT_DATA);
	free(records.data);
}

/* Files and descriptors, cut into small frames. */
static inline void
seed_files(struct bytes *run)
{
	struct writer writer = {100, 100, 10, 0};
	struct bytes records = {0};

	seed_start(&records, 20);
	record_put(&records, CALL_openat, 0, 30, "iisiii", 3, AT_FDCWD, "d", O_DIRECTORY, 0, 0);
	record_put(&records, CALL_openat, 0, 31, "iisiii", 4, 3, "../x", O_CREAT | O_WRONLY, 0644, 2);
	record_put(&records, CALL_dup2, 0, 32, "iiii", 1, 4, 1, O_CLOEXEC);
	record_put(&records, CALL_symlink, 0, 33, "iss", 0, "d", "link");
	record_put(&records, CALL_chdir, 0, 34, "iis", 0, AT_FDCWD, "link/..");
	record_put(&records, CALL_rename, 0, 35, "iss", 0, "d", "/n/e");
	record_put(&records, CALL_fchdir, 0, 36, "ii", 0, 3);
	record_put(&records, CALL_close_range, 0, 37, "iiii", 0, 3, -1, 0);
	record_put(&records, NOTE_DESCRIPTOR, 0, 38, "is", 9, "/n/told (deleted)");
	record_put(&records, CALL_fstat, 0, 39, "ii", 0, 9);
	record_put(&records, CALL_chroot, 0, 40, "iis", 0, AT_FDCWD, ".");
	record_put(&records, CALL_access, ENOENT, 41, "isi", -1, "/etc/../..", 4);
	record_put(&records, NOTE_EXIT, 0, 42, "i", 1);
	chunk_frames(run, &writer, &records, 37);
	free(records.data);
}

/* Forks, a vfork child's section, execs that fail and don't, system and popen, waits, a pid that comes again.
 */
static inline void
seed_processes(struct bytes *run)
{
	struct writer one = {100, 100, 10, 0}, two = {101, 101, 45, 0};
	struct bytes records = {0};

	seed_start(&records, 20);
	record_put(&records, CALL_fork, 0, 30, "ii", 101, 101);
	record_put(&records, CALL_vfork, 0, 31, "ii", 102, 102);
	record_put(&records, NOTE_IS_CHILD, 0, 32, "i", 102);
	record_put(&records, NOTE_FORKED, 0, 33, "iiiliiii", 100, 50, 40, INT64_C(700), 0, 0, 0, 0);
	record_put(&records, CALL_chdir, 0, 34, "iis", 0, AT_FDCWD, "sub");
	record_put(&records, NOTE_EXEC, 0, 35, "iisiisv", CALL_execvp, AT_FDCWD, "a", 0, 0, NULL, seed_argv);
	record_put(&records, NOTE_EXEC, ENOENT, 36, "iisiisv", CALL_execvp, AT_FDCWD, "a", 0, 0, NULL,
		   seed_argv);
	record_put(&records, NOTE_EXEC, 0, 37, "iisiisv", CALL_execvp, AT_FDCWD, "b", 0, 1, "/n/sh",
		   seed_argv);
	record_put(&records, NOTE_IS_CHILD, 0, 38, "i", 0);
	record_put(&records, CALL_system, 0, 39, "ii", 1, 0);
	record_put(&records, CALL_system, 0, 60, "ii", 0, 1 << 8);
	record_put(&records, CALL_popen, 0, 61, "ii", 1, -1);
	record_put(&records, CALL_popen, 0, 62, "ii", 0, 5);
	record_put(&records, CALL_pclose, 0, 63, "ii", 5, 0);
	record_put(&records, CALL_waitpid, 0, 64, "iii", 101, 101, 9);
	record_put(&records, CALL_waitpid, 0, 65, "iii", 102, 102, 0);
	record_put(&records, CALL_fork, 0, 66, "ii", 101, 101);
	record_put(&records, CALL__exit, 0, 67, "i", 0);
	chunk_frames(run, &one, &records, 500);
	record_put(&records, NOTE_FORKED, 0, 46, "iiiliiii", 100, 50, 40, INT64_C(700), 0, 0, 0, 0);
	seed_start(&records, 47);
	record_put(&records, CALL_exit, 0, 50, "i", 256);
	chunk_frames(run, &two, &records, 100);
	chunk_release(run, 55);
	free(records.data);
}

/* The same bytes by slot and pipe, a gap, frames that don't come, a stream that ends. */
static inline void
seed_slots(struct bytes *run)
{
	struct writer writer = {100, 100, 10, 0};
	struct bytes records = {0};

	seed_start(&records, 20);
	chunk_slot(run, &writer, &records);
	record_put(&records, CALL_access, 0, 30, "isi", 0, "x", 0);
	chunk_slot(run, &writer, &records);
	chunk_release(run, 25);
	chunk_frames(run, &writer, &records, SLOT_DATA);
	record_put(&records, CALL_access, 0, 31, "isi", 0, "y", 0);
	writer.sequence = 2;
	chunk_slot(run, &writer, &records);
	chunk_header(run, CHUNK_SKIP, &writer);
	chunk_slot(run, &writer, &records);
	chunk_frames(run, &writer, &records, SLOT_DATA);
	writer.sequence = 5;
	record_put(&records, CALL_access, 0, 32, "isi", 0, "z", 0);
	chunk_frames(run, &writer, &records, 20);
	chunk_header(run, CHUNK_ENDED, &writer);
	free(records.data);
}

/* A record that takes several frames, among frames of others. */
static inline void
seed_long(struct bytes *run)
{
	static const char *argv[3000];
	struct writer writer = {100, 100, 10, 0}, other = {100, 103, 11, 0};
	struct bytes records = {0};

	for (size_t i = 0; i + 1 < sizeof argv / sizeof *argv; i++)
		argv[i] = "an argument";
	seed_start(&records, 20);
	record_put(&records, NOTE_EXEC, 0, 30, "iisiisv", CALL_execve, AT_FDCWD, "a", 0, 0, NULL, argv);
	record_put(&records, CALL_access, 0, 31, "isi", 0, "x", 0);
	chunk_frames(run, &writer, &records, SLOT_DATA);
	record_put(&records, CALL_access, 0, 31, "isi", 0, "x", 0);
	chunk_frames(run, &other, &records, 30);
	free(records.data);
}

/* Seed `number` as a run; no bytes for a number that has none. */
static inline void
seed_put(struct bytes *run, unsigned number)
{
	static void (*const seeds[SEED_COUNT])(struct bytes *) = {seed_calls, seed_files, seed_processes,
								  seed_slots, seed_long};

	if (number < SEED_COUNT)
		seeds[number](run);
}

#endif
