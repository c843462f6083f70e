/*
 * process_text.h - how outputs for a person tell of processes: command lines, ends, times. What a terminal
 * gets is harmless, whatever a trace says.
 */
#ifndef INTERPOSE_PROCESS_TEXT_H
#define INTERPOSE_PROCESS_TEXT_H

#include "answers.h"
#include "line.h"
#include "output.h"

/* A command line, its words as a shell could read them where they are printable; "?" when it isn't known. */
void process_text_command(struct line *line, const struct answers *answers, uint32_t process);
/* "0", "SIGSEGV", "running", or "?". `buffer` is of NAMES_SIZE. */
const char *process_text_end(const struct answer_process *process, char *buffer);
/* "   1.234": seconds in a column of `width`. */
void process_text_seconds(struct line *line, uint64_t nanoseconds, int width);
/* A path or another text: as it is, or in quotes with escapes where it holds a space or worse. */
void process_text_word(struct line *line, const char *text);
enum process_text_colour { COLOUR_PLAIN, COLOUR_RED, COLOUR_GREEN, COLOUR_YELLOW };

/* What is added from here on is in that colour, where the output has colours. */
void process_text_colour(struct line *line, const struct output *output, enum process_text_colour colour);
/* How many columns a line may have: those of a terminal; SIZE_MAX elsewhere. */
size_t process_text_width(const struct output *output);
/* Cuts what was added to the line since it was `begin` long to `width` columns. It is ASCII. */
void process_text_cut(struct line *line, size_t begin, size_t width);
/* What makes the answers incomplete: a line for each reason, or nothing. */
void process_text_reasons(struct line *line, const struct output *output, const struct answers *answers);

#endif
