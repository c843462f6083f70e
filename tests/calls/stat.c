/*
 * stat.c - the calls whose event is `stat`, but for those that make up a name (temporary.c).
 */
#include <sys/ipc.h>

#include "predict.h"

static struct stat status;
static struct stat64 status64;
static struct statx statusx;
static struct {
	struct file_handle head;
	char room[MAX_HANDLE_SZ];
} handle;
static int mount_id;

static void
by_path(int (*call)(const char *path), bool follow)
{
	static const char *const good[] = {"f", "l", "d", "/"};

	for (size_t i = 0; i < COUNT(good); i++)
		expect("stat", call(good[i]), "%s,'follow':%s", at(good[i]), boolean(follow));
	expect("stat", call("dl/../d/./f"), "'path':'$DIR/d/f','arg':'dl/../d/./f','follow':%s",
	       boolean(follow));
	expect("stat", call("dangling"), "%s,'follow':%s", at("dangling"), boolean(follow));
	expect("stat", call("loop"), "%s,'follow':%s", at("loop"), boolean(follow));
	FOR_BAD_PATHS(path)
	expect("stat", call(path), "%s,'follow':%s", at(path), boolean(follow));
}

static void
by_fd(int (*call)(int fd))
{
	expect("stat", call(file_fd), "'fd':%d,'path':'$DIR/f'", file_fd);
	expect("stat", call(directory_fd), "'fd':%d,'path':'$DIR/d'", directory_fd);
	expect("stat", call(BAD_FD), "'fd':%d", BAD_FD);
	expect("stat", call(-1), "'fd':-1");
}

static void
by_dirfd(int (*call)(int dirfd, const char *path, int flags))
{
	FOR_DIRFDS(from)
	expect("stat", call(from->fd, "f", 0), "%s,'follow':true", at_in(from->base, "f"));
	expect("stat", call(BAD_FD, "/", 0), "'path':'/','follow':true");
	expect("stat", call(AT_FDCWD, "l", AT_SYMLINK_NOFOLLOW), "%s,'follow':false", at("l"));
	expect("stat", call(directory_fd, "../l", 0), "'path':'$DIR/l','arg':'../l','follow':true");
	expect("stat", call(file_fd, "", AT_EMPTY_PATH), "'path':'$DIR/f','arg':'','follow':true");
	expect("stat", call(AT_FDCWD, "f", 0x40000000), "%s,'follow':true", at("f"));
	FOR_BAD_PATHS(path)
	expect("stat", call(AT_FDCWD, path, 0), "%s,'follow':true", at(path));
}

