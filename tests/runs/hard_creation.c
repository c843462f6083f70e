/*
 * hard_creation.c - makes a process in each way there is; each child opens "WAY" (or runs a program that
 * does) and says on stdout "WAY pid ppid starttime" by what the kernel tells it. The parent leaves last.
 */
#include <err.h>
#include <fcntl.h>
#include <pty.h>
#include <sched.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;
static char *own;

static int
say(void *way)
{
	char stat[1024] = "", line[256];
	unsigned long long started = 0;
	int fd = open("/proc/self/stat", O_RDONLY);

	if (read(fd, stat, sizeof stat - 1) < 0)
		return 1;
	close(fd);
	close(open(way, O_RDONLY));
	sscanf(strrchr(stat, ')') + 1,
	       " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu", &started);
	int length =
	    snprintf(line, sizeof line, "%s %d %d %llu\n", (char *)way, getpid(), getppid(), started);
	return write(11, line, (size_t)length) != length;
}

static void
end(pid_t pid)
{
	if (pid < 0)
		err(1, "a child");
	waitpid(pid, NULL, 0);
}

int
main(int argc, char *argv[])
{
	char command[4096];
	pid_t pid;

	own = argv[0];
	if (argc > 1)
		return say(argv[1]);
	dup2(1, 11);
	if ((pid = fork()) == 0)
		_exit(say("fork"));
	end(pid);
	if ((pid = _Fork()) == 0)
		_exit(say("_Fork"));
	end(pid);
	if ((pid = vfork()) == 0) {
		execl(own, own, "vfork", (char *)NULL);
		_exit(1);
	}
	end(pid);
	char *spawned[] = {own, "posix_spawn", NULL};
	if (posix_spawn(&pid, own, NULL, NULL, spawned, environ) != 0)
		pid = -1;
	end(pid);
	static char stack[65536] __attribute__((aligned(16)));
	end(clone(say, stack + sizeof stack, SIGCHLD, "clone"));
	if ((pid = (pid_t)syscall(SYS_fork)) == 0)
		_exit(say("syscall-fork"));
	end(pid);
	if ((pid = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0)) == 0)
		_exit(say("syscall-clone"));
	end(pid);
	snprintf(command, sizeof command, "exec %s system", own);
	if (system(command) != 0)
		errx(1, "system");
	snprintf(command, sizeof command, "exec %s popen", own);
	FILE *stream = popen(command, "r");
	pclose(stream);
	if ((pid = fork()) == 0) {
		char *fexecved[] = {own, "fexecve", NULL};

		fexecve(open(own, O_RDONLY | O_CLOEXEC), fexecved, environ);
		_exit(1);
	}
	end(pid);
	int terminal;
	if ((pid = forkpty(&terminal, NULL, NULL, NULL)) == 0)
		_exit(say("forkpty"));
	end(pid);
	/* daemon's caller leaves at once; what goes on is an orphan. */
	int done[2];
	if (pipe(done) < 0)
		err(1, "pipe");
	if ((pid = fork()) == 0) {
		close(done[0]);
		if (daemon(1, 0) < 0)
			_exit(1);
		_exit(say("daemon"));
	}
	end(pid);
	close(done[1]);
	return read(done[0], command, 1) != 0;
}
