/*
 * process_life.c - forks, execs, exits and waits. The rule to keep: every process gets a start before
 * anything else of it and one exit, whoever tells of them first: itself, its parent, or nobody.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "process.h"

static void
set_argv(struct event *event, const struct process *process)
{
	event->argv.count = process->argc;
	event->argv.item = (const char *const *)process->argv;
	event->present |= UINT64_C(1) << FIELD_argv;
}

static void
emit_start(struct processes *processes, struct process *process, enum start_by by,
	   const struct string_list *environment)
{
	struct event event;

	processes_event(processes, &event, EVENT_START, process->pid);
	event_set_number(&event, FIELD_by, by);
	if (process->ppid)
		event_set_number(&event, FIELD_ppid, process->ppid);
	if (process->knows_identity) {
		event_set_number(&event, FIELD_uid, process->uid);
		event_set_number(&event, FIELD_euid, process->euid);
		event_set_number(&event, FIELD_gid, process->gid);
		event_set_number(&event, FIELD_egid, process->egid);
		event_set_number(&event, FIELD_pgid, process->pgid);
		event_set_number(&event, FIELD_sid, process->sid);
	}
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
	if (environment && environment->count > 0) {
		event.env = *environment;
		event.present |= UINT64_C(1) << FIELD_env;
	}
	process->told_start = true;
	processes_emit(processes, &event);
}

/* A start time for one that never told its own: from the moment of its fork, in clock ticks since boot
 * (proc(5)). */
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
	emit_start(processes, process, process->ppid ? START_BY_FORK : START_BY_ATTACH, NULL);
}

/* The numbers of NOTE_START and NOTE_FORKED, beside the length, which is the start time in ticks. */
enum {
	IDENTITY_PPID,
	IDENTITY_PGID,
	IDENTITY_SID,
	IDENTITY_UID,
	IDENTITY_EUID,
	IDENTITY_GID,
	IDENTITY_EGID,
};

static void
set_identity(struct process *process, const struct record *record)
{
	/* What the fork said is truer than what the kernel says after the parent has gone (getppid(2): 1, or
	 * a subreaper). */
	if (!process->ppid && record->number[IDENTITY_PPID] > 0)
		process->ppid = (uint32_t)record->number[IDENTITY_PPID];
	/* Under a seccomp filter it doesn't ask. */
	if (record->number[IDENTITY_PGID] >= 0) {
		process->pgid = record->number[IDENTITY_PGID];
		process->sid = record->number[IDENTITY_SID];
	}
	if (record->length >= 0) {
		process->started = record->length;
		process->knows_started = true;
	}
	/* Of a spawned child only its image tells. */
	if (record->number[IDENTITY_UID] == -1)
		return;
	process->knows_identity = true;
	process->uid = record->number[IDENTITY_UID];
	process->euid = record->number[IDENTITY_EUID];
	process->gid = record->number[IDENTITY_GID];
	process->egid = record->number[IDENTITY_EGID];
}

/*
 * The process that a start is about; NULL when it is one that we don't know. Another than the one that had
 * its pid before shows by its start time (proc(5)): of that one nobody saw the end.
 */
static struct process *
same_process(struct processes *processes, struct process *process, int64_t started)
{
	if (!process)
		return NULL;
	bool another = process->knows_started && started >= 0 && process->started != started;
	if (process->told_exit)
		process_remove(processes, process);
	else if (another)
		life_ended(processes, process, 0, false);
	else
		return process;
	return NULL;
}

void
life_forked(struct processes *processes, struct process *process, uint32_t pid, const struct record *record)
{
	process = same_process(processes, process, record->length);
	if (!process)
		process = children_adopt(processes, pid, (uint32_t)record->number[IDENTITY_PPID]);
	if (!process)
		return;
	set_identity(process, record);
	process->traced = true;
	if (!process->told_start)
		emit_start(processes, process, START_BY_FORK, NULL);
}

/* system, popen and wordexp execute this; libc tells nobody of it (system(3), popen(3)). */
#define SHELL "/bin/sh"

/* What an image whose exec nobody told was executed as: a shell that libc starts by that name, else its
 * program. */
