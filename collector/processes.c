/*
 * processes.c - the model's door: a record comes in, goes to what its call is about, and events go out. The
 * rule to keep: time never runs back, and what can't be known is left out, not guessed.
 */
#include "processes.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "process.h"

#define SECOND UINT64_C(1000000000)

struct processes *
processes_new(void (*emit)(void *owner, const struct event *event), void *owner, uint64_t start_ns)
{
	struct processes *processes = calloc(1, sizeof *processes);
	struct timespec boot, monotonic;

	if (!processes)
		return NULL;
	RB_INIT(&processes->tree);
	TAILQ_INIT(&processes->exited);
	processes->emit = emit;
	processes->owner = owner;
	processes->start = start_ns;
	clock_gettime(CLOCK_MONOTONIC, &monotonic);
	clock_gettime(CLOCK_BOOTTIME, &boot);
	processes->boot_offset = (uint64_t)(boot.tv_sec - monotonic.tv_sec) * SECOND +
				 (uint64_t)boot.tv_nsec - (uint64_t)monotonic.tv_nsec;
	processes->paths = paths_new();
	if (!processes->paths) {
		free(processes);
		return NULL;
	}
	return processes;
}

void
processes_free(struct processes *processes)
{
	struct process *process;

	if (!processes)
		return;
	while ((process = RB_MIN(process_tree, &processes->tree)))
		process_remove(processes, process);
	paths_free(processes->paths);
	decode_free(&processes->memory);
	free(processes);
}

void
processes_watch_ends(struct processes *processes, void (*ended)(void *owner, uint32_t pid, uint64_t time_ns),
		     void *owner)
{
	processes->ended = ended;
	processes->ended_owner = owner;
}

struct process_totals
processes_totals(const struct processes *processes)
{
	return processes->totals;
}

void
processes_event(struct processes *processes, struct event *event, enum event_kind kind, uint32_t pid)
{
	event_clear(event);
	event->kind = kind;
	event->time_ns = processes->now;
	event->pid = pid;
	event->tid = pid;
}

void
processes_set_call(struct event *event, const struct record *record)
{
	event->call = decode_call_name(record->call);
	event->error = record->error;
	if (record->has_result)
		event_set_number(event, FIELD_ret, record->result);
	else
		event_set_number(event, FIELD_ret, 0);
}

void
processes_emit(struct processes *processes, struct event *event)
{
	processes->totals.events++;
	if (event->kind == EVENT_UNTRACED)
		processes->totals.untraced++;
	processes->emit(processes->owner, event);
}

/* The descriptors that this process has, which the command will inherit. */
static void
read_own_descriptors(struct processes *processes, struct process *process)
{
	DIR *directory = opendir("/proc/self/fd");
	struct dirent *entry;

	if (!directory)
		return;
	while ((entry = readdir(directory))) {
		char path[PATH_MAX];
		int fd = atoi(entry->d_name);

		if (entry->d_name[0] == '.' || fd == dirfd(directory) || fcntl(fd, F_GETFD) & FD_CLOEXEC)
			continue;
		ssize_t length = readlinkat(dirfd(directory), entry->d_name, path, sizeof path - 1);
		if (length < 0)
			continue;
		path[length] = '\0';
		if (descriptors_told(&process->descriptors, fd, path, fcntl(fd, F_GETFL)) < 0)
			processes->short_of_memory = true;
	}
	closedir(directory);
}

/* A file of /proc/PID, up to `size` - 1 bytes; how many. */
static size_t
read_of_process(uint32_t pid, const char *name, char *text, size_t size)
{
	char path[64];
	size_t length = 0;

	snprintf(path, sizeof path, "/proc/%u/%s", pid, name);
	FILE *stream = fopen(path, "re");
	if (stream) {
		length = fread(text, 1, size - 1, stream);
		fclose(stream);
	}
	text[length] = '\0';
	return length;
}

