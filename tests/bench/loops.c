/*
 * loops.c - what the benchmark times in one process: usage: loops NAME COUNT [PATH]
 *
 *   open     open and close PATH          stat, access     the same call again and again
 *   storm    two processes of four threads each that stat PATH, COUNT times in all
 *   spawn    posix_spawn of /bin/true and wait
 *   unique   access to COUNT different names
 *
 * Prints the nanoseconds of one turn.
 */
#include <fcntl.h>
#include <pthread.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;
static const char *path = "/etc/passwd";
static long count;

static double
now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static void *
stat_many(void *turns)
{
	struct stat status;

	for (long i = 0; i < (long)turns; i++)
		stat(path, &status);
	return NULL;
}

static void
stat_in_threads(long turns)
{
	pthread_t thread[4];

	for (int i = 0; i < 4; i++)
		pthread_create(&thread[i], NULL, stat_many, (void *)(turns / 4));
	for (int i = 0; i < 4; i++)
		pthread_join(thread[i], NULL);
}

static void
storm(void)
{
	pid_t pid = fork();

	stat_in_threads(count / 2);
	if (pid == 0)
		exit(0);
	waitpid(pid, NULL, 0);
}

static void
spawn_one(void)
{
	char name[] = "true";
	char *argv[] = {name, NULL};
	pid_t pid;

	if (posix_spawn(&pid, "/bin/true", NULL, NULL, argv, environ) == 0)
		waitpid(pid, NULL, 0);
}

static void
access_unique(long i)
{
	char name[64];

	snprintf(name, sizeof name, "/nonexistent/directory/file-%ld", i);
	access(name, F_OK);
}

int
main(int argc, char *argv[])
{
	struct stat status;

	if (argc < 3)
		return 2;
	count = atol(argv[2]);
	if (argc > 3)
		path = argv[3];
	double start = now();
	if (strcmp(argv[1], "storm") == 0)
		storm();
	for (long i = 0; i < count && strcmp(argv[1], "storm") != 0; i++) {
		switch (argv[1][0]) {
		case 'o':
			close(open(path, O_RDONLY));
			break;
		case 's':
			if (argv[1][1] == 't')
				stat(path, &status);
			else
				spawn_one();
			break;
		case 'a':
			access(path, R_OK);
			break;
		case 'u':
			access_unique(i);
			break;
		}
	}
	printf("%.1f\n", (now() - start) / (double)count);
	return 0;
}
