/*
 * hard_rename.c - renames of every kind, with directories and files open under what moves. Runs in an empty
 * directory.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static int
make(const char *path)
{
	return open(path, O_RDWR | O_CREAT, 0600);
}

/* A directory that another process stands in, and has a file of open. */
static void
move_under_child(void)
{
	struct stat status;
	int ready[2], moved[2];
	char byte = 0;

	if (pipe(ready) < 0 || pipe(moved) < 0)
		return;
	mkdir("base", 0700);
	mkdir("base/in", 0700);
	if (fork() == 0) {
		chdir("base/in");
		int directory = open(".", O_RDONLY | O_DIRECTORY);
		int file = make("file");
		if (write(ready[1], &byte, 1) != 1 || read(moved[0], &byte, 1) != 1)
			_exit(1);
		openat(directory, "by-descriptor", O_RDONLY);
		open("by-cwd", O_RDONLY);
		fstat(file, &status);
		rename("file", "../up");
		_exit(0);
	}
	if (read(ready[0], &byte, 1) == 1)
		rename("base", "moved");
	if (write(moved[1], &byte, 1) == 1)
		wait(NULL);
}

int
main(void)
{
	struct stat status;

	close(make("a"));
	int old = make("b");
	rename("a", "b"); /* over what is open */
	fstat(old, &status);
	rename("missing", "b");

	mkdir("one", 0700);
	mkdir("two", 0700);
	int one = open("one", O_RDONLY | O_DIRECTORY);
	int two = open("two", O_RDONLY | O_DIRECTORY);
	int in_one = make("one/file");
	int in_two = make("two/file");
	renameat2(AT_FDCWD, "one", AT_FDCWD, "two", RENAME_NOREPLACE);
	renameat2(AT_FDCWD, "one", AT_FDCWD, "two", RENAME_EXCHANGE);
	openat(one, "was-one", O_RDONLY);
	openat(two, "was-two", O_RDONLY);
	fstat(in_one, &status);
	fstat(in_two, &status);
	renameat2(AT_FDCWD, "two", AT_FDCWD, "moved", RENAME_NOREPLACE);
	openat(one, "was-one-moved", O_RDONLY);
	fstat(in_one, &status);
	chdir("moved");
	rename("../moved", "../elsewhere");
	open("relative", O_RDONLY);
	mkdir("deep", 0700);
	chdir("deep");
	rename("../../elsewhere", "../../again");
	open("relative", O_RDONLY);
	open("../../b", O_RDONLY);
	mkdir("../../target", 0700);
	renameat(one, "deep", AT_FDCWD, "../../target"); /* over an empty directory, with us in it */
	open("relative", O_RDONLY);
	linkat(one, "file", AT_FDCWD, "link", 0);
	rename("link", "../again/file"); /* one file with two names: nothing is done */
	move_under_child();
	return 0;
}
