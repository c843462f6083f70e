/*
 * open.c - the calls that give a descriptor of a path: each opens, makes a file, finds it there, and fails.
 */
#include <dlfcn.h>
#include <linux/openat2.h>
#include <semaphore.h>

#include "predict.h"

static int last = -1; /* opened last */

static int
keep(int fd)
{
	int error = errno;

	if (last >= 0)
		quiet(SYS_close, last, 0, 0);
	last = fd;
	errno = error;
	return fd;
}

/* The member that stands in events that succeeded. */
static const char *
opened(int fd)
{
	char *text = next_text();

	text[0] = '\0';
	if (fd >= 0)
		sprintf(text, "'fd':%d", fd);
	return text;
}

/* What a descriptor that was opened for writing can't be. */
#define FILE_ONLY "'directory':false"

static void
by_path(int (*call)(const char *path, int flags, mode_t mode))
{
	int fd;

	fd = keep(call("f", O_RDONLY, 0));
	expect("open", fd, "%s,%s,'flags':['O_RDONLY']", at("f"), opened(fd));
	fd = keep(call("dl/../l", O_RDWR | O_CLOEXEC | O_APPEND, 0));
	expect("open", fd, "'path':'$DIR/l','arg':'dl/../l',%s,'flags':['O_RDWR','O_APPEND','O_CLOEXEC'],%s",
	       opened(fd), FILE_ONLY);
	fd = keep(call("d", O_RDONLY | O_DIRECTORY, 0));
	expect("open", fd, "%s,%s,'flags':['O_RDONLY','O_DIRECTORY'],'directory':true", at("d"), opened(fd));
	expect("open", call("f", O_RDONLY | O_DIRECTORY, 0), "%s,'flags':['O_RDONLY','O_DIRECTORY']",
	       at("f"));
	expect("open", call("l", O_RDONLY | O_NOFOLLOW, 0), "%s,'flags':['O_RDONLY','O_NOFOLLOW']", at("l"));
	expect("open", call("d", O_WRONLY, 0), "%s,'flags':['O_WRONLY']", at("d"));
	FOR_BAD_PATHS(path)
	expect("open", call(path, O_RDONLY, 0), "%s,'flags':['O_RDONLY']", at(path));
}

static void
by_path_making(int (*call)(const char *path, int flags, mode_t mode))
{
	int fd;

	fd = keep(call("new", O_WRONLY | O_CREAT, 0640));
	expect("open", fd, "%s,%s,'flags':['O_WRONLY','O_CREAT'],'mode':'0640','created':true,%s", at("new"),
	       opened(fd), FILE_ONLY);
	fd = keep(call("new", O_WRONLY | O_CREAT | O_TRUNC, 0600));
	expect("open", fd, "%s,%s,'flags':['O_WRONLY','O_CREAT','O_TRUNC'],'mode':'0600','created':false,%s",
	       at("new"), opened(fd), FILE_ONLY);
	fd = keep(call("newer", O_RDWR | O_CREAT | O_EXCL, 0600));
	expect("open", fd, "%s,%s,'flags':['O_RDWR','O_CREAT','O_EXCL'],'mode':'0600','created':true,%s",
	       at("newer"), opened(fd), FILE_ONLY);
	expect("open", call("newer", O_RDWR | O_CREAT | O_EXCL, 0600),
	       "%s,'flags':['O_RDWR','O_CREAT','O_EXCL'],'mode':'0600','created':false", at("newer"));
	expect("open", call("missing/x", O_WRONLY | O_CREAT, 0600),
	       "%s,'flags':['O_WRONLY','O_CREAT'],'mode':'0600','created':false", at("missing/x"));
	expect("open", call(unmapped, O_WRONLY | O_CREAT, 0600),
	       "'flags':['O_WRONLY','O_CREAT'],'mode':'0600','created':false");
	/* Made through a link that led nowhere. */
	fd = keep(call("dangling", O_WRONLY | O_CREAT, 0600));
	expect("open", fd, "%s,%s,'flags':['O_WRONLY','O_CREAT'],'mode':'0600','created':true,%s",
	       at("dangling"), opened(fd), FILE_ONLY);
	fd = keep(call("d", O_RDWR | O_TMPFILE, 0604));
	expect("open", fd, "%s,%s,'flags':['O_RDWR','O_TMPFILE'],'mode':'0604',%s", at("d"), opened(fd),
	       FILE_ONLY);
}

