/*
 * hard_signals.c - signal handlers that come in the middle of calls. Looks up names that nobody has:
 * "/main/N" from the loop, "/handler/N" from the handler, and prints how many calls of each kind came back.
 *
 * usage: hard_signals storm | jump | blocked [alternate]
 *   storm     the handler makes calls, and returns
 *   jump      the handler makes a call, and every other time jumps out of what it interrupted
 *   blocked   the handler jumps out of an open of a FIFO that nobody else opens
 */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

enum { CALLS = 40000, BLOCKED = 40 };

static volatile int in_main, in_handler;
static volatile int back_in_main, back_in_handler;
static sigjmp_buf place;
static volatile int jumps;

static void
look_up(const char *kind, int number)
{
	char path[64];

	snprintf(path, sizeof path, "/%s/%d", kind, number);
	if (number % 2)
		access(path, R_OK);
	else
		rename(path, "/nobody/has/this");
}

static void
arm(void)
{
	struct itimerval time = {.it_value.tv_usec = 1 + rand() % 150};

	setitimer(ITIMER_REAL, &time, NULL);
}

static void
handle(int signal)
{
	(void)signal;
	look_up("handler", in_handler++);
	back_in_handler++;
	arm();
	if (jumps && in_handler % 2)
		siglongjmp(place, 1);
}

static void
calls(void)
{
	if (sigsetjmp(place, 1) == 0)
		arm(); /* not before there is a place to jump to */
	while (in_main < CALLS) {
		int number = in_main++;

		look_up("main", number);
		back_in_main++;
	}
	jumps = 0; /* nowhere to jump to once this function has returned */
}

static void
blocked(void)
{
	mkfifo("fifo", 0600);
	jumps = 1;
	if (sigsetjmp(place, 1) == 0)
		in_main = 0;
	while (in_main < BLOCKED) {
		look_up("main", in_main++);
		back_in_main++;
		arm();
		int fd = open("fifo", O_WRONLY | O_CREAT, 0600);
		if (fd >= 0)
			exit(2);
	}
}

int
main(int argc, char *argv[])
{
	struct sigaction action = {.sa_handler = handle};
	stack_t stack = {.ss_size = 64 << 10};

	if (argc < 2)
		return 2;
	if (argc > 2) {
		stack.ss_sp = malloc(stack.ss_size);
		sigaltstack(&stack, NULL);
		action.sa_flags = SA_ONSTACK;
	}
	sigaction(SIGALRM, &action, NULL);
	jumps = strcmp(argv[1], "jump") == 0;
	if (strcmp(argv[1], "blocked") == 0)
		blocked();
	else
		calls();
	signal(SIGALRM, SIG_IGN);
	look_up("last", 1);
	printf("main %d handler %d\n", back_in_main, back_in_handler);
	return 0;
}