#define PATH(name, follow, ...)                  \
	static int call_##name(const char *path) \
	{                                        \
		return (int)__VA_ARGS__;         \
	}                                        \
	static void perform_##name(void)         \
	{                                        \
		by_path(call_##name, follow);    \
	}
#define FD(name, ...)                    \
	static int call_##name(int fd)   \
	{                                \
		return (int)__VA_ARGS__; \
	}                                \
	static void perform_##name(void) \
	{                                \
		by_fd(call_##name);      \
	}
#define DIRFD(name, ...)                                               \
	static int call_##name(int dirfd, const char *path, int flags) \
	{                                                              \
		return __VA_ARGS__;                                    \
	}                                                              \
	static void perform_##name(void)                               \
	{                                                              \
		by_dirfd(call_##name);                                 \
	}

int __xstat(int version, const char *path, struct stat *status);
int __xstat64(int version, const char *path, struct stat64 *status);
int __lxstat(int version, const char *path, struct stat *status);
int __lxstat64(int version, const char *path, struct stat64 *status);
int __fxstat(int version, int fd, struct stat *status);
int __fxstat64(int version, int fd, struct stat64 *status);
int __fxstatat(int version, int dirfd, const char *path, struct stat *status, int flags);
int __fxstatat64(int version, int dirfd, const char *path, struct stat64 *status, int flags);
int isfdtype(int fd, int type);

#define VERSION 1 /* _STAT_VER on 64-bit machines; aarch64 has 0, and takes both */

PATH(stat, true, stat(path, &status))
PATH(stat64, true, stat64(path, &status64))
PATH(lstat, false, lstat(path, &status))
PATH(lstat64, false, lstat64(path, &status64))
PATH(__xstat, true, __xstat(VERSION, path, &status))
PATH(__xstat64, true, __xstat64(VERSION, path, &status64))
PATH(__lxstat, false, __lxstat(VERSION, path, &status))
PATH(__lxstat64, false, __lxstat64(VERSION, path, &status64))
FD(fstat, fstat(fd, &status))
FD(fstat64, fstat64(fd, &status64))
FD(__fxstat, __fxstat(VERSION, fd, &status))
FD(__fxstat64, __fxstat64(VERSION, fd, &status64))
FD(isfdtype, isfdtype(fd, S_IFREG))
FD(fpathconf, fpathconf(fd, _PC_NAME_MAX))
DIRFD(fstatat, fstatat(dirfd, path, &status, flags))
DIRFD(fstatat64, fstatat64(dirfd, path, &status64, flags))
DIRFD(__fxstatat, __fxstatat(VERSION, dirfd, path, &status, flags))
DIRFD(__fxstatat64, __fxstatat64(VERSION, dirfd, path, &status64, flags))
DIRFD(statx, statx(dirfd, path, flags, STATX_BASIC_STATS, &statusx))

/* It reads its path before the kernel does: a bad pointer is its crash. */
static void
perform_pathconf(void)
{
	static const char *const paths[] = {"f", "dl/f", "/", "missing", "f/x", ""};

	for (size_t i = 0; i < COUNT(paths); i++)
		expect("stat", pathconf(paths[i], _PC_NAME_MAX), "%s,'follow':true", at(paths[i]));
	expect("stat", pathconf("f", -1), "%s,'follow':true", at("f"));
}

/* The key is made of the inode's number, so it is asked for a file that both runs have. */
static void
perform_ftok(void)
{
	expect("stat", ftok("/", 7), "'path':'/','follow':true");
	FOR_BAD_PATHS(path)
	expect("stat", ftok(path, 7), "%s,'follow':true", at(path));
}

/* It doesn't follow a link unless it is told to (name_to_handle_at(2)). */
static void
perform_name_to_handle_at(void)
{
	static const struct {
		const char *path;
		int flags;
		bool follow;
	} tries[] = {{"f", 0, false}, {"l", AT_SYMLINK_FOLLOW, true}, {"missing", 0, false}};

	for (size_t i = 0; i < COUNT(tries); i++) {
		handle.head.handle_bytes = MAX_HANDLE_SZ;
		expect("stat",
		       name_to_handle_at(AT_FDCWD, tries[i].path, &handle.head, &mount_id, tries[i].flags),
		       "%s,'follow':%s", at(tries[i].path), boolean(tries[i].follow));
	}
	FOR_DIRFDS(from)
	{
		handle.head.handle_bytes = MAX_HANDLE_SZ;
		expect("stat", name_to_handle_at(from->fd, "f", &handle.head, &mount_id, 0),
		       "%s,'follow':false", at_in(from->base, "f"));
	}
}

#define CASE(name)                    \
	{                             \
#name, perform_##name \
	}
static const struct call calls[] = {
    CASE(stat),       CASE(stat64),
    CASE(lstat),      CASE(lstat64),
    CASE(__xstat),    CASE(__xstat64),
    CASE(__lxstat),   CASE(__lxstat64),
    CASE(fstat),      CASE(fstat64),
    CASE(__fxstat),   CASE(__fxstat64),
    CASE(isfdtype),   CASE(fpathconf),
    CASE(fstatat),    CASE(fstatat64),
    CASE(__fxstatat), CASE(__fxstatat64),
    CASE(statx),      CASE(pathconf),
    CASE(ftok),       CASE(name_to_handle_at),
};

int
main(int argc, char **argv)
{
	(void)argc;
	return predict(argv, calls, COUNT(calls));
}
