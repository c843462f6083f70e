/*
 * hard_descriptors.c - programs that close or take every descriptor there is. Prints the numbers and errors
 * that it is given; then looks up /after/WAY/0 to /after/WAY/999, to show that it is still traced. N stands
 * for the number of the tracer's descriptor, 1000 where there is none.
 *
 * usage: hard_descriptors WAY, a name from the table at the end
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel.h"

enum { CLOSE_RANGE_UNSHARES = 2, CLOSE_RANGE_MARKS = 4, LOOK_UPS = 1000 };

static int number = 1000;
static const char *self;

static void
find_number(void)
{
	const char *channel = getenv("INTERPOSE_CHANNEL");

	if (channel)
		sscanf(channel, "%*d:%d", &number);
}

static void
say(const char *call, long result)
{
	if (result >= number - 5 && result < number + 50)
		printf("%s = N%+ld\n", call, result - number);
	else
		printf("%s = %ld%s%s\n", call, result, result < 0 ? " " : "",
		       result < 0 ? strerrorname_np(errno) : "");
	fflush(stdout);
}

#define SAY(call) say(#call, (long)(call))

/* The numbers that a program is given now. */
static void
numbers(void)
{
	int pair[2];

	SAY(open("/dev/null", O_RDONLY));
	SAY(dup(0));
	SAY(fcntl(0, F_DUPFD, 0));
	pipe(pair);
	say("pipe", pair[0] + pair[1]);
	SAY(socket(AF_UNIX, SOCK_STREAM, 0));
	SAY(fileno(fopen("/dev/null", "r")));
	SAY(fcntl(0, F_DUPFD, number - 1));
	SAY(fcntl(0, F_DUPFD_CLOEXEC, number));
	SAY(fcntl(0, F_DUPFD, number));
	SAY(fcntl(0, F_DUPFD, number + 1));
}

static void
look_up(const char *way)
{
	char path[64];

	for (int i = 0; i < LOOK_UPS; i++) {
		snprintf(path, sizeof path, "/after/%s/%d", way, i);
		if (access(path, F_OK) == 0)
			exit(1);
	}
}

static void
by_closefrom(void)
{
	closefrom(3);
}

static void
by_close_range(void)
{
	SAY(close_range(3, ~0u, 0));
}

static void
by_marking(void)
{
	SAY(close_range(3, ~0u, CLOSE_RANGE_MARKS));
	SAY(close_range(3, ~0u, CLOSE_RANGE_UNSHARES));
}

static void
by_range_in_kernel(void)
{
	say("close_range", kernel(SYS_close_range, 3, ~0u, 0));
}

static void
by_syscall(void)
{
	SAY(syscall(SYS_close_range, 3, ~0u, 0));
	SAY(syscall(SYS_close, number));
}

static void
by_loop(void)
{
	int closed = 0;

	for (int fd = 3; fd < 65536; fd++)
		closed += close(fd) == 0;
	say("closed", closed);
}

static void
by_loop_in_kernel(void)
{
	for (int fd = 3; fd < 65536; fd++)
		kernel(SYS_close, fd, 0, 0);
}

static void
by_list(void)
{
	DIR *list = opendir("/proc/self/fd");
	struct dirent *entry;
	int closed = 0;

	while ((entry = readdir(list))) {
		int fd = atoi(entry->d_name);

		if (fd > 2 && fd != dirfd(list))
			closed += close(fd) == 0;
	}
	closedir(list);
	say("closed", closed);
}

static int kept;

/* What a thread closes in a table of its own stays open in the others'. */
static void *
unshare_and_close(void *argument)
{
	const unsigned *range = argument;

	SAY(close_range(range[0], range[1], CLOSE_RANGE_UNSHARES));
	SAY(close(kept));
	SAY(fcntl(kept, F_GETFD));
	look_up("unshared");
	return NULL;
}

