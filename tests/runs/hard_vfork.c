/*
 * hard_vfork.c - what a vfork child does to its own directory and descriptors and to the memory that it
 * shares, and how the parent finds all that afterwards.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 50 };

static volatile int written;
static char *const argv_of_child[] = {(char *)(uintptr_t) "cat", (char *)(uintptr_t) "there", NULL};

/* The child writes what only shared memory shows, and takes its time: the parent must stand still. */
__attribute__((noinline)) static int
round_of(int number)
{
	volatile int canaries[64];
	struct timespec nap = {0, 2000000};
	int status = 0;
	int fd = open("/dev/null", O_RDWR);

	for (int i = 0; i < 64; i++)
		canaries[i] = number * 64 + i;
	written = 0;
	pid_t pid = vfork();
	if (pid == 0) {
		if (chdir("inner") < 0 || dup2(fd, 1) != 1 || dup2(fd, 20) != 20 || close(fd) < 0)
			_exit(100);
		open("there", O_RDONLY);
		nanosleep(&nap, NULL);
		written = number + 1;
		if (number % 2) {
			execv("missing", argv_of_child);
			execvp("no-such-command", argv_of_child);
			_exit(errno == ENOENT ? 7 : 101);
		}
		execvp("cat", argv_of_child);
		_exit(102);
	}
	int at_once = written;
	for (int i = 0; i < 64; i++) {
		if (canaries[i] != number * 64 + i)
			printf("round %d: stack: %d is %d\n", number, i, canaries[i]);
	}
	waitpid(pid, &status, 0);
	if (at_once != number + 1)
		printf("round %d: vfork came back before the child was done\n", number);
	if (fcntl(20, F_GETFD) >= 0 || fcntl(fd, F_GETFD) < 0 || fcntl(1, F_GETFD) < 0)
		printf("round %d: descriptors\n", number);
	if (access("inner", F_OK) < 0 || access("there", F_OK) == 0)
		printf("round %d: working directory\n", number);
	close(fd);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Another vfork at another depth of the stack. */
__attribute__((noinline)) static int
deeper(int depth, int number)
{
	volatile char room[512];

	memset((char *)(uintptr_t)room, depth, sizeof room);
	int status = depth > 0 ? deeper(depth - 1, number) : round_of(number);
	return room[100] == (char)depth ? status : -2;
}

int
main(void)
{
	mkdir("inner", 0700);
	close(open("inner/there", O_WRONLY | O_CREAT, 0600));
	for (int i = 0; i < ROUNDS; i++)
		printf("%d ", deeper(i % 7, i));
	printf("\n");
	/* A child of a child, each with the memory of the one before. */
	written = 0;
	pid_t pid = vfork();
	if (pid == 0) {
		int status;
		pid_t inner = vfork();

		if (inner == 0) {
			access("/vfork/innermost", F_OK);
			_exit(5);
		}
		access("/vfork/middle", F_OK);
		if (waitpid(inner, &status, 0) != inner)
			status = -1;
		written = status;
		_exit(6);
	}
	int status;
	waitpid(pid, &status, 0);
	access("/vfork/outer", F_OK);
	printf("%d %d\n", WEXITSTATUS(status), WEXITSTATUS(written));
	return 0;
}
