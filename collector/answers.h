/*
 * answers.h - what a run read, made, changed and removed, and which processes it had: the events of a trace
 * folded into one answer for each path. interpose.json(5) has the rules; outputs only write it down.
 */
#ifndef INTERPOSE_ANSWERS_H
#define INTERPOSE_ANSWERS_H

#include "event.h"
#include "pids.h"
#include "spots.h"
#include "textset.h"
#include "uses.h"

enum answer_kind {
	ANSWER_NONE,        /* the run left the path as it was */
	ANSWER_CREATED,     /* stands at the end, and nothing stood there before */
	ANSWER_OVERWRITTEN, /* something did, of which nothing is left */
	ANSWER_MODIFIED,    /* it may be left in part */
	ANSWER_DELETED,     /* stood there before the run, and is gone at the end */
	ANSWER_TEMPORARY,   /* made and gone again */
};

struct answer {
	const char *path;      /* absolute; valid until the next answer */
	const char *absent_at; /* with HOW_ABSENT; likewise */
	unsigned how;          /* enum spot_how; 0: no input */
	enum answer_kind kind;
	bool read_first; /* an output whose old contents were read */
	bool directory;  /* known to be one */
};

enum { ANSWER_NO_PROCESS = UINT32_MAX };

/* One process, over all its images: `argv`, `exe` and `cwd` are those that its last image began with. */
struct answer_process {
	uint32_t pid;
	uint32_t ppid;
	int64_t started; /* clock ticks since boot; -1: not known */
	size_t argc;
	uint32_t *argv; /* indices in answers.texts */
	uint32_t exe;   /* likewise; UINT32_MAX: not known */
	uint32_t cwd;
	int64_t status; /* -1: not known */
	int64_t signal; /* 0: none */
	uint64_t begin_ns;
	uint64_t end_ns;
	bool ended;
	bool executed;     /* it has had an image of its own, not only that of who forked it */
	uint32_t parent;   /* who forked it, an index; ANSWER_NO_PROCESS: nobody in this trace */
	uint32_t previous; /* which process had its pid before, likewise */
	/* Places in the order of the trace, from 1 on: of the parent's fork and of its wait; 0: none is
	 * known. */
	uint64_t forked_at;
	uint64_t waited_at;
	uint64_t events; /* of those that were selected */
};

struct answer_totals {
	uint64_t events;
	uint64_t processes;
	uint64_t untraced;
	uint64_t lost;
};

struct answers {
	/* The head's and the end's. */
	char **command;
	size_t command_count;
	char *cwd;
	int64_t no_follow; /* O_NOFOLLOW and O_DIRECTORY on the machine that was traced */
	int64_t directory;
	bool cut; /* the trace has no end; `status` is then nothing */
	int status;
	struct answer_totals totals;
	const char **reason; /* why the answers aren't complete, sorted; the strings are those of `reasons` */
	size_t reason_count; /* 0: they are */

	struct answer_process *process; /* in the order in which they began */
	size_t process_count;
	struct textset texts;
	struct uses uses; /* with answers_keep_uses */

	/* The module's own. */
	struct spots spots;
	struct textset reasons;
	struct pids pids;
	uint64_t place;            /* of the event that is being taken, in the order of the trace */
	const struct event *event; /* that one, for who is told of spots */
	uint32_t current;          /* its process; ANSWER_NO_PROCESS: one that the trace doesn't tell of */
	size_t process_room;
	uint64_t seen_events;
	uint64_t last_ns;
	struct spot **listed; /* the spots that have an answer, sorted by path */
	size_t listed_count;
	char *absent_at; /* of the answer given last */
};

/* Events come in through answers_event; answers_end, with NULL for a trace that was cut, then makes the
 * lists. Each returns 0, or -1 with errno when memory is short. Always answers_free() what answers_new()
 * made. */
struct answers *answers_new(const struct trace_head *head);
void answers_free(struct answers *answers);
/* Before the first event: keep which process did what with which path. Each event then has a process. */
void answers_keep_uses(struct answers *answers);
int answers_event(struct answers *answers, const struct event *event);
/* An event that wasn't selected tells who the processes are, and nothing of files. */
int answers_aside(struct answers *answers, const struct event *event);
int answers_end(struct answers *answers, const struct trace_end *end);

/* After answers_end: the answer number `at` of answers->listed_count, sorted by path. -1 with ENOMEM. */
int answers_get(struct answers *answers, size_t at, struct answer *answer);
/* The same without the paths, for a look at whether they are wanted. */
void answers_peek(const struct answers *answers, size_t at, struct answer *answer);
/* The name that a person knows a process's program by: the last one of its exe's path, or "?". */
const char *answers_program(const struct answers *answers, const struct answer_process *process);
/* What became of what stood at a spot. */
enum answer_kind answers_kind(const struct spot *spot);
/* The text of a process's exe, cwd or argument; NULL when it isn't known. */
const char *answers_text(const struct answers *answers, uint32_t index);

/* answers_files.c: the event's effects on paths. */
void answers_file_event(struct answers *answers, const struct event *event);
/* answers_processes.c: what it tells of its process. -1 with errno. */
int answers_process_event(struct answers *answers, const struct event *event);
/* Adds the event's process where the trace didn't tell of it, so that answers->current is one. -1 with errno.
 */
int answers_need_process(struct answers *answers, const struct event *event);
/* The processes that are left have run to the end of the trace. */
int answers_end_processes(struct answers *answers, const struct trace_end *end);
/* answers_list.c */
int answers_list(struct answers *answers);
/* answers.c: one more time that the answers aren't complete for this reason; printf's. -1 with errno. */
__attribute__((format(printf, 2, 3))) int answers_reason(struct answers *answers, const char *format, ...);

#endif
