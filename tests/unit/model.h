/*
 * model.h - the process model under test: records go in, made as by the shim; what comes out is text, a line
 * an event, so that a test can write down the whole list.
 *
 *     2 open:openat ret=4 fd=4 flags=0 path=/src/a.c arg=a.c
 *     2 access ENOENT ...
 *
 * The process, the event and its call, the error, then every field that is there, by its name in the order of
 * fields.def. Pids are given and shown without PID_BASE, which no real process reaches.
 */
#ifndef MODEL_H
#define MODEL_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "line.h"
#include "processes.h"
#include "record_builder.h"
#include "trace.h"

enum { PID_BASE = 5000000, START_NS = 1000000 };

struct model {
	struct processes *processes;
	struct line told;
	struct bytes record;
	uint64_t time;  /* of the record that was given last, CLOCK_MONOTONIC */
	uint64_t shown; /* of the event that came last */
	uint64_t ended; /* how many ends were told to who watches them */
	size_t events;
	size_t quiet; /* events are counted, not written */
};

static inline int64_t
shown_pid(int64_t pid)
{
	return pid >= PID_BASE && pid < PID_BASE + (1 << 20) ? pid - PID_BASE : pid;
}

static inline void
model_field(struct line *line, const struct event *event, enum field field)
{
	char word[64];

	snprintf(word, sizeof word, " %s=", event_field_name(field));
	line_text(line, word);
	if (field == FIELD_argv || field == FIELD_env) {
		const struct string_list *list = field == FIELD_env ? &event->env : &event->argv;
		for (size_t i = 0; i < list->count; i++) {
			line_text(line, i ? "," : "");
			line_text(line, list->item[i]);
		}
	} else if (field >= FIELD_path) {
		line_text(line, event->text[field]);
	} else if (field == FIELD_by) {
		line_text(line, event_by_name(event->number[field]));
	} else if (field == FIELD_reason) {
		line_text(line, event_reason_name(event->number[field]));
	} else {
		line_number(line, shown_pid(event->number[field]));
	}
}

static inline void
model_event(void *owner, const struct event *event)
{
	struct model *model = owner;
	struct line *line = &model->told;
	char word[64];

	assert_true(event->time_ns >= model->shown);
	model->shown = event->time_ns;
	model->events++;
	if (model->quiet)
		return;
	line_number(line, shown_pid(event->pid));
	if (event->tid != event->pid) {
		line_text(line, "/");
		line_number(line, shown_pid(event->tid));
	}
	line_text(line, " ");
	line_text(line, event_kind_name(event->kind));
	if (event->call) {
		line_text(line, ":");
		line_text(line, event->call);
	}
	if (event->error) {
		snprintf(word, sizeof word, " %s", strerrorname_np(event->error));
		line_text(line, word);
	}
	for (int field = 0; field < FIELD_COUNT; field++) {
		if (event_has(event, (enum field)field))
			model_field(line, event, (enum field)field);
	}
	line_text(line, "\n");
}

static inline void
model_ended(void *owner, uint32_t pid, uint64_t time_ns)
{
	struct model *model = owner;

	assert_true(pid > PID_BASE && time_ns >= START_NS);
	model->ended++;
}

static inline void
model_open(struct model *model)
{
	memset(model, 0, sizeof *model);
	model->time = START_NS;
	model->processes = processes_new(model_event, model, START_NS);
	assert_non_null(model->processes);
	processes_watch_ends(model->processes, model_ended, model);
}

static inline void
model_close(struct model *model)
{
	processes_free(model->processes);
	line_free(&model->told);
	free(model->record.data);
}

/* What was told since the last time. */
static inline void
expect(struct model *model, const char *events)
{
	line_byte(&model->told, '\0');
	assert_string_equal(model->told.data, events);
	model->told.length = 0;
}

/* A thread's record, 10 ns after the one before. Returns what the model says of it. */
static inline int
model_give(struct model *model, uint32_t pid, uint32_t tid, enum call call, int error, const char *letters,
	   va_list fields)
{
	model->record.size = 0;
	record_put_list(&model->record, call, error, model->time += 10, letters, fields);
	return processes_record(model->processes, PID_BASE + pid, PID_BASE + tid, model->record.data,
				(uint32_t)model->record.size);
}

/* Process `pid` made a call, or tells a note: the fields by the letters of record_put. */
static inline void
did(struct model *model, uint32_t pid, enum call call, int error, const char *letters, ...)
{
	va_list fields;

	va_start(fields, letters);
	assert_int_equal(model_give(model, pid, pid, call, error, letters, fields), 0);
	va_end(fields);
}

/* The same by a thread. */
static inline void
thread_did(struct model *model, uint32_t pid, uint32_t tid, enum call call, int error, const char *letters,
	   ...)
{
	va_list fields;

	va_start(fields, letters);
	assert_int_equal(model_give(model, pid, tid, call, error, letters, fields), 0);
	va_end(fields);
}

/* An image reports in: a process of group 50 and session 40 that began at `started`, in ticks. */
static inline void
image(struct model *model, uint32_t pid, uint32_t ppid, unsigned started, const char *exe, const char *cwd)
{
	const char *const argv[] = {exe, "-x", NULL};

	did(model, pid, NOTE_START, 0, "iiiliiiissv", PID_BASE + ppid, 50, 40, (int64_t)started, 1, 2, 3, 4,
	    exe, cwd, argv);
}

/* A forked child reports in. */
static inline void
forked(struct model *model, uint32_t pid, uint32_t ppid, unsigned started)
{
	did(model, pid, NOTE_FORKED, 0, "iiiliiii", PID_BASE + ppid, 50, 40, (int64_t)started, 1, 2, 3, 4);
}

/* Its parent tells of it. */
static inline void
told_fork(struct model *model, uint32_t pid, uint32_t child)
{
	did(model, pid, CALL_fork, 0, "ii", PID_BASE + child, PID_BASE + child);
}

static inline void
waited(struct model *model, uint32_t pid, uint32_t child, int status)
{
	did(model, pid, CALL_waitpid, 0, "iii", PID_BASE + child, PID_BASE + child, status);
}

/* open(path, flags) gave `fd`. */
static inline void
opened(struct model *model, uint32_t pid, int fd, const char *path, int flags)
{
	did(model, pid, CALL_open, 0, "iisiii", fd, AT_FDCWD, path, flags, 0, 0);
}

#endif
