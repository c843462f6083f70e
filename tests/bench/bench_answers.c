/*
 * bench_answers.c - CPU seconds and memory of each output that answers a question, over a made-up build: a
 * make of ten thousand processes, a million events; --diff of it with itself. Each runs in a process of its
 * own.
 *
 *   make && gcc -O2 -D_GNU_SOURCE -Iinclude -Icollector -Itests/unit \
 *       $(pkg-config --cflags libbsd-overlay) -o build/bench_answers tests/bench/bench_answers.c \
 *       build/libinterpose.a -lbsd -ljson-c -pthread && build/bench_answers
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "diff.h"
#include "follow.h"
#include "sample_events.h"
#include "trace_writer.h"

/* A job is a shell that starts a compiler; both are processes. PARALLEL jobs run at a time. */
enum { JOBS = 5000, PARALLEL = 8, EVENTS = 1000000, MAKE = 1000 };

struct build {
	struct trace_writer *writer;
	struct event event;
	uint64_t time_ns;
	uint64_t events;
	unsigned random;
};

static struct event *
new_event(struct build *build, enum event_kind kind, const char *call, uint32_t pid)
{
	event_clear(&build->event);
	build->event.kind = kind;
	build->event.call = call;
	build->event.pid = build->event.tid = pid;
	build->event.time_ns = build->time_ns += 1000;
	return &build->event;
}

static void
give(struct build *build)
{
	if (trace_writer_event(build->writer, &build->event) == -1)
		err(1, "trace");
	build->events++;
}

static void
start(struct build *build, uint32_t pid, uint32_t ppid, enum start_by by, const char *exe, const char *source)
{
	struct event *event = new_event(build, EVENT_START, NULL, pid);

	event_set_number(event, FIELD_by, by);
	event_set_number(event, FIELD_ppid, ppid);
	event_set_text(event, FIELD_exe, exe);
	event_set_text(event, FIELD_cwd, "/build");
	event->argv = SAMPLE_LIST(exe, "-O2", "-Iinclude", "-c", source);
	event->present |= UINT64_C(1) << FIELD_argv;
	give(build);
}

static void
child(struct build *build, enum event_kind kind, uint32_t pid, uint32_t of)
{
	struct event *event = new_event(build, kind, kind == EVENT_FORK ? "fork" : "wait4", pid);

	event_set_number(event, FIELD_child, of);
	if (kind == EVENT_WAIT)
		event_set_number(event, FIELD_status, 0);
	give(build);
}

static void
use(struct build *build, uint32_t pid, const char *path, int64_t flags, int error)
{
	struct event *event = new_event(build, EVENT_OPEN, "open", pid);

	event_set_text(event, FIELD_path, path);
	event_set_number(event, FIELD_flags, flags);
	event->error = error;
	if (error == 0) {
		event_set_number(event, FIELD_fd, 3);
		if (flags & 0100)
			event_set_number(event, FIELD_created, 1);
	}
	give(build);
	if (error != 0)
		return;
	event = new_event(build, EVENT_CLOSE, "close", pid);
	event_set_text(event, FIELD_path, path);
	event_set_number(event, FIELD_fd, 3);
	give(build);
}

static void
begin_job(struct build *build, uint32_t job)
{
	uint32_t shell = MAKE + 1 + job * 2, compiler = shell + 1;
	char source[64];

	snprintf(source, sizeof source, "/src/dir%u/file%u.c", job % 100, job);
	child(build, EVENT_FORK, MAKE, shell);
	start(build, shell, MAKE, START_BY_FORK, "/usr/bin/make", source);
	start(build, shell, MAKE, START_BY_EXEC, "/bin/sh", source);
	child(build, EVENT_FORK, shell, compiler);
	start(build, compiler, shell, START_BY_FORK, "/bin/sh", source);
	start(build, compiler, shell, START_BY_EXEC, "/usr/bin/cc", source);
	use(build, compiler, source, 0, 0);
}

static void
end_process(struct build *build, uint32_t pid, uint32_t parent)
{
	event_set_number(new_event(build, EVENT_EXIT, NULL, pid), FIELD_status, 0);
	give(build);
	if (parent != 0)
		child(build, EVENT_WAIT, parent, pid);
}

