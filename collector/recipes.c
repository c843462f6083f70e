/*
 * recipes.c - see recipes.h. GNU make 4.3 does these system calls between two lines of a recipe: wait4 for
 * the one, access for the program in PATH, vfork for the other. Before it starts another target it looks at
 * that and at what it depends on with stat, unless the target is phony.
 */
#include "recipes.h"

#include <stdlib.h>
#include <string.h>

#include "grown.h"

/* Lines of one recipe that are followed; those of a longer one are several. */
enum { LINES_FOLLOWED = 64 };

void
recipes_free(struct recipes *recipes)
{
	free(recipes->line);
	free(recipes->builder);
	*recipes = (struct recipes){0};
}

bool
recipes_is_builder(const struct answers *answers, uint32_t process)
{
	static const char *const names[] = {"make", "gmake", "bmake", "remake", "ninja", "samu"};
	const char *name = answers_program(answers, &answers->process[process]);

	for (size_t at = 0; at < sizeof names / sizeof names[0]; at++) {
		if (strcmp(name, names[at]) == 0)
			return true;
	}
	return false;
}

static int
make_room(struct recipes *recipes, const struct answers *answers)
{
	if (answers->process_count > recipes->builder_room) {
		size_t room = answers->process_count * 2;
		struct recipe_builder *builder = reallocarray(recipes->builder, room, sizeof *builder);

		if (builder == NULL)
			return -1;
		memset(builder + recipes->builder_room, 0, (room - recipes->builder_room) * sizeof *builder);
		recipes->builder = builder;
		recipes->builder_room = room;
	}
	return 0;
}

static int
add_line(struct recipes *recipes, uint64_t forked_at, uint32_t after)
{
	struct recipe_line *line =
	    grown(recipes->line, recipes->line_count, &recipes->line_room, sizeof *line);

	if (line == NULL)
		return -1;
	recipes->line = line;
	line[recipes->line_count++] = (struct recipe_line){forked_at, after};
	return 0;
}

/* The process that the event's wait was for: the answers marked it with the event's place. */
static uint32_t
waited_for(struct answers *answers, const struct event *event)
{
	const struct pid_entry *entry = pids_get(&answers->pids, (uint32_t)event->number[FIELD_child]);
	uint32_t at = entry != NULL && entry->process != 0 ? entry->process - 1 : ANSWER_NO_PROCESS;

	if (at != ANSWER_NO_PROCESS && answers->process[at].waited_at != answers->place)
		at = answers->process[at].previous;
	return at != ANSWER_NO_PROCESS && answers->process[at].waited_at == answers->place
		   ? at
		   : ANSWER_NO_PROCESS;
}

int
recipes_event(struct recipes *recipes, struct answers *answers, const struct event *event)
{
	struct recipe_builder *builder;

	if (event->kind != EVENT_FORK && event->kind != EVENT_WAIT && event->kind != EVENT_STAT &&
	    event->kind != EVENT_OPEN && event->kind != EVENT_LIST)
		return 0;
	if (answers->current == ANSWER_NO_PROCESS)
		return 0;
	if (make_room(recipes, answers) == -1)
		return -1;
	builder = &recipes->builder[answers->current];
	if (event->kind == EVENT_WAIT && event->error == 0 && event_has(event, FIELD_child)) {
		builder->waited_at = answers->place;
		builder->waited = waited_for(answers, event);
	} else if (event->kind == EVENT_FORK) {
		bool next = builder->waited_at > builder->looked_at && builder->waited != ANSWER_NO_PROCESS;

		builder->waited_at = 0;
		return next ? add_line(recipes, answers->place, builder->waited) : 0;
	} else if (event->kind != EVENT_WAIT) {
		builder->looked_at = answers->place;
	}
	return 0;
}

static int
compare_place(const void *key, const void *element)
{
	uint64_t place = *(const uint64_t *)key;
	const struct recipe_line *line = element;

	return place < line->forked_at ? -1 : place > line->forked_at;
}

bool
recipes_are_one(const struct recipes *recipes, const struct answers *answers, uint32_t first, uint32_t second)
{
	for (int step = 0; step < LINES_FOLLOWED && second > first; step++) {
		const struct recipe_line *line =
		    recipes->line_count != 0 ? bsearch(&answers->process[second].forked_at, recipes->line,
						       recipes->line_count, sizeof *line, compare_place)
					     : NULL;

		if (line == NULL)
			return false;
		second = line->after;
	}
	return second == first;
}
