/*
 * arguments.c - see arguments.h. The order is that of most calls: the file, a second one, then how.
 */
#include <string.h>

#include "arguments.h"

/* The list in work. */
struct arguments {
	struct line *line;
	const struct names *names;
	size_t count;
};

void
arguments_argv(struct line *line, const struct string_list *list)
{
	line_byte(line, '[');
	for (size_t at = 0; at < list->count; at++) {
		if (at > 0)
			line_text(line, ", ");
		line_quoted(line, list->item[at]);
	}
	line_byte(line, ']');
}

/* The comma before every argument but the first. */
static struct line *
next_argument(struct arguments *arguments)
{
	if (arguments->count++ > 0)
		line_text(arguments->line, ", ");
	return arguments->line;
}

static void
text_argument(struct arguments *arguments, const struct event *event, enum field field)
{
	if (event_has(event, field))
		line_quoted(next_argument(arguments), event->text[field]);
}

static void
number_argument(struct arguments *arguments, const struct event *event, enum field field)
{
	if (event_has(event, field))
		line_number(next_argument(arguments), event->number[field]);
}

static void
word_argument(struct arguments *arguments, const char *word)
{
	line_text(next_argument(arguments), word);
}

static void
list_argument(struct arguments *arguments, const struct name_list *list)
{
	if (list->count == 0)
		return;
	next_argument(arguments);
	for (size_t at = 0; at < list->count; at++) {
		if (at > 0)
			line_byte(arguments->line, '|');
		line_text(arguments->line, list->item[at]);
	}
}

/* `3</src/a.c>`, or the path alone; an open's descriptor is its result instead. */
static void
file_argument(struct arguments *arguments, const struct event *event)
{
	if (!event_has(event, FIELD_fd) || event->kind == EVENT_OPEN) {
		text_argument(arguments, event, FIELD_path);
		return;
	}
	number_argument(arguments, event, FIELD_fd);
	if (event_has(event, FIELD_path)) {
		line_byte(arguments->line, '<');
		line_escaped(arguments->line, event->text[FIELD_path]);
		line_byte(arguments->line, '>');
	}
}

/* Whether the call by itself doesn't follow a link, or its flags say so already. */
static bool
says_nofollow(const struct event *event, const struct name_list *flags)
{
	if (flags->count > 0 && strcmp(flags->item[0], "AT_SYMLINK_NOFOLLOW") == 0)
		return true;
	return event->call != NULL && (strstr(event->call, "lstat") || strstr(event->call, "lxstat"));
}

static void
flags_arguments(struct arguments *arguments, const struct event *event)
{
	struct name_list list = {0};
	char buffer[NAMES_SIZE];

	/* access's mode comes before the flags, open's after them. */
	if (event_has(event, FIELD_mode) && event->kind == EVENT_ACCESS) {
		names_access(event->number[FIELD_mode], &list);
		list_argument(arguments, &list);
		list.count = 0;
	}
	if (event_has(event, FIELD_flags))
		names_flags(arguments->names, event, &list);
	list_argument(arguments, &list);
	if (event_has(event, FIELD_follow) && event->number[FIELD_follow] == 0 &&
	    !says_nofollow(event, &list))
		word_argument(arguments, "AT_SYMLINK_NOFOLLOW");
	if (event_has(event, FIELD_mode) && event->kind != EVENT_ACCESS)
		word_argument(arguments, names_mode(event->number[FIELD_mode], buffer));
	if (event_has(event, FIELD_protection)) {
		names_protection(event->number[FIELD_protection], &list);
		list_argument(arguments, &list);
	}
	if (event_has(event, FIELD_shared))
		word_argument(arguments, event->number[FIELD_shared] != 0 ? "MAP_SHARED" : "MAP_PRIVATE");
}

static void
named_number(struct arguments *arguments, const struct event *event, const char *name, enum field field)
{
	if (!event_has(event, field))
		return;
	line_text(next_argument(arguments), name);
	line_byte(arguments->line, '=');
	line_number(arguments->line, event->number[field]);
}

static void
named_text(struct arguments *arguments, const struct event *event, const char *name, enum field field)
{
	if (!event_has(event, field))
		return;
	line_text(next_argument(arguments), name);
	line_byte(arguments->line, '=');
	line_quoted(arguments->line, event->text[field]);
}

static void
start_arguments(struct arguments *arguments, const struct event *event)
{
	text_argument(arguments, event, FIELD_exe);
	if (event_has(event, FIELD_argv))
		arguments_argv(next_argument(arguments), &event->argv);
	if (event_has(event, FIELD_env)) {
		line_text(next_argument(arguments), "env=");
		arguments_argv(arguments->line, &event->env);
	}
	named_text(arguments, event, "interpreter", FIELD_interpreter);
	named_text(arguments, event, "cwd", FIELD_cwd);
	if (event_has(event, FIELD_by)) {
		line_text(next_argument(arguments), "by=");
		line_text(arguments->line, event_by_name(event->number[FIELD_by]));
	}
	named_number(arguments, event, "ppid", FIELD_ppid);
	named_number(arguments, event, "uid", FIELD_uid);
	if (event_has(event, FIELD_euid) && event->number[FIELD_euid] != event->number[FIELD_uid])
		named_number(arguments, event, "euid", FIELD_euid);
	if (event_has(event, FIELD_shim) && event->number[FIELD_shim] == 0)
		word_argument(arguments, "shim=no");
}

/* dup2 and dup3 are told the second descriptor; the others find it. */
static bool
new_fd_is_argument(const struct event *event)
{
	return event->call != NULL && (strstr(event->call, "dup2") || strstr(event->call, "dup3"));
}

/* In the order of most calls: the file, the second one, then how. */
void
arguments_write(struct line *line, const struct names *names, const struct event *event)
{
	struct arguments all = {.line = line, .names = names}, *arguments = &all;

	if (event->kind == EVENT_START) {
		start_arguments(arguments, event);
		return;
	}
	if (event->kind == EVENT_SYMLINK)
		text_argument(arguments, event, FIELD_target);
	file_argument(arguments, event);
	if (new_fd_is_argument(event))
		number_argument(arguments, event, FIELD_new_fd);
	text_argument(arguments, event, FIELD_path2);
	if (event->kind != EVENT_SYMLINK)
		text_argument(arguments, event, FIELD_target);
	text_argument(arguments, event, FIELD_name);
	if (event_has(event, FIELD_argv))
		arguments_argv(next_argument(arguments), &event->argv);
	flags_arguments(arguments, event);
	number_argument(arguments, event, FIELD_uid);
	number_argument(arguments, event, FIELD_gid);
	number_argument(arguments, event, FIELD_length);
	if (event->kind == EVENT_WAIT)
		number_argument(arguments, event, FIELD_child);
	if (event_has(event, FIELD_reason))
		word_argument(arguments, event_reason_name(event->number[FIELD_reason]));
	named_number(arguments, event, "count", FIELD_count);
	text_argument(arguments, event, FIELD_why);
}
