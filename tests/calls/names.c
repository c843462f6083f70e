/*
 * names.c - names that come, go and change: link, symlink, rename, unlink, rmdir, mkdir, mknod.
 */
#include <semaphore.h>
#include <sys/sysmacros.h>

#include "predict.h"

#define to(path)          named("path2", "arg2", "", path)
#define to_in(base, path) named("path2", "arg2", base, path)

/* Two paths, both from the working directory. */
static void
by_two_paths(const char *kind, int (*call)(const char *from, const char *path))
{
	expect(kind, call("f", "g"), "%s,%s", at("f"), to("g"));
	expect(kind, call("dl/../g", "d/./h"),
	       "'path':'$DIR/g','arg':'dl/../g','path2':'$DIR/d/h','arg2':'d/./h'");
	expect(kind, call("f", "missing/x"), "%s,%s", at("f"), to("missing/x"));
	expect(kind, call("d/h", ""), "%s,%s", at("d/h"), to(""));
	FOR_BAD_PATHS(path)
	{
		expect(kind, call(path, "x"), "%s,%s", at(path), to("x"));
		if (path == unmapped || path == unterminated)
			expect(kind, call("d/h", path), "%s", at("d/h"));
	}
}

static void
by_two_dirfds(const char *kind,
	      int (*call)(int from_dirfd, const char *from, int dirfd, const char *path, int flags))
{
	expect(kind, call(AT_FDCWD, "f", directory_fd, "g", 0), "%s,%s", at("f"), to_in("d", "g"));
	expect(kind, call(directory_fd, "../d/g", AT_FDCWD, "g", 0),
	       "'path':'$DIR/d/g','arg':'../d/g','path2':'$DIR/g','arg2':'g'");
	/* The descriptor's file has been renamed twice, or has further names. */
	expect(kind, call(file_fd, "x", AT_FDCWD, "x", 0), "%s,%s",
	       at_in(strcmp(kind, "rename") ? "f" : "g", "x"), to("x"));
	expect(kind, call(BAD_FD, "x", AT_FDCWD, "x", 0), "%s,%s", at_in(NULL, "x"), to("x"));
	expect(kind, call(AT_FDCWD, "g", BAD_FD, "x", 0), "%s,%s", at("g"), to_in(NULL, "x"));
}

static void
perform_link(void)
{
	by_two_paths("link", link);
	expect("link", link("f", "g"), "%s,%s", at("f"), to("g"));
}

static void
perform_linkat(void)
{
	by_two_dirfds("link", linkat);
	expect("link", linkat(AT_FDCWD, "l", AT_FDCWD, "h", AT_SYMLINK_FOLLOW),
	       "%s,%s,'flags':['AT_SYMLINK_FOLLOW']", at("l"), to("h"));
	expect("link", linkat(AT_FDCWD, "f", AT_FDCWD, "i", 1), "%s,%s,'flags':['0x1']", at("f"), to("i"));
}

static void
perform_symlink(void)
{
	expect("symlink", symlink("f", "new"), "%s,'target':'f'", at("new"));
	expect("symlink", symlink("any text", "dl/../newer"),
	       "'path':'$DIR/newer','arg':'dl/../newer','target':'any text'");
	expect("symlink", symlink("f", "new"), "%s,'target':'f'", at("new"));
	expect("symlink", symlink("", "empty"), "%s,'target':''", at("empty"));
	expect("symlink", symlink(unmapped, "x"), "%s", at("x"));
	FOR_BAD_PATHS(path)
	{
		if (path != bad_paths[0])
			expect("symlink", symlink("f", path), "%s,'target':'f'", at(path));
	}
}

