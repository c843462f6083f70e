/*
 * follow.h - reads a trace, runs each event through the selection and gives it to the outputs: a stored trace
 * to its end, or one that grows, in a thread of its own, until its writer is done.
 */
#ifndef INTERPOSE_FOLLOW_H
#define INTERPOSE_FOLLOW_H

#include <pthread.h>
#include <stdio.h>

#include "output.h"
#include "selection.h"
#include "trace_reader.h"

struct follow {
	/* To be filled by the caller, who keeps all of them until the end. */
	FILE *stream;                /* the trace, at its start; seekable when it grows */
	struct selection *selection; /* NULL: everything */
	struct output *output;       /* opened; each is begun, fed, ended and closed here */
	size_t output_count;

	/* How it went, valid after follow_run and follow_finish. An output that failed has its `error` set.
	 */
	enum trace_status status; /* TRACE_END when all was read */
	int error;                /* errno with TRACE_FAILED */
	uint64_t offset;          /* where the trace breaks off: bytes from its start */
	char problem[256]; /* what is wrong with the trace and where, for a person, without the file's name */
	uint64_t events;   /* how many were selected */

	/* The module's own. */
	pthread_t thread;
	int finished; /* an eventfd that is readable once the writer is done; -1 for a stored trace */
};

/* Reads a stored trace to its end, or to where it breaks off. Everything that can go wrong is in the results.
 */
void follow_run(struct follow *follow);
/*
 * Begins to read a trace that someone else still writes, in a thread that blocks all signals. An output may
 * write to a pipe: the caller ignores SIGPIPE. Returns 0; or -1 with errno, the outputs then being closed.
 */
int follow_start(struct follow *follow);
/* Says that the trace has its last byte; returns when that has been read and the outputs are closed. */
void follow_finish(struct follow *follow);

#endif
