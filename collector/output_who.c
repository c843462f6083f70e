/*
 * output_who.c - which processes touched the paths that --who names, how and when, each below its ancestors;
 * and who made what stands there now, under whatever name it was written.
 *
 * Rule: content keeps its history when it is renamed. Whoever wrote what was moved here is told, too.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "answered.h"
#include "process_text.h"
#include "process_tree.h"
#include "touches.h"

enum { INDENT_MOST = 32, WRITERS_MOST = 8 };

static const char *const words[TOUCH_KIND_COUNT] = {
    [TOUCH_READ] = "read",
    [TOUCH_LOADED] = "loaded",
    [TOUCH_EXECUTED] = "executed",
    [TOUCH_LISTED] = "listed",
    [TOUCH_LINK] = "followed as a link",
    [TOUCH_LOOKED] = "looked at",
    [TOUCH_ABSENT] = "looked for, not there",
    [TOUCH_UNCLEAR] = "looked for, without an answer",
    [TOUCH_MADE] = "created",
    [TOUCH_OVERWRITTEN] = "overwritten",
    [TOUCH_CHANGED] = "changed",
    [TOUCH_MOVED_HERE] = "renamed to here",
    [TOUCH_MOVED_AWAY] = "renamed",
    [TOUCH_REMOVED] = "removed",
};

/* A touch to tell of; sorted by process, and by time. */
struct told {
	uint32_t process;
	uint32_t touch; /* its index */
};

struct story {
	struct told *told;
	size_t count;
	bool *wanted; /* for each process, whether it has one */
};

/* The place outside of all paths where one of two files stands while they are exchanged. */
static bool
is_in_limbo(const struct touches *touches, uint32_t path)
{
	return spot_is_under(touches->path[path].spot, touches->answers->spots.limbo);
}

static struct touches *
touches_of(const struct answered *who)
{
	return who->own;
}

static void
write_path(struct answered *who, uint32_t path)
{
	struct touches *touches = touches_of(who);

	if (is_in_limbo(touches, path))
		line_text(&who->line, "what it was exchanged with");
	else
		process_text_word(&who->line, spots_path(&who->answers->spots, touches->path[path].spot));
}

/* How, and what else there is to say of it; `path` is the one that is asked about. */
static void
write_how(struct answered *who, const struct touch *touch, uint32_t path)
{
	struct line *line = &who->line;

	if (touch->kind == TOUCH_CHANGED && touch->event == EVENT_OPEN)
		line_text(line, "opened for writing");
	else
		line_text(line, words[touch->kind]);
	if ((touch->kind == TOUCH_CHANGED || touch->kind == TOUCH_MADE) && touch->event != EVENT_OPEN) {
		line_text(line, " (");
		line_text(line, event_kind_name(touch->event));
		line_byte(line, ')');
	}
	if (touch->path != path) {
		line_text(line, " as ");
		write_path(who, touch->path);
	}
	if (touch->other != 0) {
		line_text(line, touch->kind == TOUCH_MOVED_AWAY ? " to " : " from ");
		write_path(who, touch->other - 1);
	}
}

static void
write_by(struct answered *who, const struct touch *touch)
{
	line_count(&who->line, " by ", who->answers->process[touch->process].pid, " at ", " at ");
	line_seconds(&who->line, touch->last_ns, 3);
}

/* Who made what stands there now: the last to write it, and before that who wrote what was moved here. */
static void
write_now(struct answered *who, uint32_t path)
{
	const struct touches *touches = touches_of(who);
	uint32_t number = touches->path[path].writer;
	struct line *line = &who->line;
	int told = 0;

	line_text(line, number != 0 ? "  now: " : "  not written by this run");
	for (; number != 0; number = touches->touch[number - 1].writer) {
		const struct touch *touch = &touches->touch[number - 1];

		if (is_in_limbo(touches, touch->path))
			continue;
		if (told > 0)
			line_text(line, ", ");
		if (told++ == WRITERS_MOST) {
			line_text(line, "...");
			break;
		}
		write_how(who, touch, path);
		write_by(who, touch);
	}
	line_byte(line, '\n');
}

/* Who took away what stood there, when nothing does now. */
static bool
write_gone(struct answered *who, uint32_t path)
{
	const struct touches *touches = touches_of(who);

	if (touches->path[path].spot->now != NOW_GONE)
		return false;
	for (uint32_t number = touches->path[path].last; number != 0;) {
		const struct touch *touch = &touches->touch[number - 1];

		number = touch->before;
		if (touch->kind != TOUCH_REMOVED && touch->kind != TOUCH_MOVED_AWAY)
			continue;
		line_text(&who->line, "  gone: ");
		write_how(who, touch, path);
		write_by(who, touch);
		line_byte(&who->line, '\n');
		return true;
	}
	return false;
}

static void
write_touch(struct answered *who, const struct touch *touch, uint32_t path, uint32_t indent)
{
	struct line *line = &who->line;

	for (uint32_t at = 0; at < indent; at++)
		line_text(line, "  ");
	line_seconds(line, touch->first_ns, 3);
	line_text(line, "  ");
	write_how(who, touch, path);
	if (touch->count > 1) {
		line_count(line, ", ", touch->count, " times until ", " times until ");
		line_seconds(line, touch->last_ns, 3);
	}
	line_byte(line, '\n');
}

