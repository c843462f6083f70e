/*
 * strace_sample.c - calls that are one system call of the same name and arguments each, so that strace and
 * --format strace must tell them alike: see test-strace. Some names need escapes.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#define ODD "odd \1\0012 \t\"\\<\303\274>\177"

static void
paths(int directory)
{
	char buffer[64];

	mkdir("d", 0750);
	mkdir("none/d", 0777);
	mkdirat(directory, "e", 0700);
	close(openat(directory, ODD, O_WRONLY | O_CREAT | O_EXCL, 0640));
	close(openat(AT_FDCWD, "d/../f", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
	openat(AT_FDCWD, "s/" ODD "/none", O_RDONLY | O_NOFOLLOW);
	link("f", "g");
	linkat(AT_FDCWD, "f", directory, "h", 0);
	symlink("../" ODD, "l");
	symlinkat("f", directory, "m");
	readlinkat(AT_FDCWD, "l", buffer, sizeof buffer);
	readlink("l", buffer, sizeof buffer);
	rename("g", "d/g");
	renameat(directory, "h", AT_FDCWD, "d/h");
	renameat2(AT_FDCWD, "d/h", AT_FDCWD, "d/g", RENAME_NOREPLACE);
	unlinkat(directory, "e", AT_REMOVEDIR);
	unlink("d/none");
	rmdir("d");
	access("f", R_OK | W_OK);
	access("f", F_OK);
	chmod("f", 04711);
	truncate("f", 1234567890123);
	chdir("d");
	chdir("..");
	lchown("l", -1, 0);
	removexattr("f", "user.none");
}

static void
descriptors(void)
{
	int f = openat(AT_FDCWD, "f", O_RDONLY | O_APPEND | O_NONBLOCK);

	dup2(f, 20);
	dup3(f, 21, O_CLOEXEC);
	dup(998);
	fchmod(f, 0644);
	fchown(f, 0, -1);
	ftruncate(f, 10);
	fchdir(f);
	close(20);
	close(999);
}

int
main(void)
{
	int status;
	pid_t child;

	mkdir("s", 0755);
	paths(openat(AT_FDCWD, "s", O_RDONLY | O_DIRECTORY));
	descriptors();
	child = fork();
	if (child == 0)
		abort();
	waitpid(child, &status, 0);
	return 3;
}