static const char *
untold_path(struct processes *processes, const struct process *process)
{
	const char *root = names_root(process);

	if (process->is_root || process->argc < 2 || strcmp(process->argv[1], "-c") != 0 ||
	    (strcmp(process->argv[0], "sh") != 0 && strcmp(process->argv[0], SHELL) != 0))
		return process->exe;
	const char *shell = paths_follow(processes->paths, root, process->cwd, SHELL);
	if (!shell || strcmp(shell, process->exe) != 0)
		return process->exe;
	return paths_resolve(processes->paths, root, process->cwd, SHELL);
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
		const char *path = process->exe ? untold_path(processes, process) : NULL;

		if (path)
			event_set_text(&event, FIELD_path, path);
		set_argv(&event, process);
	}
	processes_emit(processes, &event);
}

/* The executable that the exec told last leads to; NULL when that isn't known. */
static const char *
expected_program(struct processes *processes, const struct process *process)
{
	const struct pending_exec *exec = &process->exec;
	const char *file = exec->interpreter ? exec->interpreter : exec->path;

	return exec->is && file ? paths_follow(processes->paths, names_root(process), process->cwd, file)
				: NULL;
}

/* Whether the image that runs `exe` is the one that the exec told last was to make. */
static bool
is_expected(struct processes *processes, const struct process *process, const char *exe)
{
	const char *expected = expected_program(processes, process);

	return !expected || !exe || strcmp(expected, exe) == 0;
}

/* An image doesn't name its program where its exec did (shim/birth.c). */
static void
set_program(struct processes *processes, struct process *process, const char *told)
{
	char link[64], read[PATH_MAX];

	if (!told)
		told = expected_program(processes, process);
	if (!told) {
		snprintf(link, sizeof link, "/proc/%u/exe", process->pid);
		ssize_t length = readlink(link, read, sizeof read - 1);
		if (length <= 0)
			return;
		read[length] = '\0';
		told = read;
	}
	process_set_text(processes, &process->exe, told);
}

void
life_start(struct processes *processes, struct process *process, uint32_t pid, const struct record *record)
{
	process = same_process(processes, process, record->length);
	if (!process)
		process = children_adopt(
		    processes, pid,
		    record->number[IDENTITY_PPID] > 0 ? (uint32_t)record->number[IDENTITY_PPID] : 0);
	if (!process)
		return;
	/* Behind a program that we don't see there was another exec. */
	if (process->exec.untraced && !is_expected(processes, process, record->text[0]))
		life_resolve_exec(processes, process);
	set_identity(process, record);
	life_ensure_started(processes, process);
	descriptors_close_on_exec(&process->descriptors);
	set_program(processes, process, record->text[0]);
	if (record->text[1] && record->text[1][0] == '/')
		process_set_text(processes, &process->cwd, record->text[1]);
	process_set_argv(processes, &process->argv, &process->argc, &record->strings);
	emit_exec(processes, process);
	process_set_text(processes, &process->interpreter, process->exec.interpreter);
	process_clear_exec(process);
	process->traced = true;
	process->exit_call = NULL;
	process->shell_call = NULL;
	emit_start(processes, process, START_BY_EXEC, &record->environment);
}

/* Whether what the program passed is told beside `path`: fexecve passes nothing. */
static bool
is_arg(const struct record *record, const char *path)
{
	const char *passed = record->path[0];

	if (!passed || (passed[0] == '\0' && record->flags & AT_EMPTY_PATH))
		return false;
	return !path || strcmp(passed, path) != 0;
}

static void
remember_exec(struct processes *processes, struct process *process, const struct record *record,
	      const char *path)
{
	struct pending_exec *exec = &process->exec;

	process_clear_exec(process);
	exec->is = true;
	exec->call = (enum call)record->number[0];
	exec->untraced = (int)record->number[1];
	exec->tid = processes->tid;
	process_set_text(processes, &exec->path, path);
	if (is_arg(record, path))
		process_set_text(processes, &exec->arg, record->path[0]);
	process_set_text(processes, &exec->interpreter, record->text[0]);
	process_set_argv(processes, &exec->argv, &exec->argc, &record->strings);
}

