/*
 * answered.c - see answered.h.
 */
#include "answered.h"

#include <errno.h>
#include <stdlib.h>

static void
answered_free(struct answered *answered)
{
	if (answered->own != NULL)
		answered->release(answered->own);
	answers_free(answered->answers);
	line_free(&answered->line);
	free(answered);
}

int
answered_open(struct output *output, const struct trace_head *head)
{
	struct answered *answered = calloc(1, sizeof *answered);

	if (answered == NULL)
		return -1;
	answered->answers = answers_new(head);
	if (answered->answers == NULL) {
		answered_free(answered);
		errno = ENOMEM;
		return -1;
	}
	output->state = answered;
	return 0;
}

int
answered_begin(struct output *output, const struct trace_head *head)
{
	if (answered_open(output, head) == -1)
		return -1;
	answers_keep_uses(answers_of(output));
	return 0;
}

int
answered_event(struct output *output, const struct event *event)
{
	return answers_event(answers_of(output), event);
}

int
answered_aside(struct output *output, const struct event *event)
{
	return answers_aside(answers_of(output), event);
}

int
answered_close(struct output *output, int result)
{
	int error = errno;

	answered_free(output->state);
	output->state = NULL;
	errno = error;
	return result;
}

int
answered_end(struct output *output, const struct trace_end *end, int (*write)(struct output *output))
{
	struct answered *answered = output->state;
	int result = 0;

	if (output->error == 0) {
		result = answers_end(answered->answers, end);
		/* What an output asks of the spots from here on is nothing that a process did. */
		answered->answers->spots.told = NULL;
		if (result == 0)
			result = write(output);
		if (result == 0)
			result = line_write(&answered->line, output->stream);
	}
	return answered_close(output, result);
}
