/*
 * clock.c - the time of a record: CLOCK_MONOTONIC. Read from the kernel it costs a call as much as all else
 * that we do, so where the kernel itself keeps time by the processor's time stamp counter, we count on from
 * its last answer, for a moment, by the rate that the collector measured (collector/tsc.c). The rule to keep:
 * a thread's times never run back, and are never further from the kernel's than the counter can stray in that
 * moment.
 *
 * The counter is read without waiting for what stands before it. So a time may be that of some ten
 * nanoseconds before; a system call takes many times as long, and what lies on its two sides stays there.
 */
#define _GNU_SOURCE
#include <time.h>

#include "next.h"
#include "shim.h"

/* The kernel's own, for the pages of the vDSO cost a short process more; that of the vDSO once it pays. */
enum { KERNEL_READINGS = 16 };
static uint32_t readings;
static int (*clock_function)(clockid_t, struct timespec *);

#if defined(__x86_64__) || defined(__i386__)
#define HAS_COUNTER 1
#define COUNTER     __builtin_ia32_rdtsc()
#else
#define COUNTER 0
#endif

/* Ticks from one answer of the kernel's to the next: 0.1 ms at 2.6 GHz. */
#define MOMENT (UINT64_C(1) << 18)
/* Ticks that an answer takes at most, 0.2 us: so far may the two be apart. */
#define INSTANT (UINT64_C(1) << 9)

/* What this thread counts on from. */
struct anchor {
	uint64_t ticks;
	uint64_t time;
	uint64_t given; /* the time that was given last */
	uint32_t rate;  /* ns a tick, times 2^32; 0: not to be counted on from */
	bool changes;   /* a signal handler doesn't count on from it, nor change it */
};
static __thread struct anchor anchor __attribute__((tls_model("initial-exec")));

static bool forbidden; /* to read the counter raises SIGSEGV (PR_SET_TSC(2const)) */

static void
find_clock(void)
{
#if defined(__aarch64__)
	void *found = next_find_in_vdso("__kernel_clock_gettime");
#else
	void *found = next_find_in_vdso("__vdso_clock_gettime");
#endif

	clock_function = (int (*)(clockid_t, struct timespec *))found;
}

void
clock_by_kernel(void)
{
	readings = KERNEL_READINGS;
	clock_function = NULL;
	forbidden = true;
	anchor.rate = 0;
}

static uint64_t
ask(clockid_t clock)
{
	struct timespec time;

	if (unlikely(!clock_function) && readings < KERNEL_READINGS) {
		readings = channel.quiet ? KERNEL_READINGS : readings + 1;
		if (readings == KERNEL_READINGS)
			find_clock();
	}
	if (likely(clock_function != NULL))
		clock_function(clock, &time);
	else
		raw(SYS_clock_gettime, clock, &time);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

#ifdef HAS_COUNTER
static uint32_t
present_rate(void)
{
	return channel.slots && !forbidden ? __atomic_load_n(&channel.slots->tick_rate, __ATOMIC_RELAXED) : 0;
}

/*
 * The kernel's answer, from which is counted on. A signal handler that comes meanwhile asks for itself: what
 * it is given is later than this answer, and doesn't change it.
 */
static __attribute__((noinline)) uint64_t
ask_anew(void)
{
	if (unlikely(anchor.changes || forbidden))
		return ask(CLOCK_MONOTONIC);
	anchor.changes = true;
	anchor.rate = 0;
	__asm__ volatile("" ::: "memory");
	uint64_t given = anchor.given;
	uint64_t before = COUNTER;
	uint64_t time = ask(CLOCK_MONOTONIC);
	uint64_t ticks = COUNTER;
	anchor.ticks = ticks;
	anchor.time = time;
	__asm__ volatile("" ::: "memory");
	/* Whoever was interrupted between the two has an answer from long before. */
	if (likely(ticks - before < INSTANT))
		anchor.rate = present_rate();
	__asm__ volatile("" ::: "memory");
	anchor.changes = false;
	return anchor.given = time > given ? time : given + 1;
}

uint64_t
now(void)
{
	if (unlikely(anchor.rate == 0))
		return ask_anew();
	uint64_t ticks = anchor.ticks;
	uint64_t age = COUNTER - ticks;
	uint64_t time = anchor.time + (age * anchor.rate >> 32);
	__asm__ volatile("" ::: "memory");
	if (unlikely(age >= MOMENT || anchor.ticks != ticks)) /* or a signal handler has asked meanwhile */
		return ask_anew();
	return anchor.given = time;
}
#else
uint64_t
now(void)
{
	return ask(CLOCK_MONOTONIC);
}
#endif

uint64_t
now_since_boot(void)
{
	return ask(CLOCK_BOOTTIME);
}
