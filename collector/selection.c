/*
 * selection.c - see selection.h.
 *
 * What -p covers is followed by pid from the first event of a trace to the last, so an event must pass
 * through here even when another option has already ruled it out.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/tree.h>

#include "path_text.h"
#include "selection.h"

#define ALL_KINDS ((UINT64_C(1) << EVENT_KIND_COUNT) - 1)
_Static_assert(EVENT_KIND_COUNT < 64, "a set of kinds is one word");

struct path_list {
	size_t count;
	char **path;
};

struct covered {
	RB_ENTRY(covered) entry;
	uint32_t pid;
};

RB_HEAD(covered_tree, covered);

/* The living processes that an option covers, with their descendants. */
struct coverage {
	struct covered_tree tree;
	bool everyone; /* memory ran short: rather too many processes than one missing */
};

struct root {
	uint32_t pid;
	uint64_t begin_ns;
};

struct selection {
	uint64_t kinds;
	bool kinds_told;
	bool only_successful;
	bool only_failed;
	struct path_list executables;
	struct path_list paths;
	struct coverage executed; /* -p */
	struct coverage rooted;   /* --of */
	struct root *root;
	size_t root_count;
	bool by_root;
};

static int
compare_covered(const struct covered *a, const struct covered *b)
{
	return a->pid < b->pid ? -1 : a->pid > b->pid;
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
/* RB_GENERATE_STATIC needs a macro that libbsd doesn't define. */
RB_GENERATE_INTERNAL(covered_tree, covered, entry, compare_covered, __attribute__((unused)) static)
#pragma GCC diagnostic pop

struct selection *
selection_new(void)
{
	struct selection *selection = calloc(1, sizeof *selection);

	if (selection == NULL)
		return NULL;
	selection->kinds = ALL_KINDS;
	RB_INIT(&selection->executed.tree);
	RB_INIT(&selection->rooted.tree);
	return selection;
}

static void
free_list(struct path_list *list)
{
	for (size_t at = 0; at < list->count; at++)
		free(list->path[at]);
	free(list->path);
}

static void
free_coverage(struct coverage *coverage)
{
	struct covered *covered, *next;

	RB_FOREACH_SAFE(covered, covered_tree, &coverage->tree, next)
	{
		RB_REMOVE(covered_tree, &coverage->tree, covered);
		free(covered);
	}
}

void
selection_free(struct selection *selection)
{
	if (selection == NULL)
		return;
	free_coverage(&selection->executed);
	free_coverage(&selection->rooted);
	free(selection->root);
	free_list(&selection->executables);
	free_list(&selection->paths);
	free(selection);
}

/* The kinds that a word without its "-" stands for; 0 when it is none. */
static uint64_t
kinds_of_word(const char *word, size_t length)
{
	static const struct {
		const char *name;
		unsigned class;
	} classes[] = {
	    {"%file", CLASS_FILE}, {"%process", CLASS_PROCESS}, {"%desc", CLASS_DESC}, {"%meta", CLASS_META}};
	uint64_t kinds = 0;
	unsigned class = 0;

	if (length == 3 && memcmp(word, "all", 3) == 0)
		return ALL_KINDS;
	for (size_t at = 0; at < sizeof classes / sizeof classes[0]; at++) {
		if (strlen(classes[at].name) == length && memcmp(classes[at].name, word, length) == 0)
			class = classes[at].class;
	}
	for (unsigned kind = 0; kind < EVENT_KIND_COUNT; kind++) {
		const char *name = event_kind_name((enum event_kind)kind);

		if ((event_kind_classes((enum event_kind)kind) & class) != 0 ||
		    (strlen(name) == length && memcmp(name, word, length) == 0))
			kinds |= UINT64_C(1) << kind;
	}
	return kinds;
}

int
selection_events(struct selection *selection, const char *list, const char **unknown, size_t *unknown_length)
{
	static const char separators[] = ", \t\n";
	uint64_t selected = selection->kinds;
	bool told = selection->kinds_told;
	const char *word = list + strspn(list, separators);

	do {
		size_t length = strcspn(word, separators);
		bool without = *word == '-';
		uint64_t kinds = kinds_of_word(word + without, length - without);

		if (kinds == 0) {
			*unknown = word;
			*unknown_length = length;
			return -1;
		}
		if (!told)
			selected = without ? ALL_KINDS : 0;
		told = true;
		selected = without ? selected & ~kinds : selected | kinds;
		word += length;
		word += strspn(word, separators);
	} while (*word != '\0');
	selection->kinds = selected;
	selection->kinds_told = true;
	return 0;
}

/* Adds the path, which becomes the list's own; frees it when that fails. */
static int
add_path(struct path_list *list, char *path)
{
	char **grown = reallocarray(list->path, list->count + 1, sizeof *grown);

	if (grown == NULL) {
		free(path);
		return -1;
	}
	list->path = grown;
	list->path[list->count++] = path;
	return 0;
}

/* Adds a path in both of its forms: as it was named, and where its symbolic links lead, if it exists. */
static int
add_both_forms(struct path_list *list, const char *path, const char *cwd)
{
	size_t size = strlen(cwd) + strlen(path) + 2;
	char *named = malloc(size), *real;

	if (named == NULL)
		return -1;
	snprintf(named, size, "%s%s%s", *path == '/' ? "" : cwd, *path == '/' ? "" : "/", path);
	real = realpath(named, NULL);
	path_text_clean(named);
	if (real != NULL && strcmp(real, named) == 0) {
		free(real);
		real = NULL;
	}
	if (add_path(list, named) == -1) {
		free(real);
		return -1;
	}
	return real != NULL ? add_path(list, real) : 0;
}

int
selection_executable(struct selection *selection, const char *path, const char *cwd)
{
	return add_both_forms(&selection->executables, path, cwd);
}

int
selection_path(struct selection *selection, const char *path, const char *cwd)
{
	return add_both_forms(&selection->paths, path, cwd);
}

void
selection_successful(struct selection *selection)
{
	selection->only_successful = true;
}

void
selection_failed(struct selection *selection)
{
	selection->only_failed = true;
}

bool
selection_is_all(const struct selection *selection)
{
	return selection->kinds == ALL_KINDS && !selection->only_successful && !selection->only_failed &&
	       selection->executables.count == 0 && selection->paths.count == 0 && !selection->by_root;
}

/* Whether the path is one of the list, or under one. */
static bool
is_under(const struct path_list *list, const char *path)
{
	for (size_t at = 0; at < list->count; at++) {
		size_t length = strlen(list->path[at]);

		if (strncmp(path, list->path[at], length) == 0 &&
		    (path[length] == '\0' || path[length] == '/' || length == 1))
			return true;
	}
	return false;
}

static struct covered *
find_covered(struct coverage *coverage, int64_t pid)
{
	struct covered key = {.pid = (uint32_t)pid};

	return RB_FIND(covered_tree, &coverage->tree, &key);
}

static void
cover(struct coverage *coverage, int64_t pid)
{
	struct covered *covered;

	if (find_covered(coverage, pid) != NULL)
		return;
	covered = calloc(1, sizeof *covered);
	if (covered == NULL) {
		coverage->everyone = true;
		return;
	}
	covered->pid = (uint32_t)pid;
	RB_INSERT(covered_tree, &coverage->tree, covered);
}

/* Whether the process of the event is covered, as of this event, with which its cover may begin. */
static bool
follow_process(struct coverage *coverage, const struct event *event, bool begins)
{
	struct covered *covered = find_covered(coverage, event->pid);
	bool new_process = event->kind == EVENT_START && event->number[FIELD_by] != START_BY_EXEC;

	if (begins || (new_process && event_has(event, FIELD_ppid) &&
		       find_covered(coverage, event->number[FIELD_ppid]) != NULL))
		cover(coverage, event->pid);
	if (event->kind == EVENT_FORK && event->error == 0 && covered != NULL &&
	    event_has(event, FIELD_child))
		cover(coverage, event->number[FIELD_child]);
	if (event->kind == EVENT_EXIT && covered != NULL) {
		/* The number may come again for a process that has nothing to do with this one. */
		RB_REMOVE(covered_tree, &coverage->tree, covered);
		free(covered);
		return true;
	}
	return coverage->everyone || find_covered(coverage, event->pid) != NULL;
}

static bool
executes_selected(const struct selection *selection, const struct event *event)
{
	return (event->kind == EVENT_START && event_has(event, FIELD_exe) &&
		is_under(&selection->executables, event->text[FIELD_exe])) ||
	       (event->kind == EVENT_EXEC && event->error == 0 && event_has(event, FIELD_path) &&
		is_under(&selection->executables, event->text[FIELD_path]));
}

static bool
is_root(const struct selection *selection, const struct event *event)
{
	for (size_t at = 0; at < selection->root_count; at++) {
		if (selection->root[at].pid == event->pid && selection->root[at].begin_ns == event->time_ns)
			return true;
	}
	return false;
}

int
selection_process(struct selection *selection, uint32_t pid, uint64_t begin_ns)
{
	struct root *grown = reallocarray(selection->root, selection->root_count + 1, sizeof *grown);

	selection->by_root = true;
	if (grown == NULL)
		return -1;
	selection->root = grown;
	grown[selection->root_count++] = (struct root){pid, begin_ns};
	return 0;
}

void
selection_no_process(struct selection *selection)
{
	selection->by_root = true;
}

bool
selection_wants_but_path(struct selection *selection, const struct event *event)
{
	bool covered = true;

	if (selection->executables.count > 0)
		covered = follow_process(&selection->executed, event, executes_selected(selection, event));
	if (selection->by_root)
		covered = follow_process(&selection->rooted, event, is_root(selection, event)) && covered;
	if (!covered)
		return false;
	if ((selection->kinds >> event->kind & 1) == 0)
		return false;
	return !(selection->only_successful && event->error != 0) &&
	       !(selection->only_failed && event->error == 0);
}

bool
selection_wants_paths(const struct selection *selection, const struct event *event)
{
	return selection->paths.count == 0 ||
	       (event_has(event, FIELD_path) && is_under(&selection->paths, event->text[FIELD_path])) ||
	       (event_has(event, FIELD_path2) && is_under(&selection->paths, event->text[FIELD_path2]));
}

bool
selection_wants_path(const struct selection *selection, const char *path)
{
	return selection->paths.count == 0 || is_under(&selection->paths, path);
}

bool
selection_wants(struct selection *selection, const struct event *event)
{
	return selection_wants_but_path(selection, event) && selection_wants_paths(selection, event);
}
