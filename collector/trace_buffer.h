/*
 * trace_buffer.h - a block of the trace in the making: a payload that grows. Each function returns -1 with
 * ENOMEM when it can't grow, and then leaves it as it was.
 */
#ifndef INTERPOSE_TRACE_BUFFER_H
#define INTERPOSE_TRACE_BUFFER_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "varint.h"

#define TRACE_BUFFER_FIRST (4u << 10)

/* Zeroed it is empty and ready; free `data`. */
struct trace_buffer {
	uint8_t *data;
	size_t length;
	size_t allocated;
};

/* Makes room for `more` bytes and gives the place where they go; NULL with ENOMEM. */
static inline uint8_t *
trace_buffer_room(struct trace_buffer *buffer, size_t more)
{
	if (buffer->allocated - buffer->length < more) {
		size_t size = 2 * buffer->length + more + TRACE_BUFFER_FIRST;
		uint8_t *data = realloc(buffer->data, size);

		if (data == NULL)
			return NULL;
		buffer->data = data;
		buffer->allocated = size;
	}
	return buffer->data + buffer->length;
}

static inline int
trace_buffer_put(struct trace_buffer *buffer, const void *data, size_t length)
{
	uint8_t *at = trace_buffer_room(buffer, length);

	if (at == NULL)
		return -1;
	memcpy(at, data, length);
	buffer->length += length;
	return 0;
}

static inline int
trace_buffer_varint(struct trace_buffer *buffer, uint64_t value)
{
	uint8_t *at = trace_buffer_room(buffer, VARINT_MAX);

	if (at == NULL)
		return -1;
	buffer->length += (size_t)(varint_put(at, value) - at);
	return 0;
}

static inline int
trace_buffer_signed(struct trace_buffer *buffer, int64_t value)
{
	uint8_t *at = trace_buffer_room(buffer, VARINT_MAX);

	if (at == NULL)
		return -1;
	buffer->length += (size_t)(varint_put_signed(at, value) - at);
	return 0;
}

/* Adds a string as the layout's `bytes`: its length and itself. */
static inline int
trace_buffer_bytes(struct trace_buffer *buffer, const char *text, size_t length)
{
	if (trace_buffer_room(buffer, VARINT_MAX + length) == NULL)
		return -1;
	trace_buffer_varint(buffer, length);
	return trace_buffer_put(buffer, text, length);
}

#endif
