/*
 * owner.h - what the kernel says of the thread that a slot belongs to, where the slot itself can't: whether
 * it lives, whether it gets on, and whether it has become another program.
 */
#ifndef INTERPOSE_OWNER_H
#define INTERPOSE_OWNER_H

#include <stdbool.h>
#include <stdint.h>

/* Whether a thread is gone. One in another pid namespace may only seem so. */
bool owner_seems_dead(uint32_t pid, uint32_t tid);
/*
 * Whether a call that has been under way for long is still worth waiting for: its thread is about to run, or
 * waits for what comes by itself (a disk, a vfork child's exec), and not for another process's doing.
 */
bool owner_is_at_work(uint32_t pid, uint32_t tid);

/* How a list of mappings shows the slots: "fd:00 1234 ", device and inode; "" when it isn't known. */
struct owner_mapping {
	char text[64];
};
/* `slots` is where they are mapped in this process. */
void owner_read_mapping(struct owner_mapping *mapping, const void *slots);
/* Whether a process that had them mapped has become an image that doesn't. False also when it can't be told.
 */
bool owner_has_other_image(const struct owner_mapping *mapping, uint32_t pid);

#endif
