/*
 * metadata.c - what is known of a file, and its length: chmod, chown, utime, truncate.
 */
#include <sys/time.h>
#include <utime.h>

#include "predict.h"

static struct utimbuf seconds = {1000000000, 1000000001};
static struct timeval microseconds[2] = {{1000000000, 1}, {1000000001, 2}};
static struct timespec nanoseconds[2] = {{1000000000, 1}, {1000000001, 2}};
static const char *kind;
static const char *members; /* that all events of the call have */

static void
by_path(int (*call)(const char *path))
{
	expect(kind, call("f"), "%s,%s", at("f"), members);
	expect(kind, call("dl/../l"), "'path':'$DIR/l','arg':'dl/../l',%s", members);
	FOR_BAD_PATHS(path)
	expect(kind, call(path), "%s,%s", at(path), members);
}

static void
by_fd(int (*call)(int fd))
{
	expect(kind, call(file_fd), "'fd':%d,'path':'$DIR/f',%s", file_fd, members);
	expect(kind, call(directory_fd), "'fd':%d,'path':'$DIR/d',%s", directory_fd, members);
	expect(kind, call(BAD_FD), "'fd':%d,%s", BAD_FD, members);
}

static void
by_dirfd(int (*call)(int dirfd, const char *path, int flags))
{
	FOR_DIRFDS(from)
	expect(kind, call(from->fd, "f", 0), "%s,%s", at_in(from->base, "f"), members);
	expect(kind, call(directory_fd, "../d/f", 0), "'path':'$DIR/d/f','arg':'../d/f',%s", members);
	FOR_BAD_PATHS(path)
	{
		if (path || !strstr(call_name, "futimesat")) /* it takes NULL */
			expect(kind, call(AT_FDCWD, path, 0), "%s,%s", at(path), members);
	}
}

static void
by_dirfd_with_flags(int (*call)(int dirfd, const char *path, int flags))
{
	by_dirfd(call);
	expect(kind, call(AT_FDCWD, "l", AT_SYMLINK_NOFOLLOW), "%s,%s,'flags':['AT_SYMLINK_NOFOLLOW']",
	       at("l"), members);
	expect(kind, call(AT_FDCWD, "f", AT_SYMLINK_NOFOLLOW), "%s,%s,'flags':['AT_SYMLINK_NOFOLLOW']",
	       at("f"), members);
	expect(kind, call(AT_FDCWD, "f", 1), "%s,%s,'flags':['0x1']", at("f"), members);
}

