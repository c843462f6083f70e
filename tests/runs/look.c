/*
 * look.c - executes the file "program" again and again, while others take its name: usage: look NAME...
 *
 * Each NAME is renamed to "program", which is spawned three times then.
 */
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

int
main(int argc, char **argv)
{
	char program[] = "./program";
	char *words[] = {program, NULL};
	int status;
	pid_t child;

	for (int i = 1; i < argc; i++) {
		if (rename(argv[i], program) != 0)
			return 1;
		for (int j = 0; j < 3; j++) {
			if (posix_spawn(&child, program, NULL, NULL, words, environ) != 0 ||
			    waitpid(child, &status, 0) != child || status != 0)
				return 2;
		}
	}
	return 0;
}
