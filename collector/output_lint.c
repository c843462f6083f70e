/*
 * output_lint.c - what lint.c found, for a person: a block a file, which begins with the kind of the finding
 * and the path; and files that were written elsewhere than in the directories of --source and --build.
 *
 * Rule: what an order between jobs proves is said with care. A builder that runs one job at a time orders
 * them all, and the trace can't tell which of that its makefile asks for.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "answered.h"
#include "lint.h"
#include "process_text.h"

enum { SHOWN_FINDINGS = 4 };

static struct lint *
lint_of(const struct answered *answered)
{
	return answered->own;
}

static void
release(void *lint)
{
	lint_free(lint);
}

static int
lint_begin(struct output *output, const struct trace_head *head)
{
	struct answered *answered;

	if (answered_open(output, head) == -1)
		return -1;
	answered = output->state;
	answered->own = lint_new(answered->answers);
	answered->release = release;
	return answered->own != NULL ? 0 : -1;
}

static int
lint_event(struct output *output, const struct event *event)
{
	struct answered *answered = output->state;

	if (answers_event(answered->answers, event) == -1)
		return -1;
	return recipes_event(&lint_of(answered)->recipes, answered->answers, event);
}

static int
lint_aside(struct output *output, const struct event *event)
{
	struct answered *answered = output->state;

	if (answers_aside(answered->answers, event) == -1)
		return -1;
	return recipes_event(&lint_of(answered)->recipes, answered->answers, event);
}

static bool
is_output(const struct spot *spot)
{
	enum answer_kind kind = answers_kind(spot);

	return kind == ANSWER_CREATED || kind == ANSWER_OVERWRITTEN || kind == ANSWER_MODIFIED;
}

/* What goes through a FIFO or a device doesn't stay there. One that is older than the run can only be asked.
 */
static bool
is_channel(const struct answered *answered, const char *path)
{
	struct stat status;

	return answered->answers->spots.may_ask && lstat(path, &status) == 0 && !S_ISREG(status.st_mode) &&
	       !S_ISLNK(status.st_mode) && !S_ISDIR(status.st_mode);
}

/* What could only be said when all is known. */
static bool
is_valid(const struct output *output, const struct lint_finding *finding)
{
	struct answered *answered = output->state;
	const struct spot *spot = lint_of(answered)->file[finding->file].spot;
	const struct ignore *ignore = output->settings != NULL ? &output->settings->ignore : NULL;

	if (finding->kind != LINT_RACE && lint_of(answered)->builders &&
	    !recipes_is_builder(answered->answers, finding->common))
		return false;
	if (finding->kind == LINT_TWICE && !is_output(spot))
		return false;
	return !is_channel(answered, lint_path(lint_of(answered), finding->file)) &&
	       !ignore_matches(ignore, lint_path(lint_of(answered), finding->file)) &&
	       output_wants_path(output, lint_path(lint_of(answered), finding->file));
}

static void
write_act(struct answered *answered, const struct lint_use *use)
{
	static const char *const words[] = {
	    [LINT_READ] = "read",       [LINT_ABSENT] = "looked for, not there",
	    [LINT_WRITTEN] = "written", [LINT_MOVED_HERE] = "renamed to here",
	    [LINT_REMOVED] = "removed",
	};

	process_text_seconds(&answered->line, use->time_ns, 12);
	line_text(&answered->line, "  ");
	line_text(&answered->line, words[use->act]);
}

/* The process, and as a part of which job: the child of the process above both that led to it. */
static void
write_who(struct answered *answered, uint32_t process, uint32_t common)
{
	const struct answers *answers = answered->answers;
	uint32_t job = process;

	while (process != common && answers->process[job].parent != ANSWER_NO_PROCESS &&
	       answers->process[job].parent != common)
		job = answers->process[job].parent;
	line_count(&answered->line, " by ", answers->process[process].pid, " ", " ");
	if (job != process) {
		process_text_word(&answered->line, answers_program(answers, &answers->process[process]));
		line_count(&answered->line, ", job ", answers->process[job].pid, " ", " ");
	}
	process_text_command(&answered->line, answers, job);
	line_byte(&answered->line, '\n');
}

static bool
is_same_use(const struct lint_use *one, const struct lint_use *other)
{
	return one->process == other->process && one->act == other->act && one->place == other->place;
}

static void
write_use(struct answered *answered, const struct lint_use *use, uint32_t common)
{
	write_act(answered, use);
	write_who(answered, use->process, common);
}

