/*
 * lives.h - what an output knows of the processes of a trace while it reads it: the words of each start
 * event, and where the process stands now.
 *
 * It is for outputs that write as events come. Those that write at the end have each process, those that are
 * gone as well, in the answers (answers_processes.c), in memory that grows with the run.
 *
 * Bounded: of more than LIVES_MAX processes at one time, the one that was longest silent is forgotten, and
 * is then as one of which no start was selected.
 */
#ifndef INTERPOSE_LIVES_H
#define INTERPOSE_LIVES_H

#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>
#include <sys/tree.h>

#include "event.h"

enum { LIVES_MAX = 4096 };

struct life {
	uint32_t pid;
	uint64_t present; /* which fields of its start event are known: the numbers, and exe */
	int64_t number[FIELD_COUNT];
	char *exe;      /* from malloc, or NULL */
	char *cwd;      /* where it stands, or NULL */
	uint64_t began; /* nanoseconds since the trace began: its first start event */
	bool untraced;  /* an untraced event named it, or its start says that no library reported in */
	RB_ENTRY(life) by_pid;
	TAILQ_ENTRY(life) by_use;
};

RB_HEAD(lives_tree, life);
TAILQ_HEAD(lives_list, life);

struct lives {
	struct lives_tree tree;
	struct lives_list list; /* the one that was used last comes first */
	size_t count;
};

void lives_init(struct lives *lives);
void lives_free(struct lives *lives);
/* Takes what an event says, before it is shown. 0, or -1 with errno when memory is short. */
int lives_take(struct lives *lives, const struct event *event);
/* After an exit was shown. */
void lives_end(struct lives *lives, uint32_t pid);
/* NULL for one that isn't known. */
const struct life *lives_find(struct lives *lives, uint32_t pid);

static inline bool
life_has(const struct life *life, enum field field)
{
	return life != NULL && life->present >> field & 1;
}

#endif
