/*
 * hard_busy.c - looks up /busy/0, /busy/1, ... as fast as it can, in a few processes if told so, starts a
 * program on the way, and exits with 7.
 *
 * usage: hard_busy COUNT [PROCESSES]
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static void
look_up(long from, long to)
{
	char path[64];

	for (long i = from; i < to; i++) {
		snprintf(path, sizeof path, "/busy/%ld", i);
		if (access(path, F_OK) == 0)
			exit(1);
	}
}

int
main(int argc, char *argv[])
{
	long count = argc > 1 ? atol(argv[1]) : 0;
	long processes = argc > 2 ? atol(argv[2]) : 1;
	int status;

	for (long i = 1; i < processes; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			look_up(i * count, (i + 1) * count);
			_exit(0);
		}
	}
	look_up(0, count);
	if (system("exit 5") != 5 << 8)
		return 1;
	while (wait(&status) > 0) {
		if (status != 0)
			return 1;
	}
	return puts("done") < 0 ? 1 : 7;
}
