/*
 * hard_forks.c - threads that fork all the time, threads that make calls all the time, and one that waits in
 * the opening of a FIFO. Prints how many children were started and how many came to a good end.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { THREADS = 4, FORKS = 60, CALLS = 4000 };

static atomic_int good;
static atomic_bool opened;

static void *
fork_all_the_time(void *argument)
{
	long thread = (long)argument;
	char path[64];
	int status;

	for (int i = 0; i < FORKS; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			snprintf(path, sizeof path, "/forks/%ld/%d", thread, i);
			open(path, O_RDONLY);
			if (i % 3 == 0)
				execl("/bin/sh", "sh", "-c", "exit 0", NULL);
			_exit(0);
		}
		if (waitpid(pid, &status, 0) == pid && status == 0)
			good++;
	}
	return NULL;
}

static void *
call_all_the_time(void *argument)
{
	long thread = (long)argument;
	char path[64];

	for (int i = 0; i < CALLS; i++) {
		snprintf(path, sizeof path, "/calls/%ld/%d", thread, i);
		access(path, F_OK);
	}
	return NULL;
}

static void *
wait_for_writer(void *argument)
{
	(void)argument;
	int fd = open("fifo", O_RDONLY);
	char byte = 0;

	opened = true;
	return (void *)(long)(read(fd, &byte, 1) == 1 && byte == 'x');
}

int
main(void)
{
	pthread_t forking[THREADS], calling[THREADS], waiting;
	void *was_read = NULL;

	mkfifo("fifo", 0600);
	pthread_create(&waiting, NULL, wait_for_writer, NULL);
	for (long i = 0; i < THREADS; i++) {
		pthread_create(&forking[i], NULL, fork_all_the_time, (void *)i);
		pthread_create(&calling[i], NULL, call_all_the_time, (void *)i);
	}
	for (int i = 0; i < THREADS; i++) {
		pthread_join(forking[i], NULL);
		pthread_join(calling[i], NULL);
	}
	bool waited = !opened;
	int fd = open("fifo", O_WRONLY);
	if (write(fd, "x", 1) != 1)
		return 1;
	pthread_join(waiting, &was_read);
	printf("%d forks, %d went well, waited %d, read %d\n", THREADS * FORKS, good, waited,
	       was_read != NULL);
	return 0;
}
