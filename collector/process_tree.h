/*
 * process_tree.h - the processes of a run in the order of their ancestry: each after its parent, children in
 * the order in which they began. Processes that nobody asked for are left out, save those that lead from a
 * root to one that was.
 */
#ifndef INTERPOSE_PROCESS_TREE_H
#define INTERPOSE_PROCESS_TREE_H

#include "answers.h"
#include "line.h"

struct process_tree {
	const struct answers *answers;
	uint32_t *child;   /* of each process, the first in the tree; ANSWER_NO_PROCESS */
	uint32_t *sibling; /* the next */
	uint32_t root;     /* the first process without a parent */
	uint64_t more;     /* a bit for each depth: there is another sibling there */
	uint32_t depth;    /* of the process that was given last, 0 for a root */
};

/* `wanted` says which of answers->process are asked for; NULL: all. 0, or -1 with errno. Always to be freed.
 */
int process_tree_make(struct process_tree *tree, const struct answers *answers, const bool *wanted);
void process_tree_free(struct process_tree *tree);
/* The process after `at` (ANSWER_NO_PROCESS: the first); ANSWER_NO_PROCESS after the last. */
uint32_t process_tree_next(struct process_tree *tree, uint32_t at);
/* What stands before the process that was given last: "|   \_ ". */
void process_tree_branch(const struct process_tree *tree, struct line *line);

#endif
