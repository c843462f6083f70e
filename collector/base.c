/*
 * base.c - puts the path of a record together with the slot's base that it is told by. The rule to keep: what
 * a process says of the lengths is looked at before anything is read by it.
 */
#include "base.h"

#include <stdlib.h>
#include <string.h>

struct base *
base_copy(const struct slot *slot)
{
	/* Read once: it may be changed at any time. */
	uint32_t length = __atomic_load_n(&slot->frame.length, __ATOMIC_RELAXED);

	if (length > SLOT_DATA)
		length = SLOT_DATA;
	struct base *base = malloc(sizeof *base + length);
	if (!base)
		return NULL;
	base->users = 1;
	base->length = length;
	memcpy(base->bytes, slot->data, length);
	return base;
}

struct base *
base_use(struct base *base)
{
	if (base)
		base->users++;
	return base;
}

void
base_drop(struct base *base)
{
	if (base && --base->users == 0)
		free(base);
}

bool
base_read(struct record_base *by, const uint8_t *bytes, size_t size)
{
	size_t count = sizeof(uint32_t);

	if (size > SLOT_DATA || size < sizeof(struct record_head) + count + sizeof *by)
		return false;
	size -= sizeof *by;
	memcpy(by, bytes + size, sizeof *by);
	return by->slot < SLOT_COUNT && by->prefix <= SLOT_DATA && by->at >= sizeof(struct record_head) &&
	       by->at <= size - count;
}

uint32_t
base_expand(const struct base *base, const uint8_t *bytes, uint32_t size, uint8_t whole[BASE_WHOLE])
{
	struct record_head head;
	struct record_base by;
	uint32_t count;

	size -= (uint32_t)sizeof by;
	memcpy(&by, bytes + size, sizeof by);
	size_t after = by.at + sizeof count;
	memcpy(&count, bytes + by.at, sizeof count);
	count += by.prefix;
	memcpy(whole, bytes, by.at);
	memcpy(whole + by.at, &count, sizeof count);
	memcpy(whole + after, base->bytes, by.prefix);
	memcpy(whole + after + by.prefix, bytes + after, size - after);
	memcpy(&head, bytes, sizeof head);
	head.call &= (uint16_t)~RECORD_HAS_BASE;
	head.size = size + by.prefix;
	memcpy(whole, &head, sizeof head);
	return head.size;
}
