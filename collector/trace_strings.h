/*
 * trace_strings.h - the writer's side of the trace's dictionary: which number a string has, and which earlier
 * string a new one is best told from.
 */
#ifndef INTERPOSE_TRACE_STRINGS_H
#define INTERPOSE_TRACE_STRINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trace_index.h"

#define TRACE_STRINGS_RECENT 4096
/* So many threads' last strings are known, by the thread's number. */
#define TRACE_STRINGS_THREADS 16

struct trace_string {
	uint32_t offset; /* in bytes */
	uint32_t length;
};

/* Zeroed it is empty and ready. */
struct trace_strings {
	char *bytes;
	size_t bytes_length;
	size_t bytes_allocated;
	struct trace_string *string; /* by number */
	uint32_t count;
	uint32_t allocated;
	uint32_t thread;                      /* whose strings are looked up at present */
	uint32_t last[TRACE_STRINGS_THREADS]; /* that was found or added for it */
	struct trace_index index;
	size_t parent;                         /* the length of the last added one's directory */
	uint32_t *in;                          /* recent's place for this directory; NULL for none yet */
	uint32_t recent[TRACE_STRINGS_RECENT]; /* by a directory's hash: 1 + the last string in it */
};

/* What there is to know of a string that was looked up. */
struct trace_strings_found {
	uint32_t number;
	bool added;      /* it is new and must be defined */
	uint32_t base;   /* of a new one: the string that it begins as, when `shared` isn't 0 */
	uint32_t shared; /* how many bytes they share */
};

/* What is looked up from here on is of thread `tid`. */
static inline void
trace_strings_of(struct trace_strings *strings, uint32_t tid)
{
	strings->thread = tid % TRACE_STRINGS_THREADS;
}

/*
 * Finds `text`, or adds it. 0; or -1 with ENOMEM, or with EMSGSIZE when it is longer than TRACE_STRING_MAX or
 * the dictionary would be larger than TRACE_DICTIONARY_MAX.
 */
int trace_strings_find(struct trace_strings *strings, const char *text, struct trace_strings_found *found);
/* The dictionary's size, as include/trace.h counts it. */
size_t trace_strings_size(const struct trace_strings *strings);
/* Empties it. */
void trace_strings_reset(struct trace_strings *strings);
void trace_strings_free(struct trace_strings *strings);

#endif
