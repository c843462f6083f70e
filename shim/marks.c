/*
 * marks.c - the memory of numbers that aren't near, and ranges.
 */
#include "marks.h"

#include <stddef.h>
#include <sys/mman.h>

#include "shim.h"

enum { FAR_SIZE = MARKS_LIMIT / 8 };

bool
marks_add_far(struct marks *marks, int fd)
{
	uint64_t *none = NULL;

	if (fd < 0 || fd >= MARKS_LIMIT || channel.quiet)
		return false;
	long at = raw(RAW_MMAP, 0, FAR_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (at < 0 && at > -4096)
		return false;
	if (!__atomic_compare_exchange_n(&marks->far, &none, (uint64_t *)at, false, __ATOMIC_ACQ_REL,
					 __ATOMIC_RELAXED))
		raw(SYS_munmap, at, FAR_SIZE);
	return marks_add(marks, fd);
}

/* The bits of a word whose first number is `word` that lie in the range. */
static uint64_t
bits_between(unsigned word, unsigned first, unsigned last)
{
	uint64_t bits = ~UINT64_C(0);

	if (first > word)
		bits &= ~UINT64_C(0) << (first - word);
	if (last < word + 63)
		bits &= ~UINT64_C(0) >> (word + 63 - last);
	return bits;
}

void
marks_remove_range(struct marks *marks, unsigned first, unsigned last)
{
	unsigned limit = marks->far ? MARKS_LIMIT : MARKS_NEAR;

	for (unsigned word = first & ~63u; word < limit && word <= last && first <= last; word += 64) {
		uint64_t *at = marks_word(marks, (int)word);

		if (*at)
			__atomic_fetch_and(at, ~bits_between(word, first, last), __ATOMIC_RELAXED);
	}
}
