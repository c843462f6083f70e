/*
 * place.c - the tree of paths that something is known of (place.h).
 *
 * Rule: no recursion, since a path may have more components than the stack has room for; and `bytes` follows
 * every change of a name or target, since it is what bounds the tree.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "place.h"

/* FNV-1a over the name, begun with the parent's address. */
static size_t
place_hash(const struct place *parent, const char *name, size_t length)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325) ^ ((uintptr_t)parent >> 4);

	for (size_t i = 0; i < length; i++)
		hash = (hash ^ (unsigned char)name[i]) * UINT64_C(0x100000001b3);
	return (size_t)(hash ^ hash >> 32);
}

static struct place **
place_bucket(const struct place_tree *tree, const struct place *parent, const char *name, size_t length)
{
	return &tree->bucket[place_hash(parent, name, length) & (tree->bucket_count - 1)];
}

/* With some 32 bytes for what the allocator adds and the bucket. */
static size_t
place_bytes(const struct place *place)
{
	return sizeof *place + place->name_length + (place->target ? strlen(place->target) : 0) + 32;
}

/* Makes `place` findable under its parent and name. */
static void
attach(struct place_tree *tree, struct place *place)
{
	struct place **bucket = place_bucket(tree, place->parent, place->name, place->name_length);

	place->chain = *bucket;
	*bucket = place;
	LIST_INSERT_HEAD(&place->parent->children, place, siblings);
}

static void
detach(struct place_tree *tree, struct place *place)
{
	struct place **at = place_bucket(tree, place->parent, place->name, place->name_length);

	while (*at != place)
		at = &(*at)->chain;
	*at = place->chain;
	LIST_REMOVE(place, siblings);
}

/* A place without children that nothing leads to any more. */
static void
place_free(struct place_tree *tree, struct place *place)
{
	tree->bytes -= place_bytes(place);
	tree->place_count--;
	free(place->target);
	free(place->name);
	free(place);
}

void
place_drop_under(struct place_tree *tree, struct place *above)
{
	struct place *place = above;

	for (;;) {
		struct place *child = LIST_FIRST(&place->children);
		if (child) {
			place = child;
			continue;
		}
		if (place == above)
			return;
		child = place;
		place = place->parent;
		detach(tree, child);
		place_free(tree, child);
	}
}

void
place_drop(struct place_tree *tree, struct place *place)
{
	place_drop_under(tree, place);
	detach(tree, place);
	place_free(tree, place);
}

void
place_set(struct place_tree *tree, struct place *place, enum place_kind kind, char *target, bool learned)
{
	tree->bytes -= place_bytes(place);
	free(place->target);
	place->target = target;
	place->kind = kind;
	place->learned = learned;
	tree->bytes += place_bytes(place);
}

static bool
is_forgotten(const struct place *place, enum place_forget most)
{
	if (!place->learned)
		return most >= (place->kind == PLACE_ABSENT ? FORGET_ABSENT : FORGET_ASKED);
	return most >= (place->kind == PLACE_PLAIN ? FORGET_LEARNED_PLAIN : FORGET_ALL);
}

/* Children come before their parents, so that a branch that knows nothing any more goes as a whole. */
void
place_forget(struct place_tree *tree, struct place *above, enum place_forget most)
{
	struct place *place = above;

	for (;;) {
		while (!LIST_EMPTY(&place->children))
			place = LIST_FIRST(&place->children);
		for (;;) {
			if (place == above)
				return;
			struct place *parent = place->parent;
			struct place *next = LIST_NEXT(place, siblings);
			if (is_forgotten(place, most))
				place_set(tree, place, PLACE_UNKNOWN, NULL, false);
			if (place->kind == PLACE_UNKNOWN && LIST_EMPTY(&place->children)) {
				detach(tree, place);
				place_free(tree, place);
			}
			if (next) {
				place = next;
				break;
			}
			place = parent;
		}
	}
}

int
place_tree_init(struct place_tree *tree)
{
	*tree = (struct place_tree){.bucket_count = 1024};
	tree->bucket = calloc(tree->bucket_count, sizeof *tree->bucket);
	tree->top = calloc(1, sizeof *tree->top);
	if (!tree->bucket || !tree->top) {
		free(tree->bucket);
		free(tree->top);
		return -1;
	}
	tree->top->kind = PLACE_PLAIN;
	tree->top->learned = true;
	return 0;
}

void
place_tree_release(struct place_tree *tree)
{
	place_drop_under(tree, tree->top);
	free(tree->top);
	free(tree->bucket);
	free(tree->text);
}

/* Doubles the table; when memory is short it stays, only slower. */
static void
grow_table(struct place_tree *tree)
{
	size_t old_count = tree->bucket_count;
	struct place **old = tree->bucket;
	struct place **bucket = calloc(old_count * 2, sizeof *bucket);

	if (!bucket)
		return;
	tree->bucket = bucket;
	tree->bucket_count = old_count * 2;
	for (size_t i = 0; i < old_count; i++) {
		struct place *next;
		for (struct place *place = old[i]; place; place = next) {
			struct place **to =
			    place_bucket(tree, place->parent, place->name, place->name_length);
			next = place->chain;
			place->chain = *to;
			*to = place;
		}
	}
	free(old);
}

struct place *
place_find(const struct place_tree *tree, const struct place *parent, const char *name, size_t length)
{
	struct place *place = *place_bucket(tree, parent, name, length);

	while (place && (place->parent != parent || place->name_length != length ||
			 memcmp(place->name, name, length) != 0))
		place = place->chain;
	return place;
}

struct place *
place_child(struct place_tree *tree, struct place *parent, const char *name, size_t length)
{
	struct place *place = place_find(tree, parent, name, length);

	if (place)
		return place;
	if (length >= UINT32_MAX) {
		errno = ENOMEM;
		return NULL;
	}
	if (tree->place_count >= tree->bucket_count)
		grow_table(tree);
	place = calloc(1, sizeof *place);
	if (!place)
		return NULL;
	place->name = strndup(name, length);
	if (!place->name) {
		free(place);
		return NULL;
	}
	place->name_length = (uint32_t)length;
	place->parent = parent;
	attach(tree, place);
	tree->place_count++;
	tree->bytes += place_bytes(place);
	return place;
}

char *
place_path(struct place_tree *tree, const struct place *place)
{
	size_t length = 0;

	for (const struct place *at = place; at->parent; at = at->parent)
		length += 1 + at->name_length;
	if (length + 2 > tree->text_size) {
		char *text = realloc(tree->text, (length + 2) * 2);
		if (!text)
			return NULL;
		tree->text = text;
		tree->text_size = (length + 2) * 2;
	}
	memcpy(tree->text, "/", 2);
	char *end = tree->text + length;
	if (length > 0)
		*end = '\0';
	for (const struct place *at = place; at->parent; at = at->parent) {
		end -= at->name_length;
		memcpy(end, at->name, at->name_length);
		*--end = '/';
	}
	return tree->text;
}

bool
place_is_under(const struct place *place, const struct place *above)
{
	while (place && place != above)
		place = place->parent;
	return place;
}

void
place_exchange(struct place_tree *tree, struct place *one, struct place *other)
{
	if (place_is_under(one, other) || place_is_under(other, one))
		return;
	detach(tree, one);
	detach(tree, other);

	struct place swap = *one;
	one->parent = other->parent;
	one->name = other->name;
	one->name_length = other->name_length;
	other->parent = swap.parent;
	other->name = swap.name;
	other->name_length = swap.name_length;
	attach(tree, one);
	attach(tree, other);
}