static void
perform_symlinkat(void)
{
	expect("symlink", symlinkat("f", directory_fd, "new"), "%s,'target':'f'", at_in("d", "new"));
	expect("symlink", symlinkat("f", AT_FDCWD, "new"), "%s,'target':'f'", at("new"));
	expect("symlink", symlinkat("f", file_fd, "new"), "%s,'target':'f'", at_in("f", "new"));
	expect("symlink", symlinkat("f", BAD_FD, "new"), "%s,'target':'f'", at_in(NULL, "new"));
	expect("symlink", symlinkat("f", directory_fd, "new"), "%s,'target':'f'", at_in("d", "new"));
}

static int
call_renameat(int from_dirfd, const char *from, int dirfd, const char *path, int flags)
{
	(void)flags;
	return renameat(from_dirfd, from, dirfd, path);
}

static int
call_renameat2(int from_dirfd, const char *from, int dirfd, const char *path, int flags)
{
	return renameat2(from_dirfd, from, dirfd, path, (unsigned)flags);
}

static void
perform_rename(void)
{
	by_two_paths("rename", rename);
	expect("rename", rename("l", "d"), "%s,%s", at("l"), to("d"));
	/* What is open is known by its new name from then on. */
	expect("rename", rename("d", "moved"), "%s,%s", at("d"), to("moved"));
	call_name = "renameat";
	expect("rename", renameat(directory_fd, "f", AT_FDCWD, "x"), "'path':'$DIR/moved/f','arg':'f',%s",
	       to("x"));
}

static void
perform_renameat(void)
{
	by_two_dirfds("rename", call_renameat);
}

static void
perform_renameat2(void)
{
	by_two_dirfds("rename", call_renameat2);
	expect("rename", renameat2(AT_FDCWD, "g", AT_FDCWD, "l", RENAME_NOREPLACE),
	       "%s,%s,'flags':['RENAME_NOREPLACE']", at("g"), to("l"));
	expect("rename", renameat2(AT_FDCWD, "g", AT_FDCWD, "l", RENAME_EXCHANGE),
	       "%s,%s,'flags':['RENAME_EXCHANGE']", at("g"), to("l"));
	expect("rename", renameat2(AT_FDCWD, "g", AT_FDCWD, "l", 0x80), "%s,%s,'flags':['0x80']", at("g"),
	       to("l"));
}

static void
perform_unlink(void)
{
	expect("unlink", unlink("dl/f"), "%s", at("dl/f"));
	expect("unlink", unlink("l"), "%s", at("l"));
	expect("unlink", unlink("d"), "%s", at("d"));
	FOR_BAD_PATHS(path)
	expect("unlink", unlink(path), "%s", at(path));
}

static void
perform_unlinkat(void)
{
	expect("unlink", unlinkat(directory_fd, "f", 0), "%s", at_in("d", "f"));
	expect("unlink", unlinkat(AT_FDCWD, "d", 0), "%s", at("d"));
	expect("rmdir", unlinkat(AT_FDCWD, "f", AT_REMOVEDIR), "%s,'flags':['AT_REMOVEDIR']", at("f"));
	expect("rmdir", unlinkat(AT_FDCWD, "d", AT_REMOVEDIR), "%s,'flags':['AT_REMOVEDIR']", at("d"));
	expect("unlink", unlinkat(AT_FDCWD, "f", 1), "%s,'flags':['0x1']", at("f"));
	expect("unlink", unlinkat(BAD_FD, "f", 0), "%s", at_in(NULL, "f"));
	expect("unlink", unlinkat(file_fd, "f", 0), "%s", at_in("f", "f"));
	FOR_BAD_PATHS(path)
	expect("unlink", unlinkat(AT_FDCWD, path, 0), "%s", at(path));
}

/* It tries both calls on a directory. */
static void
perform_remove(void)
{
	int result;

	expect("unlink", remove("l"), "%s", at("l"));
	result = remove("d");
	int error = errno;
	expect_of("unlink", call_name, -1, EISDIR, "%s", at("d"));
	expect_of("rmdir", call_name, result, error, "%s", at("d"));
	expect("unlink", remove("d/f"), "%s", at("d/f"));
	errno = EXDEV;
	result = remove("d");
	say("errno of a directory", result, errno);
	expect_of("unlink", call_name, -1, EISDIR, "%s", at("d"));
	expect_of("rmdir", call_name, result, 0, "%s", at("d"));
	errno = EXDEV;
	result = remove("f");
	say("errno of a file", result, errno);
	expect_of("unlink", call_name, result, 0, "%s", at("f"));
	FOR_BAD_PATHS(path)
	expect("unlink", remove(path), "%s", at(path));
}

