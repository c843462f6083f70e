/*
 * trace_writer.h - writes the binary trace (include/trace.h tells its layout).
 */
#ifndef INTERPOSE_TRACE_WRITER_H
#define INTERPOSE_TRACE_WRITER_H

#include <stdio.h>

#include "event.h"

struct trace_writer;

/* Writes the head to `stream`, which stays the caller's. NULL with errno. */
struct trace_writer *trace_writer_new(FILE *stream, const struct trace_head *head);
/* Adds an event. 0, or -1 with errno once the stream has failed (and at every later call). */
int trace_writer_event(struct trace_writer *writer, const struct event *event);
/* Ends the block in work and flushes the stream, so that a reader who follows the file sees every event so far. */
int trace_writer_flush(struct trace_writer *writer);
/* Writes the end; 0 or -1 with errno. The trace without it reads as cut short. */
int trace_writer_end(struct trace_writer *writer, const struct trace_end *end);
void trace_writer_free(struct trace_writer *writer);

#endif