#define PATH(event, more, name, ...)             \
	static int call_##name(const char *path) \
	{                                        \
		return __VA_ARGS__;              \
	}                                        \
	static void perform_##name(void)         \
	{                                        \
		kind = event;                    \
		members = more;                  \
		by_path(call_##name);            \
	}
#define FD(event, more, name, ...)       \
	static int call_##name(int fd)   \
	{                                \
		return __VA_ARGS__;      \
	}                                \
	static void perform_##name(void) \
	{                                \
		kind = event;            \
		members = more;          \
		by_fd(call_##name);      \
	}
#define DIRFD(event, more, by, name, ...)                              \
	static int call_##name(int dirfd, const char *path, int flags) \
	{                                                              \
		(void)flags;                                           \
		return __VA_ARGS__;                                    \
	}                                                              \
	static void perform_##name(void)                               \
	{                                                              \
		kind = event;                                          \
		members = more;                                        \
		by(call_##name);                                       \
	}

PATH("chmod", "'mode':'0640'", chmod, chmod(path, 0640))
PATH("chmod", "'mode':'04755'", lchmod, lchmod(path, 04755))
FD("chmod", "'mode':'0600'", fchmod, fchmod(fd, 0600))
DIRFD("chmod", "'mode':'0000'", by_dirfd_with_flags, fchmodat, fchmodat(dirfd, path, 0, flags))
PATH("chown", "'uid':-1,'gid':-1", chown, chown(path, (uid_t)-1, (gid_t)-1))
PATH("chown", "'uid':-1,'gid':-1", lchown, lchown(path, (uid_t)-1, (gid_t)-1))
FD("chown", "'uid':-1,'gid':-1", fchown, fchown(fd, (uid_t)-1, (gid_t)-1))
/* A user that isn't root may not, and the event says so. */
DIRFD("chown", "'uid':12345,'gid':54321", by_dirfd_with_flags, fchownat,
      fchownat(dirfd, path, 12345, 54321, flags))
PATH("utime", "", utime, utime(path, &seconds))
PATH("utime", "", utimes, utimes(path, microseconds))
PATH("utime", "", lutimes, lutimes(path, microseconds))
FD("utime", "", futimes, futimes(fd, microseconds))
FD("utime", "", futimens, futimens(fd, nanoseconds))
DIRFD("utime", "", by_dirfd_with_flags, utimensat, utimensat(dirfd, path, nanoseconds, flags))
DIRFD("utime", "", by_dirfd, futimesat_by_path, futimesat(dirfd, path, microseconds))
PATH("truncate", "'length':3", truncate, truncate(path, 3))
PATH("truncate", "'length':5000000000", truncate64, truncate64(path, 5000000000))
FD("truncate", "'length':3", ftruncate, ftruncate(fd, 3))
FD("truncate", "'length':5000000000", ftruncate64, ftruncate64(fd, 5000000000))

static void
perform_futimesat(void)
{
	perform_futimesat_by_path();
	expect(kind, futimesat(file_fd, NULL, microseconds), "'path':'$DIR/f'");
	expect(kind, futimesat(BAD_FD, NULL, microseconds), "%s", "");
}

static void
allocate(int (*call)(int fd, int mode, off64_t offset, off64_t length))
{
	expect("truncate", call(file_fd, 0, 10, 20), "'fd':%d,'path':'$DIR/f','length':30", file_fd);
	expect("truncate", call(file_fd, 1, 4096, 4096),
	       "'fd':%d,'path':'$DIR/f','length':8192,'flags':['FALLOC_FL_KEEP_SIZE']", file_fd);
	expect("truncate", call(file_fd, 3, 0, 5),
	       "'fd':%d,'path':'$DIR/f','length':5,'flags':['FALLOC_FL_KEEP_SIZE','FALLOC_FL_PUNCH_HOLE']",
	       file_fd);
	expect("truncate", call(directory_fd, 0, 10, 20), "'fd':%d,'path':'$DIR/d','length':30",
	       directory_fd);
	expect("truncate", call(BAD_FD, 0, 10, 20), "'fd':%d,'length':30", BAD_FD);
}

static int
allocate_narrow(int fd, int mode, off64_t offset, off64_t length)
{
	return fallocate(fd, mode, (off_t)offset, (off_t)length);
}

static void
perform_fallocate(void)
{
	allocate(allocate_narrow);
}

static void
perform_fallocate64(void)
{
	allocate(fallocate64);
}

/* They return the error, and leave errno alone. */
static void
allocate_posix(int (*call)(int fd, off64_t offset, off64_t length))
{
	int result;

	errno = 0;
	result = call(file_fd, 10, 20);
	expect_of("truncate", call_name, result, result, "'fd':%d,'path':'$DIR/f','length':30", file_fd);
	result = call(directory_fd, 10, 20);
	expect_of("truncate", call_name, result, result, "'fd':%d,'path':'$DIR/d','length':30", directory_fd);
	result = call(BAD_FD, 10, 20);
	expect_of("truncate", call_name, result, result, "'fd':%d,'length':30", BAD_FD);
	say("errno", 0, errno);
}

static int
allocate_posix_narrow(int fd, off64_t offset, off64_t length)
{
	return posix_fallocate(fd, (off_t)offset, (off_t)length);
}

static void
perform_posix_fallocate(void)
{
	allocate_posix(allocate_posix_narrow);
}

static void
perform_posix_fallocate64(void)
{
	allocate_posix(posix_fallocate64);
}

#define CASE(name)                    \
	{                             \
#name, perform_##name \
	}
static const struct call calls[] = {
    CASE(chmod),
    CASE(lchmod),
    CASE(fchmod),
    CASE(fchmodat),
    CASE(chown),
    CASE(lchown),
    CASE(fchown),
    CASE(fchownat),
    CASE(utime),
    CASE(utimes),
    CASE(lutimes),
    CASE(futimes),
    CASE(futimens),
    CASE(utimensat),
    CASE(futimesat),
    CASE(truncate),
    CASE(truncate64),
    CASE(ftruncate),
    CASE(ftruncate64),
    CASE(fallocate),
    CASE(fallocate64),
    CASE(posix_fallocate),
    CASE(posix_fallocate64),
};

int
main(int argc, char **argv)
{
	(void)argc;
	return predict(argv, calls, COUNT(calls));
}
