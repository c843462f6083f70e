/*
 * trace_dictionary.h - the reader's side of the trace's dictionary: strings and shapes by their numbers.
 */
#ifndef INTERPOSE_TRACE_DICTIONARY_H
#define INTERPOSE_TRACE_DICTIONARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trace.h"

struct trace_chunk;

struct trace_text {
	const char *text;
	uint32_t length;
};

struct trace_shape_field {
	uint8_t tag;   /* of a newer minor version, it may be no enum field */
	uint8_t class; /* enum trace_class */
	int64_t value; /* of TRACE_CLASS_CONSTANT */
};

struct trace_known_shape {
	uint64_t kind;    /* of a newer minor version, it may be no enum event_kind */
	const char *call; /* or NULL */
	int error;
	unsigned field_count;
	size_t fields; /* where they begin in trace_dictionary.field */
};

/* Zeroed it is empty and ready. */
struct trace_dictionary {
	struct trace_text *string;
	size_t string_count;
	size_t string_allocated;
	size_t size; /* as include/trace.h counts it */
	struct trace_known_shape *shape;
	size_t shape_count;
	size_t shape_allocated;
	struct trace_shape_field *field;
	size_t field_count;
	size_t field_allocated;
	struct trace_chunk *chunk; /* the strings' bytes */
	bool has_places; /* the trace is of a version with TRACE_FIELD_arg_at; the reader's to say */
};

/*
 * Takes the payload of a TRACE_BLOCK_DEFINITIONS. `newer`: the trace's minor version is newer than ours, and
 * what we don't know is no damage. NULL; or what is wrong, and when memory is short trace_no_memory.
 */
const char *trace_dictionary_define(struct trace_dictionary *dictionary, const uint8_t *payload,
				    size_t length, bool newer);
void trace_dictionary_reset(struct trace_dictionary *dictionary);
void trace_dictionary_free(struct trace_dictionary *dictionary);

extern const char trace_no_memory[];

#endif
