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
#include "trace_index.h"

#define TRACE_SHAPES_RECENT 64

/* What is stored of an event: its fields, where arg may stand as its place in path, and arg2 in path2. */
struct trace_stored {
	uint64_t present; /* the set of tags, as event.present */
	int64_t at[2];    /* TRACE_FIELD_arg_at, TRACE_FIELD_arg2_at */
};

void trace_stored_choose(struct trace_stored *stored, const struct event *event);

struct trace_shape {
	uint64_t present;  /* the set of fields */
	uint64_t constant; /* those whose values are in the shape */
	size_t values;     /* where these stand in trace_shapes.value */
	uint32_t kind;
	uint32_t call; /* 0, or 1 + the string's number */
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
	struct trace_index index;
	struct trace_shape_recent recent[TRACE_SHAPES_RECENT];
};

/*
 * The number of the event's shape, where an event like it was noted before; else -1. Saves looking for the
 * call's name as well.
 */
int64_t trace_shapes_recent(const struct trace_shapes *shapes, const struct event *event,
			    const struct trace_stored *stored);
void trace_shapes_note(struct trace_shapes *shapes, const struct event *event,
		       const struct trace_stored *stored, uint32_t number);

/*
 * The number of the event's shape; *added tells that it is new and must be defined. At TRACE_SHAPES_MAX
 * shapes the caller resets the dictionary before. -1 with ENOMEM.
 */
int64_t trace_shapes_find(struct trace_shapes *shapes, const struct event *event,
			  const struct trace_stored *stored, uint32_t call, bool *added);
void trace_shapes_reset(struct trace_shapes *shapes);
void trace_shapes_free(struct trace_shapes *shapes);

#endif
