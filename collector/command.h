/*
 * command.h - what the wrapper knows of the command before it is started: the file that will be executed, and
 * whether the library will be loaded into it. Traced processes look for themselves (shim/program.c); this is
 * the same look.
 */
#ifndef INTERPOSE_COMMAND_H
#define INTERPOSE_COMMAND_H

#include <stdbool.h>

#include "../shim/abi.h"

struct command {
	char *const *argv;     /* as it was given */
	char *path;            /* where execvp(3) finds it; NULL: nowhere */
	int untraced;          /* enum untraced_reason + 1; 0: it will be traced */
	bool foreign;          /* it can't even be asked to load the machine's own library */
	enum abi abi;          /* whose library it would load, or ABI_NONE */
	char interpreter[128]; /* a script's; "" */
};

/* `argv` is kept by reference. Returns 0, or -1 with ENOMEM; free with command_free. */
int command_look(struct command *command, char *const argv[]);
void command_free(struct command *command);

#endif
