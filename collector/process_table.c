/*
 * process_table.c - the processes that are known, by pid. A pid that comes again is another process: the
 * model removes one when its end is known. The rule to keep: one that has ended doesn't stay for ever, also
 * when nobody waits for it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "process.h"

static int
process_compare(const struct process *a, const struct process *b)
{
	return a->pid < b->pid ? -1 : a->pid > b->pid;
}

RB_GENERATE(process_tree, process, entry, process_compare)

struct process *
process_find(struct processes *processes, uint32_t pid)
{
	if (!processes->last || processes->last->pid != pid) {
		struct process key = {.pid = pid};

		processes->last = RB_FIND(process_tree, &processes->tree, &key);
	}
	return processes->last;
}

void
process_set_text(struct processes *processes, char **text, const char *value)
{
	char *copy = value ? strdup(value) : NULL;

	if (value && !copy)
		processes->short_of_memory = true;
	free(*text);
	*text = copy;
}

static void
free_strings(char **strings, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(strings[i]);
	free(strings);
}

void
process_set_argv(struct processes *processes, char ***argv, size_t *argc, const struct string_list *list)
{
	free_strings(*argv, *argc);
	*argv = calloc(list->count + 1, sizeof **argv);
	*argc = 0;
	if (!*argv) {
		processes->short_of_memory = true;
		return;
	}
	for (size_t i = 0; i < list->count; i++) {
		(*argv)[i] = strdup(list->item[i]);
		if (!(*argv)[i]) {
			processes->short_of_memory = true;
			return;
		}
		(*argc)++;
	}
}

struct process *
process_add(struct processes *processes, uint32_t pid)
{
	struct process *process = calloc(1, sizeof *process);

	if (!process)
		return NULL;
	process->pid = pid;
	process->started = -1;
	struct process *there = RB_INSERT(process_tree, &processes->tree, process);
	if (there) {
		process_remove(processes, there);
		RB_INSERT(process_tree, &processes->tree, process);
	}
	processes->totals.processes++;
	processes->living_count++;
	processes->last = process;
	return process;
}

struct process *
process_fork(struct processes *processes, const struct process *parent, uint32_t pid)
{
	struct string_list argv = {parent->argc, (const char *const *)parent->argv};
	struct process *process = process_add(processes, pid);

	if (!process)
		return NULL;
	process->ppid = parent->pid;
	process->uid = parent->uid;
	process->euid = parent->euid;
	process->gid = parent->gid;
	process->egid = parent->egid;
	process->pgid = parent->pgid;
	process->sid = parent->sid;
	process->knows_identity = parent->knows_identity;
	process->traced = parent->traced;
	process_set_text(processes, &process->exe, parent->exe);
	process_set_text(processes, &process->cwd, parent->cwd);
	process_set_text(processes, &process->root, parent->root);
	process_set_text(processes, &process->interpreter, parent->interpreter);
	process_set_argv(processes, &process->argv, &process->argc, &argv);
	if (descriptors_copy(&process->descriptors, &parent->descriptors) < 0)
		processes->short_of_memory = true;
	return process;
}

void
process_clear_exec(struct process *process)
{
	free(process->exec.path);
	free(process->exec.arg);
	free(process->exec.interpreter);
	free_strings(process->exec.argv, process->exec.argc);
	memset(&process->exec, 0, sizeof process->exec);
}

void
process_remove(struct processes *processes, struct process *process)
{
	RB_REMOVE(process_tree, &processes->tree, process);
	if (process->told_exit) {
		TAILQ_REMOVE(&processes->exited, process, exited);
		processes->exited_count--;
	} else {
		processes->living_count--;
	}
	if (processes->last == process)
		processes->last = NULL;
	process_clear_exec(process);
	descriptors_free(&process->descriptors);
	free_strings(process->argv, process->argc);
	free(process->exe);
	free(process->cwd);
	free(process->root);
	free(process->interpreter);
	free(process->popened);
	free(process);
}

void
process_exited(struct processes *processes, struct process *process)
{
	process->told_exit = true;
	processes->living_count--;
	TAILQ_INSERT_TAIL(&processes->exited, process, exited);
	if (processes->exited_count++ == EXITED_LIMIT)
		process_remove(processes, TAILQ_FIRST(&processes->exited));
}

void
process_read_stat(struct process *process, const char *stat)
{
	/* The second field is a name in parentheses that may hold anything; the third follows the last
	 * parenthesis. */
	const char *after = stat ? strrchr(stat, ')') : NULL;
	long long ppid, pgid, sid, started;

	if (after &&
	    sscanf(after + 1,
		   " %*c %lld %lld %lld %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %lld",
		   &ppid, &pgid, &sid, &started) == 4) {
		process->ppid = (uint32_t)ppid;
		process->pgid = pgid;
		process->sid = sid;
		process->started = started;
		process->knows_started = true;
	}
}

/* Whether it was under `from`. */
static bool
rename_text(struct processes *processes, char **text, const char *from, const char *to)
{
	size_t length = strlen(from);
	char *moved;

	if (!*text || strncmp(*text, from, length) != 0 ||
	    ((*text)[length] != '/' && (*text)[length] != '\0'))
		return false;
	if (asprintf(&moved, "%s%s", to, *text + length) < 0) {
		processes->short_of_memory = true;
		return true;
	}
	free(*text);
	*text = moved;
	return true;
}

static void
rename_all(struct processes *processes, const char *from, const char *to, bool exchange)
{
	struct process *process;

	RB_FOREACH(process, process_tree, &processes->tree)
	{
		if (process->told_exit)
			continue;
		if (!rename_text(processes, &process->cwd, from, to) && exchange)
			rename_text(processes, &process->cwd, to, from);
		for (size_t i = 0; i < process->descriptors.count; i++) {
			char **path = &process->descriptors.item[i].path;

			if (!rename_text(processes, path, from, to) && exchange)
				rename_text(processes, path, to, from);
		}
	}
}

void
process_renamed(struct processes *processes, const char *from, const char *to)
{
	rename_all(processes, from, to, false);
}

void
process_exchanged(struct processes *processes, const char *one, const char *other)
{
	rename_all(processes, one, other, true);
}