static void
in_thread(unsigned first, unsigned last)
{
	pthread_t thread;
	unsigned range[2] = {first, last};

	kept = open("/dev/null", O_RDONLY);
	pthread_create(&thread, NULL, unshare_and_close, range);
	pthread_join(thread, NULL);
	SAY(fcntl(kept, F_GETFD));
	SAY(close(kept));
}

/* Ranges that are, begin at, end at and hold our number: flags keep their meaning, errors theirs. */
static void
by_ranges(void)
{
	const unsigned our = (unsigned)number;

	dup2(0, number - 1);
	dup2(0, number + 1);
	SAY(close_range(our, our, 0));
	SAY(close_range(our, our, 0x80));
	SAY(close_range(our, our - 1, 0));
	SAY(close_range(our - 1, our + 1, 0x80));
	SAY(close_range(our - 1, our + 1, CLOSE_RANGE_MARKS));
	SAY(fcntl(number - 1, F_GETFD));
	SAY(fcntl(number, F_GETFD));
	SAY(fcntl(number + 1, F_GETFD));
	SAY(close_range(our, our + 1, 0));
	SAY(fcntl(number - 1, F_GETFD));
	SAY(fcntl(number + 1, F_GETFD));
	SAY(close_range(our - 1, our, 0));
	SAY(fcntl(number - 1, F_GETFD));
	in_thread(our, our);
	in_thread(our, ~0u);
	in_thread(our - 1, our + 1);
	dup2(0, number + 1);
	closefrom(number + 1);
	SAY(fcntl(number + 1, F_GETFD));
	dup2(0, number + 1);
	closefrom(number);
	SAY(fcntl(number, F_GETFD));
	SAY(fcntl(number + 1, F_GETFD));
}

/* The number is not open, whatever is asked of it; then it is the program's. */
static void
by_number(void)
{
	struct stat status;
	int fd = open("mine", O_RDWR | O_CREAT | O_TRUNC, 0600);
	char text[16] = "";

	SAY(fcntl(number, F_GETFD));
	SAY(fcntl(number, F_SETFD, FD_CLOEXEC));
	SAY(fcntl(number, F_DUPFD, 0));
	SAY(dup(number));
	SAY(dup2(number, 9));
	SAY(dup3(number, 9, O_CLOEXEC));
	SAY(ioctl(number, FIOCLEX));
	say("fdopen", fdopen(number, "w") != NULL);
	SAY(close(number));
	SAY(fstat(number, &status));
	SAY(ftruncate(number, 0));
	SAY(dup2(fd, number));
	SAY(dup2(fd, number + 1));
	SAY(dup3(fd, number + 2, O_CLOEXEC));
	SAY(fcntl(number, F_GETFD));
	SAY(write(number, "mine\n", 5));
	look_up("between");
	SAY(fstat(number, &status));
	say("size", status.st_size);
	SAY(pread(number, text, sizeof text, 0));
	SAY(close(number));
	SAY(close(number));
}

/* Closed behind the tracer's back, and its number given to a file: nothing of the tracer's may land there. */
static void
by_kernel(void)
{
	struct stat status;
	char text[16] = "";
	int fd = open("mine", O_RDWR | O_CREAT | O_TRUNC, 0600);
	int pair[2];

	look_up("before");
	kernel(SYS_close, number, 0, 0);
	say("dup3", kernel(SYS_dup3, fd, number, O_CLOEXEC));
	SAY(write(number, "mine\n", 5));
	look_up("between");
	SAY(fstat(number, &status));
	say("size", status.st_size);
	SAY(pread(number, text, sizeof text, 0));
	/* A pipe is what the tracer's is, too. */
	pipe2(pair, O_NONBLOCK);
	kernel(SYS_dup3, pair[1], number, O_CLOEXEC);
	look_up("pipe");
	SAY(read(pair[0], text, sizeof text));
	SAY(close(number));
	close(pair[0]);
	close(pair[1]);
	close(fd);
}