/* What the command is, in case that it never reports in. */
static void
read_identity(struct processes *processes, struct process *process)
{
	char path[64], exe[PATH_MAX], text[4096];
	const char *item[256];
	struct string_list argv = {0, item};

	process->uid = getuid();
	process->euid = geteuid();
	process->gid = getgid();
	process->egid = getegid();
	process->knows_identity = true;
	if (read_of_process(process->pid, "stat", text, sizeof text) > 0)
		process_read_stat(process, text);
	size_t length = read_of_process(process->pid, "cmdline", text, sizeof text);
	for (size_t at = 0; at < length && argv.count < sizeof item / sizeof *item;
	     at += strlen(text + at) + 1)
		item[argv.count++] = text + at;
	process_set_argv(processes, &process->argv, &process->argc, &argv);
	snprintf(path, sizeof path, "/proc/%u/exe", process->pid);
	ssize_t got = readlink(path, exe, sizeof exe - 1);
	if (got > 0) {
		exe[got] = '\0';
		process_set_text(processes, &process->exe, exe);
	}
}

static void
set_time(struct processes *processes, uint64_t monotonic)
{
	uint64_t time = monotonic > processes->start ? monotonic - processes->start : 0;

	if (time > processes->now)
		processes->now = time;
}

/* The exec that the wrapper's child made of itself, which no library told. It has succeeded. */
static void
take_command(struct processes *processes, struct process *process, const struct command *command)
{
	struct pending_exec *exec = &process->exec;
	struct string_list argv = {0, (const char *const *)command->argv};
	struct timespec now;

	while (command->argv[argv.count])
		argv.count++;
	exec->is = true;
	exec->untraced = command->untraced;
	exec->tid = process->pid;
	const char *path = paths_resolve(processes->paths, "/", process->cwd, command->path);
	process_set_text(processes, &exec->path, path);
	if (path && strcmp(path, command->path) != 0)
		process_set_text(processes, &exec->arg, command->path);
	if (command->interpreter[0])
		process_set_text(processes, &exec->interpreter, command->interpreter);
	process_set_argv(processes, &exec->argv, &exec->argc, &argv);
	if (exec->untraced) {
		clock_gettime(CLOCK_MONOTONIC, &now);
		set_time(processes, (uint64_t)now.tv_sec * SECOND + (uint64_t)now.tv_nsec);
		life_resolve_exec(processes, process);
	}
}

int
processes_root(struct processes *processes, uint32_t pid, const struct command *command)
{
	char cwd[PATH_MAX];
	struct process *process = process_add(processes, pid);

	if (!process)
		return -1;
	read_identity(processes, process);
	process->ppid = (uint32_t)getpid();
	process->is_root = true;
	if (getcwd(cwd, sizeof cwd))
		process_set_text(processes, &process->cwd, cwd);
	read_own_descriptors(processes, process);
	if (command && command->path)
		take_command(processes, process, command);
	return 0;
}

/* One that the model doesn't know yet: made out of what its parent is, where that is known. */
static struct process *
meet(struct processes *processes, uint32_t pid, const struct record *record)
{
	struct process *process = process_find(processes, pid);

	if (process || record->call == NOTE_START || record->call == NOTE_FORKED ||
	    record->call == NOTE_EXECUTED)
		return process;
	return process_add(processes, pid);
}

