/*
 * process.h - one process as the model knows it, and the table of all: shared by the model's files
 * (process_*.c, processes.c).
 */
#ifndef INTERPOSE_PROCESS_H
#define INTERPOSE_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>
#include <sys/tree.h>

#include "decode.h"
#include "event.h"
#include "path.h"
#include "processes.h"

/* What a descriptor is open on. */
struct descriptor {
	int fd;
	char *path;     /* NULL: not known */
	bool closes;    /* FD_CLOEXEC */
	bool directory; /* known to be one */
	int flags;      /* open's; -1: not known */
};

struct descriptors {
	struct descriptor *item; /* by fd, ascending */
	size_t count;
	size_t room;
};

/* An exec that was tried and whose outcome isn't known yet. */
struct pending_exec {
	bool is;
	enum call call;
	char *path; /* absolute */
	char *arg;
	char *interpreter;
	int untraced; /* enum untraced_reason + 1, 0 */
	char **argv;
	size_t argc;
	uint32_t tid;
};

struct process {
	RB_ENTRY(process) entry;
	TAILQ_ENTRY(process) exited; /* in processes.exited once told_exit */
	uint32_t pid;
	uint32_t ppid;
	int64_t uid, euid, gid, egid, pgid, sid;
	int64_t started;     /* clock ticks since boot; -1: not known */
	bool knows_identity; /* the numbers above were told, or are its parent's */
	bool knows_started;  /* `started` was told, not reckoned */
	char *exe;
	char *cwd;
	char *root;
	char *interpreter;
	char **argv;
	size_t argc;
	struct descriptors descriptors;
	struct pending_exec exec;
	bool told_start; /* the start by fork or exec was given */
	bool traced;     /* the library reported in, in the present image or the one it was forked from */
	bool told_exit;
	bool adopted;          /* it told of itself before its parent told of the fork */
	uint64_t dead_since;   /* its pid was found unused, ns since the trace's start; 0 */
	bool is_root;          /* the command itself */
	const char *exit_call; /* exit, abort, ...: called, but handlers still run */
	/* system and popen: the shell that libc starts tells who it is by itself. */
	const char *shell_call; /* under way: "system", "wordexp", "daemon" */
	uint32_t shell_child;   /* the child that reported in meanwhile; 0 */
	unsigned shell_count;   /* threads that are in one at once */
	bool shell_mixed;       /* there was more than one: whose child is whose can't be known */
	struct popened {
		int fd;
		uint32_t child;
	} * popened;
	size_t popened_count;
};

RB_HEAD(process_tree, process);
TAILQ_HEAD(process_list, process);

enum {
	EXITED_LIMIT = 4096, /* so many that have told their exit are kept for whoever waits for them */
	LIVING_LIMIT = 4096, /* when there are more, those that are gone without a word are looked for */
};

struct processes {
	struct process_tree tree;
	struct process_list exited; /* oldest first */
	size_t exited_count;
	size_t living_count;  /* the others */
	uint64_t swept;       /* when we looked for dead ones, ns since the start */
	struct process *last; /* found last */
	struct paths *paths;
	struct decode_memory memory;
	void (*emit)(void *owner, const struct event *event);
	void *owner;
	void (*ended)(void *owner, uint32_t pid, uint64_t time_ns); /* processes_watch_ends; NULL */
	void *ended_owner;
	uint64_t start;       /* CLOCK_MONOTONIC ns */
	uint64_t now;         /* of the event given last, ns since start */
	uint64_t boot_offset; /* CLOCK_BOOTTIME - CLOCK_MONOTONIC, ns */
	struct process_totals totals;
	uint32_t tid; /* of the record in work */
	bool short_of_memory;
};

/* process_table.c */
struct process *process_find(struct processes *processes, uint32_t pid);
struct process *process_add(struct processes *processes, uint32_t pid);
/* A child as its parent is now: directory, root, descriptors, identity. */
struct process *process_fork(struct processes *processes, const struct process *parent, uint32_t pid);
void process_remove(struct processes *processes, struct process *process);
/* Its exit was told: it is kept for a while, for the wait that follows. */
void process_exited(struct processes *processes, struct process *process);
void process_set_text(struct processes *processes, char **text, const char *value);
void process_set_argv(struct processes *processes, char ***argv, size_t *argc,
		      const struct string_list *list);
