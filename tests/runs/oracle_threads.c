/*
 * oracle_threads.c - eight threads that look at files, spawn, fork and run shells at the same time; for
 * test-oracle-habits. The first argument is how many rounds each makes; it ends with status 9.
 */
#include <fcntl.h>
#include <pthread.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { THREADS = 8 };

static int rounds;

static void
start(int way)
{
	char *argv[] = {"true", NULL};
	char line[16];
	pid_t pid = -1;
	FILE *pipe;

	switch (way) {
	case 0:
		if (posix_spawnp(&pid, argv[0], NULL, NULL, argv, environ) != 0)
			exit(1);
		break;
	case 1:
		pid = fork();
		if (pid == 0) {
			access("/nothing/in/a/child", W_OK);
			_exit(0);
		}
		break;
	case 2:
		if (system("exit 3") != 3 << 8)
			exit(1);
		break;
	case 3:
		pipe = popen("echo through", "r");
		if (!pipe || !fgets(line, sizeof line, pipe) || pclose(pipe) != 0)
			exit(1);
		break;
	}
	if (pid > 0)
		waitpid(pid, NULL, 0);
}

static void *
work(void *argument)
{
	long number = (long)argument;
	struct stat status;
	char path[64];

	for (int round = 0; round < rounds; round++) {
		snprintf(path, sizeof path, "/nothing/%ld-%d", number, round);
		access(path, R_OK);
		int fd = open("/etc/passwd", O_RDONLY);
		fstat(fd, &status);
		int other = dup(fd);
		close(fd);
		close(other);
		start(round % 8);
	}
	return NULL;
}

int
main(int argc, char *argv[])
{
	pthread_t thread[THREADS];

	rounds = argc > 1 ? atoi(argv[1]) : 16;
	for (long i = 0; i < THREADS; i++)
		pthread_create(&thread[i], NULL, work, (void *)i);
	for (int i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
	return 9;
}
