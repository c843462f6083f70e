/*
 * hard_creation.c - makes a process in each way there is; each child opens "WAY" (or runs a program that
 * does) and says on stdout "WAY pid ppid starttime" by what the kernel tells it. The parent leaves last.
 *
 * With the arguments "true" and a number: that many times /bin/true in each of the usual ways, of which the
 * parent says the same, by what the kernel keeps of a process that has ended.
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

/* What /proc says, which is open as `fd`. */
static int
tell(const char *way, int fd)
{
	char stat[1024] = "", line[256];
	unsigned long long started;
	int pid, ppid;

	if (read(fd, stat, sizeof stat - 1) < 0)
		return 1;
	close(fd);
	if (sscanf(stat, "%d", &pid) != 1 ||
	    sscanf(strrchr(stat, ')') + 1,
		   " %*c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu", &ppid,
		   &started) != 2)
		return 1;
	int length = snprintf(line, sizeof line, "%s %d %d %llu\n", way, pid, ppid, started);
	return write(11, line, (size_t)length) != length;
}

static int
say(void *way)
{
	int fd = open("/proc/self/stat", O_RDONLY);

	close(open(way, O_RDONLY));
	return tell(way, fd);
}

static void
end(pid_t pid)
{
	if (pid < 0)
		err(1, "a child");
	waitpid(pid, NULL, 0);
}

/* Of the one child that there is, which isn't waited for yet. */
static void
tell_ended(const char *way)
{
	siginfo_t ended;
	char path[64];

	if (waitid(P_ALL, 0, &ended, WEXITED | WNOWAIT) < 0)
		err(1, "waitid");
	snprintf(path, sizeof path, "/proc/%d/stat", ended.si_pid);
	if (tell(way, open(path, O_RDONLY)) != 0)
		errx(1, "%s", path);
}

static void
run_true(void)
{
	char *argv[] = {"/bin/true", NULL};
	pid_t pid = fork();

	if (pid == 0) {
		execv(argv[0], argv);
		_exit(1);
	}
	tell_ended("fork");
	end(pid);
	if ((pid = vfork()) == 0) {
		execv(argv[0], argv);
		_exit(1);
	}
	tell_ended("vfork");
	end(pid);
	if (posix_spawn(&pid, argv[0], NULL, NULL, argv, environ) != 0)
		errx(1, "posix_spawn");
	tell_ended("posix_spawn");
	end(pid);
	if (system("exec /bin/true") != 0)
		errx(1, "system");
	FILE *stream = popen("exec /bin/true", "r");
	tell_ended("popen");
	pclose(stream);
}

int
main(int argc, char *argv[])
{
	char command[4096];
	pid_t pid;

	own = argv[0];
	if (argc == 2)
		return say(argv[1]);
	dup2(1, 11);
	if (argc == 3) {
		for (int left = atoi(argv[2]); left > 0; left--)
			run_true();
		return 0;
	}
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
