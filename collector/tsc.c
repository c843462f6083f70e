/*
 * tsc.c - measures the time stamp counter against CLOCK_MONOTONIC. The rule to keep: in doubt there is no
 * rate, and processes ask the kernel.
 */
#include "tsc.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define MILLISECOND UINT64_C(1000000)
#define FIRST       (4 * MILLISECOND) /* two readings that are 20 ns wrong make 10 in a million then */
#define PERIOD      (1000 * MILLISECOND)

enum { UNKNOWN, UNTRUSTED, COUNTING };
enum { TRIES = 8 };

static uint64_t
clock_now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000 * MILLISECOND + (uint64_t)time.tv_nsec;
}

#if defined(__x86_64__) || defined(__i386__)
#define HAS_COUNTER true
#define COUNTER     __builtin_ia32_rdtsc()
#else
#define HAS_COUNTER false
#define COUNTER     0
#endif

static bool
is_trusted(const char *source)
{
	char name[16] = "";
	FILE *stream = HAS_COUNTER ? fopen(source, "re") : NULL;

	if (!stream)
		return false;
	bool is_tsc = fgets(name, sizeof name, stream) && strcmp(name, "tsc\n") == 0;
	fclose(stream);
	return is_tsc;
}

/* Both at one moment: of some tries that in which least time passed. */
static void
read_both(uint64_t *ticks, uint64_t *time)
{
	uint64_t least = UINT64_MAX;

	for (int i = 0; i < TRIES; i++) {
		uint64_t before = COUNTER;
		uint64_t answer = clock_now();
		uint64_t passed = COUNTER - before;

		if (passed < least) {
			least = passed;
			*ticks = before + passed / 2;
			*time = answer;
		}
	}
}

static void
begin(struct tsc *tsc, const char *source)
{
	tsc->state = is_trusted(source) ? COUNTING : UNTRUSTED;
	tsc->rate = tsc->state == COUNTING ? tsc->rate : 0;
	read_both(&tsc->ticks, &tsc->time);
	tsc->next = tsc->rate == 0 ? FIRST : PERIOD;
}

uint32_t
tsc_rate(struct tsc *tsc, const char *source)
{
	if (tsc->state == UNKNOWN)
		begin(tsc, source);
	uint64_t age = clock_now() - tsc->time;
	if (tsc->state == COUNTING && age >= tsc->next) {
		uint64_t ticks, time;

		read_both(&ticks, &time);
		uint64_t passed = ticks - tsc->ticks;
		/* A counter slower than 1 GHz has no such number; one that stands still or leaps isn't to be
		 * trusted. */
		bool fits = passed > time - tsc->time && passed / 16 < time - tsc->time;
		tsc->rate = fits ? (uint32_t)((double)(time - tsc->time) / (double)passed * 4294967296.0) : 0;
		if (age >= PERIOD)
			begin(tsc, source);
		else /* the longer apart, the better */
			tsc->next = 2 * age < PERIOD ? 2 * age : PERIOD;
	}
	return tsc->rate;
}