void process_clear_exec(struct process *process);
/* /proc/PID/stat's ppid, pgid, sid and start time (proc(5)). */
void process_read_stat(struct process *process, const char *stat);
/* Every directory and open file under `from` is now under `to`. */
void process_renamed(struct processes *processes, const char *from, const char *to);
/* Those under each are now under the other. */
void process_exchanged(struct processes *processes, const char *one, const char *other);
RB_PROTOTYPE(process_tree, process, entry, process_compare)

/* process_descriptors.c */
struct descriptor *descriptors_find(const struct descriptors *descriptors, int fd);
/* The path of an open descriptor; NULL when it isn't known. */
const char *descriptors_path(const struct descriptors *descriptors, int fd);
/* Opens (or replaces) one. `path` is copied; NULL for unknown. -1 with ENOMEM. */
int descriptors_open(struct descriptors *descriptors, int fd, const char *path, int flags, bool closes,
		     bool directory);
/* The same with what /proc/PID/fd/N says of it (proc(5)): a path, or what has none ("pipe:[7]"). */
int descriptors_told(struct descriptors *descriptors, int fd, const char *link, int flags);
void descriptors_close(struct descriptors *descriptors, int fd);
void descriptors_close_on_exec(struct descriptors *descriptors);
int descriptors_copy(struct descriptors *to, const struct descriptors *from);
void descriptors_free(struct descriptors *descriptors);

/* process_life.c: starts, execs, exits. */
void life_start(struct processes *processes, struct process *process, uint32_t pid,
		const struct record *record);
void life_forked(struct processes *processes, struct process *process, uint32_t pid,
		 const struct record *record);
void life_exec(struct processes *processes, struct process *process, const struct record *record);
/* exit, abort and their kin were called. */
void life_exit_call(struct processes *processes, struct process *process, const struct record *record,
		    const struct event *event);
void life_exit(struct processes *processes, struct process *process, const char *call, int status);
/* Gives the start of a child that never reported in, before anything else of it. */
void life_ensure_started(struct processes *processes, struct process *process);
/* Takes an exec for good whose outcome isn't known: the process does what only the new image can do. */
void life_resolve_exec(struct processes *processes, struct process *process);
/* It is gone, as somebody who waited for it knows, or else as it seems. */
void life_ended(struct processes *processes, struct process *process, int status, bool known);
/* Tells the end of those that are gone unseen, when there are too many to keep. */
void life_sweep(struct processes *processes);
/* An exit's or wait's status and signal, from what waitpid(2) gives. */
void life_set_status(struct event *event, int status);

/* process_children.c: forks and waits. */
/* A child that tells of itself before its parent does. NULL when memory is short. */
struct process *children_adopt(struct processes *processes, uint32_t pid, uint32_t ppid);
void children_call(struct processes *processes, struct process *process, const struct record *record,
		   struct event *event);

/* process_names.c: what paths and descriptors name. */
const char *names_root(const struct process *process);
/* The absolute path of the record's path number `index`; NULL when it isn't known, or there is none. */
const char *names_path(struct processes *processes, const struct process *process,
		       const struct record *record, unsigned index);
/* Sets a path, and what was passed where that differs. */
void names_set_path(struct event *event, enum field field, enum field as_passed, const char *path,
		    const char *passed);
/* The paths and the descriptor that the record names. */
void names_set(struct processes *processes, const struct process *process, const struct record *record,
	       struct event *event);

/* process_files.c: everything that names a file or a descriptor. */
void files_call(struct processes *processes, struct process *process, const struct record *record,
		struct event *event);

/* processes.c: the time is the record's, and never runs back. */
void processes_emit(struct processes *processes, struct event *event);
void processes_event(struct processes *processes, struct event *event, enum event_kind kind, uint32_t pid);
/* "the call `name` with its result and error", from the record. */
void processes_set_call(struct event *event, const struct record *record);

#endif
