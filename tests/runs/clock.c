/*
 * clock.c - looks for files that aren't there, and tells when: before and after each look CLOCK_MONOTONIC, in
 * ns. In bursts, so that the library has just asked for the time or long ago, when a rate has been measured.
 */
#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { BURSTS = 40, LOOKS = 1000 };

static uint64_t times[BURSTS * LOOKS][2];

static uint64_t
now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

int
main(void)
{
	const struct timespec pause = {.tv_nsec = 10000000};
	char name[32];

	for (int i = 0; i < BURSTS * LOOKS; i++) {
		if (i % LOOKS == 0)
			nanosleep(&pause, NULL);
		snprintf(name, sizeof name, "/none/%d", i);
		times[i][0] = now();
		access(name, F_OK);
		times[i][1] = now();
	}
	for (int i = 0; i < BURSTS * LOOKS; i++)
		printf("%llu %llu\n", (unsigned long long)times[i][0], (unsigned long long)times[i][1]);
	return 0;
}
