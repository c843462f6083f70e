/*
 * hard_paths.c - paths that no one expects: of a directory that is gone, too long, of any bytes, empty, and
 * pointers to nothing. Prints what each call gives.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "said.h"

static struct stat status;
static char text[64];
static char *const argv_of_child[] = {(char *)(uintptr_t) "true", NULL};

#define TRY(call)                      \
	do {                           \
		errno = 0;             \
		long result_ = (call); \
		say(#call, result_);   \
	} while (0)

static void
every_call(const char *kind, const char *path)
{
	int fd;

	printf("%s:\n", kind);
	TRY(fd = open(path, O_RDONLY));
	close(fd);
	TRY(open(path, O_WRONLY | O_CREAT | O_EXCL, 0600));
	TRY(openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY));
	TRY(stat(path, &status));
	TRY(lstat(path, &status));
	TRY(statfs(path, &(struct statfs){0}));
	TRY(access(path, R_OK));
	TRY(readlink(path, text, sizeof text));
	TRY(chmod(path, 0644));
	TRY(chown(path, (uid_t)-1, (gid_t)-1));
	TRY(truncate(path, 3));
	TRY(utimensat(AT_FDCWD, path, NULL, 0));
	TRY(getxattr(path, "user.none", text, sizeof text));
	TRY(rename(path, "renamed"));
	TRY(rename("renamed", path));
	TRY(link("file", path));
	TRY(symlink(path, "symlink"));
	TRY(unlink("symlink"));
	TRY(mkdir(path, 0700));
	TRY(mknod(path, S_IFIFO | 0600, 0));
	TRY(rmdir(path));
	TRY(chdir(path));
	TRY(execv(path, argv_of_child));
	TRY(execve(path, argv_of_child, environ));
	TRY(execveat(AT_FDCWD, path, argv_of_child, environ, 0));
	TRY(posix_spawn(&(pid_t){0}, path, NULL, NULL, argv_of_child, environ));
	TRY(unlinkat(AT_FDCWD, path, 0));
}

/* Second paths and results that the kernel can't read or write, after a first that it can. */
static void
bad_seconds(const char *path)
{
	TRY(rename("file", path));
	TRY(link("file", path));
	TRY(symlink("file", path));
	TRY(stat("file", (struct stat *)(uintptr_t)path));
	TRY(statfs("file", (struct statfs *)(uintptr_t)path));
	TRY(readlink("dangling", (char *)(uintptr_t)path, 20));
	TRY(getxattr("file", path, text, 0));
	TRY(utimensat(AT_FDCWD, "file", (const struct timespec *)path, 0));
}

/* What libc itself reads, and so falls over: in a child each. */
#define FALLS(call)                                                                                  \
	do {                                                                                         \
		pid_t pid_ = fork();                                                                 \
		int status_ = 0;                                                                     \
		if (pid_ == 0) {                                                                     \
			void *volatile kept = (void *)(uintptr_t)(call);                             \
			_exit(kept != NULL);                                                         \
		}                                                                                    \
		waitpid(pid_, &status_, 0);                                                          \
		printf("%s: status %d signal %d\n", #call, WEXITSTATUS(status_), WTERMSIG(status_)); \
		fflush(stdout);                                                                      \
	} while (0)

static void
fall(char *path)
{
	FALLS(fopen(path, "r"));
	FALLS(fopen("file", path));
	FALLS(opendir(path));
	FALLS(realpath(path, NULL));
	FALLS(mkstemp(path));
	FALLS(system(path));
	FALLS(popen(path, "r"));
	FALLS(execvp(path, argv_of_child));
	FALLS(glob(path, 0, NULL, &(glob_t){0}));
	FALLS(scandir(path, &(struct dirent **){0}, NULL, NULL));
}

int
main(void)
{
	static const char *const odd[] = {"quote\"s'",    "new\nline",   "tab\tulator", "back\\slash",
					  "\xff\xfe\x80", "caf\xc3\xa9", "\xe2\x82",    " space ",
					  "-dash",        "\x01\x7f",    "{\"a\":1}"};
	char *pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *longest = malloc(9001);
	char *null = NULL;

	close(open("file", O_WRONLY | O_CREAT, 0600));
	symlink("/nowhere", "dangling");
	munmap(pages + 4096, 4096);
	memset(pages, 'a', 4096);
	__asm__("" : "+r"(null));
	every_call("empty", "");
	every_call("NULL", null);
	every_call("unmapped", (const char *)16);
	every_call("without an end", pages + 4096 - 20);
	memset(longest, 'a', 9000);
	longest[9000] = '\0';
	every_call("one name of 9,000 bytes", longest);
	for (int i = 0; i < 9000; i += 2)
		memcpy(longest + i, "./", 2);
	every_call("9,000 bytes of ./", longest);
	strcpy(longest + 4000, "file");
	every_call("4,004 bytes to a file", longest);
	close(open("file", O_WRONLY | O_CREAT, 0600));
	bad_seconds(null);
	bad_seconds((const char *)16);
	fall(null);
	fall((char *)16);
	for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
		TRY(mkdir(odd[i], 0700));
		TRY(chdir(odd[i]));
		TRY(open(odd[i], O_WRONLY | O_CREAT, 0600));
		TRY(chdir(".."));
	}
	TRY(mkdir("gone", 0700));
	TRY(chdir("gone"));
	TRY(rmdir("../gone"));
	every_call("in a directory that is gone", "file");
	every_call("the directory that is gone", ".");
	every_call("above the directory that is gone", "../file");
	TRY(getcwd(text, sizeof text) ? 1 : -1);
	TRY(open("/etc/hostname", O_RDONLY));
	TRY(system("exit 3"));
	return 0;
}
