/*
 * test_tsc.c - the counter's rate against the clock, and that there is none where the kernel doesn't trust
 * it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "tsc.h"

static const char *
source_that_says(const char *text)
{
	static char path[4096];
	const char *directory = getenv("TMPDIR");

	snprintf(path, sizeof path, "%s/test_tsc.XXXXXX", directory ? directory : "/tmp");
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	dprintf(fd, "%s", text);
	close(fd);
	return path;
}

static uint32_t
rate_after(struct tsc *tsc, const char *source, long milliseconds)
{
	const struct timespec pause = {.tv_nsec = milliseconds * 1000000};

	nanosleep(&pause, NULL);
	return tsc_rate(tsc, source);
}

static void
test_untrusted(void **state)
{
	static const char *const others[] = {"hpet\n", "kvm-clock\n", "tsc", "tsc-early\n", ""};

	(void)state;
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		const char *source = source_that_says(others[i]);
		struct tsc tsc = {0};

		assert_int_equal(tsc_rate(&tsc, source), 0);
		assert_int_equal(rate_after(&tsc, source, 60), 0);
		unlink(source);
	}
	struct tsc tsc = {0};
	assert_int_equal(tsc_rate(&tsc, "/nonexistent/source"), 0);
	assert_int_equal(rate_after(&tsc, "/nonexistent/source", 60), 0);
}

#if defined(__x86_64__) || defined(__i386__)
static uint64_t
clock_now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static void
test_rate(void **state)
{
	const char *source = source_that_says("tsc\n");
	struct tsc tsc = {0};

	(void)state;
	assert_int_equal(tsc_rate(&tsc, source), 0); /* nothing is known yet */
	uint32_t rate = rate_after(&tsc, source, 60);
	assert_true(rate > 0);
	/* A tenth of a second by the counter is one by the clock, which is read on both sides of it. */
	uint64_t outer = clock_now();
	uint64_t ticks = __builtin_ia32_rdtsc();
	uint64_t inner = clock_now();
	rate_after(&tsc, source, 100);
	inner = clock_now() - inner;
	ticks = __builtin_ia32_rdtsc() - ticks;
	outer = clock_now() - outer;
	double counted = (double)ticks * (double)rate / 4294967296.0;
	assert_true(counted > (double)inner * 0.9999 && counted < (double)outer * 1.0001);
	unlink(source);
}

/* Measured anew after a second; and given up when the kernel has given the counter up by then. */
static void
test_given_up(void **state)
{
	const char *source = source_that_says("tsc\n");
	struct tsc tsc = {0};

	(void)state;
	tsc_rate(&tsc, source);
	assert_true(rate_after(&tsc, source, 60) > 0);
	FILE *stream = fopen(source, "w");
	assert_non_null(stream);
	fputs("hpet\n", stream);
	fclose(stream);
	assert_true(rate_after(&tsc, source, 100) > 0);
	assert_int_equal(rate_after(&tsc, source, 900), 0);
	unlink(source);
}
#endif

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_untrusted),
#if defined(__x86_64__) || defined(__i386__)
		cmocka_unit_test(test_rate),
		cmocka_unit_test(test_given_up),
#endif
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
