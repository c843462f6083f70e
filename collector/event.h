/*
 * event.h - one thing that a process did, with absolute paths: what the process model produces, what the
 * binary trace stores, and what every output reads.
 *
 * Strings belong to whoever hands the event over and are valid until that call returns. Paths and arguments
 * are bytes without NUL, in whatever encoding the program used.
 */
#ifndef INTERPOSE_EVENT_H
#define INTERPOSE_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "record.h" /* enum untraced_reason */

/* The kinds of events. Their numbers stand in the binary trace: append, never reorder. */
enum event_kind {
#define EVENT(NAME, name, class) EVENT_##NAME,
#include "events.def"
#undef EVENT
	EVENT_KIND_COUNT
};

/* The classes that -e selects by: %file, %process, %desc, %meta. An event may be in several. */
enum event_class {
	CLASS_FILE = 1,    /* names a file: open, stat, rename, exec, ... */
	CLASS_PROCESS = 2, /* start, fork, exec, exit, wait, untraced */
	CLASS_DESC = 4,    /* works on a descriptor: open, close, dup, mmap, copy */
	CLASS_META = 8,    /* changes what is known of a file, not its contents: chmod, chown, utime, xattr */
};

enum field {
#define NUMBER(name) FIELD_##name,
#define TEXT(name)   FIELD_##name,
#define LIST(name)   FIELD_##name,
#include "fields.def"
#undef NUMBER
#undef TEXT
#undef LIST
	FIELD_COUNT
};

enum start_by { START_BY_FORK, START_BY_EXEC, START_BY_ATTACH, START_BY_COUNT };

/* A list of strings; the event doesn't own them. */
struct string_list {
	size_t count;
	const char *const *item;
};

struct event {
	enum event_kind kind;
	const char *call; /* the libc entry point, "fopen64"; NULL where the collector made the event */
	uint64_t time_ns; /* nanoseconds since the trace began */
	uint32_t pid;
	uint32_t tid;
	int error;        /* errno's number, 0 on success */
	uint64_t present; /* bit (1 << FIELD_x) for each field below that is set */
	int64_t number[FIELD_COUNT];
	const char *text[FIELD_COUNT];
	struct string_list argv;
	struct string_list env; /* NAME=value */
};

/* The first thing in a trace. */
struct trace_head {
	struct string_list command;
	const char *cwd;
	const char *host;          /* uname's nodename */
	const char *os;            /* "Linux 6.1.0 x86_64" */
	const char *boot_id;       /* /proc/sys/kernel/random/boot_id */
	uint8_t id[16];            /* random: tells traces of the same host apart */
	int64_t wall_seconds;      /* CLOCK_REALTIME at the start */
	uint32_t wall_nanoseconds; /* its fraction */
	uint64_t monotonic_ns;     /* CLOCK_MONOTONIC at the same moment; events count from it */
};

/* The last thing in a trace; one without it was cut short. */
struct trace_end {
	int status; /* as the wrapper exits: 128 + the signal for a killed command; -1 with interpose-collect
		     */
	uint64_t events;
	uint64_t processes;
	uint64_t untraced;
	uint64_t lost;
	uint64_t duration_ns;
	size_t running_count; /* processes that the end didn't wait for */
	const uint32_t *running;
};

static inline bool
event_has(const struct event *event, enum field field)
{
	return event->present >> field & 1;
}

static inline void
event_set_number(struct event *event, enum field field, int64_t value)
{
	event->number[field] = value;
	event->present |= UINT64_C(1) << field;
}

static inline void
event_set_text(struct event *event, enum field field, const char *value)
{
	event->text[field] = value;
	event->present |= UINT64_C(1) << field;
}

/* Makes an event empty without touching the value arrays, which only `present` makes readable. */
void event_clear(struct event *event);

/* Whether the trace is of the machine that this runs on, so that its file system can be asked. */
bool event_head_is_of_here(const struct trace_head *head);

/* "open", "start", ...: an event's name in every output; "?" for a number that is no kind. */
const char *event_kind_name(enum event_kind kind);
/* The kind called `name`; -1 when there is none. */
int event_kind_find(const char *name);
/* The classes of a kind, a set of enum event_class. */
unsigned event_kind_classes(enum event_kind kind);
/* "fork", "exec", "attach". */
const char *event_by_name(int64_t by);
/* "static", "file-capabilities", ... */
const char *event_reason_name(int64_t reason);
/* "fd", "created", ...: a field's name in every output. */
const char *event_field_name(enum field field);

#endif
