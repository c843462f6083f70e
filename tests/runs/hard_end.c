/*
 * hard_end.c - ends in the way that the first argument names, right after an open; threads count their opens
 * in the file "told".
 */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

static atomic_int count;
static atomic_int *told; /* by each thread: opens that came back; in a file that stays */

static void
look(const char *path)
{
	close(open(path, O_RDONLY));
}

static void
handler(void)
{
	look("in-handler");
}

__attribute__((destructor)) static void
destroy(void)
{
	look("in-destructor");
}

static void *
work(void *argument)
{
	char path[64];
	long number = (long)argument;

	for (;;) {
		snprintf(path, sizeof path, "thread-%ld-%d", number, told[number]);
		look(path);
		told[number]++;
		if (atomic_fetch_add(&count, 1) == 2000)
			exit(5);
	}
	return NULL;
}

int
main(int argc, char *argv[])
{
	const char *way = argc > 1 ? argv[1] : "";
	struct rlimit none = {0, 0};
	volatile int *nothing = NULL;

	setrlimit(RLIMIT_CORE, &none);
	atexit(handler);
	at_quick_exit(handler);
	look("last");
	if (strcmp(way, "kill") == 0)
		kill(getpid(), SIGKILL);
	if (strcmp(way, "segv") == 0)
		*nothing = 1;
	if (strcmp(way, "abort") == 0)
		abort();
	if (strcmp(way, "_exit") == 0)
		_exit(3);
	if (strcmp(way, "_Exit") == 0)
		_Exit(3);
	if (strcmp(way, "quick_exit") == 0)
		quick_exit(3);
	if (strcmp(way, "exit") == 0)
		exit(3);
	if (strcmp(way, "syscall") == 0)
		syscall(SYS_exit_group, 3);
	if (strcmp(way, "pthread_exit") == 0)
		pthread_exit(NULL);
	if (strcmp(way, "threads") == 0) {
		pthread_t thread;
		int fd = open("told", O_RDWR | O_CREAT, 0600);

		if (ftruncate(fd, 4096) < 0)
			return 1;
		told = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		for (long i = 0; i < 8; i++)
			pthread_create(&thread, NULL, work, (void *)i);
		pause();
	}
	return 3;
}
