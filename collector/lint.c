/*
 * lint.c - see lint.h. Of each file its last writer and the reads since are kept: whatever is ordered after
 * that writer is ordered after those before it, or they made a finding already (C. Flanagan and S. Freund,
 * FastTrack, 2009). So each use is compared with one writer, and each read once more with the next writer.
 */
#include "lint.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "grown.h"

enum { TRACE_O_CREAT = 0100 };

/* Where there is no builder, what the first process of all starts are the jobs: at the end that is known. */
static bool
may_start_jobs(const struct answers *answers, uint32_t process)
{
	return answers->process[process].parent == ANSWER_NO_PROCESS || recipes_is_builder(answers, process);
}

static void
short_of_memory(struct lint *lint)
{
	lint->answers->spots.short_of_memory = true;
}

/* NULL when memory is short, which is remembered. Valid until the next call. */
static struct lint_file *
file_of(struct lint *lint, struct spot *spot)
{
	struct lint_file *file;

	if (spot->note != 0)
		return &lint->file[spot->note - 1];
	file = grown(lint->file, lint->file_count, &lint->file_room, sizeof *file);
	if (file == NULL) {
		short_of_memory(lint);
		return NULL;
	}
	lint->file = file;
	file += lint->file_count++;
	*file = (struct lint_file){.spot = spot,
				   .writer.process = ANSWER_NO_PROCESS,
				   .maker.process = ANSWER_NO_PROCESS,
				   .changer = ANSWER_NO_PROCESS};
	spot->note = (uint32_t)lint->file_count;
	return file;
}

static struct lint_use
use_now(const struct lint *lint, enum lint_act act)
{
	const struct answers *answers = lint->answers;

	return (struct lint_use){answers->place, answers->event->time_ns, answers->current, (uint8_t)act};
}

static void
find(struct lint *lint, const struct lint_file *file, enum lint_kind kind, uint32_t common,
     const struct lint_use *one, const struct lint_use *other)
{
	struct lint_finding *finding =
	    grown(lint->finding, lint->finding_count, &lint->finding_room, sizeof *finding);

	if (finding == NULL) {
		short_of_memory(lint);
		return;
	}
	lint->finding = finding;
	finding[lint->finding_count++] =
	    (struct lint_finding){(uint32_t)(file - lint->file), (uint8_t)kind, common, *one, *other};
}

static void
count_crossing(struct lint *lint, uint32_t process)
{
	if (process >= lint->crossing_room) {
		size_t room = lint->answers->process_count * 2;
		uint32_t *crossing = reallocarray(lint->crossing, room, sizeof *crossing);

		if (crossing == NULL) {
			short_of_memory(lint);
			return;
		}
		memset(crossing + lint->crossing_room, 0, (room - lint->crossing_room) * sizeof *crossing);
		lint->crossing = crossing;
		lint->crossing_room = room;
	}
	lint->crossing[process]++;
}

/* How `one` stands to what is done now. False when memory is short, which is remembered. */
static bool
ask(struct lint *lint, const struct lint_use *one, const struct lint_use *now, struct order_answer *answer)
{
	if (order_ask(&lint->order, lint->answers, one->process, one->place, now->process, answer) == 0)
		return true;
	short_of_memory(lint);
	return false;
}

static bool
is_another(const struct lint_use *one, const struct lint_use *now)
{
	return one->process != ANSWER_NO_PROCESS && one->process != now->process;
}

/* Whether the two are in order as lines of a recipe are. */
static bool
is_one_recipe(const struct lint *lint, const struct order_answer *answer)
{
	return answer->one_child != ANSWER_NO_PROCESS && answer->other_child != ANSWER_NO_PROCESS &&
	       recipes_are_one(&lint->recipes, lint->answers, answer->one_child, answer->other_child);
}

/* Whether the two are in order as those of different jobs are. */
static bool
is_of_jobs(const struct lint *lint, const struct order_answer *answer)
{
	return answer->before && may_start_jobs(lint->answers, answer->common);
}

/* Whether the read only repeats the latest one; of one process it then stands for both. */
static bool
is_repeated(const struct lint *lint, const struct lint_file *file, const struct lint_use *use)
{
	struct lint_use *latest;

	if (file->read == 0)
		return false;
	latest = &lint->read[file->read - 1].use;
	if (latest->process != use->process || latest->act != use->act)
		return false;
	latest->place = use->place;
	return true;
}

static void
keep_read(struct lint *lint, struct lint_file *file, const struct lint_use *use)
{
	struct lint_read *read = grown(lint->read, lint->read_count, &lint->read_room, sizeof *read);

	if (read == NULL) {
		short_of_memory(lint);
		return;
	}
	lint->read = read;
	read[lint->read_count++] = (struct lint_read){*use, file->read};
	file->read = (uint32_t)lint->read_count;
}

static void
take_read(struct lint *lint, struct lint_file *file, enum lint_act act)
{
	struct lint_use use = use_now(lint, act);
	struct order_answer answer;

	if (file == NULL || file->channel || is_repeated(lint, file, &use))
		return;
	file->used = file->used || (act == LINT_READ && is_another(&file->maker, &use));
	if (is_another(&file->writer, &use) && ask(lint, &file->writer, &use, &answer)) {
		if (!answer.before)
			find(lint, file, LINT_RACE, answer.common, &file->writer, &use);
		else if (answer.one_child != ANSWER_NO_PROCESS && answer.other_child != ANSWER_NO_PROCESS &&
			 recipes_is_builder(lint->answers, answer.common) && !is_one_recipe(lint, &answer))
			count_crossing(lint, answer.common);
	}
	keep_read(lint, file, &use);
}

