/*
 * spawn.c - posix_spawn with its file actions. What the child does before its exec happens inside libc; the
 * parent tells it in the child's name, between two NOTE_IS_CHILD. The rule to keep: the child is told with
 * the time from before the call, so that it stands before everything the child does.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <unistd.h>

#include "birth.h"
#include "exec.h"
#include "fields.h"
#include "next.h"
#include "opened.h"

/*
 * glibc's file actions as they lie in memory (posix/spawn_int.h, unchanged since 2.29 but for what was added
 * behind); read, never written. A tag that isn't known ends the reading.
 */
struct spawn_action {
	int tag; /* 0 close, 1 dup2, 2 open, 3 chdir, 4 fchdir, 5 closefrom, 6 tcsetpgrp */
	union {
		struct {
			int fd;
		} close;
		struct {
			int fd;
			int new_fd;
		} dup2;
		struct {
			int fd;
			char *path;
			int flags;
			mode_t mode;
		} open;
		struct {
			char *path;
		} chdir;
	} action;
};

#ifdef __GLIBC__
struct spawn_actions {
	int allocated;
	int used;
	struct spawn_action *action;
};
#else
/* musl's (src/process/fdop.h): a list that begins with the last one; behind the two numbers and a pointer to
 * it the type is empty. */
struct linked_action {
	struct linked_action *next, *before;
	int command; /* 1 close, 2 dup2, 3 open, 4 chdir, 5 fchdir */
	int fd, from_fd, flags;
	mode_t mode;
	char path[];
};

struct spawn_actions {
	int reserved[2];
	struct linked_action *last;
};
#endif

static void
tell_numbers(enum call call, uint64_t time, int result, int fd, int new_fd, int flags)
{
	struct record record = {.time = time};

	if (!record_begin(&record, call, 0))
		return;
	do {
		RESULT(result) NEW_FD(fd) if (call != CALL_close)
		{
			NEW_FD(new_fd) FLAGS(flags)
		}
	} while (record_again(&record));
}

static void
tell_chdir(uint64_t time, const char *path)
{
	struct record record = {.time = time};

	if (!record_begin(&record, CALL_chdir, 0))
		return;
	do {
		RESULT(0) DIRFD(AT_FDCWD) PATH(path)
	} while (record_again(&record));
}

static void
tell_fchdir(uint64_t time, int fd)
{
	struct record record = {.time = time};

	if (!record_begin(&record, CALL_fchdir, 0))
		return;
	do {
		RESULT(0) FD(fd)
	} while (record_again(&record));
}

static void
tell_action(const struct spawn_action *action, uint64_t time)
{
	struct record record = {.time = time};
	struct opened opened;

	switch (action->tag) {
	case 0:
		tell_numbers(CALL_close, time, 0, action->action.close.fd, 0, 0);
		break;
	case 1:
		tell_numbers(CALL_dup2, time, action->action.dup2.new_fd, action->action.dup2.fd,
			     action->action.dup2.new_fd, 0);
		break;
	case 2:
		opened = (struct opened){.fd = action->action.open.fd,
					 .dirfd = AT_FDCWD,
					 .path = action->action.open.path,
					 .flags = action->action.open.flags,
					 .mode = action->action.open.mode};
		open_after(&record, CALL_open, &opened);
		break;
	case 3:
		tell_chdir(time, action->action.chdir.path);
		break;
	case 4:
		tell_fchdir(time, action->action.close.fd);
		break;
	case 5:
		tell_numbers(CALL_closefrom, time, 0, action->action.close.fd, -1, 0);
		break;
	}
}

#ifdef __GLIBC__
static void
tell_actions(const posix_spawn_file_actions_t *given, uint64_t time)
{
	const struct spawn_actions *actions = (const struct spawn_actions *)given;

	for (int i = 0; actions && i < actions->used && actions->action[i].tag <= 6; i++)
		tell_action(&actions->action[i], time);
}
#else
static void
tell_linked(struct linked_action *linked, uint64_t time)
{
	struct spawn_action action = {.tag = linked->command - 1};

	switch (action.tag) {
	case 1:
		action.action.dup2.fd = linked->from_fd;
		action.action.dup2.new_fd = linked->fd;
		break;
	case 2:
		action.action.open.fd = linked->fd;
		action.action.open.path = linked->path;
		action.action.open.flags = linked->flags;
		action.action.open.mode = linked->mode;
		break;
	case 3:
		action.action.chdir.path = linked->path;
		break;
	default:
		action.action.close.fd = linked->fd;
	}
	tell_action(&action, time);
}

static void
tell_actions(const posix_spawn_file_actions_t *given, uint64_t time)
{
	const struct spawn_actions *actions = (const struct spawn_actions *)given;
	struct linked_action *linked = actions ? actions->last : NULL;

	while (linked && linked->next)
		linked = linked->next;
	for (; linked && linked->command >= 1 && linked->command <= 5; linked = linked->before)
		tell_linked(linked, time);
}
#endif

/* One spawn on its way. */
struct spawning {
	enum call call;
	const char *file;
	bool searches; /* in PATH */
	const posix_spawn_file_actions_t *actions;
	char *const *argv;
	struct program program;
	struct record record;
};

