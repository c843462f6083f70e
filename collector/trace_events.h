/*
 * trace_events.h - the events of one block, for the reader.
 */
#ifndef INTERPOSE_TRACE_EVENTS_H
#define INTERPOSE_TRACE_EVENTS_H

#include <stddef.h>
#include <stdint.h>

#include "event.h"
#include "trace_block.h"
#include "trace_dictionary.h"

/* Zeroed it is empty. */
struct trace_events {
	const uint8_t *at; /* the next event; the last one was read when it is `end` */
	const uint8_t *end;
	uint64_t last_ns;
	struct trace_processes processes;
	const struct trace_dictionary *dictionary; /* of the call in work */
	struct trace_list {
		const char **item;
		size_t allocated;
	} argv, env;
	size_t path_length[2]; /* of this event's path and path2 */
	char why[96];          /* of the event that stands for one of an unknown kind */
};

/* Begins with a block's payload, which stays the caller's. */
void trace_events_begin(struct trace_events *events, const uint8_t *payload, size_t length);
/*
 * The next event, whose strings are the dictionary's and valid until the next call. `minor` is the trace's
 * minor version. NULL; or what is wrong, and trace_no_memory when memory is short.
 */
const char *trace_events_next(struct trace_events *events, const struct trace_dictionary *dictionary,
			      unsigned minor, struct event *event);
void trace_events_free(struct trace_events *events);

#endif
