/*
 * ignore.c - see ignore.h. The default list is short: devices and what the kernel makes up, and what the
 * dynamic linker looks at for every program. A change must keep out of it whatever a build might depend on.
 */
#include "ignore.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *const ignore_default[] = {
    "/dev", "/proc", "/sys", "/etc/ld.so.cache", "/etc/ld.so.preload", "*/libinterpose-shim.so", NULL,
};

static bool
is_glob(const char *pattern)
{
	return strpbrk(pattern, "*?[") != NULL;
}

/* Takes over `pattern`, which may be NULL for a lack of memory. */
static int
append(struct ignore *ignore, char *pattern)
{
	char **grown =
	    pattern != NULL ? reallocarray(ignore->pattern, ignore->count + 1, sizeof *grown) : NULL;

	if (grown == NULL) {
		free(pattern);
		return -1;
	}
	ignore->pattern = grown;
	grown[ignore->count++] = pattern;
	return 0;
}

static char *
make_absolute(const char *pattern)
{
	char *cwd, *absolute = NULL;

	if (*pattern == '/' || *pattern == '*')
		return strdup(pattern);
	cwd = getcwd(NULL, 0);
	if (cwd == NULL)
		return NULL;
	if (strncmp(pattern, "./", 2) == 0)
		pattern += 2;
	if (strcmp(pattern, ".") == 0 || *pattern == '\0')
		return cwd;
	if (asprintf(&absolute, "%s/%s", strcmp(cwd, "/") == 0 ? "" : cwd, pattern) == -1)
		absolute = NULL;
	free(cwd);
	return absolute;
}

int
ignore_add(struct ignore *ignore, const char *pattern)
{
	char *absolute = make_absolute(pattern), *real;
	size_t length = absolute != NULL ? strlen(absolute) : 0;

	while (length > 1 && absolute[length - 1] == '/')
		absolute[--length] = '\0';
	if (append(ignore, absolute) == -1)
		return -1;
	if (is_glob(absolute))
		return 0;
	/* Answers name paths without links; what is meant may be named with some. */
	real = realpath(absolute, NULL);
	if (real == NULL || strcmp(real, absolute) == 0) {
		free(real);
		return 0;
	}
	return append(ignore, real);
}

void
ignore_free(struct ignore *ignore)
{
	for (size_t at = 0; at < ignore->count; at++)
		free(ignore->pattern[at]);
	free(ignore->pattern);
	*ignore = (struct ignore){0};
}

static bool
matches(const char *pattern, const char *path)
{
	size_t length = strlen(pattern);

	if (is_glob(pattern))
		return fnmatch(pattern, path, 0) == 0;
	return strncmp(pattern, path, length) == 0 &&
	       (path[length] == '\0' || path[length] == '/' || length == 1);
}

bool
ignore_matches(const struct ignore *ignore, const char *path)
{
	for (size_t at = 0; ignore != NULL && at < ignore->count; at++) {
		if (matches(ignore->pattern[at], path))
			return true;
	}
	if (ignore != NULL && ignore->no_default)
		return false;
	for (const char *const *pattern = ignore_default; *pattern != NULL; pattern++) {
		if (matches(*pattern, path))
			return true;
	}
	return false;
}
