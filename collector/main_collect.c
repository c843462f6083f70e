/*
 * main_collect.c - the command interpose-collect: a collector without a wrapper, for a build that knows
 * nothing of us. It runs in the background between --print-env, which says what to export, and --stop, which
 * completes the outputs.
 *
 * Exit status: 0; 1 from --stop when an output could not be completed; 2 when the command line is wrong; 125
 * when the tool itself failed.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "options.h"
#include "record.h"
#include "session.h"

enum { EXIT_CUT = 1, EXIT_USAGE = 2, EXIT_OWN = 125 };

#define LOCK_NAME "lock"

struct own_options {
	bool print_environment;
	bool stop;
};

static int
take_own(struct options *options, const struct option_row *row, const char *argument)
{
	struct own_options *own = options->own;

	if (strcmp(row->name, "env") == 0)
		return options_environment(options, argument);
	if (strcmp(row->name, "stop") == 0)
		own->stop = true;
	else
		own->print_environment = true;
	return 0;
}

static const struct option_row own_rows[] = {
    OPTION_ENVIRONMENT,
    {0, "print-env", NULL, "start a collector in the background and print what to export, for sh"},
    {0, "stop", NULL, "end the collector that INTERPOSE_CHANNEL names and complete its outputs"},
    {0},
};

static const struct option_command command = {
    .name = "interpose-collect",
    .synopsis = "[options] --print-env | --stop",
    .about = "Records what processes do that are given its environment variables.",
    .rows = own_rows,
    .take = take_own,
    .operands_anywhere = true,
};

/* The value in single quotes, for a POSIX shell. */
static void
print_export(const char *entry)
{
	const char *value = strchr(entry, '=') + 1;

	printf("export %.*s='", (int)(value - entry - 1), entry);
	for (; *value; value++) {
		if (*value == '\'')
			fputs("'\\''", stdout);
		else
			putchar(*value);
	}
	puts("'");
}

/*
 * The collector's pid, in the file whose lock it holds. Returns the descriptor, to which the result is added
 * in the end: it holds a lock of its own (F_OFD_SETLK, fcntl(2)), which lasts until after the session has let
 * go of its.
 */
static int
write_pid(const char *directory)
{
	char path[PATH_MAX], text[32];
	struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

	snprintf(path, sizeof path, "%s/" LOCK_NAME, directory);
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	int length = snprintf(text, sizeof text, "%d\n", (int)getpid());
	if (fcntl(fd, F_OFD_SETLK, &whole) == 0 && write(fd, text, (size_t)length) == length)
		return fd;
	int error = errno;
	close(fd);
	errno = error;
	return -1;
}

/* In the background, until someone asks for the end: who that is. */
static uint32_t
collect(struct session *session)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	for (;;) {
		uint64_t pause = session_step(session);
		struct timespec time = {0, (long)pause};
		siginfo_t information;
		int caught = sigtimedwait(&set, &information, &time);

		if (caught == SIGTERM || caught == SIGINT)
			return information.si_code <= 0 ? (uint32_t)information.si_pid : 0;
	}
}

/* From here on no terminal, no caller waits for us, and stdout is closed for `$(...)` to end; stderr stays
 * for trouble. */
