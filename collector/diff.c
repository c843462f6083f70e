/*
 * diff.c - what differs between two runs, in three lists: inputs, outputs, commands. A line that begins with
 * - is of the first run alone, + of the second, ~ of both but not alike.
 */
#include "diff.h"

#include <stdlib.h>
#include <string.h>

#include "answers.h"
#include "names.h"
#include "process_text.h"

/* An item by its loosened key. */
struct loose {
	char *key;
	struct diff_item *item;
};

static void
join(struct diff_list *one, struct diff_list *other)
{
	for (size_t left = 0, right = 0; left < one->count && right < other->count;) {
		int result = strcmp(one->item[left].key, other->item[right].key);

		if (result == 0) {
			one->item[left].matched = true;
			other->item[right].matched = true;
		}
		left += result <= 0;
		right += result >= 0;
	}
}

static int
compare_loose(const void *left, const void *right)
{
	return strcmp(((const struct loose *)left)->key, ((const struct loose *)right)->key);
}

static void
free_loose(struct loose *loose, size_t count)
{
	for (size_t at = 0; at < count; at++)
		free(loose[at].key);
	free(loose);
}

/* What has no counterpart yet, sorted by its loosened key; NULL with errno. */
static struct loose *
loosen(const struct diff_side *side, const struct diff_list *list, size_t *count)
{
	struct loose *loose;
	size_t room = 1;

	for (size_t at = 0; at < list->count; at++)
		room += !list->item[at].matched;
	loose = calloc(room, sizeof *loose);
	*count = 0;
	for (size_t at = 0; loose != NULL && at < list->count; at++) {
		if (list->item[at].matched)
			continue;
		loose[*count] = (struct loose){diff_loosen(side, list->item[at].key), &list->item[at]};
		if (loose[*count].key == NULL) {
			free_loose(loose, *count);
			return NULL;
		}
		(*count)++;
	}
	if (loose != NULL)
		qsort(loose, *count, sizeof *loose, compare_loose);
	return loose;
}

static int
join_loosely(const struct diff_side *one, const struct diff_list *left, const struct diff_side *other,
	     const struct diff_list *right)
{
	size_t left_count = 0, right_count = 0;
	struct loose *lefts = loosen(one, left, &left_count), *rights = NULL;

	if (lefts != NULL)
		rights = loosen(other, right, &right_count);
	for (size_t at = 0, with = 0; rights != NULL && at < left_count && with < right_count;) {
		int result = strcmp(lefts[at].key, rights[with].key);

		if (result == 0) {
			lefts[at].item->matched = true;
			rights[with].item->matched = true;
		}
		at += result <= 0;
		with += result >= 0;
	}
	free_loose(lefts, left_count);
	free_loose(rights, right_count);
	return lefts != NULL && rights != NULL ? 0 : -1;
}

/* What a list is of. */
struct kind {
	const char *title;
	bool (*is_alike)(const struct diff_item *one, const struct diff_item *other);
	void (*describe)(struct line *line, const struct diff_item *item);
	bool commands;
};

static bool
reads_alike(const struct diff_item *one, const struct diff_item *other)
{
	unsigned bits = HOW_CONTENTS | HOW_ABSENT;

	return (one->value & bits) == (other->value & bits);
}

static void
describe_read(struct line *line, const struct diff_item *item)
{
	static const char *const words[] = {"read",     "looked at", "listed",   "loaded",
					    "executed", "link",      "not there"};
	bool first = true;

	for (size_t at = 0; at < sizeof words / sizeof words[0]; at++) {
		if (!(item->value >> at & 1))
			continue;
		line_text(line, first ? "" : ", ");
		line_text(line, words[at]);
		first = false;
	}
}

static bool
made_alike(const struct diff_item *one, const struct diff_item *other)
{
	return one->value == other->value;
}

static void
describe_made(struct line *line, const struct diff_item *item)
{
	static const char *const words[] = {[ANSWER_CREATED] = "created",
					    [ANSWER_OVERWRITTEN] = "overwritten",
					    [ANSWER_MODIFIED] = "modified",
					    [ANSWER_DELETED] = "deleted"};

	line_text(line, words[item->value]);
}

static bool
ended_alike(const struct diff_item *one, const struct diff_item *other)
{
	return one->status == other->status;
}

static void
describe_end(struct line *line, const struct diff_item *item)
{
	char buffer[NAMES_SIZE];

	if (item->status == INT64_MIN) {
		line_text(line, "still running");
	} else if (item->status < 0) {
		line_text(line, names_signal(-item->status, buffer));
	} else {
		line_text(line, "status ");
		line_number(line, item->status);
	}
}