static void
by_dirfd(int (*call)(int dirfd, const char *path, int flags, mode_t mode))
{
	int fd;

	FOR_DIRFDS(from)
	{
		fd = keep(call(from->fd, "f", O_RDONLY, 0));
		expect("open", fd, "%s,%s,'flags':['O_RDONLY']", at_in(from->base, "f"), opened(fd));
	}
	fd = keep(call(BAD_FD, "/", O_RDONLY, 0));
	expect("open", fd, "'path':'/',%s,'flags':['O_RDONLY']", opened(fd));
	fd = keep(call(directory_fd, "..", O_PATH, 0));
	expect("open", fd, "'path':'$DIR','arg':'..',%s,'flags':['O_RDONLY','O_PATH']", opened(fd));
	/* An openat on what an openat gave. */
	int from = fd;
	fd = call(from, "d/f", O_RDONLY, 0);
	expect("open", fd, "'path':'$DIR/d/f','arg':'d/f',%s,'flags':['O_RDONLY']", opened(fd));
	quiet(SYS_close, fd, 0, 0);
	FOR_BAD_PATHS(path)
	expect("open", call(AT_FDCWD, path, O_RDONLY, 0), "%s,'flags':['O_RDONLY']", at(path));
}

static void
by_dirfd_making(int (*call)(int dirfd, const char *path, int flags, mode_t mode))
{
	int fd;

	fd = keep(call(directory_fd, "new", O_WRONLY | O_CREAT, 0640));
	expect("open", fd, "%s,%s,'flags':['O_WRONLY','O_CREAT'],'mode':'0640','created':true,%s",
	       at_in("d", "new"), opened(fd), FILE_ONLY);
	fd = keep(call(directory_fd, "new", O_WRONLY | O_CREAT, 0640));
	expect("open", fd, "%s,%s,'flags':['O_WRONLY','O_CREAT'],'mode':'0640','created':false,%s",
	       at_in("d", "new"), opened(fd), FILE_ONLY);
	expect("open", call(BAD_FD, "new", O_WRONLY | O_CREAT, 0640),
	       "%s,'flags':['O_WRONLY','O_CREAT'],'mode':'0640','created':false", at_in(NULL, "new"));
	fd = keep(call(directory_fd, ".", O_RDWR | O_TMPFILE | O_EXCL, 0604));
	expect("open", fd,
	       "'path':'$DIR/d','arg':'.',%s,'flags':['O_RDWR','O_EXCL','O_TMPFILE'],'mode':'0604',%s",
	       opened(fd), FILE_ONLY);
}

int __open(const char *path, int flags, ...);
int __open64(const char *path, int flags, ...);
int __open_2(const char *path, int flags);
int __open64_2(const char *path, int flags);
int __openat_2(int dirfd, const char *path, int flags);
int __openat64_2(int dirfd, const char *path, int flags);