static void
perform_rmdir(void)
{
	expect("rmdir", rmdir("d"), "%s", at("d"));
	quiet(SYS_unlinkat, directory_fd, (long)"f", 0);
	expect("rmdir", rmdir("dl"), "%s", at("dl"));
	expect("rmdir", rmdir("./d/"), "'path':'$DIR/d','arg':'./d/'");
	expect("rmdir", rmdir("f"), "%s", at("f"));
	FOR_BAD_PATHS(path)
	expect("rmdir", rmdir(path), "%s", at(path));
}

static void
perform_mkdir(void)
{
	expect("mkdir", mkdir("new", 0750), "%s,'mode':'0750'", at("new"));
	expect("mkdir", mkdir("new/er/", 01777), "'path':'$DIR/new/er','arg':'new/er/','mode':'01777'");
	expect("mkdir", mkdir("new", 0750), "%s,'mode':'0750'", at("new"));
	FOR_BAD_PATHS(path)
	{
		if (path != bad_paths[0])
			expect("mkdir", mkdir(path, 0700), "%s,'mode':'0700'", at(path));
	}
}

static void
perform_mkdirat(void)
{
	expect("mkdir", mkdirat(directory_fd, "new", 0750), "%s,'mode':'0750'", at_in("d", "new"));
	expect("mkdir", mkdirat(AT_FDCWD, "new", 0750), "%s,'mode':'0750'", at("new"));
	expect("mkdir", mkdirat(AT_FDCWD, "new", 0750), "%s,'mode':'0750'", at("new"));
	expect("mkdir", mkdirat(file_fd, "new", 0750), "%s,'mode':'0750'", at_in("f", "new"));
	expect("mkdir", mkdirat(BAD_FD, "new", 0750), "%s,'mode':'0750'", at_in(NULL, "new"));
}

int __xmknod(int version, const char *path, mode_t mode, dev_t *device);
int __xmknodat(int version, int dirfd, const char *path, mode_t mode, dev_t *device);

static int
call_xmknod(const char *path, mode_t mode, dev_t device)
{
	return __xmknod(0, path, mode, &device);
}

static int
call_xmknodat(int dirfd, const char *path, mode_t mode, dev_t device)
{
	return __xmknodat(0, dirfd, path, mode, &device);
}

static void
make_nodes(int (*call)(const char *path, mode_t mode, dev_t device))
{
	expect("mknod", call("new", S_IFREG | 0640, 0), "%s,'mode':'0100640'", at("new"));
	expect("mknod", call("newer", S_IFIFO | 0600, 0), "%s,'mode':'010600'", at("newer"));
	expect("mknod", call("newest", 0644, 0), "%s,'mode':'0644'", at("newest"));
	expect("mknod", call("socket", S_IFSOCK | 0644, 0), "%s,'mode':'0140644'", at("socket"));
	expect("mknod", call("new", S_IFREG | 0640, 0), "%s,'mode':'0100640'", at("new"));
	expect("mknod", call("x", S_IFDIR | 0640, 0), "%s,'mode':'040640'", at("x"));
	FOR_BAD_PATHS(path)
	{
		if (path != bad_paths[0])
			expect("mknod", call(path, S_IFREG | 0600, 0), "%s,'mode':'0100600'", at(path));
	}
}

