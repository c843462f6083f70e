/*
 * main_run.c - the command interpose-run: runs a command, records what it and all its descendants do, and
 * exits as it did.
 *
 * Exit status: the command's; 128 + the signal that ended it; 127 when it isn't found, 126 when it can't be
 * executed; 125 when the tool itself failed, its own command line among it, or when with --strict the command
 * succeeded and the trace isn't complete.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "options.h"
#include "session.h"

enum { EXIT_OWN = 125, EXIT_NOT_EXECUTABLE = 126, EXIT_NOT_FOUND = 127 };

struct own_options {
	bool wait;
	bool strict;
};

static int
take_own(struct options *options, const struct option_row *row, const char *argument)
{
	struct own_options *own = options->own;

	if (strcmp(row->name, "env") == 0)
		return options_environment(options, argument);
	if (strcmp(row->name, "strict") == 0)
		own->strict = true;
	else
		own->wait = true;
	return 0;
}

static const struct option_row own_rows[] = {
    OPTION_ENVIRONMENT,
    {0, "wait", NULL, "wait for processes that outlive the command"},
    {0, "strict", NULL, "fail (125) when a command that succeeded did what isn't in the trace"},
    {0},
};

static const struct option_command command = {
    .name = "interpose-run",
    .synopsis = "[options] [--] command [argument...]",
    .about = "Runs the command and records what it and its descendants ask of the file system.",
    .rows = own_rows,
    .take = take_own,
    .live = true,
};

/* What the wrapper takes notice of while it sleeps. */
static void
signals_of_interest(sigset_t *set)
{
	static const int signals[] = {SIGCHLD, SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2};

	sigemptyset(set);
	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
		sigaddset(set, signals[i]);
}

/* Writing to a pipe that nobody reads, or beyond a limit, is an error for us to tell, not an end. The command
 * has its own. */
static const int ignored[] = {SIGPIPE, SIGXFSZ};
static struct sigaction before[sizeof ignored / sizeof *ignored];

static void
ignore_signals(void)
{
	const struct sigaction ignore = {.sa_handler = SIG_IGN};

	for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++)
		sigaction(ignored[i], &ignore, &before[i]);
}

static void
restore_signals(void)
{
	for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++)
		sigaction(ignored[i], &before[i], NULL);
}

static bool
is_variable(const char *entry, const char *variable)
{
	size_t length = (size_t)(strchrnul(variable, '=') - variable);

	return strncmp(entry, variable, length) == 0 && entry[length] == '=';
}

/* Our environment with `variables`, NAME=value each, up to a NULL; the strings are whose they were. NULL when
 * memory is short. */
static char **
environment_with(const char *const variables[])
{
	size_t count = 0, kept = 0;

	while (environ[count])
		count++;
	for (size_t i = 0; variables[i]; i++)
		count++;
	char **environment = calloc(count + 1, sizeof *environment);
	if (!environment)
		return NULL;
	for (char **entry = environ; *entry; entry++) {
		bool replaced = false;

		for (size_t i = 0; variables[i]; i++)
			replaced |= is_variable(*entry, variables[i]);
		if (!replaced)
			environment[kept++] = *entry;
	}
	for (size_t i = 0; variables[i]; i++)
		environment[kept++] = (char *)(uintptr_t)variables[i];
	return environment;
}

/*
 * Starts the command; its pid, or -1 with errno when it can't be executed. The child shares our memory until
 * then (vfork(2)): it writes nothing but why it failed.
 */
static pid_t
start(struct session *session, char *argv[], const struct command *program, const sigset_t *mask)
{
	/* A foreign dynamic linker would say on stderr that it can't load ours, or not start the command. */
	const char *const variables[] = {session_channel(session),
					 program->foreign ? NULL : session_preload(session), NULL};
	char **environment = environment_with(variables);
	volatile int error = 0;
	pid_t pid;

	if (!environment)
		return -1;
	pid = vfork();
	if (pid == 0) {
		restore_signals();
		sigprocmask(SIG_SETMASK, mask, NULL);
		execvpe(argv[0], argv, environment);
		error = errno;
		_exit(EXIT_NOT_FOUND);
	}
	if (pid < 0)
		error = errno;
	else if (error)
		waitpid(pid, NULL, 0);
	free(environment);
	if (!error)
		return pid;
	errno = error;
	return -1;
}

/*
 * Sleeps until the next round, or until a signal comes. One that was sent to us alone goes on to the command;
 * what the terminal sends has reached it already.
 */
static void
sleep_or_forward(uint64_t nanoseconds, const sigset_t *set, pid_t pid)
{
	struct timespec time = {(time_t)(nanoseconds / 1000000000), (long)(nanoseconds % 1000000000)};
	siginfo_t information;
	int caught = sigtimedwait(set, &information, &time);

	if (caught > 0 && caught != SIGCHLD && information.si_code <= 0 && pid > 0)
		kill(pid, caught);
}

static int
watch(struct session *session, pid_t pid, const sigset_t *set, const struct own_options *own)
{
	int status = 0;

	for (;;) {
		uint64_t pause = session_step(session);

		if (waitpid(pid, &status, WNOHANG) == pid)
			break;
		sleep_or_forward(pause, set, pid);
	}
	session_command_ended(session, (uint32_t)pid, status);
	while (own->wait && session_is_written(session))
		sleep_or_forward(session_step(session), set, 0);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static int
run(struct options *options, int argc, char *argv[], const struct own_options *own)
{
	struct string_list list = {(size_t)argc, (const char *const *)argv};
	struct command program;
	bool complete;
	sigset_t set, mask;

	ignore_signals();
	struct session *session = session_open(options, &list);
	if (!session)
		errx(EXIT_OWN, "%s", session_problem);
	if (command_look(&program, argv) < 0)
		err(EXIT_OWN, NULL);
	if (program.foreign && session_preload_other(session, program.abi)) {
		program.foreign = false;
		program.untraced = 0;
	}
	signals_of_interest(&set);
	sigprocmask(SIG_BLOCK, &set, &mask);
	pid_t pid = start(session, argv, &program, &mask);
	if (pid < 0) {
		int error = errno;

		int status = error == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTABLE;

		command_free(&program);
		session_close(session, status, 0, NULL);
		warnx("%s: %s", argv[0], error == ENOENT ? "command not found" : strerror(error));
		return status;
	}
	session_command_started(session, (uint32_t)pid, &program);
	command_free(&program);
	int status = watch(session, pid, &set, own);
	session_close(session, status, 0, &complete);
	if (own->strict && !complete && status == 0) {
		warnx("--strict: the trace doesn't have all that was done");
		return EXIT_OWN;
	}
	return status;
}

int
main(int argc, char *argv[])
{
	struct own_options own = {0};
	struct options options = {.own = &own};
	int result = 0;

	switch (options_parse(&options, &command, argc, argv)) {
	case OPTIONS_HELP:
		options_help(&command, stdout);
		break;
	case OPTIONS_VERSION:
		options_version(&command, stdout);
		break;
	case OPTIONS_WRONG:
		errx(EXIT_OWN, "%s", options.problem);
	case OPTIONS_FAILED:
		errx(EXIT_OWN, "%s", options.problem);
	case OPTIONS_GO:
		if (options.operand >= argc)
			errx(EXIT_OWN,
			     "a command is missing: interpose-run [options] [--] command [argument...]");
		result = run(&options, argc - options.operand, argv + options.operand, &own);
		break;
	}
	options_free(&options);
	return result;
}
