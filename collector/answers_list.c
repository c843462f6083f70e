/*
 * answers_list.c - at the end of a trace: which paths have an answer, in the order of their bytes, and what
 * it is.
 *
 * Rule: a list is sorted by whole paths ("a-b" before "a/b"), not directory by directory. To sort a million
 * whole paths takes longer than all else; so a directory's name stands twice among its siblings, as itself
 * and with a slash for all that is under it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "answers.h"
#include "grown.h"

/* A spot itself, or all that is under it. */
struct item {
	struct spot *spot;
	bool under;
};

struct stack {
	struct item *item;
	size_t count;
	size_t room;
};

static int
push(struct stack *stack, struct spot *spot, bool under)
{
	struct item *item = grown(stack->item, stack->count, &stack->room, sizeof *item);

	if (item == NULL)
		return -1;
	stack->item = item;
	stack->item[stack->count++] = (struct item){spot, under};
	return 0;
}

/* Descending, so that the first comes off the stack first. No name holds a slash, so only itself can be
 * equal.
 */
static int
compare_items(const void *left, const void *right)
{
	const struct item *one = left, *other = right;
	size_t one_length = one->spot->name_length, other_length = other->spot->name_length;
	size_t shared = one_length < other_length ? one_length : other_length;
	int result = memcmp(other->spot->name, one->spot->name, shared);
	unsigned char one_next, other_next;

	if (result != 0)
		return result;
	/* What follows the shared part: the slash, the rest of the name, or nothing. */
	one_next = (unsigned char)(one_length > shared ? one->spot->name[shared] : one->under ? '/' : '\0');
	other_next = (unsigned char)(other_length > shared ? other->spot->name[shared]
				     : other->under        ? '/'
							   : '\0');
	return (int)other_next - (int)one_next;
}

static bool
has_answer(const struct spot *spot)
{
	return spot->how != 0 || spot->now != NOW_UNTOUCHED;
}

static int
list_spot(struct answers *answers, struct spot *spot, size_t *room)
{
	struct spot **listed;

	if (!has_answer(spot))
		return 0;
	listed = grown(answers->listed, answers->listed_count, room, sizeof(struct spot *));
	if (listed == NULL)
		return -1;
	answers->listed = listed;
	answers->listed[answers->listed_count++] = spot;
	return 0;
}

static int
push_under(struct stack *stack, struct spot *above)
{
	size_t begin = stack->count;

	for (struct spot *spot = above->child; spot != NULL; spot = spot->sibling) {
		if (push(stack, spot, false) == -1 || (spot->child != NULL && push(stack, spot, true) == -1))
			return -1;
	}
	if (stack->count > begin)
		qsort(stack->item + begin, stack->count - begin, sizeof *stack->item, compare_items);
	return 0;
}

int
answers_list(struct answers *answers)
{
	struct stack stack = {0};
	size_t room = 0;
	int result = list_spot(answers, answers->spots.top, &room);

	if (result == 0)
		result = push(&stack, answers->spots.top, true);
	while (result == 0 && stack.count > 0) {
		struct item item = stack.item[--stack.count];

		result = item.under ? push_under(&stack, item.spot) : list_spot(answers, item.spot, &room);
	}
	free(stack.item);
	return result;
}

enum answer_kind
answers_kind(const struct spot *spot)
{
	bool existed = spot->existed == KNOWN_YES;

	switch ((enum spot_now)spot->now) {
	case NOW_MADE:
		return existed ? ANSWER_OVERWRITTEN : ANSWER_CREATED;
	case NOW_CHANGED:
		return ANSWER_MODIFIED;
	case NOW_GONE:
		return existed ? ANSWER_DELETED : ANSWER_TEMPORARY;
	default:
		return ANSWER_NONE;
	}
}

void
answers_peek(const struct answers *answers, size_t at, struct answer *answer)
{
	const struct spot *spot = answers->listed[at];
	bool output;

	*answer = (struct answer){.how = spot->how, .kind = answers_kind(spot), .directory = spot->directory};
	output = answer->kind == ANSWER_CREATED || answer->kind == ANSWER_OVERWRITTEN ||
		 answer->kind == ANSWER_MODIFIED;
	answer->read_first = output && (answer->how & HOW_CONTENTS) != 0;
	/* Nothing is an input and an output at once unless its old contents were read. */
	if (output && !answer->read_first)
		answer->how = 0;
}

int
answers_get(struct answers *answers, size_t at, struct answer *answer)
{
	struct spot *spot = answers->listed[at];

	answers_peek(answers, at, answer);
	if (answer->how & HOW_ABSENT && spot->absent_at != NULL) {
		free(answers->absent_at);
		answers->absent_at =
		    strdup(spots_path(&answers->spots, spots_absent_at(&answers->spots, spot)));
		if (answers->absent_at == NULL)
			return -1;
		answer->absent_at = answers->absent_at;
	}
	answer->path = spots_path(&answers->spots, spot);
	if (answers->spots.short_of_memory) {
		errno = ENOMEM;
		return -1;
	}
	return 0;
}
