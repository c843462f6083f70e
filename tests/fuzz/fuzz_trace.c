/*
 * fuzz_trace.c - a fuzz target: whatever the bytes, trace_reader reads them without touching what isn't its
 * own, and every event that it gives is whole. Each input is read twice: as it is, and with its checksums put
 * right, without which hardly any mutation would come past the first block. Seeds: tests/fuzz/seeds/trace*.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "event.h"
#include "trace_block.h"
#include "trace_reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t touched; /* keeps the compiler from leaving the strings unread */

static void
touch_list(const struct string_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		touched += strlen(list->item[i]);
}

static void
touch_event(const struct event *event)
{
	if ((unsigned)event->kind >= EVENT_KIND_COUNT || event->present >> FIELD_COUNT != 0)
		abort();
	if (event->call != NULL)
		touched += strlen(event->call);
	for (int field = 0; field < FIELD_COUNT; field++) {
		if (!event_has(event, (enum field)field))
			continue;
		if (trace_field_class((enum field)field) == TRACE_CLASS_TEXT)
			touched += strlen(event->text[field]);
		else if (trace_field_class((enum field)field) == TRACE_CLASS_LIST)
			touch_list(&event->argv);
		else
			touched += (size_t)event->number[field];
	}
}

static void
touch_ends(const struct trace_reader *reader)
{
	const struct trace_head *head = trace_reader_head(reader);
	const struct trace_end *end = trace_reader_end(reader);

	touch_list(&head->command);
	touched += strlen(head->cwd) + strlen(head->host) + strlen(head->os) + strlen(head->boot_id);
	for (size_t i = 0; i < end->running_count; i++)
		touched += end->running[i];
}

static void
read_all(uint8_t *data, size_t size)
{
	FILE *stream = fmemopen(data, size, "r");
	enum trace_status status;
	struct trace_reader *reader;
	struct event event;

	if (stream == NULL)
		return;
	reader = trace_reader_new(stream, &status);
	if (reader == NULL)
		abort();
	while (status == TRACE_EVENT) {
		status = trace_reader_next(reader, &event);
		if (status == TRACE_EVENT)
			touch_event(&event);
	}
	touch_ends(reader);
	/* What has ended has ended, and a file that hasn't grown is cut where it was. */
	if (trace_reader_next(reader, &event) != status || trace_reader_offset(reader) > size)
		abort();
	if ((trace_reader_problem(reader)[0] == '\0') != (status == TRACE_END))
		abort();
	trace_reader_free(reader);
	fclose(stream);
}

/* Makes the checksums of all blocks right, as far as the lengths lead. */
static void
repair(uint8_t *data, size_t size)
{
	size_t at = TRACE_FILE_HEAD_SIZE;

	while (at <= size && size - at >= TRACE_BLOCK_HEAD_SIZE) {
		struct trace_block block;

		trace_block_get(data + at, &block);
		if (block.length > size - at - TRACE_BLOCK_HEAD_SIZE)
			block.length = (uint32_t)(size - at - TRACE_BLOCK_HEAD_SIZE);
		block.checksum = trace_checksum(data + at + TRACE_BLOCK_HEAD_SIZE, block.length);
		trace_block_put(data + at, &block);
		at += TRACE_BLOCK_HEAD_SIZE + block.length;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size != 0 ? size : 1);

	if (copy == NULL)
		return 0;
	memcpy(copy, data, size);
	read_all(copy, size);
	repair(copy, size);
	read_all(copy, size);
	free(copy);
	return 0;
}
