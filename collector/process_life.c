/*
 * process_life.c - forks, execs, exits and waits. The rule to keep: every process gets a start before anything else of
 * it and one exit, whoever tells of them first: itself, its parent, or nobody.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "process.h"

static void
set_argv(struct event *event, const struct process *process)
{
	event->argv.count = process->argc;
	event->argv.item = (const char *const *)process->argv;
	event->present |= UINT64_C(1) << FIELD_argv;
}

static void
emit_start(struct processes *processes, struct process *process, enum start_by by)
{
	struct event event;

	processes_event(processes, &event, EVENT_START, process->pid);
	event_set_number(&event, FIELD_by, by);
	event_set_number(&event, FIELD_ppid, process->ppid);
	event_set_number(&event, FIELD_uid, process->uid);
	event_set_number(&event, FIELD_euid, process->euid);
	event_set_number(&event, FIELD_gid, process->gid);
	event_set_number(&event, FIELD_egid, process->egid);
	event_set_number(&event, FIELD_pgid, process->pgid);
	event_set_number(&event, FIELD_sid, process->sid);
	if (process->started >= 0)
		event_set_number(&event, FIELD_started, process->started);
	event_set_number(&event, FIELD_shim, process->traced);
	if (process->exe)
		event_set_text(&event, FIELD_exe, process->exe);
	if (process->cwd)
		event_set_text(&event, FIELD_cwd, process->cwd);
	if (process->interpreter)
		event_set_text(&event, FIELD_interpreter, process->interpreter);
	set_argv(&event, process);
	process->told_start = true;
	processes_emit(processes, &event);
}

/* A start time for one that never told its own: from the moment of its fork, in clock ticks since boot (proc(5)). */
static int64_t
ticks_now(const struct processes *processes)
{
	return (int64_t)((processes->start + processes->now + processes->boot_offset) / 10000000);
}

void
life_ensure_started(struct processes *processes, struct process *process)
{
	if (process->told_start || process->is_root)
		return;
	if (process->started < 0)
		process->started = ticks_now(processes);
	emit_start(processes, process, process->ppid ? START_BY_FORK : START_BY_ATTACH);
}

static void
emit_fork(struct processes *processes, struct process *parent, uint32_t child, const char *call)
{
	struct event event;

	life_ensure_started(processes, parent);
	processes_event(processes, &event, EVENT_FORK, parent->pid);
	event.call = call;
	event_set_number(&event, FIELD_child, child);
	if (call)
		event_set_number(&event, FIELD_ret, 0);
	processes_emit(processes, &event);
}

/* A child that tells of itself before its parent does: by system or popen, or by a call that wasn't seen. */
static struct process *
adopt(struct processes *processes, uint32_t pid, uint32_t ppid)
{
	struct process *parent = process_find(processes, ppid);

	if (!parent) {
		struct process *first = process_add(processes, pid);

		if (first)
			first->is_root = true; /* started from outside the session */
		return first;
	}
	const char *call = parent->shell_call && !parent->shell_child ? parent->shell_call : NULL;
	if (call)
		parent->shell_child = pid;
	emit_fork(processes, parent, pid, call);
	return process_fork(processes, parent, pid);
}

static void
set_identity(struct processes *processes, struct process *process, const struct record *record)
{
	uint32_t ppid = process->ppid;

	(void)processes;
	process_read_stat(process, record->text[0]);
	/* What the fork said is truer than what /proc says after the parent has gone (proc(5): 1, or a subreaper). */
	if (ppid)
		process->ppid = ppid;
	process->uid = record->number[0];
	process->euid = record->number[1];
	process->gid = record->number[2];
	process->egid = record->number[3];
}

void
life_forked(struct processes *processes, struct process *process, uint32_t pid, const struct record *record)
{
	if (process && process->told_exit)
		process_remove(processes, process), process = NULL;
	if (!process)
		process = adopt(processes, pid, (uint32_t)record->number[4]);
	if (!process)
		return;
	set_identity(processes, process, record);
	process->traced = true;
	if (!process->told_start)
		emit_start(processes, process, START_BY_FORK);
}

static uint32_t
stat_parent(const char *stat)
{
	struct process told = {0};

	process_read_stat(&told, stat);
	return told.ppid;
}

