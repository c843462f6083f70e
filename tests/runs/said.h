/*
 * said.h - prints what a call gave, and errno's name where it failed: for programs whose output is compared
 * with that of the same run untraced.
 */
#ifndef TESTS_RUNS_SAID_H
#define TESTS_RUNS_SAID_H

#include <errno.h>
#include <stdio.h>
#include <string.h>

static void
say(const char *call, long result)
{
	int error = errno;

	printf("%s = %ld %s\n", call, result, result < 0 ? strerrorname_np(error) : "");
	fflush(stdout);
}

#define SAY(call) say(#call, (long)(call))

#endif
