/*
 * trace_reader.h - reads the binary trace (include/trace.h tells its layout). The file is untrusted: every
 * length is checked before it is used.
 */
#ifndef INTERPOSE_TRACE_READER_H
#define INTERPOSE_TRACE_READER_H

#include <stdio.h>

#include "event.h"

struct trace_reader;

enum trace_status {
	TRACE_EVENT, /* an event was read */
	TRACE_END,   /* the end was read: trace_reader_end() has it */
	TRACE_CUT,   /* the file ends before its end does, or not yet (a reader that follows may try again) */
	TRACE_CORRUPT, /* what stands here is no trace: trace_reader_problem() says what is wrong */
	TRACE_NEWER,   /* made by a newer version: trace_reader_problem() names it */
	TRACE_FAILED,  /* a read failed or memory is short: errno */
};

/*
 * Reads the head of `stream`, which stays the caller's. *status is TRACE_EVENT when events can be read, else
 * what is wrong. Always to be freed; NULL only when memory is short.
 */
struct trace_reader *trace_reader_new(FILE *stream, enum trace_status *status);
void trace_reader_free(struct trace_reader *reader);

/* Valid while the reader lives. */
const struct trace_head *trace_reader_head(const struct trace_reader *reader);
/*
 * The next event. Its strings are valid until the next call. After TRACE_CUT on a file that grows, the same
 * call goes on where it stood (the stream must be seekable).
 */
enum trace_status trace_reader_next(struct trace_reader *reader, struct event *event);
/* After TRACE_END. */
const struct trace_end *trace_reader_end(const struct trace_reader *reader);
/* One line for a person, without the file's name: "not a trace (no magic at its head)". */
const char *trace_reader_problem(const struct trace_reader *reader);
/* The offset in bytes of what could not be read. */
uint64_t trace_reader_offset(const struct trace_reader *reader);

#endif
