/*
 * hard_failed.c - lookups that fail, in a directory with "file", "loop" (a link to itself) and "closed" (mode
 * 0), run by a user whom modes bind; then execvp of arguments, each in a child.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

int
main(int argc, char *argv[])
{
	struct stat status;
	char text[16];

	open("none", O_RDONLY);
	open("file/below", O_RDONLY);
	open("closed/below", O_RDONLY);
	open("loop", O_RDONLY);
	stat("none", &status);
	lstat("loop", &status);
	stat("loop/below", &status);
	access("closed/below", R_OK);
	access("file", W_OK);
	readlink("file", text, sizeof text);
	readlink("none", text, sizeof text);
	unlink("none");
	rmdir("file");
	mkdir("file", 0755);
	chdir("file");
	for (int i = 1; i < argc; i++) {
		char *arguments[] = {argv[i], "argument", NULL};
		pid_t pid = fork();

		if (pid == 0) {
			execvp(arguments[0], arguments);
			_exit(127);
		}
		waitpid(pid, NULL, 0);
	}
	return 0;
}
