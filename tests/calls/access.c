/*
 * access.c - the calls whose event is `access`.
 */
#include "predict.h"

static void
by_path(int (*call)(const char *path, int mode))
{
	expect("access", call("f", F_OK), "%s,'mode':'F_OK'", at("f"));
	expect("access", call("f", R_OK | W_OK), "%s,'mode':'R_OK|W_OK'", at("f"));
	expect("access", call("f", X_OK), "%s,'mode':'X_OK'", at("f"));
	expect("access", call("dl/../d/./f", R_OK), "'path':'$DIR/d/f','arg':'dl/../d/./f','mode':'R_OK'");
	expect("access", call("dangling", F_OK), "%s,'mode':'F_OK'", at("dangling"));
	expect("access", call("f", 0100), "%s,'mode':'0x40'", at("f"));
	FOR_BAD_PATHS(path)
	expect("access", call(path, R_OK), "%s,'mode':'R_OK'", at(path));
}

#define PATH(name)                       \
	static void perform_##name(void) \
	{                                \
		by_path(name);           \
	}

PATH(access)
PATH(eaccess)
PATH(euidaccess)

static void
perform_faccessat(void)
{
	FOR_DIRFDS(from)
	expect("access", faccessat(from->fd, "f", R_OK, 0), "%s,'mode':'R_OK'", at_in(from->base, "f"));
	expect("access", faccessat(BAD_FD, "/", R_OK, 0), "'path':'/','mode':'R_OK'");
	expect("access", faccessat(directory_fd, "../l", W_OK, AT_EACCESS),
	       "'path':'$DIR/l','arg':'../l','flags':['AT_EACCESS'],'mode':'W_OK'");
	expect("access", faccessat(AT_FDCWD, "dangling", F_OK, AT_SYMLINK_NOFOLLOW),
	       "%s,'flags':['AT_SYMLINK_NOFOLLOW'],'mode':'F_OK'", at("dangling"));
	expect("access", faccessat(AT_FDCWD, "f", F_OK, 0x40), "%s,'flags':['0x40'],'mode':'F_OK'", at("f"));
	FOR_BAD_PATHS(path)
	expect("access", faccessat(AT_FDCWD, path, R_OK, 0), "%s,'mode':'R_OK'", at(path));
}

#define CASE(name)                    \
	{                             \
#name, perform_##name \
	}
static const struct call calls[] = {CASE(access), CASE(eaccess), CASE(euidaccess), CASE(faccessat)};

int
main(int argc, char **argv)
{
	(void)argc;
	return predict(argv, calls, COUNT(calls));
}
