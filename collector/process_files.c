/*
 * process_files.c - calls on files and descriptors: what their arguments mean at that moment, and what they
 * change in the model. The rule to keep: the event says what the call named, the model what the kernel made
 * of it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "process.h"

#define SHARED_MEMORY "/dev/shm/"

/* POSIX names of shared memory and semaphores are files in /dev/shm (shm_overview(7), sem_overview(7)). */
static void
set_shared_memory(struct event *event, const char *name, const char *prefix, char *room, size_t size)
{
	if (!name)
		return;
	if (strncmp(name, SHARED_MEMORY, strlen(SHARED_MEMORY)) == 0)
		snprintf(room, size, "%s", name); /* musl's semaphores (shim/open.c) */
	else
		snprintf(room, size, SHARED_MEMORY "%s%s", prefix, name + strspn(name, "/"));
	names_set_path(event, FIELD_path, FIELD_arg, room, name);
}

static void
file_open(struct processes *processes, struct process *process, const struct record *record,
	  struct event *event)
{
	char shared[512];
	int flags = record->flags;
	bool made = record->existed == 2;
	bool is_directory = (flags & O_DIRECTORY) && (flags & O_TMPFILE) != O_TMPFILE;
	int fd = record->has_new_fd ? record->new_fd : (int)record->result; /* of a stream; a descriptor */

	if (record->call == CALL_shm_open)
		set_shared_memory(event, record->path[0], "", shared, sizeof shared);
	else if (record->call == CALL_sem_open)
		set_shared_memory(event, record->path[0], "sem.", shared, sizeof shared);
	else
		names_set(processes, process, record, event);
	if (!event_has(event, FIELD_path) && !record->path[0] && !event->error) {
		/* Opened without a name: what it is was told by its descriptor. */
		const char *told = descriptors_path(&process->descriptors, fd);

		if (told)
			event_set_text(event, FIELD_path, told);
	}
	event_set_number(event, FIELD_flags, flags);
	if (flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE)
		event_set_number(event, FIELD_mode, record->mode);
	if (flags & O_CREAT && (record->existed || event->error))
		event_set_number(event, FIELD_created, made && !event->error);
	if (!event->error) {
		if (fd >= 0)
			event_set_number(event, FIELD_fd, fd);
		if (is_directory || (flags & O_ACCMODE) != O_RDONLY)
			event_set_number(event, FIELD_directory, is_directory);
	}
	processes_emit(processes, event);
	if (event->error)
		return;
	const char *path = event_has(event, FIELD_path) ? event->text[FIELD_path] : NULL;
	if (made && flags & O_CREAT && path)
		paths_learn_plain(processes->paths, path);
	if ((flags & O_TMPFILE) == O_TMPFILE)
		path = NULL; /* that was its directory's: it has none */
	if (fd >= 0 &&
	    descriptors_open(&process->descriptors, fd, path, flags, flags & O_CLOEXEC, is_directory) < 0)
		processes->short_of_memory = true;
}

static void
close_one(struct processes *processes, struct process *process, struct event *event, int fd)
{
	const struct descriptor *descriptor = descriptors_find(&process->descriptors, fd);

	event_set_number(event, FIELD_fd, fd);
	if (descriptor && descriptor->path) {
		event_set_text(event, FIELD_path, descriptor->path);
		if (descriptor->flags >= 0 && (descriptor->flags & O_ACCMODE) == O_RDONLY)
			event_set_number(event, FIELD_written, 0);
	}
	processes_emit(processes, event);
	/* EBADF means that it wasn't open; after EINTR and EIO Linux has closed it all the same (close(2)).
	 */
	if (event->error != EBADF)
		descriptors_close(&process->descriptors, fd);
}

/* An event for each that is known to be open; for a failure, one. */
static void
close_range_of(struct processes *processes, struct process *process, const struct record *record,
	       struct event *event)
{
	unsigned first = (unsigned)record->fd, last = (unsigned)record->new_fd;
	struct descriptors *descriptors = &process->descriptors;

