/*
 * bench_lookup.c - what an exec pays for finding the functions behind the wrappers: all of them by dlsym(3)
 * before the program begins, as preloaded libraries often do; all of them by the shim's own look-up
 * (shim/next.c); and only those that a small program calls, as the shim does. Each sample is a process of its
 * own, since a second look-up finds warm caches and pages that are there. Prints medians.
 *
 *     gcc -O2 -std=gnu11 -Iinclude -Ishim -o /tmp/bench_lookup tests/bench/bench_lookup.c shim/next.c &&
 * /tmp/bench_lookup
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "next.h"

enum { SAMPLES = 201 };

static const struct {
	enum call call;
	const char *name;
} names[] = {
#define CALL(kind, event, type, name, parameters, arguments, fields) {CALL_##name, #name},
#define HAND(event, name, fields)                                    {CALL_##name, #name},
#define PART(event, name, part, fields)
#include "../shim/calls.def"
};

enum { NAME_COUNT = sizeof names / sizeof *names };

/* What cat(1) calls with one file. */
static const enum call few[] = {CALL_fstat, CALL_open,   CALL_copy_file_range,
				CALL_close, CALL_fclose, CALL_exit};

enum { FEW_COUNT = sizeof few / sizeof *few };

static uint64_t
now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

/* One way, once, in this process: nanoseconds. */
static uint64_t
look_up(const char *way)
{
	uint64_t begin = now(); /* the first call also resolves clock_gettime itself */
	size_t found = 0;

	begin = now();
	if (strcmp(way, "dlsym") == 0) {
		for (size_t i = 0; i < NAME_COUNT; i++)
			found += dlsym(RTLD_NEXT, names[i].name) != NULL;
	} else if (strcmp(way, "own") == 0) {
		for (size_t i = 0; i < NAME_COUNT; i++)
			found += next_resolve(names[i].call) != NULL;
	} else {
		for (size_t i = 0; i < FEW_COUNT; i++)
			found += next_resolve(few[i]) != NULL;
	}
	uint64_t took = now() - begin;
	if (found == 0)
		errx(1, "%s: nothing was found", way);
	return took;
}

static int
by_size(const void *left, const void *right)
{
	uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

	return (a > b) - (a < b);
}

/* The median of many processes that each execute us again with the way as their argument. */
static uint64_t
measure(const char *way)
{
	uint64_t sample[SAMPLES];

	for (int i = 0; i < SAMPLES; i++) {
		int ends[2];

		if (pipe(ends) < 0)
			err(1, "pipe");
		pid_t pid = fork();
		if (pid < 0)
			err(1, "fork");
		if (pid == 0) {
			dup2(ends[1], STDOUT_FILENO);
			execl("/proc/self/exe", "bench_lookup", way, (char *)NULL);
			_exit(127);
		}
		close(ends[1]);
		if (read(ends[0], &sample[i], sizeof sample[i]) != sizeof sample[i])
			errx(1, "%s: no answer", way);
		close(ends[0]);
		waitpid(pid, NULL, 0);
	}
	qsort(sample, SAMPLES, sizeof *sample, by_size);
	return sample[SAMPLES / 2];
}

int
main(int argc, char *argv[])
{
	if (argc == 2) {
		uint64_t took = look_up(argv[1]);

		return write(STDOUT_FILENO, &took, sizeof took) != sizeof took;
	}
	printf("dlsym, all %d names      %8.1f us\n", NAME_COUNT, (double)measure("dlsym") / 1000);
	printf("our look-up, all %d      %8.1f us\n", NAME_COUNT, (double)measure("own") / 1000);
	printf("our look-up, %d of them   %9.1f us\n", FEW_COUNT, (double)measure("few") / 1000);
	return 0;
}
