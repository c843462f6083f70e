/*
 * strace_paths.c - paths, directories and descriptors as strace -y writes them: see strace_arguments.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "path_text.h"
#include "strace_arguments.h"

/* strace's string_quote: octal digits as few as can be, all three before a digit. `also` are escaped, too. */
static void
escaped(struct line *line, const char *text, const char *also)
{
	static const char letters[] = "\"\"\\\\\nn\tt\rr\vv\ff";

	for (; *text != '\0'; text++) {
		unsigned char byte = (unsigned char)*text;
		const char *pair = letters;

		while (*pair != '\0' && (unsigned char)pair[0] != byte)
			pair += 2;
		if (byte >= ' ' && byte < 0x7f && *pair == '\0' && strchr(also, byte) == NULL) {
			line_byte(line, (char)byte);
			continue;
		}
		line_byte(line, '\\');
		if (*pair != '\0') {
			line_byte(line, pair[1]);
			continue;
		}
		bool whole = text[1] >= '0' && text[1] <= '9';

		if (whole || byte >= 0100)
			line_byte(line, (char)('0' + (byte >> 6)));
		if (whole || byte >= 010)
			line_byte(line, (char)('0' + (byte >> 3 & 7)));
		line_byte(line, (char)('0' + (byte & 7)));
	}
}

void
strace_quoted(struct line *line, const char *text)
{
	line_byte(line, '"');
	escaped(line, text, "");
	line_byte(line, '"');
}

void
strace_behind(struct line *line, const char *path)
{
	line_byte(line, '<');
	escaped(line, path, "<>");
	line_byte(line, '>');
}

static const char *
text_of(const struct event *event, enum field field)
{
	return event_has(event, field) ? event->text[field] : NULL;
}

/* An open that succeeded shows the absolute path behind its descriptor. */
static bool
is_told_by_result(const struct event *event)
{
	return event->kind == EVENT_OPEN && event->error == 0 && event_has(event, FIELD_fd);
}

void
strace_path(struct brackets *call, enum field absolute, enum field as_passed)
{
	const char *whole = text_of(call->event, absolute), *passed = text_of(call->event, as_passed);

	strace_next(call);
	if (passed == NULL)
		passed = whole;
	if (passed == NULL) {
		line_text(call->line, "...");
		return;
	}
	strace_quoted(call->line, passed);
	if (whole != NULL && strcmp(whole, passed) != 0 && !is_told_by_result(call->event))
		strace_behind(call->line, whole);
}

/* Whether the path `whole` came of `passed` by beginning at `cwd`. */
static bool
begins_at(struct line *line, const char *cwd, const char *passed, const char *whole)
{
	struct path_text text = {0};
	const char *found = NULL;
	char *joined;

	if (asprintf(&joined, "%s/%s", cwd, passed) != -1) {
		found = path_text_join(&text, NULL, joined);
		free(joined);
	}
	if (found == NULL)
		line->short_of_memory = true;
	/* The join has lost the first slash. */
	bool same = found != NULL && *whole == '/' && strcmp(whole + 1, found) == 0;
	free(text.bytes);
	return same;
}

/*
 * The descriptor of the directory isn't in the trace; where the path began is. AT_FDCWD it is where that was
 * the working directory, and for an absolute path, which begins nowhere.
 */
void
strace_directory(struct brackets *call, enum field absolute, enum field as_passed)
{
	const char *whole = text_of(call->event, absolute), *passed = text_of(call->event, as_passed);
	size_t all, end;

	strace_next(call);
	if (passed == NULL || *passed == '/' ||
	    (whole != NULL && call->life != NULL && call->life->cwd != NULL &&
	     begins_at(call->line, call->life->cwd, passed, whole))) {
		line_text(call->line, "AT_FDCWD");
		return;
	}
	line_text(call->line, "...");
	if (whole == NULL)
		return;
	all = strlen(whole);
	end = strlen(passed);
	if (all > end + 1 && whole[all - end - 1] == '/' && strcmp(whole + all - end, passed) == 0) {
		char *start = strndup(whole, end > 0 ? all - end - 1 : all);

		if (start != NULL)
			strace_behind(call->line, start);
		else
			call->line->short_of_memory = true;
		free(start);
	}
}

void
strace_descriptor(struct brackets *call, enum field number, enum field name)
{
	strace_next(call);
	if (event_has(call->event, number))
		line_number(call->line, call->event->number[number]);
	else
		line_text(call->line, "...");
	if (event_has(call->event, name))
		strace_behind(call->line, call->event->text[name]);
}
