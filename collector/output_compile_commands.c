/*
 * output_compile_commands.c - the JSON compilation database: how each source was compiled, for clangd,
 * clang-tidy and what else reads compile_commands.json. interpose.compile_commands(5) tells which compiles
 * have an entry.
 *
 * Rule: an entry has the members of the specification and no other, and all its texts are UTF-8: clang's
 * reader refuses the whole file otherwise. What can't be an entry is told in a warning.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "compile_line.h"
#include "compile_response.h"
#include "compile_runs.h"
#include "grown.h"
#include "json_write.h"
#include "output.h"
#include "path_text.h"
#include "textset.h"
#include "words.h"

struct entry {
	char *directory;
	char *file;
	char *output; /* NULL: none */
	struct words arguments;
	size_t number; /* in the order in which they came */
	uint32_t script;
	bool replaced; /* by a later compile of the same, or by what the script ran */
};

struct database {
	struct compile_runs *runs;
	struct entry *entry;
	size_t count;
	size_t room;
	struct textset current; /* of a file and its output: the index of the last entry + 1 */
	struct textset files;   /* 1 for a source that isn't there any more */
	bool may_read;
	int64_t seconds; /* CLOCK_REALTIME when the trace began */
	uint32_t nanoseconds;
	size_t left_out;
};

static void
free_database(struct database *database)
{
	for (size_t at = 0; at < database->count; at++) {
		free(database->entry[at].directory);
		free(database->entry[at].file);
		free(database->entry[at].output);
		words_free(&database->entry[at].arguments);
	}
	free(database->entry);
	textset_free(&database->current);
	textset_free(&database->files);
	compile_runs_free(database->runs);
	free(database);
}

static int
compile_commands_begin(struct output *output, const struct trace_head *head)
{
	struct database *database = calloc(1, sizeof *database);

	if (database == NULL)
		return -1;
	database->may_read = event_head_is_of_here(head);
	database->seconds = head->wall_seconds;
	database->nanoseconds = head->wall_nanoseconds;
	database->runs = compile_runs_new();
	if (database->runs == NULL) {
		free_database(database);
		return -1;
	}
	output->state = database;
	return 0;
}

static void
leave_out(struct output *output, const char *before, const char *name, const char *after)
{
	struct database *database = output->state;
	struct line shown = {0};

	line_escaped(&shown, name);
	line_bytes(&shown, "", 1);
	if (database->left_out++ == 0 && !shown.short_of_memory)
		snprintf(output->warning, sizeof output->warning, "left out: %s%.300s%s", before, shown.data,
			 after);
	line_free(&shown);
}

/* Whether `path`, from which ".." were taken out, is another file: after a symbolic link they lead elsewhere.
 */
static bool
is_another(const char *path, const char *whole)
{
	struct stat cleaned, named;

	return stat(whole, &named) == 0 && (stat(path, &cleaned) == -1 || named.st_ino != cleaned.st_ino ||
					    named.st_dev != cleaned.st_dev);
}

/* The path that a word names for a process in `directory`; NULL when memory is short. */
static char *
absolute(const struct database *database, const char *directory, const char *word)
{
	char *whole, *path;

	if (asprintf(&whole, "%s%s%s", *word == '/' ? "" : directory, *word == '/' ? "" : "/", word) == -1)
		return NULL;
	path = strdup(whole);
	if (path != NULL)
		path_text_clean(path);
	if (path == NULL || !database->may_read || strstr(word, "..") == NULL || !is_another(path, whole)) {
		free(whole);
		return path;
	}
	free(path);
	return whole;
}

/* The name of what a compile makes of a source without -o: beside a header, else in the current directory. */
static char *
default_output(const char *source, const char *ending)
{
	const char *slash = strrchr(source, '/');
	const char *base = slash != NULL ? slash + 1 : source, *dot = strrchr(base, '.');
	char *name;

	if (strcmp(ending, ".gch") == 0)
		return asprintf(&name, "%s%s", source, ending) != -1 ? name : NULL;
	if (dot == NULL || dot == base)
		dot = base + strlen(base);
	return asprintf(&name, "%.*s%s", (int)(dot - base), base, ending) != -1 ? name : NULL;
}

