/*
 * load_tell.c - the records of what dlopen brought in, or didn't find.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>

#include "load.h"
#include "shim.h"

/* One object; a path that the program gave relative to the working directory is completed here. */
void
load_tell_object(enum call call, const char *name)
{
	struct record record = {0};

	if (!name[0] || !record_begin(&record, call, 0))
		return;
	char *path = (char *)staging_scratch(record.slot);
	size_t length = strlen(name);
	if (name[0] != '/' && length < 4096) {
		long cwd = raw(SYS_getcwd, path, 4096);

		if (cwd > 0 && path[0] == '/') {
			path[cwd - 1] = '/';
			memcpy(path + cwd, name, length);
			length += (size_t)cwd;
			name = path;
		}
	}
	do {
		record_number(&record, 1); /* NOTE_LOADED: how many; dlopen: loaded */
		record_string(&record, name, length);
	} while (record_again(&record));
}

void
load_tell_none(enum call call, const char *name)
{
	struct record record = {0};

	if (!record_begin(&record, call, ENOENT))
		return;
	do {
		record_number(&record, 0);
		record_string(&record, name, strlen(name));
	} while (record_again(&record));
}
