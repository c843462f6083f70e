/*
 * trace_strings.c - numbers the strings of a trace as they come, and finds for a new one an earlier string
 * that begins alike: most paths share all but their last component with the last path seen in the same
 * directory. Two strings get one number only when all their bytes are equal; the hashes merely find
 * candidates.
 */
#include "trace_strings.h"

#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "trace.h"

#define FIRST_SIZE   1024u
#define LEAST_SHARED 4u /* fewer bytes in common don't pay for naming the base */

static uint64_t
mix(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
	return hash ^ hash >> 32;
}

/* Once more: a word's last bytes have reached its highest bits alone. */
static uint32_t
finish(uint64_t hash, uint64_t word)
{
	return (uint32_t)(mix(hash, word) * UINT64_C(0x9e3779b97f4a7c15) >> 32);
}

static uint64_t
word_at(const char *text)
{
	uint64_t word;

	memcpy(&word, text, sizeof(word));
	return le64toh(word);
}

static uint64_t
half_word_at(const char *text)
{
	uint32_t word;

	memcpy(&word, text, sizeof(word));
	return le32toh(word);
}

/* The last word overlaps the one before, so that no byte has to be taken by itself. */
static uint32_t
hash_bytes(const char *text, size_t length)
{
	const char *end = text + length;
	uint64_t hash = length;

	if (length < 4) {
		uint64_t word = 0;

		for (; text < end; text++)
			word = word << 8 | (unsigned char)*text;
		return finish(hash, word);
	}
	if (length < 8)
		return finish(hash, half_word_at(text) | half_word_at(end - 4) << 32);
	for (; end - text > 8; text += 8)
		hash = mix(hash, word_at(text));
	return finish(hash, word_at(end - 8));
}

size_t
trace_strings_size(const struct trace_strings *strings)
{
	return strings->bytes_length + (size_t)strings->count * TRACE_STRING_COST;
}

static int
make_room(struct trace_strings *strings, size_t length)
{
	if (length > TRACE_STRING_MAX ||
	    trace_strings_size(strings) + length + TRACE_STRING_COST > TRACE_DICTIONARY_MAX) {
		errno = EMSGSIZE;
		return -1;
	}
	if (strings->bytes == NULL || strings->bytes_allocated - strings->bytes_length < length) {
		size_t size = 2 * (strings->bytes_length + length) + FIRST_SIZE;
		char *bytes = realloc(strings->bytes, size);

		if (bytes == NULL)
			return -1;
		strings->bytes = bytes;
		strings->bytes_allocated = size;
	}
	if (strings->count == strings->allocated) {
		uint32_t count = strings->allocated != 0 ? 2 * strings->allocated : FIRST_SIZE;
		struct trace_string *string = reallocarray(strings->string, count, sizeof(*string));

		if (string == NULL)
			return -1;
		strings->string = string;
		strings->allocated = count;
	}
	return trace_index_make_room(&strings->index);
}

/* The length of the directory part of `text`, 0 for none. */
static size_t
parent_length(const char *text, size_t length)
{
	const char *slash = memrchr(text, '/', length);

	return slash != NULL ? (size_t)(slash - text) : 0;
}

/* How many bytes two words share that differ: the first byte is the lowest. */
static uint32_t
bytes_alike(uint64_t one, uint64_t other)
{
	return (uint32_t)__builtin_ctzll(one ^ other) / 8;
}

static uint32_t
count_shared(const struct trace_strings *strings, uint32_t number, const char *text, size_t length)
{
	const struct trace_string *string = &strings->string[number];
	const char *bytes = strings->bytes + string->offset;
	uint32_t least = string->length < length ? string->length : (uint32_t)length;
	uint32_t shared = 0;

	for (; least - shared >= 8; shared += 8) {
		uint64_t one = word_at(bytes + shared), other = word_at(text + shared);

		if (one != other)
			return shared + bytes_alike(one, other);
	}
	if (least >= 8) { /* the last word once more, of which the beginning is known to be alike */
		uint64_t one = word_at(bytes + least - 8), other = word_at(text + least - 8);

		return one != other ? least - 8 + bytes_alike(one, other) : least;
	}
	while (shared < least && bytes[shared] == text[shared])
		shared++;
	return shared;
}

