/*
 * base.h - what long paths are told by (record.h): the collector's copy of a slot's base, kept from when the
 * slot is read until the last record that is told by it has gone on. Till then a record stays as short as it
 * came.
 */
#ifndef INTERPOSE_BASE_H
#define INTERPOSE_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "record.h"

/* A record that is told by a base has at most so many bytes when it is whole. */
#define BASE_WHOLE ((size_t)2 * SLOT_DATA)

struct base {
	uint32_t users;
	uint32_t length; /* of bytes, at most SLOT_DATA */
	uint8_t bytes[];
};

/* A copy of what the slot of a base holds, with one user; NULL when memory is short. */
struct base *base_copy(const struct slot *slot);
struct base *base_use(struct base *base);
/* A user less, and the last one gone the memory given free; NULL does nothing. */
void base_drop(struct base *base);

/* What a record of `size` bytes whose call has RECORD_HAS_BASE says of it. False where the record can't be.
 */
bool base_read(struct record_base *by, const uint8_t *bytes, size_t size);
/* The record, which base_read() found well, in full: its size. The base is as long as it says, at least. */
uint32_t base_expand(const struct base *base, const uint8_t *bytes, uint32_t size, uint8_t whole[BASE_WHOLE]);

#endif
