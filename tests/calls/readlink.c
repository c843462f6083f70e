/*
 * readlink.c - the calls whose event is `readlink`: a link's text, or a path without links.
 */
#include "predict.h"

static char room[PATH_MAX];

static void
by_path(ssize_t (*call)(const char *path, char *buffer, size_t size))
{
	expect("readlink", call("l", room, sizeof room), "%s,'target':'f'", at("l"));
	expect("readlink", call("dl/../dangling", room, sizeof room),
	       "'path':'$DIR/dangling','arg':'dl/../dangling','target':'nowhere'");
	expect("readlink", call("dangling", room, 3), "%s,'target':'now'", at("dangling"));
	expect("readlink", call("f", room, sizeof room), "%s", at("f"));
	expect("readlink", call("l", unmapped, 10), "%s", at("l"));
	FOR_BAD_PATHS(path)
	expect("readlink", call(path, room, sizeof room), "%s", at(path));
}

static void
by_dirfd(ssize_t (*call)(int dirfd, const char *path, char *buffer, size_t size))
{
	expect("readlink", call(AT_FDCWD, "l", room, sizeof room), "%s,'target':'f'", at("l"));
	expect("readlink", call(directory_fd, "../dangling", room, sizeof room),
	       "'path':'$DIR/dangling','arg':'../dangling','target':'nowhere'");
	expect("readlink", call(file_fd, "l", room, sizeof room), "%s", at_in("f", "l"));
	expect("readlink", call(BAD_FD, "l", room, sizeof room), "%s", at_in(NULL, "l"));
	/* An empty path is the descriptor's, when that is open on a link (readlinkat(2)). */
	mark_end();
	int link_fd = open("l", O_PATH | O_NOFOLLOW);
	mark("/interpose-begin");
	expect("readlink", call(link_fd, "", room, sizeof room), "'path':'$DIR/l','arg':'','target':'f'");
	FOR_BAD_PATHS(path)
	expect("readlink", call(AT_FDCWD, path, room, sizeof room), "%s", at(path));
}

ssize_t __readlink_chk(const char *path, char *buffer, size_t size, size_t buffer_size);
ssize_t __readlinkat_chk(int dirfd, const char *path, char *buffer, size_t size, size_t buffer_size);
char *__realpath_chk(const char *path, char *resolved, size_t size);

static ssize_t
call_readlink_chk(const char *path, char *buffer, size_t size)
{
	return __readlink_chk(path, buffer, size, sizeof room);
}

static ssize_t
call_readlinkat_chk(int dirfd, const char *path, char *buffer, size_t size)
{
	return __readlinkat_chk(dirfd, path, buffer, size, sizeof room);
}

static void
perform_readlink(void)
{
	by_path(readlink);
}

static void
perform___readlink_chk(void)
{
	by_path(call_readlink_chk);
}

static void
perform_readlinkat(void)
{
	by_dirfd(readlinkat);
}

static void
perform___readlinkat_chk(void)
{
	by_dirfd(call_readlinkat_chk);
}

/* They read their path before the kernel does: an unmapped one is their crash. */
static void
resolve(char *(*call)(const char *path))
{
	expect_pointer("readlink", call("f"), "%s,'target':'$DIR/f'", at("f"));
	expect_pointer("readlink", call("dl/../l"), "'path':'$DIR/l','arg':'dl/../l','target':'$DIR/f'");
	expect_pointer("readlink", call("/proc/../"), "'path':'/','arg':'/proc/../','target':'/'");
	expect_pointer("readlink", call("."), "'path':'$DIR','arg':'.','target':'$DIR'");
	expect_pointer("readlink", call("loop"), "%s", at("loop"));
	expect_pointer("readlink", call("dangling"), "%s", at("dangling"));
	expect_pointer("readlink", call("missing/x"), "%s", at("missing/x"));
	expect_pointer("readlink", call("f/x"), "%s", at("f/x"));
	expect_pointer("readlink", call(""), "%s", at(""));
	expect_pointer("readlink", call(*(char *volatile *)&(char *){NULL}), "%s", "");
}

static char *
call_realpath(const char *path)
{
	return realpath(path, room);
}

static char *
call_realpath_chk(const char *path)
{
	return __realpath_chk(path, room, sizeof room);
}

static void
perform_realpath(void)
{
	resolve(call_realpath);
	expect_pointer("readlink", realpath("l", NULL), "%s,'target':'$DIR/f'", at("l"));
}

static void
perform___realpath_chk(void)
{
	resolve(call_realpath_chk);
}

static void
perform_canonicalize_file_name(void)
{
	resolve(canonicalize_file_name);
}

#define CASE(name)                    \
	{                             \
#name, perform_##name \
	}
static const struct call calls[] = {
    CASE(readlink),
    CASE(__readlink_chk),
    CASE(readlinkat),
    CASE(__readlinkat_chk),
    CASE(realpath),
    CASE(__realpath_chk),
    CASE(canonicalize_file_name),
};

int
main(int argc, char **argv)
{
	(void)argc;
	return predict(argv, calls, COUNT(calls));
}