static void
write_item(const struct output *output, struct line *line, const struct kind *kind, char sign,
	   const struct diff_item *item, const struct diff_item *other)
{
	static const char signs[] = "-+~";
	static const enum process_text_colour colours[] = {COLOUR_RED, COLOUR_GREEN, COLOUR_YELLOW};

	process_text_colour(line, output, colours[strchr(signs, sign) - signs]);
	line_text(line, "  ");
	line_byte(line, sign);
	line_byte(line, ' ');
	if (kind->commands)
		diff_put_command(line, item->key);
	else
		process_text_word(line, item->key);
	line_text(line, "  (");
	kind->describe(line, item);
	if (other != NULL) {
		line_text(line, " -> ");
		kind->describe(line, other);
	}
	line_byte(line, ')');
	process_text_colour(line, output, COLOUR_PLAIN);
	line_byte(line, '\n');
}

/* What was looked for in vain in one run alone is told when it is asked for. */
static bool
is_told(const struct output *output, const struct kind *kind, const struct diff_item *item)
{
	if (item->matched || kind->commands)
		return false;
	return kind->describe != describe_read || item->value != HOW_ABSENT || output->settings->absent;
}

/* What two lists, joined, have to tell. Of commands those without a counterpart are told elsewhere. */
static void
write_list(const struct output *output, struct line *line, const struct kind *kind,
	   const struct diff_list *one, const struct diff_list *other)
{
	for (size_t left = 0, right = 0; left < one->count || right < other->count;) {
		const struct diff_item *of_one = left < one->count ? &one->item[left] : NULL;
		const struct diff_item *of_other = right < other->count ? &other->item[right] : NULL;
		int result = of_one == NULL ? 1 : of_other == NULL ? -1 : strcmp(of_one->key, of_other->key);

		if (result == 0 && !kind->is_alike(of_one, of_other))
			write_item(output, line, kind, '~', of_one, of_other);
		else if (result < 0 && is_told(output, kind, of_one))
			write_item(output, line, kind, '-', of_one, NULL);
		else if (result > 0 && is_told(output, kind, of_other))
			write_item(output, line, kind, '+', of_other, NULL);
		left += result <= 0;
		right += result >= 0;
	}
}

static int
write_kind(const struct output *output, const struct kind *kind, struct diff_side *one,
	   struct diff_list *left, struct diff_side *other, struct diff_list *right, bool *differs)
{
	struct line line = {0};
	int result = 0;

	join(left, right);
	if (join_loosely(one, left, other, right) == -1)
		return -1;
	write_list(output, &line, kind, left, right);
	if (kind->commands && diff_write_commands(one, other, output, &line) == -1)
		result = -1;
	if (result == 0 && line.length > 0) {
		*differs = true;
		result = fprintf(output->stream, "%s\n", kind->title) < 0 ? -1 : 0;
	}
	if (result == 0)
		result = line_write(&line, output->stream);
	line_free(&line);
	return result;
}

static int
write_reasons(const struct output *output, const struct diff_side *side)
{
	struct line line = {0};
	int result;

	for (size_t at = 0; at < side->reasons.count; at++) {
		process_text_colour(&line, output, COLOUR_YELLOW);
		line_text(&line, "# ");
		process_text_word(&line, side->name);
		line_text(&line, " is incomplete: ");
		line_escaped(&line, side->reasons.entry[at].text);
		process_text_colour(&line, output, COLOUR_PLAIN);
		line_byte(&line, '\n');
	}
	result = line_write(&line, output->stream);
	line_free(&line);
	return result;
}

int
diff_write(struct diff_side *one, struct diff_side *other, const struct output *output, bool *differs)
{
	static const struct kind inputs = {"inputs", reads_alike, describe_read, false};
	static const struct kind outputs = {"outputs", made_alike, describe_made, false};
	static const struct kind commands = {"commands", ended_alike, describe_end, true};

	*differs = false;
	if (write_kind(output, &inputs, one, &one->inputs, other, &other->inputs, differs) == -1 ||
	    write_kind(output, &outputs, one, &one->outputs, other, &other->outputs, differs) == -1 ||
	    write_kind(output, &commands, one, &one->commands, other, &other->commands, differs) == -1 ||
	    write_reasons(output, one) == -1)
		return -1;
	return write_reasons(output, other);
}
