/*
 * trace_writer.h - writes the binary trace (include/trace.h tells its layout).
 */
#ifndef INTERPOSE_TRACE_WRITER_H
#define INTERPOSE_TRACE_WRITER_H

#include <stdio.h>

#include "event.h"

struct trace_writer;

/*
 * Writes the head to `stream`, which stays the caller's, and flushes it, so that a reader may follow the file
 * from now on. NULL with errno; EMSGSIZE when the command's arguments exceed what the format holds (8 MiB).
 */
struct trace_writer *trace_writer_new(FILE *stream, const struct trace_head *head);
/*
 * Adds an event. 0, or -1 with errno once the stream has failed (and at every later call); EINVAL, and
 * nothing written, for no kind or field of event.h. An event that the format has no room for (a string longer
 * than 4 MiB, or more arguments than execve(2) takes) leaves one of kind `lost` in its place.
 */
int trace_writer_event(struct trace_writer *writer, const struct event *event);
/* Ends the block in work and flushes the stream, so that a reader who follows the file sees every event so
 * far. */
int trace_writer_flush(struct trace_writer *writer);
/* Writes the end and flushes; 0 or -1 with errno. The trace without it reads as cut short. */
int trace_writer_end(struct trace_writer *writer, const struct trace_end *end);
void trace_writer_free(struct trace_writer *writer);

/*
 * For tests: begins a new dictionary when it has grown to `bytes`, as include/trace.h counts them, instead of
 * TRACE_WRITER_DICTIONARY. That limit is the writer's memory, and the reader's; half of TRACE_DICTIONARY_MAX,
 * so that the last event before the reset may still bring the arguments of the longest exec.
 */
#define TRACE_WRITER_DICTIONARY (32u << 20)
void trace_writer_limit(struct trace_writer *writer, size_t bytes);

#endif
