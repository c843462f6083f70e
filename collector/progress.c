/*
 * progress.c - see progress.h.
 *
 * The command writes to the same terminal, at any moment and at any column. So the line has the terminal's
 * last row for itself: the rows above are made the scrolling region (DECSTBM), in which the command's output
 * goes on as if the terminal were one row shorter, and each drawing puts the cursor back. Where the size
 * isn't known the line is drawn in place and the cursor left at its begin, so that output covers it.
 *
 * A drawing is one write(2). Nothing that a program passed may reach the terminal but printable characters;
 * a change must keep that.
 */
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include "line.h"
#include "lives.h"
#include "progress.h"

#define SECOND UINT64_C(1000000000)

enum {
	PERIOD_NS = 100000000,
	COLUMNS_UNLESS_KNOWN = 80,
	ROWS_LEAST = 3,
	COLUMNS_MOST = 1000,
	WRITTEN_LEAST = 8
};

struct progress {
	struct lives lives; /* those that run: at most LIVES_MAX are counted */
	struct line line;
	locale_t locale; /* the user's: which bytes are characters, and how wide those are */
	char *written;   /* the file, or NULL */
	uint64_t events;
	uint64_t window_ns; /* the events a second are those since then */
	uint64_t window_events;
	uint64_t rate;
	uint64_t drawn_ns; /* 0: never */
	unsigned rows;     /* of which the last is ours; 0: none is */
};

/* Another may have the terminal, and a message to it would stop us (TOSTOP). */
static bool
terminal_is_ours(void)
{
	return isatty(STDERR_FILENO) == 1 && tcgetpgrp(STDERR_FILENO) == getpgrp();
}

struct progress *
progress_new(uint64_t now_ns)
{
	const char *term = getenv("TERM");
	struct progress *progress;

	if (isatty(STDERR_FILENO) != 1 || (term != NULL && strcmp(term, "dumb") == 0))
		return NULL;
	progress = calloc(1, sizeof *progress);
	if (progress == NULL)
		return NULL;
	lives_init(&progress->lives);
	progress->locale = newlocale(LC_CTYPE_MASK, "", (locale_t)0);
	progress->window_ns = now_ns;
	return progress;
}

/* The file that an event wrote, or is about to; NULL for none. */
static const char *
written_by(const struct event *event)
{
	enum field field = FIELD_path2;

	if (event->error != 0)
		return NULL;
	if (event->kind == EVENT_OPEN) {
		if (!event_has(event, FIELD_flags) || (event->number[FIELD_flags] & 3) == 0)
			return NULL;
		field = FIELD_path;
	} else if (event->kind != EVENT_RENAME && event->kind != EVENT_COPY && event->kind != EVENT_LINK) {
		return NULL;
	}
	if (!event_has(event, field) || *event->text[field] != '/' ||
	    strncmp(event->text[field], "/dev/", 5) == 0)
		return NULL;
	return event->text[field];
}

void
progress_event(struct progress *progress, const struct event *event)
{
	const char *written;

	if (progress == NULL)
		return;
	progress->events++;
	/* Without memory a process isn't counted, or the file before stays: the line is no trace. */
	(void)lives_take(&progress->lives, event);
	if (event->kind == EVENT_EXIT)
		lives_end(&progress->lives, event->pid);
	written = written_by(event);
	if (written == NULL || (progress->written != NULL && strcmp(written, progress->written) == 0))
		return;
	free(progress->written);
	progress->written = strdup(written);
}

/* The next character of a text: its length in bytes, and its width; -1 for what can't be printed. */
static size_t
character_at(const char *text, mbstate_t *state, int *width)
{
	wchar_t character;
	size_t length = mbrtowc(&character, text, strlen(text), state);

	if (length == (size_t)-1 || length == (size_t)-2) {
		memset(state, 0, sizeof *state);
		*width = -1;
		return 1;
	}
	*width = wcwidth(character);
	return length;
}

static unsigned
width_of(const char *text)
{
	mbstate_t state = {0};
	unsigned columns = 0;
	int width;

	while (*text != '\0') {
		text += character_at(text, &state, &width);
		columns += (unsigned)(width < 0 ? 1 : width);
	}
	return columns;
}

/* Adds a text after leaving `skip` columns of it out; what can't be printed is a `?`. */
static void
add_printable(struct line *line, const char *text, unsigned skip)
{
	mbstate_t state = {0};
	int width;

	while (*text != '\0') {
		size_t length = character_at(text, &state, &width);
		unsigned columns = (unsigned)(width < 0 ? 1 : width);

		if (skip > 0)
			skip = skip > columns ? skip - columns : 0;
		else if (width < 0)
			line_byte(line, '?');
		else
			line_bytes(line, text, length);
		text += length;
	}
}

