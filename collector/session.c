/*
 * session.c - one traced run from its outputs' opening to their completion. The rule to keep: the trace is
 * written first and never waits for another output, which reads it in a thread of its own (follow.h).
 */
#include "session.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "collector.h"
#include "follow.h"
#include "preload.h"
#include "progress.h"
#include "trace_writer.h"

#define DEFAULT_TRACE "interpose.trace"
#define MILLISECOND   UINT64_C(1000000)

enum { SLEEP_SHORTEST = 1, SLEEP_LONGEST = 10, FLUSH_PERIOD = 50 }; /* milliseconds */
enum { SLEEP_OF_AGE = 32 }; /* what waits when the command ends is what came in so much of its time */

char session_problem[1024];

struct session {
	struct collector *collector;
	struct output trace;  /* the trace's stream and name */
	bool trace_is_wanted; /* not just the way to the other outputs */
	struct trace_head head;
	struct trace_writer *writer;
	int error;            /* errno of the trace's first failure; 0 */
	struct follow follow; /* the other outputs */
	bool follows;         /* there are such */
	bool following;       /* their thread runs */
	struct progress *progress;
	uint64_t start;
	uint64_t sleep;
	uint64_t last_flush;
	uint64_t unflushed; /* events since the last flush */
	char preload[PATH_MAX + 32];
	char host[256];
	char os[512];
	char boot_id[64];
	char cwd[PATH_MAX];
};

__attribute__((format(printf, 1, 2))) static void
problem(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(session_problem, sizeof session_problem, format, arguments);
	va_end(arguments);
}

static uint64_t
clock_now(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return (uint64_t)time.tv_sec * 1000 * MILLISECOND + (uint64_t)time.tv_nsec;
}

static void
read_line(const char *file, char *line, size_t size)
{
	FILE *stream = fopen(file, "re");

	line[0] = '\0';
	if (!stream)
		return;
	if (fgets(line, (int)size, stream))
		line[strcspn(line, "\n")] = '\0';
	fclose(stream);
}

static void
fill_head(struct session *session, const struct string_list *command)
{
	struct trace_head *head = &session->head;
	struct utsname system;
	struct timespec wall;

	uname(&system);
	snprintf(session->host, sizeof session->host, "%s", system.nodename);
	snprintf(session->os, sizeof session->os, "%s %s %s", system.sysname, system.release, system.machine);
	if (!getcwd(session->cwd, sizeof session->cwd))
		session->cwd[0] = '\0';
	head->command = *command;
	head->cwd = session->cwd;
	head->host = session->host;
	head->os = session->os;
	head->boot_id = session->boot_id;
	if (getrandom(head->id, sizeof head->id, 0) != sizeof head->id)
		memset(head->id, 0, sizeof head->id);
	clock_gettime(CLOCK_REALTIME, &wall);
	head->monotonic_ns = clock_now(CLOCK_MONOTONIC);
	head->wall_seconds = wall.tv_sec;
	head->wall_nanoseconds = (uint32_t)wall.tv_nsec;
}

/* A trace that nobody asked for, from which the outputs are made: it has no name. */
static int
open_unnamed_trace(struct session *session)
{
	FILE *stream = tmpfile();

	if (!stream) {
		problem("%s: %s", P_tmpdir, strerror(errno));
		return -1;
	}
	fcntl(fileno(stream), F_SETFD, FD_CLOEXEC);
	session->trace.stream = stream;
	session->trace.file = "the trace";
	return 0;
}

/* The first *.trace that gets everything is the trace itself; taken out of the outputs' list. */
static const char *
take_trace_output(struct options *options)
{
	if (!selection_is_all(options->selection))
		return NULL;
	for (size_t i = 0; i < options->output_count; i++) {
		const char *file = options->output[i].file;

		if (options->output[i].format != &output_trace || strcmp(file, "-") == 0)
			continue;
		memmove(options->output + i, options->output + i + 1,
			(--options->output_count - i) * sizeof *options->output);
		return file;
	}
	return NULL;
}

static int
open_trace(struct session *session, const char *file)
{
	session->trace_is_wanted = file != NULL;
	if (!file)
		return open_unnamed_trace(session);
	if (output_open_over(&session->trace, &output_trace, file) < 0) {
		problem("%s: can't be written: %s", file, strerror(errno));
		return -1;
	}
	return 0;
}

