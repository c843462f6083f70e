/*
 * shell.c - the command of a call that runs a shell (system, popen). libc starts the shell with the program's
 * own environment, which we don't edit; so where that lacks our variables (clearenv, unset LD_PRELOAD) the
 * command hands them on, by a shell that becomes the one that was asked for. The rule to keep: status,
 * signals and streams stay libc's own doing, save where shell_other.c says why not.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <paths.h>
#include <string.h>
#include <unistd.h>

#include "exec.h"

enum { COMMAND_LIMIT = 32 * 4096 }; /* MAX_ARG_STRLEN: no argument is longer (execve(2)) */

/* 'text', as the shell reads it back. NULL when it doesn't fit before `end`. */
static char *
put_quoted(char *at, const char *end, const char *text)
{
	*at++ = '\'';
	for (; *text && end - at > 8; text++) {
		if (*text == '\'') {
			at = stpcpy(at, "'\\''");
		} else {
			*at++ = *text;
		}
	}
	*at++ = '\'';
	return *text ? NULL : at;
}

/* VARIABLE='value' and a space. */
static char *
put_variable(char *at, const char *end, const char *entry)
{
	const char *value = strchr(entry, '=') + 1;
	size_t length = (size_t)(value - entry);

	if ((size_t)(end - at) < length + 16)
		return NULL;
	memcpy(at, entry, length);
	at = put_quoted(at + length, end, value);
	if (at)
		*at++ = ' ';
	return at;
}

/* Variables, and the command for a shell that calls itself as libc's would. */
static bool
put_command(char *at, const char *end, const struct environment *environment, const char *command)
{
	static const char last[] = " sh";

	for (char **entry = environment->entries; at && *entry; entry++) {
		if (environment_is_ours(*entry))
			at = put_variable(at, end, *entry);
	}
	if (!at || end - at < 32)
		return false;
	at = put_quoted(stpcpy(at, "exec /bin/sh -c "), end, command);
	if (!at || end - at < (long)sizeof last)
		return false;
	memcpy(at, last, sizeof last);
	return true;
}

/* The command in one that hands on what the environment lacks; as it is where it needn't be so, or can't. */
static const char *
hand_on(struct environment *memory, const char *command)
{
	struct environment environment;

	if (!command || environment_suffices(environ) || environment_is_nested(environ))
		return command;
	if (command[0] == '-') /* an option to some shells, and not to others */
		return command;
	environment_make(&environment, environ, &(struct program){0}, NULL);
	if (environment.entries == environ)
		return command;
	memory->memory = environment_memory(COMMAND_LIMIT);
	memory->size = COMMAND_LIMIT;
	char *room = memory->memory;
	bool made = room && put_command(room, room + COMMAND_LIMIT, &environment, command);
	environment_free(&environment);
	return made ? room : command;
}

static void
tell_untraced(enum call call, int reason)
{
	struct record record = {0};

	if (!record_begin(&record, call, 0))
		return;
	do {
		record_number(&record, reason);
		record_path(&record, _PATH_BSHELL);
	} while (record_again(&record));
}

const char *
shell_begins(struct shell *shell, enum call untraced, const char *command)
{
	struct program program = {0};
	struct attempt look = {.dirfd = AT_FDCWD, .path = _PATH_BSHELL};
	struct slot *slot = staging_slot();
	const char *given = command;

	memset(shell, 0, sizeof *shell);
	if (!slot)
		return command;
	exec_look(&program, slot, &look, environ);
	shell->is_other = program.foreign || (program.abi != ABI_NONE && program.abi != ABI_OURS);
	if (shell->is_other)
		environment_make(&shell->environment, environ, &program, NULL);
	else
		given = hand_on(&shell->command, command);
	if (program.untraced == 0 && !shell->is_other && given == command && !environment_suffices(environ))
		program.untraced = UNTRACED_SILENT + 1;
	if (program.untraced != 0 && program.error == 0)
		tell_untraced(untraced, program.untraced - 1);
	return given;
}

void
shell_ended(struct shell *shell)
{
	/* Another thread's setenv has made a list of its own meanwhile, with strings of this one: it stays.
	 */
	bool stays = shell->before && environ != shell->environment.entries;

	if (shell->before && !stays)
		environ = shell->before;
	if (!stays)
		environment_free(&shell->environment);
	environment_free(&shell->command);
}
