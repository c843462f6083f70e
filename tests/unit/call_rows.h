/*
 * call_rows.h - calls.def and the notes of record.h once more, as the tests read them: what fields a record
 * of each call has. Included by one file of a program.
 */
#ifndef CALL_ROWS_H
#define CALL_ROWS_H

#include "event.h"
#include "record.h"

/* A letter a field; upper case where it has 8 bytes. */
#define RESULT(x)    "r"
#define DIRFD(x)     "d"
#define PATH(x)      "p"
#define FD(x)        "f"
#define NEW_FD(x)    "n"
#define TO_FD(x)     "n"
#define FLAGS(x)     "a"
#define MODE(x)      "m"
#define FOLLOW(x)    "w"
#define EXISTED(x)   "e"
#define TEXT(x)      "t"
#define BYTES(x, y)  "t"
#define LENGTH(x)    "L"
#define OWNER(x, y)  "ug"
#define CHILD(x)     "c"
#define STATUS(x)    "s"
#define NUMBER(x)    "i"
#define ARGUMENTS(x) "v"
#define KIND_INT     "r"
#define KIND_LONG    "R"
#define KIND_POINTER ""
#define KIND_ERROR   "r"
#define KIND_NAME    ""

static const struct call_row {
	enum call call;
	const char *name; /* NULL for a note */
	int kind;
	const char *fields;
} call_rows[] = {
    {NOTE_START, NULL, -1, "iiiLiiiittv"}, {NOTE_FORKED, NULL, -1, "iiiLiiii"}, {NOTE_LOADED, NULL, -1, "v"},
    {NOTE_IS_CHILD, NULL, -1, "i"},        {NOTE_DESCRIPTOR, NULL, -1, "it"},   {NOTE_CWD, NULL, -1, "t"},
    {NOTE_EXEC, NULL, -1, "idpaitv"},      {NOTE_EXIT, NULL, -1, "i"},          {NOTE_LOST, NULL, -1, "i"},
    {NOTE_EXECUTED, NULL, -1, ""},
#define CALL(result, event, type, name, parameters, arguments, fields) \
	{CALL_##name, #name, EVENT_##event, KIND_##result fields},
#define HAND(event, name, fields)       {CALL_##name, #name, EVENT_##event, "" fields},
#define PART(event, name, part, fields) {CALL_##name##_##part, #name, EVENT_##event, "" fields},
#include "../../shim/calls.def"
#undef CALL
#undef HAND
#undef PART
};

enum { CALL_ROWS = sizeof call_rows / sizeof *call_rows };

#undef RESULT
#undef DIRFD
#undef PATH
#undef FD
#undef NEW_FD
#undef TO_FD
#undef FLAGS
#undef MODE
#undef FOLLOW
#undef EXISTED
#undef TEXT
#undef BYTES
#undef LENGTH
#undef OWNER
#undef CHILD
#undef STATUS
#undef NUMBER
#undef ARGUMENTS

#endif