void
life_exec(struct processes *processes, struct process *process, const struct record *record)
{
	const char *path = NULL;
	struct event event;

	life_ensure_started(processes, process);
	if (record->path[0])
		path = names_path(processes, process, record, 0);
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
	if (is_arg(record, path))
		event_set_text(&event, FIELD_arg, record->path[0]);
	event.argv = record->strings;
	event.present |= UINT64_C(1) << FIELD_argv;
	processes_emit(processes, &event);
}

/* The command itself was executed by the wrapper, which tells no record of it. */
static bool
is_silent_command(const struct process *process)
{
	return process->is_root && !process->told_start;
}

/* An exec that was tried, didn't fail, and never reported in: the process runs what we can't see. */
void
life_resolve_exec(struct processes *processes, struct process *process)
{
	struct pending_exec *exec = &process->exec;
	struct event event;

	if (!exec->is && !is_silent_command(process))
		return;
	emit_exec(processes, process);
	if (exec->is) {
		struct string_list argv = {exec->argc, (const char *const *)exec->argv};

		/* Of the command itself the wrapper saw what runs, unless that is an emulator. */
		if (!is_silent_command(process) || !process->exe ||
		    exec->untraced == UNTRACED_OTHER_MACHINE + 1)
			process_set_text(processes, &process->exe, exec->path);
		if (exec->interpreter && process->exe && exec->path && strcmp(process->exe, exec->path) == 0)
			process_set_text(processes, &process->exe,
					 paths_resolve(processes->paths, names_root(process), process->cwd,
						       exec->interpreter));
		process_set_text(processes, &process->interpreter, exec->interpreter);
		process_set_argv(processes, &process->argv, &process->argc, &argv);
	}
	processes_event(processes, &event, EVENT_UNTRACED, process->pid);
	if (process->exe)
		event_set_text(&event, FIELD_path, process->exe);
	event_set_number(&event, FIELD_reason, exec->untraced ? exec->untraced - 1 : UNTRACED_SILENT);
	processes_emit(processes, &event);
	process->traced = false;
	descriptors_close_on_exec(&process->descriptors);
	emit_start(processes, process, START_BY_EXEC, NULL);
	process_clear_exec(process);
}

void
life_set_status(struct event *event, int status)
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
		life_set_status(&event, status);
	processes_emit(processes, &event);
	process_exited(processes, process);
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
		life_resolve_exec(processes, process);
		bool aborted = known && WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT &&
			       process->exit_call && strcmp(process->exit_call, "abort") == 0;
		emit_exit(processes, process, aborted ? process->exit_call : NULL, status, known);
	}
	if (known && processes->ended)
		processes->ended(processes->ended_owner, process->pid, processes->start + processes->now);
	process_remove(processes, process);
}

/*
 * Processes of which nobody tells the end: killed, or gone by a raw system call, under a parent that isn't
 * traced or ignores SIGCHLD. What they and their parents told may still be on its way, so one that has been
 * silent is given some time; and few are left alone, since another pid namespace's processes look like dead
 * ones.
 */
void
life_sweep(struct processes *processes)
{
	const uint64_t second = 1000000000;
	struct process *process, *following;

	if (processes->now - processes->swept < second)
		return;
	processes->swept = processes->now;
	RB_FOREACH_SAFE(process, process_tree, &processes->tree, following)
	{
		if (process->told_exit || kill((pid_t)process->pid, 0) == 0 || errno != ESRCH)
			continue;
		if (process->dead_since == 0)
			process->dead_since = processes->now;
		else if (processes->now - process->dead_since > 2 * second)
			life_ended(processes, process, 0, false);
	}
}

void
life_exit_call(struct processes *processes, struct process *process, const struct record *record,
	       const struct event *event)
{
	process->exit_call = event->call;
	/* exit and quick_exit still run handlers, abort may be caught: the end is told by what follows. */
	if (record->call == CALL__exit || record->call == CALL__Exit)
		life_exit(processes, process, event->call, record->status);
}
