/*
 * process_tree.c - see process_tree.h. No function recurses, and no line is longer for a chain of ten
 * thousand processes than for one of DEPTH_SHOWN.
 */
#include "process_tree.h"

#include <stdlib.h>

enum { DEPTH_SHOWN = 32 };

/* Parents stand before their children, so that one pass from the end marks all the ways from the roots. */
static void
link_processes(struct process_tree *tree, bool *shown)
{
	const struct answers *answers = tree->answers;

	tree->root = ANSWER_NO_PROCESS;
	for (size_t at = 0; at < answers->process_count; at++)
		tree->child[at] = ANSWER_NO_PROCESS;
	for (size_t at = answers->process_count; at-- > 0;) {
		uint32_t parent = answers->process[at].parent;
		uint32_t *first = parent != ANSWER_NO_PROCESS ? &tree->child[parent] : &tree->root;

		if (!shown[at])
			continue;
		if (parent != ANSWER_NO_PROCESS)
			shown[parent] = true;
		tree->sibling[at] = *first;
		*first = (uint32_t)at;
	}
}

int
process_tree_make(struct process_tree *tree, const struct answers *answers, const bool *wanted)
{
	size_t count = answers->process_count + 1;
	bool *shown = calloc(count, sizeof *shown);

	*tree = (struct process_tree){.answers = answers};
	tree->child = calloc(count, sizeof *tree->child);
	tree->sibling = calloc(count, sizeof *tree->sibling);
	if (shown == NULL || tree->child == NULL || tree->sibling == NULL) {
		free(shown);
		return -1;
	}
	for (size_t at = 0; at < answers->process_count; at++)
		shown[at] = wanted == NULL || wanted[at];
	link_processes(tree, shown);
	free(shown);
	return 0;
}

void
process_tree_free(struct process_tree *tree)
{
	free(tree->child);
	free(tree->sibling);
	*tree = (struct process_tree){0};
}

uint32_t
process_tree_next(struct process_tree *tree, uint32_t at)
{
	uint64_t bit;

	if (at == ANSWER_NO_PROCESS) {
		tree->depth = 0;
		at = tree->root;
	} else if (tree->child[at] != ANSWER_NO_PROCESS) {
		tree->depth++;
		at = tree->child[at];
	} else {
		while (tree->sibling[at] == ANSWER_NO_PROCESS) {
			at = tree->answers->process[at].parent;
			if (at == ANSWER_NO_PROCESS)
				return at;
			tree->depth--;
		}
		at = tree->sibling[at];
	}
	if (at == ANSWER_NO_PROCESS || tree->depth >= DEPTH_SHOWN)
		return at;
	bit = UINT64_C(1) << tree->depth;
	tree->more = tree->sibling[at] != ANSWER_NO_PROCESS ? tree->more | bit : tree->more & ~bit;
	return at;
}

void
process_tree_branch(const struct process_tree *tree, struct line *line)
{
	uint32_t shown = tree->depth < DEPTH_SHOWN ? tree->depth : DEPTH_SHOWN - 1;

	for (uint32_t depth = 1; depth < shown; depth++)
		line_text(line, tree->more >> depth & 1 ? "|   " : "    ");
	if (tree->depth > 0)
		line_text(line, "\\_ ");
	if (tree->depth > shown)
		line_count(line, "[", tree->depth, "] ", "] ");
}
