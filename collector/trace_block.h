/*
 * trace_block.h - what writer and reader of the binary trace share: the heads of blocks, their checksum, the
 * table of processes and the classes of fields (include/trace.h tells the layout).
 */
#ifndef INTERPOSE_TRACE_BLOCK_H
#define INTERPOSE_TRACE_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event.h"
#include "trace.h"

struct trace_block {
	uint8_t type;
	uint32_t length;   /* of the payload, in bytes */
	uint32_t checksum; /* of the payload */
};

/* The CRC-32 of `length` bytes. */
uint32_t trace_checksum(const uint8_t *data, size_t length);
/* A block's head as it stands in the file. */
void trace_block_put(uint8_t head[TRACE_BLOCK_HEAD_SIZE], const struct trace_block *block);
/* False when the head is damaged or the length more than TRACE_BLOCK_MAX. */
bool trace_block_get(const uint8_t head[TRACE_BLOCK_HEAD_SIZE], struct trace_block *block);

struct trace_process {
	uint32_t pid;
	uint32_t tid;
};

/* The last processes that had events, the latest first. */
struct trace_processes {
	unsigned count;
	struct trace_process process[TRACE_PROCESSES];
};

/* The process's place, from 1, or 0 when it isn't in the table; either way it is then the first. */
unsigned trace_processes_find(struct trace_processes *processes, struct trace_process process);
/* Gives the process at a place, which is 1 to `count`, and makes it the first. */
struct trace_process trace_processes_take(struct trace_processes *processes, unsigned place);
void trace_processes_put(struct trace_processes *processes, struct trace_process process);

/* What a field's value is in an event that isn't constant: TRACE_CLASS_NUMBER, _TEXT or _LIST. */
enum trace_class trace_field_class(enum field field);

/* The flags of an open, from the machine's own to the trace's, and back: it is the same step. */
int64_t trace_open_flags(int64_t flags);

#endif
