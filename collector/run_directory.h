/*
 * run_directory.h - the private directory that a session's processes find the collector by: the FIFO and the
 * slots (include/record.h).
 */
#ifndef INTERPOSE_RUN_DIRECTORY_H
#define INTERPOSE_RUN_DIRECTORY_H

#include <stdint.h>

#include "record.h"

struct run_directory {
	char path[256];
	int reader;               /* the FIFO's reading end, non-blocking, close-on-exec */
	int writer;               /* its writing end, inherited by the command */
	int lock;                 /* held while we live: tells the next run that this directory is in use */
	struct slots_head *slots; /* mapped */
	int slots_file;           /* open while they are mapped */
	char variable[352];       /* "INTERPOSE_CHANNEL=..." */
};

/*
 * Makes the directory in $TMPDIR when that is set, else $XDG_RUNTIME_DIR, /dev/shm or /tmp, whichever can be
 * used first. Removes those that collectors who were killed left there. Returns 0; -1 with errno, `path`
 * saying where.
 */
int run_directory_make(struct run_directory *run);
/* So many slots may be used from now on, where the file system has room for them. To begin with there are a
 * few, for those who come while more are made. */
void run_directory_make_room(struct run_directory *run, uint32_t slots);
/* Closes the writing end: what remains are the command's. */
void run_directory_close_writer(struct run_directory *run);
/* Removes the directory and closes everything. */
void run_directory_remove(struct run_directory *run);

#endif
