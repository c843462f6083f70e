/*
 * session.h - what interpose-run and interpose-collect share: a collector, the trace it writes, and the
 * outputs that are made of the trace while it grows.
 */
#ifndef INTERPOSE_SESSION_H
#define INTERPOSE_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "command.h"
#include "options.h"

struct session;

/* What went wrong before the command could start, one line for a person. */
extern char session_problem[1024];

/*
 * Opens every output and the trace, then the channel. Without any -o the trace is interpose.trace in the
 * current directory, and a summary goes to stderr. `command` is for the trace's head. NULL with
 * session_problem.
 */
struct session *session_open(struct options *options, const struct string_list *command);
/* The two variables that a process needs to be traced, as "NAME=value". They live as long as the session. */
const char *session_channel(const struct session *session);
const char *session_preload(const struct session *session);
/* The second one is to be for programs of that kind. False, and it is as before, where their library isn't
 * installed. */
bool session_preload_other(struct session *session, enum abi abi);
const char *session_directory(const struct session *session);

void session_command_started(struct session *session, uint32_t pid, const struct command *command);
void session_command_ended(struct session *session, uint32_t pid, int status);
/* Takes what has come. Returns for how long to sleep before the next time, in nanoseconds. */
uint64_t session_step(struct session *session);
/* Whether a traced process still has the channel open. */
bool session_is_written(struct session *session);
/*
 * Ends the trace and completes the outputs. `status` is for the end line; `asker`, a pid or 0, isn't named as
 * running. `complete`, where not NULL, says whether the trace has all that was done. Returns 0; -1 when
 * something could not be written, which has been said on stderr.
 */
int session_close(struct session *session, int status, uint32_t asker, bool *complete);
/* Takes away what was made, when the command never ran. */
void session_abandon(struct session *session);

#endif
