/*
 * exec.c - the exec family: tries that fail, and then one that succeeds. The new image is this program again,
 * which prints what the old one can't: the exec, its own start, and the shared objects that it was started
 * with.
 */
#include "after.h"

static char *arguments[4];
static char *environment[64];

/* A failed try of a path, with the arguments that all tries have. */
static void
expect_failed(int result, const char *path)
{
	expect("exec", result, "%s,'argv':%s", at(path), after_arguments);
}

/* The program under another name, and files that can't be run. */
static void
prepare_exec(void)
{
	mark_end();
	if (symlink(program, "prog") < 0 || symlink(program, "d/prog") < 0)
		abort();
	make_file("text");
	if (chmod("text", 0755) < 0)
		abort();
	mark("/interpose-begin");
	size_t count = 0;
	for (char **entry = environ; *entry && count < COUNT(environment) - 1; entry++)
		environment[count++] = *entry;
	arguments[0] = (char *)(uintptr_t)program;
	arguments[1] = (char *)(uintptr_t)call_name;
	arguments[2] = AFTER;
}

static void
by_path(int (*call)(const char *path))
{
	prepare_exec();
	FOR_BAD_PATHS(path)
	expect_failed(call(path), path);
	expect_failed(call("f"), "f");       /* EACCES */
	expect_failed(call("text"), "text"); /* ENOEXEC */
	expect_failed(call("d"), "d");
	after_expects("%s", at("prog"));
	call("prog");
}

/* execvp and its kin try each place of PATH, and run by the shell what the kernel doesn't know. */
static void
by_search(int (*call)(const char *file))
{
	prepare_exec();
	expect_failed(call("missing/x"), "missing/x");
	say("nothing", call(""), errno);
	setenv("PATH", "missing:f:d", 1);
	int result = call("nowhere");
	int error = errno;
	static const char *const tries[] = {"missing/nowhere", "f/nowhere", "d/nowhere"};
	static const int errors[] = {ENOENT, ENOTDIR, ENOENT};
	for (size_t i = 0; i < COUNT(tries); i++)
		expect_of("exec", call_name, -1, errors[i], "%s,'argv':%s", at(tries[i]), after_arguments);
	say("nowhere", result, error);
	setenv("PATH", "missing::d", 1);
	expect_of("exec", call_name, -1, ENOENT, "%s,'argv':%s", at("missing/prog"), after_arguments);
	after_expects("%s", at("prog"));
	call("prog");
}

#define BY_PATH(name, ...)                       \
	static int call_##name(const char *path) \
	{                                        \
		return __VA_ARGS__;              \
	}                                        \
	static void perform_##name(void)         \
	{                                        \
		by_path(call_##name);            \
	}
#define BY_SEARCH(name, ...)                     \
	static int call_##name(const char *path) \
	{                                        \
		return __VA_ARGS__;              \
	}                                        \
	static void perform_##name(void)         \
	{                                        \
		by_search(call_##name);          \
	}

BY_PATH(execve, execve(path, arguments, environment))
BY_PATH(execv, execv(path, arguments))
BY_PATH(execl, execl(path, program, call_name, AFTER, NULL))
BY_PATH(execle, execle(path, program, call_name, AFTER, NULL, environment))
BY_SEARCH(execvp, execvp(path, arguments))
BY_SEARCH(execvpe, execvpe(path, arguments, environment))
BY_SEARCH(execlp, execlp(path, program, call_name, AFTER, NULL))

/* A descriptor's file; as an event, by its name. */
static void
perform_fexecve(void)
{
	prepare_exec();
	mark_end();
	int fd = open(program, O_RDONLY | O_CLOEXEC);
	mark("/interpose-begin");
	expect("exec", fexecve(file_fd, arguments, environment), "'path':'$DIR/f','argv':%s",
	       after_arguments);
	expect("exec", fexecve(BAD_FD, arguments, environment), "'argv':%s", after_arguments);
	after_expects("'path':'%s'", program);
	fexecve(fd, arguments, environment);
}

static void
perform_execveat(void)
{
	prepare_exec();
	FOR_DIRFDS(from)
	expect("exec", execveat(from->fd, "f", arguments, environment, 0), "%s,'argv':%s",
	       at_in(from->base, "f"), after_arguments);
	expect("exec", execveat(AT_FDCWD, "prog", arguments, environment, AT_SYMLINK_NOFOLLOW),
	       "%s,'argv':%s", at("prog"), after_arguments);
	after_expects("'path':'$DIR/d/prog','arg':'prog'");
	execveat(directory_fd, "prog", arguments, environment, 0);
}

#define CASE(name)                    \
	{                             \
#name, perform_##name \
	}
static const struct call calls[] = {
    CASE(execve),  CASE(execv),  CASE(execl),   CASE(execle),   CASE(execvp),
    CASE(execvpe), CASE(execlp), CASE(fexecve), CASE(execveat),
};

int
main(int argc, char **argv)
{
	(void)argc;
	if (is_after(argv)) {
		expect_image(call_name, "$DIR");
		mark_end();
		return 0;
	}
	name_after(argv);
	return predict(argv, calls, COUNT(calls));
}
