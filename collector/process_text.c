/*
 * process_text.c - see process_text.h.
 */
#include "process_text.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include "names.h"

/* Bytes that a shell takes as they are, wherever they stand in a word. */
static bool
is_plain(const char *text)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    "%+,-./:=@_^";

	return *text != '\0' && text[strspn(text, plain)] == '\0';
}

void
process_text_word(struct line *line, const char *text)
{
	if (is_plain(text))
		line_text(line, text);
	else
		line_quoted(line, text);
}

void
process_text_command(struct line *line, const struct answers *answers, uint32_t at)
{
	const struct answer_process *process = &answers->process[at];
	const char *exe = answers_text(answers, process->exe);

	for (size_t word = 0; word < process->argc; word++) {
		if (word > 0)
			line_byte(line, ' ');
		process_text_word(line, answers_text(answers, process->argv[word]));
	}
	if (process->argc == 0 && exe != NULL)
		process_text_word(line, exe);
	else if (process->argc == 0)
		line_byte(line, '?');
}

const char *
process_text_end(const struct answer_process *process, char *buffer)
{
	if (process->signal != 0)
		return names_signal(process->signal, buffer);
	if (!process->ended)
		return "running";
	if (process->status < 0)
		return "?";
	snprintf(buffer, NAMES_SIZE, "%d", (int)process->status);
	return buffer;
}

void
process_text_seconds(struct line *line, uint64_t nanoseconds, int width)
{
	char text[48];

	snprintf(text, sizeof text, "%*ju.%03u", width - 4, (uintmax_t)(nanoseconds / 1000000000),
		 (unsigned)(nanoseconds / 1000000 % 1000));
	line_text(line, text);
}

size_t
process_text_width(const struct output *output)
{
	struct winsize size;

	if (ioctl(fileno(output->stream), TIOCGWINSZ, &size) == -1 || size.ws_col < 40)
		return SIZE_MAX;
	return size.ws_col;
}

void
process_text_cut(struct line *line, size_t begin, size_t width)
{
	if (line->short_of_memory || line->length - begin <= width || width < 3)
		return;
	line->length = begin + width - 3;
	line_text(line, "...");
}

void
process_text_colour(struct line *line, const struct output *output, enum process_text_colour colour)
{
	static const char *const sequences[] = {[COLOUR_PLAIN] = "\033[0m",
						[COLOUR_GREEN] = "\033[32m",
						[COLOUR_RED] = "\033[31m",
						[COLOUR_YELLOW] = "\033[33m"};

	if (output->colour)
		line_text(line, sequences[colour]);
}

void
process_text_reasons(struct line *line, const struct output *output, const struct answers *answers)
{
	for (size_t at = 0; at < answers->reason_count; at++) {
		process_text_colour(line, output, COLOUR_YELLOW);
		line_text(line, "# incomplete: ");
		line_escaped(line, answers->reason[at]);
		process_text_colour(line, output, COLOUR_PLAIN);
		line_byte(line, '\n');
	}
}
