/*
 * hard_stack.c - calls on stacks that are as small as they may be.
 *
 * usage: hard_stack thread             every kind of call in threads with stacks of PTHREAD_STACK_MIN bytes
 *        hard_stack handler ROOM       calls in a handler on an alternate stack of ROOM bytes over what the
 * kernel's frame takes, with nothing mapped below; prints what the handler did hard_stack used prints how
 * many bytes of stack each call takes below its caller, the most of many times
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAGE = 4096, ROUNDS = 500 };

static char *const shell[] = {(char *)(uintptr_t) "sh", (char *)(uintptr_t) "-c",
			      (char *)(uintptr_t) "exit 3", NULL};
static struct stat status;
static char link_text[64];

static long
wait_for(pid_t pid)
{
	int result = -1;

	return waitpid(pid, &result, 0) == pid ? WEXITSTATUS(result) : -errno;
}

static long
do_open(void)
{
	int fd = open("made", O_RDWR | O_CREAT, 0600);

	close(fd);
	return fd;
}

static long
do_fail(void)
{
	return open("/stack/missing", O_RDONLY);
}

static long
do_rename(void)
{
	return rename("/stack/missing", "/stack/too");
}

static long
do_stat(void)
{
	return stat("made", &status) + fstat(0, &status) +
	       readlink("/stack/link", link_text, sizeof link_text);
}

static long
do_list(void)
{
	DIR *directory = opendir(".");
	long count = 0;

	while (readdir(directory))
		count++;
	closedir(directory);
	return count;
}

static long
do_stream(void)
{
	FILE *stream = fopen("made", "a");
	long fd = fileno(stream);

	fclose(stream);
	return fd;
}

static long
do_exec(void)
{
	return execv("/stack/missing", shell);
}

static long
do_search(void)
{
	return execvp("no-such-command", shell);
}

static long
do_fork(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(access("/stack/in-fork", F_OK) < 0 ? 4 : 5);
	return wait_for(pid);
}

static long
do_vfork(void)
{
	pid_t pid = vfork();

	if (pid == 0) {
		execve("/bin/sh", shell, environ);
		_exit(9);
	}
	return wait_for(pid);
}

static long
do_spawn(void)
{
	pid_t pid = -1;

	return posix_spawnp(&pid, "sh", NULL, NULL, shell, environ) == 0 ? wait_for(pid) : -1;
}

static long
do_system(void)
{
	return WEXITSTATUS(system("exit 6"));
}

static long
do_popen(void)
{
	return WEXITSTATUS(pclose(popen("exit 7", "r")));
}

static long
do_temporary(void)
{
	char name[] = "temporary-XXXXXX";
	int fd = mkstemp(name);

	close(fd);
	return fd >= 0 ? unlink(name) : -1;
}

static const struct call {
	const char *name;
	long (*make)(void);
	int in_handler;
} calls[] = {
    {"open", do_open, 1},   {"fail", do_fail, 1},           {"rename", do_rename, 1},
    {"stat", do_stat, 1},   {"list", do_list, 0},           {"stream", do_stream, 0},
    {"exec", do_exec, 1},   {"search", do_search, 0},       {"fork", do_fork, 0},
    {"vfork", do_vfork, 0}, {"spawn", do_spawn, 0},         {"system", do_system, 0},
    {"popen", do_popen, 0}, {"temporary", do_temporary, 0},
};
enum { CALL_COUNT = sizeof calls / sizeof *calls };

static void *
run_call(void *argument)
{
	const struct call *call = argument;
	long result = call->make();

	return (void *)(result + 1000);
}

static int
in_threads(void)
{
	pthread_attr_t attributes;
	pthread_t thread;
	void *result;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, PTHREAD_STACK_MIN);
	for (size_t i = 0; i < CALL_COUNT; i++) {
		if (pthread_create(&thread, &attributes, run_call, (void *)(uintptr_t)&calls[i]) != 0)
			return 1;
		pthread_join(thread, &result);
		printf("%s %ld\n", calls[i].name, (long)result - 1000);
		fflush(stdout);
	}
	return 0;
}

static long results[CALL_COUNT];

static void
handle(int signal)
{
	(void)signal;
	for (size_t i = 0; i < CALL_COUNT; i++) {
		if (calls[i].in_handler)
			results[i] = calls[i].make();
	}
}

static int
in_handler(size_t room)
{
	struct sigaction action = {.sa_handler = handle, .sa_flags = SA_ONSTACK};
	size_t size = getauxval(AT_MINSIGSTKSZ) + room;
	size_t pages = (size + PAGE - 1) / PAGE * PAGE;
	char *memory = mmap(NULL, PAGE + pages, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	stack_t stack = {.ss_sp = memory + PAGE, .ss_size = size};

	/* What is below it faults. */
	if (memory == MAP_FAILED || mprotect(memory, PAGE, PROT_NONE) < 0 || sigaltstack(&stack, NULL) < 0)
		return 1;
	sigaction(SIGUSR1, &action, NULL);
	for (int round = 0; round < 200; round++)
		raise(SIGUSR1);
	for (size_t i = 0; i < CALL_COUNT; i++) {
		if (calls[i].in_handler)
			printf("%s %ld\n", calls[i].name, results[i]);
	}
	return 0;
}

static char *painted;

static void *
measure(void *argument)
{
	char *here = (char *)__builtin_frame_address(0) - 256; /* below this function's own */

	(void)argument;
	for (size_t i = 0; i < CALL_COUNT; i++) {
		char *at = painted;

		while (at < here)
			*(volatile char *)at++ = 0x5a;
		for (int round = 0; round < (calls[i].in_handler ? ROUNDS : 1); round++)
			calls[i].make();
		at = painted;
		while (at < here && *(volatile char *)at == 0x5a)
			at++;
		printf("%s %ld\n", calls[i].name, (long)(here - at));
	}
	return NULL;
}

static int
measure_use(void)
{
	pthread_attr_t attributes;
	pthread_t thread;

	painted = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pthread_attr_init(&attributes);
	pthread_attr_setstack(&attributes, painted, 1 << 20);
	if (pthread_create(&thread, &attributes, measure, NULL) != 0)
		return 1;
	return pthread_join(thread, NULL);
}

int
main(int argc, char *argv[])
{
	if (argc > 1 && strcmp(argv[1], "thread") == 0)
		return in_threads();
	if (argc > 2 && strcmp(argv[1], "handler") == 0)
		return in_handler((size_t)atol(argv[2]));
	return measure_use();
}
