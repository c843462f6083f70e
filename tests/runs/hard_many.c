/*
 * hard_many.c - many processes or threads at once. The first argument says what, the second how many, the
 * third a number for each of them.
 *
 *   processes N K   N children that exist at the same time, then each opens K files and ends
 *   threads N K     N threads that each open K files
 *   forks N         one after the other: fork(); open(unique); _exit(0)
 *   slow K          K opens; prints how many were made, and how long the longest took in milliseconds
 */
#include <err.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long each;

static void
look(const char *kind, long who, long number)
{
	char path[64];

	snprintf(path, sizeof path, "%s-%ld-%ld", kind, who, number);
	close(open(path, O_RDONLY));
}

static void *
work(void *argument)
{
	for (long i = 0; i < each; i++)
		look("thread", (long)argument, i);
	return NULL;
}

static void
processes(long count)
{
	int start[2];
	char byte;

	if (pipe(start) < 0)
		err(1, "pipe");
	for (long who = 0; who < count; who++) {
		pid_t pid = fork();

		if (pid < 0)
			err(1, "fork number %ld", who);
		if (pid == 0) {
			close(start[1]);
			if (read(start[0], &byte, 1) != 0) /* all at once, when the parent closes */
				_exit(1);
			for (long i = 0; i < each; i++)
				look("process", who, i);
			_exit((int)(who % 100));
		}
		printf("%d %ld\n", pid, who);
	}
	close(start[1]);
	while (wait(NULL) > 0)
		continue;
}

static void
threads(long count)
{
	pthread_t thread[count];

	for (long who = 0; who < count; who++) {
		if (pthread_create(&thread[who], NULL, work, (void *)who) != 0)
			errx(1, "pthread_create");
	}
	for (long who = 0; who < count; who++)
		pthread_join(thread[who], NULL);
}

static void
forks(long count)
{
	for (long who = 0; who < count; who++) {
		pid_t pid = fork();

		if (pid == 0) {
			look("fork", who, 0);
			_exit(0);
		}
		waitpid(pid, NULL, 0);
		printf("%d %ld\n", pid, who);
	}
}

static void
slow(long count)
{
	struct timespec before, after;
	long longest = 0;

	for (long i = 0; i < count; i++) {
		clock_gettime(CLOCK_MONOTONIC, &before);
		look("slow", 0, i);
		clock_gettime(CLOCK_MONOTONIC, &after);
		long took =
		    (after.tv_sec - before.tv_sec) * 1000 + (after.tv_nsec - before.tv_nsec) / 1000000;
		if (took > longest)
			longest = took;
	}
	printf("%ld %ld\n", count, longest);
}

int
main(int argc, char *argv[])
{
	if (argc < 3)
		errx(1, "usage: hard_many WHAT N [K]");
	long count = atol(argv[2]);
	each = argc > 3 ? atol(argv[3]) : 1;
	setvbuf(stdout, NULL, _IOFBF, 1 << 20);
	if (strcmp(argv[1], "processes") == 0)
		processes(count);
	else if (strcmp(argv[1], "threads") == 0)
		threads(count);
	else if (strcmp(argv[1], "forks") == 0)
		forks(count);
	else
		slow(count);
	return 0;
}
