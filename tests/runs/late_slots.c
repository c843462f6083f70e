/*
 * late_slots.c - THREADS threads that begin to record at once, before the collector could make room for so
 * many, and then, when it could, make CALLS calls each. Prints how many calls of write(2) those took, by
 * proc(5).
 *
 * usage: late_slots THREADS CALLS
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static pthread_barrier_t barrier;
static long calls;

static void *
work(void *unused)
{
	struct stat status;

	(void)unused;
	pthread_barrier_wait(&barrier);
	stat("/late", &status);
	pthread_barrier_wait(&barrier);
	pthread_barrier_wait(&barrier);
	for (long i = 0; i < calls; i++)
		stat("/late", &status);
	pthread_barrier_wait(&barrier);
	return NULL;
}

static long
writes(void)
{
	FILE *stream = fopen("/proc/self/io", "r");
	char line[100];
	long count = -1;

	while (stream && fgets(line, sizeof line, stream)) {
		if (strncmp(line, "syscw: ", 7) == 0)
			count = atol(line + 7);
	}
	if (stream)
		fclose(stream);
	return count;
}

int
main(int argc, char *argv[])
{
	int threads = argc > 2 ? atoi(argv[1]) : 0;
	pthread_t *thread = calloc((size_t)threads + 1, sizeof *thread);
	pthread_attr_t attributes;

	if (threads == 0 || !thread)
		return 2;
	calls = atol(argv[2]);
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, 64 << 10);
	pthread_barrier_init(&barrier, NULL, (unsigned)threads + 1);
	for (int i = 0; i < threads; i++) {
		if (pthread_create(&thread[i], &attributes, work, NULL) != 0)
			return 2;
	}
	pthread_barrier_wait(&barrier);
	pthread_barrier_wait(&barrier);
	usleep(200000);
	long before = writes();
	pthread_barrier_wait(&barrier);
	pthread_barrier_wait(&barrier);
	printf("%ld\n", before < 0 ? -1 : writes() - before);
	for (int i = 0; i < threads; i++)
		pthread_join(thread[i], NULL);
	return 0;
}
