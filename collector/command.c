/*
 * command.c - looks for the command where execvp(3) will, and at what is found as a traced process does
 * before an exec. The rule to keep: it is only a look; what the exec itself says is what counts.
 */
#include "command.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../shim/exec.h"

static bool
is_executable(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && S_ISREG(status.st_mode) && access(path, X_OK) == 0;
}

/* An empty place of PATH is the current directory; without PATH libc has two (confstr(3)). */
static int
find(struct command *command)
{
	const char *place = getenv("PATH");

	if (strchr(command->argv[0], '/')) {
		command->path = strdup(command->argv[0]);
		return command->path ? 0 : -1;
	}
	if (!place)
		place = "/bin:/usr/bin";
	while (place) {
		size_t length = strcspn(place, ":");

		if (asprintf(&command->path, "%.*s%s%s", (int)length, place, length > 0 ? "/" : "",
			     command->argv[0]) < 0)
			return -1;
		if (is_executable(command->path))
			return 0;
		free(command->path);
		command->path = NULL;
		place = place[length] == ':' ? place + length + 1 : NULL;
	}
	return 0;
}

int
command_look(struct command *command, char *const argv[])
{
	struct program program;
	char *head; /* the file's first bytes */

	memset(command, 0, sizeof *command);
	command->argv = argv;
	if (find(command) < 0)
		return -1;
	if (!command->path)
		return 0;
	head = malloc(4096);
	if (!head) {
		command_free(command);
		return -1;
	}
	program_look(&program, head, AT_FDCWD, command->path, 0);
	command->untraced = program.untraced;
	command->foreign = program.foreign;
	command->abi = program.abi;
	memcpy(command->interpreter, program.interpreter, sizeof command->interpreter);
	free(head);
	return 0;
}

void
command_free(struct command *command)
{
	free(command->path);
	command->path = NULL;
}
