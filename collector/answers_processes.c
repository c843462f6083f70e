/*
 * answers_processes.c - one entry for each process of a run. A pid that comes again after its process ended,
 * or by a fork, is another process; a new image is the same one.
 *
 * Rule: texts are kept once, since the processes of a build have most of their arguments in common.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "answers.h"

/* The entry that says which process has the pid now. */
static struct textset_entry *
current(struct answers *answers, uint32_t pid)
{
	char text[16];

	snprintf(text, sizeof text, "%u", pid);
	return textset_add(&answers->pids, text);
}

static struct answer_process *
add_process(struct answers *answers, const struct event *event)
{
	struct answer_process *process;

	if (answers->process_count == answers->process_room) {
		size_t room = answers->process_room != 0 ? answers->process_room * 2 : 64;

		process = reallocarray(answers->process, room, sizeof *process);
		if (process == NULL)
			return NULL;
		answers->process = process;
		answers->process_room = room;
	}
	process = &answers->process[answers->process_count++];
	*process = (struct answer_process){.pid = event->pid,
					   .started = -1,
					   .exe = UINT32_MAX,
					   .cwd = UINT32_MAX,
					   .status = -1,
					   .begin_ns = event->time_ns};
	return process;
}

static int
set_text(struct answers *answers, uint32_t *index, const struct event *event, enum field field)
{
	struct textset_entry *entry;

	if (!event_has(event, field))
		return 0;
	entry = textset_add(&answers->texts, event->text[field]);
	if (entry == NULL)
		return -1;
	*index = (uint32_t)(entry - answers->texts.entry);
	return 0;
}

static int
set_argv(struct answers *answers, struct answer_process *process, const struct event *event)
{
	uint32_t *argv;

	if (!event_has(event, FIELD_argv))
		return 0;
	argv = reallocarray(process->argv, event->argv.count + 1, sizeof *argv);
	if (argv == NULL)
		return -1;
	process->argv = argv;
	process->argc = 0;
	for (size_t at = 0; at < event->argv.count; at++) {
		struct textset_entry *entry = textset_add(&answers->texts, event->argv.item[at]);

		if (entry == NULL)
			return -1;
		argv[process->argc++] = (uint32_t)(entry - answers->texts.entry);
	}
	return 0;
}

static int
take_start(struct answers *answers, const struct event *event)
{
	struct textset_entry *entry = current(answers, event->pid);
	bool new_image = event_has(event, FIELD_by) && event->number[FIELD_by] == START_BY_EXEC &&
			 entry != NULL && entry->value != 0 && !answers->process[entry->value - 1].ended;
	struct answer_process *process;

	if (entry == NULL)
		return -1;
	process = new_image ? &answers->process[entry->value - 1] : add_process(answers, event);
	if (process == NULL)
		return -1;
	entry->value = (uint64_t)(process - answers->process) + 1;
	if (event_has(event, FIELD_ppid))
		process->ppid = (uint32_t)event->number[FIELD_ppid];
	if (event_has(event, FIELD_started))
		process->started = event->number[FIELD_started];
	if (set_text(answers, &process->exe, event, FIELD_exe) == -1 ||
	    set_text(answers, &process->cwd, event, FIELD_cwd) == -1)
		return -1;
	return set_argv(answers, process, event);
}

static int
take_exit(struct answers *answers, const struct event *event)
{
	struct textset_entry *entry = current(answers, event->pid);
	struct answer_process *process;

	if (entry == NULL)
		return -1;
	if (entry->value == 0)
		return 0;
	process = &answers->process[entry->value - 1];
	process->ended = true;
	process->end_ns = event->time_ns;
	if (event_has(event, FIELD_status))
		process->status = event->number[FIELD_status];
	if (event_has(event, FIELD_signal))
		process->signal = event->number[FIELD_signal];
	return 0;
}

int
answers_process_event(struct answers *answers, const struct event *event)
{
	if (event->kind == EVENT_START)
		return take_start(answers, event);
	return event->kind == EVENT_EXIT ? take_exit(answers, event) : 0;
}

int
answers_end_processes(struct answers *answers, const struct trace_end *end)
{
	uint64_t last_ns = end != NULL ? end->duration_ns : answers->last_ns;

	for (size_t at = 0; at < answers->process_count; at++) {
		struct answer_process *process = &answers->process[at];

		if (!process->ended)
			process->end_ns = last_ns > process->begin_ns ? last_ns : process->begin_ns;
	}
	for (size_t at = 0; end != NULL && at < end->running_count; at++) {
		struct textset_entry *entry = current(answers, end->running[at]);
		const char *exe = NULL;

		if (entry == NULL)
			return -1;
		if (entry->value != 0)
			exe = answers_text(answers, answers->process[entry->value - 1].exe);
		if (answers_reason(answers, "running: %s", exe != NULL ? exe : "a process") == -1)
			return -1;
	}
	return 0;
}
