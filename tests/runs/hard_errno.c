/*
 * hard_errno.c - makes each call in success and in failure, with errno at 0 and at 77 before it, and prints
 * what it returned and where errno stands then. Runs in an empty directory.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <ftw.h>
#include <glob.h>
#include <limits.h>
#include <linux/openat2.h>
#include <mntent.h>
#include <pty.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>
#include <utime.h>
#include <wordexp.h>

static int before;

static void
say(const char *call, long result)
{
	int error = errno;

	printf("%d %s = %ld errno %d\n", before, call, result, error);
	fflush(stdout);
}

#define N(call)                              \
	do {                                 \
		errno = before;              \
		long result_ = (long)(call); \
		say(#call, result_);         \
	} while (0)
/* A pointer, which differs from run to run. */
#define P(call)                                 \
	do {                                    \
		errno = before;                 \
		void *result_ = (void *)(call); \
		say(#call, result_ != NULL);    \
	} while (0)

static struct stat status;
static char buffer[PATH_MAX];

static int
visit(const char *path, const struct stat *file, int kind, struct FTW *place)
{
	(void)path;
	(void)file;
	return kind == FTW_F && place->level > 5;
}

static int
visit_old(const char *path, const struct stat *file, int kind)
{
	(void)path;
	(void)file;
	(void)kind;
	return 0;
}

static void
opens(void)
{
	int fd;
	FILE *stream;

	N(fd = open("file", O_RDWR | O_CREAT, 0640));
	N(write(fd, "text\n", 5));
	N(close(fd));
	N(close(fd));
	N(close(-1));
	N(open("file", O_RDWR | O_CREAT | O_EXCL, 0640));
	N(open("missing", O_RDONLY));
	N(open("missing/x", O_RDWR | O_CREAT, 0600));
	N(open("file/x", O_RDONLY));
	N(open(".", O_WRONLY));
	N(fd = openat(AT_FDCWD, ".", O_RDONLY | O_DIRECTORY));
	N(openat(fd, "missing", O_RDONLY));
	N(openat(99, "file", O_RDONLY));
	N(openat(fd, "made", O_WRONLY | O_CREAT | O_TRUNC, 0600));
	N(close(fd + 1));
	N(close(fd));
	N(fd = open(".", O_RDWR | O_TMPFILE, 0600));
	N(close(fd));
	N(fd = creat("file2", 0600));
	N(close(fd));
	N(creat("missing/file", 0600));
	N(fd = (int)syscall(SYS_open, "file", O_RDONLY));
	N(syscall(SYS_close, fd));
	N(syscall(SYS_open, "missing", O_RDONLY));
	P(stream = fopen("file", "r"));
	N(fgetc(stream));
	P(stream = freopen("file2", "a", stream));
	N(fputs("more", stream));
	N(fclose(stream));
	P(fopen("missing", "r"));
	P(fopen("missing/x", "w"));
	P(fopen("file", "?"));
	P(freopen("missing", "r", fopen("file", "r")));
	P(fdopen(99, "r"));
	P(stream = fdopen(open("file", O_RDONLY), "r"));
	N(fileno(stream));
	N(fclose(stream));
	P(stream = tmpfile());
	N(fclose(stream));
	P(setmntent("missing", "r"));
	P(stream = setmntent("/etc/mtab", "r"));
	N(endmntent(stream));
	strcpy(buffer, "aXXXXXX");
	N(fd = mkstemp(buffer));
	N(close(fd));
	strcpy(buffer, "aXXXXX");
	N(mkstemp(buffer));
	strcpy(buffer, "missing/XXXXXX");
	N(mkostemp(buffer, O_CLOEXEC));
	strcpy(buffer, "dXXXXXX");
	P(mkdtemp(buffer));
	N(rmdir(buffer));
	N(shm_open("/interpose-missing", O_RDONLY, 0));
	N(shm_unlink("/interpose-missing"));
	N(shm_open("/a/b", O_RDONLY, 0));
}

static void
names(void)
{
	N(stat("file", &status));
	N(stat("missing", &status));
	N(lstat("file/x", &status));
	N(fstat(99, &status));
	N(fstat(0, &status));
	N(fstatat(AT_FDCWD, "missing", &status, 0));
	N(fstatat(99, "missing", &status, 0));
	N(fstatat(AT_FDCWD, "file", &status, 0x40000000));
	N(statx(AT_FDCWD, "missing", 0, STATX_BASIC_STATS, (struct statx *)buffer));
	N(statfs("missing", (struct statfs *)buffer));
	N(statvfs(".", (struct statvfs *)buffer));
	N(fstatvfs(99, (struct statvfs *)buffer));
	N(pathconf("missing", _PC_NAME_MAX));
	N(pathconf(".", _PC_NAME_MAX));
	N(pathconf(".", 9999));
	N(pathconf(".", _PC_SYMLINK_MAX));
	N(access("file", R_OK));
	N(access("missing", R_OK));
	N(access("file", 99));
	N(euidaccess("missing", R_OK));
	N(faccessat(AT_FDCWD, "file", R_OK, AT_EACCESS));
	N(symlink("file", "link"));
	N(symlink("file", "link"));
	N(readlink("link", buffer, sizeof buffer));
	N(readlink("file", buffer, sizeof buffer));
	N(readlink("missing", buffer, sizeof buffer));
	N(readlink("link", buffer, 0));
	P(realpath("link", buffer));
	P(realpath("missing", buffer));
	P(realpath("file/x", NULL));
	P(canonicalize_file_name("missing"));
	N(symlink("loop", "loop"));
	N(open("loop", O_RDONLY));
	N(open("loop", O_RDONLY | O_NOFOLLOW));
	N(link("file", "hard"));
	N(link("file", "hard"));
	N(linkat(AT_FDCWD, "missing", AT_FDCWD, "hard2", 0));
	N(rename("hard", "hard2"));
	N(rename("missing", "hard"));
	N(renameat(AT_FDCWD, "hard2", AT_FDCWD, "missing/x"));
	N(renameat2(AT_FDCWD, "hard2", AT_FDCWD, "file2", RENAME_NOREPLACE));
	N(mkdir("directory", 0700));
	N(mkdir("directory", 0700));
	N(mkdirat(AT_FDCWD, "missing/directory", 0700));
	N(rmdir("missing"));
	N(rmdir("."));
	N(rmdir("file"));
	N(unlink("directory"));
	N(unlinkat(AT_FDCWD, "directory", AT_REMOVEDIR));
	N(remove("missing"));
	N(unlink("hard2"));
	N(mkfifo("fifo", 0600));
	N(mkfifo("fifo", 0600));
	N(open("fifo", O_WRONLY | O_NONBLOCK));
	N(mknod("file", S_IFREG | 0600, 0));
	N(chmod("file", 0600));
	N(chmod("missing", 0600));
	N(fchmod(99, 0600));
	N(fchmodat(AT_FDCWD, "link", 0600, AT_SYMLINK_NOFOLLOW));
	N(chown("missing", 0, 0));
	N(lchown("file", (uid_t)-1, (gid_t)-1));
	N(utime("missing", NULL));
	N(utimes("file", NULL));
	N(utimensat(AT_FDCWD, "missing", NULL, 0));
	N(truncate("missing", 0));
	N(truncate("file", -1));
	N(ftruncate(99, 0));
	N(posix_fallocate(99, 0, 1));
	N(fallocate(99, 0, 0, 1));
	N(getxattr("file", "user.none", buffer, sizeof buffer));
	N(setxattr("missing", "user.none", "", 0, 0));
	N(listxattr("missing", buffer, sizeof buffer));
	N(removexattr("file", "user.none"));
	N(copy_file_range(99, NULL, 98, NULL, 10, 0));
	N(sendfile(99, 98, NULL, 10));
}

static void
directories(void)
{
	DIR *directory;
	struct dirent **entries;
	struct dirent *entry;
	char *const roots[] = {(char *)(uintptr_t) ".", NULL};
	FTS *walk;
	glob_t found;
	int count = 0;

	P(opendir("missing"));
	P(opendir("file"));
	P(directory = opendir("."));
	errno = before;
	do {
		entry = readdir(directory);
		count += entry != NULL;
	} while (entry);
	say("readdir to the end", count);
	P(readdir(directory));
	N(dirfd(directory));
	N(closedir(directory));
	P(fdopendir(99));
	P(fdopendir(open("file", O_RDONLY)));
	N(close(3));
	N(scandir(".", &entries, NULL, alphasort));
	N(scandir("missing", &entries, NULL, alphasort));
	N(nftw(".", visit, 5, FTW_PHYS));
	N(nftw("missing", visit, 5, FTW_PHYS));
	N(ftw(".", visit_old, 5));
	N(ftw("missing", visit_old, 5));
	P(walk = fts_open(roots, FTS_PHYSICAL, NULL));
	P(fts_read(walk));
	P(fts_read(walk));
	P(fts_children(walk, 0));
	N(fts_close(walk));
	N(glob("f*", 0, NULL, &found));
	N(glob("missing*", 0, NULL, &found));
	N(glob("*/nothing", 0, NULL, &found));
	N(chdir("missing"));
	N(chdir("file"));
	N(fchdir(99));
	N(mkdir("inner", 0700));
	N(chdir("inner"));
	N(chdir(".."));
	N(chroot("missing"));
	P(dlopen("missing.so", RTLD_NOW));
	P(dlopen("./file", RTLD_NOW));
}

static void
descriptors(void)
{
	N(dup(99));
	N(dup(0));
	N(dup2(99, 3));
	N(dup2(0, 3));
	N(dup2(0, -1));
	N(dup3(0, 0, 0));
	N(dup3(0, 5, 0x1000));
	N(fcntl(99, F_GETFD));
	N(fcntl(0, F_DUPFD, 100));
	N(fcntl(0, F_DUPFD, -1));
	N(fcntl(0, F_DUPFD, INT_MAX));
	N(fcntl(100, F_SETFD, FD_CLOEXEC));
	N(fcntl(0, 9999));
	N(ioctl(99, FIOCLEX));
	N(ioctl(100, FIONCLEX));
	N(ioctl(0, 0x9999));
	N(close_range(100, 50, 0));
	N(close_range(100, 100, 0x80));
	N(close_range(50, 200, 0));
	closefrom(3);
	N(open("file", O_RDONLY));
	P(mmap(NULL, 0, PROT_READ, MAP_PRIVATE, 3, 0));
	P(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, 3, 0));
	P(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, 99, 0));
	N(close(3));
}

