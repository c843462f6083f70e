/*
 * selection.h - which events an output gets: -e, -p, -P, -z, -Z. The same for every output.
 */
#ifndef INTERPOSE_SELECTION_H
#define INTERPOSE_SELECTION_H

#include "event.h"

struct selection;

/* Selects everything. Free with selection_free. NULL with errno when memory is short. */
struct selection *selection_new(void);
void selection_free(struct selection *selection);

/*
 * -e LIST: event names, "all", "-name", the classes "%file %process %desc %meta", separated by commas or
 * spaces, applied left to right. A list that begins with a name starts from nothing, one that begins with
 * "-name" from all. Several lists continue each other. Returns 0; or -1 with *unknown (points into list,
 * *unknown_length bytes) at the word that is no event or class.
 */
int selection_events(struct selection *selection, const char *list, const char **unknown,
		     size_t *unknown_length);
/* -p PATH: processes whose executable is at or under PATH (made absolute with `cwd`), and their descendants.
 * Repeatable. */
int selection_executable(struct selection *selection, const char *path, const char *cwd);
/*
 * --of: the process with this pid whose first event is at `begin_ns`, and its descendants. Repeatable; of
 * none is none, selection_no_process() says.
 */
int selection_process(struct selection *selection, uint32_t pid, uint64_t begin_ns);
void selection_no_process(struct selection *selection);
/* -P PATH: events on paths (path or path2) at or under PATH. Repeatable. */
int selection_path(struct selection *selection, const char *path, const char *cwd);
/* -z (only successful) and -Z (only failed). An event that is no call counts as successful. */
void selection_successful(struct selection *selection);
void selection_failed(struct selection *selection);
/* Whether nothing was narrowed: the complete trace. */
bool selection_is_all(const struct selection *selection);

/*
 * Whether the event is wanted. To be called once for every event of the trace in order: it follows forks and
 * starts to know which processes -p covers.
 */
bool selection_wants(struct selection *selection, const struct event *event);
/*
 * The two halves of it, for outputs that apply -P to what they tell and not to the events that it is made of.
 * The first is the one to be called once for every event.
 */
bool selection_wants_but_path(struct selection *selection, const struct event *event);
bool selection_wants_paths(const struct selection *selection, const struct event *event);
/* And of a path: whether -P has it. */
bool selection_wants_path(const struct selection *selection, const char *path);

#endif
