/*
 * decode.c - reads records by the signature that calls.def spells for each call. The rule to keep: the bytes
 * come from a process that may do anything; nothing is read that wasn't counted first.
 *
 * A signature is a string of letters, one a field, in the record's order; the words of calls.def stand for
 * them.
 */
#include "decode.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "trace_block.h"

#define RESULT(x)    "r"
#define DIRFD(x)     "d"
#define PATH(x)      "p"
#define FD(x)        "f"
#define NEW_FD(x)    "n"
#define TO_FD(x)     "n"
#define FLAGS(x)     "F"
#define MODE(x)      "m"
#define FOLLOW(x)    "w"
#define EXISTED(x)   "x"
#define TEXT(x)      "s"
#define BYTES(x, y)  "s"
#define LENGTH(x)    "z"
#define OWNER(x, y)  "ug"
#define CHILD(x)     "c"
#define STATUS(x)    "e"
#define NUMBER(x)    "i"
#define ARGUMENTS(x) "v"
#define KIND_INT     "r"
#define KIND_LONG    "R"
#define KIND_POINTER ""
#define KIND_ERROR   "r"
#define KIND_NAME    ""

struct row {
	const char *name;
	const char *signature;
	int kind;
};

static const struct row rows[CALL_COUNT] = {
    [CALL_NONE] = {NULL, NULL, -1},         [NOTE_START] = {NULL, "iiiziiiissvV", -1},
    [NOTE_FORKED] = {NULL, "iiiziiii", -1}, [NOTE_LOADED] = {NULL, "v", -1},
    [NOTE_IS_CHILD] = {NULL, "i", -1},      [NOTE_DESCRIPTOR] = {NULL, "is", -1},
    [NOTE_CWD] = {NULL, "s", -1},           [NOTE_EXEC] = {NULL, "idpFisv", -1},
    [NOTE_EXIT] = {NULL, "i", -1},          [NOTE_LOST] = {NULL, "i", -1},
    [NOTE_EXECUTED] = {NULL, "", -1},
#define CALL(result, event, type, name, parameters, arguments, fields) \
	[CALL_##name] = {#name, KIND_##result fields, EVENT_##event},
#define HAND(event, name, fields)       [CALL_##name] = {#name, "" fields, EVENT_##event},
#define PART(event, name, part, fields) [CALL_##name##_##part] = {#name, "" fields, EVENT_##event},
#include "../shim/calls.def"
#undef CALL
#undef HAND
#undef PART
};

const char *
decode_call_name(enum call call)
{
	return call < CALL_COUNT ? rows[call].name : NULL;
}

int
decode_event_kind(enum call call)
{
	return call < CALL_COUNT ? rows[call].kind : -1;
}

struct cursor {
	const uint8_t *at;
	size_t left;
	char *out; /* where the next string goes; there is room for every byte of the record and a NUL each */
	bool bad;
};

/* `value` stays as it is where too little is left. */
static inline void
take(struct cursor *cursor, void *value, size_t size)
{
	if (cursor->left < size) {
		cursor->bad = true;
		return;
	}
	memcpy(value, cursor->at, size);
	cursor->at += size;
	cursor->left -= size;
}

static inline int32_t
take_number(struct cursor *cursor)
{
	int32_t value = 0;

	take(cursor, &value, sizeof value);
	return value;
}

static inline int64_t
take_long(struct cursor *cursor)
{
	int64_t value = 0;

	take(cursor, &value, sizeof value);
	return value;
}

static const char *
take_string(struct cursor *cursor)
{
	uint32_t length = (uint32_t)take_number(cursor);
	char *string = cursor->out;

	if (cursor->bad || length == STRING_NONE)
		return NULL;
	if (length > cursor->left) {
		cursor->bad = true;
		return NULL;
	}
	memcpy(string, cursor->at, length);
	string[length] = '\0';
	cursor->out += length + 1;
	cursor->at += length;
	cursor->left -= length;
	return string;
}

/* `before` items of the memory are another list's. */
static int
take_strings(struct cursor *cursor, struct string_list *list, struct decode_memory *memory, size_t before)
{
	uint32_t count = (uint32_t)take_number(cursor);

	if (cursor->bad || count > cursor->left / 4) {
		cursor->bad = true;
		return 0;
	}
	if (before + count > memory->item_count) {
		const char **items = reallocarray(memory->items, before + count, sizeof *items);

		if (!items)
			return -1;
		memory->items = items;
		memory->item_count = before + count;
	}
	for (uint32_t i = 0; i < count; i++) {
		const char *item = take_string(cursor);

		memory->items[before + i] = item ? item : "";
	}
	list->count = cursor->bad ? 0 : count;
	list->item = memory->items ? memory->items + before : NULL;
	return 0;
}

/* A second list, which need not be there. */
static int
take_environment(struct record *record, struct cursor *cursor, struct decode_memory *memory)
{
	size_t before = record->strings.count;

	if (cursor->left < 4 || cursor->bad)
		return 0;
	if (take_strings(cursor, &record->environment, memory, before) < 0)
		return -1;
	record->strings.item = memory->items; /* which may have moved */
	return 0;
}

static void
take_path(struct record *record, struct cursor *cursor)
{
	const char *path = take_string(cursor);

	if (record->path_count < RECORD_PATHS)
		record->path[record->path_count++] = path;
}

/* One field. -1 when memory is short. */
static int
take_field(struct record *record, char letter, struct cursor *cursor, struct decode_memory *memory)
{
	switch (letter) {
	case 'r':
		record->has_result = true;
		record->result = take_number(cursor);
		break;
	case 'R':
		record->has_result = true;
		record->result = take_long(cursor);
		break;
	case 'd':
		if (record->path_count < RECORD_PATHS)
			record->dirfd[record->path_count] = take_number(cursor);
		break;
	case 'p':
		take_path(record, cursor);
		break;
	case 'f':
		record->has_fd = true;
		record->fd = take_number(cursor);
		break;
	case 'n':
		record->has_new_fd = true;
		record->new_fd = take_number(cursor);
		break;
	case 'F':
		record->has_flags = true;
		record->flags = take_number(cursor);
		break;
	case 'm':
		record->has_mode = true;
		record->mode = (unsigned)take_number(cursor);
		break;
	case 'w':
		record->follow = take_number(cursor);
		break;
	case 'x':
		record->existed = take_number(cursor);
		break;
	case 's':
		record->text[record->text_count] = take_string(cursor);
		record->text_count++;
		break;
	case 'z':
		record->has_length = true;
		record->length = take_long(cursor);
		break;
	case 'u':
		record->has_owner = true;
		record->uid = take_number(cursor);
		break;
	case 'g':
		record->gid = take_number(cursor);
		break;
	case 'c':
		record->child = take_number(cursor);
		break;
	case 'e':
		record->status = take_number(cursor);
		break;
	case 'i':
		record->number[record->number_count++] = take_number(cursor);
		break;
	case 'v':
		return take_strings(cursor, &record->strings, memory, 0);
	case 'V':
		return take_environment(record, cursor, memory);
	}
	return 0;
}

/* A string that shrank while it was written leaves zeros behind the fields (shim/record.c); nothing else may.
 */
static bool
is_padding(const struct cursor *cursor)
{
	for (size_t i = 0; i < cursor->left; i++) {
		if (cursor->at[i] != 0)
			return false;
	}
	return true;
}

int
decode(struct record *record, const uint8_t *bytes, size_t size, struct decode_memory *memory)
{
	struct record_head head;
	struct cursor cursor = {0};

	if (size < sizeof head)
		goto bad;
	cursor.at = bytes + sizeof head;
	cursor.left = size - sizeof head;
	memcpy(&head, bytes, sizeof head);
	if (head.size != size || head.call == CALL_NONE || head.call >= CALL_COUNT)
		goto bad;
	/* A string takes four bytes of count in the record, and a NUL here. */
	if (memory->size < size) {
		char *grown = realloc(memory->bytes, size * 2);

		if (!grown)
			return -1;
		memory->bytes = grown;
		memory->size = size * 2;
	}
	cursor.out = memory->bytes;
	memset(record, 0, sizeof *record);
	record->call = head.call;
	record->error = head.error;
	record->time = head.time;
	record->fd = record->new_fd = record->follow = -1;
	record->dirfd[0] = record->dirfd[1] = AT_FDCWD;
	for (const char *letter = rows[head.call].signature; *letter && !cursor.bad; letter++) {
		if (take_field(record, *letter, &cursor, memory) < 0)
			return -1;
	}
	if (rows[head.call].kind == EVENT_OPEN)
		record->flags =
		    (int)trace_open_flags(record->flags); /* this machine's, as events have them */
	if (!cursor.bad && is_padding(&cursor))
		return 0;
bad:
	errno = EBADMSG;
	return -1;
}

void
decode_free(struct decode_memory *memory)
{
	free(memory->bytes);
	free(memory->items);
	memset(memory, 0, sizeof *memory);
}
