/*
 * process_children.c - who starts whom and who waits for whom: fork and its kin, system and popen, waits. The
 * rule to keep: a child's fork stands before all that it does, and its exit before the wait that saw it, each
 * of them once.
 */
#include <stdlib.h>
#include <sys/wait.h>

#include "process.h"

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
struct process *
children_adopt(struct processes *processes, uint32_t pid, uint32_t ppid)
{
	struct process *parent = process_find(processes, ppid);

	if (!parent || parent->told_exit || ppid == pid) {
		struct process *first = process_add(processes, pid);

		if (first)
			first->is_root = true; /* started from outside the session */
		return first;
	}
	/* system runs one shell, wordexp one for each command and more to look for mistakes. */
	bool is_shell = parent->shell_call && !parent->shell_mixed &&
			(!parent->shell_child || parent->shell_call == decode_call_name(CALL_wordexp));
	if (is_shell)
		parent->shell_child = pid;
	else
		life_resolve_exec(processes, parent); /* it forks where we don't see it */
	emit_fork(processes, parent, pid, is_shell ? parent->shell_call : NULL);
	struct process *process = process_fork(processes, parent, pid);
	if (process)
		process->adopted = true;
	return process;
}

/* A wait that saw an end: the child's exit stands before it. */
static void
waited(struct processes *processes, struct process *process, struct event *event, int64_t child, int status)
{
	if (event->error == 0 && child > 0) {
		struct process *ended = process_find(processes, (uint32_t)child);

		if (!WIFEXITED(status) && !WIFSIGNALED(status))
			return; /* it stopped or goes on: that is no end */
		event_set_number(event, FIELD_child, child);
		if (ended && ended != process)
			life_ended(processes, ended, status, true);
		life_set_status(event, status);
	}
	processes_emit(processes, event);
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

static void
remember_popen(struct processes *processes, struct process *process, int fd, uint32_t child)
{
	forget_popen(process, fd); /* its stream was closed in a way that nobody saw */
	struct popened *popened =
	    reallocarray(process->popened, process->popened_count + 1, sizeof *process->popened);

	if (!popened) {
		processes->short_of_memory = true;
		return;
	}
	process->popened = popened;
	process->popened[process->popened_count++] = (struct popened){fd, child};
}

/*
 * system and wordexp begin and end; between the two the shell that libc starts reports in and tells its pid.
 * Which thread's it is it doesn't tell, so while several threads are in one none is taken for anybody's.
 */
static void
shell_call(struct processes *processes, struct process *process, const struct record *record,
	   struct event *event)
{
	if (record->number[0] == 1) {
		process->shell_mixed = process->shell_count++ > 0;
		process->shell_call = decode_call_name(record->call);
		process->shell_child = 0;
		return;
	}
	/* wordexp begins where it may run a shell, and need not. */
	if ((!process->shell_child && record->call != CALL_wordexp) || event->error) {
		event_set_number(event, FIELD_ret, event->error ? -1 : 0);
		processes_emit(processes, event); /* the shell wasn't traced, or never was */
	}
	if (record->call == CALL_system && process->shell_child) {
		struct event wait;

		processes_event(processes, &wait, EVENT_WAIT, process->pid);
		wait.tid = event->tid;
		wait.call = event->call;
		event_set_number(&wait, FIELD_ret, record->result);
		waited(processes, process, &wait, process->shell_child, record->status);
	}
	process->shell_child = 0;
	if (process->shell_count > 0 && --process->shell_count > 0)
		return;
	process->shell_call = NULL;
	process->shell_mixed = false;
}

static void
fork_call(struct processes *processes, struct process *process, const struct record *record,
	  struct event *event)
{
	if (record->call == CALL_system || record->call == CALL_wordexp) {
		shell_call(processes, process, record, event);
		return;
	}
	if (!event->error && (record->call == CALL_popen || record->call == CALL__IO_popen))
		remember_popen(processes, process, record->new_fd, (uint32_t)record->child);
	if (event->error || record->child <= 0) {
		processes_emit(processes, event);
		return;
	}
	struct process *there = process_find(processes, (uint32_t)record->child);
	if (there && there->adopted && there->ppid == process->pid) {
		there->adopted = false; /* it was faster to tell, and the fork was told then */
		return;
	}
	if (there && !there->told_exit && there != process)
		life_ended(processes, there, 0, false);
	event_set_number(event, FIELD_child, record->child);
	processes_emit(processes, event);
	if (there != process)
		process_fork(processes, process, (uint32_t)record->child);
}

static void
wait_call(struct processes *processes, struct process *process, const struct record *record,
	  struct event *event)
{
	int64_t child = record->child;

	if (record->call == CALL_pclose || record->call == CALL_fclose_wait ||
	    record->call == CALL__IO_fclose_wait) {
		child = forget_popen(process, record->new_fd);
		event_set_number(event, FIELD_ret, record->error ? -1 : record->status);
	}
	waited(processes, process, event, child, record->status);
}

void
children_call(struct processes *processes, struct process *process, const struct record *record,
	      struct event *event)
{
	if (event->kind == EVENT_WAIT)
		wait_call(processes, process, record, event);
	else
		fork_call(processes, process, record, event);
}