/* The other outputs, and with them a second view of the trace, which reads what the first has written. */
static int
open_outputs(struct session *session, struct options *options, bool summary)
{
	char path[64];

	session->follow.selection = options->selection;
	session->follow.output = options_open(options, 2, &session->follow.output_count);
	if (!session->follow.output) {
		problem("%s", options->problem);
		return -1;
	}
	if (options->live)
		output_open_live(&session->follow.output[session->follow.output_count++], &output_txt);
	if (summary)
		output_attach(&session->follow.output[session->follow.output_count++], &output_summary,
			      "stderr", stderr);
	session->follows = session->follow.output_count > 0;
	if (!session->follows)
		return 0;
	for (size_t i = 0; i < session->follow.output_count; i++)
		session->follow.output[i].trace = session->trace_is_wanted ? session->trace.file : NULL;
	snprintf(path, sizeof path, "/proc/self/fd/%d", fileno(session->trace.stream));
	session->follow.stream = fopen(path, "re");
	if (!session->follow.stream) {
		problem("%s: %s", path, strerror(errno));
		return -1;
	}
	return 0;
}

static void
write_event(void *owner, const struct event *event)
{
	struct session *session = owner;

	session->unflushed++;
	progress_event(session->progress, event);
	if (!session->error && trace_writer_event(session->writer, event) < 0)
		session->error = errno;
}

/* The way of records: made before any output is opened, since opening one empties what was there. */
static int
open_channel(struct session *session, uint64_t start_ns)
{
	session->collector = collector_new(write_event, session, start_ns);
	if (!session->collector) {
		problem("the run directory can't be made: %s: %s; TMPDIR may name another place",
			collector_place(), strerror(errno));
		return -1;
	}
	return preload_make(session->preload, sizeof session->preload,
			    collector_directory(session->collector), ABI_NONE, problem);
}

/* What was there goes, and the trace begins. */
static int
begin_trace(struct session *session)
{
	read_line("/proc/sys/kernel/random/boot_id", session->boot_id, sizeof session->boot_id);
	if (output_shorten(&session->trace) == 0)
		session->writer = trace_writer_new(session->trace.stream, &session->head);
	if (session->writer)
		return 0;
	problem("%s: can't be written: %s", session->trace.file, strerror(errno));
	return -1;
}

/* To empty a file takes as long as a short command: where nobody reads the trace yet, it is done when the
 * command runs. */
static void
begin_late(struct session *session)
{
	if (!session->writer && !session->error && begin_trace(session) < 0)
		session->error = errno;
}

/* The trace and what is made of it. */
static int
open_files(struct session *session, struct options *options)
{
	bool summary = options->output_count == 0;
	const char *file = summary ? DEFAULT_TRACE : take_trace_output(options);

	if (summary && !selection_is_all(options->selection)) {
		/* A selected trace is an output like others. */
		if (options_output(options, DEFAULT_TRACE, &output_trace) < 0) {
			problem("%s", options->problem);
			return -1;
		}
		file = NULL;
	}
	if (open_trace(session, file) < 0 || open_outputs(session, options, summary) < 0)
		return -1;
	if (!session->follows)
		return 0;
	if (begin_trace(session) < 0)
		return -1;
	if (follow_start(&session->follow) < 0) {
		problem("%s", strerror(errno));
		return -1;
	}
	session->following = true;
	return 0;
}

struct session *
session_open(struct options *options, const struct string_list *command)
{
	struct session *session = calloc(1, sizeof *session);

	if (!session) {
		problem("%s", strerror(errno));
		return NULL;
	}
	fill_head(session, command);
	if (open_channel(session, session->head.monotonic_ns) < 0 || open_files(session, options) < 0) {
		session_abandon(session);
		return NULL;
	}
	if (options->environment_length > 0)
		collector_ask_environment(session->collector, options->environment);
	session->start = session->head.monotonic_ns;
	session->sleep = SLEEP_SHORTEST * MILLISECOND;
	if (options->progress)
		session->progress = progress_new(session->head.monotonic_ns);
	return session;
}

const char *
session_channel(const struct session *session)
{
	return collector_variable(session->collector);
}

const char *
session_preload(const struct session *session)
{
	return session->preload;
}

bool
session_preload_other(struct session *session, enum abi abi)
{
	char entry[sizeof session->preload];

	if (abi == ABI_NONE ||
	    preload_make(entry, sizeof entry, collector_directory(session->collector), abi, problem) < 0)
		return false;
	memcpy(session->preload, entry, sizeof entry);
	return true;
}

const char *
session_directory(const struct session *session)
{
	return collector_directory(session->collector);
}

