/*
 * record_fields.c - what stands in a record beside numbers: strings, paths, descriptors, the working
 * directory (include/record.h). The rule to keep: only what the kernel has read may be read here.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/uio.h>

#include "shim.h"
#include "string_common.h"

enum {
	LONG_PATH = 200,   /* bytes from which on one may be told by another */
	BASE_FLOOR = 1024, /* bytes of a slot that are filled before it has a base */
};

void
record_string(struct record *record, const char *string, size_t length)
{
	uint32_t count = string ? (uint32_t)length : STRING_NONE;

	record_number(record, (int32_t)count);
	if (string)
		record_bytes(record, string, count);
}

/*
 * How much of a long path is told by the slot's base (include/record.h): it would fill slots faster than the
 * collector empties them. A process that has little to tell pays for no other page.
 */
static uint32_t
prefix_in_base(struct record *record, const char *path, uint32_t length)
{
	struct slot *slot = record->slot;
	struct slot *base;
	uint32_t prefix;

	if (slot->alone || record->pass >= PASS_FRAMES) /* in frames, or another path is told so already */
		return 0;
	if (slot->base > 0)
		base = slots_slot(channel.slots, slot->base - 1);
	else if (record->base + record->size + length < BASE_FLOOR ||
		 !(base = staging_new_base(slot, path, length)))
		return 0;
	prefix = (uint32_t)string_common(path, (const char *)base->data,
					 length < base->frame.length ? length : base->frame.length);
	if (prefix < LONG_PATH / 2)
		return 0;
	record->pass |= PASS_BY_BASE;
	record->by_base = (struct record_base){
	    .slot = slot->base - 1, .at = (uint16_t)record->size, .prefix = (uint16_t)prefix};
	return prefix;
}

static void
put_long_path(struct record *record, const char *path, uint32_t length)
{
	uint32_t prefix = prefix_in_base(record, path, length);

	record_string(record, path + prefix, length - prefix);
}

/*
 * Whether a call that gave this error had read its path to the end. Others (EFAULT, EINVAL from a check of
 * flags, ENAMETOOLONG, ...) may come from a pointer that must not be touched.
 */
static bool
was_read(int error)
{
	switch (error) {
	case 0:
	case ENOENT:
	case EACCES:
	case ENOTDIR:
	case EEXIST:
	case ELOOP:
	case EISDIR:
	case ENOTEMPTY:
	case EROFS:
	case ENODATA:
		return true;
	}
	return false;
}

/*
 * The length of a string that may not be mapped: the kernel reads it for us (process_vm_readv(2)), page by
 * page. -1 when it can't be read.
 */
static long
careful_length(struct record *record, const char *string)
{
	uint8_t *scratch = staging_scratch(record->slot);
	size_t length = 0;

	for (;;) {
		size_t want = 4096 - ((uintptr_t)string + length) % 4096;
		struct iovec here = {scratch, want};
		struct iovec there = {(void *)(uintptr_t)(string + length), want};
		long pid = raw(SYS_getpid);
		long got = raw(SYS_process_vm_readv, pid, &here, 1, &there, 1, 0);

		if (got != (long)want)
			return -1;
		const void *end = memchr(scratch, 0, want);
		if (end)
			return (long)(length + (size_t)((const uint8_t *)end - scratch));
		length += want;
		if (length > 1 << 20)
			return -1;
	}
}

static void
put_string(struct record *record, const char *string, bool safe)
{
	long length = -1;

	if (string)
		length = safe ? (long)strlen(string) : channel.quiet ? -1 : careful_length(record, string);
	if (unlikely(length >= LONG_PATH))
		put_long_path(record, string, (uint32_t)length);
	else
		record_string(record, length < 0 ? NULL : string, (size_t)length);
}

/* The way of nearly every path: it was read by the kernel, and there is room. */
static bool
put_path_fast(struct record *record, const char *path)
{
	uint32_t length = (uint32_t)strlen(path);
	uint8_t *at = record->slot->data + record->base + record->size;

	if (unlikely(length >= LONG_PATH)) {
		put_long_path(record, path, length);
		return true;
	}
	if (record->pass == PASS_FRAMES || record->size + 4 + length > record->room)
		return false;
	__builtin_memcpy(at, &length, 4);
	memcpy(at + 4, path, length);
	record->size += 4 + length;
	return true;
}

void
record_path(struct record *record, const char *path)
{
	if (likely(record->error == 0 && path && put_path_fast(record, path)))
		return;
	/* A failed call may have stopped at its first path without reading the second. */
	bool safe = record->error == 0 || (record->paths == 0 && was_read(record->error));

	record->paths++;
	put_string(record, path, safe);
}

void
record_text(struct record *record, const char *text)
{
	put_string(record, text, record->error == 0);
}

void
record_strings(struct record *record, char *const strings[])
{
	int32_t count = 0;

	while (strings && strings[count])
		count++;
	record_number(record, count);
	for (int32_t i = 0; i < count; i++)
		record_string(record, strings[i], strlen(strings[i]));
}

/* Into the record itself where there is room for it, and else by the scratch memory. */
void
record_cwd(struct record *record)
{
	uint8_t *at = record->slot->data + record->base + record->size + 4;
	long length = -ERANGE;

	if (channel.quiet) {
		record_string(record, NULL, 0);
		return;
	}
	if (record->pass != PASS_FRAMES && record->size + 4 < record->room)
		length = raw(SYS_getcwd, at, record->room - record->size - 4);
	if (length > 0) {
		record_number(record, (int32_t)(length - 1));
		record->size += (uint32_t)(length - 1);
		return;
	}
	char *scratch = (char *)staging_scratch(record->slot);
	if (length == -ERANGE)
		length = raw(SYS_getcwd, scratch, SCRATCH_ENVIRONMENT);
	record_string(record, length > 0 ? scratch : NULL, (size_t)(length - 1));
}

/*
 * A descriptor that this image was not seen to open (inherited, received over a socket, opened by a raw
 * system call): what it is, in a record of its own that stands just before the one in the making.
 */
void
record_descriptor(const struct record *record, int fd)
{
	if (channel.quiet)
		return;
	uint8_t *scratch = staging_scratch(record->slot);
	char link[32] = "/proc/self/fd/";
	char digits[12];
	size_t at = sizeof "/proc/self/fd/" - 1;
	unsigned rest = (unsigned)fd;
	int count = 0;

	do {
		digits[count++] = (char)('0' + rest % 10);
	} while ((rest /= 10) > 0);
	while (count > 0)
		link[at++] = digits[--count];
	link[at] = '\0';
	long length = raw(SYS_readlinkat, AT_FDCWD, link, scratch, SCRATCH_ENVIRONMENT);
	if (length < 0)
		return;
	struct record note = {.time = record->time - 1};
	if (record_begin(&note, NOTE_DESCRIPTOR, 0)) {
		do {
			record_number(&note, fd);
			record_string(&note, (const char *)scratch, (size_t)length);
		} while (record_again(&note));
		descriptor_see(fd);
	}
}

void
record_dirfd(struct record *record, int dirfd)
{
	if (unlikely(dirfd >= 0 && !descriptor_seen(dirfd)))
		record_descriptor(record, dirfd);
	record_number(record, dirfd);
}

void
record_fd(struct record *record, int fd)
{
	/* The standard ones are the parent's, whose model the collector has; every program looks at them. */
	if (unlikely(fd > 2 && record->error == 0 && !descriptor_seen(fd)))
		record_descriptor(record, fd);
	record_number(record, fd);
}
