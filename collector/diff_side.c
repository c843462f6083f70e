/*
 * diff_side.c - one run of the two that are compared: its answers, as lists of texts. The answers are freed
 * when the lists are made, so that the two traces don't stand in memory at once.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "answers.h"
#include "diff.h"
#include "follow.h"
#include "grown.h"

static int
keep_begin(struct output *output, const struct trace_head *head)
{
	output->state = answers_new(head);
	return output->state != NULL ? 0 : -1;
}

static int
keep_event(struct output *output, const struct event *event)
{
	return answers_event(output->state, event);
}

static int
keep_aside(struct output *output, const struct event *event)
{
	return answers_aside(output->state, event);
}

/* The answers stay in `state` for who reads the trace. */
static int
keep_end(struct output *output, const struct trace_end *end)
{
	return output->error == 0 ? answers_end(output->state, end) : 0;
}

static const struct output_format keep = {.name = "",
					  .begin = keep_begin,
					  .event = keep_event,
					  .end = keep_end,
					  .selects_paths = true,
					  .aside = keep_aside};

/* Takes over `key`, which may be NULL for a lack of memory. */
static struct diff_item *
add(struct diff_list *list, char *key)
{
	struct diff_item *item =
	    key != NULL ? grown(list->item, list->count, &list->room, sizeof *item) : NULL;

	if (item == NULL) {
		free(key);
		return NULL;
	}
	list->item = item;
	item += list->count++;
	*item = (struct diff_item){.key = key};
	return item;
}

/* The path, relative where it is in the directory that the run began in. */
static char *
shorten(const struct diff_side *side, const char *path)
{
	size_t length = strlen(side->cwd);
	char *text = NULL;

	if (length < 2 || strncmp(path, side->cwd, length) != 0 ||
	    (path[length] != '/' && path[length] != '\0'))
		return strdup(path);
	return asprintf(&text, ".%s", path + length) != -1 ? text : NULL;
}

static bool
is_output(const struct answer *answer)
{
	return answer->kind == ANSWER_CREATED || answer->kind == ANSWER_OVERWRITTEN ||
	       answer->kind == ANSWER_MODIFIED || answer->kind == ANSWER_DELETED;
}

static int
take_file(struct diff_side *side, const struct answer *answer)
{
	struct diff_item *item;

	if (answer->kind == ANSWER_TEMPORARY) {
		const char *slash = strrchr(answer->path, '/');

		return textset_add(&side->temporary, slash + 1) != NULL ? 0 : -1;
	}
	if (answer->how != 0) {
		item = add(&side->inputs, shorten(side, answer->path));
		if (item == NULL)
			return -1;
		item->value = answer->how;
	}
	if (!is_output(answer))
		return 0;
	item = add(&side->outputs, shorten(side, answer->path));
	if (item == NULL)
		return -1;
	item->value = answer->kind;
	return 0;
}

static int
take_files(struct diff_side *side, struct answers *answers, const struct output *output)
{
	for (size_t at = 0; at < answers->listed_count; at++) {
		struct answer answer;

		if (answers_get(answers, at, &answer) == -1)
			return -1;
		if (!ignore_matches(&output->settings->ignore, answer.path) &&
		    output_wants_path(output, answer.path) && take_file(side, &answer) == -1)
			return -1;
	}
	return 0;
}

/* Every place of the run's first directory in a word: at its begin, or behind what no path holds there. */
static int
add_word(struct diff_side *side, char **key, const char *word)
{
	size_t length = strlen(side->cwd);
	size_t size = strlen(*key) + strlen(word) * 2 + 2;
	char *grown = realloc(*key, size), *out;

	if (grown == NULL)
		return -1;
	*key = grown;
	out = grown + strlen(grown);
	*out++ = '\n';
	for (const char *at = word; *at != '\0';) {
		bool starts = at == word || strchr("=:,'\" \t(I@L", at[-1]) != NULL;

		if (length > 1 && starts && strncmp(at, side->cwd, length) == 0 &&
		    (at[length] == '/' || at[length] == '\0' || strchr(" \t;:'\")", at[length]) != NULL)) {
			*out++ = '.';
			at += length;
		} else {
			*out++ = *at == '\n' ? ' ' : *at;
			at++;
		}
	}
	*out = '\0';
	return 0;
}

static int
take_command(struct diff_side *side, const struct answers *answers, const struct answer_process *process)
{
	const char *cwd = answers_text(answers, process->cwd);
	char *key = shorten(side, cwd != NULL ? cwd : "");
	struct diff_item *item;

	for (size_t at = 0; key != NULL && at < process->argc; at++) {
		if (add_word(side, &key, answers_text(answers, process->argv[at])) == -1) {
			free(key);
			return -1;
		}
	}
	item = add(&side->commands, key);
	if (item == NULL)
		return -1;
	item->status = process->signal != 0   ? -process->signal
		       : process->status >= 0 ? process->status
					      : INT64_MIN;
	return 0;
}

static int
take_processes(struct diff_side *side, const struct answers *answers)
{
	for (size_t at = 0; at < answers->process_count; at++) {
		const struct answer_process *process = &answers->process[at];
		char digits[16];

		snprintf(digits, sizeof digits, "%u", process->pid);
		if (textset_add(&side->pids, digits) == NULL)
			return -1;
		if (process->executed && process->events > 0 && take_command(side, answers, process) == -1)
			return -1;
	}
	return 0;
}

static int
compare_items(const void *left, const void *right)
{
	return strcmp(((const struct diff_item *)left)->key, ((const struct diff_item *)right)->key);
}

static int
sort(struct diff_list *list)
{
	/* Files come sorted but for those that became relative, and equal commands keep their order. */
	return list->count > 1 ? mergesort(list->item, list->count, sizeof *list->item, compare_items) : 0;
}

static int
take_answers(struct diff_side *side, const struct output *output)
{
	struct answers *answers = output->state;

	side->cwd = strdup(answers->cwd);
	if (side->cwd == NULL || take_files(side, answers, output) == -1 ||
	    take_processes(side, answers) == -1)
		return -1;
	for (size_t at = 0; at < answers->reason_count; at++) {
		if (textset_add(&side->reasons, answers->reason[at]) == NULL)
			return -1;
	}
	if (sort(&side->inputs) == -1 || sort(&side->outputs) == -1)
		return -1;
	return sort(&side->commands);
}

int
diff_side_read(struct diff_side *side, FILE *stream, struct selection *selection,
	       const struct output_settings *settings)
{
	struct output output = {
	    .format = &keep, .file = side->name, .settings = settings, .selection = selection};
	struct follow follow = {
	    .stream = stream, .selection = selection, .output = &output, .output_count = 1};
	int result = 0, error;

	follow_run(&follow);
	side->status = follow.status;
	strlcpy(side->problem, follow.problem, sizeof side->problem);
	if (output.error != 0) {
		errno = output.error;
		result = -1;
	} else if (output.state != NULL) {
		result = take_answers(side, &output);
	}
	error = errno;
	answers_free(output.state);
	errno = error;
	return result;
}

static void
free_list(struct diff_list *list)
{
	for (size_t at = 0; at < list->count; at++)
		free(list->item[at].key);
	free(list->item);
}

void
diff_side_free(struct diff_side *side)
{
	free_list(&side->inputs);
	free_list(&side->outputs);
	free_list(&side->commands);
	textset_free(&side->temporary);
	textset_free(&side->pids);
	textset_free(&side->reasons);
	free(side->cwd);
}
