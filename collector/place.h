/*
 * place.h - a tree of the paths that something is known of. A place's path is a chain of names from "/",
 * without links: links.h sees to that. Moving or exchanging whole parts of the tree costs one place.
 */
#ifndef INTERPOSE_PLACE_H
#define INTERPOSE_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

enum place_kind {
	PLACE_UNKNOWN,
	PLACE_PLAIN,  /* something that is no link */
	PLACE_LINK,   /* a link to `target` */
	PLACE_ABSENT, /* the file system has nothing there, or nothing that may be looked at */
};

LIST_HEAD(place_list, place);

struct place {
	struct place *parent; /* NULL for "/" */
	struct place *chain;  /* the next in its bucket */
	struct place_list children;
	LIST_ENTRY(place) siblings;
	char *name;
	char *target; /* of a link, else NULL */
	uint32_t name_length;
	uint32_t asked_ms; /* links.c: when the file system was asked */
	enum place_kind kind;
	bool learned; /* from the trace */
};

struct place_tree {
	struct place *top; /* "/" */
	struct place **bucket;
	size_t bucket_count; /* a power of two */
	size_t place_count;
	size_t bytes; /* that the places take */
	char *text;   /* room for a place's path */
	size_t text_size;
};

/* 0, or -1 with errno when memory is short. */
int place_tree_init(struct place_tree *tree);
void place_tree_release(struct place_tree *tree);

/* The place called `name` in `parent`, NULL when it isn't there. */
struct place *place_find(const struct place_tree *tree, const struct place *parent, const char *name,
			 size_t length);
/* The same, made when it isn't there yet. NULL with errno when memory is short. */
struct place *place_child(struct place_tree *tree, struct place *parent, const char *name, size_t length);
/* Whether `place` is `above` or somewhere under it. */
bool place_is_under(const struct place *place, const struct place *above);
/* The path of `place`, "/..." and never empty, in tree->text. NULL with errno when memory is short. */
char *place_path(struct place_tree *tree, const struct place *place);

/* Sets what is known of a place. Takes over `target`, which is allocated. */
void place_set(struct place_tree *tree, struct place *place, enum place_kind kind, char *target,
	       bool learned);

/* Two places, neither under the other, change parents and names, and take along what is under them. */
void place_exchange(struct place_tree *tree, struct place *one, struct place *other);

/* Frees `place` with all under it, or only what is under it. */
void place_drop(struct place_tree *tree, struct place *place);
void place_drop_under(struct place_tree *tree, struct place *place);

/* What place_forget takes, each with all before it. */
enum place_forget { FORGET_ABSENT, FORGET_ASKED, FORGET_LEARNED_PLAIN, FORGET_ALL };
/*
 * Forgets what is known under `above` up to `most`, and frees the places there that then neither know
 * anything nor lead to one that does.
 */
void place_forget(struct place_tree *tree, struct place *above, enum place_forget most);

#endif
