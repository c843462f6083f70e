/*
 * confine.h - what prctl (confine.c) and the back door (syscall_hand.c) do about seccomp: before the call,
 * when it may be the last that we can make, and after it.
 */
#ifndef SHIM_CONFINE_H
#define SHIM_CONFINE_H

#include "shim.h"

struct confinement {
	struct record record;
};

void confine_begins(struct confinement *confinement);
void confine_by_filter(struct confinement *confinement, bool succeeded);

#endif
