/*
 * hard_threads.c - six threads, each of which makes processes by vfork, posix_spawn, fork and system, opens
 * files and lists directories while the others do so. Prints "WAY THREAD-ID PID CODE" for each child (system:
 * PID 0); a child ends with its code, which no other has.
 */
#include <dirent.h>
#include <err.h>
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

enum { THREADS = 6, ROUNDS = 10 };

static char *own;

static void
look(const char *kind, long thread, int number)
{
	char path[64];

	snprintf(path, sizeof path, "%s-%ld-%d", kind, thread, number);
	close(open(path, O_RDONLY));
}

static void
list(long thread)
{
	char path[64];
	struct dirent *entry;
	int count = 0;

	snprintf(path, sizeof path, "directory-%ld", thread);
	mkdir(path, 0700);
	DIR *directory = opendir(path);
	while ((entry = readdir(directory)))
		count++;
	closedir(directory);
	if (count != 2)
		errx(1, "%d entries in %s", count, path);
}

static void
start(const char *way, int code)
{
	char text[16], command[4096];
	char *argv[] = {own, "child", text, NULL};
	pid_t pid = 0;
	int status;

	snprintf(text, sizeof text, "%d", code);
	if (strcmp(way, "system") == 0) {
		snprintf(command, sizeof command, "exec %s child %d", own, code);
		status = system(command);
	} else {
		if (strcmp(way, "vfork") == 0) {
			if ((pid = vfork()) == 0) {
				execve(own, argv, environ);
				_exit(127);
			}
		} else if (strcmp(way, "fork") == 0) {
			if ((pid = fork()) == 0) {
				execv(own, argv);
				_exit(127);
			}
		} else if (posix_spawn(&pid, own, NULL, NULL, argv, environ) != 0) {
			err(1, "posix_spawn");
		}
		if (waitpid(pid, &status, 0) != pid)
			err(1, "waitpid");
	}
	if (!WIFEXITED(status) || WEXITSTATUS(status) != code)
		errx(1, "%s: status %#x instead of code %d", way, status, code);
	printf("%s %d %d %d\n", way, gettid(), pid, code);
}

static void *
work(void *argument)
{
	static const char *const ways[] = {"vfork", "spawn", "fork", "system"};
	long thread = (long)argument;

	for (int number = 0; number < ROUNDS; number++) {
		look("before", thread, number);
		start(ways[(number + thread) % 4], (int)(1 + thread * ROUNDS + number));
		look("after", thread, number);
	}
	list(thread);
	return NULL;
}

int
main(int argc, char *argv[])
{
	pthread_t thread[THREADS];

	if (argc > 2)
		return atoi(argv[2]);
	own = argv[0];
	for (long i = 0; i < THREADS; i++)
		pthread_create(&thread[i], NULL, work, (void *)i);
	for (long i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
	return 0;
}
