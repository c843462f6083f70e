/*
 * output_depfile.c - one rule for make and ninja: the files that the run read, as prerequisites of what it
 * made. interpose.d(5) tells which files, and how they are named.
 *
 * Rule: a name is written only where make and ninja read the same name back, which
 * tests/runs/test-depfile shows for both; all others are left out and told in a warning. A comment in the
 * file would be the place for them, but ninja knows none in depfiles.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "answers.h"
#include "line.h"
#include "output.h"
#include "words.h"

static const struct output_settings no_settings;

static const struct output_settings *
settings_of(const struct output *output)
{
	return output->settings != NULL ? output->settings : &no_settings;
}

static int
depfile_begin(struct output *output, const struct trace_head *head)
{
	output->state = answers_new(head);
	return output->state != NULL ? 0 : -1;
}

static int
depfile_event(struct output *output, const struct event *event)
{
	return answers_event(output->state, event);
}

/* As compilers write them: relative where they are in the directory that the command was started in. */
static const char *
shorten(const struct answers *answers, const char *path)
{
	size_t length = strlen(answers->cwd);

	if (length > 1 && strncmp(path, answers->cwd, length) == 0 && path[length] == '/' &&
	    path[length + 1] != '\0')
		return path + length + 1;
	return path;
}

/* ninja takes these as they are; all else but what append_name() escapes ends a name for it. */
static bool
is_plain(char byte)
{
	unsigned char value = (unsigned char)byte;

	return value >= 0x80 || (value >= 'a' && value <= 'z') || (value >= 'A' && value <= 'Z') ||
	       (value >= '0' && value <= '9') ||
	       (value != '\0' && strchr("+,/_.~()}{%=@[]!-\\", value) != NULL);
}

static bool
can_be_named(const char *name)
{
	size_t length = strlen(name);
	const char *bracket = strchr(name, '[');

	/* To make the first is a home directory, and the second ends an archive's members, whose name may be
	 * another. */
	if (length == 0 || *name == '~' || name[length - 1] == ')')
		return false;
	/* And the second is a pattern, in which a backslash isn't itself. */
	if (bracket != NULL && (strchr(bracket, ']') != NULL || strchr(name, '\\') != NULL))
		return false;
	for (const char *at = name; *at != '\0'; at++) {
		if (!is_plain(*at) && strchr(" #$:", *at) == NULL)
			return false;
		/* The two count backslashes before these differently. */
		if (*at == '\\' &&
		    (at[1] == '#' || at[1] == ':' || at[1] == '=' || at[1] == '$' || at[1] == '\0'))
			return false;
	}
	/* A colon ends a target for ninja, and make takes blanks from before the end of a line. */
	return name[length - 1] != ':' && name[length - 1] != ' ';
}

/* To make, `=` in a target or in the first prerequisite is an assignment, and `%` in a target a pattern. */
static bool
can_be_target(const char *name)
{
	return can_be_named(name) && strpbrk(name, "=%") == NULL;
}

static void
append_name(struct line *line, const char *name)
{
	size_t backslashes = 0;

	/* To make, = and += after a blank assign. */
	if (*name != '\0' && strchr("=+!-@%", *name) != NULL)
		line_text(line, "./");
	for (; *name != '\0'; name++) {
		if (*name == '$')
			line_byte(line, '$');
		if (*name == '#' || *name == ':')
			line_byte(line, '\\');
		/* Before a blank, 2n + 1 backslashes are n of them and the blank. */
		for (size_t at = 0; *name == ' ' && at <= backslashes; at++)
			line_byte(line, '\\');
		backslashes = *name == '\\' ? backslashes + 1 : 0;
		line_byte(line, *name);
	}
}

static void
warn_of(struct output *output, const char *name, size_t *count)
{
	struct line shown = {0};

	line_escaped(&shown, name);
	line_bytes(&shown, "", 1);
	if ((*count)++ == 0 && !shown.short_of_memory)
		snprintf(output->warning, sizeof output->warning,
			 "left out, since make and ninja can't both read its name: %.300s", shown.data);
	line_free(&shown);
}

/* Whether the answer is a prerequisite: what the run read and left as it was. */
static bool
is_prerequisite(const struct output *output, const struct answer *answer)
{
	const struct answers *answers = output->state;
	struct stat status;

	if (answer->how == 0 || answer->kind != ANSWER_NONE ||
	    ignore_matches(&settings_of(output)->ignore, answer->path))
		return false;
	if (answer->how == HOW_ABSENT)
		return settings_of(output)->absent;
	if (answer->directory)
		return false;
	if (answers->spots.may_ask)
		return stat(answer->path, &status) == 0 && S_ISREG(status.st_mode);
	return (answer->how & (HOW_READ | HOW_LOAD | HOW_EXEC)) != 0;
}