/* The exec that a new image, or the end of a process, shows to have succeeded. */
static void
emit_exec(struct processes *processes, struct process *process)
{
	struct event event;
	struct pending_exec *exec = &process->exec;

	processes_event(processes, &event, EVENT_EXEC, process->pid);
	if (exec->is) {
		event.call = decode_call_name(exec->call);
		event.tid = exec->tid;
		event_set_number(&event, FIELD_ret, 0);
		if (exec->path)
			event_set_text(&event, FIELD_path, exec->path);
		if (exec->arg)
			event_set_text(&event, FIELD_arg, exec->arg);
		event.argv.count = exec->argc;
		event.argv.item = (const char *const *)exec->argv;
		event.present |= UINT64_C(1) << FIELD_argv;
	} else {
		if (process->exe)
			event_set_text(&event, FIELD_path, process->exe);
		set_argv(&event, process);
	}
	processes_emit(processes, &event);
}

void
life_start(struct processes *processes, struct process *process, uint32_t pid, const struct record *record)
{
	if (process && process->told_exit)
		process_remove(processes, process), process = NULL;
	if (!process)
		process = adopt(processes, pid, stat_parent(record->text[0]));
	if (!process)
		return;
	set_identity(processes, process, record);
	life_ensure_started(processes, process);
	descriptors_close_on_exec(&process->descriptors);
	process_set_text(processes, &process->exe, record->text[1]);
	if (record->text[2] && record->text[2][0] == '/')
		process_set_text(processes, &process->cwd, record->text[2]);
	process_set_argv(processes, &process->argv, &process->argc, &record->strings);
	emit_exec(processes, process);
	process_set_text(processes, &process->interpreter, process->exec.interpreter);
	process_clear_exec(process);
	process->traced = true;
	process->exit_call = NULL;
	process->shell_call = NULL;
	emit_start(processes, process, START_BY_EXEC);
}

static void
remember_exec(struct processes *processes, struct process *process, const struct record *record, const char *path)
{
	struct pending_exec *exec = &process->exec;

	process_clear_exec(process);
	exec->is = true;
	exec->call = (enum call)record->number[0];
	exec->untraced = (int)record->number[1];
	exec->tid = processes->tid;
	process_set_text(processes, &exec->path, path);
	if (record->path[0] && path && strcmp(record->path[0], path) != 0 && record->path[0][0])
		process_set_text(processes, &exec->arg, record->path[0]);
	process_set_text(processes, &exec->interpreter, record->text[0]);
	process_set_argv(processes, &exec->argv, &exec->argc, &record->strings);
}

void
life_exec(struct processes *processes, struct process *process, const struct record *record)
{
	const char *base = process->cwd;
	const char *path = NULL;
	struct event event;

	life_ensure_started(processes, process);
	if (record->dirfd[0] >= 0)
		base = descriptors_path(&process->descriptors, record->dirfd[0]);
	if (record->path[0])
		path = paths_resolve(processes->paths, process->root ? process->root : "/", base, record->path[0]);
	if (record->error == 0) {
		remember_exec(processes, process, record, path);
		return;
	}
	process_clear_exec(process);
	processes_event(processes, &event, EVENT_EXEC, process->pid);
	event.tid = processes->tid;
	event.call = decode_call_name((enum call)record->number[0]);
	event.error = record->error;
	event_set_number(&event, FIELD_ret, -1);
	if (path)
		event_set_text(&event, FIELD_path, path);
	if (path && record->path[0][0] && strcmp(path, record->path[0]) != 0)
		event_set_text(&event, FIELD_arg, record->path[0]);
	event.argv = record->strings;
	event.present |= UINT64_C(1) << FIELD_argv;
	processes_emit(processes, &event);
}

/* An exec that was tried, didn't fail, and never reported in: the process runs what we can't see. */
static void
resolve_exec(struct processes *processes, struct process *process)
{
	struct pending_exec *exec = &process->exec;
	struct event event;

	if (!exec->is)
		return;
	struct string_list argv = {exec->argc, (const char *const *)exec->argv};
	emit_exec(processes, process);
	processes_event(processes, &event, EVENT_UNTRACED, process->pid);
	if (exec->path)
		event_set_text(&event, FIELD_path, exec->path);
	event_set_number(&event, FIELD_reason, exec->untraced ? exec->untraced - 1 : UNTRACED_SILENT);
	processes_emit(processes, &event);
	process->traced = false;
	process_set_text(processes, &process->exe, exec->path);
	process_set_text(processes, &process->interpreter, exec->interpreter);
	process_set_argv(processes, &process->argv, &process->argc, &argv);
	emit_start(processes, process, START_BY_EXEC);
	process_clear_exec(process);
}

static void
set_status(struct event *event, int status)
{
	if (WIFEXITED(status)) {
		event_set_number(event, FIELD_status, WEXITSTATUS(status));
	} else if (WIFSIGNALED(status)) {
		event_set_number(event, FIELD_signal, WTERMSIG(status));
		event_set_number(event, FIELD_core, WCOREDUMP(status) ? 1 : 0);
	}
}

