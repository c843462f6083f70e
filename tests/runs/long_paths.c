/*
 * long_paths.c - threads that ask for long paths, of which many begin alike, with a number at the end of
 * each: the one process, a child that is forked by a thread in the middle, and a signal handler that comes at
 * any time. It ends by SIGKILL.
 *
 * The path of number N of thread T: the first bytes of a stem, and "/T.N" behind them; which stem and how
 * many of its bytes, random_of() says. Every 16th call is a rename of the path of the number before to this
 * one. The handler asks for the last stem.
 *
 * usage: long_paths THREADS COUNT
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STEMS = 4, COMPONENT = 61, LONGEST = 4060 };

static char stem[STEMS][LONGEST + 1];
static pthread_barrier_t barrier;
static long count;

static unsigned
random_of(long thread, long number)
{
	unsigned seed = (unsigned)(thread * 7919 + number) * 2654435761U;

	return seed >> 12;
}

static void
make(char path[LONGEST + 24], long thread, long number)
{
	unsigned random = random_of(thread, number);
	/* The same stem for a while, then another one. */
	const char *from = stem[(number / 40 + thread) % (STEMS - 1)];
	size_t length = random % 4 == 0 ? 2 + random / 4 % (LONGEST - 2) : (size_t)LONGEST - random / 4 % 8;

	if (from[length - 1] == '/')
		length--;
	memcpy(path, from, length);
	sprintf(path + length, "/%ld.%ld", thread, number);
}

static void
handle(int signal)
{
	(void)signal;
	access(stem[STEMS - 1], F_OK);
}

static void
ask(long thread, long from, long to)
{
	char path[LONGEST + 24], before[LONGEST + 24];

	for (long number = from; number < to; number++) {
		make(path, thread, number);
		if (number % 16 == 15) {
			make(before, thread, number - 1);
			rename(before, path);
		} else {
			access(path, F_OK);
		}
	}
}

static void *
work(void *number)
{
	long thread = *(long *)number;

	pthread_barrier_wait(&barrier);
	ask(thread, 0, count / 2);
	if (thread == 0) {
		pid_t child = fork();

		if (child == 0) {
			ask(thread, count, count + count / 2);
			kill(getpid(), SIGKILL);
		}
		waitpid(child, NULL, 0);
	}
	ask(thread, count / 2, count);
	return NULL;
}

int
main(int argc, char *argv[])
{
	struct sigaction action = {.sa_handler = handle, .sa_flags = SA_RESTART};
	const struct itimerval often = {{0, 3000}, {0, 3000}};
	long threads = argc > 2 ? atol(argv[1]) : 0;
	pthread_t *thread = calloc((size_t)threads + 1, sizeof *thread);
	long *number = calloc((size_t)threads + 1, sizeof *number);

	if (threads == 0 || !thread || !number)
		return 2;
	count = atol(argv[2]);
	for (int i = 0; i < STEMS; i++) {
		for (int at = 0; at < LONGEST; at++)
			stem[i][at] = at % COMPONENT == 0 ? '/' : (char)('a' + i);
	}
	stem[STEMS - 1][LONGEST - 100] = '\0';
	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	pthread_barrier_init(&barrier, NULL, (unsigned)threads);
	for (long i = 0; i < threads; i++) {
		number[i] = i;
		pthread_create(&thread[i], NULL, work, &number[i]);
	}
	for (long i = 0; i < threads; i++)
		pthread_join(thread[i], NULL);
	kill(getpid(), SIGKILL);
}
