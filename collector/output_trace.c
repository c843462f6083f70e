/*
 * output_trace.c - the format "trace": the events that were selected, as a trace again. All of the layout is
 * trace_writer.c's.
 */
#include "output.h"

#include "trace_writer.h"

static int
trace_begin(struct output *output, const struct trace_head *head)
{
	output->state = trace_writer_new(output->stream, head);
	return output->state != NULL ? 0 : -1;
}

static int
trace_event(struct output *output, const struct event *event)
{
	return trace_writer_event(output->state, event);
}

/*
 * A trace that was cut short stays one: its copy gets no end either. After a failure of begin, which was
 * reported, there is nothing to end.
 */
static int
trace_end(struct output *output, const struct trace_end *end)
{
	struct trace_writer *writer = output->state;
	int result;

	if (writer == NULL)
		return 0;
	result = end != NULL ? trace_writer_end(writer, end) : trace_writer_flush(writer);
	trace_writer_free(writer);
	output->state = NULL;
	return result;
}

const struct output_format output_trace = {
    .name = "trace",
    .pattern = "*.trace",
    .begin = trace_begin,
    .event = trace_event,
    .end = trace_end,
};
