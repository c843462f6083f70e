/*
 * output_missing.c - what a run looked for and never found: a name, the directories in which it was looked
 * for, and the processes that did.
 *
 * Rule: a search that ends well misses nothing. A name that a process found elsewhere, in its PATH or among
 * its include directories say, counts as missing only for the processes that didn't.
 */
#include <stdlib.h>
#include <string.h>

#include "answered.h"
#include "process_text.h"

enum { SHOWN_PROCESSES = 4 };

/* One process's lookup that found nothing. */
struct miss {
	struct spot *spot;
	uint32_t name; /* index in the set of names */
	uint32_t process;
};

struct missing {
	struct textset names;
	struct textset directories;
	struct miss *miss;
	size_t count;
	uint64_t *found; /* hash table of a name and a process that found it, plus 1 */
	size_t slots;
};

/* All that was done at each path, by whomever: in the spot's note, which nobody else uses here. */
static void
note_uses(const struct answers *answers)
{
	for (size_t at = 0; at < answers->uses.count; at++)
		answers->uses.use[at].spot->note |= answers->uses.use[at].what;
}

/* Nothing was ever found or made there. */
static bool
is_missing(const struct spot *spot)
{
	return spot->note == HOW_ABSENT && spot->stands != KNOWN_YES && spot->parent != NULL;
}

static uint64_t
found_key(uint32_t name, uint32_t process)
{
	return ((uint64_t)name << 32 | process) + 1;
}

static uint64_t *
found_slot(const struct missing *missing, uint64_t key)
{
	size_t at = (size_t)(key * UINT64_C(0x9e3779b97f4a7c15) >> 20) & (missing->slots - 1);

	while (missing->found[at] != 0 && missing->found[at] != key)
		at = (at + 1) & (missing->slots - 1);
	return &missing->found[at];
}

/* The lookups of what is missing, and the names that they were for. */
static int
take_misses(struct missing *missing, struct answers *answers, const struct output *output)
{
	const struct ignore *ignore = output->settings != NULL ? &output->settings->ignore : NULL;

	for (size_t at = 0; at < answers->uses.count; at++) {
		const struct use *use = &answers->uses.use[at];
		const struct textset_entry *entry;

		if (!is_missing(use->spot) ||
		    ignore_matches(ignore, spots_path(&answers->spots, use->spot)) ||
		    !output_wants_path(output, spots_path(&answers->spots, use->spot)))
			continue;
		entry = textset_add(&missing->names, use->spot->name);
		if (entry == NULL)
			return -1;
		missing->miss[missing->count++] =
		    (struct miss){use->spot, (uint32_t)(entry - missing->names.entry), use->process};
	}
	return 0;
}

static void
note_found(struct missing *missing, uint32_t name, uint32_t process)
{
	uint64_t key = found_key(name, process);

	if (process != ANSWER_NO_PROCESS)
		*found_slot(missing, key) = key;
}

/* A child is often who finds what its parent looked for: it is forked to execute that. */
static void
take_found(struct missing *missing, const struct answers *answers)
{
	for (size_t at = 0; at < answers->uses.count && missing->count > 0; at++) {
		const struct use *use = &answers->uses.use[at];
		const struct textset_entry *entry;
		uint32_t name;

		if (!(use->what & ~(unsigned)(HOW_ABSENT | USE_GONE)))
			continue;
		entry = textset_find(&missing->names, use->spot->name);
		if (entry == NULL)
			continue;
		name = (uint32_t)(entry - missing->names.entry);
		note_found(missing, name, use->process);
		if (use->what & HOW_EXEC)
			note_found(missing, name, answers->process[use->process].parent);
	}
}

static int
collect(struct missing *missing, const struct output *output)
{
	struct answers *answers = ((struct answered *)output->state)->answers;
	size_t kept = 0;

	note_uses(answers);
	missing->miss = calloc(answers->uses.count + 1, sizeof *missing->miss);
	for (missing->slots = 64; missing->slots < answers->uses.count * 3;)
		missing->slots *= 2;
	missing->found = calloc(missing->slots, sizeof *missing->found);
	if (missing->miss == NULL || missing->found == NULL || take_misses(missing, answers, output) == -1)
		return -1;
	take_found(missing, answers);
	for (size_t at = 0; at < missing->count; at++) {
		const struct miss *miss = &missing->miss[at];

		if (*found_slot(missing, found_key(miss->name, miss->process)) == 0)
			missing->miss[kept++] = *miss;
	}
	missing->count = kept;
	return 0;
}