static void
make_nodes_at(int (*call)(int dirfd, const char *path, mode_t mode, dev_t device))
{
	expect("mknod", call(directory_fd, "new", S_IFREG | 0640, 0), "%s,'mode':'0100640'",
	       at_in("d", "new"));
	expect("mknod", call(AT_FDCWD, "new", S_IFIFO | 0640, 0), "%s,'mode':'010640'", at("new"));
	expect("mknod", call(AT_FDCWD, "new", S_IFIFO | 0640, 0), "%s,'mode':'010640'", at("new"));
	expect("mknod", call(file_fd, "new", S_IFIFO | 0640, 0), "%s,'mode':'010640'", at_in("f", "new"));
	expect("mknod", call(BAD_FD, "new", S_IFIFO | 0640, 0), "%s,'mode':'010640'", at_in(NULL, "new"));
}

static void
perform_mknod(void)
{
	make_nodes(mknod);
}

static void
perform___xmknod(void)
{
	make_nodes(call_xmknod);
}

static void
perform_mknodat(void)
{
	make_nodes_at(mknodat);
}

static void
perform___xmknodat(void)
{
	make_nodes_at(call_xmknodat);
}

static void
perform_mkfifo(void)
{
	expect("mknod", mkfifo("new", 0640), "%s,'mode':'010640'", at("new"));
	expect("mknod", mkfifo("new", 0640), "%s,'mode':'010640'", at("new"));
	expect("mknod", mkfifo("missing/x", 0640), "%s,'mode':'010640'", at("missing/x"));
	expect("mknod", mkfifo(unmapped, 0640), "'mode':'010640'");
}

static void
perform_mkfifoat(void)
{
	expect("mknod", mkfifoat(directory_fd, "new", 0640), "%s,'mode':'010640'", at_in("d", "new"));
	expect("mknod", mkfifoat(directory_fd, "new", 0640), "%s,'mode':'010640'", at_in("d", "new"));
	expect("mknod", mkfifoat(BAD_FD, "new", 0640), "%s,'mode':'010640'", at_in(NULL, "new"));
}

/* Names of shared memory and semaphores are the machine's, so the run gives one that is its own. */
static void
perform_shm_unlink(void)
{
	char name[64];

	snprintf(name, sizeof name, "/%s", getenv("INTERPOSE_TEST_NAME"));
	mark_end();
	shm_open(name, O_CREAT | O_RDWR, 0600);
	mark("/interpose-begin");
	expect("unlink", shm_unlink(name), "'path':'/dev/shm%s','arg':'%s'", name, name);
	expect("unlink", shm_unlink(name + 1), "'path':'/dev/shm%s','arg':'%s'", name, name + 1);
	expect("unlink", shm_unlink("a/b"), "'path':'/dev/shm/a/b','arg':'a/b'");
}

static void
perform_sem_unlink(void)
{
	char name[64];

	snprintf(name, sizeof name, "/%s", getenv("INTERPOSE_TEST_NAME"));
	mark_end();
	sem_close(sem_open(name, O_CREAT, 0600, 1));
	mark("/interpose-begin");
	expect("unlink", sem_unlink(name), "'path':'/dev/shm/sem.%s','arg':'%s'", name + 1, name);
	expect("unlink", sem_unlink(name), "'path':'/dev/shm/sem.%s','arg':'%s'", name + 1, name);
}

#define CASE(name)                    \
	{                             \
#name, perform_##name \
	}
static const struct call calls[] = {
    CASE(link),      CASE(linkat),     CASE(symlink),    CASE(symlinkat), CASE(rename),     CASE(renameat),
    CASE(renameat2), CASE(unlink),     CASE(unlinkat),   CASE(remove),    CASE(rmdir),      CASE(mkdir),
    CASE(mkdirat),   CASE(mknod),      CASE(__xmknod),   CASE(mknodat),   CASE(__xmknodat), CASE(mkfifo),
    CASE(mkfifoat),  CASE(shm_unlink), CASE(sem_unlink),
};

int
main(int argc, char **argv)
{
	(void)argc;
	return predict(argv, calls, COUNT(calls));
}