/* Headers that many share are looked for in directories where they aren't; the object is the job's own. */
static void
work(struct build *build, uint32_t job)
{
	uint32_t compiler = MAKE + 2 + job * 2;
	char path[128];

	for (uint64_t end = build->events + EVENTS / JOBS - 15; build->events < end;) {
		unsigned header = (build->random = build->random * 1103515245 + 12345) >> 16 & 0xfff;

		snprintf(path, sizeof path, "/src/dir%u/include/header%u.h", job % 100, header);
		use(build, compiler, path, 0, ENOENT);
		snprintf(path, sizeof path, "/usr/include/part%u/header%u.h", header % 64, header);
		use(build, compiler, path, 0, 0);
	}
	snprintf(path, sizeof path, "/build/dir%u/file%u.o", job % 100, job);
	use(build, compiler, path, 01101, 0);
	end_process(build, compiler, compiler - 1);
	end_process(build, compiler - 1, MAKE);
}

static FILE *
make_trace(void)
{
	FILE *stream = tmpfile();
	struct trace_end end = {.processes = JOBS * 2 + 1};
	struct trace_head head = sample_head;
	struct build build = {.random = 1};
	struct utsname here;

	/* As for a trace of this machine, whose links are looked up. */
	uname(&here);
	head.host = here.nodename;
	build.writer = stream != NULL ? trace_writer_new(stream, &head) : NULL;
	if (build.writer == NULL)
		err(1, "trace");
	start(&build, MAKE, 1, START_BY_EXEC, "/usr/bin/make", "all");
	for (uint32_t job = 0; job < JOBS + PARALLEL; job++) {
		if (job >= PARALLEL)
			work(&build, job - PARALLEL);
		if (job < JOBS)
			begin_job(&build, job);
	}
	end_process(&build, MAKE, 0);
	end.events = build.events;
	end.duration_ns = build.time_ns;
	if (trace_writer_end(build.writer, &end) == -1)
		err(1, "trace");
	trace_writer_free(build.writer);
	printf("%ju events, %ju processes, %ld bytes\n", (uintmax_t)end.events, (uintmax_t)end.processes,
	       ftell(stream));
	return stream;
}

static void
answer(FILE *trace, const struct output_format *format)
{
	char *who[] = {(char[]){"/usr/include/part0/header0.h"}};
	struct output_settings settings = {.who = {who, 1}};
	struct output output;
	struct follow follow = {.stream = trace, .output = &output, .output_count = 1};

	rewind(trace);
	if (output_open(&output, format, "/dev/null") == -1)
		err(1, "/dev/null");
	output.settings = &settings;
	follow_run(&follow);
	exit(follow.status == TRACE_END && output.error == 0 ? 0 : 1);
}

/* The trace with itself. */
static void
compare(FILE *trace)
{
	static const struct output_settings settings;
	struct diff_side one = {.name = "one"}, other = {.name = "other"};
	struct output output;
	bool differs;

	output_attach(&output, &output_txt, "-", stdout);
	output.settings = &settings;
	rewind(trace);
	if (diff_side_read(&one, trace, NULL, &settings) == -1)
		exit(1);
	rewind(trace);
	if (diff_side_read(&other, trace, NULL, &settings) == -1 ||
	    diff_write(&one, &other, &output, &differs) == -1)
		exit(1);
	exit(differs);
}

static void
measure(FILE *trace, const char *name)
{
	const struct output_format *format = output_format_find("-", name);
	struct rusage usage;
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == -1)
		err(1, "fork");
	if (pid == 0 && format == NULL)
		compare(trace);
	if (pid == 0)
		answer(trace, format);
	if (wait4(pid, &status, 0, &usage) == -1 || status != 0)
		errx(1, "%s failed", name);
	printf("%-16s %5.2f s  %4ld MiB\n", name,
	       (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
		   (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6,
	       usage.ru_maxrss / 1024);
}

int
main(void)
{
	static const char *const names[] = {
	    "summary", "json", "d", "compile_commands", "who", "tree", "missing", "slow", "lint", "diff"};
	FILE *trace = make_trace();

	for (size_t at = 0; at < sizeof names / sizeof names[0]; at++)
		measure(trace, names[at]);
	return 0;
}
