/*
 * path_text.h - the bytes of a path as it grows; kept from call to call, so that the usual path allocates
 * nothing.
 */
#ifndef INTERPOSE_PATH_TEXT_H
#define INTERPOSE_PATH_TEXT_H

#include <stddef.h>

/* Zeroed, it is empty. `bytes` ends with NUL only where someone wrote one. */
struct path_text {
	char *bytes; /* from malloc */
	size_t length;
	size_t size;
};

/* Makes room for `more` bytes and a NUL. 0, or -1 with errno when memory is short. */
int path_text_reserve(struct path_text *text, size_t more);

/*
 * Joins `arg`, lexically cleaned, to a base that is no path ("pipe:[7]"), or with NULL to nothing. A ".."
 * that would leave arg stays. The text's bytes; NULL with errno when memory is short.
 */
const char *path_text_join(struct path_text *text, const char *base, const char *arg);

/* Takes "//", "." and ".." out of an absolute path, in place, without asking the file system. */
void path_text_clean(char *path);

#endif
