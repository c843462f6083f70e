/*
 * output_html.c - a page to look at: the files of collector/page, which the build makes one document of, with
 * the run in it as JSON. interpose.html(5) tells what the page shows; this is what it is given, on top of
 *what interpose.json(5) has of the same names:
 *
 *	"paths"      the name of each path, without the directory's; number 0 is "/"
 *	"above"      the number of the directory that it stands in, less than its own; -1 for "/"
 *	"kinds"      what the run did to it, enum answer_kind
 *	"hows"       how it was an input, enum spot_how; + 128 for a directory
 *	"texts"      programs, directories and arguments of processes
 *	"processes"  [pid, parent or -1, lane, begin, end, exe or -1, cwd or -1, status or signal or null,
 *	             [arguments], [path, what, times, ...]]; begin and end in nanoseconds, what: enum use_what
 *	"odd_paths"  [[number, bytes in hex], ...] of names that aren't UTF-8; "odd_texts" likewise
 *
 * Rule: names are anybody's bytes. None that HTML or JavaScript could take for its own leaves this file but
 *as an escape (write_safe), and the page shows what it is given as text alone.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "answers.h"
#include "json_write.h"
#include "lanes.h"
#include "output.h"
#include "shown.h"

/* page.S: the document, ends with NUL; the data belongs where the mark stands. */
extern const char page_document[];
static const char mark[] = "@DATA@";

enum { HOW_DIRECTORY = 128, PIECE = 64 << 10 };

struct page {
	struct output *output;
	struct answers *answers;
	struct line line; /* what was made and not yet written */
	struct shown shown;
	uint8_t *kind;
	uint8_t *how;
};

static void
page_free(struct page *page)
{
	if (page == NULL)
		return;
	answers_free(page->answers);
	line_free(&page->line);
	shown_free(&page->shown);
	free(page->kind);
	free(page->how);
	free(page);
}

static int
html_begin(struct output *output, const struct trace_head *head)
{
	struct page *page = calloc(1, sizeof *page);
	struct line *line;
	char buffer[NAMES_SIZE];

	if (page == NULL)
		return -1;
	page->output = output;
	page->answers = answers_new(head);
	if (page->answers == NULL) {
		page_free(page);
		return -1;
	}
	output->state = page;
	answers_keep_uses(page->answers);
	line = &page->line;
	json_write_begin(line);
	json_write_number(line, "version", 1);
	json_write_texts(line, "command", &head->command);
	json_write_text(line, "cwd", head->cwd != NULL ? head->cwd : "");
	json_write_text(line, "host", head->host != NULL ? head->host : "");
	json_write_word(line, "started", names_time(head->wall_seconds, head->wall_nanoseconds, buffer));
	return 0;
}

static int
html_event(struct output *output, const struct event *event)
{
	struct page *page = output->state;

	return answers_event(page->answers, event);
}

/* The length of what stands at `at` and has to be written otherwise, and how; 0 for what goes as it is. */
static size_t
unsafe(const char *at, size_t size, const char **escape)
{
	if (*at == '<') {
		*escape = "\\u003c";
		return 1;
	}
	if (size < 3 || memcmp(at, "\xe2\x80", 2) != 0 || (at[2] != '\xa8' && at[2] != '\xa9'))
		return 0;
	*escape = at[2] == '\xa8' ? "\\u2028" : "\\u2029";
	return 3;
}

/*
 * Writes what was made. In JSON a < stands in strings alone, where its escape means the same; so nothing ends
 * the script element that the data is in, nor begins a comment there. U+2028 and U+2029 were line ends in
 * JavaScript once.
 */
static int
write_safe(struct page *page)
{
	const char *begin = page->line.data, *at = begin, *escape;
	const char *end = begin + page->line.length;
	FILE *stream = page->output->stream;

	if (page->line.short_of_memory)
		return line_write(&page->line, stream);
	while (at < end) {
		size_t length = unsafe(at, (size_t)(end - at), &escape);

		at++;
		if (length == 0)
			continue;
		fwrite(begin, 1, (size_t)(at - 1 - begin), stream);
		fputs(escape, stream);
		at += length - 1;
		begin = at;
	}
	fwrite(begin, 1, (size_t)(end - begin), stream);
	page->line.length = 0;
	return ferror(stream) ? -1 : 0;
}

