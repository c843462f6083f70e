/*
 * output_strace.c - a trace as `strace -f -tt -y` would have told it, for eyes and tools that know strace:
 *
 *	1234  12:00:00.123456 openat(AT_FDCWD, "a.c", O_RDONLY) = 3</src/a.c>
 *	1234  12:00:00.123509 access("a.h"</src/a.h>, R_OK) = -1 ENOENT (No such file or directory)
 *	1235  12:00:00.125000 +++ exited with 1 +++
 *
 * The thread; the time of day, in the reader's time zone as strace's is; the function of libc, which stands
 * where the system call stands in strace's, with its own arguments in their order (strace.def); the result.
 * What no call made, a start or a load, is a comment. Paths are as the program passed them, with the absolute
 * path behind where it differs. For reading a run by itself, output_txt.c has absolute paths and seconds.
 *
 * A line holds printable ASCII only, whatever the program passed; a change must keep that.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "arguments.h"
#include "lives.h"
#include "names.h"
#include "outcome.h"
#include "output.h"
#include "strace_line.h"

enum {
	RESULT_COLUMN = 40, /* strace's -a */
	THREAD_COLUMNS = 5,
};

struct strace {
	struct line line;
	struct names names;
	struct lives lives;
	int64_t wall_seconds; /* when the trace began */
	uint32_t wall_nanoseconds;
	time_t second; /* the one that `clock` is of */
	char clock[16];
};

static int
strace_begin(struct output *output, const struct trace_head *head)
{
	struct strace *strace = calloc(1, sizeof *strace);

	if (strace == NULL)
		return -1;
	output->state = strace;
	names_of_machine(&strace->names, head->os);
	lives_init(&strace->lives);
	strace->wall_seconds = head->wall_seconds;
	strace->wall_nanoseconds = head->wall_nanoseconds;
	strace->second = -1;
	return 0;
}

static void
write_number(struct line *line, uint32_t number)
{
	size_t begin = line->length;

	line_unsigned(line, number);
	while (line->length - begin < THREAD_COLUMNS && !line->short_of_memory)
		line_byte(line, ' ');
	line_byte(line, ' ');
}

static void
write_clock(struct strace *strace, uint64_t time_ns)
{
	uint64_t fraction = strace->wall_nanoseconds + time_ns % 1000000000;
	time_t second =
	    (time_t)((uint64_t)strace->wall_seconds + time_ns / 1000000000 + fraction / 1000000000);
	struct tm local;

	/* A damaged trace may name a year that struct tm can't hold. */
	if (second != strace->second &&
	    (localtime_r(&second, &local) == NULL ||
	     strftime(strace->clock, sizeof strace->clock, "%H:%M:%S", &local) == 0))
		strlcpy(strace->clock, "??:??:??", sizeof strace->clock);
	strace->second = second;
	line_text(&strace->line, strace->clock);
	line_byte(&strace->line, '.');
	line_padded(&strace->line, fraction % 1000000000 / 1000, 6);
	line_byte(&strace->line, ' ');
}

/* Returns where the line began. */
static size_t
write_leader(struct strace *strace, const struct event *event)
{
	size_t begin = strace->line.length;

	write_number(&strace->line, event->tid);
	write_clock(strace, event->time_ns);
	return begin;
}

static void
write_result_of(struct strace *strace, size_t begin, const struct event *event)
{
	struct line *line = &strace->line;

	line_byte(line, ' ');
	while (line->length - begin < RESULT_COLUMN && !line->short_of_memory)
		line_byte(line, ' ');
	line_text(line, "= ");
	strace_result(line, event);
	line_byte(line, '\n');
}

static void
write_call(struct strace *strace, const struct event *event)
{
	size_t begin = write_leader(strace, event);

	strace_call(&strace->line, &strace->names, event, lives_find(&strace->lives, event->pid));
	write_result_of(strace, begin, event);
}

/* The call that ended the process, the signal that did, and strace's line on it. */
static void
write_exit(struct strace *strace, const struct event *event)
{
	struct line *line = &strace->line;
	char buffer[NAMES_SIZE];

	if (event->call != NULL)
		write_call(strace, event);
	if (event_has(event, FIELD_signal) && event->number[FIELD_signal] != 9) {
		write_leader(strace, event);
		line_text(line, "--- ");
		line_text(line, names_signal(event->number[FIELD_signal], buffer));
		line_text(line, " {si_signo=");
		line_text(line, names_signal(event->number[FIELD_signal], buffer));
		line_text(line, ", ...} ---\n");
	}
	write_leader(strace, event);
	line_text(line, "+++ ");
	outcome_process(line, event);
	line_text(line, " +++\n");
}

static void
write_comment(struct strace *strace, const struct event *event)
{
	struct line *line = &strace->line;

	write_leader(strace, event);
	line_text(line, "/* ");
	line_text(line, event_kind_name(event->kind));
	line_byte(line, ' ');
	arguments_write(line, &strace->names, event);
	line_text(line, " */\n");
}

static int
strace_event(struct output *output, const struct event *event)
{
	struct strace *strace = output->state;
	struct event executed;

	if (event->kind != EVENT_CHDIR && lives_take(&strace->lives, event) == -1)
		return -1;
	if (event->kind == EVENT_EXIT) {
		write_exit(strace, event);
		lives_end(&strace->lives, event->pid);
	} else if (event->kind == EVENT_EXEC && event->call == NULL) {
		/* The first one was made by the wrapper. */
		executed = *event;
		executed.call = "execve";
		write_call(strace, &executed);
	} else if (event->call != NULL && event->kind != EVENT_UNTRACED) {
		write_call(strace, event);
	} else {
		write_comment(strace, event);
	}
	/* The call's own path begins at the directory before it. */
	if (event->kind == EVENT_CHDIR && lives_take(&strace->lives, event) == -1)
		return -1;
	return line_write(&strace->line, output->stream);
}

static int
strace_end(struct output *output, const struct trace_end *end)
{
	struct strace *strace = output->state;
	struct line *line = &strace->line;
	int result, error;

	for (size_t at = 0; end != NULL && at < end->running_count; at++) {
		write_number(line, end->running[at]);
		write_clock(strace, end->duration_ns);
		line_text(line, "/* still running */\n");
	}
	if (end == NULL)
		line_text(line, "/* the trace was cut short here */\n");
	result = output->error == 0 ? line_write(line, output->stream) : 0;
	error = errno;
	line_free(line);
	lives_free(&strace->lives);
	free(strace);
	output->state = NULL;
	errno = error;
	return result;
}

const struct output_format output_strace = {
    .name = "strace",
    .pattern = "*.strace",
    .begin = strace_begin,
    .event = strace_event,
    .end = strace_end,
};
