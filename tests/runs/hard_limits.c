/*
 * hard_limits.c - opens as many files as RLIMIT_NOFILE allows, prints the numbers that it got and the error
 * at the end, and goes on with none left: makes calls and forks; and with one left it starts programs.
 *
 * usage: hard_limits LIMIT FILES [again]      FILES: at most so many; again: after an exec with all of them
 * open
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "said.h"

static void
open_all(int files)
{
	int first = -1, last = -1, gaps = 0, count = 0;
	int fd;

	while (count < files && (fd = count % 3 == 0   ? open("/dev/null", O_RDONLY)
				      : count % 3 == 1 ? dup(0)
						       : socket(AF_UNIX, SOCK_STREAM, 0)) >= 0) {
		gaps += last >= 0 && fd != last + 1;
		first = first < 0 ? fd : first;
		last = fd;
		count++;
	}
	printf("%d files: %d to %d, %d gaps, %s\n", count, first, last, gaps,
	       count < files ? strerrorname_np(errno) : "enough");
	fflush(stdout);
}

static int
child_of(pid_t pid)
{
	int status = -1;

	waitpid(pid, &status, 0);
	return WEXITSTATUS(status);
}

int
main(int argc, char *argv[])
{
	if (argc < 3)
		return 2;
	rlim_t number = (rlim_t)atol(argv[1]);
	struct rlimit limit = {number, number};
	if (argc == 3 && setrlimit(RLIMIT_NOFILE, &limit) < 0)
		return 1;
	open_all(atoi(argv[2]));
	for (int i = 0; i < 500; i++)
		access("/limits/none-left", F_OK);
	say("open", open("/limits/missing", O_RDONLY));
	say("stat", stat("/limits/missing", &(struct stat){0}));
	say("dup2", dup2(0, 3));
	say("dup2", dup2(0, (int)number - 1));
	say("dup2", dup2(0, (int)number));
	say("fcntl", fcntl(0, F_DUPFD, number));
	FILE *stream = fopen("/dev/null", "r");
	say("fopen", stream ? fileno(stream) : -1);
	if (stream)
		fclose(stream);
	pid_t pid = fork();
	if (pid == 0) {
		access("/limits/in-child", F_OK);
		_exit(open("/dev/null", O_RDONLY) < 0 ? errno : 0);
	}
	say("child", child_of(pid));
	close(3); /* the dynamic linker needs one */
	say("system", system("exit 3"));
	say("execv", execv("/limits/missing", argv));
	if (argc == 3) {
		execl(argv[0], argv[0], argv[1], argv[2], "again", NULL);
		return 1;
	}
	return 0;
}
