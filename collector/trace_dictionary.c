/*
 * trace_dictionary.c - takes in the definitions of strings and shapes. They come from a file that nobody
 * vouches for: no number is used before it has been held against what is there, and what a few bytes can make
 * us allocate (a string that shares all of an earlier one) is limited by TRACE_DICTIONARY_MAX.
 */
#include "trace_dictionary.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "event.h"
#include "trace_block.h"
#include "varint.h"

#define CHUNK_SIZE (64u << 10)
#define TAG_MAX    63

const char trace_no_memory[] = "memory is short";

struct trace_chunk {
	struct trace_chunk *next;
	size_t used;
	size_t size;
	char bytes[];
};

/* Makes room for one more item; NULL with errno when there is none. */
static void *
grow(void *array, size_t count, size_t *allocated, size_t size)
{
	size_t wanted = *allocated != 0 ? 2 * *allocated : 64;

	if (count < *allocated)
		return array;
	array = reallocarray(array, wanted, size);
	if (array != NULL)
		*allocated = wanted;
	return array;
}

static char *
take_bytes(struct trace_dictionary *dictionary, size_t length)
{
	struct trace_chunk *chunk = dictionary->chunk;

	if (chunk == NULL || chunk->size - chunk->used < length) {
		size_t size = length > CHUNK_SIZE ? length : CHUNK_SIZE;

		chunk = malloc(sizeof(*chunk) + size);
		if (chunk == NULL)
			return NULL;
		*chunk = (struct trace_chunk){.next = dictionary->chunk, .size = size};
		dictionary->chunk = chunk;
	}
	chunk->used += length;
	return chunk->bytes + chunk->used - length;
}

static const char *
add_string(struct trace_dictionary *dictionary, const char *base, size_t shared, const uint8_t *rest,
	   size_t length)
{
	struct trace_text *string = grow(dictionary->string, dictionary->string_count,
					 &dictionary->string_allocated, sizeof(*string));
	char *text;

	if (string == NULL)
		return trace_no_memory;
	dictionary->string = string;
	if (length > TRACE_STRING_MAX - shared)
		return "a string is longer than the format allows";
	if (memchr(rest, '\0', length) != NULL)
		return "a string has a NUL in it";
	dictionary->size += shared + length + TRACE_STRING_COST;
	if (dictionary->size > TRACE_DICTIONARY_MAX)
		return "the dictionary is larger than the format allows";
	text = take_bytes(dictionary, shared + length + 1);
	if (text == NULL)
		return trace_no_memory;
	memcpy(text, base, shared);
	memcpy(text + shared, rest, length);
	text[shared + length] = '\0';
	string[dictionary->string_count++] = (struct trace_text){text, (uint32_t)(shared + length)};
	return NULL;
}

/* A string's definition, behind its n, `back`: 0 for a whole one, or how many strings before its base stands.
 */
static const char *
define_string(struct trace_dictionary *dictionary, const uint8_t **at, const uint8_t *end, uint64_t back)
{
	const struct trace_text *base = NULL;
	uint64_t shared = 0;
	uint64_t length;
	const uint8_t *rest;

	if (back > dictionary->string_count)
		return "a string refers to one that isn't there";
	if (back != 0) {
		base = &dictionary->string[dictionary->string_count - back];
		if (!varint_get_upto(at, end, base->length, &shared))
			return "a string shares more than there is";
	}
	if (!varint_get(at, end, &length) || length > (size_t)(end - *at))
		return "a string is longer than its block";
	rest = *at;
	*at += length;
	return add_string(dictionary, base != NULL ? base->text : "", shared, rest, length);
}

static bool
fits_class(const struct trace_dictionary *dictionary, uint64_t tag, uint64_t class, bool newer)
{
	enum trace_class known;

	if (class > TRACE_CLASS_CONSTANT)
		return false;
	if (tag >= TRACE_FIELD_arg_at && dictionary->has_places)
		return class == TRACE_CLASS_NUMBER || class == TRACE_CLASS_CONSTANT;
	if (tag >= FIELD_COUNT)
		return newer;
	known = trace_field_class((enum field)tag);
	return class == known || (class == TRACE_CLASS_CONSTANT && known == TRACE_CLASS_NUMBER);
}