static void
write_why(struct answered *answered, const struct lint_finding *finding)
{
	static const char *const kinds[LINT_KIND_COUNT] = {
	    [LINT_RACE] = "no order between them",
	    [LINT_TWICE] = "in this order as these were run one after the other",
	    [LINT_EARLY] = "what was read had been there before this run",
	};

	line_text(&answered->line, "    ");
	line_text(&answered->line, kinds[finding->kind]);
	if (finding->common != ANSWER_NO_PROCESS) {
		line_count(&answered->line, ", both from ", answered->answers->process[finding->common].pid,
			   " ", " ");
		process_text_command(&answered->line, answered->answers, finding->common);
	}
	line_byte(&answered->line, '\n');
}

/* Findings of one kind about one file. */
static void
write_group(const struct output *output, const struct lint_finding *finding, size_t count)
{
	struct answered *answered = output->state;
	static const char *const kinds[LINT_KIND_COUNT] = {
	    [LINT_RACE] = "race: ",
	    [LINT_TWICE] = "written twice: ",
	    [LINT_EARLY] = "read before it was written: ",
	};

	process_text_colour(&answered->line, output, finding->kind == LINT_RACE ? COLOUR_RED : COLOUR_YELLOW);
	line_text(&answered->line, kinds[finding->kind]);
	process_text_colour(&answered->line, output, COLOUR_PLAIN);
	process_text_word(&answered->line, lint_path(lint_of(answered), finding->file));
	line_byte(&answered->line, '\n');
	for (size_t at = 0; at < count && at < SHOWN_FINDINGS; at++) {
		if (at == 0 || !is_same_use(&finding[at].one, &finding[at - 1].one))
			write_use(answered, &finding[at].one, finding[at].common);
		write_use(answered, &finding[at].other, finding[at].common);
		if (at + 1 == count || at + 1 == SHOWN_FINDINGS ||
		    finding[at + 1].common != finding[at].common)
			write_why(answered, &finding[at]);
	}
	if (count > SHOWN_FINDINGS)
		line_count(&answered->line, "    and ", count - SHOWN_FINDINGS, " time more\n",
			   " times more\n");
}

static bool
is_inside(const struct path_list *inside, const char *path)
{
	for (size_t at = 0; at < inside->count; at++) {
		size_t length = strlen(inside->path[at]);

		while (length > 0 && inside->path[at][length - 1] == '/')
			length--;
		if (strncmp(path, inside->path[at], length) == 0 &&
		    (path[length] == '/' || path[length] == '\0'))
			return true;
	}
	return false;
}

static const char *
outside_word(const struct spot *spot)
{
	switch (answers_kind(spot)) {
	case ANSWER_CREATED:
		return "created";
	case ANSWER_OVERWRITTEN:
		return "overwritten";
	case ANSWER_MODIFIED:
		return "changed";
	case ANSWER_DELETED:
		return "removed";
	default:
		return NULL;
	}
}

static void
write_outside(struct output *output, uint32_t file, const char *path)
{
	struct answered *answered = output->state;
	const struct lint_file *written = &lint_of(answered)->file[file];

	output->no = true;
	process_text_colour(&answered->line, output, COLOUR_YELLOW);
	line_text(&answered->line, "outside: ");
	process_text_colour(&answered->line, output, COLOUR_PLAIN);
	process_text_word(&answered->line, path);
	line_text(&answered->line, "\n    ");
	line_text(&answered->line, outside_word(written->spot));
	write_who(answered, written->changer, written->changer);
}

static int
write_all_outside(struct output *output, const struct output_settings *settings, bool *wanted)
{
	struct answered *answered = output->state;
	struct lint_named *named;
	size_t count;
	int result = 0;

	for (size_t at = 0; at < lint_of(answered)->file_count; at++) {
		const struct lint_file *file = &lint_of(answered)->file[at];

		wanted[at] = outside_word(file->spot) != NULL && file->changer != ANSWER_NO_PROCESS &&
			     !file->spot->directory &&
			     !is_inside(&settings->inside, lint_path(lint_of(answered), (uint32_t)at)) &&
			     !ignore_matches(&settings->ignore, lint_path(lint_of(answered), (uint32_t)at)) &&
			     output_wants_path(output, lint_path(lint_of(answered), (uint32_t)at));
	}
	named = lint_name_files(lint_of(answered), wanted, &count);
	if (named == NULL)
		return -1;
	for (size_t at = 0; result == 0 && at < count; at++) {
		write_outside(output, named[at].file, named[at].path);
		result = line_write(&answered->line, output->stream);
	}
	lint_free_named(named, count);
	return result;
}

