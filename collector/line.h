/*
 * line.h - a line of output while it is made: bytes that grow, written to the stream in one piece.
 *
 * Running out of memory is remembered in the line and told once, by line_write(), so that what builds a line
 * needn't ask after every byte.
 */
#ifndef INTERPOSE_LINE_H
#define INTERPOSE_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* All zeros is an empty line. */
struct line {
	char *data;
	size_t length;
	size_t capacity;
	bool short_of_memory;
};

void line_free(struct line *line);
/* As line_room, where the line has to grow. */
char *line_grow(struct line *line, size_t size);

/* Room for `size` more bytes at data + length; NULL when there is none. */
static inline char *
line_room(struct line *line, size_t size)
{
	if (line->data != NULL && size <= line->capacity - line->length)
		return line->data + line->length;
	return line_grow(line, size);
}

static inline void
line_byte(struct line *line, char byte)
{
	char *room = line_room(line, 1);

	if (room == NULL)
		return;
	*room = byte;
	line->length++;
}

void line_bytes(struct line *line, const char *bytes, size_t size);
void line_text(struct line *line, const char *text);
void line_unsigned(struct line *line, uint64_t value);
void line_number(struct line *line, int64_t value);
/* With leading zeros to `digits` digits, of which the value has no more. */
void line_padded(struct line *line, uint64_t value, unsigned digits);
/* `before`, the count, and the word that fits it. */
void line_count(struct line *line, const char *before, uint64_t count, const char *singular,
		const char *plural);
/* Seconds with `digits` decimals, 9 at most, cut and not rounded. */
void line_seconds(struct line *line, uint64_t nanoseconds, unsigned digits);
/*
 * As C and strace write a string: \" \\ \n \t \r \v \f, and three octal digits for every other byte that
 * isn't printable ASCII. What a terminal gets is harmless. Without the quotes around it; line_quoted adds
 * them.
 */
void line_escaped(struct line *line, const char *text);
void line_quoted(struct line *line, const char *text);
/* How many bytes at the beginning of `text` need no escape in any output: printable ASCII but \" and \\. */
size_t line_plain(const char *text, size_t size);
/* Writes the line, in one piece where the stream's buffer holds it, and empties it: 0, or -1 with errno. */
int line_write(struct line *line, FILE *stream);

#endif