#define PATH(name)                                                       \
	static int call_##name(const char *path, int flags, mode_t mode) \
	{                                                                \
		if (flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE) \
			return name(path, flags, mode);                  \
		return name(path, flags);                                \
	}                                                                \
	static void perform_##name(void)                                 \
	{                                                                \
		by_path(call_##name);                                    \
		by_path_making(call_##name);                             \
	}
#define PATH_CHECKED(name)                                               \
	static int call_##name(const char *path, int flags, mode_t mode) \
	{                                                                \
		(void)mode;                                              \
		return name(path, flags);                                \
	}                                                                \
	static void perform_##name(void)                                 \
	{                                                                \
		by_path(call_##name);                                    \
	}
#define DIRFD(name)                                                                 \
	static int call_##name(int dirfd, const char *path, int flags, mode_t mode) \
	{                                                                           \
		if (flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE)            \
			return name(dirfd, path, flags, mode);                      \
		return name(dirfd, path, flags);                                    \
	}                                                                           \
	static void perform_##name(void)                                            \
	{                                                                           \
		by_dirfd(call_##name);                                              \
		by_dirfd_making(call_##name);                                       \
	}
#define DIRFD_CHECKED(name)                                                         \
	static int call_##name(int dirfd, const char *path, int flags, mode_t mode) \
	{                                                                           \
		(void)mode;                                                         \
		return name(dirfd, path, flags);                                    \
	}                                                                           \
	static void perform_##name(void)                                            \
	{                                                                           \
		by_dirfd(call_##name);                                              \
	}
#define CREAT(name)                                                                                        \
	static void perform_##name(void)                                                                   \
	{                                                                                                  \
		static const char *const flags = "'flags':['O_WRONLY','O_CREAT','O_TRUNC'],'mode':'0640'"; \
		int fd = keep(name("new", 0640));                                                          \
                                                                                                           \
		expect("open", fd, "%s,%s,%s,'created':true,%s", at("new"), opened(fd), flags, FILE_ONLY); \
		fd = keep(name("f", 0640));                                                                \
		expect("open", fd, "%s,%s,%s,'created':false,%s", at("f"), opened(fd), flags, FILE_ONLY);  \
		expect("open", name("d", 0640), "%s,%s,'created':false", at("d"), flags);                  \
		expect("open", name("missing/x", 0640), "%s,%s,'created':false", at("missing/x"), flags);  \
		expect("open", name(unmapped, 0640), "%s,'created':false", flags);                         \
	}

/* GLIBC_PRIVATE: no program can be linked with them, but libc's own libraries are. */
#define PRIVATE(name)                                                                 \
	static int name(const char *path, int flags, ...)                             \
	{                                                                             \
		int (*function)(const char *, int, ...) = dlsym(RTLD_DEFAULT, #name); \
		va_list arguments;                                                    \
                                                                                      \
		va_start(arguments, flags);                                           \
		mode_t mode = va_arg(arguments, mode_t);                              \
		va_end(arguments);                                                    \
		return function(path, flags, mode);                                   \
	}                                                                             \
	PATH(name)

PRIVATE(__open_nocancel)
PRIVATE(__open64_nocancel)
PATH(open)
PATH(open64)
PATH(__open)
PATH(__open64)
PATH_CHECKED(__open_2)
PATH_CHECKED(__open64_2)
DIRFD(openat)
DIRFD(openat64)
DIRFD_CHECKED(__openat_2)
DIRFD_CHECKED(__openat64_2)
CREAT(creat)
CREAT(creat64)

/* Where libc lacks it, programs ask the kernel. */
static int
call_openat2(int dirfd, const char *path, int flags, mode_t mode)
{
	struct open_how how = {.flags = (uint64_t)flags, .mode = mode};

	return (int)syscall(SYS_openat2, dirfd, path, &how, sizeof how);
}

static void
perform_openat2(void)
{
	struct open_how how = {.flags = O_RDONLY, .resolve = RESOLVE_BENEATH};

	by_dirfd(call_openat2);
	by_dirfd_making(call_openat2);
	expect("open", syscall(SYS_openat2, directory_fd, "../f", &how, sizeof how),
	       "'path':'$DIR/f','arg':'../f','flags':['O_RDONLY']");
	expect("open", syscall(SYS_openat2, AT_FDCWD, "f", NULL, sizeof how), "%s,'flags':['O_RDONLY']",
	       at("f"));
}

static void
perform_open_by_handle_at(void)
{
	struct {
		struct file_handle head;
		char room[MAX_HANDLE_SZ];
	} handle = {.head.handle_bytes = MAX_HANDLE_SZ};
	int mount_id, mount = (int)quiet(SYS_openat, AT_FDCWD, (long)"/", O_RDONLY | O_DIRECTORY);

	mark_end();
	if (name_to_handle_at(AT_FDCWD, "f", &handle.head, &mount_id, 0) < 0)
		abort();
	mark("/interpose-begin");
	int fd = open_by_handle_at(file_fd, &handle.head, O_RDWR);
	if (fd < 0)
		expect("open", fd, "'flags':['O_RDWR']");
	else
		expect("open", fd, "'path':'$DIR/f',%s,'flags':['O_RDWR'],%s", opened(fd), FILE_ONLY);
	handle.head.handle_bytes = 0;
	expect("open", open_by_handle_at(mount, &handle.head, O_RDONLY), "'flags':['O_RDONLY']");
	expect("open", open_by_handle_at(BAD_FD, &handle.head, O_RDONLY), "'flags':['O_RDONLY']");
}

/* Names of shared memory and semaphores are the machine's: so the run gives one that is its own. */
static void
perform_shm_open(void)
{
	static const char *const set = "'O_NOFOLLOW','O_CLOEXEC'";
	char name[64];

	snprintf(name, sizeof name, "/%s", getenv("INTERPOSE_TEST_NAME"));
	int fd = keep(shm_open(name, O_RDWR | O_CREAT, 0600));
	expect("open", fd,
	       "'path':'/dev/"
	       "shm%s','arg':'%s',%s,'flags':['O_RDWR','O_CREAT',%s],'mode':'0600','created':true,%s",
	       name, name, opened(fd), set, FILE_ONLY);
	fd = keep(shm_open(name + 1, O_RDONLY, 0));
	expect("open", fd, "'path':'/dev/shm%s','arg':'%s',%s,'flags':['O_RDONLY',%s]", name, name + 1,
	       opened(fd), set);
	expect("open", shm_open(name, O_RDWR | O_CREAT | O_EXCL, 0600),
	       "'path':'/dev/"
	       "shm%s','arg':'%s','flags':['O_RDWR','O_CREAT','O_EXCL',%s],'mode':'0600','created':false",
	       name, name, set);
	expect("open", shm_open("/interpose-missing", O_RDONLY, 0),
	       "'path':'/dev/shm/interpose-missing','arg':'/interpose-missing','flags':['O_RDONLY',%s]", set);
	mark_end();
	shm_unlink(name);
}

/* glibc's file; musl's has no prefix, and its path is told as if it had been passed. */
static const char *
semaphore(const char *name)
{
	static char members[256];

#ifdef __GLIBC__
	snprintf(members, sizeof members, "'path':'/dev/shm/sem.%s','arg':'%s'", name + 1, name);
#else
	snprintf(members, sizeof members, "'path':'/dev/shm/%s'", name + 1);
#endif
	return members;
}

static void
perform_sem_open(void)
{
	char name[64];

	snprintf(name, sizeof name, "/%s", getenv("INTERPOSE_TEST_NAME"));
	sem_t *opened = sem_open(name, O_CREAT, 0600, 1);
	expect_pointer("open", opened != SEM_FAILED,
		       "%s,'flags':['O_RDWR','O_CREAT'],'mode':'0600','created':true,%s", semaphore(name),
		       FILE_ONLY);
	if (opened != SEM_FAILED)
		sem_close(opened);
	opened = sem_open(name, 0);
	expect_pointer("open", opened != SEM_FAILED, "%s,'flags':['O_RDWR'],%s", semaphore(name), FILE_ONLY);
	expect_pointer("open", sem_open(name, O_CREAT | O_EXCL, 0600, 1) != SEM_FAILED,
		       "%s,'flags':['O_RDWR','O_CREAT','O_EXCL'],'mode':'0600','created':false",
		       semaphore(name));
	expect_pointer("open", sem_open("/interpose-missing", 0) != SEM_FAILED, "%s,'flags':['O_RDWR']",
		       semaphore("/interpose-missing"));
	mark_end();
	sem_unlink(name);
}

#define CASE(name)                    \
	{                             \
#name, perform_##name \
	}
static const struct call calls[] = {
    CASE(__open_nocancel),   CASE(__open64_nocancel), CASE(open),       CASE(open64),  CASE(__open),
    CASE(__open64),          CASE(__open_2),          CASE(__open64_2), CASE(openat),  CASE(openat64),
    CASE(__openat_2),        CASE(__openat64_2),      CASE(creat),      CASE(creat64), CASE(openat2),
    CASE(open_by_handle_at), CASE(shm_open),          CASE(sem_open),
};

int
main(int argc, char **argv)
{
	(void)argc;
	return predict(argv, calls, COUNT(calls));
}