/* By kind, by path, by time: what stands in `file` by then is the path's place among all. */
static int
compare_findings(const void *left, const void *right)
{
	const struct lint_finding *one = left, *other = right;

	if (one->kind != other->kind)
		return one->kind < other->kind ? -1 : 1;
	if (one->file != other->file)
		return one->file < other->file ? -1 : 1;
	if (one->other.place != other->other.place)
		return one->other.place < other->other.place ? -1 : 1;
	return one->one.place < other->one.place ? -1 : one->one.place > other->one.place;
}

/* Sorts the findings; `place` is for each file. */
static void
sort_findings(struct lint_finding *finding, size_t count, const struct lint_named *named, size_t named_count,
	      uint32_t *place)
{
	for (size_t at = 0; at < named_count; at++)
		place[named[at].file] = (uint32_t)at;
	for (size_t at = 0; at < count; at++)
		finding[at].file = place[finding[at].file];
	if (count > 0)
		qsort(finding, count, sizeof *finding, compare_findings);
	for (size_t at = 0; at < count; at++)
		finding[at].file = named[finding[at].file].file;
}

static int
write_sorted(struct output *output, const struct lint_finding *finding, size_t count)
{
	struct answered *answered = output->state;
	size_t next;

	for (size_t at = 0; at < count; at = next) {
		for (next = at + 1; next < count && finding[next].kind == finding[at].kind &&
				    finding[next].file == finding[at].file;)
			next++;
		write_group(output, finding + at, next - at);
		output->no = true;
		if (line_write(&answered->line, output->stream) == -1)
			return -1;
	}
	return 0;
}

static int
write_findings(struct output *output, bool *wanted)
{
	struct answered *answered = output->state;
	struct lint_finding *finding = lint_of(answered)->finding;
	uint32_t *place = calloc(lint_of(answered)->file_count + 1, sizeof *place);
	struct lint_named *named;
	size_t count = 0, named_count;
	int result = -1;

	for (size_t at = 0; at < lint_of(answered)->finding_count; at++) {
		if (!is_valid(output, &finding[at]))
			continue;
		wanted[finding[at].file] = true;
		finding[count++] = finding[at];
	}
	named = place != NULL ? lint_name_files(lint_of(answered), wanted, &named_count) : NULL;
	if (named != NULL) {
		sort_findings(finding, count, named, named_count, place);
		result = write_sorted(output, finding, count);
		lint_free_named(named, named_count);
	}
	free(place);
	return result;
}

/* Whether it never had two children at the same time. */
static bool
is_serial(const struct answers *answers, uint32_t builder)
{
	uint64_t waited = 0;

	for (size_t at = builder; at < answers->process_count; at++) {
		const struct answer_process *process = &answers->process[at];

		if (process->parent != builder)
			continue;
		if (process->forked_at < waited || waited == UINT64_MAX)
			return false;
		waited = process->waited_at != 0 ? process->waited_at : UINT64_MAX;
	}
	return true;
}

static void
write_serial(struct answered *answered)
{
	const struct lint *lint = lint_of(answered);

	for (uint32_t at = 0; at < lint->crossing_room && at < answered->answers->process_count; at++) {
		if (lint->crossing[at] == 0 || !is_serial(answered->answers, at))
			continue;
		line_count(&answered->line, "# ", answered->answers->process[at].pid, " ", " ");
		process_text_command(&answered->line, answered->answers, at);
		line_count(&answered->line, " ran one job at a time; ", lint->crossing[at],
			   " read of what another job wrote is", " reads of what another job wrote are");
		line_text(&answered->line,
			  " in order by that at least: trace it with -j to see what else orders them\n");
	}
}

static int
write_files(struct output *output)
{
	struct answered *answered = output->state;
	bool *wanted = calloc(lint_of(answered)->file_count + 1, sizeof *wanted);
	int result = wanted != NULL ? write_findings(output, wanted) : -1;

	if (result == 0 && output->settings != NULL && output->settings->inside.count > 0)
		result = write_all_outside(output, output->settings, wanted);
	free(wanted);
	return result;
}

static int
write_lint(struct output *output)
{
	struct answered *answered = output->state;

	for (uint32_t at = 0; at < answered->answers->process_count && !lint_of(answered)->builders; at++)
		lint_of(answered)->builders = recipes_is_builder(answered->answers, at);
	if (write_files(output) == -1)
		return -1;
	write_serial(answered);
	process_text_reasons(&answered->line, output, answered->answers);
	return 0;
}

static int
lint_end(struct output *output, const struct trace_end *end)
{
	return answered_end(output, end, write_lint);
}

const struct output_format output_lint = {
    .name = "lint",
    .begin = lint_begin,
    .event = lint_event,
    .selects_paths = true,
    .aside = lint_aside,
    .end = lint_end,
    .judges = true,
};
