/*
 * loops.c - the calls that the benchmark times, again and again: usage: loops NAME COUNT [PATH [WORKERS]]
 *
 *   open       open and close PATH, COUNT times        stat, access, unique      the same with that call
 *   spawn      posix_spawn of /bin/true and wait       (unique: access, each time by a name that never came
 * before) threads    WORKERS threads that stat PATH          processes                 as many processes that
 * do storm      two processes of four threads each that do
 *
 * COUNT is that of all workers together; each makes its share.
 */
#include <fcntl.h>
#include <pthread.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;
static const char *path = "/etc/passwd";
static long workers = 1;

static void
open_many(long count)
{
	for (long i = 0; i < count; i++)
		close(open(path, O_RDONLY));
}

static void
stat_many(long count)
{
	struct stat status;

	for (long i = 0; i < count; i++)
		stat(path, &status);
}

static void
access_many(long count)
{
	for (long i = 0; i < count; i++)
		access(path, R_OK);
}

static void
unique_many(long count)
{
	char name[80];

	for (long i = 0; i < count; i++) {
		snprintf(name, sizeof name, "/nonexistent/directory-%ld/file-%ld", i / 100, i);
		access(name, F_OK);
	}
}

static void
spawn_many(long count)
{
	char name[] = "true";
	char *argv[] = {name, NULL};
	pid_t pid;

	for (long i = 0; i < count; i++) {
		if (posix_spawn(&pid, "/bin/true", NULL, NULL, argv, environ) == 0)
			waitpid(pid, NULL, 0);
	}
}

static void *
thread_main(void *count)
{
	stat_many((long)count);
	return NULL;
}

static void
stat_in_threads(long threads, long count)
{
	pthread_t *thread = calloc((size_t)threads, sizeof *thread);

	for (long i = 0; i < threads; i++) {
		if (pthread_create(&thread[i], NULL, thread_main, (void *)(count / threads)) != 0)
			exit(1);
	}
	for (long i = 0; i < threads; i++)
		pthread_join(thread[i], NULL);
	free(thread);
}

static void
threads_many(long count)
{
	stat_in_threads(workers, count);
}

/* All of them at a time, `threads` in each. */
static void
in_processes(long processes, long threads, long count)
{
	for (long i = 0; i < processes; i++) {
		pid_t pid = fork();

		if (pid < 0)
			exit(1);
		if (pid == 0) {
			if (threads > 1)
				stat_in_threads(threads, count / processes);
			else
				stat_many(count / processes);
			_exit(0);
		}
	}
	while (wait(NULL) > 0)
		continue;
}

static void
processes_many(long count)
{
	in_processes(workers, 1, count);
}

static void
storm_many(long count)
{
	in_processes(2, 4, count);
}

static const struct {
	const char *name;
	void (*run)(long count);
} loops[] = {
    {"open", open_many},   {"stat", stat_many},       {"access", access_many},       {"unique", unique_many},
    {"spawn", spawn_many}, {"threads", threads_many}, {"processes", processes_many}, {"storm", storm_many},
};

int
main(int argc, char *argv[])
{
	if (argc > 3)
		path = argv[3];
	if (argc > 4)
		workers = atol(argv[4]);
	for (size_t i = 0; argc > 2 && i < sizeof loops / sizeof *loops; i++) {
		if (strcmp(argv[1], loops[i].name) == 0) {
			loops[i].run(atol(argv[2]));
			return 0;
		}
	}
	fprintf(stderr, "usage: loops NAME COUNT [PATH [WORKERS]]\n");
	return 2;
}
