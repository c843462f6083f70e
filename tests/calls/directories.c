/*
 * directories.c - the working directory, and the calls that read a directory's entries.
 */
#include <dirent.h>

#include "predict.h"

#pragma GCC diagnostic ignored "-Wdeprecated-declarations" /* readdir_r */

#define OPENED "'flags':['O_RDONLY','O_NONBLOCK','O_DIRECTORY','O_CLOEXEC']"
#define D      "'path':'$DIR/d'"

/* What a relative path means now. */
static void
expect_here(const char *path)
{
	int result = access("f", F_OK);

	expect_of("access", "access", result, result ? errno : 0, "'path':'%s','arg':'f','mode':'F_OK'",
		  path);
}

static void
perform_chdir(void)
{
	FOR_BAD_PATHS(path)
	expect("chdir", chdir(path), "%s", at(path));
	expect("chdir", chdir("f"), "%s", at("f"));
	expect_here("$DIR/f");
	expect("chdir", chdir("dl"), "%s", at("dl"));
	expect_here("$DIR/d/f");
	expect("chdir", chdir(".."), "'path':'$DIR','arg':'..'");
	expect_here("$DIR/f");
	expect("chdir", chdir("/"), "'path':'/'");
	expect_here("/f");
}

static void
perform_fchdir(void)
{
	expect("chdir", fchdir(file_fd), "'fd':%d,'path':'$DIR/f'", file_fd);
	expect("chdir", fchdir(BAD_FD), "'fd':%d", BAD_FD);
	expect_here("$DIR/f");
	expect("chdir", fchdir(directory_fd), "'fd':%d," D, directory_fd);
	expect_here("$DIR/d/f");
}

/* Without the right to, it fails, and the event says so; with it, paths are told as the machine has them. */
static void
perform_chroot(void)
{
	FOR_BAD_PATHS(path)
	expect("chroot", chroot(path), "%s", at(path));
	expect("chroot", chroot("f"), "%s", at("f"));
	int result = chroot("d");
	expect("chroot", result, "%s", at("d"));
	if (result == 0) {
		result = access("/f", F_OK);
		expect_of("access", "access", result, 0, "'path':'$DIR/d/f','arg':'/f','mode':'F_OK'");
		expect_here("$DIR/f");
	}
}

static void
perform_opendir(void)
{
	DIR *stream = opendir("d");

	expect_pointer("open", stream, "%s," OPENED ",'fd':%d,'directory':true", at("d"), dirfd(stream));
	stream = opendir("dl/..");
	expect_pointer("open", stream, "'path':'$DIR','arg':'dl/..'," OPENED ",'fd':%d,'directory':true",
		       dirfd(stream));
	expect_pointer("open", opendir("f"), "%s," OPENED, at("f"));
	FOR_BAD_PATHS(path)
	{
		if (path && path != unmapped && path != unterminated) /* it looks at the first byte */
			expect_pointer("open", opendir(path), "%s," OPENED, at(path));
	}
}

/* Told as a listing at once. */
static void
perform_fdopendir(void)
{
	expect_pointer("list", fdopendir(directory_fd), "'fd':%d," D, directory_fd);
	expect_pointer("list", fdopendir(file_fd), "'fd':%d,'path':'$DIR/f'", file_fd);
	expect_pointer("list", fdopendir(BAD_FD), "'fd':%d", BAD_FD);
}

static DIR *
open_quietly(const char *path)
{
	mark_end();
	DIR *stream = opendir(path);
	mark("/interpose-begin");
	return stream;
}

/* The first read of a stream is the event. At the end errno is as it was. */
#define READ(name, type, each)                                              \
	static void perform_##name(void)                                    \
	{                                                                   \
		DIR *stream = open_quietly("d");                            \
		struct type *entry;                                         \
		int count = 1;                                              \
		each;                                                       \
		expect_pointer("list", entry, "'fd':%d," D, dirfd(stream)); \
		errno = 0;                                                  \
		for (;;) {                                                  \
			each;                                               \
			if (!entry)                                         \
				break;                                      \
			count++;                                            \
		}                                                           \
		say("entries", count, errno);                               \
		rewinddir(stream);                                          \
		each;                                                       \
		say("again", entry != NULL, errno);                         \
	}
