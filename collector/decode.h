/*
 * decode.h - a record's bytes (include/record.h) as a struct: the second step of its way.
 */
#ifndef INTERPOSE_DECODE_H
#define INTERPOSE_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event.h"
#include "record.h"

enum { RECORD_PATHS = 2, RECORD_TEXTS = 4, RECORD_NUMBERS = 7 };

/* Absent numbers are 0, absent descriptors AT_FDCWD or -1, absent strings NULL. */
struct record {
	enum call call;
	int error;
	uint64_t time;
	bool has_result;
	int64_t result;
	int dirfd[RECORD_PATHS]; /* AT_FDCWD where the row has none */
	const char *path[RECORD_PATHS];
	unsigned path_count;
	int fd; /* -1 where the row has none */
	int new_fd;
	int flags;
	unsigned mode;
	int existed;
	int follow; /* -1 where the row has none */
	int64_t length;
	int64_t uid, gid;
	int child;
	int status;
	const char *text[RECORD_TEXTS];
	unsigned text_count;
	int64_t number[RECORD_NUMBERS];
	unsigned number_count;
	struct string_list strings;
	struct string_list environment; /* NAME=value */
	bool has_fd, has_new_fd, has_flags, has_mode, has_length, has_owner;
};

/* Memory for the strings of one record, reused for the next. Zero it to begin; free with decode_free. */
struct decode_memory {
	char *bytes;
	size_t size;
	const char **items;
	size_t item_count;
};

/*
 * Decodes `size` bytes. The strings point into `memory` and are valid until its next use. Returns 0; -1 with
 * EBADMSG when the bytes are no record, or ENOMEM.
 */
int decode(struct record *record, const uint8_t *bytes, size_t size, struct decode_memory *memory);
void decode_free(struct decode_memory *memory);

/* The libc entry point of a record's call, "fopen64"; NULL for a note or a number that is no call. */
const char *decode_call_name(enum call call);
/* The kind of event that a call makes; -1 for a note. */
int decode_event_kind(enum call call);

#endif
