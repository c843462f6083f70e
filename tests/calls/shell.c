/*
 * shell.c - the calls that run a shell: system, popen, wordexp. The shell's command is this program again,
 * which prints what stands before it; between the shell's start and its exec of us the shell does as it
 * likes.
 */
#include <sys/wait.h>
#include <wordexp.h>

#include "after.h"

#define COMMAND "INTERPOSE_TEST_COMMAND"
#define NUMBERS "after-number" /* the file with the child's pid */

static char shell[PATH_MAX];

/* What the shell gets: "exec PROGRAM CALL --after", and where that writes. */
static const char *
command_to(const char *output)
{
	static char command[PATH_MAX + 64];

	snprintf(command, sizeof command, "exec %s %s " AFTER "%s", program, call_name, output);
	setenv(COMMAND, command, 1);
	after_expects("'path':'%s'", program);
	return command;
}

static bool
is_wordexp(void)
{
	return strcmp(call_name, "wordexp") == 0;
}

/* It looks for mistakes in a command that fails. */
static int
exit_status(void)
{
	return is_wordexp() ? 0 : 7;
}

/* In the child: how the shell came to be, and what it did to become us. */
static void
tell_after(void)
{
	char members[4 * PATH_MAX];
	int pid = getpid();
	long fd = quiet4(SYS_openat, AT_FDCWD, (long)NUMBERS, O_WRONLY | O_CREAT, 0644);

	if (write((int)fd, &pid, sizeof pid) < 0)
		abort();
	expect_spawned(strcmp(call_name, "pclose") ? call_name : "popen");
	snprintf(members, sizeof members, "['%s','-c','%s']", is_wordexp() ? "/bin/sh" : "sh",
		 getenv(COMMAND));
	expect_bare("exec", pid, "'path':'/bin/sh','argv':%s", members);
	expect_start("exec", getppid(), "$DIR", getenv("INTERPOSE_TEST_SHELL"), members);
	int length = snprintf(members, sizeof members, "{\"until\":\"exec\",\"pid\":%d}\n", pid);
	if (write(output_fd, members, (size_t)length) < 0)
		abort();
	expect_image("execve", "$DIR");
	expect_exit(NULL, pid, exit_status() ? "'status':7" : "'status':0");
}

/* The pid that libc keeps to itself. */
static int
child_pid(void)
{
	int pid = 0;
	long fd = quiet(SYS_openat, AT_FDCWD, (long)NUMBERS, O_RDONLY);

	if (read((int)fd, &pid, sizeof pid) != sizeof pid)
		abort();
	quiet(SYS_close, fd, 0, 0);
	return pid;
}

static void
perform_system(void)
{
	int status = system(command_to(""));
	expect_wait("system", status, child_pid(), "'status':7");
	/* Whether there is a shell: libc runs one. Its number nobody tells. */
	mark_end();
	say("is there a shell", system(NULL), 0);
	mark("/interpose-begin");
}

/* The pipe is the child's standard input, or output. */
static void
write_to(FILE *(*call)(const char *command, const char *mode))
{
	FILE *stream = call(command_to(""), "w");

	if (!stream)
		abort();
	int status = pclose(stream);
	expect_wait("pclose", status, child_pid(), "'status':7");
}

static void
read_from(FILE *(*call)(const char *command, const char *mode))
{
	FILE *stream = call(command_to(""), "re");
	char line[16384];

	if (!stream)
		abort();
	while (fgets(line, sizeof line, stream)) {
		if (write(1, line, strlen(line)) < 0)
			abort();
	}
	int status = pclose(stream);
	expect_wait("pclose", status, child_pid(), "'status':7");
	expect_pointer("fork", call("true", "x"), "%s", "");
}

static void
perform_popen(void)
{
	write_to(popen);
	read_from(popen);
}

FILE *_IO_popen(const char *command, const char *mode);

static void
perform__IO_popen(void)
{
	write_to(_IO_popen);
	read_from(_IO_popen);
}

/* One by one; and by fclose, which waits as pclose does. */
static void
perform_pclose(void)
{
	write_to(popen);
	FILE *stream = popen(command_to(""), "w");
	int fd = fileno(stream);
	siginfo_t ended;
	quiet4(SYS_waitid, P_ALL, 0, (long)&ended, WEXITED | WNOWAIT); /* so that the events have one order */
	int (*volatile end)(FILE *) = fclose;
	int status = end(stream);
	expect_of("close", "fclose", status, 0, "'fd':%d", fd);
#ifdef __GLIBC__ /* musl doesn't wait */
	expect_wait("fclose", status, child_pid(), "'status':7");
#endif
}

/* What a shell prints is expanded; without a command no shell is run. */
static void
perform_wordexp(void)
{
	wordexp_t found = {0};
	char words[4 * PATH_MAX];

	say("words", wordexp("a $HOME 'b c'", &found, 0), (int)found.we_wordc);
	say("refused", wordexp("$(true)", &found, WRDE_NOCMD), 0);
	output_fd = (int)quiet(SYS_fcntl, 1, F_DUPFD, 9);
	snprintf(words, sizeof words, "x$(%s)y$(%s)", command_to(" >&9"), command_to(" >&9"));
	say("command", wordexp(words, &found, 0), (int)found.we_wordc);
}

#define CASE(name)                    \
	{                             \
#name, perform_##name \
	}
static const struct call calls[] = {
    CASE(system), CASE(popen), CASE(_IO_popen), CASE(pclose), CASE(wordexp),
};

int
main(int argc, char **argv)
{
	(void)argc;
	if (is_after(argv)) {
		tell_after();
		return exit_status();
	}
	if (!realpath("/bin/sh", shell))
		abort();
	setenv("INTERPOSE_TEST_SHELL", shell, 1);
	name_after(argv);
	return predict(argv, calls, COUNT(calls));
}
