/*
 * lint_names.c - files of a lint in the order of their paths, in which a person looks for them; that of the
 * trace differs from run to run.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lint.h"

const char *
lint_path(struct lint *lint, uint32_t file)
{
	return spots_path(&lint->answers->spots, lint->file[file].spot);
}

void
lint_free_named(struct lint_named *named, size_t count)
{
	for (size_t at = 0; at < count; at++)
		free(named[at].path);
	free(named);
}

static int
compare_named(const void *left, const void *right)
{
	return strcmp(((const struct lint_named *)left)->path, ((const struct lint_named *)right)->path);
}

struct lint_named *
lint_name_files(struct lint *lint, const bool *wanted, size_t *count)
{
	size_t room = 0;
	struct lint_named *named;
	bool failed = false;

	for (size_t at = 0; at < lint->file_count; at++)
		room += wanted[at];
	named = calloc(room + 1, sizeof *named);
	*count = 0;
	for (size_t at = 0; named != NULL && at < lint->file_count; at++) {
		if (!wanted[at])
			continue;
		named[*count] = (struct lint_named){(uint32_t)at, strdup(lint_path(lint, (uint32_t)at))};
		failed = failed || named[(*count)++].path == NULL;
	}
	if (failed) {
		lint_free_named(named, *count);
		errno = ENOMEM;
		return NULL;
	}
	if (named != NULL)
		qsort(named, *count, sizeof *named, compare_named);
	return named;
}
