/*
 * hard_steps.c - a signal handler at any instruction of a call, and at the next one, where it makes calls of
 * its own. The processor's trap flag (Intel's manual, volume 1, 3.4.3.3) tells the instructions that some
 * calls come to; then a breakpoint at each in turn, the first times that a call comes to it, stops a call
 * that runs at full speed until there. Looks up names that nobody has, "/main/N" and "/handler/N"; long ones
 * fill the slot that they are recorded in. Prints a line for each call: its kind, N, and CLOCK_MONOTONIC
 * before and after it, ns.
 *
 * usage: hard_steps access | rename | long
 */
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#include "record.h"

enum {
	STEPS = 100000, /* all calls whose steps are told have fewer */
	CALLS = 20000,
	TIMES = 4,         /* that a call comes to an instruction, of which each is tried */
	WARM = 100,        /* calls until all is as it will be */
	TOLD = 3,          /* calls whose steps are */
	LONG = 2100,       /* bytes of a path: a slot has no room for two */
	REST = 120 * 1000, /* ns from call to call, so that the clock is asked anew */
	TF = 0x100,
	BREAKPOINT = 0xcc,
};

#if defined(__x86_64__)
#define AT    gregs[REG_RIP]
#define FLAGS gregs[REG_EFL]
#elif defined(__i386__)
#define AT    gregs[REG_EIP]
#define FLAGS gregs[REG_EFL]
#else /* no such flag: no steps are told, and none is tried */
#define AT    pc
#define FLAGS pstate
#endif

struct made {
	uint64_t before;
	uint64_t after;
};

static struct made of_main[CALLS], of_handler[4 * CALLS];
static int main_count, handler_count;
static uintptr_t places[STEPS]; /* of instructions that calls came to */
static volatile int steps;
static uint8_t *volatile broken; /* where the breakpoint is; NULL: none */
static uint8_t whole;            /* what stood there */
static volatile int skips;       /* times that it is still passed over */
static uint8_t *volatile passed; /* where it is to be again after the next step */
static volatile int once_more;   /* the handler is to call after the next step, too */
static int by_rename, is_long;

static struct slots_head *slots; /* NULL: not traced */
static int same_births;

static uint64_t
now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static inline __attribute__((always_inline)) void
trap_after_each(int on)
{
#if defined(__x86_64__)
	/* What lies below the stack's end is in use. */
	__asm__ volatile("lea -128(%%rsp), %%rsp\n\tpushfq\n\tandl $~0x100, (%%rsp)\n\torl %0, (%%rsp)\n\t"
			 "popfq\n\tlea 128(%%rsp), %%rsp"
			 :
			 : "r"(on ? TF : 0)
			 : "memory", "cc");
#elif defined(__i386__)
	__asm__ volatile("pushfl\n\tandl $~0x100, (%%esp)\n\torl %0, (%%esp)\n\tpopfl"
			 :
			 : "r"(on ? TF : 0)
			 : "memory", "cc");
#else
	(void)on;
#endif
}

static void
call_from_handler(int renames)
{
	struct made *call = &of_handler[handler_count];
	char path[LONG + 64];

	snprintf(path, sizeof path, "/handler/%d/%0*d", handler_count++, is_long ? LONG : 1, 0);
	call->before = now();
	if (renames)
		rename(path, "/nobody/has/this");
	else
		access(path, R_OK);
	call->after = now();
}

static void
handle(int signal, siginfo_t *info, void *context)
{
	mcontext_t *machine = &((ucontext_t *)context)->uc_mcontext;

	(void)signal, (void)info;
	if (broken) {
		uint8_t *place = broken;

		*place = whole;
		broken = NULL;
		machine->AT--;
		machine->FLAGS |= TF;
		if (skips-- > 0) {
			passed = place;
			return;
		}
		once_more = 1;
	} else if (passed) {
		broken = passed;
		passed = NULL;
		*broken = BREAKPOINT;
		machine->FLAGS &= ~(uint32_t)TF;
		return;
	} else if (once_more) {
		machine->FLAGS &= ~(uint32_t)TF;
		once_more = 0;
	} else {
		if (steps < STEPS)
			places[steps++] = (uintptr_t)machine->AT;
		return;
	}
	call_from_handler(1);
	if (once_more)
		call_from_handler(0);
}

