/*
 * slots.c - puts the channel under load; test-slots compares the trace with what this says it did.
 *
 *     slots threads|turns|forks|killed|ignored|signals      on stdout: how many calls of each kind were made
 *
 * Every call is on a name of its own that doesn't exist, "/slots/WHO.NUMBER", so that a lost, doubled or
 * mixed-up record shows which one it is.
 */
#include <err.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	THREADS = 64,
	CALLS = 2000,
	CHILDREN = 1000,
	BURST = 25,
	KILLED = 100,
	IGNORED = 9000,
	SIGNAL_CALLS = 30000,
	TURNS = 200000,
	TAKERS = 8
};

/* "/slots/WHO.NUMBER"; no stdio, since a signal handler uses it. */
static void
put_name(char *name, const char *who, unsigned number)
{
	char digits[12];
	size_t count = 0, length;

	strcpy(name, "/slots/");
	strcat(name, who);
	strcat(name, ".");
	length = strlen(name);
	do {
		digits[count++] = (char)('0' + number % 10);
	} while ((number /= 10) > 0);
	while (count > 0)
		name[length++] = digits[--count];
	name[length] = '\0';
}

static void
look(const char *who, unsigned number)
{
	char name[64];

	put_name(name, who, number);
	access(name, R_OK);
}

/* Every other thread pauses now and then, so that its slot is read while it waits and not only when it is
 * flushed. */
static void *
thread_main(void *argument)
{
	unsigned self = (unsigned)(size_t)argument;

	for (unsigned i = 0; i < CALLS; i++) {
		look("thread", self * CALLS + i);
		if (self % 2 && i % 50 == 0)
			usleep(1000);
	}
	return NULL;
}

static void
threads(void)
{
	pthread_t thread[THREADS];

	for (size_t i = 0; i < THREADS; i++) {
		if (pthread_create(&thread[i], NULL, thread_main, (void *)i) != 0)
			errx(1, "pthread_create");
	}
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
	printf("thread %d\n", THREADS * CALLS);
}

static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
static unsigned next_turn;

static void *
take_turns(void *unused)
{
	(void)unused;
	for (;;) {
		pthread_mutex_lock(&turn);
		unsigned number = next_turn++;
		if (number < TURNS)
			look("turn", number);
		pthread_mutex_unlock(&turn);
		if (number >= TURNS)
			return NULL;
		if (number % 64 == 0)
			sched_yield();
	}
}

/* One call after another, by whichever thread comes: the trace has them in this order, or it tells effects
 * first. */
static void
turns(void)
{
	pthread_t thread[TAKERS];

	for (size_t i = 0; i < TAKERS; i++) {
		if (pthread_create(&thread[i], NULL, take_turns, NULL) != 0)
			errx(1, "pthread_create");
	}
	for (size_t i = 0; i < TAKERS; i++)
		pthread_join(thread[i], NULL);
	printf("turn %d\n", TURNS);
}

static void
forks(void)
{
	char name[64];

	for (unsigned begun = 0; begun < CHILDREN; begun += BURST) {
		for (unsigned i = begun; i < begun + BURST; i++) {
			pid_t pid = fork();

			if (pid < 0)
				err(1, "fork");
			if (pid == 0) {
				put_name(name, "child", i);
				open(name, O_RDONLY);
				_exit(0);
			}
		}
		for (unsigned i = 0; i < BURST; i++) {
			int status;

			if (wait(&status) < 0 || status != 0)
				errx(1, "a child ended with %#x", (unsigned)status);
		}
	}
	printf("child %d\n", CHILDREN);
}

/* A child that is killed at once after an open, which must be in the trace all the same. */
static void
killed(void)
{
	char name[64];

	for (unsigned i = 0; i < KILLED; i++) {
		pid_t pid = fork();
		int status;

		if (pid < 0)
			err(1, "fork");
		if (pid == 0) {
			put_name(name, "killed", i);
			open(name, O_RDONLY);
			kill(getpid(), SIGKILL);
			_exit(1);
		}
		if (waitpid(pid, &status, 0) != pid || !WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
			errx(1, "a child ended with %#x", (unsigned)status);
	}
	printf("killed %d\n", KILLED);
}

/*
 * More children than there are slots, killed, and nobody waits: their slots are left behind, and those that
 * come when there are none have to do without.
 */
static void
ignored(void)
{
	char name[64];

	signal(SIGCHLD, SIG_IGN);
	for (unsigned i = 0; i < IGNORED; i++) {
		pid_t pid = fork();

		if (pid < 0)
			err(1, "fork");
		if (pid == 0) {
			put_name(name, "ignored", i);
			open(name, O_RDONLY);
			kill(getpid(), SIGKILL);
			_exit(1);
		}
		if (i % BURST == 0)
			usleep(5000);
	}
	while (wait(NULL) >= 0) /* until there is none */
		;
	printf("ignored %d\n", IGNORED);
}

static volatile unsigned handled;

static void
handle(int signal)
{
	(void)signal;
	look("handler", handled++);
}

/* Looks bear the time from after the call, changes that from before it: a handler comes into both. */
static void
signals(void)
{
	struct itimerval every = {{0, 50}, {0, 50}}, never = {{0, 0}, {0, 0}};
	char name[64];

	signal(SIGALRM, handle);
	setitimer(ITIMER_REAL, &every, NULL);
	for (unsigned i = 0; i < SIGNAL_CALLS; i++) {
		look("main", i);
		put_name(name, "unlinked", i);
		unlink(name);
	}
	setitimer(ITIMER_REAL, &never, NULL);
	signal(SIGALRM, SIG_IGN);
	printf("main %d\nunlinked %d\nhandler %u\n", SIGNAL_CALLS, SIGNAL_CALLS, handled);
}

int
main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} loads[] = {{"threads", threads}, {"turns", turns},     {"forks", forks},
		     {"killed", killed},   {"ignored", ignored}, {"signals", signals}};

	for (size_t i = 0; argc == 2 && i < sizeof loads / sizeof *loads; i++) {
		if (strcmp(argv[1], loads[i].name) == 0) {
			loads[i].run();
			return 0;
		}
	}
	errx(2, "usage: slots threads|turns|forks|killed|ignored|signals");
}
