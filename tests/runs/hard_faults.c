/*
 * hard_faults.c - six workers that open files, start programs and end, while somebody kills one of them or
 * the collector. What was done is counted in the file "counts", which is mapped; "result" says at the end how
 * each worker ended, as it would without anything beside them.
 */
#include <err.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { WORKERS = 6, STEPS = 400 };

static struct {
	volatile int pid[WORKERS];
	volatile int opened[WORKERS];
} * counts;

static int
start(int step)
{
	char *argv[] = {"/bin/sh", "-c", "exit 3", NULL};
	pid_t pid;
	int status;

	if (step % 2 == 0) {
		if (posix_spawn(&pid, argv[0], NULL, NULL, argv, environ) != 0)
			return -1;
	} else if ((pid = fork()) == 0) {
		execv(argv[0], argv);
		_exit(1);
	}
	if (waitpid(pid, &status, 0) != pid)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void
work(int number)
{
	char path[64];

	for (int step = 0; step < STEPS; step++) {
		snprintf(path, sizeof path, "worker-%d-%d", number, step);
		if (open(path, O_RDONLY) >= 0)
			_exit(1);
		counts->opened[number]++;
		if (step % 80 == 40 && start(step) != 3)
			_exit(2);
		if (step % 8 == 0)
			usleep(1000);
	}
	_exit(10 + number);
}

int
main(void)
{
	char line[256] = "";
	int fd = open("counts", O_RDWR | O_CREAT | O_TRUNC, 0600);

	if (fd < 0 || ftruncate(fd, 4096) < 0)
		err(1, "counts");
	counts = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (counts == MAP_FAILED)
		err(1, "counts");
	for (int number = 0; number < WORKERS; number++) {
		pid_t pid = fork();

		if (pid < 0)
			err(1, "fork");
		if (pid == 0)
			work(number);
		counts->pid[number] = pid;
	}
	for (int number = 0; number < WORKERS; number++) {
		int status;

		if (waitpid(counts->pid[number], &status, 0) < 0)
			err(1, "waitpid");
		snprintf(line + strlen(line), sizeof line - strlen(line), "%d ",
			 WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
	}
	FILE *file = fopen("result.new", "w");
	fprintf(file, "%s\n", line);
	if (fclose(file) != 0 || rename("result.new", "result") < 0)
		err(1, "result");
	puts(line);
	return 5;
}
