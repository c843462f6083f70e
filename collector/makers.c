/*
 * makers.c - see makers.h. The trace is folded as for the answers, with who did what where (uses.h).
 */
#include "makers.h"

#include <stdlib.h>
#include <string.h>

#include "answers.h"
#include "compile_name.h"
#include "trace_reader.h"

/* Each of what these start is a command of its own. */
static const char *const build_tools[] = {"make", "gmake", "bmake", "remake", "ninja", "samu", "cmake", NULL};

static bool
is_build_tool(const struct answers *answers, const struct answer_process *process)
{
	const char *name = answers_program(answers, process);

	for (const char *const *tool = build_tools; *tool != NULL; tool++) {
		if (strcmp(name, *tool) == 0)
			return true;
	}
	return false;
}

static bool
is_compiler(const struct answers *answers, const struct answer_process *process)
{
	const char *exe = answers_text(answers, process->exe);
	enum compile_name name = exe != NULL ? compile_name(exe) : COMPILE_OTHER;

	if (name == COMPILE_OTHER && process->argc > 0)
		name = compile_name(answers_text(answers, process->argv[0]));
	return name == COMPILE_COMPILER || name == COMPILE_WRAPPER;
}

/* The command that the process is a part of. */
static uint32_t
command_of(const struct answers *answers, uint32_t writer)
{
	uint32_t compile = ANSWER_NO_PROCESS, command = writer;

	for (uint32_t at = writer; at != ANSWER_NO_PROCESS; at = answers->process[at].parent) {
		uint32_t parent = answers->process[at].parent;

		if (is_compiler(answers, &answers->process[at]))
			compile = at;
		/* The first one is the traced command itself, unless the writer is all that it was. */
		if (at != writer &&
		    (parent == ANSWER_NO_PROCESS || is_build_tool(answers, &answers->process[at])))
			break;
		command = at;
	}
	return compile != ANSWER_NO_PROCESS ? compile : command;
}

/* How many, or -1. */
static int
select_commands(struct selection *selection, struct answers *answers, const char *path)
{
	const struct spot *spot = spots_walk(&answers->spots, path, true);
	bool *done = calloc(answers->process_count + 1, sizeof *done);
	int count = spot != NULL && done != NULL ? 0 : -1;

	for (size_t at = 0; count != -1 && at < answers->uses.count; at++) {
		const struct use *use = &answers->uses.use[at];
		uint32_t command;

		if (use->spot != spot || (use->what & (USE_MADE | USE_CHANGED)) == 0)
			continue;
		command = command_of(answers, use->process);
		if (done[command])
			continue;
		done[command] = true;
		count = selection_process(selection, answers->process[command].pid,
					  answers->process[command].begin_ns) == 0
			    ? count + 1
			    : -1;
	}
	free(done);
	return count;
}

/* What can't be read is told when the outputs are made. */
static int
read_events(struct trace_reader *reader, struct answers *answers)
{
	struct event event;

	while (trace_reader_next(reader, &event) == TRACE_EVENT) {
		if (answers_event(answers, &event) == -1)
			return -1;
	}
	return 0;
}

int
makers_select(struct selection *selection, FILE *trace, const char *path)
{
	enum trace_status status;
	struct trace_reader *reader = trace_reader_new(trace, &status);
	struct answers *answers = NULL;
	int count = -1;

	if (reader == NULL)
		return -1;
	if (status != TRACE_EVENT) {
		count = 0;
	} else if ((answers = answers_new(trace_reader_head(reader))) != NULL) {
		answers_keep_uses(answers);
		if (read_events(reader, answers) == 0)
			count = select_commands(selection, answers, path);
	}
	answers_free(answers);
	trace_reader_free(reader);
	return count;
}
