/*
 * collector.h - a session: the run directory, and the way of every record from the pipe to an event. The
 * three commands are thin faces of this.
 */
#ifndef INTERPOSE_COLLECTOR_H
#define INTERPOSE_COLLECTOR_H

#include <stddef.h>
#include <stdint.h>

#include "command.h"
#include "event.h"

struct collector;

/* `emit` gets every event, in order. NULL with errno when the run directory can't be made: collector_place()
 * says where. */
struct collector *collector_new(void (*emit)(void *owner, const struct event *event), void *owner,
				uint64_t start_ns);
/* Every image is to tell these variables (record.h: slots_head). Before the first process is started. */
void collector_ask_environment(struct collector *collector, const char names[ENVIRONMENT_SIZE]);
/* Where the run directory was to be made, after collector_new failed; static. */
const char *collector_place(void);
void collector_free(struct collector *collector);

/* "INTERPOSE_CHANNEL=..."; lives as long as the collector. */
const char *collector_variable(const struct collector *collector);
const char *collector_directory(const struct collector *collector);
/* The command runs: we keep no writing end of our own. */
void collector_command_started(struct collector *collector, uint32_t pid, const struct command *command);
void collector_command_ended(struct collector *collector, uint32_t pid, int status);

/*
 * Takes what has come, without waiting. Returns how many bytes came, so that the caller can
 * choose how long to sleep.
 */
size_t collector_step(struct collector *collector);
/* Whether any process can still write: false once every one has closed the pipe. */
bool collector_is_written(struct collector *collector);
/*
 * The session ends: takes all that is there and closes the model. The totals and the processes still running
 * (valid while the collector lives) go into `end`.
 */
void collector_close(struct collector *collector, struct trace_end *end);

#endif