/* With the trap flag from before it, or with a breakpoint at `place`; whether the handler called. */
static int
call_from_main(int is_trapped, uint8_t *place, int times)
{
	struct made *call = &of_main[main_count];
	char path[LONG + 64];
	int before = handler_count;

	snprintf(path, sizeof path, "/main/%d/%0*d", main_count++, is_long ? LONG : 1, 0);
	call->before = now();
	if (place) {
		whole = *place;
		skips = times;
		broken = place;
		*place = BREAKPOINT;
	}
	trap_after_each(is_trapped);
	if (by_rename)
		rename(path, "/nobody/has/this");
	else
		access(path, R_OK);
	trap_after_each(0);
	if (place)
		*place = whole;
	broken = passed = NULL;
	call->after = now();
	return handler_count > before;
}

static void
rest(void)
{
	for (uint64_t end = now() + REST; now() < end;)
		continue;
}

static void
map_slots(void)
{
	const char *variable = getenv(CHANNEL_VARIABLE);
	const char *directory = variable ? strrchr(variable, ':') : NULL;
	char path[256];

	if (!directory)
		return;
	snprintf(path, sizeof path, "%s/" CHANNEL_SLOTS, directory + 1);
	int fd = open(path, O_RDONLY);
	void *mapping = mmap(NULL, SLOTS_SIZE, PROT_READ, MAP_SHARED, fd, 0);
	if (mapping != MAP_FAILED)
		slots = slots_head_in(mapping);
	close(fd);
}

/* A slot's stream is named by its thread and its birth, so of one thread no two may have the same. */
static int
count_same_births(void)
{
	uint64_t births[SLOT_COUNT];
	int count = 0, same = 0;

	for (unsigned i = 0; slots && i < slots->limit; i++) {
		const struct slot *slot = slots_slot(slots, i);

		if (!(slots->used[i / 64] >> i % 64 & 1) || slot->base_of != 0 || slot->birth == 0)
			continue;
		births[count] = slot->birth;
		for (int other = 0; other < count; other++)
			same += births[other] == births[count];
		count++;
	}
	return same;
}

static int
compare(const void *one, const void *other)
{
	uintptr_t a = *(const uintptr_t *)one, b = *(const uintptr_t *)other;

	return a < b ? -1 : a > b;
}

/* And calls after each: what a handler leaves wrong they may show. */
static void
call_at_all_places(void)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), last = 0;
	int count = steps;

	qsort(places, (size_t)count, sizeof *places, compare);
	for (int i = 0; i < count; i++) {
		if (places[i] == last)
			continue;
		last = places[i];
		if (mprotect((void *)(last & -page), page, PROT_READ | PROT_WRITE | PROT_EXEC) < 0)
			continue; /* the kernel's own page */
		for (int times = 0, came = 1; came && times < TIMES && main_count < CALLS - 2; times++) {
			rest();
			came = call_from_main(0, (uint8_t *)last, times);
			call_from_main(0, NULL, 0);
			call_from_main(0, NULL, 0);
			same_births += count_same_births();
		}
	}
}

static void
print_all(const char *kind, const struct made *calls, int count)
{
	for (int i = 0; i < count; i++)
		printf("%s %d %llu %llu\n", kind, i, (unsigned long long)calls[i].before,
		       (unsigned long long)calls[i].after);
}

int
main(int argc, char *argv[])
{
	struct sigaction action = {.sa_sigaction = handle, .sa_flags = SA_SIGINFO};

	by_rename = argc > 1 && strcmp(argv[1], "rename") == 0;
	is_long = argc > 1 && strcmp(argv[1], "long") == 0;
	map_slots();
	sigaction(SIGTRAP, &action, NULL);
	for (int i = 0; i < WARM + TOLD; i++)
		call_from_main(i >= WARM, NULL, 0);
	call_at_all_places();
	printf("same births: %d\n", slots ? same_births : -1);
	print_all("main", of_main, main_count);
	print_all("handler", of_handler, handler_count);
	return 0;
}