/* 0 also where the line makes nothing that has a name: *output is then NULL. */
static int
name_output(const struct database *database, const struct compile_line *line, const char *directory,
	    const char *source, char **output)
{
	char *made = NULL;
	const char *name = line->output;

	*output = NULL;
	if (name == NULL && line->made != NULL) {
		name = made = default_output(source, line->made);
		if (made == NULL)
			return -1;
	}
	if (name == NULL || strcmp(name, "-") == 0)
		return 0;
	*output = absolute(database, directory, name);
	free(made);
	return *output != NULL ? 0 : -1;
}

static struct entry *
new_entry(struct database *database)
{
	struct entry *entry = grown(database->entry, database->count, &database->room, sizeof *entry);

	if (entry == NULL)
		return NULL;
	database->entry = entry;
	entry += database->count;
	*entry = (struct entry){.number = database->count++};
	return entry;
}

/* The later compile of a file to the same output counts, and of a script what it ran. */
static int
replace(struct database *database, const struct entry *entry, uint32_t within)
{
	struct textset_entry *current;
	char *key;

	for (size_t at = entry->number; within != 0 && at-- > 0;) {
		struct entry *before = &database->entry[at];

		if (before->script == within && strcmp(before->file, entry->file) == 0)
			before->replaced = true;
	}
	if (asprintf(&key, "%s//%s", entry->output != NULL ? entry->output : "", entry->file) == -1)
		return -1;
	current = textset_add(&database->current, key);
	free(key);
	if (current == NULL)
		return -1;
	if (current->value != 0)
		database->entry[current->value - 1].replaced = true;
	current->value = entry->number + 1;
	return 0;
}

static int
add_entry(struct database *database, const struct compile_line *line, size_t which, const char *directory,
	  const struct compile_run *run)
{
	const char *source = line->words->item[line->source[which]];
	struct entry *entry = new_entry(database);
	struct textset_entry *file;

	if (entry == NULL || (entry->directory = strdup(directory)) == NULL)
		return -1;
	entry->script = run->script;
	entry->file = absolute(database, directory, source);
	if (entry->file == NULL || name_output(database, line, directory, source, &entry->output) == -1 ||
	    compile_line_of_source(line, which, &entry->arguments) == -1)
		return -1;
	file = textset_add(&database->files, entry->file);
	if (file == NULL)
		return -1;
	file->value = 0;
	return replace(database, entry, run->within);
}

/* What the compiler was asked for, with the files that it was told to read its arguments from. */
static int
add_entries(struct output *output, const struct event *event, const struct compile_run *run)
{
	struct database *database = output->state;
	uint64_t nanoseconds = database->nanoseconds + event->time_ns;
	struct response response = {.directory = event->text[FIELD_cwd],
				    .may_read = database->may_read,
				    .seconds = database->seconds + (int64_t)(nanoseconds / 1000000000),
				    .nanoseconds = (uint32_t)(nanoseconds % 1000000000)};
	struct words words = {0};
	struct compile_line line = {0};
	char *unread = NULL;
	int result = words_add(&words, run->compiler);

	if (result == 0)
		result = response_expand(&response, &run->arguments, &words, &unread);
	if (result == 0)
		result = compile_line_read(&line, &words);
	for (size_t at = 0; result == 0 && at < line.source_count; at++)
		result = add_entry(database, &line, at, response.directory, run);
	if (result == 0 && unread != NULL && line.source_count == 0 && !line.nothing)
		leave_out(output, "what a compiler was told in ", unread,
			  ", which is gone or has changed since");
	free(unread);
	compile_line_free(&line);
	words_free(&words);
	return result;
}

static void
set_gone(struct database *database, const struct event *event, enum field field, bool gone)
{
	struct textset_entry *file =
	    event_has(event, field) ? textset_find(&database->files, event->text[field]) : NULL;

	if (file != NULL)
		file->value = gone;
}

