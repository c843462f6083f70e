/*
 * shown.c - see shown.h. What is known of a path stands in its spot's note: these bits, and above them its
 * number.
 */
#include "shown.h"

#include <stdlib.h>

enum {
	NOTE_ASKED = 1,    /* the selection and the patterns were asked */
	NOTE_LEFT_OUT = 2, /* and leave it out */
	NOTE_SHOWN = 4,    /* it, or something under it, has a use that counts */
	NOTE_USED = 8,     /* itself */
	NOTE_COUNTED = 16, /* among the others */
	NOTE_NUMBER = 32,
};

static bool
is_left_out(struct shown *shown, struct spot *spot)
{
	const struct output_settings *settings = shown->output->settings;

	if ((spot->note & NOTE_ASKED) == 0) {
		const char *path = spots_path(&shown->answers->spots, spot);

		spot->note |= NOTE_ASKED;
		if (!output_wants_path(shown->output, *path != '\0' ? path : "/") ||
		    ignore_matches(settings != NULL ? &settings->ignore : NULL, path)) {
			spot->note |= NOTE_LEFT_OUT;
			shown->left_out++;
		}
	}
	return (spot->note & NOTE_LEFT_OUT) != 0;
}

/* Marks what was used, and what that stands in; "/" in any case. */
static void
mark(struct shown *shown)
{
	const struct uses *uses = &shown->answers->uses;

	shown->count = 1;
	shown->answers->spots.top->note |= NOTE_SHOWN;
	for (size_t at = 0; at < uses->count; at++) {
		struct spot *spot = uses->use[at].spot;

		if (is_left_out(shown, spot) || (uses->use[at].what & shown->mask) == 0)
			continue;
		spot->note |= NOTE_USED;
		for (; (spot->note & NOTE_SHOWN) == 0; spot = spot->parent) {
			spot->note |= NOTE_SHOWN;
			shown->count++;
		}
	}
	for (size_t at = 0; at < uses->count; at++) {
		struct spot *spot = uses->use[at].spot;

		if ((spot->note & (NOTE_USED | NOTE_LEFT_OUT | NOTE_COUNTED)) == 0)
			shown->others++;
		spot->note |= NOTE_COUNTED;
	}
}

int
shown_end(const struct output *output, struct answers *answers, const struct trace_end *end)
{
	if (output->selection != NULL && !selection_is_all(output->selection) &&
	    answers_reason(answers, "selected: not all events of the trace") == -1)
		return -1;
	return answers_end(answers, end);
}

int
shown_find(struct shown *shown)
{
	struct spot *top = shown->answers->spots.top;
	size_t count = 0;

	mark(shown);
	shown->spot = calloc(shown->count, sizeof(struct spot *));
	if (shown->spot == NULL || shown->answers->spots.short_of_memory)
		return -1;
	for (struct spot *spot = top; spot != NULL;) {
		bool is_shown = (spot->note & NOTE_SHOWN) != 0;

		if (is_shown) {
			shown->spot[count] = spot;
			spot->note += (uint32_t)(NOTE_NUMBER * count++);
		}
		spot = spot_next(spot, top, !is_shown);
	}
	return 0;
}

void
shown_free(struct shown *shown)
{
	free(shown->spot);
	shown->spot = NULL;
}

bool
shown_has(const struct shown *shown, const struct use *use)
{
	return (use->what & shown->mask) != 0 && (use->spot->note & NOTE_LEFT_OUT) == 0;
}

uint32_t
shown_number(const struct spot *spot)
{
	return spot->note / NOTE_NUMBER;
}

void
shown_answers(const struct shown *shown,
	      void (*take)(void *owner, uint32_t number, const struct answer *answer), void *owner)
{
	const struct answers *answers = shown->answers;
	struct answer answer;

	for (size_t at = 0; at < answers->listed_count; at++) {
		const struct spot *spot = answers->listed[at];

		if ((spot->note & (NOTE_SHOWN | NOTE_LEFT_OUT)) != NOTE_SHOWN)
			continue;
		answers_peek(answers, at, &answer);
		take(owner, shown_number(spot), &answer);
	}
}
