/*
 * hard_environment.c - makes its environment unfit for tracing, then starts children in every way there is;
 * each says what it sees of it. Prints also that `environ` is what it was made to be.
 *
 * usage: hard_environment WAY          clear, unset, replace, garbage, null: what is done to the environment;
 * whole: nothing
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <wordexp.h>

#define SHOW "echo $0 $# \"it's\" \\$HOME `echo a` \"$(cat seen)\"; "

static char *empty[] = {NULL};
static char *const argv_of_child[] = {(char *)(uintptr_t) "sh", (char *)(uintptr_t) "-c",
				      (char *)(uintptr_t) "cat seen; exit 6", NULL};

static void
prepare(const char *way)
{
	if (strcmp(way, "clear") == 0) {
		clearenv();
	} else if (strcmp(way, "unset") == 0) {
		unsetenv("LD_PRELOAD");
		unsetenv("INTERPOSE_CHANNEL");
	} else if (strcmp(way, "replace") == 0) {
		setenv("LD_PRELOAD", "", 1);
		setenv("OTHER", "it's \"quoted\"", 1);
	} else if (strcmp(way, "garbage") == 0) {
		setenv("INTERPOSE_CHANNEL", "1:99999999999999999999:x::/", 1);
	} else if (strcmp(way, "null") == 0) {
		environ = NULL;
	}
}

/* Every entry by its address and text, as it was left to be. */
static unsigned long
sum_of_environment(void)
{
	unsigned long sum = (unsigned long)environ;

	for (char **entry = environ; entry && *entry; entry++) {
		sum = sum * 31 + (unsigned long)*entry;
		for (const char *at = *entry; *at; at++)
			sum = sum * 31 + (unsigned char)*at;
	}
	return sum;
}

static void
status_of(const char *call, int status)
{
	printf("%s: %s %d\n", call, WIFSIGNALED(status) ? "signal" : "status",
	       WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	fflush(stdout);
}

static void
wait_for(const char *call, pid_t pid)
{
	int status = 0;

	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		printf("%s: no child, errno %d\n", call, errno);
	else
		status_of(call, status);
}

#define FORK_AND(call)                 \
	do {                           \
		pid_t pid_ = fork();   \
		if (pid_ == 0) {       \
			call;          \
			_exit(errno);  \
		}                      \
		wait_for(#call, pid_); \
	} while (0)

#define VFORK_AND(call)                \
	do {                           \
		pid_t pid_ = vfork();  \
		if (pid_ == 0) {       \
			call;          \
			_exit(errno);  \
		}                      \
		wait_for(#call, pid_); \
	} while (0)

static void
run_execs(void)
{
	char *const some[] = {(char *)(uintptr_t) "ONE=1", (char *)(uintptr_t) "LD_PRELOAD=", NULL};
	char *const stranger[] = {(char *)(uintptr_t) "INTERPOSE_CHANNEL=garbage", (char *)(uintptr_t) "X",
				  NULL};

	FORK_AND(execv("/bin/sh", argv_of_child));
	FORK_AND(execvp("/bin/sh", argv_of_child));
	FORK_AND(execl("/bin/sh", "sh", "-c", "cat seen; exit 6", NULL));
	FORK_AND(execlp("/bin/sh", "sh", "-c", "cat seen; exit 6", NULL));
	FORK_AND(execle("/bin/sh", "sh", "-c", "cat seen; exit 6", NULL, empty));
	FORK_AND(execve("/bin/sh", argv_of_child, NULL));
	FORK_AND(execve("/bin/sh", argv_of_child, empty));
	FORK_AND(execve("/bin/sh", argv_of_child, some));
	FORK_AND(execve("/bin/sh", argv_of_child, stranger));
	FORK_AND(execvpe("/bin/sh", argv_of_child, empty));
	FORK_AND(fexecve(open("/bin/sh", O_RDONLY), argv_of_child, empty));
	FORK_AND(execveat(AT_FDCWD, "/bin/sh", argv_of_child, empty, 0));
	VFORK_AND(execve("/bin/sh", argv_of_child, empty));
	VFORK_AND(execv("/bin/sh", argv_of_child));
}

static void
run_spawns(void)
{
	pid_t pid;

	printf("posix_spawn: %d\n", posix_spawn(&pid, "/bin/sh", NULL, NULL, argv_of_child, environ));
	wait_for("posix_spawn with environ", pid);
	printf("posix_spawn: %d\n", posix_spawn(&pid, "/bin/sh", NULL, NULL, argv_of_child, empty));
	wait_for("posix_spawn with nothing", pid);
	printf("posix_spawnp: %d\n", posix_spawnp(&pid, "/bin/sh", NULL, NULL, argv_of_child, NULL));
	wait_for("posix_spawnp with NULL", pid);
}

/* A process group of its own gets SIGINT while system waits: ignored here, the end of the child there. */
static void
interrupted(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		setpgid(0, 0);
		signal(SIGINT, SIG_DFL);
		int status = system("cat seen >/dev/null; kill -INT 0; sleep 5");
		_exit(WIFSIGNALED(status) ? WTERMSIG(status) : 100);
	}
	wait_for("system interrupted", pid);
}

static void
run_shells(void)
{
	char text[256];
	FILE *stream;
	sigset_t before, after;
	wordexp_t words;

	sigprocmask(SIG_BLOCK, NULL, &before);
	status_of("system", system(SHOW "exit 3"));
	status_of("system", system("kill -9 $$"));
	status_of("system", system("no-such-command"));
	status_of("system", system("echo (; cat seen"));
	status_of("system", system("  "));
	status_of("system", system("-c"));
	printf("system(NULL): %d\n", system(NULL));
	interrupted();
	sigprocmask(SIG_BLOCK, NULL, &after);
	printf("signals as before: %d\n", memcmp(&before, &after, sizeof before) == 0);
	stream = popen(SHOW "exit 4", "r");
	while (stream && fgets(text, sizeof text, stream))
		printf("popen says %s", text);
	status_of("popen to read", pclose(stream));
	fflush(stdout);
	stream = popen("cat; exit 5", "w");
	fputs("read by popen's child\n", stream);
	status_of("popen to write", pclose(stream));
	if (wordexp("a $(cat seen)", &words, 0) == 0)
		printf("wordexp: %zu words, %s\n", words.we_wordc, words.we_wordv[1]);
}

int
main(int argc, char *argv[])
{
	if (argc < 2)
		return 2;
	prepare(argv[1]);
	unsigned long before = sum_of_environment();
	run_execs();
	run_spawns();
	run_shells();
	printf("environ untouched: %d\n", sum_of_environment() == before);
	return 0;
}
