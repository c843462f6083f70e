/*
 * load.h - what is left to be told of a dlopen that went on without us (load.c).
 */
#ifndef SHIM_LOAD_H
#define SHIM_LOAD_H

#include <stdbool.h>

/* Set while there is something to tell. */
extern bool load_pending;
/* Tells it, if this thread made the call. */
void load_settle(void);

#endif
