/*
 * strace_line.c - see strace_line.h; strace.def says which arguments a function has.
 *
 * The rule to keep: nothing is made up. An argument that the trace doesn't have is `...`, as strace writes
 * what it leaves out.
 */
#include <string.h>

#include "arguments.h"
#include "outcome.h"
#include "strace_arguments.h"
#include "strace_line.h"

struct shape {
	const char *call;
	int kind; /* -1: any */
	const char *arguments;
	char result;
};

static const struct shape shapes[] = {
#define CALL(name, arguments, result)       {#name, -1, arguments, result},
#define PART(name, KIND, arguments, result) {#name, EVENT_##KIND, arguments, result},
#include "strace.def"
#undef CALL
#undef PART
};

static const struct shape *
find_exactly(const char *name, size_t length, int kind)
{
	const struct shape *any = NULL;

	for (size_t at = 0; at < sizeof shapes / sizeof shapes[0]; at++) {
		const struct shape *shape = &shapes[at];

		if (*shape->call != *name || strncmp(shape->call, name, length) != 0 ||
		    shape->call[length] != '\0')
			continue;
		if (shape->kind == kind)
			return shape;
		if (shape->kind == -1)
			any = shape;
	}
	return any;
}

/* glibc's twins of a function bear its name with these before and after it. */
static const struct shape *
find(const char *name, int kind)
{
	static const char *const before[] = {"_IO_", "__"};
	static const char *const after[] = {"_nocancel", "_chk", "_2", "_time64", "64"};
	const struct shape *shape = find_exactly(name, strlen(name), kind);
	size_t length;

	if (shape != NULL)
		return shape;
	for (size_t at = 0; at < sizeof before / sizeof before[0]; at++) {
		if (strncmp(name, before[at], strlen(before[at])) == 0) {
			name += strlen(before[at]);
			break;
		}
	}
	length = strlen(name);
	for (size_t at = 0; at < sizeof after / sizeof after[0]; at++) {
		size_t ending = strlen(after[at]);

		if (length > ending && memcmp(name + length - ending, after[at], ending) == 0)
			length -= ending;
	}
	return find_exactly(name, length, kind);
}

bool
strace_knows(const char *call)
{
	return find(call, -1) != NULL;
}

void
strace_call(struct line *line, const struct names *names, const struct event *event, const struct life *life)
{
	struct brackets call = {.line = line, .names = names, .event = event, .life = life};
	const struct shape *shape = find(event->call, (int)event->kind);

	line_escaped(line, event->call);
	line_byte(line, '(');
	if (shape == NULL)
		arguments_write(line, names, event);
	for (const char *letter = shape != NULL ? shape->arguments : ""; *letter != '\0'; letter++)
		strace_argument(&call, *letter);
	line_byte(line, ')');
}

static void
number_result(struct line *line, const struct event *event, enum field field)
{
	if (!event_has(event, field)) {
		line_byte(line, event->kind == EVENT_EXEC ? '0' : '?');
		return;
	}
	line_number(line, event->number[field]);
	if ((field == FIELD_fd || field == FIELD_new_fd) && event_has(event, FIELD_path))
		strace_behind(line, event->text[FIELD_path]);
}

void
strace_result(struct line *line, const struct event *event)
{
	const struct shape *shape = find(event->call, (int)event->kind);
	char result = '0';

	if (shape != NULL && shape->result != 0)
		result = shape->result;
	if (event->error != 0)
		outcome_error(line, event);
	else if (result == 'p' && event_has(event, FIELD_path))
		strace_quoted(line, event->text[FIELD_path]);
	else if (result == 't' && event_has(event, FIELD_target))
		strace_quoted(line, event->text[FIELD_target]);
	else if (result == 'r')
		number_result(line, event, FIELD_ret);
	else if (result == '0')
		number_result(line, event, outcome_field(event));
	else
		line_byte(line, '?');
}
