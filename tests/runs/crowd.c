/*
 * crowd.c - COUNT children, AT_ONCE of them at a time: number n reads "in" and makes "out.n".
 */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void
work(long number)
{
	char name[32];

	snprintf(name, sizeof name, "out.%ld", number);
	_exit(open("in", O_RDONLY) == -1 || open(name, O_WRONLY | O_CREAT | O_EXCL, 0600) == -1);
}

int
main(int argc, char *argv[])
{
	long count = argc > 2 ? atol(argv[1]) : 0, at_once = argc > 2 ? atol(argv[2]) : 0;
	int status, failed = 0;

	for (long at = 0; at < count + at_once; at++) {
		if (at < count) {
			pid_t pid = fork();

			if (pid == -1)
				err(1, "fork");
			if (pid == 0)
				work(at);
		}
		if (at >= at_once)
			failed |= wait(&status) == -1 || status != 0;
	}
	return failed;
}
