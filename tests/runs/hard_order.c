/*
 * hard_order.c - a token goes round between processes; who holds it does one file operation whose path bears
 * the token's number, and hands it on. The first argument is the means, the second how many hand-overs.
 *
 *   pipe socket     four processes in a ring
 *   futex           two processes, a word of shared memory
 *   signal          two processes, SIGUSR1 waited for with sigwaitinfo
 *   wait            a parent and its children: fork is a hand-over, and so is a child's end
 *   spawn           the same with programs: what posix_spawn starts and vfork's child executes
 *   file            two processes, each waits until the other has made or removed a file
 *
 * Operations change (they are told with the time from before the call) and look (after it) in turns that
 * don't repeat with the ring, and each depends on the one before.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { RING = 4 };

static long turns;

static void
operate(long turn)
{
	struct stat status;
	char path[64], other[64];

	snprintf(path, sizeof path, "turn-%06ld", turn);
	switch (turn % 7) {
	case 0:
		close(open(path, O_RDONLY));
		break;
	case 1:
		mkdir(path, 0700);
		break;
	case 2:
		stat(path, &status);
		break;
	case 3:
		snprintf(other, sizeof other, "nothing-%06ld", turn);
		rename(path, other);
		break;
	case 4:
		access(path, R_OK);
		break;
	case 5:
		unlink(path);
		break;
	case 6:
		close(open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600));
		break;
	}
}

static void
ring(int sockets)
{
	int ends[RING][2];

	for (int i = 0; i < RING; i++) {
		if ((sockets ? socketpair(AF_UNIX, SOCK_STREAM, 0, ends[i]) : pipe(ends[i])) < 0)
			err(1, "ring");
	}
	for (int i = 0; i < RING; i++) {
		if (fork() != 0)
			continue;
		for (;;) {
			long turn;

			if (read(ends[i][0], &turn, sizeof turn) != sizeof turn)
				_exit(1);
			if (turn < turns)
				operate(turn++);
			if (write(ends[(i + 1) % RING][1], &turn, sizeof turn) != sizeof turn)
				_exit(1);
			if (turn >= turns)
				_exit(0);
		}
	}
	long first = 0;
	if (write(ends[0][1], &first, sizeof first) != sizeof first)
		err(1, "write");
	while (wait(NULL) > 0)
		continue;
}

static void
futex(void)
{
	atomic_int *word = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int self = fork() == 0;

	for (;;) {
		int turn = *word;

		if (turn >= turns)
			break;
		if (turn % 2 != self) {
			syscall(SYS_futex, word, FUTEX_WAIT, turn, NULL, NULL, 0);
			continue;
		}
		operate(turn);
		*word = turn + 1;
		syscall(SYS_futex, word, FUTEX_WAKE, 1, NULL, NULL, 0);
	}
	if (self)
		_exit(0);
	wait(NULL);
}

static void
signals(void)
{
	sigset_t set;
	pid_t parent = getpid();

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	pid_t child = fork();
	pid_t other = child == 0 ? parent : child;
	for (long turn = child == 0; turn < turns; turn += 2) {
		if (turn > 0)
			sigwaitinfo(&set, NULL);
		operate(turn);
		kill(other, SIGUSR1);
	}
	if (child == 0)
		_exit(0);
	waitpid(child, NULL, 0);
}

static void
waits(void)
{
	for (long turn = 0; turn < turns; turn += 2) {
		operate(turn);
		pid_t pid = turn % 4 == 0 ? fork() : _Fork();
		if (pid == 0) {
			operate(turn + 1);
			_exit(0);
		}
		waitpid(pid, NULL, 0);
	}
}

/* This program again, for one operation. */
static pid_t
start_one(char *argv[], int by_vfork)
{
	pid_t pid;

	if (by_vfork) {
		pid = vfork();
		if (pid == 0) {
			execv(argv[0], argv);
			_exit(1);
		}
	} else if (posix_spawn(&pid, argv[0], NULL, NULL, argv, environ) != 0) {
		errx(1, "posix_spawn");
	}
	return pid;
}

static void
spawns(char *own)
{
	char text[32];
	char *argv[] = {own, "one", text, NULL};

	for (long turn = 0; turn < turns; turn += 2) {
		operate(turn);
		snprintf(text, sizeof text, "%ld", turn + 1);
		waitpid(start_one(argv, turn % 4 == 2), NULL, 0);
	}
}

/* The operations themselves are the means: each file that is made or gone is the other's sign. */
static void
files(void)
{
	int self = fork() == 0;
	char mine[64], theirs[64];

	for (long turn = self; turn < turns; turn += 2) {
		snprintf(mine, sizeof mine, "turn-%06ld", turn);
		snprintf(theirs, sizeof theirs, "turn-%06ld", turn - 1);
		while (turn > 0 && syscall(SYS_faccessat, AT_FDCWD, theirs, F_OK) != 0)
			sched_yield();
		if (turn % 4 < 2)
			close(open(mine, O_WRONLY | O_CREAT, 0600));
		else
			mkdir(mine, 0700);
	}
	if (self)
		_exit(0);
	wait(NULL);
}

int
main(int argc, char *argv[])
{
	if (argc < 3)
		errx(1, "usage: hard_order MEANS TURNS");
	turns = atol(argv[2]);
	if (strcmp(argv[1], "one") == 0)
		operate(turns);
	else if (strcmp(argv[1], "pipe") == 0)
		ring(0);
	else if (strcmp(argv[1], "socket") == 0)
		ring(1);
	else if (strcmp(argv[1], "futex") == 0)
		futex();
	else if (strcmp(argv[1], "signal") == 0)
		signals();
	else if (strcmp(argv[1], "wait") == 0)
		waits();
	else if (strcmp(argv[1], "spawn") == 0)
		spawns(argv[0]);
	else
		files();
	return 0;
}
