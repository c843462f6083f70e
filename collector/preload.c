/*
 * preload.c - finds the shim and makes the command's LD_PRELOAD. The rule to keep: what other libraries were
 * preloaded stay so, in their order, and ours stands there once.
 */
#include "preload.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "record.h"

/* The first of the places where an installed, moved or built tree has the shim. */
static int
find_shim(char *path, size_t size, preload_problem *problem)
{
	static const char *const places[] = {"../lib/interpose/" SHIM_NAME, SHIM_NAME};
	const char *told = getenv("INTERPOSE_SHIM");
	char own[PATH_MAX];

	if (told && *told) {
		char absolute[PATH_MAX];

		if (!realpath(told, absolute) || access(absolute, R_OK) < 0) {
			problem("the shim that INTERPOSE_SHIM names can't be read: %s: %s", told,
				strerror(errno));
			return -1;
		}
		return snprintf(path, size, "%s", absolute) < (int)size ? 0 : -1;
	}
	ssize_t length = readlink("/proc/self/exe", own, sizeof own - 1);
	if (length < 0) {
		problem("/proc/self/exe: %s", strerror(errno));
		return -1;
	}
	own[length] = '\0';
	*strrchr(own, '/') = '\0';
	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		char tried[PATH_MAX * 2], absolute[PATH_MAX];

		snprintf(tried, sizeof tried, "%s/%s", own, places[i]);
		if (realpath(tried, absolute) && access(absolute, R_OK) == 0)
			return snprintf(path, size, "%s", absolute) < (int)size ? 0 : -1;
	}
	problem("the shim is missing: neither %s/%s nor %s/%s is there; INTERPOSE_SHIM may name it", own,
		places[0], own, places[1]);
	return -1;
}

/* LD_PRELOAD takes no path with a blank or a colon (ld.so(8)): then the run directory has a link to its
 * place. */
static int
link_shim(char *shim, size_t size, const char *directory, preload_problem *problem)
{
	char link[PATH_MAX], place[PATH_MAX];
	const char *name = strrchr(shim, '/') + 1;

	snprintf(link, sizeof link, "%s/" CHANNEL_SHIM, directory);
	snprintf(place, sizeof place, "%.*s", (int)(name - 1 - shim), shim);
	if (strpbrk(link, ": ") || strpbrk(name, ": ") || (symlink(place, link) < 0 && errno != EEXIST)) {
		problem("%s: LD_PRELOAD takes no path with a blank or a colon; INTERPOSE_SHIM or TMPDIR may "
			"name another",
			shim);
		return -1;
	}
	snprintf(place, sizeof place, "%s", name);
	return snprintf(shim, size, "%s/%s", link, place) < (int)size ? 0 : -1;
}

/* The library for another kind of program, beside the machine's own; -1 where it isn't there. */
static int
find_beside(char *shim, enum abi abi)
{
	char path[PATH_MAX + ABI_PLACE_MAX];

	if (!abi_path(path, abi, shim, abi_native()) || strlen(path) >= PATH_MAX || access(path, R_OK) < 0)
		return -1;
	strcpy(shim, path);
	return 0;
}

int
preload_make(char *entry, size_t size, const char *directory, enum abi abi, preload_problem *problem)
{
	const char *others = getenv("LD_PRELOAD");
	char shim[PATH_MAX];

	if (find_shim(shim, sizeof shim, problem) < 0)
		return -1;
	if (strpbrk(shim, ": ") && link_shim(shim, sizeof shim, directory, problem) < 0)
		return -1;
	if (abi != ABI_NONE && find_beside(shim, abi) < 0)
		return -1;
	/* A session within a session finds its shim there already. */
	const char *there = others ? strstr(others, shim) : NULL;
	size_t length = strlen(shim);
	bool listed = there && (there == others || strchr(": ", there[-1])) &&
		      (!there[length] || strchr(": ", there[length]));
	int written = snprintf(entry, size, "LD_PRELOAD=%s%s%s", listed ? "" : shim,
			       !listed && others && *others ? ":" : "", others ? others : "");
	if (written >= (int)size) {
		problem("LD_PRELOAD is too long: at most %zu bytes", size - 16);
		return -1;
	}
	return 0;
}
