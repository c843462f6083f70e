/*
 * bench_fork.c - what a high descriptor costs each fork: the kernel copies the table of descriptors up to the
 * highest that is open. Fork, exit in the child and wait, with one descriptor open at a number beside the
 * standard ones. The numbers take turns, so that the machine's moods fall on all alike; prints the medians
 * and what each is over none.
 *
 *     gcc -O2 -std=gnu11 -o /tmp/bench_fork tests/bench/bench_fork.c && /tmp/bench_fork
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 101, FORKS = 50, NONE = 2 };

static const int number[] = {NONE, 250, 1000, 1024, 4000, 16000};

enum { COUNT = sizeof number / sizeof *number };

static uint64_t
now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

/* In a process of its own, since a table that has grown stays large: nanoseconds a fork. */
static uint64_t
measure(int fd)
{
	uint64_t begin = now();

	if (fd != NONE && dup2(STDERR_FILENO, fd) < 0)
		return 0;
	for (int i = 0; i < FORKS; i++) {
		pid_t pid = fork();

		if (pid == 0)
			_exit(0);
		if (pid < 0 || waitpid(pid, NULL, 0) < 0)
			err(1, "fork");
	}
	return (now() - begin) / FORKS;
}

static uint64_t
measure_apart(int fd)
{
	uint64_t took = 0;
	int ends[2];

	if (pipe(ends) < 0)
		err(1, "pipe");
	pid_t pid = fork();
	if (pid == 0) {
		took = measure(fd);
		_exit(write(ends[1], &took, sizeof took) != sizeof took);
	}
	close(ends[1]);
	if (pid < 0 || read(ends[0], &took, sizeof took) != sizeof took)
		errx(1, "descriptor %d: no answer", fd);
	close(ends[0]);
	waitpid(pid, NULL, 0);
	return took;
}

static int
by_size(const void *left, const void *right)
{
	uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

	return (a > b) - (a < b);
}

int
main(void)
{
	static uint64_t sample[COUNT][ROUNDS];
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
	for (int round = 0; round < ROUNDS; round++) {
		for (int i = 0; i < COUNT; i++)
			sample[i][round] = measure_apart(number[i]);
	}
	for (int i = 0; i < COUNT; i++)
		qsort(sample[i], ROUNDS, sizeof **sample, by_size);
	double none = (double)sample[0][ROUNDS / 2] / 1000;
	printf("none        %8.1f us a fork\n", none);
	for (int i = 1; i < COUNT; i++) {
		double took = (double)sample[i][ROUNDS / 2] / 1000;

		if (took == 0)
			printf("%-11d over RLIMIT_NOFILE\n", number[i]);
		else
			printf("%-11d %8.1f us, %+.1f\n", number[i], took, took - none);
	}
	return 0;
}
