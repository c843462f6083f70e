/*
 * lint.h - where a run's outcome hangs on which of two processes comes first: uses of files by processes that
 * nothing orders (order.h), and uses that are in order only since a build tool ran its jobs one after
 * another.
 *
 * Uses are those of contents. That a file is there, its metadata and directories don't count.
 */
#ifndef INTERPOSE_LINT_H
#define INTERPOSE_LINT_H

#include "answers.h"
#include "order.h"
#include "recipes.h"

enum lint_act { LINT_READ, LINT_ABSENT, LINT_WRITTEN, LINT_MOVED_HERE, LINT_REMOVED };

struct lint_use {
	uint64_t place;
	uint64_t time_ns;
	uint32_t process; /* ANSWER_NO_PROCESS: there was none */
	uint8_t act;      /* enum lint_act */
};

enum lint_kind {
	LINT_RACE,  /* nothing orders the two, of which one writes */
	LINT_TWICE, /* both write, in an order that is no more than that of two jobs */
	LINT_EARLY, /* what was there before the run was read, and then written by another job */
	LINT_KIND_COUNT
};

struct lint_finding {
	uint32_t file;
	uint8_t kind;
	uint32_t common; /* the lowest process above both, or one of them */
	struct lint_use one;
	struct lint_use other; /* the later one */
};

struct lint_read {
	struct lint_use use;
	uint32_t before; /* the read before, its index + 1 */
};

struct lint_file {
	struct spot *spot;
	struct lint_use writer; /* who wrote, moved or removed it last */
	struct lint_use maker;  /* who wrote or moved here what stands there, or stood there last */
	uint32_t changer;       /* who wrote it, or changed its metadata, last; ANSWER_NO_PROCESS */
	uint32_t read;          /* the latest read since, its index + 1; 0: none */
	bool used;              /* by another than its maker: read, removed or moved away */
	bool channel;           /* a FIFO or device: what goes through it doesn't stay */
};

struct lint {
	struct answers *answers;
	struct order order;
	struct lint_file *file;
	size_t file_count;
	size_t file_room;
	struct lint_read *read;
	size_t read_count;
	size_t read_room;
	struct lint_finding *finding;
	size_t finding_count;
	size_t finding_room;
	struct recipes recipes;
	uint32_t *crossing; /* of each process: how often a child's job read what another's had written */
	size_t crossing_room;
	bool builders; /* for the output: the run has some, and only what they start are jobs */
};

/* Looks at all events that the answers, just made, are given. NULL with errno. */
struct lint *lint_new(struct answers *answers);
void lint_free(struct lint *lint);

/* lint_names.c. A file by its path. */
struct lint_named {
	uint32_t file;
	char *path;
};

/* Valid until the next call. */
const char *lint_path(struct lint *lint, uint32_t file);
/* The files that are wanted, in the order of their paths, for lint_free_named(); NULL with errno. */
struct lint_named *lint_name_files(struct lint *lint, const bool *wanted, size_t *count);
void lint_free_named(struct lint_named *named, size_t count);

#endif
