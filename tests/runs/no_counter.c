/*
 * no_counter.c - looks for files that aren't there, and forbids itself to read the time stamp counter
 * (PR_SET_TSC(2const)): before the library has begun to count on by it, or later.
 *
 * usage: no_counter early | late
 */
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

enum { LOOKS = 500, PAUSE = 20000 }; /* us, in which the counter's rate is measured */

static int number;

static void
look(void)
{
	char name[32];

	for (int i = 0; i < LOOKS; i++) {
		snprintf(name, sizeof name, "/none/%d", number++);
		access(name, F_OK);
	}
}

static void
look_twice(void)
{
	look();
	usleep(PAUSE);
	look();
}

int
main(int argc, char *argv[])
{
	if (argc > 1 && strcmp(argv[1], "late") == 0)
		look_twice();
	if (prctl(PR_SET_TSC, PR_TSC_SIGSEGV) < 0)
		return 2;
	look_twice();
	return 0;
}
