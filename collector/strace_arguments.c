/*
 * strace_arguments.c - see strace_arguments.h. An argument that the trace doesn't have is `...`.
 */
#include <string.h>

#include "strace_arguments.h"

struct line *
strace_next(struct brackets *call)
{
	if (call->count++ > 0)
		line_text(call->line, ", ");
	return call->line;
}

static void
joined(struct line *line, const struct name_list *list)
{
	if (list->count == 0)
		line_byte(line, '0');
	for (size_t at = 0; at < list->count; at++) {
		if (at > 0)
			line_byte(line, '|');
		line_text(line, list->item[at]);
	}
}

/* A stat's flags aren't in the trace, but what the most used of them means is. */
static void
flags(struct brackets *call)
{
	const struct event *event = call->event;
	struct name_list list = {0};

	if (event_has(event, FIELD_flags))
		names_flags(call->names, event, &list);
	else if (event->kind == EVENT_STAT && event_has(event, FIELD_follow) &&
		 event->number[FIELD_follow] == 0)
		list.item[list.count++] = "AT_SYMLINK_NOFOLLOW";
	joined(strace_next(call), &list);
}

/* fopen(3) says which word gives which flags; 'b' and the like change none. */
static void
stream_mode(struct brackets *call)
{
	struct name_list list = {0};
	char text[8], *out = text;
	bool plus = false, create = false, exclusive = false, append = false, close_on_exec = false;

	if (!event_has(call->event, FIELD_flags)) {
		line_text(strace_next(call), "...");
		return;
	}
	names_flags(call->names, call->event, &list);
	for (size_t at = 0; at < list.count; at++) {
		plus |= strcmp(list.item[at], "O_RDWR") == 0;
		create |= strcmp(list.item[at], "O_CREAT") == 0;
		append |= strcmp(list.item[at], "O_APPEND") == 0;
		exclusive |= strcmp(list.item[at], "O_EXCL") == 0;
		close_on_exec |= strcmp(list.item[at], "O_CLOEXEC") == 0;
	}
	*out++ = append ? 'a' : create ? 'w' : 'r';
	if (plus)
		*out++ = '+';
	if (exclusive)
		*out++ = 'x';
	if (close_on_exec)
		*out++ = 'e';
	*out = '\0';
	strace_quoted(strace_next(call), text);
}

/* S_IFREG and the like, which only mknod(2) takes with a mode. */
static const char *
type_name(int64_t mode)
{
	switch (mode & 0170000) {
	case 0100000:
		return "S_IFREG|";
	case 0060000:
		return "S_IFBLK|";
	case 0020000:
		return "S_IFCHR|";
	case 0010000:
		return "S_IFIFO|";
	case 0140000:
		return "S_IFSOCK|";
	default:
		return NULL;
	}
}

static void
mode(struct line *line, const struct event *event)
{
	int64_t value = event->number[FIELD_mode];
	const char *type = event->kind == EVENT_MKNOD ? type_name(value) : NULL;
	char buffer[NAMES_SIZE];

	/* mkfifo(3) is passed none; the trace's mode has it. */
	if (type != NULL && event->call != NULL && strncmp(event->call, "mkfifo", 6) != 0)
		line_text(line, type);
	line_text(line, names_mode(type != NULL ? value & 07777 : value, buffer));
}

static void
openat2_how(struct brackets *call)
{
	struct name_list list;

	line_text(strace_next(call), "{flags=");
	names_flags(call->names, call->event, &list);
	joined(call->line, &list);
	if (event_has(call->event, FIELD_mode)) {
		line_text(call->line, ", mode=");
		mode(call->line, call->event);
	}
	line_text(call->line, ", ...}");
}

static void
argv(struct brackets *call, bool spread)
{
	const struct string_list *list = &call->event->argv;

	if (!event_has(call->event, FIELD_argv)) {
		line_text(strace_next(call), "...");
		return;
	}
	if (!spread)
		line_byte(strace_next(call), '[');
	for (size_t at = 0; at < list->count; at++) {
		if (spread)
			strace_next(call);
		else if (at > 0)
			line_text(call->line, ", ");
		strace_quoted(call->line, list->item[at]);
	}
	if (spread)
		line_text(strace_next(call), "NULL");
	else
		line_byte(call->line, ']');
}