static int
write_piece(struct page *page)
{
	return page->line.length < PIECE ? 0 : write_safe(page);
}

static void
take_answer(void *owner, uint32_t number, const struct answer *answer)
{
	struct page *page = owner;

	page->kind[number] = (uint8_t)answer->kind;
	page->how[number] |= (uint8_t)answer->how;
}

/* Which paths are shown, and the answers to them. */
static int
find_paths(struct page *page)
{
	struct shown *shown = &page->shown;

	*shown = (struct shown){.answers = page->answers, .output = page->output, .mask = UINT32_MAX};
	if (shown_find(shown) == -1)
		return -1;
	page->kind = calloc(shown->count, 1);
	page->how = calloc(shown->count, 1);
	if (page->kind == NULL || page->how == NULL)
		return -1;
	for (size_t at = 0; at < shown->count; at++) {
		const struct spot *spot = shown->spot[at];

		page->how[at] = spot->directory || spot->child != NULL ? HOW_DIRECTORY : 0;
	}
	shown_answers(shown, take_answer, page);
	return 0;
}

static void
next_item(struct page *page, size_t at)
{
	if (at > 0)
		line_byte(&page->line, ',');
}

static const char *
path_name(const struct page *page, size_t at)
{
	return page->shown.spot[at]->name;
}

static const char *
text_name(const struct page *page, size_t at)
{
	return answers_text(page->answers, (uint32_t)at);
}

/* A list of names, and one of the numbers and bytes of those that aren't UTF-8. */
static int
write_names(struct page *page, const char *list, const char *odd_list, size_t count,
	    const char *(*name)(const struct page *page, size_t at))
{
	struct line *line = &page->line;
	struct line odd = {0};
	size_t odd_count = 0;
	int result = 0;

	line_text(line, list);
	for (size_t at = 0; result == 0 && at < count; at++) {
		next_item(page, at);
		if (!json_write_item(line, name(page, at))) {
			line_text(&odd, odd_count++ > 0 ? ",[" : "[");
			line_unsigned(&odd, at);
			line_byte(&odd, ',');
			json_write_item_bytes(&odd, name(page, at));
			line_byte(&odd, ']');
		}
		result = write_piece(page);
	}
	line_text(line, odd_list);
	line_bytes(line, odd.data, odd.length);
	line_byte(line, ']');
	line->short_of_memory |= odd.short_of_memory;
	line_free(&odd);
	return result;
}

/* What is known of the paths, in lists of the same length as that of their names. */
static int
write_paths(struct page *page)
{
	struct line *line = &page->line;
	int result = write_names(page, ",\n\"paths\":[", "],\n\"odd_paths\":[", page->shown.count, path_name);

	line_text(line, ",\n\"above\":[-1");
	for (size_t at = 1; result == 0 && at < page->shown.count; at++) {
		line_byte(line, ',');
		line_unsigned(line, shown_number(page->shown.spot[at]->parent));
		result = write_piece(page);
	}
	line_text(line, "],\n\"kinds\":[");
	for (size_t at = 0; result == 0 && at < page->shown.count; at++) {
		next_item(page, at);
		line_unsigned(line, page->kind[at]);
		result = write_piece(page);
	}
	line_text(line, "],\n\"hows\":[");
	for (size_t at = 0; result == 0 && at < page->shown.count; at++) {
		next_item(page, at);
		line_unsigned(line, page->how[at]);
		result = write_piece(page);
	}
	line_byte(line, ']');
	return result;
}

/* ,NUMBER, or what stands for none. */
static void
write_index(struct line *line, uint32_t index)
{
	line_byte(line, ',');
	line_number(line, index != UINT32_MAX ? (int64_t)index : -1);
}

static void
write_outcome(struct line *line, const struct answer_process *process)
{
	char buffer[NAMES_SIZE];

	line_byte(line, ',');
	if (process->signal != 0) {
		line_byte(line, '"');
		line_text(line, names_signal(process->signal, buffer));
		line_byte(line, '"');
	} else if (process->status >= 0) {
		line_number(line, process->status);
	} else {
		line_text(line, "null");
	}
}

