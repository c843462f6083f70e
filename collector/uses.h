/*
 * uses.h - which process did what with which path: one use for each pair of them, folded over the run. The
 * answers keep them where an output asks for it (answers_keep_uses).
 *
 * touches.h keeps more of the same, for one output: each kind of access by itself, in order, and the way of
 * contents that were renamed. It isn't the base of this: a pair has one use, but a touch for each kind of
 * access and each turn of writing, in as much memory each, which the outputs that count would only fold
 * again.
 *
 * Rule: a use says what a process did, whoever made the file; the answers say what it means for the run. So
 * a process that reads what another one made is a reader here, and the file is no input there.
 */
#ifndef INTERPOSE_USES_H
#define INTERPOSE_USES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "spots.h"

/* What was done, a set; the first bits are those of enum spot_how. */
enum use_what {
	USE_MADE = 128,    /* made, wholly overwritten, or moved here */
	USE_CHANGED = 256, /* written to, or its metadata changed */
	USE_GONE = 512,    /* removed, or moved away */
	USE_CONTENTS = HOW_CONTENTS,
	USE_WRITES = USE_MADE | USE_CHANGED | USE_GONE,
};

struct use {
	struct spot *spot;
	uint32_t process; /* its index in answers.process */
	uint32_t count;   /* accesses, not bytes */
	unsigned what;    /* enum spot_how and enum use_what */
	/* UINT64_MAX where it never did. A read is any enum spot_how but HOW_ABSENT, a write one of
	 * USE_WRITES. */
	uint64_t first_read_ns;
	uint64_t last_read_ns;
	uint64_t first_write_ns;
	uint64_t last_write_ns;
};

/* All zeros has none. */
struct uses {
	struct use *use; /* in the order in which they began */
	size_t count;
	/* The module's own. */
	size_t room;
	uint32_t *slot; /* hash table: the index in `use` plus one, 0 for a free slot */
	size_t slots;   /* a power of two, or 0 */
};

void uses_free(struct uses *uses);
/* Notes one access. -1 with ENOMEM. */
int uses_note(struct uses *uses, struct spot *spot, uint32_t process, unsigned what, uint64_t time_ns);
/*
 * The uses of each process together, in the order of the processes: returns a list of indices in `use`, and
 * in
 * (*begin)[process] where each process's begin, the last one's end behind it. The caller frees both. NULL
 * with ENOMEM.
 */
uint32_t *uses_by_process(const struct uses *uses, size_t process_count, size_t **begin);

#endif
