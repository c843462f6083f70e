/*
 * varint.h - the numbers of the binary trace, as include/trace.h tells them: seven bits a byte, and zigzag
 * for signed ones. A reader gets nothing from outside [*at, end), and no number that doesn't fit in 64 bits.
 */
#ifndef INTERPOSE_VARINT_H
#define INTERPOSE_VARINT_H

#include <stdbool.h>
#include <stdint.h>

#define VARINT_MAX 10 /* bytes */

/* Writes `value` at `at`, which has room for VARINT_MAX bytes; returns where the next one goes. */
static inline uint8_t *
varint_put(uint8_t *at, uint64_t value)
{
	for (; value >= 0x80; value >>= 7)
		*at++ = (uint8_t)(value | 0x80);
	*at++ = (uint8_t)value;
	return at;
}

static inline uint8_t *
varint_put_signed(uint8_t *at, int64_t value)
{
	return varint_put(at, (uint64_t)value << 1 ^ (value < 0 ? UINT64_MAX : 0));
}

/* Reads a number and moves *at behind it; false, and *at anywhere before `end`, when there is none. */
static inline bool
varint_get(const uint8_t **at, const uint8_t *end, uint64_t *value)
{
	uint64_t sum = 0;

	for (unsigned shift = 0; shift < 70 && *at < end; shift += 7) {
		uint8_t byte = *(*at)++;

		if (shift == 63 && byte > 1)
			return false;
		sum |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80) {
			*value = sum;
			return true;
		}
	}
	return false;
}

static inline bool
varint_get_signed(const uint8_t **at, const uint8_t *end, int64_t *value)
{
	uint64_t bits;

	if (!varint_get(at, end, &bits))
		return false;
	*value = (int64_t)(bits >> 1 ^ (bits & 1 ? UINT64_MAX : 0));
	return true;
}

/* A number of at most `most`. */
static inline bool
varint_get_upto(const uint8_t **at, const uint8_t *end, uint64_t most, uint64_t *value)
{
	return varint_get(at, end, value) && *value <= most;
}

#endif
