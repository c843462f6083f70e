/*
 * spots.c - the tree of spots: finds, makes and names them.
 *
 * Rule: a spot costs one allocation and nothing is done for it but a place in a hash table, since a trace may
 * name a million paths. No function here recurses: a path in a trace is as deep as its author likes.
 */
#include "spots.h"

#include <stdlib.h>
#include <string.h>

static struct spot *
new_spot(struct spot *parent, const char *name, size_t length, uint32_t hash)
{
	struct spot *spot = length < UINT32_MAX ? calloc(1, sizeof *spot + length + 1) : NULL;

	if (spot == NULL)
		return NULL;
	spot->parent = parent;
	spot->hash = hash;
	spot->name_length = (uint32_t)length;
	memcpy(spot->name, name, length);
	return spot;
}

int
spots_init(struct spots *spots, const struct trace_head *head)
{
	*spots = (struct spots){.bucket_count = 1024,
				.start_seconds = head->wall_seconds,
				.start_nanoseconds = head->wall_nanoseconds};
	spots->may_ask = event_head_is_of_here(head);
	spots->bucket = calloc(spots->bucket_count, sizeof(struct spot *));
	spots->top = new_spot(NULL, "", 0, 0);
	spots->limbo = new_spot(NULL, "", 0, 0);
	if (spots->bucket == NULL || spots->top == NULL || spots->limbo == NULL) {
		spots_release(spots);
		return -1;
	}
	spots->top->existed = KNOWN_YES;
	spots->top->stands = KNOWN_YES;
	spots->top->directory = true;
	spots->top->seen = SEEN_THERE;
	return 0;
}

void
spots_release(struct spots *spots)
{
	for (size_t at = 0; spots->bucket != NULL && at < spots->bucket_count; at++) {
		struct spot *next;

		for (struct spot *spot = spots->bucket[at]; spot != NULL; spot = next) {
			next = spot->chain;
			free(spot->target);
			free(spot);
		}
	}
	free(spots->bucket);
	if (spots->limbo != NULL)
		free(spots->limbo->target);
	if (spots->top != NULL)
		free(spots->top->target);
	free(spots->limbo);
	free(spots->top);
	free(spots->text);
	*spots = (struct spots){0};
}

/* FNV-1a over the name, begun with the parent's address. */
static uint32_t
hash_name(const struct spot *parent, const char *name, size_t length)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325) ^ ((uint64_t)(uintptr_t)parent >> 4);

	for (size_t at = 0; at < length; at++)
		hash = (hash ^ (unsigned char)name[at]) * UINT64_C(0x100000001b3);
	return (uint32_t)(hash ^ hash >> 32);
}

/* Without memory for it the chains only get longer. */
static void
grow(struct spots *spots)
{
	size_t count = spots->bucket_count * 2;
	struct spot **bucket = calloc(count, sizeof(struct spot *));

	if (bucket == NULL)
		return;
	for (size_t at = 0; at < spots->bucket_count; at++) {
		struct spot *next;

		for (struct spot *spot = spots->bucket[at]; spot != NULL; spot = next) {
			next = spot->chain;
			spot->chain = bucket[spot->hash & (count - 1)];
			bucket[spot->hash & (count - 1)] = spot;
		}
	}
	free(spots->bucket);
	spots->bucket = bucket;
	spots->bucket_count = count;
}

struct spot *
spots_child(struct spots *spots, struct spot *parent, const char *name, size_t length)
{
	uint32_t hash = hash_name(parent, name, length);
	struct spot *spot;

	for (spot = spots->bucket[hash & (spots->bucket_count - 1)]; spot != NULL; spot = spot->chain) {
		if (spot->hash == hash && spot->parent == parent && spot->name_length == length &&
		    memcmp(spot->name, name, length) == 0)
			return spot;
	}
	spot = new_spot(parent, name, length, hash);
	if (spot == NULL) {
		spots->short_of_memory = true;
		return NULL;
	}
	if (spots->count++ >= spots->bucket_count)
		grow(spots);
	spot->chain = spots->bucket[hash & (spots->bucket_count - 1)];
	spots->bucket[hash & (spots->bucket_count - 1)] = spot;
	spot->sibling = parent->child;
	parent->child = spot;
	return spot;
}

const char *
spots_path(struct spots *spots, const struct spot *spot)
{
	size_t length = 0;
	char *end;

	for (const struct spot *at = spot; at->parent != NULL; at = at->parent)
		length += at->name_length + 1;
	if (length + 2 > spots->text_size) {
		char *text = realloc(spots->text, length * 2 + 256);

		if (text == NULL) {
			spots->short_of_memory = true;
			return "";
		}
		spots->text = text;
		spots->text_size = length * 2 + 256;
	}
	if (length == 0)
		return strcpy(spots->text, "/");
	end = spots->text + length;
	*end = '\0';
	for (const struct spot *at = spot; at->parent != NULL; at = at->parent) {
		end -= at->name_length;
		memcpy(end, at->name, at->name_length);
		*--end = '/';
	}
	return spots->text;
}

bool
spot_is_under(const struct spot *spot, const struct spot *above)
{
	while (spot != NULL && spot != above)
		spot = spot->parent;
	return spot != NULL;
}

struct spot *
spot_next(struct spot *at, const struct spot *top, bool skip)
{
	if (at->child != NULL && !skip)
		return at->child;
	while (at != top && at->sibling == NULL)
		at = at->parent;
	return at != top ? at->sibling : NULL;
}
