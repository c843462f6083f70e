/*
 * trace_shapes.h - the writer's side of shapes: what many events have in common, and its number.
 */
#ifndef INTERPOSE_TRACE_SHAPES_H
#define INTERPOSE_TRACE_SHAPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event.h"
#include "trace.h"

#define TRACE_SHAPES_TABLE  (2 * TRACE_SHAPES_MAX)
#define TRACE_SHAPES_RECENT 64

struct trace_shape {
	uint64_t present;  /* the set of fields */
	uint64_t constant; /* those whose values are in the shape */
	size_t values;     /* where these stand in trace_shapes.value */
	uint32_t kind;
	uint32_t call; /* 0, or 1 + the string's number */
	uint32_t hash;
	int error;
};

/* A shape that was found, beside its call's name. */
struct trace_shape_recent {
	uint32_t number; /* 1 + the shape's; 0 for none */
	char call[28];
};

/* Zeroed it is empty and ready. */
struct trace_shapes {
	struct trace_shape *shape; /* by number */
	uint32_t count;
	uint32_t allocated;
	int64_t *value;
	size_t value_count;
	size_t value_allocated;
	uint32_t table[TRACE_SHAPES_TABLE]; /* by hash: 1 + number, 0 for free */
	struct trace_shape_recent recent[TRACE_SHAPES_RECENT];
};

/*
 * The number of the event's shape, where an event like it was noted before; else -1. Saves looking for the
 * call's name as well.
 */
int64_t trace_shapes_recent(const struct trace_shapes *shapes, const struct event *event);
void trace_shapes_note(struct trace_shapes *shapes, const struct event *event, uint32_t number);

/*
 * The number of the event's shape; *added tells that it is new and must be defined. At TRACE_SHAPES_MAX
 * shapes the caller resets the dictionary before. -1 with ENOMEM.
 */
int64_t trace_shapes_find(struct trace_shapes *shapes, const struct event *event, uint32_t call, bool *added);
void trace_shapes_reset(struct trace_shapes *shapes);
void trace_shapes_free(struct trace_shapes *shapes);

#endif
