/*
 * follow.c - see follow.h.
 *
 * One output's trouble must not keep another from being complete: a failed one is left alone and the others
 * go on.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "follow.h"

/* How long a reader at the end of a growing trace sleeps: short after news, longer the longer there is none.
 */
enum { SLEEP_SHORTEST_MS = 5, SLEEP_LONGEST_MS = 40 };

static void
note_failure(struct output *output, int result)
{
	if (result == -1 && output->error == 0)
		output->error = errno != 0 ? errno : EIO;
}

static void
begin_outputs(struct follow *follow, const struct trace_head *head)
{
	for (size_t at = 0; at < follow->output_count; at++) {
		struct output *output = &follow->output[at];

		output->selection = follow->selection;
		note_failure(output, output->format->begin(output, head));
	}
}

static void
give_event(struct follow *follow, const struct event *event)
{
	const struct selection *selection = follow->selection;
	bool wanted = selection == NULL || selection_wants_but_path(follow->selection, event);
	bool on_path = wanted && (selection == NULL || selection_wants_paths(selection, event));

	follow->events += on_path;
	for (size_t at = 0; at < follow->output_count; at++) {
		struct output *output = &follow->output[at];
		int (*give)(struct output *, const struct event *) =
		    on_path || (wanted && output->format->selects_paths) ? output->format->event
									 : output->format->aside;

		if (output->error == 0 && give != NULL)
			note_failure(output, give(output, event));
	}
}

static void
end_outputs(struct follow *follow, const struct trace_end *end, bool begun)
{
	for (size_t at = 0; at < follow->output_count; at++) {
		struct output *output = &follow->output[at];

		if (begun && output->state != NULL)
			note_failure(output, output->format->end(output, end));
		note_failure(output, output_close(output));
	}
}

static void
flush_outputs(struct follow *follow)
{
	for (size_t at = 0; at < follow->output_count; at++) {
		if (follow->output[at].error == 0)
			note_failure(&follow->output[at], fflush(follow->output[at].stream));
	}
}

/* Whether the writer is done; waits up to the given time for that. A stored trace has none. */
static bool
writer_is_done(const struct follow *follow, int milliseconds)
{
	struct pollfd pollfd = {.fd = follow->finished, .events = POLLIN};

	return follow->finished == -1 || poll(&pollfd, 1, milliseconds) == 1;
}

/* Reads the head, which the writer of a growing trace may not have written yet. */
static struct trace_reader *
read_head(struct follow *follow)
{
	for (;;) {
		/* Asked before reading: what a writer that is done wrote is seen by the read after it. */
		bool done = writer_is_done(follow, 0);
		struct trace_reader *reader = trace_reader_new(follow->stream, &follow->status);

		if (reader == NULL) {
			follow->status = TRACE_FAILED;
			return NULL;
		}
		if (follow->status != TRACE_CUT || done)
			return reader;
		trace_reader_free(reader);
		rewind(follow->stream);
		writer_is_done(follow, SLEEP_SHORTEST_MS);
	}
}

static void
read_events(struct follow *follow, struct trace_reader *reader)
{
	static const int longest = SLEEP_LONGEST_MS;
	int sleep = SLEEP_SHORTEST_MS;
	struct event event;
	bool done = writer_is_done(follow, 0);

	for (;;) {
		follow->status = trace_reader_next(reader, &event);
		if (follow->status == TRACE_EVENT) {
			give_event(follow, &event);
			sleep = SLEEP_SHORTEST_MS;
			continue;
		}
		if (follow->status != TRACE_CUT || done)
			return;
		flush_outputs(follow);
		done = writer_is_done(follow, sleep);
		sleep = sleep * 2 < longest ? sleep * 2 : longest;
	}
}

/* Keeps how it went, for after the reader is gone. */
static void
note_status(struct follow *follow, const struct trace_reader *reader)
{
	follow->error = follow->status == TRACE_FAILED ? errno : 0;
	strlcpy(follow->problem,
		reader != NULL ? trace_reader_problem(reader) : strerrordesc_np(follow->error),
		sizeof follow->problem);
	follow->offset = reader != NULL ? trace_reader_offset(reader) : 0;
}

static void
read_trace(struct follow *follow)
{
	struct trace_reader *reader;
	bool begun = false;

	follow->events = 0;
	errno = 0;
	reader = read_head(follow);
	if (follow->status == TRACE_EVENT) {
		begun = true;
		begin_outputs(follow, trace_reader_head(reader));
		read_events(follow, reader);
	}
	note_status(follow, reader);
	end_outputs(follow, follow->status == TRACE_END ? trace_reader_end(reader) : NULL, begun);
	trace_reader_free(reader);
}

void
follow_run(struct follow *follow)
{
	follow->finished = -1;
	read_trace(follow);
}

static void *
thread_main(void *follow)
{
	read_trace(follow);
	return NULL;
}

/* Closes the outputs of a thread that never ran, and keeps errno. */
static int
give_up(struct follow *follow, int error)
{
	if (follow->finished != -1)
		close(follow->finished);
	end_outputs(follow, NULL, false);
	errno = error;
	return -1;
}

int
follow_start(struct follow *follow)
{
	sigset_t all, before;
	int error;

	follow->finished = eventfd(0, EFD_CLOEXEC);
	if (follow->finished == -1)
		return give_up(follow, errno);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&follow->thread, NULL, thread_main, follow);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return error == 0 ? 0 : give_up(follow, error);
}

void
follow_finish(struct follow *follow)
{
	/* Can't fail: the counter is far from full, and nothing else has the descriptor. */
	eventfd_write(follow->finished, 1);
	pthread_join(follow->thread, NULL);
	close(follow->finished);
	follow->finished = -1;
}