#define READ_R(name, type)              \
	static struct type room_##name; \
	READ(name, type, name(stream, &room_##name, &entry))

READ(readdir, dirent, entry = readdir(stream))
READ(readdir64, dirent64, entry = readdir64(stream))
READ_R(readdir_r, dirent)
READ_R(readdir64_r, dirent64)

/* Streams that were made and closed; the second's number is used again. */
static void
perform_closedir(void)
{
	for (int i = 0; i < 2; i++) {
		DIR *stream = open_quietly(i ? "." : "d");
		int fd = dirfd(stream);

		expect("close", closedir(stream), "'fd':%d,'path':'$DIR%s','written':false", fd,
		       i ? "" : "/d");
	}
	DIR *stream = open_quietly("d");
	quiet(SYS_close, dirfd(stream), 0, 0);
	int fd = dirfd(stream);
	expect("close", closedir(stream), "'fd':%d," D ",'written':false", fd);
	expect("close", closedir(*(DIR *volatile *)&(DIR *){NULL}), "'fd':-1");
}

#define SCAN(name, type)                                                                            \
	static void perform_##name(void)                                                            \
	{                                                                                           \
		struct type **entries;                                                              \
		expect("list", name("d", &entries, NULL, NULL), "%s", at("d"));                     \
		expect("list", name("dl/..", &entries, NULL, NULL), "'path':'$DIR','arg':'dl/..'"); \
		expect("list", name("f", &entries, NULL, NULL), "%s", at("f"));                     \
		expect("list", name("missing", &entries, NULL, NULL), "%s", at("missing"));         \
		expect("list", name("", &entries, NULL, NULL), "%s", at(""));                       \
	}
#define SCAN_AT(name, type)                                                                                 \
	static void perform_##name(void)                                                                    \
	{                                                                                                   \
		struct type **entries;                                                                      \
		expect("list", name(AT_FDCWD, "d", &entries, NULL, NULL), "%s", at("d"));                   \
		expect("list", name(directory_fd, "..", &entries, NULL, NULL), "'path':'$DIR','arg':'..'"); \
		expect("list", name(directory_fd, "f", &entries, NULL, NULL), "%s", at_in("d", "f"));       \
		expect("list", name(BAD_FD, "d", &entries, NULL, NULL), "%s", at_in(NULL, "d"));            \
		expect("list", name(BAD_FD, "/", &entries, NULL, NULL), "'path':'/'");                      \
	}

SCAN(scandir, dirent)
SCAN(scandir64, dirent64)
SCAN_AT(scandirat, dirent)
SCAN_AT(scandirat64, dirent64)

static ssize_t
call_getdents64(int fd)
{
	static char room[4096];

	return getdents64(fd, room, sizeof room);
}

static ssize_t
call_getdirentries(int fd)
{
	static char room[4096];
	off_t base = 0;

	return getdirentries(fd, room, sizeof room, &base);
}

static ssize_t
call_getdirentries64(int fd)
{
	static char room[4096];
	off64_t base = 0;

	return getdirentries64(fd, room, sizeof room, &base);
}

static void
get_entries(ssize_t (*call)(int fd))
{
	expect("list", call(directory_fd), "'fd':%d," D, directory_fd);
	say("end", call(directory_fd), 0);
	expect("list", call(file_fd), "'fd':%d,'path':'$DIR/f'", file_fd);
	expect("list", call(BAD_FD), "'fd':%d", BAD_FD);
}

static void
perform_getdents64(void)
{
	get_entries(call_getdents64);
}

static void
perform_getdirentries(void)
{
	get_entries(call_getdirentries);
}

static void
perform_getdirentries64(void)
{
	get_entries(call_getdirentries64);
}

#define CASE(name)                    \
	{                             \
#name, perform_##name \
	}
static const struct call calls[] = {
    CASE(chdir),         CASE(fchdir),          CASE(chroot),    CASE(opendir),     CASE(fdopendir),
    CASE(readdir),       CASE(readdir64),       CASE(readdir_r), CASE(readdir64_r), CASE(closedir),
    CASE(scandir),       CASE(scandir64),       CASE(scandirat), CASE(scandirat64), CASE(getdents64),
    CASE(getdirentries), CASE(getdirentries64),
};

int
main(int argc, char **argv)
{
	(void)argc;
	return predict(argv, calls, COUNT(calls));
}
