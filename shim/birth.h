/*
 * birth.h - who made this process and when, which program its image runs, and how the next image learns it.
 */
#ifndef SHIM_BIRTH_H
#define SHIM_BIRTH_H

#include "shim.h"

enum { BIRTH_SIZE = 64 }; /* bytes of INTERPOSE_CHANNEL's fifth field (include/record.h), with a NUL */

/* What a process tells of itself; -1 for each that isn't known. */
struct identity {
	int32_t parent;
	int32_t group;
	int32_t session;
	int64_t started; /* clock ticks since boot (proc(5), /proc/PID/stat) */
};

/* Takes what the environment said of this image, before anything else here. `text` ends at a colon. */
void birth_receive(const char *text);
void birth_identify_image(struct identity *identity, const struct slot *slot);
/* Whether the program is the one that the exec told, so that the collector knows it. */
bool birth_program_is_told(void);
/* A child that was forked after `before` (now()); 0 where that isn't known. */
void birth_identify_child(struct identity *identity, const struct slot *slot, uint64_t before);
/* A child that libc has made and that is another program by now, while it wasn't waited for. */
void birth_identify_spawned(struct identity *identity, const struct slot *slot, uint32_t pid,
			    uint64_t before);

/* The field for an image that this process is about to become by executing `path`, as the kernel is given it.
 */
void birth_pass_exec(char text[BIRTH_SIZE], const char *path);
/* The same for a child that will be made after `before` (now()) and execute `path`. */
void birth_pass_spawn(char text[BIRTH_SIZE], const char *path, uint64_t before);

#endif
