/*
 * hard_start.c - starts a program: "exec PROGRAM ARGUMENTS...", or in a child by fork, vfork, spawn or
 * spawnp, whose exit status becomes its own. "clone" and "io_uring" do by raw system calls what no library
 * sees. "secure" says whether it runs with rights that its user doesn't have.
 */
#include <err.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static int
wait_for(pid_t pid)
{
	int status;

	if (pid < 0)
		err(120, "a child");
	if (waitpid(pid, &status, 0) != pid)
		err(120, "wait");
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int
in_clone(void *unused)
{
	(void)unused;
	syscall(SYS_openat, AT_FDCWD, "in-clone", O_RDONLY);
	syscall(SYS_exit, 3);
	return 0;
}

/* A thread that libc knows nothing of, on our memory. */
static int
raw_clone(void)
{
	static char stack[65536] __attribute__((aligned(16)));
	int status;
	int pid = clone(in_clone, stack + sizeof stack, CLONE_VM | CLONE_FS | CLONE_FILES | SIGCHLD, NULL);

	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		err(120, "clone");
	close(open("after-clone", O_RDONLY));
	return 0;
}

static int
ring(void)
{
	char parameters[256] = {0};
	long fd = syscall(425 /* io_uring_setup */, 4, parameters);

	close(open("after-ring", O_RDONLY));
	return fd < 0 ? 77 : 0;
}

int
main(int argc, char *argv[])
{
	const char *way = argc > 1 ? argv[1] : "";
	pid_t pid = -1;

	if (strcmp(way, "clone") == 0)
		return raw_clone();
	if (strcmp(way, "io_uring") == 0)
		return ring();
	if (strcmp(way, "secure") == 0)
		return getauxval(AT_SECURE) ? 7 : 77;
	if (argc < 3)
		errx(120, "usage: hard_start WAY PROGRAM [ARGUMENT...]");
	if (strcmp(way, "exec") == 0) {
		execv(argv[2], argv + 2);
		err(121, "%s", argv[2]);
	}
	if (strcmp(way, "fork") == 0 && (pid = fork()) == 0) {
		execve(argv[2], argv + 2, environ);
		_exit(121);
	}
	if (strcmp(way, "vfork") == 0 && (pid = vfork()) == 0) {
		execvp(argv[2], argv + 2);
		_exit(121);
	}
	if (strcmp(way, "spawn") == 0 && posix_spawn(&pid, argv[2], NULL, NULL, argv + 2, environ) != 0)
		return 121;
	if (strcmp(way, "spawnp") == 0 && posix_spawnp(&pid, argv[2], NULL, NULL, argv + 2, environ) != 0)
		return 121;
	return wait_for(pid);
}
