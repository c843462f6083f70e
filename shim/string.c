/*
 * string.c - the functions of string.h that the shim and its compiler call, for the shim alone. The C
 * library's can be interposed: a sanitizer's stand before them, which begin its runtime too early when they
 * are called before the program's own first call, and which look at the bytes as if the program had asked for
 * them. The rule to keep: past a string's end only what is in its last byte's page is read, and nothing here
 * calls anything.
 */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "string_common.h"

/* Keeps a compiler from taking a loop for the function that it is the body of. */
#define PLAIN_LOOP(pointer) __asm__("" : "+r"(pointer))

#ifdef __SSE2__
typedef char sixteen __attribute__((vector_size(16), may_alias));
typedef char sixteen_anywhere __attribute__((vector_size(16), aligned(1), may_alias));

/* A bit for each byte that is zero. */
static inline unsigned
zero_bytes(sixteen bytes)
{
	return (unsigned)__builtin_ia32_pmovmskb128((sixteen)(bytes == 0));
}

__attribute__((no_sanitize("address"))) size_t
strlen(const char *string)
{
	unsigned offset = (unsigned)(uintptr_t)string % sizeof(sixteen);
	const char *at = string - offset;
	unsigned found;

	/* Mostly the first sixteen bytes are in one page. */
	if ((uintptr_t)string % 4096 <= 4096 - sizeof(sixteen)) {
		found = zero_bytes(*(const sixteen_anywhere *)string);
		if (found)
			return (size_t)__builtin_ctz(found);
	} else {
		found = zero_bytes(*(const sixteen *)at) >> offset;
		if (found)
			return (size_t)__builtin_ctz(found);
	}
	do {
		at += sizeof(sixteen);
		PLAIN_LOOP(at);
		found = zero_bytes(*(const sixteen *)at);
	} while (!found);
	return (size_t)(at - string) + (size_t)__builtin_ctz(found);
}

enum { COMMON_STEP = 4 * sizeof(sixteen) };

/* Of so many bytes: whether they differ. */
static inline bool
step_differs(const char *one, const char *other)
{
	const sixteen_anywhere *a = (const void *)one, *b = (const void *)other;

	return zero_bytes((sixteen)((a[0] == b[0]) & (a[1] == b[1]) & (a[2] == b[2]) & (a[3] == b[3]))) != 0;
}
#else
#define ONES  (UINTPTR_MAX / 0xff)
#define HIGHS (ONES * 0x80)

typedef uintptr_t word __attribute__((may_alias));

/* Not zero when the word has a zero byte. */
static inline uintptr_t
zeros(uintptr_t bytes)
{
	return (bytes - ONES) & ~bytes & HIGHS;
}

__attribute__((no_sanitize("address"))) size_t
strlen(const char *string)
{
	const char *at = string;

	for (; (uintptr_t)at % sizeof(word) != 0; at++) {
		if (*at == '\0')
			return (size_t)(at - string);
	}
	while (!zeros(*(const word *)at)) {
		at += sizeof(word);
		PLAIN_LOOP(at);
	}
	/* The first zero byte is the lowest: both machines that we know are little-endian. */
	return (size_t)(at - string) + (size_t)__builtin_ctzl(zeros(*(const word *)at)) / 8;
}

typedef uintptr_t word_anywhere __attribute__((aligned(1), may_alias));
enum { COMMON_STEP = 4 * sizeof(word) };

static inline bool
step_differs(const char *one, const char *other)
{
	const word_anywhere *a = (const void *)one, *b = (const void *)other;

	return ((a[0] ^ b[0]) | (a[1] ^ b[1]) | (a[2] ^ b[2]) | (a[3] ^ b[3])) != 0;
}
#endif

__attribute__((no_sanitize("address"))) size_t
string_common(const char *one, const char *other, size_t limit)
{
	size_t same = 0;

	while (limit - same >= COMMON_STEP && !step_differs(one + same, other + same))
		same += COMMON_STEP;
	while (same < limit && one[same] == other[same])
		same++;
	return same;
}

struct two_words {
	uint64_t words[2];
} __attribute__((packed, may_alias));

struct one_word {
	uint64_t word;
} __attribute__((packed, may_alias));

