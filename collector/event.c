/*
 * event.c - the names and classes of events and of their fields, all from events.def and fields.def. Nothing
 * here lists a kind or a field by hand: a new one is a row there, and its number in include/trace.h.
 */
#include "event.h"

#include <string.h>
#include <sys/utsname.h>

#include "trace.h"

static const struct {
	const char *name;
	unsigned classes;
} kinds[EVENT_KIND_COUNT] = {
#define EVENT(NAME, name, class) {name, class},
#include "events.def"
#undef EVENT
};

static const char *const field_names[FIELD_COUNT] = {
#define NUMBER(name) #name,
#define TEXT(name)   #name,
#define LIST(name)   #name,
#include "fields.def"
#undef NUMBER
#undef TEXT
#undef LIST
};

static const char *const by_names[] = {
    [TRACE_BY_FORK] = "fork",
    [TRACE_BY_EXEC] = "exec",
    [TRACE_BY_ATTACH] = "attach",
};

static const char *const reason_names[] = {
    [TRACE_REASON_STATIC] = "static",
    [TRACE_REASON_SETUID] = "setuid",
    [TRACE_REASON_FILE_CAPABILITIES] = "file-capabilities",
    [TRACE_REASON_OTHER_CLASS] = "other-class",
    [TRACE_REASON_OTHER_LIBC] = "other-libc",
    [TRACE_REASON_OTHER_MACHINE] = "other-machine",
    [TRACE_REASON_CLONE] = "clone",
    [TRACE_REASON_IO_URING] = "io_uring",
    [TRACE_REASON_NESTED] = "nested",
    [TRACE_REASON_SILENT] = "silent",
};

/* The order of the tables is the one that traces on disk were written in. */
#define EVENT(NAME, name, class) \
	_Static_assert((int)EVENT_##NAME == (int)TRACE_KIND_##NAME, "trace.h has another number for " name);
#include "events.def"
#undef EVENT
#define NUMBER(name) \
	_Static_assert((int)FIELD_##name == (int)TRACE_FIELD_##name, "trace.h has another tag for " #name);
#define TEXT(name) NUMBER(name)
#define LIST(name) NUMBER(name)
#include "fields.def"
#undef NUMBER
#undef TEXT
#undef LIST
#define SAME(in_event, in_trace) \
	_Static_assert((int)(in_event) == (int)(in_trace), "trace.h has another number")
SAME(START_BY_FORK, TRACE_BY_FORK);
SAME(START_BY_EXEC, TRACE_BY_EXEC);
SAME(START_BY_ATTACH, TRACE_BY_ATTACH);
SAME(START_BY_COUNT, sizeof(by_names) / sizeof(by_names[0]));
SAME(UNTRACED_STATIC, TRACE_REASON_STATIC);
SAME(UNTRACED_SETUID, TRACE_REASON_SETUID);
SAME(UNTRACED_FILE_CAPABILITIES, TRACE_REASON_FILE_CAPABILITIES);
SAME(UNTRACED_OTHER_CLASS, TRACE_REASON_OTHER_CLASS);
SAME(UNTRACED_OTHER_LIBC, TRACE_REASON_OTHER_LIBC);
SAME(UNTRACED_OTHER_MACHINE, TRACE_REASON_OTHER_MACHINE);
SAME(UNTRACED_CLONE, TRACE_REASON_CLONE);
SAME(UNTRACED_IO_URING, TRACE_REASON_IO_URING);
SAME(UNTRACED_NESTED, TRACE_REASON_NESTED);
SAME(UNTRACED_SILENT, TRACE_REASON_SILENT);
SAME(UNTRACED_REASON_COUNT, sizeof(reason_names) / sizeof(reason_names[0]));
_Static_assert(FIELD_COUNT <= 62,
	       "a field's tag is a bit of event.present, and the last two are the trace's");

void
event_clear(struct event *event)
{
	event->kind = 0;
	event->call = NULL;
	event->time_ns = 0;
	event->pid = 0;
	event->tid = 0;
	event->error = 0;
	event->present = 0;
	event->argv = event->env = (struct string_list){0, NULL};
}

const char *
event_kind_name(enum event_kind kind)
{
	return (unsigned)kind < EVENT_KIND_COUNT ? kinds[kind].name : "?";
}

int
event_kind_find(const char *name)
{
	for (int kind = 0; kind < EVENT_KIND_COUNT; kind++) {
		if (strcmp(kinds[kind].name, name) == 0)
			return kind;
	}
	return -1;
}

unsigned
event_kind_classes(enum event_kind kind)
{
	return (unsigned)kind < EVENT_KIND_COUNT ? kinds[kind].classes : 0;
}

bool
event_head_is_of_here(const struct trace_head *head)
{
	struct utsname here;

	return head->host != NULL && uname(&here) == 0 && strcmp(here.nodename, head->host) == 0;
}

const char *
event_by_name(int64_t by)
{
	return by >= 0 && by < START_BY_COUNT ? by_names[by] : "?";
}

const char *
event_reason_name(int64_t reason)
{
	return reason >= 0 && reason < UNTRACED_REASON_COUNT ? reason_names[reason] : "?";
}

const char *
event_field_name(enum field field)
{
	return (unsigned)field < FIELD_COUNT ? field_names[field] : "?";
}
