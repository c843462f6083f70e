/*
 * processes.h - the model of every process: who it is, where it stands, what its descriptors are. Records
 * come in in order; events with absolute paths go out.
 */
#ifndef INTERPOSE_PROCESSES_H
#define INTERPOSE_PROCESSES_H

#include <stdint.h>

#include "command.h"
#include "event.h"

struct processes;

/*
 * `emit` gets every event; its strings are valid until it returns. `start_ns` is CLOCK_MONOTONIC at the
 * trace's beginning. NULL with errno when memory is short.
 */
struct processes *processes_new(void (*emit)(void *owner, const struct event *event), void *owner,
				uint64_t start_ns);
void processes_free(struct processes *processes);

/* `ended` is told when somebody waited for a process: what it left at `time_ns` (CLOCK_MONOTONIC) is
 * complete. */
void processes_watch_ends(struct processes *processes,
			  void (*ended)(void *owner, uint32_t pid, uint64_t time_ns), void *owner);

/*
 * What the wrapper knows of the command's first process, which it forked: its pid, its descriptors and
 * directory by our own, and what it executed there; `command` may be NULL.
 */
int processes_root(struct processes *processes, uint32_t pid, const struct command *command);
/* A record in the order of time (include/record.h), by process and thread. Returns 0; -1 with EBADMSG or
 * ENOMEM. */
int processes_record(struct processes *processes, uint32_t pid, uint32_t tid, const uint8_t *bytes,
		     uint32_t size);
/* The wrapper saw a process end: `status` as waitpid(2) gives it, `time_ns` CLOCK_MONOTONIC. */
void processes_ended(struct processes *processes, uint32_t pid, int status, uint64_t time_ns);
/*
 * The session ends at `time_ns`: those that are gone get their exit, those that live on are named: at most
 * `room` pids into `running`; returns how many there are. Records that were lost become an event.
 */
size_t processes_close(struct processes *processes, uint64_t time_ns, uint64_t lost, uint32_t *running,
		       size_t room);

struct process_totals {
	uint64_t events;
	uint64_t processes;
	uint64_t untraced;
	uint64_t lost;
};
struct process_totals processes_totals(const struct processes *processes);

#endif
