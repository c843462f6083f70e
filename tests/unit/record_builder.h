/*
 * record_builder.h - makes records and frames as the shim does (include/record.h), for tests of what reads
 * them and for the seeds of the fuzz targets.
 */
#ifndef RECORD_BUILDER_H
#define RECORD_BUILDER_H

#include <err.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "record.h"

/* Bytes that grow. All zeros is empty; free data. */
struct bytes {
	uint8_t *data;
	size_t size;
	size_t room;
};

static inline void
bytes_put(struct bytes *bytes, const void *data, size_t size)
{
	if (bytes->size + size > bytes->room) {
		bytes->room = (bytes->size + size) * 2;
		bytes->data = realloc(bytes->data, bytes->room);
		if (!bytes->data)
			err(1, NULL);
	}
	if (size > 0)
		memcpy(bytes->data + bytes->size, data, size);
	bytes->size += size;
}

static inline void
bytes_number(struct bytes *bytes, int32_t number)
{
	bytes_put(bytes, &number, sizeof number);
}

static inline void
bytes_string(struct bytes *bytes, const char *string)
{
	bytes_number(bytes, string ? (int32_t)strlen(string) : (int32_t)STRING_NONE);
	if (string)
		bytes_put(bytes, string, strlen(string));
}

static inline void
bytes_strings(struct bytes *bytes, const char *const *strings)
{
	int32_t count = 0;

	while (strings && strings[count])
		count++;
	bytes_number(bytes, count);
	for (int32_t i = 0; i < count; i++)
		bytes_string(bytes, strings[i]);
}

/*
 * A record with the fields that the letters say: i an int, l an int64_t, s a const char * (NULL: no string),
 * v a list that NULL ends.
 */
static inline void
record_put_list(struct bytes *bytes, enum call call, int error, uint64_t time, const char *letters,
		va_list fields)
{
	struct record_head head = {.call = (uint16_t)call, .error = (uint16_t)error, .time = time};
	size_t start = bytes->size;

	bytes_put(bytes, &head, sizeof head);
	for (; *letters; letters++) {
		int64_t number;

		switch (*letters) {
		case 'i':
			bytes_number(bytes, va_arg(fields, int));
			break;
		case 'l':
			number = va_arg(fields, int64_t);
			bytes_put(bytes, &number, sizeof number);
			break;
		case 's':
			bytes_string(bytes, va_arg(fields, const char *));
			break;
		case 'v':
			bytes_strings(bytes, va_arg(fields, const char *const *));
			break;
		default:
			errx(1, "no such field: %c", *letters);
		}
	}
	head.size = (uint32_t)(bytes->size - start);
	memcpy(bytes->data + start, &head, sizeof head);
}

static inline void
record_put(struct bytes *bytes, enum call call, int error, uint64_t time, const char *letters, ...)
{
	va_list fields;

	va_start(fields, letters);
	record_put_list(bytes, call, error, time, letters, fields);
	va_end(fields);
}

/* Who writes frames. */
struct writer {
	uint32_t pid;
	uint32_t tid;
	uint64_t birth;
	uint32_t sequence; /* of the next frame */
};

static inline struct frame
frame_of(const struct writer *writer, size_t length, uint8_t flags)
{
	return (struct frame){.length = (uint16_t)length,
			      .version = RECORD_VERSION,
			      .flags = flags,
			      .pid = writer->pid,
			      .tid = writer->tid,
			      .sequence = writer->sequence,
			      .birth = writer->birth};
}

static inline void
frame_put(struct bytes *bytes, struct writer *writer, const void *data, size_t length, uint8_t flags)
{
	struct frame frame = frame_of(writer, length, flags);

	bytes_put(bytes, &frame, sizeof frame);
	bytes_put(bytes, data, length);
	writer->sequence++;
}

/* Records as frames of at most `piece` bytes, as a long record goes out; `data` begins with a record. */
static inline void
frames_put(struct bytes *bytes, struct writer *writer, const uint8_t *data, size_t size, size_t piece)
{
	size_t record_end = 0;

	for (size_t at = 0; at < size; at += piece) {
		size_t length = size - at < piece ? size - at : piece;

		while (record_end < at) {
			struct record_head head;

			memcpy(&head, data + record_end, sizeof head);
			record_end += head.size;
		}
		frame_put(bytes, writer, data + at, length, record_end == at ? 0 : FRAME_CONTINUES);
	}
}

#endif
