/*
 * grown.h - room for one more element at the end of an array.
 */
#ifndef INTERPOSE_GROWN_H
#define INTERPOSE_GROWN_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* The array, moved where it was full; NULL with errno, and then it is as it was. An index fits into 32 bits.
 */
static inline void *
grown(void *array, size_t count, size_t *room, size_t size)
{
	size_t more = *room != 0 ? *room + *room / 2 : 64;

	if (count < *room)
		return array;
	if (count >= UINT32_MAX - 1) {
		errno = ENOMEM;
		return NULL;
	}
	array = reallocarray(array, more, size);
	if (array != NULL)
		*room = more;
	return array;
}

#endif