static const char *
define_field(struct trace_dictionary *dictionary, const uint8_t **at, const uint8_t *end, bool newer,
	     int *last_tag)
{
	struct trace_shape_field *field =
	    grow(dictionary->field, dictionary->field_count, &dictionary->field_allocated, sizeof(*field));
	uint64_t word;

	if (field == NULL)
		return trace_no_memory;
	dictionary->field = field;
	field += dictionary->field_count;
	if (!varint_get_upto(at, end, 8 * TAG_MAX + 7, &word) || (int)(word / 8) <= *last_tag ||
	    !fits_class(dictionary, word / 8, word % 8, newer))
		return "a shape has a field of no known tag and class";
	*last_tag = (int)(word / 8);
	*field = (struct trace_shape_field){.tag = (uint8_t)(word / 8), .class = (uint8_t)(word % 8)};
	if (field->class == TRACE_CLASS_CONSTANT && !varint_get_signed(at, end, &field->value))
		return "a shape ends within a value";
	dictionary->field_count++;
	return NULL;
}

static const char *
define_shape(struct trace_dictionary *dictionary, const uint8_t **at, const uint8_t *end, bool newer)
{
	struct trace_known_shape *shape =
	    grow(dictionary->shape, dictionary->shape_count, &dictionary->shape_allocated, sizeof(*shape));
	int last_tag = -1;
	uint64_t kind;
	uint64_t call;
	int64_t error;
	uint64_t count;

	if (shape == NULL)
		return trace_no_memory;
	dictionary->shape = shape;
	shape += dictionary->shape_count;
	if (dictionary->shape_count == TRACE_SHAPES_MAX)
		return "there are more shapes than the format allows";
	if (!varint_get(at, end, &kind) || (kind >= EVENT_KIND_COUNT && !newer))
		return "a shape is of no known kind";
	if (!varint_get_upto(at, end, dictionary->string_count, &call))
		return "a shape's call isn't there";
	if (!varint_get_signed(at, end, &error) || error < INT_MIN || error > INT_MAX)
		return "a shape's error is no number";
	if (!varint_get_upto(at, end, TAG_MAX + 1, &count))
		return "a shape has more fields than there are";
	*shape = (struct trace_known_shape){
	    .kind = kind,
	    .call = call != 0 ? dictionary->string[call - 1].text : NULL,
	    .error = (int)error,
	    .field_count = (unsigned)count,
	    .fields = dictionary->field_count,
	};
	for (unsigned i = 0; i < count; i++) {
		const char *problem = define_field(dictionary, at, end, newer, &last_tag);

		if (problem != NULL)
			return problem;
	}
	dictionary->shape_count++;
	return NULL;
}

const char *
trace_dictionary_define(struct trace_dictionary *dictionary, const uint8_t *payload, size_t length,
			bool newer)
{
	const uint8_t *at = payload;
	const uint8_t *end = payload + length;

	while (at < end) {
		const char *problem;
		uint64_t n;

		if (!varint_get(&at, end, &n))
			return "a definition ends within a number";
		problem = n == 0 ? define_shape(dictionary, &at, end, newer)
				 : define_string(dictionary, &at, end, n - 1);
		if (problem != NULL)
			return problem;
	}
	return NULL;
}

void
trace_dictionary_reset(struct trace_dictionary *dictionary)
{
	struct trace_chunk *next;

	for (struct trace_chunk *chunk = dictionary->chunk; chunk != NULL; chunk = next) {
		next = chunk->next;
		free(chunk);
	}
	dictionary->chunk = NULL;
	dictionary->string_count = 0;
	dictionary->size = 0;
	dictionary->shape_count = 0;
	dictionary->field_count = 0;
}

void
trace_dictionary_free(struct trace_dictionary *dictionary)
{
	trace_dictionary_reset(dictionary);
	free(dictionary->string);
	free(dictionary->shape);
	free(dictionary->field);
}