	if (record->flags)
		event_set_number(event, FIELD_flags, record->flags);
	if (event->error) {
		processes_emit(processes, event);
		return;
	}
	for (size_t i = 0; i < descriptors->count;) {
		int fd = descriptors->item[i].fd;

		if ((unsigned)fd < first || (unsigned)fd > last) {
			i++;
		} else if (record->flags & 4 /* CLOSE_RANGE_CLOEXEC */) {
			descriptors->item[i++].closes = true;
		} else {
			struct event each = *event;

			close_one(processes, process, &each, fd);
		}
	}
}

static void
file_close(struct processes *processes, struct process *process, const struct record *record,
	   struct event *event)
{
	if (record->call == CALL_close_range || record->call == CALL_closefrom)
		close_range_of(processes, process, record, event);
	else
		close_one(processes, process, event, record->fd);
}

static void
file_dup(struct processes *processes, struct process *process, const struct record *record,
	 struct event *event)
{
	struct descriptor *from = descriptors_find(&process->descriptors, record->fd);

	if (record->new_fd == -1 && !event->error) { /* only FD_CLOEXEC changed */
		if (from)
			from->closes = record->flags & O_CLOEXEC;
		return;
	}
	event_set_number(event, FIELD_fd, record->fd);
	if (!event->error)
		event_set_number(event, FIELD_new_fd, record->new_fd);
	if (record->flags)
		event_set_number(event, FIELD_flags, record->flags);
	if (from && from->path)
		event_set_text(event, FIELD_path, from->path);
	processes_emit(processes, event);
	if (event->error || record->new_fd == record->fd)
		return;
	if (!from) {
		descriptors_close(&process->descriptors, record->new_fd);
		return;
	}
	struct descriptor copy = *from;
	char *path = copy.path ? strdup(copy.path) : NULL;
	if (descriptors_open(&process->descriptors, record->new_fd, path, copy.flags,
			     record->flags & O_CLOEXEC, copy.directory) < 0)
		processes->short_of_memory = true;
	free(path);
}

static void
file_rename(struct processes *processes, const struct event *event)
{
	if (event->error || !event_has(event, FIELD_path) || !event_has(event, FIELD_path2))
		return;
	const char *from = event->text[FIELD_path], *to = event->text[FIELD_path2];
	if (event_has(event, FIELD_flags) && event->number[FIELD_flags] & RENAME_EXCHANGE) {
		paths_learn_exchanged(processes->paths, from, to);
		process_exchanged(processes, from, to);
		return;
	}
	paths_learn_renamed(processes->paths, from, to);
	process_renamed(processes, from, to);
}

/* What a call that succeeded teaches of links and names. */
static void
learn(struct processes *processes, const struct event *event)
{
	const char *path = event_has(event, FIELD_path) ? event->text[FIELD_path] : NULL;

	if (event->error || !path)
		return;
	switch (event->kind) {
	case EVENT_MKDIR:
	case EVENT_MKNOD:
		paths_learn_plain(processes->paths, path);
		break;
	case EVENT_SYMLINK:
		if (event_has(event, FIELD_target))
			paths_learn_symlink(processes->paths, path, event->text[FIELD_target]);
		break;
	case EVENT_UNLINK:
	case EVENT_RMDIR:
		paths_learn_removed(processes->paths, path);
		break;
	case EVENT_RENAME:
		file_rename(processes, event);
		break;
	default:
		break;
	}
}

static void
file_chdir(struct processes *processes, struct process *process, const struct event *event)
{
	if (event->error || !event_has(event, FIELD_path))
		return;
	const char *real = paths_follow(processes->paths, names_root(process), event->text[FIELD_path], "");
	if (!real)
		processes->short_of_memory = true;
	else if (event->kind == EVENT_CHROOT)
		process_set_text(processes, &process->root, real);
	else
		process_set_text(processes, &process->cwd, real);
}

