/*
 * statfs.c - the calls whose event is `statfs`.
 */
#include <sys/statfs.h>
#include <sys/statvfs.h>

#include "predict.h"

static struct statfs statfs_room;
static struct statfs64 statfs64_room;
static struct statvfs statvfs_room;
static struct statvfs64 statvfs64_room;

static void
by_path(int (*call)(const char *path))
{
	expect("statfs", call("f"), "%s", at("f"));
	expect("statfs", call("/proc"), "'path':'/proc'");
	expect("statfs", call("dl/../l"), "'path':'$DIR/l','arg':'dl/../l'");
	FOR_BAD_PATHS(path)
	expect("statfs", call(path), "%s", at(path));
}

static void
by_fd(int (*call)(int fd))
{
	expect("statfs", call(file_fd), "'fd':%d,'path':'$DIR/f'", file_fd);
	expect("statfs", call(directory_fd), "'fd':%d,'path':'$DIR/d'", directory_fd);
	expect("statfs", call(BAD_FD), "'fd':%d", BAD_FD);
}

int __statfs(const char *path, struct statfs *status);

#define PATH(name, room)                         \
	static int call_##name(const char *path) \
	{                                        \
		return name(path, room);         \
	}                                        \
	static void perform_##name(void)         \
	{                                        \
		by_path(call_##name);            \
	}
#define FD(name, room)                   \
	static int call_##name(int fd)   \
	{                                \
		return name(fd, room);   \
	}                                \
	static void perform_##name(void) \
	{                                \
		by_fd(call_##name);      \
	}

PATH(statfs, &statfs_room)
PATH(statfs64, &statfs64_room)
PATH(__statfs, &statfs_room)
PATH(statvfs, &statvfs_room)
PATH(statvfs64, &statvfs64_room)
FD(fstatfs, &statfs_room)
FD(fstatfs64, &statfs64_room)
FD(fstatvfs, &statvfs_room)
FD(fstatvfs64, &statvfs64_room)

#define CASE(name)                    \
	{                             \
#name, perform_##name \
	}
static const struct call calls[] = {
    CASE(statfs),  CASE(statfs64),  CASE(__statfs), CASE(statvfs),    CASE(statvfs64),
    CASE(fstatfs), CASE(fstatfs64), CASE(fstatvfs), CASE(fstatvfs64),
};

int
main(int argc, char **argv)
{
	(void)argc;
	return predict(argv, calls, COUNT(calls));
}