static void
emit_exit(struct processes *processes, struct process *process, const char *call, int status, bool known)
{
	struct event event;

	processes_event(processes, &event, EVENT_EXIT, process->pid);
	event.call = call;
	if (known)
		set_status(&event, status);
	process->told_exit = true;
	processes_emit(processes, &event);
}

void
life_exit(struct processes *processes, struct process *process, const char *call, int status)
{
	if (process->told_exit)
		return;
	process_clear_exec(process);
	life_ensure_started(processes, process);
	emit_exit(processes, process, call, status, true);
}

void
life_ended(struct processes *processes, struct process *process, int status, bool known)
{
	if (!process->told_exit) {
		life_ensure_started(processes, process);
		resolve_exec(processes, process);
		emit_exit(processes, process, NULL, status, known);
	}
	process_remove(processes, process);
}

/* A wait that saw an end: the child's exit stands before it. */
static void
waited(struct processes *processes, struct process *process, struct event *event, int64_t child, int status)
{
	if (event->error == 0 && child > 0) {
		event_set_number(event, FIELD_child, child);
		if (WIFEXITED(status) || WIFSIGNALED(status)) {
			struct process *ended = process_find(processes, (uint32_t)child);

			if (ended && ended != process)
				life_ended(processes, ended, status, true);
			set_status(event, status);
		}
	}
	processes_emit(processes, event);
}

static void
remember_popen(struct processes *processes, struct process *process, int fd)
{
	struct popened *popened =
	    reallocarray(process->popened, process->popened_count + 1, sizeof *process->popened);

	if (!popened) {
		processes->short_of_memory = true;
		return;
	}
	process->popened = popened;
	process->popened[process->popened_count++] = (struct popened){fd, process->shell_child};
}

static uint32_t
forget_popen(struct process *process, int fd)
{
	for (size_t i = process->popened_count; i-- > 0;) {
		if (process->popened[i].fd == fd) {
			uint32_t child = process->popened[i].child;

			process->popened[i] = process->popened[--process->popened_count];
			return child;
		}
	}
	return 0;
}

/* system and popen begin and end; between the two their shell reports in and tells its pid. */
static void
shell_call(struct processes *processes, struct process *process, const struct record *record, struct event *event)
{
	bool is_system = record->call == CALL_system;

	if (record->number[0] == 1) {
		process->shell_call = decode_call_name(record->call);
		process->shell_child = 0;
		return;
	}
	/* wordexp begins where it may run a shell, and need not. */
	if ((!process->shell_child && record->call != CALL_wordexp) || event->error) {
		event_set_number(event, FIELD_ret, event->error ? -1 : 0);
		processes_emit(processes, event); /* the shell wasn't traced, or never was */
	}
	if (is_system && process->shell_child) {
		struct event wait;

		processes_event(processes, &wait, EVENT_WAIT, process->pid);
		wait.tid = event->tid;
		wait.call = event->call;
		event_set_number(&wait, FIELD_ret, record->status);
		waited(processes, process, &wait, process->shell_child, record->status);
	} else if (record->call != CALL_wordexp && !is_system && !event->error) {
		remember_popen(processes, process, record->fd);
	}
	process->shell_call = NULL;
	process->shell_child = 0;
}

static void
fork_call(struct processes *processes, struct process *process, const struct record *record, struct event *event)
{
	if (record->call == CALL_system || record->call == CALL_popen || record->call == CALL__IO_popen ||
	    record->call == CALL_wordexp) {
		shell_call(processes, process, record, event);
		return;
	}
	if (event->error == 0 && record->child > 0) {
		struct process *there = process_find(processes, (uint32_t)record->child);

		event_set_number(event, FIELD_child, record->child);
		processes_emit(processes, event);
		/* Late, when the child was faster to tell: then it was adopted already. */
		if (!there || there->told_exit || there->ppid != process->pid)
			process_fork(processes, process, (uint32_t)record->child);
		return;
	}
	processes_emit(processes, event);
}

void
life_call(struct processes *processes, struct process *process, const struct record *record, struct event *event)
{
	switch (event->kind) {
	case EVENT_FORK:
		fork_call(processes, process, record, event);
		break;
	case EVENT_WAIT: {
		int64_t child = record->child;

		if (record->call == CALL_pclose) {
			child = forget_popen(process, record->fd);
			event_set_number(event, FIELD_ret, record->error ? -1 : record->status);
		}
		waited(processes, process, event, child, record->status);
		break;
	}
	default:
		process->exit_call = event->call;
		/* exit and quick_exit still run handlers, abort may be caught: the end is told by what follows. */
		if (record->call == CALL__exit || record->call == CALL__Exit || record->call == CALL_quick_exit)
			life_exit(processes, process, event->call, record->status);
		break;
	}
}
