/*
 * hard_orphans.c - processes that outlive their parents. "double": a grandchild that lives for a moment
 * longer than the command; "daemon": one that lives until the file "stop" is there. Each opens files before
 * and after its parent's end.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void
look(const char *path)
{
	close(open(path, O_RDONLY));
}

static void
wait_for_orphanage(pid_t parent)
{
	while (getppid() == parent)
		usleep(1000);
}

int
main(int argc, char *argv[])
{
	int ready[2];
	char byte;

	if (argc < 2 || pipe(ready) < 0)
		return 1;
	if (strcmp(argv[1], "daemon") == 0) {
		pid_t pid = fork();

		if (pid == 0) {
			if (daemon(1, 0) < 0)
				return 1;
			look("in-daemon");
			if (write(ready[1], "", 1) != 1)
				return 1;
			while (access("stop", F_OK) < 0)
				usleep(20000);
			look("after-the-end");
			_exit(0);
		}
		waitpid(pid, NULL, 0);
		return read(ready[0], &byte, 1) != 1;
	}
	pid_t middle = fork();
	if (middle == 0) {
		pid_t parent = getpid();

		if (fork() == 0) {
			look("grandchild-with-parent");
			wait_for_orphanage(parent);
			look("grandchild-alone");
			if (write(ready[1], "", 1) != 1)
				return 1;
			close(ready[1]);
			usleep(200000); /* outlives the command */
			look("grandchild-last");
			_exit(4);
		}
		_exit(0);
	}
	waitpid(middle, NULL, 0);
	return read(ready[0], &byte, 1) != 1;
}