static void
wait_status(struct brackets *call)
{
	const struct event *event = call->event;
	struct line *line = strace_next(call);
	char buffer[NAMES_SIZE];

	if (event_has(event, FIELD_signal)) {
		line_text(line, "[{WIFSIGNALED(s) && WTERMSIG(s) == ");
		line_text(line, names_signal(event->number[FIELD_signal], buffer));
		if (event_has(event, FIELD_core) && event->number[FIELD_core] != 0)
			line_text(line, " && WCOREDUMP(s)");
		line_text(line, "}]");
	} else if (event_has(event, FIELD_status)) {
		line_text(line, "[{WIFEXITED(s) && WEXITSTATUS(s) == ");
		line_number(line, event->number[FIELD_status]);
		line_text(line, "}]");
	} else {
		line_text(line, "...");
	}
}

static void
waitid_information(struct brackets *call)
{
	const struct event *event = call->event;
	struct line *line = strace_next(call);
	char buffer[NAMES_SIZE];

	if (!event_has(event, FIELD_child)) {
		line_text(line, "...");
		return;
	}
	line_text(line, "{si_signo=SIGCHLD, si_pid=");
	line_number(line, event->number[FIELD_child]);
	if (event_has(event, FIELD_signal)) {
		line_text(line, ", si_status=");
		line_text(line, names_signal(event->number[FIELD_signal], buffer));
	} else if (event_has(event, FIELD_status)) {
		line_text(line, ", si_status=");
		line_number(line, event->number[FIELD_status]);
	}
	line_text(line, ", ...}");
}

static void
number(struct brackets *call, enum field field)
{
	strace_next(call);
	if (event_has(call->event, field))
		line_number(call->line, call->event->number[field]);
	else
		line_text(call->line, "...");
}

static void
text(struct brackets *call, enum field field)
{
	strace_next(call);
	if (event_has(call->event, field))
		strace_quoted(call->line, call->event->text[field]);
	else
		line_text(call->line, "...");
}

static void
child(struct brackets *call)
{
	line_byte(strace_next(call), '[');
	if (event_has(call->event, FIELD_child))
		line_number(call->line, call->event->number[FIELD_child]);
	else
		line_text(call->line, "...");
	line_byte(call->line, ']');
}

/* Arguments that are names of bits. */
static void
bits(struct brackets *call, char letter)
{
	const struct event *event = call->event;
	struct name_list list = {0};

	switch (letter) {
	case 'A':
		names_access(event_has(event, FIELD_mode) ? event->number[FIELD_mode] : 0, &list);
		break;
	case 'P':
		names_protection(event_has(event, FIELD_protection) ? event->number[FIELD_protection] : 0,
				 &list);
		break;
	case 'S':
		list.item[list.count++] = event_has(event, FIELD_shared) && event->number[FIELD_shared] != 0
					      ? "MAP_SHARED"
					      : "MAP_PRIVATE";
		break;
	case 'k':
		list.item[list.count++] = event_has(event, FIELD_flags) && event->number[FIELD_flags] != 0
					      ? "F_DUPFD_CLOEXEC"
					      : "F_DUPFD";
		break;
	default:
		names_flags(call->names, event, &list);
		break;
	}
	joined(strace_next(call), &list);
}

void
strace_argument(struct brackets *call, char letter)
{
	switch (letter) {
	case 'p':
		strace_path(call, FIELD_path, FIELD_arg);
		break;
	case 'q':
		strace_path(call, FIELD_path2, FIELD_arg2);
		break;
	case 'd':
		strace_directory(call, FIELD_path, FIELD_arg);
		break;
	case 'e':
		strace_directory(call, FIELD_path2, FIELD_arg2);
		break;
	case 'f':
		strace_descriptor(call, FIELD_fd, FIELD_path);
		break;
	case 'n':
		strace_descriptor(call, FIELD_new_fd, FIELD_path2);
		break;
	case 'M':
		stream_mode(call);
		break;
	case 'm':
		if (event_has(call->event, FIELD_mode))
			mode(strace_next(call), call->event);
		break;
	case 'F':
		flags(call);
		break;
	case 'g':
		number(call, FIELD_uid);
		number(call, FIELD_gid);
		break;
	case 'l':
		number(call, FIELD_length);
		break;
	case 'u':
		number(call, FIELD_status);
		break;
	case 't':
		text(call, FIELD_target);
		break;
	case 'x':
		text(call, FIELD_name);
		break;
	case 'v':
	case 'V':
		argv(call, letter == 'V');
		break;
	case 'c':
		child(call);
		break;
	case 'w':
		wait_status(call);
		break;
	case 'W':
		waitid_information(call);
		break;
	case 'o':
		openat2_how(call);
		break;
	case 's':
		line_text(strace_next(call), "{...}");
		break;
	case '.':
		line_text(strace_next(call), "...");
		break;
	default:
		bits(call, letter);
	}
}
