/*
 * path_tree.h - what the tests of paths share: a temporary directory, and the kernel's own answer.
 *
 * "@" in a pattern stands for the directory of the test, "%" for the temporary one that it stands in.
 */
#ifndef PATH_TREE_H
#define PATH_TREE_H

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <linux/openat2.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

static char path_tree[4096];
static char path_tree_parent[4096];

/* The pattern with "@" and "%" replaced; to be freed; NULL for NULL. */
static inline char *
path_tree_expand(const char *pattern)
{
	char *text = NULL;
	size_t size = 0;

	if (!pattern)
		return NULL;
	FILE *stream = open_memstream(&text, &size);
	assert_non_null(stream);
	for (; *pattern; pattern++) {
		if (*pattern == '@')
			fputs(path_tree, stream);
		else if (*pattern == '%')
			fputs(path_tree_parent, stream);
		else
			fputc(*pattern, stream);
	}
	assert_int_equal(fclose(stream), 0);
	return text;
}

static inline int
path_tree_remove_one(const char *path, const struct stat *status, int kind, struct FTW *at)
{
	(void)status, (void)kind, (void)at;
	return remove(path);
}

static inline int
path_tree_begin(void **state)
{
	char made[] = "/tmp/interpose-path-XXXXXX";

	(void)state;
	if (!mkdtemp(made) || !realpath(made, path_tree_parent))
		return -1;
	snprintf(path_tree, sizeof path_tree, "%.4000s/top", path_tree_parent);
	return mkdir(path_tree, 0777) == 0 && chdir(path_tree) == 0 ? 0 : -1;
}

static inline int
path_tree_end(void **state)
{
	(void)state;
	if (chdir("/") < 0)
		return -1;
	return nftw(path_tree_parent, path_tree_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* The kernel's lookup of `path` by a process with root `root`, standing in `base`; -1 with errno when it
 * fails. */
static inline int
path_tree_lookup(const char *root, const char *base, const char *path, bool follow)
{
	uint64_t flags = O_PATH | O_CLOEXEC | (follow ? 0 : O_NOFOLLOW);
	char *from_root = NULL;

	if (strcmp(root, "/") == 0) {
		int directory = open(base, O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (directory < 0)
			return -1;
		int fd = openat(directory, path, (int)flags);
		close(directory);
		return fd;
	}
	if (*path != '/') {
		assert_true(strncmp(base, root, strlen(root)) == 0);
		assert_true(asprintf(&from_root, "%s/%s", base + strlen(root), path) > 0);
		path = from_root;
	}
	struct open_how how = {.flags = flags, .resolve = RESOLVE_IN_ROOT};
	int directory = open(root, O_PATH | O_CLOEXEC);
	int fd = (int)syscall(SYS_openat2, directory, path, &how, sizeof how);
	close(directory);
	free(from_root);
	return fd;
}

/* What the kernel calls the open `fd`; closes it. */
static inline char *
path_tree_name(int fd)
{
	char link[64], text[4096];

	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	ssize_t length = readlink(link, text, sizeof text - 1);
	assert_true(length > 0);
	close(fd);
	return strndup(text, (size_t)length);
}

/* Whether the kernel goes through a link that `path` ends with although it is told not to. */
static inline bool
path_tree_ends_in_directory(const char *path)
{
	const char *last = strrchr(path, '/');

	last = last ? last + 1 : path;
	return strcmp(last, "") == 0 || strcmp(last, ".") == 0 || strcmp(last, "..") == 0;
}

/* Whether `resolved` names the file that the kernel finds: 1 or 0; -1 when the kernel finds nothing. */
static inline int
path_tree_agrees(const char *root, const char *base, const char *path, const char *resolved)
{
	bool follow = path_tree_ends_in_directory(path);
	struct stat want, got;
	int fd = path_tree_lookup(root, base, path, follow);

	if (fd < 0)
		return -1;
	assert_int_equal(fstat(fd, &want), 0);
	close(fd);
	if (strcmp(root, "/") != 0) {
		if (strncmp(resolved, root, strlen(root)) != 0)
			return 0;
		resolved += strlen(root);
		if (*resolved == '\0')
			resolved = "/";
	}
	fd = path_tree_lookup(root, root, resolved, follow);
	if (fd < 0)
		return 0;
	assert_int_equal(fstat(fd, &got), 0);
	close(fd);
	return want.st_dev == got.st_dev && want.st_ino == got.st_ino;
}

#endif