static void
processes(void)
{
	char *const yes[] = {(char *)(uintptr_t) "sh", (char *)(uintptr_t) "-c", (char *)(uintptr_t) "exit 3",
			     NULL};
	int result = 0;
	pid_t pid;
	FILE *stream;
	wordexp_t words;

	N(system("exit 5"));
	N(system("kill -9 $$"));
	N(system("missing-command 2>/dev/null"));
	N(system(NULL));
	P(stream = popen("cat >/dev/null; exit 4", "w"));
	N(fileno(stream));
	N(pclose(stream));
	P(popen("true", "?"));
	P(stream = popen("echo text", "re"));
	N(fgetc(stream));
	N(pclose(stream));
	N(wordexp("$(echo a b) c", &words, 0));
	N(wordexp("$(echo a b) c", &words, WRDE_NOCMD));
	N(posix_spawn(&pid, "/bin/sh", NULL, NULL, yes, environ) == 0);
	N(waitpid(pid, &result, 0) == pid);
	N(result);
	N(posix_spawn(&pid, "missing", NULL, NULL, yes, environ));
	N(posix_spawn(&pid, "file", NULL, NULL, yes, environ));
	N(posix_spawnp(&pid, "sh", NULL, NULL, yes, environ));
	N(wait(&result) == pid);
	N(posix_spawnp(&pid, "missing-command", NULL, NULL, yes, environ));
	N(posix_spawnp(&pid, "./missing", NULL, NULL, yes, environ));
	N(execv("missing", yes));
	N(execv("file", yes));
	N(execve("inner", yes, environ));
	N(execvp("missing-command", yes));
	N(execvp("", yes));
	N(execlp("file/x", "x", NULL));
	N(execl("missing", "x", NULL));
	N(fexecve(99, yes, environ));
	N(fexecve(-1, yes, environ));
	N(execveat(AT_FDCWD, "missing", yes, environ, 0));
	N(chmod("file", 0700));
	N(execv("file", yes));
	N(waitpid(-1, &result, 0));
	N(waitpid(1, &result, WNOHANG));
	N(waitid(P_ALL, 0, NULL, WEXITED));
	errno = before;
	pid = fork();
	if (pid == 0)
		_exit(errno == before ? 9 : 10);
	say("fork", pid > 0);
	N(wait4(pid, &result, 0, NULL) == pid);
	N(WEXITSTATUS(result));
	errno = before;
	pid = vfork();
	if (pid == 0) {
		execl("missing", "missing", NULL);
		_exit(errno == ENOENT ? 11 : 12);
	}
	say("vfork", pid > 0);
	N(waitpid(pid, NULL, 0) == pid);
	pid = fork();
	if (pid == 0)
		abort();
	N(waitpid(pid, &result, 0) == pid);
	N(WTERMSIG(result));
}

int
main(void)
{
	for (int round = 0; round < 2; round++) {
		before = round * 77;
		opens();
		names();
		directories();
		descriptors();
		processes();
		if (system("rm -rf ./* && mkdir again") != 0 || chdir("again") < 0)
			return 1;
	}
	return 0;
}