/* The paths that one process used: the `count` uses that `list` tells the indices of. */
static int
write_uses(struct page *page, const uint32_t *list, size_t count)
{
	struct line *line = &page->line;
	size_t written = 0;
	int result = 0;

	line_text(line, ",[");
	for (size_t at = 0; result == 0 && at < count; at++) {
		const struct use *use = &page->answers->uses.use[list[at]];

		if (!shown_has(&page->shown, use))
			continue;
		next_item(page, written++);
		line_unsigned(line, shown_number(use->spot));
		line_byte(line, ',');
		line_unsigned(line, use->what);
		line_byte(line, ',');
		line_unsigned(line, use->count);
		result = write_piece(page);
	}
	line_text(line, "]]");
	return result;
}

static void
write_process(struct line *line, const struct answer_process *process, uint32_t lane)
{
	uint64_t end_ns = process->end_ns > process->begin_ns ? process->end_ns : process->begin_ns;

	line_byte(line, '[');
	line_unsigned(line, process->pid);
	write_index(line, process->parent);
	write_index(line, lane);
	line_byte(line, ',');
	line_unsigned(line, process->begin_ns);
	line_byte(line, ',');
	line_unsigned(line, end_ns);
	write_index(line, process->exe);
	write_index(line, process->cwd);
	write_outcome(line, process);
	line_text(line, ",[");
	for (size_t at = 0; at < process->argc; at++) {
		if (at > 0)
			line_byte(line, ',');
		line_unsigned(line, process->argv[at]);
	}
	line_byte(line, ']');
}

static int
write_processes(struct page *page)
{
	const struct answers *answers = page->answers;
	size_t lane_count, *begin = NULL;
	uint32_t *lane = lanes_assign(answers, &lane_count);
	uint32_t *list =
	    lane != NULL ? uses_by_process(&answers->uses, answers->process_count, &begin) : NULL;
	int result = list != NULL ? 0 : -1;

	line_text(&page->line, ",\n\"lanes\":");
	line_unsigned(&page->line, lane_count);
	line_text(&page->line, ",\n\"processes\":[");
	for (size_t at = 0; result == 0 && at < answers->process_count; at++) {
		line_text(&page->line, at > 0 ? ",\n" : "\n");
		write_process(&page->line, &answers->process[at], lane[at]);
		result = write_uses(page, list + begin[at], begin[at + 1] - begin[at]);
	}
	line_text(&page->line, "\n]");
	free(begin);
	free(list);
	free(lane);
	return result;
}

static void
write_about(struct page *page, const struct trace_end *end)
{
	const struct answers *answers = page->answers;
	struct line *line = &page->line;

	if (answers->cut)
		line_text(line, ",\"status\":null");
	else
		json_write_number(line, "status", answers->status);
	json_write_boolean(line, "complete", answers->reason_count == 0);
	json_write_texts(line, "reasons", &(struct string_list){answers->reason_count, answers->reason});
	json_write_unsigned(line, "duration_ns", end != NULL ? end->duration_ns : answers->last_ns);
	json_write_unsigned(line, "events", answers->totals.events);
	json_write_unsigned(line, "untraced", answers->totals.untraced);
	json_write_unsigned(line, "lost", answers->totals.lost);
}

static int
write_data(struct page *page, const struct trace_end *end)
{
	if (shown_end(page->output, page->answers, end) == -1 || find_paths(page) == -1)
		return -1;
	write_about(page, end);
	if (write_paths(page) == -1 || write_processes(page) == -1 ||
	    write_names(page, ",\n\"texts\":[", "],\n\"odd_texts\":[", page->answers->texts.count,
			text_name) == -1)
		return -1;
	line_byte(&page->line, '}');
	return write_safe(page);
}

static int
write_page(struct page *page, const struct trace_end *end)
{
	const char *data = strstr(page_document, mark);

	fwrite(page_document, 1, (size_t)(data - page_document), page->output->stream);
	if (write_data(page, end) == -1)
		return -1;
	return fputs(data + sizeof mark - 1, page->output->stream) == EOF ? -1 : 0;
}

static int
html_end(struct output *output, const struct trace_end *end)
{
	struct page *page = output->state;
	int result = output->error == 0 ? write_page(page, end) : 0;
	int error = errno;

	page_free(page);
	output->state = NULL;
	errno = error;
	return result;
}

const struct output_format output_html = {
    .name = "html",
    .pattern = "*.html",
    .begin = html_begin,
    .event = html_event,
    .end = html_end,
    .selects_paths = true,
};
