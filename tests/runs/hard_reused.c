/*
 * hard_reused.c - closes every descriptor by raw system calls, also those beyond RLIMIT_NOFILE, and gives
 * every number that the tracer's had or could have to something of its own; then makes calls enough to fill
 * many slots, in itself, in a thread, in a child, and in a new image that inherits it all. Prints what stands
 * in each file after that: the program's own line alone.
 *
 * usage: hard_reused WAY     what the numbers become: file, append, pipe, fifo, socket, directory
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel.h"

/* FIRST to LAST are taken; LAST is beyond what any limit of the test leaves to the tracer. */
enum { FIRST = 10, LAST = 1100, LOOK_UPS = 3000, LINE = 5 };
static const char line[] = "mine\n";
static int reading_end = -1;

static void
fail(const char *what)
{
	printf("%s: %s\n", what, strerrorname_np(errno));
	exit(1);
}

static void
look_up(const char *kind)
{
	char path[64];

	for (int i = 0; i < LOOK_UPS; i++) {
		snprintf(path, sizeof path, "/reused/%s/%d", kind, i);
		access(path, F_OK);
	}
}

static int
make(const char *way)
{
	int pair[2] = {-1, -1};

	if (strcmp(way, "file") == 0)
		return open("mine", O_RDWR | O_CREAT | O_TRUNC, 0600);
	if (strcmp(way, "append") == 0)
		return open("mine", O_RDWR | O_CREAT | O_APPEND, 0600);
	if (strcmp(way, "directory") == 0)
		return open(".", O_RDONLY | O_DIRECTORY);
	if (strcmp(way, "pipe") == 0) {
		if (pipe2(pair, O_NONBLOCK) < 0)
			fail("pipe2");
	} else if (strcmp(way, "socket") == 0) {
		if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) < 0)
			fail("socketpair");
	} else {
		mkfifo("fifo", 0600);
		pair[0] = open("fifo", O_RDWR | O_NONBLOCK);
		pair[1] = open("fifo", O_WRONLY | O_NONBLOCK);
	}
	reading_end = pair[0];
	return pair[1];
}

static void
take_all(const char *way)
{
	struct rlimit limit = {LAST + 1, LAST + 1};

	for (int fd = 3; fd < 65536; fd++)
		kernel(SYS_close, fd, 0, 0);
	if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
		fail("setrlimit");
	int fd = make(way);
	if (fd < 0)
		fail(way);
	for (int number = FIRST; number <= LAST; number++) {
		if (kernel(SYS_dup3, fd, number, 0) < 0)
			fail("dup3");
	}
	if (reading_end >= 0 || strcmp(way, "directory") != 0) {
		if (write(fd, line, LINE) != LINE)
			fail("write");
	}
}

static void
show(void)
{
	struct stat status;
	char text[4096];
	int fd = reading_end >= 0 ? reading_end : FIRST;

	if (reading_end >= 0) {
		long length = read(fd, text, sizeof text);

		printf("read %ld: %.*s", length, length > 0 ? (int)length : 0, text);
		length = read(fd, text, sizeof text);
		printf("then %ld %s\n", length, strerrorname_np(errno));
	} else if (fstat(fd, &status) == 0) {
		printf("%s", S_ISDIR(status.st_mode) ? "directory\n" : "");
		if (S_ISREG(status.st_mode)) {
			long length = pread(fd, text, sizeof text, 0);

			printf("%ld bytes: %.*s", (long)status.st_size, length > 0 ? (int)length : 0, text);
		}
	}
	int gone = 0;
	for (int number = FIRST; number <= LAST; number++)
		gone += fcntl(number, F_GETFD) < 0;
	printf("%d numbers are gone\n", gone);
	fflush(stdout);
}

static void *
work(void *kind)
{
	look_up(kind);
	return NULL;
}

static void
wait_for(pid_t pid)
{
	int status = -1;

	waitpid(pid, &status, 0);
	printf("child: %d\n", status);
	fflush(stdout);
}

int
main(int argc, char *argv[])
{
	pthread_t thread;

	if (argc < 2)
		return 2;
	if (argc > 2) { /* the new image */
		reading_end = atoi(argv[2]);
		look_up("image");
		show();
		return 0;
	}
	look_up("before");
	take_all(argv[1]);
	look_up("after");
	pthread_create(&thread, NULL, work, (void *)"thread");
	pthread_join(thread, NULL);
	pid_t pid = fork();
	if (pid == 0) {
		look_up("child");
		_exit(5);
	}
	wait_for(pid);
	pid = vfork();
	if (pid == 0) {
		look_up("vforked");
		_exit(6);
	}
	wait_for(pid);
	/* The new image, as a child and in place of this one: the line is still to be read. */
	char end[16];
	snprintf(end, sizeof end, "%d", reading_end);
	if (reading_end < 0) {
		show();
		pid = fork();
		if (pid == 0) {
			execl(argv[0], argv[0], argv[1], end, (char *)NULL);
			_exit(9);
		}
		wait_for(pid);
	}
	execl(argv[0], argv[0], argv[1], end, (char *)NULL);
	return 1;
}
