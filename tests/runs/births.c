/*
 * births.c - becomes one program after another and says each time what /proc says of it: for test-births.
 *
 *   births STEP...    STEP is "HOW PATH": PATH is executed with the steps that are left, by HOW:
 *                     execve, execv; raw-exec: a system call that no library sees; fork-exec, vfork-exec,
 *                     spawn: in a child that is waited for; raw-fork-exec: likewise, unseen
 *
 * A line for each image: its process, start time, program.
 */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../shim/raw.h"

extern char **environ;

/* Everything by system calls that aren't told. */
static void
say(void)
{
	char exe[PATH_MAX] = "", stat[1024] = "", line[PATH_MAX + 64];
	long fd = raw(SYS_openat, -100, "/proc/self/stat", 0, 0);
	char *at;
	int field = 2;

	raw(SYS_read, fd, stat, sizeof stat - 1);
	raw(SYS_close, fd);
	for (at = strrchr(stat, ')'); field < 22; field++)
		at = strchr(at + 1, ' ');
	raw(SYS_readlinkat, -100, "/proc/self/exe", exe, sizeof exe - 1);
	int length =
	    snprintf(line, sizeof line, "%d %ld %s\n", (int)raw(SYS_getpid), strtol(at, NULL, 10), exe);
	raw(SYS_write, 1, line, length);
}

static int
wait_for(pid_t child)
{
	int status;

	return waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : 99;
}

int
main(int argc, char *argv[])
{
	char *how = argc > 1 ? argv[1] : NULL;
	char *path = how ? strchr(how, ' ') : NULL;
	char **rest = argv + 1;
	pid_t child = 0;

	say();
	if (!path)
		return 0;
	*path++ = '\0';
	rest[0] = path;
	if (strcmp(how, "spawn") == 0)
		return posix_spawn(&child, path, NULL, NULL, rest, environ) ? 98 : wait_for(child);
	if (strcmp(how, "fork-exec") == 0)
		child = fork();
	else if (strcmp(how, "vfork-exec") == 0)
		child = vfork();
	else if (strcmp(how, "raw-fork-exec") == 0)
		child = (pid_t)raw(SYS_clone, SIGCHLD);
	if (child > 0)
		return wait_for(child);
	if (strncmp(how, "raw-", 4) == 0)
		raw(SYS_execve, path, rest, environ);
	else if (strcmp(how, "execv") == 0)
		execv(path, rest);
	else
		execve(path, rest, environ);
	_exit(97);
}
