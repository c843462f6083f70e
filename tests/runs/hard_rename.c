/*
 * hard_rename.c - renames of every kind, with directories and files open under what moves. Runs in an empty
 * directory.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static int
make(const char *path)
{
	return open(path, O_RDWR | O_CREAT, 0600);
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
	return 0;
}