/* Who reads before it starts who writes has arranged that itself. */
static void
compare_read(struct lint *lint, const struct lint_file *file, const struct lint_use *read,
	     const struct lint_use *use)
{
	struct order_answer answer;

	if (!is_another(read, use) || !ask(lint, read, use, &answer))
		return;
	if (!answer.before)
		find(lint, file, LINT_RACE, answer.common, read, use);
	else if (read->act == LINT_READ && use->act != LINT_REMOVED &&
		 file->writer.process == ANSWER_NO_PROCESS && answer.common != read->process &&
		 is_of_jobs(lint, &answer) && !is_one_recipe(lint, &answer))
		find(lint, file, LINT_EARLY, answer.common, read, use);
}

/*
 * The second line of a recipe may well finish what the first has made. What looks like that is no finding
 * unless it throws away what it didn't look at.
 */
static void
compare_writes(struct lint *lint, const struct lint_file *file, const struct lint_use *use, bool adds)
{
	struct order_answer answer;

	if (is_another(&file->writer, use) && ask(lint, &file->writer, use, &answer) && !answer.before) {
		find(lint, file, LINT_RACE, answer.common, &file->writer, use);
		return;
	}
	/* It may have been removed in between. */
	if (use->act == LINT_REMOVED || !is_another(&file->maker, use) ||
	    !ask(lint, &file->maker, use, &answer) || !is_of_jobs(lint, &answer))
		return;
	if (!is_one_recipe(lint, &answer) || !(adds || file->used))
		find(lint, file, LINT_TWICE, answer.common, &file->maker, use);
}

static void
take_write(struct lint *lint, struct lint_file *file, enum lint_act act, bool adds)
{
	struct lint_use use = use_now(lint, act);

	if (file == NULL || file->channel)
		return;
	for (uint32_t at = file->read; at != 0; at = lint->read[at - 1].before)
		compare_read(lint, file, &lint->read[at - 1].use, &use);
	compare_writes(lint, file, &use, adds);
	file->read = 0;
	file->writer = use;
	file->changer = use.process;
	file->used = act == LINT_REMOVED;
	if (act != LINT_REMOVED)
		file->maker = use;
}

static void
take_removal(struct lint *lint, struct lint_file *file)
{
	take_write(lint, file, LINT_REMOVED, false);
	if (file != NULL)
		file->channel = false;
}

static void
take_move(struct lint *lint, struct spot *from, struct spot *to)
{
	const struct spot *limbo = lint->answers->spots.limbo;

	if (from->directory)
		return;
	/* While two are exchanged, one is nowhere. */
	if (!spot_is_under(from, limbo))
		take_write(lint, file_of(lint, from), LINT_REMOVED, false);
	if (!spot_is_under(to, limbo))
		take_write(lint, file_of(lint, to), LINT_MOVED_HERE, false);
}

/* To look whether something is there before it is made asks for no order. */
static bool
wanted_contents(const struct event *event)
{
	int64_t flags = event_has(event, FIELD_flags) ? event->number[FIELD_flags] : 0;

	return (event->kind == EVENT_OPEN && !(flags & TRACE_O_CREAT)) || event->kind == EVENT_EXEC ||
	       event->kind == EVENT_LOAD;
}

static void
take_change(struct lint *lint, struct spot *spot, bool adds)
{
	struct lint_file *file = file_of(lint, spot);
	const struct event *event = lint->answers->event;

	if (file == NULL)
		return;
	if (event->kind == EVENT_MKNOD)
		file->channel = true; /* made once; whoever opens it then makes nothing */
	if (event_kind_classes(event->kind) & CLASS_META)
		file->changer = lint->answers->current;
	else
		take_write(lint, file, LINT_WRITTEN, adds);
}

static void
told(void *listener, struct spot *spot, enum spot_act act, unsigned how, struct spot *from)
{
	struct lint *lint = listener;
	enum event_kind kind = lint->answers->event->kind;

	switch (act) {
	case ACT_READ:
		if (how & (HOW_CONTENTS & ~(unsigned)HOW_LIST))
			take_read(lint, file_of(lint, spot), LINT_READ);
		break;
	case ACT_ABSENT:
		if (wanted_contents(lint->answers->event))
			take_read(lint, file_of(lint, spot), LINT_ABSENT);
		break;
	case ACT_GLANCED:
		break;
	case ACT_MADE:
	case ACT_CHANGED:
		if (kind != EVENT_MKDIR)
			take_change(lint, spot, act == ACT_CHANGED);
		break;
	case ACT_REMOVED:
		if (kind != EVENT_RMDIR)
			take_removal(lint, file_of(lint, spot));
		break;
	case ACT_MOVED:
		take_move(lint, from, spot);
		break;
	}
}

struct lint *
lint_new(struct answers *answers)
{
	struct lint *lint = calloc(1, sizeof *lint);

	if (lint == NULL)
		return NULL;
	lint->answers = answers;
	answers->spots.told = told;
	answers->spots.listener = lint;
	return lint;
}

void
lint_free(struct lint *lint)
{
	if (lint == NULL)
		return;
	order_free(&lint->order);
	free(lint->file);
	free(lint->read);
	free(lint->finding);
	free(lint->crossing);
	recipes_free(&lint->recipes);
	free(lint);
}
