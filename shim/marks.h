/*
 * marks.h - a set of descriptor numbers. The low ones stand among our small variables, whose page every image
 * pays for anyway; those above have memory once there is one of them.
 */
#ifndef SHIM_MARKS_H
#define SHIM_MARKS_H

#include <stdbool.h>
#include <stdint.h>

enum {
	MARKS_NEAR = 1024,
	MARKS_LIMIT = 65536, /* numbers from here on can't be marked */
};

/* Zero to begin. Shared by threads. */
struct marks {
	uint64_t near[MARKS_NEAR / 64];
	uint64_t *far; /* of MARKS_LIMIT bits, the first MARKS_NEAR unused; NULL until needed */
};

/* marks_add for numbers that aren't near; false where there is no memory, or none that we may ask for. */
bool marks_add_far(struct marks *marks, int fd);

/* The word that has a number's bit; NULL where there is none yet. */
static inline uint64_t *
marks_word(struct marks *marks, int fd)
{
	if (__builtin_expect((unsigned)fd < MARKS_NEAR, 1))
		return &marks->near[(unsigned)fd / 64];
	uint64_t *far = __atomic_load_n(&marks->far, __ATOMIC_ACQUIRE);
	return far && (unsigned)fd < MARKS_LIMIT ? &far[(unsigned)fd / 64] : (uint64_t *)0;
}

static inline bool
marks_has(struct marks *marks, int fd)
{
	uint64_t *word = marks_word(marks, fd);

	return word && __atomic_load_n(word, __ATOMIC_RELAXED) >> (unsigned)fd % 64 & 1;
}

/* False where the number can't be marked. */
static inline bool
marks_add(struct marks *marks, int fd)
{
	uint64_t *word = marks_word(marks, fd);

	if (!word)
		return marks_add_far(marks, fd);
	__atomic_fetch_or(word, UINT64_C(1) << (unsigned)fd % 64, __ATOMIC_RELAXED);
	return true;
}

static inline void
marks_remove(struct marks *marks, int fd)
{
	uint64_t *word = marks_word(marks, fd);

	if (word && __atomic_load_n(word, __ATOMIC_RELAXED) >> (unsigned)fd % 64 & 1)
		__atomic_fetch_and(word, ~(UINT64_C(1) << (unsigned)fd % 64), __ATOMIC_RELAXED);
}

/* All from `first` to `last`. */
void marks_remove_range(struct marks *marks, unsigned first, unsigned last);

#endif
