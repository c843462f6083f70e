/*
 * hard_jailed.c - a program that moves to where it sees another file system, other process numbers or
 * another user, and starts programs there. Prints what its calls gave.
 *
 * usage: hard_jailed WAY      jail: chroot to "root", which has a shell and no /proc and nothing of ours;
 *                             user, all: a user namespace, and one of every kind; joined: those of a child;
 *                             back: another effective user and back, with programs in between
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "said.h"

enum { LOOK_UPS = 3000, NOBODY = 65534 };

static void
look_up(const char *kind)
{
	char path[64];

	for (int i = 0; i < LOOK_UPS; i++) {
		snprintf(path, sizeof path, "/jailed/%s/%d", kind, i);
		if (access(path, F_OK) == 0)
			exit(1);
	}
}

static void
wait_for(const char *what, pid_t pid)
{
	int status = -1;

	waitpid(pid, &status, 0);
	say(what, WIFEXITED(status) ? WEXITSTATUS(status) : -status);
}

/* A shell in every way that there is. */
static void
run_shells(const char *kind)
{
	char command[64];
	char *argv[] = {(char *)(uintptr_t) "sh", (char *)(uintptr_t) "-c", command, NULL};
	pid_t pid = -1;
	char byte;

	snprintf(command, sizeof command, "test -e /jailed/%s-shell; exit 4", kind);
	SAY(system(command) >> 8);
	FILE *stream = popen(command, "r");
	say("popen", stream ? (long)fread(&byte, 1, 1, stream) : -1);
	SAY(pclose(stream) >> 8);
	SAY(posix_spawn(&pid, "/bin/sh", NULL, NULL, argv, environ));
	wait_for("spawned", pid);
	pid = vfork();
	if (pid == 0) {
		execv("/bin/sh", argv);
		_exit(9);
	}
	wait_for("executed", pid);
}

static void
in_child(const char *what, const char *kind)
{
	pid_t pid = fork();

	if (pid == 0) {
		look_up(kind);
		_exit(5);
	}
	wait_for(what, pid);
}

static void
by_jail(void)
{
	SAY(chroot("root"));
	SAY(chdir("/"));
	SAY(open("/made", O_WRONLY | O_CREAT, 0600));
	look_up("jail");
	in_child("child", "jail-child");
	run_shells("jail");
}

static void
put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	say(path, fd < 0 ? -1 : write(fd, text, strlen(text)));
	close(fd);
}

static void
map_users(unsigned uid, unsigned gid)
{
	char text[32];

	put("/proc/self/setgroups", "deny");
	snprintf(text, sizeof text, "0 %u 1", uid);
	put("/proc/self/uid_map", text);
	snprintf(text, sizeof text, "0 %u 1", gid);
	put("/proc/self/gid_map", text);
}

static void
by_user(void)
{
	unsigned uid = getuid(), gid = getgid();

	SAY(unshare(CLONE_NEWUSER));
	look_up("unmapped");
	map_users(uid, gid);
	say("getuid", getuid());
	look_up("user");
	in_child("child", "user-child");
	run_shells("user");
}

static void
by_all(void)
{
	unsigned uid = getuid(), gid = getgid();

	SAY(unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET));
	map_users(uid, gid);
	look_up("all");
	pid_t pid = fork();
	if (pid == 0) {
		say("getpid", getpid());
		SAY(mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL));
		SAY(mount("none", "/proc", "proc", 0, NULL));
		look_up("first");
		in_child("second", "second");
		run_shells("all");
		_exit(6);
	}
	wait_for("first", pid);
}

static void
by_joining(void)
{
	int ready[2], done[2];
	char path[64], byte = 0;

	if (pipe(ready) < 0 || pipe(done) < 0)
		exit(1);
	pid_t pid = fork();
	if (pid == 0) {
		SAY(unshare(CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS));
		if (write(ready[1], "", 1) != 1 || read(done[0], &byte, 1) != 1)
			_exit(9);
		look_up("joined-child");
		_exit(7);
	}
	if (read(ready[0], &byte, 1) != 1)
		exit(1);
	snprintf(path, sizeof path, "/proc/%d/ns/mnt", pid);
	SAY(setns(open(path, O_RDONLY), CLONE_NEWNS));
	look_up("joined");
	SAY(access("relative", F_OK)); /* the root directory is the current one now (setns(2)) */
	if (write(done[1], "", 1) != 1)
		exit(1);
	wait_for("child", pid);
}

/* Where the effective user isn't the real one, the dynamic linker takes no library of ours (ld.so(8)). */
static void
by_back(void)
{
	SAY(seteuid(NOBODY));
	SAY(open("/root/no", O_WRONLY | O_CREAT, 0600));
	look_up("other");
	run_shells("other");
	SAY(seteuid(0));
	look_up("same");
	run_shells("same");
	SAY(setregid(0, NOBODY));
	run_shells("group");
}

int
main(int argc, char *argv[])
{
	static const struct {
		const char *name;
		void (*take)(void);
	} ways[] = {
	    {"jail", by_jail}, {"user", by_user}, {"all", by_all}, {"joined", by_joining}, {"back", by_back}};

	for (size_t i = 0; argc > 1 && i < sizeof ways / sizeof *ways; i++) {
		if (strcmp(ways[i].name, argv[1]) == 0) {
			ways[i].take();
			return 3;
		}
	}
	return 2;
}