static void
take_note(struct processes *processes, struct process *process, uint32_t pid, const struct record *record)
{
	struct event event;

	switch (record->call) {
	case NOTE_START:
		life_start(processes, process, pid, record);
		break;
	case NOTE_FORKED:
		life_forked(processes, process, pid, record);
		break;
	case NOTE_LOADED:
		for (size_t i = 0; i < record->strings.count; i++) {
			processes_event(processes, &event, EVENT_LOAD, pid);
			event_set_text(&event, FIELD_path, record->strings.item[i]);
			processes_emit(processes, &event);
		}
		break;
	case NOTE_DESCRIPTOR:
		if (descriptors_told(&process->descriptors, (int)record->number[0], record->text[0], -1) < 0)
			processes->short_of_memory = true;
		break;
	case NOTE_CWD:
		if (record->text[0] && record->text[0][0] == '/')
			process_set_text(processes, &process->cwd, record->text[0]);
		break;
	case NOTE_EXEC:
		life_exec(processes, process, record);
		break;
	case NOTE_EXIT:
		life_exit(processes, process, process->exit_call, (int)(record->number[0] & 0xff) << 8);
		break;
	case NOTE_EXECUTED:
		if (process->exec.untraced)
			life_resolve_exec(processes, process);
		break;
	case NOTE_LOST:
		processes->totals.lost += (uint64_t)record->number[0];
		break;
	default:
		break;
	}
}

int
processes_record(struct processes *processes, uint32_t pid, uint32_t tid, const uint8_t *bytes, uint32_t size)
{
	struct record record;
	struct event event;

	if (decode(&record, bytes, size, &processes->memory) < 0)
		return -1;
	set_time(processes, record.time);
	processes->tid = tid;
	struct process *process = meet(processes, pid, &record);
	if (process)
		process->dead_since = 0;
	int kind = decode_event_kind(record.call);
	if (kind < 0) {
		if (process || record.call == NOTE_START || record.call == NOTE_FORKED)
			take_note(processes, process, pid, &record);
	} else if (process) {
		life_ensure_started(processes, process);
		processes_event(processes, &event, (enum event_kind)kind, pid);
		event.tid = tid;
		processes_set_call(&event, &record);
		switch (kind) {
		case EVENT_FORK:
		case EVENT_WAIT:
			children_call(processes, process, &record, &event);
			break;
		case EVENT_EXIT:
			life_exit_call(processes, process, &record, &event);
			break;
		default:
			files_call(processes, process, &record, &event);
			break;
		}
	}
	if (processes->living_count > LIVING_LIMIT)
		life_sweep(processes);
	if (processes->short_of_memory) {
		processes->short_of_memory = false;
		errno = ENOMEM;
		return -1;
	}
	return 0;
}

void
processes_ended(struct processes *processes, uint32_t pid, int status, uint64_t time_ns)
{
	struct process *process = process_find(processes, pid);

	set_time(processes, time_ns);
	if (process)
		life_ended(processes, process, status, true);
}

/* A process that is gone but not waited for (Z) is over as well. */
static bool
is_alive(const struct process *process)
{
	char stat[1024];
	struct process now = {.started = -1};

	if (read_of_process(process->pid, "stat", stat, sizeof stat) == 0)
		return false;
	const char *after = strrchr(stat, ')');
	process_read_stat(&now, stat);
	return after && after[1] == ' ' && after[2] != 'Z' && after[2] != 'X' &&
	       (!process->knows_started || now.started == process->started);
}

size_t
processes_close(struct processes *processes, uint64_t time_ns, uint64_t lost, uint32_t *running, size_t room)
{
	struct process *process, *following;
	size_t count = 0;

	set_time(processes, time_ns);
	RB_FOREACH_SAFE(process, process_tree, &processes->tree, following)
	{
		if (process->told_exit) {
			process_remove(processes, process);
		} else if (is_alive(process)) {
			life_ensure_started(processes, process);
			if (count < room)
				running[count] = process->pid;
			count++;
		} else {
			life_ended(processes, process, 0, false);
		}
	}
	processes->totals.lost += lost;
	if (processes->totals.lost > 0) {
		struct event event;

		processes_event(processes, &event, EVENT_LOST, 0);
		event_set_number(&event, FIELD_count, (int64_t)processes->totals.lost);
		event_set_text(&event, FIELD_why, "records did not reach the collector");
		processes_emit(processes, &event);
	}
	return count;
}