/* Collects what is to be written, and the only output, if there is just one. */
static int
collect(struct output *output, struct words *list, char **only, size_t *outputs, size_t *left_out)
{
	struct answers *answers = output->state;
	struct answer answer;

	for (size_t at = 0; at < answers->listed_count; at++) {
		const char *name;

		if (answers_get(answers, at, &answer) == -1)
			return -1;
		name = shorten(answers, answer.path);
		if ((answer.kind == ANSWER_CREATED || answer.kind == ANSWER_OVERWRITTEN ||
		     answer.kind == ANSWER_MODIFIED) &&
		    !answer.directory && !ignore_matches(&settings_of(output)->ignore, answer.path)) {
			if ((*outputs)++ == 0 && (*only = strdup(name)) == NULL)
				return -1;
		}
		if (!is_prerequisite(output, &answer))
			continue;
		if (!can_be_named(name))
			warn_of(output, name, left_out);
		else if (words_add(list, name) == -1)
			return -1;
	}
	return 0;
}

/* The target: what was asked for, what the run was narrowed to, else the run's only output, else the depfile
 * without its ".d". */
static char *
choose_target(const struct output *output, const char *only)
{
	const char *file = strcmp(output->file, "-") != 0 ? output->file : "stdout";
	size_t length = strlen(file);

	if (settings_of(output)->target != NULL)
		return strdup(settings_of(output)->target);
	if (settings_of(output)->made != NULL)
		return strdup(shorten(output->state, settings_of(output)->made));
	if (only != NULL)
		return strdup(only);
	if (length > 2 && strcmp(file + length - 2, ".d") == 0 && file[length - 3] != '/')
		length -= 2;
	return strndup(file, length);
}

/* Puts a prerequisite without `=` first, and drops all if there is none. */
static void
order(struct output *output, struct words *list, size_t *left_out)
{
	size_t at = 0;
	char *first;

	while (at < list->count && strchr(list->item[at], '=') != NULL)
		at++;
	if (at < list->count) {
		first = list->item[at];
		memmove(list->item + 1, list->item, at * sizeof *list->item);
		list->item[0] = first;
		return;
	}
	while (list->count > 0) {
		warn_of(output, list->item[--list->count], left_out);
		free(list->item[list->count]);
	}
}

static int
write_rules(struct output *output, struct words *list, const char *target)
{
	struct line line = {0};
	int result;

	append_name(&line, target);
	line_byte(&line, ':');
	for (size_t at = 0; at < list->count; at++) {
		line_text(&line, " \\\n  ");
		append_name(&line, list->item[at]);
	}
	line_byte(&line, '\n');
	for (size_t at = 0; settings_of(output)->phony && at < list->count; at++) {
		if (!can_be_target(list->item[at]))
			continue;
		line_byte(&line, '\n');
		append_name(&line, list->item[at]);
		line_text(&line, ":\n");
	}
	result = line_write(&line, output->stream);
	line_free(&line);
	return result;
}

static int
write_depfile(struct output *output, struct words *list, char **only, const struct trace_end *end)
{
	size_t outputs = 0, left_out = 0, length;
	char *target;
	int result;

	if (answers_end(output->state, end) == -1 || collect(output, list, only, &outputs, &left_out) == -1)
		return -1;
	order(output, list, &left_out);
	target = choose_target(output, outputs == 1 ? *only : NULL);
	if (target == NULL)
		return -1;
	length = strlen(output->warning);
	if (left_out > 1)
		snprintf(output->warning + length, sizeof output->warning - length, ", and %zu more",
			 left_out - 1);
	if (!can_be_target(target))
		snprintf(output->warning, sizeof output->warning,
			 "make and ninja can't both read the target's name; --target gives it another");
	result = write_rules(output, list, target);
	free(target);
	return result;
}

static int
depfile_end(struct output *output, const struct trace_end *end)
{
	struct words list = {0};
	char *only = NULL;
	int result = output->error == 0 ? write_depfile(output, &list, &only, end) : 0;
	int error = errno;

	words_free(&list);
	free(only);
	answers_free(output->state);
	output->state = NULL;
	errno = error;
	return result;
}

const struct output_format output_depfile = {
    .name = "d",
    .pattern = "*.d",
    .begin = depfile_begin,
    .event = depfile_event,
    .end = depfile_end,
};
