/*
 * answers.c - takes the events of a trace to what they tell of files and of processes, and at the end says
 * whether the answers are complete.
 *
 * Rule: what makes an answer doubtful is always named among the reasons.
 */
#include "answers.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"

static int64_t
open_bit(const struct names *names, const char *name)
{
	for (const struct name_bit *row = names->open; row->name != NULL; row++) {
		if (strcmp(row->name, name) == 0)
			return (int64_t)row->bits;
	}
	return 0;
}

static int
take_head(struct answers *answers, const struct trace_head *head)
{
	struct names names;

	names_of_machine(&names, head->os);
	answers->no_follow = open_bit(&names, "O_NOFOLLOW");
	answers->directory = open_bit(&names, "O_DIRECTORY");
	answers->cwd = strdup(head->cwd != NULL ? head->cwd : "");
	answers->command = calloc(head->command.count + 1, sizeof *answers->command);
	if (answers->cwd == NULL || answers->command == NULL)
		return -1;
	for (size_t at = 0; at < head->command.count; at++) {
		answers->command[at] = strdup(head->command.item[at]);
		if (answers->command[at] == NULL)
			return -1;
		answers->command_count++;
	}
	return 0;
}

struct answers *
answers_new(const struct trace_head *head)
{
	struct answers *answers = calloc(1, sizeof *answers);

	if (answers == NULL)
		return NULL;
	if (spots_init(&answers->spots, head) == -1 || take_head(answers, head) == -1) {
		answers_free(answers);
		errno = ENOMEM;
		return NULL;
	}
	return answers;
}

static void
note_use(void *listener, struct spot *spot, enum spot_act act, unsigned how, struct spot *from)
{
	static const unsigned whats[] = {
	    [ACT_ABSENT] = HOW_ABSENT,   [ACT_GLANCED] = HOW_STAT, [ACT_MADE] = USE_MADE,
	    [ACT_CHANGED] = USE_CHANGED, [ACT_REMOVED] = USE_GONE, [ACT_MOVED] = USE_MADE,
	};
	struct answers *answers = listener;
	uint64_t time_ns = answers->event->time_ns;
	int result = 0;

	if (spot != answers->spots.limbo)
		result = uses_note(&answers->uses, spot, answers->current, act == ACT_READ ? how : whats[act],
				   time_ns);
	if (result == 0 && from != NULL && from != answers->spots.limbo)
		result = uses_note(&answers->uses, from, answers->current, USE_GONE, time_ns);
	if (result == -1)
		answers->spots.short_of_memory = true;
}

void
answers_keep_uses(struct answers *answers)
{
	answers->spots.told = note_use;
	answers->spots.listener = answers;
}

void
answers_free(struct answers *answers)
{
	if (answers == NULL)
		return;
	for (size_t at = 0; at < answers->command_count; at++)
		free(answers->command[at]);
	for (size_t at = 0; at < answers->process_count; at++)
		free(answers->process[at].argv);
	free(answers->command);
	free(answers->cwd);
	free(answers->process);
	free(answers->reason);
	free(answers->listed);
	free(answers->absent_at);
	textset_free(&answers->texts);
	textset_free(&answers->reasons);
	pids_free(&answers->pids);
	uses_free(&answers->uses);
	spots_release(&answers->spots);
	free(answers);
}

const char *
answers_text(const struct answers *answers, uint32_t index)
{
	return index < answers->texts.count ? answers->texts.entry[index].text : NULL;
}

const char *
answers_program(const struct answers *answers, const struct answer_process *process)
{
	const char *exe = answers_text(answers, process->exe), *slash;

	if (exe == NULL)
		return "?";
	slash = strrchr(exe, '/');
	return slash != NULL && slash[1] != '\0' ? slash + 1 : exe;
}

int
answers_reason(struct answers *answers, const char *format, ...)
{
	struct textset_entry *entry;
	va_list arguments;
	char *text;
	int length;

	va_start(arguments, format);
	length = vasprintf(&text, format, arguments);
	va_end(arguments);
	if (length == -1)
		return -1;
	entry = textset_add(&answers->reasons, text);
	free(text);
	if (entry == NULL)
		return -1;
	entry->value++;
	return 0;
}

static int
take_untraced(struct answers *answers, const struct event *event)
{
	const char *why =
	    event_has(event, FIELD_reason) ? event_reason_name(event->number[FIELD_reason]) : "?";

	answers->totals.untraced++;
	if (event_has(event, FIELD_path))
		return answers_reason(answers, "untraced: %s (%s)", event->text[FIELD_path], why);
	return answers_reason(answers, "untraced: a process (%s)", why);
}

static int
take_lost(struct answers *answers, const struct event *event)
{
	answers->totals.lost += event_has(event, FIELD_count) ? (uint64_t)event->number[FIELD_count] : 1;
	return answers_reason(answers, "lost: %s",
			      event_has(event, FIELD_why) ? event->text[FIELD_why] : "records");
}

int
answers_event(struct answers *answers, const struct event *event)
{
	answers->seen_events++;
	answers->place++;
	answers->last_ns = event->time_ns;
	if (event->kind == EVENT_UNTRACED && take_untraced(answers, event) == -1)
		return -1;
	if (event->kind == EVENT_LOST && take_lost(answers, event) == -1)
		return -1;
	if (answers_process_event(answers, event) == -1 ||
	    (answers->spots.told != NULL && answers_need_process(answers, event) == -1))
		return -1;
	if (answers->current != ANSWER_NO_PROCESS)
		answers->process[answers->current].events++;
	answers->event = event;
	answers_file_event(answers, event);
	if (answers->spots.short_of_memory) {
		errno = ENOMEM;
		return -1;
	}
	return 0;
}

int
answers_aside(struct answers *answers, const struct event *event)
{
	answers->place++;
	answers->last_ns = event->time_ns;
	return answers_process_event(answers, event);
}

static int
take_end(struct answers *answers, const struct trace_end *end)
{
	if (end == NULL) {
		answers->cut = true;
		answers->totals.events = answers->seen_events;
		answers->totals.processes = answers->process_count;
		return answers_reason(answers, "cut: the trace has no end");
	}
	answers->status = end->status;
	/* The end counts all; a selection shows less. */
	if (end->events != answers->seen_events &&
	    answers_reason(answers, "selected: not all events of the trace") == -1)
		return -1;
	if (end->untraced > answers->totals.untraced && answers->reasons.count == 0 &&
	    answers_reason(answers, "untraced: programs that are not named") == -1)
		return -1;
	if (end->lost > 0 && answers->totals.lost == 0 && answers_reason(answers, "lost: records") == -1)
		return -1;
	answers->totals = (struct answer_totals){end->events, end->processes, end->untraced, end->lost};
	return 0;
}

static int
compare_texts(const void *one, const void *other)
{
	return strcmp(*(const char *const *)one, *(const char *const *)other);
}

/* Each reason once, however often it came. */
static int
sort_reasons(struct answers *answers)
{
	answers->reason = calloc(answers->reasons.count + 1, sizeof *answers->reason);
	if (answers->reason == NULL)
		return -1;
	for (size_t at = 0; at < answers->reasons.count; at++)
		answers->reason[answers->reason_count++] = answers->reasons.entry[at].text;
	qsort(answers->reason, answers->reason_count, sizeof *answers->reason, compare_texts);
	return 0;
}

int
answers_end(struct answers *answers, const struct trace_end *end)
{
	if (answers_end_processes(answers, end) == -1 || take_end(answers, end) == -1 ||
	    sort_reasons(answers) == -1)
		return -1;
	return answers_list(answers);
}
