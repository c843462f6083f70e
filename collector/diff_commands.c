/*
 * diff_commands.c - the commands of two runs that have no counterpart: which of them look like changes of one
 * another, and in what words they differ.
 *
 * Rule: a pair has the same program and directory, and at least half of its words in common. For each command
 * CANDIDATES of the other run are looked at, those that stand nearest by what they are called.
 */
#include <stdlib.h>
#include <string.h>

#include "diff.h"
#include "process_text.h"

enum { CANDIDATES = 256 };

/* The words of a command, loosened and sorted; those of an argument are words of their own, as in a shell's
 * -c. */
struct words {
	const struct diff_item *item;
	char *text; /* the words, each ended by NUL */
	const char **word;
	size_t count;
	size_t pair; /* the index of its counterpart + 1; 0: none */
};

static int
compare_words(const void *left, const void *right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static int
split(const struct diff_side *side, struct words *words, const struct diff_item *item)
{
	char *rest, *word;
	size_t room = 1;

	*words = (struct words){.item = item, .text = diff_loosen(side, item->key)};
	if (words->text == NULL)
		return -1;
	for (const char *at = item->key; *at != '\0'; at++)
		room += *at == ' ' || *at == '\n' || *at == '\t';
	words->word = calloc(room, sizeof *words->word);
	if (words->word == NULL)
		return -1;
	/* The first line is the directory. */
	rest = strchr(words->text, '\n');
	if (rest != NULL)
		rest++;
	while ((word = strsep(&rest, " \n\t")) != NULL) {
		if (*word != '\0')
			words->word[words->count++] = word;
	}
	qsort(words->word, words->count, sizeof *words->word, compare_words);
	return 0;
}

static void
free_words(struct words *words, size_t count)
{
	for (size_t at = 0; words != NULL && at < count; at++) {
		free(words[at].text);
		free(words[at].word);
	}
	free(words);
}

/* The commands without a counterpart, in the order of their keys; NULL with errno. */
static struct words *
take_left(const struct diff_side *side, size_t *count)
{
	const struct diff_list *list = &side->commands;
	struct words *words = calloc(list->count + 1, sizeof *words);

	*count = 0;
	for (size_t at = 0; words != NULL && at < list->count; at++) {
		if (list->item[at].matched)
			continue;
		if (split(side, &words[(*count)++], &list->item[at]) == -1) {
			free_words(words, *count);
			return NULL;
		}
	}
	return words;
}

/* The directory and the program: a key up to its second line's end. */
static size_t
head_length(const char *key)
{
	size_t directory = strcspn(key, "\n");

	return key[directory] == '\0' ? directory : directory + 1 + strcspn(key + directory + 1, "\n");
}

static bool
is_same_program(const struct words *one, const struct words *other)
{
	size_t length = head_length(one->item->key);

	return length == head_length(other->item->key) &&
	       memcmp(one->item->key, other->item->key, length) == 0;
}

static size_t
count_common(const struct words *one, const struct words *other)
{
	size_t common = 0;

	for (size_t left = 0, right = 0; left < one->count && right < other->count;) {
		int result = strcmp(one->word[left], other->word[right]);

		common += result == 0;
		left += result <= 0;
		right += result >= 0;
	}
	return common;
}

/* The first of the sorted others that has the same directory and program, or would stand behind them. */
static size_t
first_alike(const struct words *one, const struct words *others, size_t count)
{
	size_t length = head_length(one->item->key), low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strncmp(others[middle].item->key, one->item->key, length) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void
pair_one(struct words *ones, size_t at, struct words *others, size_t count)
{
	size_t best = 0, best_common = 0, seen = 0;

	for (size_t with = first_alike(&ones[at], others, count); with < count && seen < CANDIDATES; with++) {
		size_t common, longer;

		if (!is_same_program(&ones[at], &others[with]))
			break;
		if (others[with].pair != 0)
			continue;
		seen++;
		common = count_common(&ones[at], &others[with]);
		longer = ones[at].count > others[with].count ? ones[at].count : others[with].count;
		if (common * 2 >= longer && common > best_common) {
			best = with + 1;
			best_common = common;
		}
	}
	if (best == 0)
		return;
	ones[at].pair = best;
	others[best - 1].pair = at + 1;
}

void
diff_put_command(struct line *line, const char *key)
{
	const char *word = strchr(key, '\n');

	while (word != NULL) {
		const char *end = strchr(++word, '\n');
		char *copy = end != NULL ? strndup(word, (size_t)(end - word)) : strdup(word);

		if (copy != NULL)
			process_text_word(line, copy);
		else
			line->short_of_memory = true;
		free(copy);
		if (end != NULL)
			line_byte(line, ' ');
		word = end;
	}
	if (*key == '.' && (key[1] == '\n' || key[1] == '\0'))
		return;
	line_text(line, "  [");
	line_bytes(line, key, strcspn(key, "\n"));
	line_byte(line, ']');
}

static void
write_words(struct line *line, char sign, const struct words *one, const struct words *other)
{
	size_t begin;

	line_text(line, "      ");
	line_byte(line, sign);
	begin = line->length;
	for (size_t left = 0, right = 0; left < one->count;) {
		int result = right < other->count ? strcmp(one->word[left], other->word[right]) : -1;

		if (result < 0) {
			line_byte(line, ' ');
			process_text_word(line, one->word[left]);
		}
		left += result <= 0;
		right += result >= 0;
	}
	if (line->length == begin)
		line_text(line, " (nothing)");
	line_byte(line, '\n');
}

static void
write_alone(const struct output *output, struct line *line, char sign, const struct words *words,
	    size_t count)
{
	size_t next;

	for (size_t at = 0; at < count; at = next) {
		size_t times = words[at].pair == 0;

		for (next = at + 1; next < count && strcmp(words[next].item->key, words[at].item->key) == 0;
		     next++)
			times += words[next].pair == 0;
		if (times == 0)
			continue;
		process_text_colour(line, output, sign == '-' ? COLOUR_RED : COLOUR_GREEN);
		line_text(line, "  ");
		line_byte(line, sign);
		line_byte(line, ' ');
		diff_put_command(line, words[at].item->key);
		if (times > 1)
			line_count(line, "  (", times, " times)", " times)");
		process_text_colour(line, output, COLOUR_PLAIN);
		line_byte(line, '\n');
	}
}

static void
write_pairs(const struct output *output, struct line *line, const struct words *ones, size_t count,
	    const struct words *others)
{
	for (size_t at = 0; at < count; at++) {
		if (ones[at].pair == 0)
			continue;
		process_text_colour(line, output, COLOUR_YELLOW);
		line_text(line, "  ~ ");
		diff_put_command(line, ones[at].item->key);
		process_text_colour(line, output, COLOUR_PLAIN);
		line_byte(line, '\n');
		write_words(line, '-', &ones[at], &others[ones[at].pair - 1]);
		write_words(line, '+', &others[ones[at].pair - 1], &ones[at]);
	}
}

int
diff_write_commands(const struct diff_side *one, const struct diff_side *other, const struct output *output,
		    struct line *line)
{
	size_t count = 0, other_count = 0;
	struct words *ones = take_left(one, &count);
	struct words *others = ones != NULL ? take_left(other, &other_count) : NULL;

	if (others == NULL) {
		free_words(ones, count);
		return -1;
	}
	for (size_t at = 0; at < count; at++)
		pair_one(ones, at, others, other_count);
	write_alone(output, line, '-', ones, count);
	write_alone(output, line, '+', others, other_count);
	write_pairs(output, line, ones, count, others);
	free_words(ones, count);
	free_words(others, other_count);
	return 0;
}
