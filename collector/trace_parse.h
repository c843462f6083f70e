/*
 * trace_parse.h - the first and the last block of a trace: what the reader gives as struct trace_head and
 * trace_end.
 */
#ifndef INTERPOSE_TRACE_PARSE_H
#define INTERPOSE_TRACE_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event.h"

/* A head without anything in it, whose texts are empty; to begin with. */
void trace_parse_no_head(struct trace_head *head);
/*
 * Parse a block's payload. `newer`: the trace's minor version is newer than ours, and values may follow those
 * that we know. NULL; or what is wrong, and trace_no_memory (trace_dictionary.h) when memory is short. What
 * they fill is freed with trace_parse_free, also after a failure.
 */
const char *trace_parse_head(struct trace_head *head, const uint8_t *payload, size_t length, bool newer);
const char *trace_parse_end(struct trace_end *end, const uint8_t *payload, size_t length, bool newer);
void trace_parse_free(struct trace_head *head, struct trace_end *end);

#endif