/* Marks the touches of the path, and those that wrote what was moved there. Returns how many. */
static size_t
mark(const struct touches *touches, uint32_t path, bool *marked)
{
	size_t count = 0;

	for (uint32_t number = touches->path[path].last; number != 0;
	     number = touches->touch[number - 1].before) {
		for (uint32_t writer = number; writer != 0 && !marked[writer - 1];
		     writer = touches->touch[writer - 1].writer) {
			if (is_in_limbo(touches, touches->touch[writer - 1].path))
				continue;
			marked[writer - 1] = true;
			count++;
		}
	}
	return count;
}

static int
compare_told(const void *left, const void *right)
{
	const struct told *one = left, *other = right;

	if (one->process != other->process)
		return one->process < other->process ? -1 : 1;
	return one->touch < other->touch ? -1 : one->touch > other->touch;
}

/* Fills the story of a path. */
static int
tell(const struct touches *touches, uint32_t path, struct story *story)
{
	bool *marked = calloc(touches->count + 1, sizeof *marked);
	size_t count = marked != NULL ? mark(touches, path, marked) : 0;

	story->told = calloc(count + 1, sizeof *story->told);
	story->wanted = calloc(touches->answers->process_count + 1, sizeof *story->wanted);
	if (marked == NULL || story->told == NULL || story->wanted == NULL) {
		free(marked);
		return -1;
	}
	for (size_t at = 0; at < touches->count; at++) {
		if (!marked[at])
			continue;
		story->wanted[touches->touch[at].process] = true;
		story->told[story->count++] = (struct told){touches->touch[at].process, (uint32_t)at};
	}
	free(marked);
	qsort(story->told, story->count, sizeof *story->told, compare_told);
	return 0;
}

static int
compare_process(const void *key, const void *element)
{
	uint32_t process = *(const uint32_t *)key;
	const struct told *told = element;

	return process < told->process ? -1 : process > told->process;
}

/* A process and what it did, if anything: else it leads to one that did. */
static void
write_process(struct answered *who, const struct story *story, uint32_t process, uint32_t depth,
	      uint32_t path)
{
	uint32_t indent = 1 + (depth < INDENT_MOST ? depth : INDENT_MOST);
	const struct told *told = story->wanted[process] ? bsearch(&process, story->told, story->count,
								   sizeof *told, compare_process)
							 : NULL;

	for (uint32_t at = 0; at < indent; at++)
		line_text(&who->line, "  ");
	line_count(&who->line, "", who->answers->process[process].pid, " ", " ");
	process_text_command(&who->line, who->answers, process);
	line_byte(&who->line, '\n');
	while (told != NULL && told > story->told && told[-1].process == process)
		told--;
	for (; told != NULL && told < story->told + story->count && told->process == process; told++)
		write_touch(who, &touches_of(who)->touch[told->touch], path, indent + 2);
}

static int
write_story(struct output *output, const struct story *story, uint32_t path)
{
	struct answered *who = output->state;
	struct process_tree tree;
	int result = process_tree_make(&tree, who->answers, story->wanted);

	for (uint32_t at = ANSWER_NO_PROCESS;
	     result == 0 && (at = process_tree_next(&tree, at)) != ANSWER_NO_PROCESS;) {
		write_process(who, story, at, tree.depth, path);
		result = line_write(&who->line, output->stream);
	}
	process_tree_free(&tree);
	return result;
}

/* What is to be told of one spot. */
static int
write_spot(struct output *output, const struct spot *spot)
{
	struct answered *who = output->state;
	struct story story = {0};
	uint32_t path = spot->note - 1;
	int result = tell(touches_of(who), path, &story);

	write_path(who, path);
	if (spot->target != NULL) {
		line_text(&who->line, " -> ");
		process_text_word(&who->line, spot->target);
	}
	line_byte(&who->line, '\n');
	if (!write_gone(who, path))
		write_now(who, path);
	if (result == 0)
		result = write_story(output, &story, path);
	free(story.told);
	free(story.wanted);
	return result;
}

/* A path that leads through a link is asked about as both: the link, and what it leads to. */
static int
write_asked(struct output *output, const char *path)
{
	struct answered *who = output->state;
	struct spots *spots = &who->answers->spots;
	const struct spot *spot = spots_walk(spots, path, false), *end = spots_walk(spots, path, true);
	bool touched = false;

	if (spot == NULL || end == NULL) {
		errno = ENOMEM;
		return -1;
	}
	for (const struct spot *at = spot;; at = end) {
		if (at->note != 0 && output_wants_path(output, spots_path(spots, at))) {
			touched = true;
			if (write_spot(output, at) == -1)
				return -1;
		}
		if (at == end)
			break;
	}
	if (touched)
		return 0;
	process_text_word(&who->line, spots_path(spots, spot));
	line_text(&who->line, ": no process touched it\n");
	output->no = true;
	return 0;
}

static int
write_who(struct output *output)
{
	struct answered *who = output->state;
	int result = 0;

	for (size_t at = 0; output->settings != NULL && result == 0 && at < output->settings->who.count; at++)
		result = write_asked(output, output->settings->who.path[at]);
	process_text_reasons(&who->line, output, who->answers);
	return result;
}

static void
release(void *touches)
{
	touches_free(touches);
}

static int
who_begin(struct output *output, const struct trace_head *head)
{
	struct answered *who;

	if (answered_open(output, head) == -1)
		return -1;
	who = output->state;
	who->own = touches_new(who->answers);
	who->release = release;
	return who->own != NULL ? 0 : -1;
}

static int
who_end(struct output *output, const struct trace_end *end)
{
	return answered_end(output, end, write_who);
}

const struct output_format output_who = {
    .name = "who",
    .begin = who_begin,
    .event = answered_event,
    .selects_paths = true,
    .aside = answered_aside,
    .end = who_end,
    .judges = true,
};