/* Whether sources are there: configure scripts compile files that they remove. */
static void
note_files(struct database *database, const struct event *event)
{
	bool absent = event->error == ENOENT;

	switch (event->kind) {
	case EVENT_OPEN:
		if (event->error == 0 || absent)
			set_gone(database, event, FIELD_path, absent);
		break;
	case EVENT_UNLINK:
		if (event->error == 0)
			set_gone(database, event, FIELD_path, true);
		break;
	case EVENT_RENAME:
		if (event->error != 0)
			break;
		set_gone(database, event, FIELD_path, true);
		set_gone(database, event, FIELD_path2, false);
		break;
	default:
		break;
	}
}

static int
compile_commands_event(struct output *output, const struct event *event)
{
	struct database *database = output->state;
	struct compile_run run;
	int result = compile_runs_event(database->runs, event, &run);

	note_files(database, event);
	if (result != 1)
		return result;
	return event_has(event, FIELD_cwd) ? add_entries(output, event, &run) : 0;
}

static bool
can_be_written(const struct entry *entry)
{
	bool can = json_can_hold(entry->directory) && json_can_hold(entry->file) &&
		   (entry->output == NULL || json_can_hold(entry->output));

	for (size_t at = 0; can && at < entry->arguments.count; at++)
		can = json_can_hold(entry->arguments.item[at]);
	return can;
}

static bool
is_ignored(const struct output *output, const char *path)
{
	return ignore_matches(output->settings != NULL ? &output->settings->ignore : NULL, path);
}

static int
compare_entries(const void *left, const void *right)
{
	const struct entry *one = left, *other = right;
	int result = strcmp(one->file, other->file);

	return result != 0 ? result : (one->number > other->number) - (one->number < other->number);
}

static int
write_entry(struct output *output, const struct entry *entry, size_t *written)
{
	struct line line = {0};
	int result;

	line_text(&line, (*written)++ == 0 ? "\n" : ",\n");
	json_write_begin(&line);
	json_write_text(&line, "directory", entry->directory);
	json_write_text(&line, "file", entry->file);
	json_write_texts(
	    &line, "arguments",
	    &(struct string_list){entry->arguments.count, (const char *const *)entry->arguments.item});
	if (entry->output != NULL)
		json_write_text(&line, "output", entry->output);
	line_byte(&line, '}');
	result = line_write(&line, output->stream);
	line_free(&line);
	return result;
}

static int
write_entries(struct output *output)
{
	struct database *database = output->state;
	size_t written = 0;

	if (database->count > 0)
		qsort(database->entry, database->count, sizeof *database->entry, compare_entries);
	if (fputc('[', output->stream) == EOF)
		return -1;
	for (size_t at = 0; at < database->count; at++) {
		const struct entry *entry = &database->entry[at];
		const struct textset_entry *file = textset_find(&database->files, entry->file);

		if (entry->replaced || (file != NULL && file->value != 0) ||
		    !output_wants_path(output, entry->file) || is_ignored(output, entry->file))
			continue;
		if (!can_be_written(entry))
			leave_out(output, "", entry->file, ", since its command line isn't UTF-8");
		else if (write_entry(output, entry, &written) == -1)
			return -1;
	}
	return fputs(written > 0 ? "\n]\n" : "]\n", output->stream) != EOF ? 0 : -1;
}

static int
compile_commands_end(struct output *output, const struct trace_end *end)
{
	struct database *database = output->state;
	int result = output->error == 0 ? write_entries(output) : 0;
	int error = errno;
	size_t length = strlen(output->warning);

	(void)end;
	if (database->left_out > 1)
		snprintf(output->warning + length, sizeof output->warning - length, ", and %zu more",
			 database->left_out - 1);
	free_database(database);
	output->state = NULL;
	errno = error;
	return result;
}

const struct output_format output_compile_commands = {
    .name = "compile_commands",
    .pattern = "compile_commands.json",
    .begin = compile_commands_begin,
    .event = compile_commands_event,
    .end = compile_commands_end,
    .selects_paths = true,
};