/* The end of a name says more than its begin. */
static void
add_written(struct progress *progress, unsigned columns)
{
	struct line *line = &progress->line;
	unsigned width = width_of(progress->written);

	line_text(line, ", wrote ");
	if (width > columns) {
		line_text(line, "...");
		add_printable(line, progress->written, width - columns + 3);
	} else {
		add_printable(line, progress->written, 0);
	}
}

/* The last column stays free: some terminals go on to the next line when it is filled. */
static void
add_text(struct progress *progress, unsigned columns)
{
	struct line *line = &progress->line;
	size_t begin = line->length;
	unsigned used;

	line_count(line, "interpose: ", progress->lives.count, " process", " processes");
	line_count(line, ", ", progress->rate, " event/s", " events/s");
	used = (unsigned)(line->length - begin) + (unsigned)strlen(", wrote ");
	if (used >= columns + strlen(", wrote ")) {
		line->length = begin + columns - 1;
	} else if (progress->written != NULL && used + WRITTEN_LEAST < columns) {
		locale_t before = progress->locale != (locale_t)0 ? uselocale(progress->locale) : (locale_t)0;

		add_written(progress, columns - 1 - used);
		if (before != (locale_t)0)
			uselocale(before);
	}
}

static void
send(struct progress *progress)
{
	struct line *line = &progress->line;

	/* A terminal that takes less gets a worse line. */
	if (!line->short_of_memory && write(STDERR_FILENO, line->data, line->length) == -1)
		progress->drawn_ns = 0;
	line->length = 0;
	line->short_of_memory = false;
}

/* Gives the last row back, empty, and the whole terminal its scrolling. */
static void
add_release(struct progress *progress)
{
	struct line *line = &progress->line;

	if (progress->rows == 0)
		return;
	line_text(line, "\0337\033[r\033[");
	line_unsigned(line, progress->rows);
	line_text(line, ";1H\033[K\0338");
	progress->rows = 0;
}

/* Takes the last row out of the scrolling; the cursor stays where it is, one row up if it stood there. */
static void
add_reserve(struct progress *progress, unsigned rows)
{
	struct line *line = &progress->line;

	line_text(line, "\033D\0337\033[1;");
	line_unsigned(line, rows - 1);
	line_text(line, "r\0338\033[A");
	progress->rows = rows;
}

/* Over a second; in the first one, over what there was of it. */
static void
measure(struct progress *progress, uint64_t now_ns)
{
	uint64_t elapsed = now_ns - progress->window_ns, events = progress->events - progress->window_events;

	if (elapsed == 0 || (elapsed < SECOND && progress->window_events != 0))
		return;
	progress->rate = (uint64_t)((double)events * (double)SECOND / (double)elapsed);
	if (elapsed >= SECOND) {
		progress->window_ns = now_ns;
		progress->window_events = progress->events;
	}
}

void
progress_draw(struct progress *progress, uint64_t now_ns)
{
	struct winsize size = {0};
	struct line *line;
	unsigned columns;

	if (progress == NULL || now_ns - progress->drawn_ns < PERIOD_NS || progress->events == 0 ||
	    !terminal_is_ours())
		return;
	line = &progress->line;
	measure(progress, now_ns);
	progress->drawn_ns = now_ns;
	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == -1 || size.ws_col == 0)
		size = (struct winsize){0};
	columns = size.ws_col != 0 && size.ws_col < COLUMNS_MOST ? size.ws_col : COLUMNS_UNLESS_KNOWN;
	if (size.ws_row != progress->rows)
		add_release(progress);
	if (progress->rows == 0 && size.ws_row >= ROWS_LEAST)
		add_reserve(progress, size.ws_row);
	if (progress->rows != 0) {
		line_text(line, "\0337\033[");
		line_unsigned(line, progress->rows);
		line_text(line, ";1H");
	} else {
		line_byte(line, '\r');
	}
	add_text(progress, columns);
	line_text(line, progress->rows != 0 ? "\033[K\0338" : "\033[K\r");
	send(progress);
}

/* Also where another has the terminal now: blocked, SIGTTOU doesn't stop us, and the write is let through. */
static void
send_last(struct progress *progress)
{
	sigset_t set, before;

	sigemptyset(&set);
	sigaddset(&set, SIGTTOU);
	sigprocmask(SIG_BLOCK, &set, &before);
	send(progress);
	sigprocmask(SIG_SETMASK, &before, NULL);
}

void
progress_free(struct progress *progress)
{
	if (progress == NULL)
		return;
	if (progress->rows != 0)
		add_release(progress);
	else if (progress->drawn_ns != 0)
		line_text(&progress->line, "\r\033[K");
	if (progress->line.length > 0)
		send_last(progress);
	lives_free(&progress->lives);
	line_free(&progress->line);
	if (progress->locale != (locale_t)0)
		freelocale(progress->locale);
	free(progress->written);
	free(progress);
}
