/*
 * trace_parse.c - parses the head and the end of a trace. Every length and count is held against the bytes
 * that are left before anything is allocated for it.
 */
#include "trace_parse.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "trace_dictionary.h"
#include "varint.h"

static const char empty[] = "";
static const char too_short[] = "a block ends within a value";

/* Reads `bytes` as a string of its own; the caller frees it. */
static const char *
get_bytes(const uint8_t **at, const uint8_t *end, const char **text)
{
	uint64_t length;

	if (!varint_get(at, end, &length) || length > (size_t)(end - *at))
		return too_short;
	if (memchr(*at, '\0', length) != NULL)
		return "a string has a NUL in it";
	*text = strndup((const char *)*at, length);
	*at += length;
	return *text != NULL ? NULL : trace_no_memory;
}

static const char *
get_command(const uint8_t **at, const uint8_t *end, struct string_list *command)
{
	const char **item;
	uint64_t count;

	/* Every argument takes a byte at least. */
	if (!varint_get(at, end, &count) || count > (size_t)(end - *at))
		return too_short;
	item = calloc(count + 1, sizeof(*item));
	if (item == NULL)
		return trace_no_memory;
	command->item = item;
	for (; command->count < count; command->count++) {
		const char *problem = get_bytes(at, end, &item[command->count]);

		if (problem != NULL)
			return problem;
	}
	return NULL;
}

void
trace_parse_no_head(struct trace_head *head)
{
	*head = (struct trace_head){.cwd = empty, .host = empty, .os = empty, .boot_id = empty};
}

const char *
trace_parse_head(struct trace_head *head, const uint8_t *payload, size_t length, bool newer)
{
	const char **texts[] = {&head->cwd, &head->host, &head->os, &head->boot_id};
	const uint8_t *at = payload;
	const uint8_t *end = payload + length;
	const char *problem = get_command(&at, end, &head->command);
	uint64_t fraction;

	for (size_t i = 0; problem == NULL && i < sizeof(texts) / sizeof(texts[0]); i++) {
		const char *text = NULL;

		problem = get_bytes(&at, end, &text);
		if (text != NULL)
			*texts[i] = text;
	}
	if (problem != NULL)
		return problem;
	if ((size_t)(end - at) < sizeof(head->id))
		return too_short;
	memcpy(head->id, at, sizeof(head->id));
	at += sizeof(head->id);
	if (!varint_get_signed(&at, end, &head->wall_seconds) ||
	    !varint_get_upto(&at, end, 999999999, &fraction) || !varint_get(&at, end, &head->monotonic_ns))
		return too_short;
	head->wall_nanoseconds = (uint32_t)fraction;
	return at == end || newer ? NULL : "the head is longer than it should be";
}

static const char *
get_running(const uint8_t **at, const uint8_t *end, struct trace_end *to)
{
	uint32_t *running;
	uint64_t count;
	uint64_t pid;

	if (!varint_get(at, end, &count) || count > (size_t)(end - *at))
		return too_short;
	running = calloc(count + 1, sizeof(*running));
	if (running == NULL)
		return trace_no_memory;
	to->running = running;
	for (; to->running_count < count; to->running_count++) {
		if (!varint_get_upto(at, end, UINT32_MAX, &pid))
			return too_short;
		running[to->running_count] = (uint32_t)pid;
	}
	return NULL;
}

const char *
trace_parse_end(struct trace_end *to, const uint8_t *payload, size_t length, bool newer)
{
	uint64_t *totals[] = {&to->events, &to->processes, &to->untraced, &to->lost, &to->duration_ns};
	const uint8_t *at = payload;
	const uint8_t *end = payload + length;
	const char *problem;
	int64_t status;

	if (!varint_get_signed(&at, end, &status) || status < INT_MIN || status > INT_MAX)
		return too_short;
	to->status = (int)status;
	for (size_t i = 0; i < sizeof(totals) / sizeof(totals[0]); i++) {
		if (!varint_get(&at, end, totals[i]))
			return too_short;
	}
	problem = get_running(&at, end, to);
	if (problem != NULL)
		return problem;
	return at == end || newer ? NULL : "the end is longer than it should be";
}

void
trace_parse_free(struct trace_head *head, struct trace_end *end)
{
	const char *texts[] = {head->cwd, head->host, head->os, head->boot_id};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (texts[i] != empty)
			free((char *)texts[i]);
	}
	for (size_t i = 0; i < head->command.count; i++)
		free((char *)head->command.item[i]);
	free((void *)head->command.item);
	free((void *)end->running);
}