/* In pieces, the last of which may overlap the one before it. */
void *
memcpy(void *restrict to, const void *restrict from, size_t size)
{
	char *out = to;
	const char *in = from;

	if (size >= sizeof(struct two_words)) {
		char *last = out + size - sizeof(struct two_words);

		for (; out < last; out += sizeof(struct two_words), in += sizeof(struct two_words)) {
			*(struct two_words *)out = *(const struct two_words *)in;
			PLAIN_LOOP(out);
		}
		*(struct two_words *)last =
		    *(const struct two_words *)((const char *)from + (last - (char *)to));
		return to;
	}
	if (size >= sizeof(struct one_word)) {
		size_t rest = size - sizeof(struct one_word);

		*(struct one_word *)out = *(const struct one_word *)in;
		*(struct one_word *)(out + rest) = *(const struct one_word *)(in + rest);
		return to;
	}
	for (; size > 0; size--) {
		*out++ = *in++;
		PLAIN_LOOP(out);
	}
	return to;
}

void *
memmove(void *to, const void *from, size_t size)
{
	char *out = to;
	const char *in = from;

	if (out <= in || out >= in + size) {
		for (; size > 0; size--) {
			*out++ = *in++;
			PLAIN_LOOP(out);
		}
		return to;
	}
	for (out += size, in += size; size > 0; size--) {
		*--out = *--in;
		PLAIN_LOOP(out);
	}
	return to;
}

void *
memset(void *to, int byte, size_t size)
{
	for (char *out = to; size > 0; size--) {
		*out++ = (char)byte;
		PLAIN_LOOP(out);
	}
	return to;
}

int
memcmp(const void *left, const void *right, size_t size)
{
	const unsigned char *a = left, *b = right;

	for (; size > 0; size--, a++, b++) {
		if (*a != *b)
			return *a - *b;
		PLAIN_LOOP(a);
	}
	return 0;
}

/* What clang makes of memcmp where only equality counts. */
int
bcmp(const void *left, const void *right, size_t size)
{
	return memcmp(left, right, size);
}

void *
memchr(const void *bytes, int byte, size_t size)
{
	const unsigned char *at = bytes;

	for (; size > 0; size--, at++) {
		if (*at == (unsigned char)byte)
			return (void *)(uintptr_t)at;
		PLAIN_LOOP(at);
	}
	return NULL;
}

int
strcmp(const char *left, const char *right)
{
	for (; *left && *left == *right; left++, right++)
		PLAIN_LOOP(left);
	return (unsigned char)*left - (unsigned char)*right;
}

int
strncmp(const char *left, const char *right, size_t size)
{
	for (; size > 0 && *left && *left == *right; left++, right++, size--)
		PLAIN_LOOP(left);
	return size > 0 ? (unsigned char)*left - (unsigned char)*right : 0;
}

char *
strchr(const char *string, int letter)
{
	for (; *string != (char)letter; string++) {
		if (*string == '\0')
			return NULL;
		PLAIN_LOOP(string);
	}
	return (char *)(uintptr_t)string;
}

char *
strrchr(const char *string, int letter)
{
	for (const char *at = string + strlen(string);; at--) {
		if (*at == (char)letter)
			return (char *)(uintptr_t)at;
		if (at == string)
			return NULL;
		PLAIN_LOOP(at);
	}
}

/* One or two letters, as separators mostly are, are compared here. */
size_t
strcspn(const char *string, const char *letters)
{
	const char *at = string;
	char first = letters[0], second = first ? letters[1] : first;

	if (second && letters[2]) {
		while (*at && !strchr(letters, *at))
			at++;
	} else {
		while (*at && *at != first && *at != second)
			at++;
	}
	return (size_t)(at - string);
}

size_t
strspn(const char *string, const char *letters)
{
	const char *at = string;

	while (*at && strchr(letters, *at))
		at++;
	return (size_t)(at - string);
}

char *
strstr(const char *string, const char *wanted)
{
	size_t length = strlen(wanted);

	for (; strncmp(string, wanted, length) != 0; string++) {
		if (*string == '\0')
			return NULL;
	}
	return (char *)(uintptr_t)string;
}

char *
stpcpy(char *restrict to, const char *restrict from)
{
	size_t length = strlen(from);

	memcpy(to, from, length + 1);
	return to + length;
}

char *
strcpy(char *restrict to, const char *restrict from)
{
	stpcpy(to, from);
	return to;
}

char *
strcat(char *restrict to, const char *restrict from)
{
	stpcpy(to + strlen(to), from);
	return to;
}

char *
strncpy(char *restrict to, const char *restrict from, size_t size)
{
	size_t length = 0;

	while (length < size && from[length])
		length++;
	memcpy(to, from, length);
	memset(to + length, 0, size - length);
	return to;
}
