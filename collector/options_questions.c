/*
 * options_questions.c - the options of the outputs that answer a question about processes and files: --who,
 * --source, --build, --top.
 */
#include "options_questions.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void
path_list_free(struct path_list *list)
{
	for (size_t at = 0; at < list->count; at++)
		free(list->path[at]);
	free(list->path);
	*list = (struct path_list){0};
}

/* Takes over `path`, which may be NULL for a lack of memory. */
static int
path_list_add(struct path_list *list, char *path)
{
	char **grown = path != NULL ? reallocarray(list->path, list->count + 1, sizeof *grown) : NULL;

	if (grown == NULL) {
		free(path);
		return -1;
	}
	list->path = grown;
	grown[list->count++] = path;
	return 0;
}

/* Relative ones begin at the current directory. Dots and links are left to who looks the path up. */
static char *
absolute(const char *path)
{
	char *cwd, *joined = NULL;

	if (*path == '/')
		return strdup(path);
	cwd = getcwd(NULL, 0);
	if (cwd == NULL || asprintf(&joined, "%s/%s", cwd, path) == -1)
		joined = NULL;
	free(cwd);
	return joined;
}

static int
take_who(struct options *options, const char *path)
{
	if (*path == '\0') {
		options_problem(options, "--who needs a path");
		return -1;
	}
	if (path_list_add(&options->settings.who, absolute(path)) == -1) {
		options_problem(options, "--who %s: %s", path, strerror(errno));
		return -1;
	}
	return 0;
}

/* A directory that isn't there is meant as it is written: the trace may be another machine's. */
static int
take_inside(struct options *options, const char *name, const char *path)
{
	char *real;

	if (*path == '\0') {
		options_problem(options, "--%s needs a directory", name);
		return -1;
	}
	real = realpath(path, NULL);
	if (path_list_add(&options->settings.inside, real != NULL ? real : absolute(path)) == 0)
		return 0;
	options_problem(options, "--%s %s: %s", name, path, strerror(errno));
	return -1;
}

static int
take_top(struct options *options, const char *number)
{
	const char *wrong;
	long long value = strtonum(number, 0, UINT32_MAX, &wrong);

	if (wrong != NULL) {
		options_problem(options, "--top %s: is not a number of lines, 0 for all", number);
		return -1;
	}
	options->settings.top = (size_t)value;
	options->settings.top_given = true;
	return 0;
}

bool
options_take_question(struct options *options, const char *name, const char *argument, int *result)
{
	if (strcmp(name, "who") == 0)
		*result = take_who(options, argument);
	else if (strcmp(name, "source") == 0 || strcmp(name, "build") == 0)
		*result = take_inside(options, name, argument);
	else if (strcmp(name, "top") == 0)
		*result = take_top(options, argument);
	else
		return false;
	return true;
}

int
options_check_questions(struct options *options)
{
	bool asked = options->settings.who.count > 0, answered = false;
	bool waiting = options->format != NULL && strcmp(options->format, output_who.name) == 0;

	for (size_t at = 0; at < options->output_count; at++)
		answered = answered || options->output[at].format == &output_who;
	if (!asked && (answered || waiting)) {
		options_problem(options, "--format who needs --who PATH");
		return -1;
	}
	if (!asked || answered)
		return 0;
	if (!options->command->stdout_unless_told) {
		options_problem(options, "--who %s needs --format who -o FILE",
				options->settings.who.path[0]);
		return -1;
	}
	if (waiting)
		options->format = NULL;
	return options_output(options, "-", &output_who);
}
