/*
 * namespaces.c - calls that may put a process elsewhere in the tree of files: setns and unshare of a mount
 * namespace, and pivot_root. They are no events; where the process stands afterwards is told, so that the
 * next path is right.
 */
#define _GNU_SOURCE
#include <sched.h>

#include "directories.h"
#include "next.h"
#include "shim.h"

EXPORT int
unshare(int flags)
{
	int result = next(unshare)(flags);

	if (result == 0)
		directories_tell_cwd();
	return result;
}

EXPORT int
setns(int fd, int type)
{
	int result = next(setns)(fd, type);

	if (result == 0)
		directories_tell_cwd();
	return result;
}

int pivot_root(const char *new_root, const char *put_old); /* no header has it */

EXPORT int
pivot_root(const char *new_root, const char *put_old)
{
	int result = next(pivot_root)(new_root, put_old);

	if (result == 0)
		directories_tell_cwd();
	return result;
}