static void
spawn(posix_spawn_file_actions_t *actions, const char *way)
{
	char *const argv[] = {(char *)(uintptr_t)self, (char *)(uintptr_t)way, NULL};
	int status = 0;
	pid_t pid;

	fflush(stdout);
	int error = posix_spawn(&pid, self, actions, NULL, argv, environ);
	waitpid(pid, &status, 0);
	say("posix_spawn", error);
	say("status", status);
}

static void
by_spawn(void)
{
	posix_spawn_file_actions_t actions;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addclosefrom_np(&actions, 3);
	spawn(&actions, "spawned-closefrom");
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, 0, number);
	spawn(&actions, "spawned-dup2");
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addclose(&actions, number);
	spawn(&actions, "spawned-close");
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, number, "mine", O_WRONLY | O_CREAT, 0600);
	spawn(&actions, "spawned-open");
}

static void
by_nothing(void)
{
}

/* As daemons do: everything, from 0 up, then the standard ones anew; a second fork. */
static void
by_daemon(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		setsid();
		if (fork() > 0)
			_exit(0);
		for (int fd = 0; fd < 65536; fd++)
			close(fd);
		int first = open("/dev/null", O_RDWR);
		int second = open("daemon-says", O_RDWR | O_CREAT, 0600);
		int third = dup(second);
		FILE *stream = fdopen(third, "w");

		look_up("in-daemon");
		fprintf(stream, "%d %d %d\n", first, second, third);
		fclose(stream);
		rename("daemon-says", "daemon-said");
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	for (int i = 0; i < 500 && access("daemon-said", F_OK) != 0; i++)
		usleep(20000);
	FILE *stream = fopen("daemon-said", "r");
	char text[64] = "nothing\n";
	if (stream && fgets(text, sizeof text, stream))
		fclose(stream);
	printf("the daemon has %s", text);
}

/* vfork's child is on its own table of descriptors, and on our memory. */
static void
by_vfork(void)
{
	int fd = open("/dev/null", O_RDONLY);
	int status = 0;
	pid_t pid = vfork();

	if (pid == 0) {
		dup2(fd, number);
		closefrom(3);
		access("/after/in-vfork", F_OK);
		kernel(SYS_close, number, 0, 0);
		kernel(SYS_close_range, 3, ~0u, 0);
		for (int i = 0; i < LOOK_UPS; i++)
			access("/after/in-vfork", F_OK);
		_exit(3);
	}
	waitpid(pid, &status, 0);
	say("status", status);
	SAY(close(fd));
	SAY(fcntl(number, F_GETFD));
	SAY(close(number));
	SAY(fcntl(number + 1, F_GETFD));
	SAY(fcntl(number + 2, F_GETFD));
}

static const struct way {
	const char *name;
	void (*take)(void);
} ways[] = {
    {"closefrom", by_closefrom},
    {"close_range", by_close_range},
    {"marking", by_marking},
    {"ranges", by_ranges},
    {"range-in-kernel", by_range_in_kernel},
    {"syscall", by_syscall},
    {"loop", by_loop},
    {"loop-in-kernel", by_loop_in_kernel},
    {"list", by_list},
    {"number", by_number},
    {"kernel", by_kernel},
    {"spawn", by_spawn},
    {"spawned-closefrom", by_nothing},
    {"spawned-dup2", by_nothing},
    {"spawned-close", by_nothing},
    {"spawned-open", by_nothing},
    {"daemon", by_daemon},
    {"vfork", by_vfork},
    {"nothing", by_nothing},
    {0},
};

int
main(int argc, char *argv[])
{
	const struct way *way = ways;

	self = argv[0];
	find_number();
	while (argc > 1 && way->name && strcmp(way->name, argv[1]) != 0)
		way++;
	if (argc < 2 || !way->name)
		return 2;
	open("/dev/null", O_RDONLY);
	open("/dev/null", O_RDONLY | O_CLOEXEC);
	way->take();
	numbers();
	look_up(way->name);
	if (system("exit 3") != 3 << 8)
		return 1;
	return 0;
}
