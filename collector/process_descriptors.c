/*
 * process_descriptors.c - what a process's descriptors are open on. The rule to keep: an entry that may be
 * wrong is worse than none, so whatever reuses a number replaces what stood there.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "process.h"

/* The place of `fd`, or where it would stand. */
static size_t
place_of(const struct descriptors *descriptors, int fd)
{
	size_t low = 0, high = descriptors->count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (descriptors->item[middle].fd < fd)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct descriptor *
descriptors_find(const struct descriptors *descriptors, int fd)
{
	size_t place = place_of(descriptors, fd);

	if (place < descriptors->count && descriptors->item[place].fd == fd)
		return &descriptors->item[place];
	return NULL;
}

const char *
descriptors_path(const struct descriptors *descriptors, int fd)
{
	const struct descriptor *descriptor = descriptors_find(descriptors, fd);

	return descriptor ? descriptor->path : NULL;
}

int
descriptors_open(struct descriptors *descriptors, int fd, const char *path, int flags, bool closes,
		 bool directory)
{
	size_t place = place_of(descriptors, fd);
	struct descriptor new = {.fd = fd,
				 .path = path ? strdup(path) : NULL,
				 .flags = flags,
				 .closes = closes,
				 .directory = directory};

	if (path && !new.path)
		return -1;
	if (place < descriptors->count && descriptors->item[place].fd == fd) {
		free(descriptors->item[place].path);
		descriptors->item[place] = new;
		return 0;
	}
	if (descriptors->count == descriptors->room) {
		size_t room = descriptors->room ? descriptors->room * 2 : 8;
		struct descriptor *item = reallocarray(descriptors->item, room, sizeof *item);

		if (!item) {
			free(new.path);
			return -1;
		}
		descriptors->item = item;
		descriptors->room = room;
	}
	memmove(descriptors->item + place + 1, descriptors->item + place,
		(descriptors->count - place) * sizeof *descriptors->item);
	descriptors->item[place] = new;
	descriptors->count++;
	return 0;
}

int
descriptors_told(struct descriptors *descriptors, int fd, const char *link, int flags)
{
	static const char deleted[] = " (deleted)";
	size_t length = link ? strlen(link) : 0;
	char *path = NULL;

	/* The kernel adds this to a name that is gone: a file's that was unlinked, and all of a memfd's. */
	bool gone = length > sizeof deleted - 1 && strcmp(link + length - (sizeof deleted - 1), deleted) == 0;
	bool is_memory = gone && (strncmp(link, "/memfd:", 7) == 0 || strncmp(link, "/SYSV", 5) == 0);
	if (length > 0 && link[0] == '/' && !is_memory) {
		path = strndup(link, gone ? length - (sizeof deleted - 1) : length);
		if (!path)
			return -1;
	}
	int result = descriptors_open(descriptors, fd, path, flags, false, false);
	free(path);
	return result;
}

void
descriptors_close(struct descriptors *descriptors, int fd)
{
	size_t place = place_of(descriptors, fd);

	if (place == descriptors->count || descriptors->item[place].fd != fd)
		return;
	free(descriptors->item[place].path);
	descriptors->count--;
	memmove(descriptors->item + place, descriptors->item + place + 1,
		(descriptors->count - place) * sizeof *descriptors->item);
}

void
descriptors_close_on_exec(struct descriptors *descriptors)
{
	size_t kept = 0;

	for (size_t i = 0; i < descriptors->count; i++) {
		if (descriptors->item[i].closes)
			free(descriptors->item[i].path);
		else
			descriptors->item[kept++] = descriptors->item[i];
	}
	descriptors->count = kept;
}

int
descriptors_copy(struct descriptors *to, const struct descriptors *from)
{
	memset(to, 0, sizeof *to);
	for (size_t i = 0; i < from->count; i++) {
		const struct descriptor *item = &from->item[i];

		if (descriptors_open(to, item->fd, item->path, item->flags, item->closes, item->directory) <
		    0)
			return -1;
	}
	return 0;
}

void
descriptors_free(struct descriptors *descriptors)
{
	for (size_t i = 0; i < descriptors->count; i++)
		free(descriptors->item[i].path);
	free(descriptors->item);
	memset(descriptors, 0, sizeof *descriptors);
}
