/*
 * hard_pid_reuse.c - two processes with one pid, one after the other, by telling the kernel which number
 * comes next
 * (/proc/sys/kernel/ns_last_pid; for root). Prints "PID STARTED" of each. Exit status 2 where it can't be
 * told.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static unsigned long long
started(void)
{
	char stat[1024] = "";
	unsigned long long ticks = 0;
	FILE *file = fopen("/proc/self/stat", "r");
	size_t length = fread(stat, 1, sizeof stat - 1, file);

	fclose(file);
	stat[length] = '\0';
	sscanf(strrchr(stat, ')') + 1,
	       " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu", &ticks);
	return ticks;
}

int
main(int argc, char *argv[])
{
	if (argc > 1) {
		printf("%d %llu\n", getpid(), started());
		return 0;
	}
	pid_t first = fork();
	if (first == 0) {
		close(open("first", O_RDONLY));
		execl(argv[0], argv[0], "image", (char *)NULL);
		_exit(1);
	}
	waitpid(first, NULL, 0);
	usleep(50000); /* another clock tick */
	for (int tries = 0; tries < 200; tries++) {
		FILE *file = fopen("/proc/sys/kernel/ns_last_pid", "w");

		if (!file || fprintf(file, "%d", first - 1) < 0 || fclose(file) != 0)
			return 2;
		pid_t pid = fork();
		if (pid == 0) {
			if (getpid() != first)
				_exit(0);
			close(open("second", O_RDONLY));
			printf("%d %llu\n", getpid(), started());
			fflush(stdout);
			_exit(0);
		}
		waitpid(pid, NULL, 0);
		if (pid == first)
			return 0;
	}
	return 2;
}
