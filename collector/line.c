/*
 * line.c - see line.h. These functions run for every field of every event, so none of them goes through
 * printf.
 */
#include <errno.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>

#include "line.h"

#define EACH_BYTE(byte) (UINT64_C(0x0101010101010101) * (uint64_t)(byte))

void
line_free(struct line *line)
{
	free(line->data);
	*line = (struct line){0};
}

char *
line_grow(struct line *line, size_t size)
{
	size_t capacity = line->capacity;
	char *data;

	if (line->short_of_memory || size > SIZE_MAX / 4 || capacity > SIZE_MAX / 4) {
		line->short_of_memory = true;
		return NULL;
	}
	capacity = capacity + capacity / 2 + size + 256;
	data = realloc(line->data, capacity);
	if (data == NULL) {
		line->short_of_memory = true;
		return NULL;
	}
	line->data = data;
	line->capacity = capacity;
	return data + line->length;
}

void
line_bytes(struct line *line, const char *bytes, size_t size)
{
	char *room = line_room(line, size);

	if (room == NULL)
		return;
	memcpy(room, bytes, size);
	line->length += size;
}

void
line_text(struct line *line, const char *text)
{
	line_bytes(line, text, strlen(text));
}

static const char two_digits[] =
    "00010203040506070809101112131415161718192021222324252627282930313233343536373839"
    "40414243444546474849505152535455565758596061626364656667686970717273747576777879"
    "8081828384858687888990919293949596979899";

void
line_unsigned(struct line *line, uint64_t value)
{
	char digits[20 + 20] = {0}; /* the latter are copied and never told */
	size_t at = 20;

	while (value >= 100) {
		memcpy(digits + (at -= 2), two_digits + 2 * (value % 100), 2);
		value /= 100;
	}
	if (value >= 10)
		memcpy(digits + (at -= 2), two_digits + 2 * value, 2);
	else
		digits[--at] = (char)('0' + value);
	char *room = line_room(line, 20);
	if (room == NULL)
		return;
	memcpy(room, digits + at, 20); /* all of one size: what is behind the digits is written over */
	line->length += 20 - at;
}

void
line_number(struct line *line, int64_t value)
{
	if (value < 0)
		line_byte(line, '-');
	line_unsigned(line, value < 0 ? -(uint64_t)value : (uint64_t)value);
}

void
line_padded(struct line *line, uint64_t value, unsigned digits)
{
	char *room = line_room(line, digits);

	if (room == NULL)
		return;
	for (unsigned at = digits; at > 0; at--) {
		room[at - 1] = (char)('0' + value % 10);
		value /= 10;
	}
	line->length += digits;
}

void
line_count(struct line *line, const char *before, uint64_t count, const char *singular, const char *plural)
{
	line_text(line, before);
	line_unsigned(line, count);
	line_text(line, count == 1 ? singular : plural);
}

void
line_seconds(struct line *line, uint64_t nanoseconds, unsigned digits)
{
	uint64_t fraction = nanoseconds % 1000000000;

	for (unsigned at = digits; at < 9; at++)
		fraction /= 10;
	line_unsigned(line, nanoseconds / 1000000000);
	line_byte(line, '.');
	line_padded(line, fraction, digits);
}

/* A byte of `word` is zero: then the lowest such byte has its highest bit set here, and none below it. */
static uint64_t
zero_bytes(uint64_t word)
{
	return (word - EACH_BYTE(1)) & ~word & EACH_BYTE(0x80);
}

size_t
line_plain(const char *text, size_t size)
{
	size_t at = 0;

	for (; size - at >= 8; at += 8) {
		uint64_t word;

		memcpy(&word, text + at, sizeof word);
		/* Not below ' ', not above '~', neither '"' nor a backslash. */
		if (((word - EACH_BYTE(' ')) | (word + EACH_BYTE(1)) | word) & EACH_BYTE(0x80) ||
		    zero_bytes(word ^ EACH_BYTE('"')) || zero_bytes(word ^ EACH_BYTE('\\')))
			break;
	}
	while (at < size && text[at] >= ' ' && text[at] <= '~' && text[at] != '"' && text[at] != '\\')
		at++;
	return at;
}

/* Writes the escape of a byte, at most four bytes long; returns what stands after it. */
static char *
escape_byte(char *out, unsigned char byte)
{
	static const char letters[] = "\"\"\\\\\nn\tt\rr\vv\ff";

	*out++ = '\\';
	for (const char *pair = letters; *pair != '\0'; pair += 2) {
		if ((unsigned char)pair[0] == byte) {
			*out++ = pair[1];
			return out;
		}
	}
	*out++ = (char)('0' + (byte >> 6));
	*out++ = (char)('0' + (byte >> 3 & 7));
	*out++ = (char)('0' + (byte & 7));
	return out;
}

void
line_escaped(struct line *line, const char *text)
{
	size_t size = strlen(text);
	char *room = size <= SIZE_MAX / 8 ? line_room(line, size * 4) : line_room(line, SIZE_MAX);
	char *out = room;

	if (room == NULL)
		return;
	for (size_t at = 0; at < size;) {
		size_t plain = line_plain(text + at, size - at);

		memcpy(out, text + at, plain);
		out += plain;
		at += plain;
		if (at < size)
			out = escape_byte(out, (unsigned char)text[at++]);
	}
	line->length += (size_t)(out - room);
}

void
line_quoted(struct line *line, const char *text)
{
	line_byte(line, '"');
	line_escaped(line, text);
	line_byte(line, '"');
}

int
line_write(struct line *line, FILE *stream)
{
	size_t length = line->length, buffer = __fbufsize(stream);

	line->length = 0;
	if (line->short_of_memory) {
		line->short_of_memory = false;
		errno = ENOMEM;
		return -1;
	}
	if (length == 0) /* it has no data */
		return 0;
	if (__fpending(stream) + length > buffer && fflush_unlocked(stream) != 0)
		return -1;
	if (fwrite_unlocked(line->data, 1, length, stream) != length)
		return -1;
	return length > buffer ? fflush_unlocked(stream) : 0; /* else its end would wait for the next one */
}