void
session_command_started(struct session *session, uint32_t pid, const struct command *command)
{
	begin_late(session);
	collector_command_started(session->collector, pid, command);
}

void
session_command_ended(struct session *session, uint32_t pid, int status)
{
	collector_command_ended(session->collector, pid, status);
}

/* Who follows wants to see; and what is on disk survives our being killed. */
static void
flush(struct session *session, uint64_t now)
{
	if (session->error || session->unflushed == 0 ||
	    now - session->last_flush < FLUSH_PERIOD * MILLISECOND)
		return;
	if (trace_writer_flush(session->writer) < 0)
		session->error = errno;
	session->last_flush = now;
	session->unflushed = 0;
}

/* How long it may be left until the next round, after one of so many bytes. */
static uint64_t
choose_sleep(const struct session *session, uint64_t now, size_t bytes)
{
	uint64_t sleep = session->sleep;
	uint64_t longest = (now - session->start) / SLEEP_OF_AGE;

	/* A pipe that filled half in the meantime was left for too long, and what comes in a round should be
	 * no more than stays in the caches; where little comes it may be left for longer. */
	if (bytes > 512 << 10)
		sleep = 0;
	else if (bytes > 320 << 10)
		sleep -= SLEEP_SHORTEST * MILLISECOND;
	else if (bytes < 128 << 10)
		sleep += SLEEP_SHORTEST * MILLISECOND;
	if (longest > SLEEP_LONGEST * MILLISECOND)
		longest = SLEEP_LONGEST * MILLISECOND;
	if (sleep > longest)
		sleep = longest;
	return sleep > SLEEP_SHORTEST * MILLISECOND ? sleep : SLEEP_SHORTEST * MILLISECOND;
}

uint64_t
session_step(struct session *session)
{
	begin_late(session);
	size_t bytes = collector_step(session->collector);
	uint64_t now = clock_now(CLOCK_MONOTONIC);

	flush(session, now);
	if (session->progress)
		progress_draw(session->progress, now);
	session->sleep = choose_sleep(session, now, bytes);
	return session->sleep;
}

bool
session_is_written(struct session *session)
{
	return collector_is_written(session->collector);
}

static void
say_trouble(struct session *session, int *result)
{
	if (session->error) {
		warnx("%s: cut short: %s", session->trace.file, strerror(session->error));
		*result = -1;
	}
	for (size_t i = 0; i < session->follow.output_count; i++) {
		const struct output *output = &session->follow.output[i];

		if (output->warning[0])
			warnx("%s: %s", output->file, output->warning);
		if (!output->error)
			continue;
		warnx("%s: cut short: %s", strcmp(output->file, "-") == 0 ? "stdout" : output->file,
		      strerror(output->error));
		*result = -1;
	}
}

static void
session_free(struct session *session)
{
	if (session->follow.stream)
		fclose(session->follow.stream);
	free(session->follow.output);
	if (session->writer)
		trace_writer_free(session->writer);
	if (session->trace.stream && session->trace_is_wanted) {
		if (output_close(&session->trace) < 0 && !session->error)
			session->error = errno;
	} else if (session->trace.stream) {
		fclose(session->trace.stream);
	}
	collector_free(session->collector);
	free(session);
}

int
session_close(struct session *session, int status, uint32_t asker, bool *complete)
{
	struct trace_end end = {.status = status};
	uint32_t *running;
	int result = 0;

	/* Before what the summary and others have to say; what comes in yet is shown no more. */
	progress_free(session->progress);
	session->progress = NULL;
	begin_late(session);
	collector_close(session->collector, &end);
	running = malloc((end.running_count + 1) * sizeof *running);
	size_t kept = 0;
	for (size_t i = 0; running && i < end.running_count; i++) {
		if (end.running[i] != asker)
			running[kept++] = end.running[i];
	}
	end.running = running;
	end.running_count = kept;
	if (!session->error && trace_writer_end(session->writer, &end) < 0)
		session->error = errno;
	if (session->following)
		follow_finish(&session->follow);
	free(running);
	say_trouble(session, &result);
	if (complete)
		*complete = result == 0 && end.untraced == 0 && end.lost == 0;
	session_free(session);
	return result;
}

void
session_abandon(struct session *session)
{
	if (session->following)
		follow_finish(&session->follow);
	/* No trace is better than an empty one. */
	if (session->trace_is_wanted && session->trace.stream && !session->writer)
		output_remove_empty(&session->trace);
	session_free(session);
}