static void
leave_terminal(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	setsid();
	if (null >= 0) {
		dup2(null, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
	}
}

static int
begin(struct options *options)
{
	static const char *const name[] = {"interpose-collect"};
	struct string_list list = {1, name};
	int ready[2];
	char answer[4096] = "";
	sigset_t set;

	if (pipe2(ready, O_CLOEXEC) < 0)
		err(EXIT_OWN, "pipe");
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	fflush(NULL);
	pid_t pid = fork();
	if (pid < 0)
		err(EXIT_OWN, "fork");
	if (pid > 0) {
		/* The collector opens its outputs itself; what it answers is the variables, or "!" and what
		 * went wrong. */
		size_t length = 0;
		ssize_t got;

		close(ready[1]);
		while ((got = read(ready[0], answer + length, sizeof answer - 1 - length)) > 0)
			length += (size_t)got;
		if (answer[0] == '!' || length == 0)
			errx(EXIT_OWN, "%s", length ? answer + 1 : "the collector ended at once");
		char *preload = strchr(answer, '\n');
		if (!preload)
			errx(EXIT_OWN, "the collector ended at once");
		*preload++ = '\0';
		print_export(answer);
		print_export(preload);
		return fflush(stdout) == 0 ? 0 : EXIT_OWN;
	}
	close(ready[0]);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	struct session *session = session_open(options, &list);
	int pid_file = session ? write_pid(session_directory(session)) : -1;
	if (pid_file < 0) {
		dprintf(ready[1], "!%s", session ? strerror(errno) : session_problem);
		_exit(EXIT_OWN);
	}
	session_step(session); /* the trace has begun when it is said that it has */
	dprintf(ready[1], "%s\n%s", session_channel(session), session_preload(session));
	close(ready[1]);
	signal(SIGHUP, SIG_IGN);
	leave_terminal();
	uint32_t asker = collect(session);
	int result = session_close(session, -1, asker, NULL) < 0 ? EXIT_CUT : 0;
	dprintf(pid_file, "%d\n", result);
	options_free(options);
	exit(result);
}

/* stdout belongs to whoever asks for the variables: an output there would end before it began. */
static void
refuse_stdout(const struct options *options)
{
	for (size_t i = 0; i < options->output_count; i++) {
		if (strcmp(options->output[i].file, "-") == 0)
			errx(EXIT_USAGE, "-o -: the collector runs in the background; name a file");
	}
}

/* The run directory, out of the variable: its last field. */
static const char *
directory_of(const char *channel)
{
	for (int colons = 0; channel && colons < 5; colons++) {
		channel = strchr(channel, ':');
		channel = channel ? channel + 1 : NULL;
	}
	return channel && channel[0] == '/' ? channel : NULL;
}

/* Waits until the collector that we asked to end has let go of its file, in which its result then stands. */
static int
wait_for_result(int fd, const char *directory)
{
	struct flock whole = {.l_type = F_RDLCK, .l_whence = SEEK_SET};
	char text[64] = "";

	while (fcntl(fd, F_OFD_SETLKW, &whole) < 0) {
		if (errno != EINTR)
			err(EXIT_OWN, "%s", directory);
	}
	ssize_t length = pread(fd, text, sizeof text - 1, 0);
	const char *result = length > 0 ? strchr(text, '\n') : NULL;
	if (!result || !result[1])
		errx(EXIT_OWN, "%s: its collector was killed; its outputs are cut short", directory);
	return atoi(result + 1);
}

/* Asks the collector to end and waits until its outputs are complete; its result. */
static int
stop(void)
{
	const char *channel = getenv(CHANNEL_VARIABLE);
	const char *directory = directory_of(channel);
	char path[PATH_MAX], text[32] = "";

	if (!channel)
		errx(EXIT_OWN, "%s isn't set: --stop is for a shell that has what --print-env printed",
		     CHANNEL_VARIABLE);
	if (!directory)
		errx(EXIT_OWN, "%s=%s: not what --print-env prints", CHANNEL_VARIABLE, channel);
	snprintf(path, sizeof path, "%s/" LOCK_NAME, directory);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		errx(EXIT_OWN, "%s: no collector runs there any more", directory);
	if (fd < 0)
		err(EXIT_OWN, "%s", path);
	if (flock(fd, LOCK_SH | LOCK_NB) == 0)
		errx(EXIT_OWN, "%s: its collector was killed; its outputs are cut short", directory);
	ssize_t length = read(fd, text, sizeof text - 1);
	long pid = length > 0 ? strtol(text, NULL, 10) : 0;
	if (pid <= 1)
		errx(EXIT_OWN, "%s: an interpose-run's, which ends with its command", directory);
	if (kill((pid_t)pid, SIGTERM) < 0)
		err(EXIT_OWN, "collector %ld", pid);
	int result = wait_for_result(fd, directory);
	close(fd);
	return result;
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
		errx(EXIT_USAGE, "%s", options.problem);
	case OPTIONS_FAILED:
		errx(EXIT_OWN, "%s", options.problem);
	case OPTIONS_GO:
		if (options.operand < argc)
			errx(EXIT_USAGE, "%s: interpose-collect takes no command; interpose-run does",
			     argv[options.operand]);
		if (own.stop == own.print_environment)
			errx(EXIT_USAGE, "say --print-env to begin or --stop to end");
		refuse_stdout(&options);
		result = own.stop ? stop() : begin(&options);
		break;
	}
	options_free(&options);
	return result;
}
