/*
 * pids.h - which process of a trace has a pid now: a pid comes again when its process is gone.
 */
#ifndef INTERPOSE_PIDS_H
#define INTERPOSE_PIDS_H

#include <stddef.h>
#include <stdint.h>

/* Numbers of processes are those of their users, plus 1; 0 is none. */
struct pid_entry {
	uint64_t key; /* the pid + 1; 0 in a free place */
	uint32_t process;
	uint32_t forker;    /* who forked the process that is to start with this pid */
	uint64_t forked_at; /* and at which of its user's ordinals */
};

/* All zeros is empty. */
struct pids {
	struct pid_entry *entry;
	size_t size; /* a power of two, or 0 */
	size_t count;
};

void pids_free(struct pids *pids);
/* Finds the pid's entry, or makes one. Valid until the next call; NULL with errno when memory is short. */
struct pid_entry *pids_get(struct pids *pids, uint32_t pid);

#endif
