/*
 * answers_processes.c - one entry for each process of a run. A pid that comes again after its process ended,
 * or by a fork, is another process; a new image is the same one. process_tree.c only puts them in order; what
 * an output needs of them while it reads, and then forgets, is in lives.c.
 *
 * Rule: texts are kept once, since the processes of a build have most of their arguments in common.
 */
#include <stdlib.h>

#include "answers.h"
#include "grown.h"

/* The process that an entry of answers->pids names; NULL for none. */
static struct answer_process *
named(struct answers *answers, uint32_t number)
{
	return number != 0 ? &answers->process[number - 1] : NULL;
}

static struct answer_process *
add_process(struct answers *answers, struct pid_entry *entry, uint32_t pid, uint64_t time_ns)
{
	struct answer_process *process =
	    grown(answers->process, answers->process_count, &answers->process_room, sizeof *process);

	if (process == NULL)
		return NULL;
	answers->process = process;
	process += answers->process_count++;
	*process = (struct answer_process){.pid = pid,
					   .started = -1,
					   .exe = UINT32_MAX,
					   .cwd = UINT32_MAX,
					   .status = -1,
					   .begin_ns = time_ns,
					   .parent = ANSWER_NO_PROCESS,
					   .previous = ANSWER_NO_PROCESS};
	if (entry->process != 0)
		process->previous = entry->process - 1;
	entry->process = (uint32_t)answers->process_count;
	return process;
}

/* Who forked it, by the fork itself; else whom the start names as its parent. */
static int
set_parent(struct answers *answers, uint32_t at, const struct event *event)
{
	struct answer_process *process = &answers->process[at];
	struct pid_entry *entry = pids_get(&answers->pids, event->pid);

	if (entry == NULL)
		return -1;
	if (entry->forker != 0) {
		process->parent = entry->forker - 1;
		process->forked_at = entry->forked_at;
		entry->forker = 0;
		return 0;
	}
	if (!event_has(event, FIELD_ppid))
		return 0;
	entry = pids_get(&answers->pids, (uint32_t)event->number[FIELD_ppid]);
	if (entry == NULL)
		return -1;
	if (entry->process != 0 && entry->process - 1 != at) {
		process->parent = entry->process - 1;
		process->forked_at = answers->place;
	}
	return 0;
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
take_start(struct answers *answers, const struct event *event, struct pid_entry *entry)
{
	struct answer_process *process = named(answers, entry->process);
	bool new_image = event_has(event, FIELD_by) && event->number[FIELD_by] == START_BY_EXEC &&
			 process != NULL && !process->ended;

	if (!new_image) {
		process = add_process(answers, entry, event->pid, event->time_ns);
		if (process == NULL ||
		    set_parent(answers, (uint32_t)(process - answers->process), event) == -1)
			return -1;
	}
	if (event_has(event, FIELD_by) && event->number[FIELD_by] != START_BY_FORK)
		process->executed = true;
	if (event_has(event, FIELD_ppid))
		process->ppid = (uint32_t)event->number[FIELD_ppid];
	if (event_has(event, FIELD_started))
		process->started = event->number[FIELD_started];
	if (set_text(answers, &process->exe, event, FIELD_exe) == -1 ||
	    set_text(answers, &process->cwd, event, FIELD_cwd) == -1)
		return -1;
	return set_argv(answers, process, event);
}

static void
take_exit(const struct event *event, struct answer_process *process)
{
	process->ended = true;
	process->end_ns = event->time_ns;
	if (event_has(event, FIELD_status))
		process->status = event->number[FIELD_status];
	if (event_has(event, FIELD_signal))
		process->signal = event->number[FIELD_signal];
}

/* The child's start comes after it. */
static int
take_fork(struct answers *answers, const struct event *event)
{
	struct pid_entry *entry;

	if (event->error != 0 || !event_has(event, FIELD_child))
		return 0;
	entry = pids_get(&answers->pids, (uint32_t)event->number[FIELD_child]);
	if (entry == NULL)
		return -1;
	entry->forker = answers->current + 1;
	entry->forked_at = answers->place;
	return 0;
}

/* Told after the wait returned, so that the pid may be another's already. */
static int
take_wait(struct answers *answers, const struct event *event)
{
	struct pid_entry *entry;
	struct answer_process *child;

	if (event->error != 0 || !event_has(event, FIELD_child))
		return 0;
	entry = pids_get(&answers->pids, (uint32_t)event->number[FIELD_child]);
	if (entry == NULL)
		return -1;
	child = named(answers, entry->process);
	if (child != NULL && child->parent != answers->current && child->previous != ANSWER_NO_PROCESS)
		child = &answers->process[child->previous];
	if (child != NULL && child->parent == answers->current && child->waited_at == 0)
		child->waited_at = answers->place;
	return 0;
}

int
answers_process_event(struct answers *answers, const struct event *event)
{
	struct pid_entry *entry = pids_get(&answers->pids, event->pid);
	struct answer_process *process;

	if (entry == NULL || (event->kind == EVENT_START && take_start(answers, event, entry) == -1))
		return -1;
	entry = pids_get(&answers->pids, event->pid);
	process = named(answers, entry->process);
	answers->current = process != NULL ? entry->process - 1 : ANSWER_NO_PROCESS;
	if (process == NULL)
		return 0;
	if (event->kind == EVENT_EXIT)
		take_exit(event, process);
	else if (event->kind == EVENT_FORK)
		return take_fork(answers, event);
	else if (event->kind == EVENT_WAIT)
		return take_wait(answers, event);
	return 0;
}

int
answers_need_process(struct answers *answers, const struct event *event)
{
	struct pid_entry *entry;

	if (answers->current != ANSWER_NO_PROCESS || event->kind == EVENT_LOST)
		return 0;
	entry = pids_get(&answers->pids, event->pid);
	if (entry == NULL || add_process(answers, entry, event->pid, event->time_ns) == NULL)
		return -1;
	answers->current = entry->process - 1;
	return 0;
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
		struct pid_entry *entry = pids_get(&answers->pids, end->running[at]);
		const char *exe = NULL;

		if (entry == NULL)
			return -1;
		if (entry->process != 0)
			exe = answers_text(answers, answers->process[entry->process - 1].exe);
		if (answers_reason(answers, "running: %s", exe != NULL ? exe : "a process") == -1)
			return -1;
	}
	return 0;
}
