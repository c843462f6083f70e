/*
 * hard_steps.c - a signal handler at any instruction of a call, and at the next one, where it makes calls of
 * its own. The processor's trap flag (Intel's manual, volume 1, 3.4.3.3) tells the instructions that some
 * calls come to; then a breakpoint at each in turn, the first times that a call comes to it, stops a call
 * that runs at full speed until there. Looks up names that nobody has, "/main/N" and "/handler/N". Prints a
 * line for each call: its kind, N, and CLOCK_MONOTONIC before and after it, ns; 0 where it didn't return.
 *
 * usage: hard_steps access | rename | create | long | jump | child | thread
 *   create         makes the files instead, below the working directory, and closes them
 *   long           paths that fill the slot that they are recorded in
 *   jump           the handler leaves by a jump, out of the call
 *   child, thread  each call is the first of a forked child or of a thread
 */
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
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

/* A child's doing is its parent's knowledge. */
static struct shared {
	struct made of_main[CALLS], of_handler[4 * CALLS];
	volatile int main_count, handler_count;
	volatile int steps;
	uintptr_t places[STEPS]; /* of instructions that calls came to */
} * shared;

static uint8_t *volatile broken; /* where the breakpoint is; NULL: none */
static uint8_t whole;            /* what stood there */
static volatile int skips;       /* times that it is still passed over */
static uint8_t *volatile passed; /* where it is to be again after the next step */
static volatile int once_more;   /* the handler is to call after the next step, too */
static sigjmp_buf outside;
static enum { ACCESS, RENAME, CREATE, FULL, JUMP, CHILD, THREAD } mode;
static const char *const modes[] = {"access", "rename", "create", "long", "jump", "child", "thread"};

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
make_path(char path[LONG + 64], const char *kind, int number)
{
	if (mode == CREATE)
		snprintf(path, LONG + 64, "%s/%d", kind, number);
	else
		snprintf(path, LONG + 64, "/%s/%d/%0*d", kind, number, mode == FULL ? LONG : 1, 0);
}

static inline __attribute__((always_inline)) void
look_up(const char *path, int by_rename)
{
	if (mode == CREATE)
		close(open(path, O_WRONLY | O_CREAT, 0600));
	else if (by_rename)
		rename(path, "/nobody/has/this");
	else
		access(path, R_OK);
}

static void
call_from_handler(int by_rename)
{
	struct made *call = &shared->of_handler[shared->handler_count];
	char path[LONG + 64];

	make_path(path, "handler", shared->handler_count++);
	call->before = now();
	look_up(path, by_rename);
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
		if (shared->steps < STEPS)
			shared->places[shared->steps++] = (uintptr_t)machine->AT;
		return;
	}
	call_from_handler(1);
	if (once_more)
		call_from_handler(0);
	if (mode == JUMP) {
		once_more = 0;
		siglongjmp(outside, 1);
	}
}

/* What the next call is made with. */
static struct {
	int is_trapped;
	uint8_t *place; /* of a breakpoint; NULL */
	int times;      /* that it is passed over */
} next;

static void *
call_here(void *unused)
{
	struct made *volatile call = &shared->of_main[shared->main_count];
	char path[LONG + 64];

	make_path(path, "main", shared->main_count++);
	call->before = now();
	if (next.place) {
		whole = *next.place;
		skips = next.times;
		broken = next.place;
		*next.place = BREAKPOINT;
	}
	volatile int returns = 0;
	if (mode != JUMP || sigsetjmp(outside, 1) == 0) {
		trap_after_each(next.is_trapped);
		look_up(path, mode == RENAME);
		trap_after_each(0);
		returns = 1;
	}
	if (next.place)
		*next.place = whole;
	broken = passed = NULL;
	call->after = returns ? now() : 0;
	return unused;
}

static void
call_in_child(void)
{
	pid_t child = fork();

	if (child == 0) {
		call_here(NULL);
		_exit(0);
	}
	waitpid(child, NULL, 0);
}

static void
call_in_thread(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, call_here, NULL) == 0)
		pthread_join(thread, NULL);
}

/* With the trap flag from before it, or with a breakpoint at `place`; whether the handler called. */
static int
call_from_main(int is_trapped, uint8_t *place, int times)
{
	int before = shared->handler_count;

	next.is_trapped = is_trapped;
	next.place = place;
	next.times = times;
	if (mode == CHILD)
		call_in_child();
	else if (mode == THREAD)
		call_in_thread();
	else
		call_here(NULL);
	return shared->handler_count > before;
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
	const struct slot *found[SLOT_COUNT];
	int count = 0, same = 0;

	for (unsigned i = 0; slots && i < slots->limit; i++) {
		const struct slot *slot = slots_slot(slots, i);

		if (!(slots->used[i / 64] >> i % 64 & 1) || slot->base_of != 0 || slot->birth == 0)
			continue;
		for (int other = 0; other < count; other++)
			same +=
			    found[other]->birth == slot->birth && found[other]->frame.tid == slot->frame.tid;
		found[count++] = slot;
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
	uintptr_t *places = shared->places;
	int count = shared->steps;

	qsort(places, (size_t)count, sizeof *places, compare);
	for (int i = 0; i < count; i++) {
		if (places[i] == last)
			continue;
		last = places[i];
		if (mprotect((void *)(last & -page), page, PROT_READ | PROT_WRITE | PROT_EXEC) < 0)
			continue; /* the kernel's own page */
		for (int times = 0, came = 1; came && times < TIMES && shared->main_count < CALLS - 2;
		     times++) {
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

	while (argc > 1 && mode < THREAD && strcmp(argv[1], modes[mode]) != 0)
		mode++;
	shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (mode == CREATE && (mkdir("main", 0700) < 0 || mkdir("handler", 0700) < 0))
		return 1;
	map_slots();
	sigaction(SIGTRAP, &action, NULL);
	for (int i = 0; i < WARM + TOLD; i++)
		call_from_main(i >= WARM, NULL, 0);
	call_at_all_places();
	printf("same births: %d\n", slots ? same_births : -1);
	print_all("main", shared->of_main, shared->main_count);
	print_all("handler", shared->of_handler, shared->handler_count);
	return shared->main_count < CALLS - 2 ? 0 : 1; /* else there was no room for all */
}
