/*
 * lives.c - see lives.h.
 */
#include <stdlib.h>
#include <string.h>

#include "lives.h"

static int
compare(const struct life *a, const struct life *b)
{
	return a->pid < b->pid ? -1 : a->pid > b->pid;
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
/* RB_GENERATE_STATIC needs a macro that libbsd doesn't define. */
RB_GENERATE_INTERNAL(lives_tree, life, by_pid, compare, __attribute__((unused)) static)
#pragma GCC diagnostic pop

void
lives_init(struct lives *lives)
{
	*lives = (struct lives){0};
	RB_INIT(&lives->tree);
	TAILQ_INIT(&lives->list);
}

static void
forget(struct lives *lives, struct life *life)
{
	RB_REMOVE(lives_tree, &lives->tree, life);
	TAILQ_REMOVE(&lives->list, life, by_use);
	lives->count--;
	free(life->exe);
	free(life->cwd);
	free(life);
}

void
lives_free(struct lives *lives)
{
	while (!TAILQ_EMPTY(&lives->list))
		forget(lives, TAILQ_FIRST(&lives->list));
}

static struct life *
find(struct lives *lives, uint32_t pid)
{
	const struct life key = {.pid = pid};
	struct life *life = TAILQ_FIRST(&lives->list);

	if (life != NULL && life->pid == pid)
		return life;
	life = RB_FIND(lives_tree, &lives->tree, (struct life *)(uintptr_t)&key);
	if (life != NULL) {
		TAILQ_REMOVE(&lives->list, life, by_use);
		TAILQ_INSERT_HEAD(&lives->list, life, by_use);
	}
	return life;
}

const struct life *
lives_find(struct lives *lives, uint32_t pid)
{
	return find(lives, pid);
}

void
lives_end(struct lives *lives, uint32_t pid)
{
	struct life *life = find(lives, pid);

	if (life != NULL)
		forget(lives, life);
}

static struct life *
add(struct lives *lives, const struct event *event)
{
	struct life *life = calloc(1, sizeof *life);

	if (life == NULL)
		return NULL;
	if (lives->count == LIVES_MAX)
		forget(lives, TAILQ_LAST(&lives->list, lives_list));
	life->pid = event->pid;
	life->began = event->time_ns;
	RB_INSERT(lives_tree, &lives->tree, life);
	TAILQ_INSERT_HEAD(&lives->list, life, by_use);
	lives->count++;
	return life;
}

static int
set_text(char **place, const char *text)
{
	char *copy = strdup(text);

	if (copy == NULL)
		return -1;
	free(*place);
	*place = copy;
	return 0;
}

/* A fork makes a new process of a pid that may have been used before; an exec goes on with the old one. */
static int
start(struct lives *lives, const struct event *event)
{
	static const enum field numbers[] = {FIELD_ppid, FIELD_uid, FIELD_euid, FIELD_gid,     FIELD_egid,
					     FIELD_pgid, FIELD_sid, FIELD_by,   FIELD_started, FIELD_shim};
	struct life *life = find(lives, event->pid);

	if (life != NULL && event_has(event, FIELD_by) && event->number[FIELD_by] == START_BY_FORK) {
		forget(lives, life);
		life = NULL;
	}
	if (life == NULL && (life = add(lives, event)) == NULL)
		return -1;
	for (size_t at = 0; at < sizeof numbers / sizeof numbers[0]; at++) {
		if (!event_has(event, numbers[at]))
			continue;
		life->number[numbers[at]] = event->number[numbers[at]];
		life->present |= UINT64_C(1) << numbers[at];
	}
	life->untraced = event_has(event, FIELD_shim) && event->number[FIELD_shim] == 0;
	if (event_has(event, FIELD_exe) && set_text(&life->exe, event->text[FIELD_exe]) == -1)
		return -1;
	return event_has(event, FIELD_cwd) ? set_text(&life->cwd, event->text[FIELD_cwd]) : 0;
}

int
lives_take(struct lives *lives, const struct event *event)
{
	struct life *life;

	switch (event->kind) {
	case EVENT_START:
		return start(lives, event);
	case EVENT_UNTRACED:
		life = find(lives, event->pid);
		if (life != NULL)
			life->untraced = true;
		return 0;
	case EVENT_CHDIR:
		life = find(lives, event->pid);
		if (life == NULL || event->error != 0 || !event_has(event, FIELD_path))
			return 0;
		return set_text(&life->cwd, event->text[FIELD_path]);
	default:
		return 0;
	}
}