/* What the order of misses is made of; qsort hands over nothing else. */
struct named_miss {
	const char *name;
	const char *directory;
	uint32_t process;
	bool stopped; /* the lookup didn't come that far: there is no such directory */
};

static int
compare_misses(const void *left, const void *right)
{
	const struct named_miss *one = left, *other = right;
	int result = strcmp(one->name, other->name);

	if (result == 0)
		result = strcmp(one->directory, other->directory);
	if (result == 0)
		result = one->process < other->process ? -1 : one->process > other->process;
	return result;
}

static void
write_directories(struct line *line, const struct named_miss *miss, size_t count)
{
	for (size_t at = 0; at < count; at++) {
		if (at > 0 && strcmp(miss[at].directory, miss[at - 1].directory) == 0)
			continue;
		line_text(line, "    ");
		process_text_word(line, miss[at].directory);
		if (miss[at].stopped)
			line_text(line, "  (no such directory)");
		line_byte(line, '\n');
	}
}

static int
compare_processes(const void *left, const void *right)
{
	uint32_t one = *(const uint32_t *)left, other = *(const uint32_t *)right;

	return one < other ? -1 : one > other;
}

static int
write_processes(struct answered *answered, const struct named_miss *miss, size_t count)
{
	uint32_t *process = reallocarray(NULL, count, sizeof *process);
	size_t kept = 0;

	if (process == NULL)
		return -1;
	for (size_t at = 0; at < count; at++)
		process[at] = miss[at].process;
	qsort(process, count, sizeof *process, compare_processes);
	for (size_t at = 0; at < count; at++) {
		if (kept == 0 || process[kept - 1] != process[at])
			process[kept++] = process[at];
	}
	for (size_t at = 0; at < kept && at < SHOWN_PROCESSES; at++) {
		line_count(&answered->line, "  by ", answered->answers->process[process[at]].pid, " ", " ");
		process_text_command(&answered->line, answered->answers, process[at]);
		line_byte(&answered->line, '\n');
	}
	if (kept > SHOWN_PROCESSES)
		line_count(&answered->line, "  and ", kept - SHOWN_PROCESSES, " other process\n",
			   " other processes\n");
	free(process);
	return 0;
}

static int
write_names(struct output *output, const struct named_miss *miss, size_t count)
{
	struct answered *answered = output->state;
	size_t next;

	for (size_t at = 0; at < count; at = next) {
		for (next = at + 1; next < count && strcmp(miss[next].name, miss[at].name) == 0;)
			next++;
		process_text_word(&answered->line, miss[at].name);
		line_byte(&answered->line, '\n');
		write_directories(&answered->line, miss + at, next - at);
		if (write_processes(answered, miss + at, next - at) == -1 ||
		    line_write(&answered->line, output->stream) == -1)
			return -1;
	}
	process_text_reasons(&answered->line, output, answered->answers);
	return 0;
}

static int
name_miss(struct missing *missing, struct answered *answered, const struct miss *miss,
	  struct named_miss *named)
{
	struct spots *spots = &answered->answers->spots;
	struct spot *spot = miss->spot;
	bool stopped = spot->absent_at != NULL && spots_absent_at(spots, spot) != spot;
	const struct textset_entry *entry =
	    textset_add(&missing->directories, spots_path(spots, spot->parent));

	if (entry == NULL)
		return -1;
	*named = (struct named_miss){spot->name, entry->text, miss->process, stopped};
	return 0;
}

static int
write_misses(struct output *output, struct missing *missing)
{
	struct named_miss *named = calloc(missing->count + 1, sizeof *named);
	int result = named != NULL ? 0 : -1;

	for (size_t at = 0; result == 0 && at < missing->count; at++)
		result = name_miss(missing, output->state, &missing->miss[at], &named[at]);
	if (result == 0) {
		qsort(named, missing->count, sizeof *named, compare_misses);
		result = write_names(output, named, missing->count);
	}
	free(named);
	return result;
}

static int
write_missing(struct output *output)
{
	struct missing missing = {0};
	int result = collect(&missing, output);

	if (result == 0)
		result = write_misses(output, &missing);
	textset_free(&missing.names);
	textset_free(&missing.directories);
	free(missing.miss);
	free(missing.found);
	return result;
}

static int
missing_end(struct output *output, const struct trace_end *end)
{
	return answered_end(output, end, write_missing);
}

const struct output_format output_missing = {
    .name = "missing",
    .begin = answered_begin,
    .event = answered_event,
    .selects_paths = true,
    .aside = answered_aside,
    .end = missing_end,
};
