/*
 * spawn.c - posix_spawn and posix_spawnp, with what is done to the child's descriptors and directory before
 * its exec. The child is this program again; what it does is told by itself.
 */
#include <spawn.h>
#include <sys/wait.h>

#include "after.h"

typedef int spawn_function(pid_t *child, const char *file, const posix_spawn_file_actions_t *actions,
			   const posix_spawnattr_t *attributes, char *const argv[], char *const envp[]);

enum { OPENED_AT = 10, DOUBLED_AT };

/* How the child is told which of the spawns made it. */
#define STEP     "INTERPOSE_TEST_STEP"
#define PLAIN    "plain"
#define ACTIONS  "actions"
#define SEARCHED "searched"

static char *arguments[4];

static void
wait_for(pid_t child)
{
	int status, result = waitpid(child, &status, 0);

	expect_wait("waitpid", result, child, "'status':0");
}

static void
expect_failed(spawn_function *call, const char *path)
{
	pid_t child = 12345;
	int result = call(&child, path, NULL, NULL, arguments, environ);

	expect_of("fork", call_name, result, result, "%s", "");
	expect_of("exec", call_name, -1, result, "%s,'argv':%s", at(path), after_arguments);
	say("number", child == 12345, 0);
}

static void
do_actions(spawn_function *call)
{
	posix_spawn_file_actions_t actions;
	pid_t child;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, OPENED_AT, "d/f", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, OPENED_AT, DOUBLED_AT);
	posix_spawn_file_actions_addclose(&actions, OPENED_AT);
	posix_spawn_file_actions_addchdir_np(&actions, "dl");
	posix_spawn_file_actions_addfchdir_np(&actions, directory_fd);
	setenv(STEP, ACTIONS, 1);
	after_expects("'path':'%s'", program);
	if (call(&child, program, &actions, NULL, arguments, environ) != 0)
		abort();
	wait_for(child);
	posix_spawn_file_actions_destroy(&actions);
}

static void
spawn(spawn_function *call)
{
	pid_t child;

	mark_end();
	if (symlink(program, "prog") < 0 || symlink("../" AFTER_MEMBERS, "d/" AFTER_MEMBERS) < 0)
		abort();
	mark("/interpose-begin");
	arguments[0] = (char *)(uintptr_t)program;
	arguments[1] = (char *)(uintptr_t)call_name;
	arguments[2] = AFTER;
	setenv(STEP, PLAIN, 1);
	after_expects("'path':'$DIR/prog','arg':'./prog'");
	if (call(&child, "./prog", NULL, NULL, arguments, environ) != 0)
		abort();
	wait_for(child);
	expect_failed(call, "missing/x");
	expect_failed(call, "f/x");
	do_actions(call);
}

static void
perform_posix_spawn(void)
{
	spawn(posix_spawn);
	expect_failed(posix_spawn, "missing");
	expect_failed(posix_spawn, "");
}

static void
perform_posix_spawnp(void)
{
	pid_t child;

	spawn(posix_spawnp);
	setenv(STEP, SEARCHED, 1);
	setenv("PATH", "missing:f::d", 1);
	after_expects("%s", at("prog"));
	if (posix_spawnp(&child, "prog", NULL, NULL, arguments, environ) != 0)
		abort();
	wait_for(child);
	setenv("PATH", "missing:d", 1);
	int result = posix_spawnp(&child, "nowhere", NULL, NULL, arguments, environ);
	expect_of("fork", call_name, result, result, "%s", "");
	expect_of("exec", call_name, -1, ENOENT, "%s,'argv':%s", at("missing/nowhere"), after_arguments);
	expect_of("exec", call_name, -1, ENOENT, "%s,'argv':%s", at("d/nowhere"), after_arguments);
}

/* The child. */
static void
tell_after(void)
{
	const char *step = getenv(STEP);

	expect_spawned(call_name);
	if (strcmp(step, ACTIONS) == 0) {
		expect_of("open", "open", OPENED_AT, 0, "%s,'fd':%d,'flags':['O_RDONLY']", at("d/f"),
			  OPENED_AT);
		expect_of("dup", "dup2", DOUBLED_AT, 0, "'path':'$DIR/d/f','fd':%d,'new_fd':%d", OPENED_AT,
			  DOUBLED_AT);
		expect_of("close", "close", 0, 0, "'path':'$DIR/d/f','fd':%d,'written':false", OPENED_AT);
		expect_of("chdir", "chdir", 0, 0, "%s", at("dl"));
		expect_of("chdir", "fchdir", 0, 0, "'path':'$DIR/d','fd':3");
	} else if (strcmp(step, SEARCHED) == 0) {
		expect_of("exec", call_name, -1, ENOENT, "%s,'argv':%s", at("missing/prog"),
			  program_arguments);
		expect_of("exec", call_name, -1, ENOTDIR, "%s,'argv':%s", at("f/prog"), program_arguments);
	}
	expect_image(call_name, strcmp(step, ACTIONS) == 0 ? "$DIR/d" : "$DIR");
	if (strcmp(step, ACTIONS) == 0) {
		int result = close(DOUBLED_AT);

		expect_of("close", "close", result, 0, "'path':'$DIR/d/f','fd':%d,'written':false",
			  DOUBLED_AT);
	}
	expect_exit(NULL, getpid(), "'status':0");
}

#define CASE(name)                    \
	{                             \
#name, perform_##name \
	}
static const struct call calls[] = {CASE(posix_spawn), CASE(posix_spawnp)};

int
main(int argc, char **argv)
{
	(void)argc;
	if (is_after(argv)) {
		tell_after();
		return 0;
	}
	name_after(argv);
	return predict(argv, calls, COUNT(calls));
}
