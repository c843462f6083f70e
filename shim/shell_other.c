/*
 * shell_other.c - the shell of a call that runs one (system, popen, wordexp), where it can't have our
 * library: it is a program of another kind than the one that calls (a 32-bit program's on a 64-bit machine,
 * say), or our file isn't there (after a chroot). Its dynamic linker would say so on stderr, since libc hands
 * it the program's own environment. The rule to keep: the program finds its environment as it was.
 *
 * popen and wordexp start the shell and come back: for so long `environ` points to another list of the same
 * strings, but for LD_PRELOAD. system waits for the shell, so it is made here, as POSIX has it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <paths.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "exec.h"
#include "next.h"

void
shell_lend(struct shell *shell)
{
	if (!shell->is_other)
		return;
	shell->before = environ;
	environ = shell->environment.entries;
}

/* What is done to our signals meanwhile, and the shell is not to inherit (system(3)). */
struct held_signals {
	sigset_t mask;
	struct sigaction interrupt, quit;
};

static void
hold_signals(struct held_signals *held)
{
	const struct sigaction ignore = {.sa_handler = SIG_IGN};
	sigset_t children = {0};

	libc(sigaction)(SIGINT, &ignore, &held->interrupt);
	libc(sigaction)(SIGQUIT, &ignore, &held->quit);
	libc(sigemptyset)(&children);
	libc(sigaddset)(&children, SIGCHLD);
	libc(sigprocmask)(SIG_BLOCK, &children, &held->mask);
}

static void
release_signals(const struct held_signals *held)
{
	libc(sigaction)(SIGINT, &held->interrupt, NULL);
	libc(sigaction)(SIGQUIT, &held->quit, NULL);
	libc(sigprocmask)(SIG_SETMASK, &held->mask, NULL);
}

static int
spawn_shell(pid_t *child, const char *command, char **environment, const struct held_signals *held)
{
	char *argv[] = {(char *)(uintptr_t) "sh", (char *)(uintptr_t) "-c", (char *)(uintptr_t)command, NULL};
	posix_spawnattr_t attributes = {0};
	sigset_t defaults = {0};

	libc(sigemptyset)(&defaults);
	if (held->interrupt.sa_handler != SIG_IGN)
		libc(sigaddset)(&defaults, SIGINT);
	if (held->quit.sa_handler != SIG_IGN)
		libc(sigaddset)(&defaults, SIGQUIT);
	libc(posix_spawnattr_init)(&attributes);
	libc(posix_spawnattr_setsigmask)(&attributes, &held->mask);
	libc(posix_spawnattr_setsigdefault)(&attributes, &defaults);
	libc(posix_spawnattr_setflags)(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
	int error = next(posix_spawn)(child, _PATH_BSHELL, NULL, &attributes, argv, environment);
	libc(posix_spawnattr_destroy)(&attributes);
	return error;
}

int
shell_run(const struct shell *shell, const char *command)
{
	struct held_signals held = {0};
	int status = 127 << 8; /* a shell that can't be executed is one that fails */
	pid_t child, waited;

	hold_signals(&held);
	if (spawn_shell(&child, command ? command : "exit 0", shell->environment.entries, &held) == 0) {
		do
			waited = next(waitpid)(child, &status, 0);
		while (waited < 0 && errno == EINTR);
		if (waited < 0)
			status = -1;
	}
	int error = errno;
	release_signals(&held);
	errno = error;
	return command ? status : status == 0;
}
