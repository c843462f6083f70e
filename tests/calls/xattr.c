/*
 * xattr.c - extended attributes. A file system without them fails every call with ENOTSUP, and the events say
 * so.
 */
#include <sys/xattr.h>

#include "predict.h"

#define NAME "'name':'user.interpose'"
static char room[256];

static void
prepare_attribute(void)
{
	mark_end();
	setxattr("f", "user.interpose", "value", 5, 0);
	mark("/interpose-begin");
}

static void
set(int (*call)(const char *path, const char *name, const void *value, size_t size, int flags))
{
	expect("xattr", call("f", "user.interpose", "value", 5, 0), "%s," NAME, at("f"));
	expect("xattr", call("dl/../f", "user.interpose", "value", 5, XATTR_CREATE),
	       "'path':'$DIR/f','arg':'dl/../f'," NAME ",'flags':['XATTR_CREATE']");
	expect("xattr", call("f", "user.missing", "value", 5, XATTR_REPLACE),
	       "%s,'name':'user.missing','flags':['XATTR_REPLACE']", at("f"));
	expect("xattr", call("f", unmapped, "value", 5, 0), "%s", at("f"));
	expect("xattr", call("l", "user.interpose", "value", 5, 0), "%s," NAME, at("l"));
	FOR_BAD_PATHS(path)
	expect("xattr", call(path, "user.interpose", "value", 5, 0), "%s," NAME, at(path));
}

static void
get(ssize_t (*call)(const char *path, const char *name, void *value, size_t size))
{
	prepare_attribute();
	expect("xattr", call("f", "user.interpose", room, sizeof room), "%s," NAME, at("f"));
	expect("xattr", call("f", "user.interpose", NULL, 0), "%s," NAME, at("f"));
	expect("xattr", call("f", "user.interpose", room, 1), "%s," NAME, at("f"));
	expect("xattr", call("dl/../f", "user.missing", room, sizeof room),
	       "'path':'$DIR/f','arg':'dl/../f','name':'user.missing'");
	FOR_BAD_PATHS(path)
	expect("xattr", call(path, "user.interpose", room, sizeof room), "%s," NAME, at(path));
}

static void
list(ssize_t (*call)(const char *path, char *list, size_t size))
{
	prepare_attribute();
	expect("xattr", call("f", room, sizeof room), "%s", at("f"));
	expect("xattr", call("dl/../d", room, sizeof room), "'path':'$DIR/d','arg':'dl/../d'");
	expect("xattr", call("f", room, 1), "%s", at("f"));
	FOR_BAD_PATHS(path)
	expect("xattr", call(path, room, sizeof room), "%s", at(path));
}

static void
take_away(int (*call)(const char *path, const char *name))
{
	prepare_attribute();
	expect("xattr", call("f", "user.interpose"), "%s," NAME, at("f"));
	expect("xattr", call("f", "user.interpose"), "%s," NAME, at("f"));
	FOR_BAD_PATHS(path)
	expect("xattr", call(path, "user.interpose"), "%s," NAME, at(path));
}

#define BY_PATH(name, by)                \
	static void perform_##name(void) \
	{                                \
		by(name);                \
	}

BY_PATH(setxattr, set)
BY_PATH(lsetxattr, set)
BY_PATH(getxattr, get)
BY_PATH(lgetxattr, get)
BY_PATH(listxattr, list)
BY_PATH(llistxattr, list)
BY_PATH(removexattr, take_away)
BY_PATH(lremovexattr, take_away)

#define F "'fd':%d,'path':'$DIR/f'"

static void
perform_fsetxattr(void)
{
	expect("xattr", fsetxattr(file_fd, "user.interpose", "value", 5, XATTR_CREATE),
	       F "," NAME ",'flags':['XATTR_CREATE']", file_fd);
	expect("xattr", fsetxattr(file_fd, "user.interpose", "value", 5, XATTR_CREATE),
	       F "," NAME ",'flags':['XATTR_CREATE']", file_fd);
	expect("xattr", fsetxattr(BAD_FD, "user.interpose", "value", 5, 0), "'fd':%d," NAME, BAD_FD);
}

static void
perform_fgetxattr(void)
{
	prepare_attribute();
	expect("xattr", fgetxattr(file_fd, "user.interpose", room, sizeof room), F "," NAME, file_fd);
	expect("xattr", fgetxattr(file_fd, "user.missing", room, sizeof room), F ",'name':'user.missing'",
	       file_fd);
	expect("xattr", fgetxattr(BAD_FD, "user.interpose", room, sizeof room), "'fd':%d," NAME, BAD_FD);
}

static void
perform_flistxattr(void)
{
	prepare_attribute();
	expect("xattr", flistxattr(file_fd, room, sizeof room), F, file_fd);
	expect("xattr", flistxattr(BAD_FD, room, sizeof room), "'fd':%d", BAD_FD);
}

static void
perform_fremovexattr(void)
{
	prepare_attribute();
	expect("xattr", fremovexattr(file_fd, "user.interpose"), F "," NAME, file_fd);
	expect("xattr", fremovexattr(file_fd, "user.interpose"), F "," NAME, file_fd);
	expect("xattr", fremovexattr(BAD_FD, "user.interpose"), "'fd':%d," NAME, BAD_FD);
}

#define CASE(name)                    \
	{                             \
#name, perform_##name \
	}
static const struct call calls[] = {
    CASE(setxattr),   CASE(lsetxattr),   CASE(fsetxattr),    CASE(getxattr),
    CASE(lgetxattr),  CASE(fgetxattr),   CASE(listxattr),    CASE(llistxattr),
    CASE(flistxattr), CASE(removexattr), CASE(lremovexattr), CASE(fremovexattr),
};

int
main(int argc, char **argv)
{
	(void)argc;
	return predict(argv, calls, COUNT(calls));
}