/*
 * Tries as base the string defined last; where that is of another directory also the last one in the same, or
 * else in the one above.
 */
static void
choose_base(struct trace_strings *strings, const char *text, size_t length, struct trace_strings_found *found)
{
	size_t parent = parent_length(text, length);
	uint32_t shared = 0;

	if (strings->count != 0) {
		found->base = strings->count - 1;
		found->shared = count_shared(strings, found->base, text, length);
	}
	if (strings->in == NULL || strings->parent != parent || found->shared <= parent) {
		uint32_t *same = &strings->recent[hash_bytes(text, parent) % TRACE_STRINGS_RECENT];
		uint32_t other = *same;

		if (other == 0)
			other = strings->recent[hash_bytes(text, parent_length(text, parent)) %
						TRACE_STRINGS_RECENT];
		if (other != 0)
			shared = count_shared(strings, other - 1, text, length);
		if (shared > found->shared) {
			found->base = other - 1;
			found->shared = shared;
		}
		strings->parent = parent;
		strings->in = same;
	}
	if (found->shared < LEAST_SHARED)
		found->shared = 0;
	*strings->in = strings->count + 1;
}

static bool
is_string(const struct trace_strings *strings, uint32_t number, const char *text, size_t length)
{
	const struct trace_string *string = &strings->string[number];
	const char *bytes = strings->bytes + string->offset;

	/* Most strings of the same length that are others end otherwise. */
	return string->length == length &&
	       (length < 8 || word_at(bytes + length - 8) == word_at(text + length - 8)) &&
	       memcmp(bytes, text, length) == 0;
}

/*
 * Programs go through files in the same order again and again, several threads each through their own, and an
 * event has a path and what was passed for it. So a string often stands near the last one of the same thread,
 * where no table need be asked, which lies in no cache.
 */
static int64_t
guess(const struct trace_strings *strings, const char *text, size_t length)
{
	static const uint32_t near[] = {1, 2, 3, (uint32_t)-1, 0};
	uint32_t last = strings->last[strings->thread];

	for (size_t i = 0; i < sizeof(near) / sizeof(near[0]); i++) {
		uint32_t number = last + near[i];

		if (number < strings->count && is_string(strings, number, text, length))
			return number;
	}
	return -1;
}

int
trace_strings_find(struct trace_strings *strings, const char *text, struct trace_strings_found *found)
{
	size_t length = strlen(text);
	uint32_t *last = &strings->last[strings->thread];
	int64_t guessed = guess(strings, text, length);

	if (guessed >= 0) {
		*last = (uint32_t)guessed;
		*found = (struct trace_strings_found){.number = *last};
		return 0;
	}
	uint32_t hash = hash_bytes(text, length);
	uint32_t at = hash;
	int64_t number;

	while ((number = trace_index_next(&strings->index, hash, &at)) >= 0) {
		if (is_string(strings, (uint32_t)number, text, length)) {
			*last = (uint32_t)number;
			*found = (struct trace_strings_found){.number = *last};
			return 0;
		}
	}

	if (make_room(strings, length) < 0)
		return -1;
	*found = (struct trace_strings_found){.number = strings->count, .added = true};
	choose_base(strings, text, length, found);
	trace_index_add(&strings->index, hash, strings->count);
	memcpy(strings->bytes + strings->bytes_length, text, length);
	strings->string[strings->count] =
	    (struct trace_string){(uint32_t)strings->bytes_length, (uint32_t)length};
	strings->bytes_length += length;
	*last = strings->count++;
	return 0;
}

void
trace_strings_reset(struct trace_strings *strings)
{
	strings->bytes_length = 0;
	strings->count = 0;
	memset(strings->last, 0, sizeof(strings->last));
	strings->in = NULL;
	trace_index_reset(&strings->index);
	memset(strings->recent, 0, sizeof(strings->recent));
}

void
trace_strings_free(struct trace_strings *strings)
{
	free(strings->bytes);
	free(strings->string);
	free(strings->index.entry);
}