/* What each kind tells beside its names. */
static void
set_particulars(const struct record *record, struct event *event)
{
	const char *text = record->text_count > 0 ? record->text[0] : NULL;

	if (record->has_mode)
		event_set_number(event, FIELD_mode, record->mode);
	if (record->has_owner) {
		event_set_number(event, FIELD_uid, record->uid);
		event_set_number(event, FIELD_gid, record->gid);
	}
	if (record->has_length)
		event_set_number(event, FIELD_length, record->length);
	switch (event->kind) {
	case EVENT_STAT:
		if (record->follow >= 0)
			event_set_number(event, FIELD_follow, record->follow);
		else if (record->call ==
			 CALL_name_to_handle_at) /* the only one that doesn't unless it is told to */
			event_set_number(event, FIELD_follow, (record->flags & AT_SYMLINK_FOLLOW) != 0);
		else if (record->path_count > 0)
			event_set_number(event, FIELD_follow, !(record->flags & AT_SYMLINK_NOFOLLOW));
		break;
	case EVENT_READLINK:
	case EVENT_SYMLINK:
		if (text)
			event_set_text(event, FIELD_target, text);
		break;
	case EVENT_XATTR:
		if (text)
			event_set_text(event, FIELD_name, text);
		break;
	default:
		break;
	}
	if (record->has_flags && record->flags && event->kind != EVENT_STAT)
		event_set_number(event, FIELD_flags, record->flags);
}

static void
file_copy(const struct process *process, const struct record *record, struct event *event)
{
	const char *to = descriptors_path(&process->descriptors, record->new_fd);

	event_set_number(event, FIELD_new_fd, record->new_fd);
	if (to)
		event_set_text(event, FIELD_path2, to);
}

static void
file_mmap(const struct record *record, struct event *event)
{
	event_set_number(event, FIELD_protection, record->number[0]);
	event_set_number(event, FIELD_shared, (record->flags & MAP_TYPE) != MAP_PRIVATE);
	event->present &= ~(UINT64_C(1) << FIELD_flags);
}

/* A bare name is searched for in many places (dlopen(3)); it is no path. */
static void
file_load(struct processes *processes, const struct process *process, const struct record *record,
	  struct event *event)
{
	const char *name = record->text[0];

	if (!name)
		return;
	if (strchr(name, '/'))
		names_set_path(event, FIELD_path, FIELD_arg,
			       paths_resolve(processes->paths, names_root(process), process->cwd, name),
			       name);
	else
		event_set_text(event, FIELD_arg, name);
}

static void
file_untraced(const struct process *process, const struct record *record, struct event *event)
{
	event->present &= ~(UINT64_C(1) << FIELD_ret);
	event_set_number(event, FIELD_reason, record->number[0]);
	/* Where no path is told it is what the process itself runs. */
	if (!record->path[0] && process->exe)
		event_set_text(event, FIELD_path, process->exe);
}

void
files_call(struct processes *processes, struct process *process, const struct record *record,
	   struct event *event)
{
	char shared[512];

	switch (event->kind) {
	case EVENT_OPEN:
		file_open(processes, process, record, event);
		return;
	case EVENT_CLOSE:
		file_close(processes, process, record, event);
		return;
	case EVENT_DUP:
		file_dup(processes, process, record, event);
		return;
	default:
		break;
	}
	names_set(processes, process, record, event);
	set_particulars(record, event);
	switch (record->call) {
	case CALL_shm_unlink:
		set_shared_memory(event, record->text[0], "", shared, sizeof shared);
		break;
	case CALL_sem_unlink:
		set_shared_memory(event, record->text[0], "sem.", shared, sizeof shared);
		break;
	default:
		break;
	}
	if (event->kind == EVENT_UNLINK && record->flags & AT_REMOVEDIR)
		event->kind = EVENT_RMDIR;
	if (event->kind == EVENT_COPY)
		file_copy(process, record, event);
	else if (event->kind == EVENT_MMAP)
		file_mmap(record, event);
	else if (event->kind == EVENT_LOAD)
		file_load(processes, process, record, event);
	else if (event->kind == EVENT_UNTRACED)
		file_untraced(process, record, event);
	processes_emit(processes, event);
	learn(processes, event);
	if (event->kind == EVENT_CHDIR || event->kind == EVENT_CHROOT)
		file_chdir(processes, process, event);
}
