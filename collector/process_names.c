/*
 * process_names.c - what the paths and descriptors of a record name: absolute paths, by where the process
 * stands and what its descriptors are open on. The rule to keep: what has no name in the file system (a pipe,
 * a memfd) gets none, and what isn't known is left out.
 *
 * /proc/PID/fd/N, cwd and root are links that the kernel doesn't follow by their text (proc(5)); what they
 * lead to is in the model.
 */
#include <ctype.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "process.h"

const char *
names_root(const struct process *process)
{
	return process->root ? process->root : "/";
}

/* Whether an empty path stands for the descriptor: where a flag says so, and where the call took it
 * (readlinkat(2)). */
static bool
names_descriptor(const struct record *record, unsigned index)
{
	if (record->error == 0)
		return true;
	return index == 0 && decode_event_kind(record->call) != EVENT_OPEN && record->flags & AT_EMPTY_PATH;
}

/* Whether the call goes on to what a link leads to, when the path ends in one. */
static bool
follows_last(const struct record *record, unsigned index)
{
	int flags = record->flags;

	switch (decode_event_kind(record->call)) {
	case EVENT_OPEN:
		return !(flags & O_NOFOLLOW) && (flags & (O_CREAT | O_EXCL)) != (O_CREAT | O_EXCL);
	case EVENT_READLINK:
	case EVENT_SYMLINK:
	case EVENT_UNLINK:
	case EVENT_RMDIR:
	case EVENT_RENAME:
	case EVENT_MKDIR:
	case EVENT_MKNOD:
		return false;
	case EVENT_LINK:
		return index == 0 && flags & AT_SYMLINK_FOLLOW;
	case EVENT_STAT:
		if (record->follow >= 0)
			return record->follow;
		if (record->call == CALL_name_to_handle_at)
			return flags & AT_SYMLINK_FOLLOW;
		return !(flags & AT_SYMLINK_NOFOLLOW);
	case -1: /* an exec */
		return !(flags & AT_SYMLINK_NOFOLLOW);
	}
	/* lchown, lsetxattr and the like begin so, and nothing else does. */
	return !(flags & AT_SYMLINK_NOFOLLOW) && decode_call_name(record->call)[0] != 'l';
}

/* Takes a number off a path. */
static bool
take_number(const char **at, uint32_t *number)
{
	char *end;

	if (!isdigit((unsigned char)**at))
		return false;
	*number = (uint32_t)strtoul(*at, &end, 10);
	*at = end;
	return true;
}

static bool
take_word(const char **at, const char *word)
{
	size_t length = strlen(word);

	if (strncmp(*at, word, length) != 0)
		return false;
	*at += length;
	return true;
}

/* A path through one of the kernel's own links: where that leads, and what of the path comes after it. */
struct passage {
	const char *place; /* NULL: to what has no name */
	const char *rest;
};

/* The process whose directory of /proc a path begins with. */
static const struct process *
take_owner(struct processes *processes, const struct process *process, const char **at)
{
	uint32_t pid, thread;

	if (!take_word(at, "/proc/"))
		return NULL;
	if (take_word(at, "self/") || take_word(at, "thread-self/"))
		return process;
	if (!take_number(at, &pid) || !take_word(at, "/"))
		return NULL;
	if (take_word(at, "task/") && !(take_number(at, &thread) && take_word(at, "/")))
		return NULL;
	return process_find(processes, pid);
}

static bool
find_passage(struct processes *processes, const struct process *process, const char *path,
	     const struct record *record, unsigned index, struct passage *passage)
{
	const struct process *owner = process;
	uint32_t fd;

	passage->rest = path;
	if (path[0] != '/' || (path[1] != 'd' && path[1] != 'p'))
		return false;
	if (take_word(&passage->rest, "/dev/fd/"))
		passage->rest -= 3;
	else if (!(owner = take_owner(processes, process, &passage->rest)))
		return false;
	if (take_word(&passage->rest, "cwd")) {
		passage->place = owner->cwd;
	} else if (take_word(&passage->rest, "root")) {
		passage->place = names_root(owner);
	} else if (take_word(&passage->rest, "fd/") && take_number(&passage->rest, &fd)) {
		passage->place = descriptors_path(&owner->descriptors, (int)fd);
		if (!passage->place && record->error)
			return false; /* perhaps there is none */
	} else {
		return false;
	}
	if (*passage->rest == '\0')
		return follows_last(record, index);
	if (*passage->rest != '/')
		return false;
	passage->rest += strspn(passage->rest, "/");
	return true;
}

const char *
names_path(struct processes *processes, const struct process *process, const struct record *record,
	   unsigned index)
{
	const char *path = record->path[index];
	int dirfd = record->dirfd[index];
	const char *base = process->cwd;
	struct passage passage;

	if (!path) /* futimesat(2) takes NULL for the descriptor itself */
		return record->error ? NULL : descriptors_path(&process->descriptors, dirfd);
	if (path[0] == '\0' && !names_descriptor(record, index))
		return NULL; /* ENOENT by itself: it names nothing */
	if (dirfd != AT_FDCWD && path[0] != '/') {
		base = descriptors_path(&process->descriptors, dirfd);
		if (!base)
			return NULL;
	}
	const char *whole = path;
	if (path[0] != '/' && base && strncmp(base, "/proc/", 6) == 0)
		whole = paths_resolve(processes->paths, "/", base, path);
	if (whole && find_passage(processes, process, whole, record, index, &passage)) {
		if (!passage.place)
			return NULL;
		return paths_resolve(processes->paths, names_root(process), passage.place, passage.rest);
	}
	if (!process->root && path_is_clean(path))
		return path;
	return paths_resolve(processes->paths, names_root(process), base, path);
}

void
names_set_path(struct event *event, enum field field, enum field as_passed, const char *path,
	       const char *passed)
{
	if (path)
		event_set_text(event, field, path);
	if (passed && path != passed && (!path || strcmp(path, passed) != 0))
		event_set_text(event, as_passed, passed);
}

void
names_set(struct processes *processes, const struct process *process, const struct record *record,
	  struct event *event)
{
	if (record->path_count > 0)
		names_set_path(event, FIELD_path, FIELD_arg, names_path(processes, process, record, 0),
			       record->path[0]);
	if (record->path_count > 1)
		names_set_path(event, FIELD_path2, FIELD_arg2, names_path(processes, process, record, 1),
			       record->path[1]);
	if (record->has_fd) {
		const char *path = descriptors_path(&process->descriptors, record->fd);

		event_set_number(event, FIELD_fd, record->fd);
		if (path && !event_has(event, FIELD_path))
			event_set_text(event, FIELD_path, path);
	}
}