/*
 * The place of PATH where the program is, NULL for none. When told to, each place before it is told as the
 * failed exec that the child makes of it.
 */
static const char *
find_in_path(const struct spawning *spawning, struct slot *slot, bool tells)
{
	struct search search;
	struct program nothing = {0};

	if (channel.quiet)
		return NULL;
	search_begin(&search, spawning->file, (char *)staging_scratch(slot) + SCRATCH_PATH);
	while (search_next(&search)) {
		long result = raw(SYS_faccessat, AT_FDCWD, search.room, X_OK);
		struct attempt attempt = {.call = spawning->call,
					  .dirfd = AT_FDCWD,
					  .path = search.room,
					  .argv = spawning->argv,
					  .time = spawning->record.time};

		if (result == 0)
			return search.room;
		if (tells)
			exec_tell(&attempt, &nothing, (int)-result);
	}
	return NULL;
}

/* The exec, and before it the places that were tried in vain. */
static void
tell_execs(const struct spawning *spawning, struct slot *slot, int error)
{
	struct attempt attempt = {.call = spawning->call,
				  .dirfd = AT_FDCWD,
				  .path = spawning->file,
				  .argv = spawning->argv,
				  .time = spawning->record.time};

	if (spawning->searches)
		attempt.path = find_in_path(spawning, slot, true);
	if (attempt.path)
		exec_tell(&attempt, &spawning->program, error);
}

static void
tell_spawn(const struct spawning *spawning, struct slot *slot, int error, pid_t child)
{
	/* The first of several with this time. Until the last is put, spawning->record holds back what the
	 * child, which runs already, tells of itself. */
	struct record record = {.time = spawning->record.time};

	if (!record_begin(&record, spawning->call, error))
		return;
	do {
		RESULT(error) CHILD(child)
	} while (record_again(&record));
	if (error) { /* whatever child there was is gone, and nobody knows its number */
		tell_execs(spawning, slot, error);
		return;
	}
	uint32_t depth = thread.child_depth;
	uint32_t parent = depth > 0 && depth <= CHILD_DEPTH ? thread.child[depth - 1] : process->pid;
	fork_shared_child_begins((uint32_t)child, spawning->record.time);
	start_spawned(parent, (uint32_t)child, spawning->record.time);
	tell_actions(spawning->actions, spawning->record.time);
	tell_execs(spawning, slot, 0);
	fork_shared_child_ended();
}

#define SPAWN(name, symbol, may_search, real)                                                          \
	EXPORT int symbol(pid_t *pid, const char *file, const posix_spawn_file_actions_t *actions,     \
			  const posix_spawnattr_t *attributes, char *const argv[], char *const envp[]) \
	{                                                                                              \
		struct slot *slot = staging_slot();                                                    \
		struct environment environment;                                                        \
		char birth[BIRTH_SIZE];                                                                \
		pid_t child = 0;                                                                       \
                                                                                                       \
		if (!slot)                                                                             \
			return real(pid, file, actions, attributes, argv, envp);                       \
		struct spawning spawning = {                                                           \
		    .call = CALL_##name, .file = file, .actions = actions, .argv = argv};              \
		spawning.searches = (may_search) && file[0] && !strchr(file, '/');                     \
		record_before(&spawning.record);                                                       \
		const char *path = spawning.searches ? find_in_path(&spawning, slot, false) : file;    \
		struct attempt look = {.dirfd = AT_FDCWD, .path = path ? path : file};                 \
		exec_look(&spawning.program, slot, &look, envp);                                       \
		bool tells = exec_tells_program(&spawning.program, &look);                             \
		if (tells)                                                                             \
			birth_pass_spawn(birth, look.path, spawning.record.time);                      \
		environment_make(&environment, envp, &spawning.program, tells ? birth : NULL);         \
		int error = real(&child, file, actions, attributes, argv, environment.entries);        \
		environment_free(&environment);                                                        \
		if (error == 0 && pid)                                                                 \
			*pid = child;                                                                  \
		tell_spawn(&spawning, slot, error, child);                                             \
		record_after(&spawning.record);                                                        \
		return error;                                                                          \
	}

SPAWN(posix_spawn, posix_spawn, false, next(posix_spawn))
SPAWN(posix_spawnp, posix_spawnp, true, next(posix_spawnp))

/* Before glibc 2.15 a file of no format that the kernel knows was run by the shell, as execvp does. */
#ifdef NEXT_HAS_VERSIONS
__typeof__(posix_spawn) old_posix_spawn, old_posix_spawnp;
EXPORT_VERSION(old_posix_spawn, posix_spawn, "GLIBC_2.2.5")
EXPORT_VERSION(old_posix_spawnp, posix_spawnp, "GLIBC_2.2.5")
SPAWN(posix_spawn, old_posix_spawn, false, next_version(posix_spawn, "GLIBC_2.2.5"))
SPAWN(posix_spawnp, old_posix_spawnp, true, next_version(posix_spawnp, "GLIBC_2.2.5"))
#endif
