/*
 * recipes.h - which processes are build tools, and which of the commands that one starts belong together.
 *
 * make starts each line of a recipe as a process of its own. What tells the next line from the next target is
 * that make looks at no file in between.
 */
#ifndef INTERPOSE_RECIPES_H
#define INTERPOSE_RECIPES_H

#include "answers.h"

/* A builder waited for `after` and forked the next command at once. */
struct recipe_line {
	uint64_t forked_at; /* answer_process.forked_at of that command */
	uint32_t after;
};

/* What a builder did last. */
struct recipe_builder {
	uint64_t looked_at; /* the place of its last look at a file */
	uint64_t waited_at; /* the place of its last wait, while it has forked nothing since; else 0 */
	uint32_t waited;    /* the process that it waited for */
};

/* All zeros is empty. */
struct recipes {
	struct recipe_line *line; /* in the order of the trace */
	size_t line_count;
	size_t line_room;
	struct recipe_builder *builder; /* as long as answers->process when it was last needed */
	size_t builder_room;
};

void recipes_free(struct recipes *recipes);
/* To be given each event, selected or not, after the answers have taken it. 0, or -1 with errno. */
int recipes_event(struct recipes *recipes, struct answers *answers, const struct event *event);
/* make, ninja and their like: what starts jobs whose order is not a script's. */
bool recipes_is_builder(const struct answers *answers, uint32_t process);
/* Whether two children of a builder, the first of which was started before, look like lines of one recipe. */
bool recipes_are_one(const struct recipes *recipes, const struct answers *answers, uint32_t first,
		     uint32_t second);

#endif
