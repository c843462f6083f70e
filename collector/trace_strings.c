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

static uint32_t
hash_bytes(const char *text, size_t length)
{
	uint64_t hash = length;
	uint64_t word;

	for (; length >= sizeof(word); text += sizeof(word), length -= sizeof(word)) {
		memcpy(&word, text, sizeof(word));
		hash = mix(hash, le64toh(word));
	}
	word = 0;
	memcpy(&word, text, length);
	return (uint32_t)mix(hash, le64toh(word));
}

size_t
trace_strings_size(const struct trace_strings *strings)
{
	return strings->bytes_length + (size_t)strings->count * TRACE_STRING_COST;
}

static int
grow_table(struct trace_strings *strings)
{
	uint32_t size = strings->table_size != 0 ? 2 * strings->table_size : FIRST_SIZE;
	uint32_t *table = calloc(size, sizeof(*table));

	if (table == NULL)
		return -1;
	for (uint32_t number = 0; number < strings->count; number++) {
		uint32_t slot = strings->string[number].hash & (size - 1);

		while (table[slot] != 0)
			slot = (slot + 1) & (size - 1);
		table[slot] = number + 1;
	}
	free(strings->table);
	strings->table = table;
	strings->table_size = size;
	return 0;
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
	return 2 * (strings->count + 1) > strings->table_size ? grow_table(strings) : 0;
}

/* The length of the directory part of `text`, 0 for none. */
static size_t
parent_length(const char *text, size_t length)
{
	const char *slash = memrchr(text, '/', length);

	return slash != NULL ? (size_t)(slash - text) : 0;
}

static uint32_t
count_shared(const struct trace_strings *strings, uint32_t number, const char *text, size_t length)
{
	const struct trace_string *string = &strings->string[number];
	const char *bytes = strings->bytes + string->offset;
	uint32_t least = string->length < length ? string->length : (uint32_t)length;
	uint32_t shared = 0;

	for (; least - shared >= sizeof(uint64_t); shared += (uint32_t)sizeof(uint64_t)) {
		uint64_t one, other;

		memcpy(&one, bytes + shared, sizeof(one));
		memcpy(&other, text + shared, sizeof(other));
		if (one != other) /* the first byte that differs is the lowest of the word */
			return shared + (uint32_t)__builtin_ctzll(le64toh(one ^ other)) / 8;
	}
	while (shared < least && bytes[shared] == text[shared])
		shared++;
	return shared;
}

/* Tries as base the last string in the same directory, in the one above, and the one defined last. */
static void
choose_base(struct trace_strings *strings, const char *text, size_t length, struct trace_strings_found *found)
{
	size_t parent = parent_length(text, length);
	size_t above = parent_length(text, parent);
	uint32_t *same = &strings->recent[hash_bytes(text, parent) % TRACE_STRINGS_RECENT];
	uint32_t candidates[] = {
	    *same,
	    strings->recent[hash_bytes(text, above) % TRACE_STRINGS_RECENT],
	    strings->count,
	};

	found->shared = LEAST_SHARED - 1;
	for (size_t i = 0; i < sizeof(candidates) / sizeof(candidates[0]); i++) {
		uint32_t shared;

		if (candidates[i] == 0)
			continue;
		shared = count_shared(strings, candidates[i] - 1, text, length);
		if (shared > found->shared) {
			found->base = candidates[i] - 1;
			found->shared = shared;
		}
	}
	if (found->shared < LEAST_SHARED)
		found->shared = 0;
	*same = strings->count + 1;
}

static bool
is_string(const struct trace_strings *strings, uint32_t number, const char *text, size_t length)
{
	const struct trace_string *string = &strings->string[number];

	return string->length == length && memcmp(strings->bytes + string->offset, text, length) == 0;
}

/*
 * Programs go through files in the same order again and again, and an event has a path and what was passed
 * for it. So a string often stands beside the last one, where no table need be asked, which lies in no cache.
 */
static int64_t
guess(const struct trace_strings *strings, const char *text, size_t length)
{
	const uint32_t beside[] = {strings->last + 1, strings->last - 1, strings->last};

	for (size_t i = 0; i < sizeof(beside) / sizeof(beside[0]); i++) {
		if (beside[i] < strings->count && is_string(strings, beside[i], text, length))
			return beside[i];
	}
	return -1;
}

int
trace_strings_find(struct trace_strings *strings, const char *text, struct trace_strings_found *found)
{
	size_t length = strlen(text);
	int64_t guessed = guess(strings, text, length);

	if (guessed >= 0) {
		strings->last = (uint32_t)guessed;
		*found = (struct trace_strings_found){.number = strings->last};
		return 0;
	}
	uint32_t hash = hash_bytes(text, length);
	uint32_t slot;

	for (slot = hash; strings->table_size != 0; slot++) {
		uint32_t entry = strings->table[slot & (strings->table_size - 1)];

		if (entry == 0)
			break;
		if (strings->string[entry - 1].hash == hash && is_string(strings, entry - 1, text, length)) {
			strings->last = entry - 1;
			*found = (struct trace_strings_found){.number = strings->last};
			return 0;
		}
	}

	if (make_room(strings, length) < 0)
		return -1;
	*found = (struct trace_strings_found){.number = strings->count, .added = true};
	choose_base(strings, text, length, found);
	for (slot = hash; strings->table[slot & (strings->table_size - 1)] != 0;)
		slot++;
	strings->table[slot & (strings->table_size - 1)] = strings->count + 1;
	memcpy(strings->bytes + strings->bytes_length, text, length);
	strings->string[strings->count] =
	    (struct trace_string){strings->bytes_length, (uint32_t)length, hash};
	strings->bytes_length += length;
	strings->last = strings->count++;
	return 0;
}

void
trace_strings_reset(struct trace_strings *strings)
{
	strings->bytes_length = 0;
	strings->count = 0;
	strings->last = 0;
	if (strings->table != NULL)
		memset(strings->table, 0, strings->table_size * sizeof(*strings->table));
	memset(strings->recent, 0, sizeof(strings->recent));
}

void
trace_strings_free(struct trace_strings *strings)
{
	free(strings->bytes);
	free(strings->string);
	free(strings->table);
}
