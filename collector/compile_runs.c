/*
 * compile_runs.c - see compile_runs.h.
 *
 * Rule: the outermost compiler is the compile, and all that is started below it is part of it. Only of a
 * script with a compiler's name nobody knows what it is: if it comes to run a compiler, that one is the
 * compile.
 */
#include "compile_runs.h"

#include <stdlib.h>
#include <string.h>

#include "compile_name.h"
#include "grown.h"
#include "pids.h"
#include "textset.h"

struct process {
	bool inside;     /* a compile, or started by one */
	bool forked;     /* its parent told of it already */
	uint32_t script; /* the script that it runs in, or is; 0 for none */
	uint32_t path;   /* what it is executing: the index in `paths` + 1 */
};

struct compile_runs {
	struct pids pids;
	struct textset paths;
	struct process *process;
	size_t count;
	size_t room;
	uint32_t scripts;
};

struct compile_runs *
compile_runs_new(void)
{
	return calloc(1, sizeof(struct compile_runs));
}

void
compile_runs_free(struct compile_runs *runs)
{
	if (runs == NULL)
		return;
	pids_free(&runs->pids);
	textset_free(&runs->paths);
	free(runs->process);
	free(runs);
}

/* The process that has the pid, a new one if need be; NULL when memory is short. Valid until the next call.
 */
static struct process *
find(struct compile_runs *runs, uint32_t pid)
{
	struct pid_entry *entry = pids_get(&runs->pids, pid);
	struct process *process;

	if (entry == NULL)
		return NULL;
	if (entry->process != 0)
		return &runs->process[entry->process - 1];
	process = grown(runs->process, runs->count, &runs->room, sizeof *process);
	if (process == NULL)
		return NULL;
	runs->process = process;
	process += runs->count++;
	*process = (struct process){0};
	entry->process = (uint32_t)runs->count;
	return process;
}

/* The child is where its parent is. */
static int
inherit(struct compile_runs *runs, uint32_t parent, uint32_t child, bool forked)
{
	struct process *from = find(runs, parent), *to;
	struct process state;

	if (from == NULL)
		return -1;
	state = *from;
	to = find(runs, child);
	if (to == NULL)
		return -1;
	*to = (struct process){.inside = state.inside, .script = state.script, .forked = forked};
	return 0;
}

static int
keep_path(struct compile_runs *runs, const struct event *event)
{
	struct textset_entry *entry = textset_add(&runs->paths, event->text[FIELD_path]);
	struct process *process = find(runs, event->pid);

	if (entry == NULL || process == NULL)
		return -1;
	process->path = (uint32_t)(entry - runs->paths.entry) + 1;
	return 0;
}

/* By the path it was executed by, by the name that it was given, and by the file: a link may have any name.
 */
static enum compile_name
name_of(const char *path, const char *argument, const char *exe)
{
	enum compile_name name = compile_name(path);

	if (name == COMPILE_OTHER && argument != NULL)
		name = compile_name(argument);
	if (name == COMPILE_OTHER && exe != NULL && compile_name(exe) == COMPILE_COMPILER)
		name = COMPILE_COMPILER;
	return name;
}

/* ccache [NAME=VALUE...] cc ..., distcc cc ..., and both; distcc alone means cc. */
static bool
unwrap(const struct string_list *argv, const char *path, struct compile_run *run)
{
	size_t at = 0;
	const char *word = path;

	while (compile_name(word) == COMPILE_WRAPPER) {
		const char *slash = strrchr(word, '/');
		bool implies = strcmp(slash != NULL ? slash + 1 : word, "distcc") == 0;

		at++;
		while (at < argv->count && *argv->item[at] != '-' && strchr(argv->item[at], '=') != NULL)
			at++;
		if (at >= argv->count)
			return false;
		word = argv->item[at];
		if (*word == '-' && !implies)
			return false;
		if (*word == '-') {
			word = "cc";
			at--;
		}
	}
	run->compiler = word;
	run->arguments = (struct string_list){argv->count - at - 1, argv->item + at + 1};
	return true;
}

static const char *
text_of(const struct event *event, enum field field)
{
	return event_has(event, field) ? event->text[field] : NULL;
}

/* A new image: is it a compiler? */
static int
take_image(struct compile_runs *runs, const struct event *event, struct compile_run *run)
{
	struct process *process = find(runs, event->pid);
	const char *exe = text_of(event, FIELD_exe), *path = exe;
	enum compile_name name;

	if (process == NULL)
		return -1;
	if (process->path != 0)
		path = runs->paths.entry[process->path - 1].text;
	process->path = 0;
	if (process->inside || path == NULL || !event_has(event, FIELD_argv) || event->argv.count == 0)
		return 0;
	/* Of one that was started from outside, its link's name is known by argv[0] alone: ccache as gcc. */
	if (compile_name(path) == COMPILE_WRAPPER && compile_name(event->argv.item[0]) == COMPILE_COMPILER)
		path = event->argv.item[0];
	name = name_of(path, event->argv.item[0], exe);
	if (name == COMPILE_WRAPPER &&
	    !unwrap(&event->argv, compile_name(path) == name ? path : event->argv.item[0], run))
		return 0;
	if (name == COMPILE_COMPILER) {
		run->compiler = path;
		run->arguments = (struct string_list){event->argv.count - 1, event->argv.item + 1};
	}
	if (name != COMPILE_COMPILER && name != COMPILE_WRAPPER)
		return 0;
	run->within = process->script;
	run->script = 0;
	if (event_has(event, FIELD_interpreter))
		run->script = process->script = ++runs->scripts;
	else
		process->inside = true;
	return 1;
}

static int
take_start(struct compile_runs *runs, const struct event *event, struct compile_run *run)
{
	int64_t by = event_has(event, FIELD_by) ? event->number[FIELD_by] : START_BY_EXEC;
	struct process *process = find(runs, event->pid);

	if (process == NULL)
		return -1;
	if (by == START_BY_EXEC)
		return take_image(runs, event, run);
	if (by == START_BY_FORK && process->forked) {
		process->forked = false;
		return 0;
	}
	*process = (struct process){0};
	if (by == START_BY_ATTACH)
		return take_image(runs, event, run);
	return event_has(event, FIELD_ppid)
		   ? inherit(runs, (uint32_t)event->number[FIELD_ppid], event->pid, false)
		   : 0;
}

int
compile_runs_event(struct compile_runs *runs, const struct event *event, struct compile_run *run)
{
	struct process *process;

	switch (event->kind) {
	case EVENT_FORK:
		if (event->error == 0 && event_has(event, FIELD_child))
			return inherit(runs, event->pid, (uint32_t)event->number[FIELD_child], true);
		return 0;
	case EVENT_EXEC:
		return event->error == 0 && event_has(event, FIELD_path) ? keep_path(runs, event) : 0;
	case EVENT_START:
		return take_start(runs, event, run);
	case EVENT_EXIT:
		process = find(runs, event->pid);
		if (process == NULL)
			return -1;
		*process = (struct process){0};
		return 0;
	default:
		return 0;
	}
}
