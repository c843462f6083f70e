/*
 * ignore.h - paths that an answer leaves out: --ignore, and what hardly anyone wants to hear of.
 */
#ifndef INTERPOSE_IGNORE_H
#define INTERPOSE_IGNORE_H

#include <stdbool.h>
#include <stddef.h>

/* All zeros ignores what is in ignore_default. */
struct ignore {
	char **pattern;
	size_t count;
	bool no_default;
};

/* Ends with NULL. */
extern const char *const ignore_default[];

/*
 * A pattern with one of * ? [ is matched against whole paths as fnmatch(3) does without flags, so that * goes
 * over slashes and a leading dot is like any other byte. Any other is a path, which stands for itself and all
 * under it. One that begins with neither / nor * begins at the current directory. Returns 0, or -1 with
 * errno.
 */
int ignore_add(struct ignore *ignore, const char *pattern);
void ignore_free(struct ignore *ignore);
/* `ignore` may be NULL: as all zeros. `path` is absolute and clean. */
bool ignore_matches(const struct ignore *ignore, const char *path);

#endif
