/*
 * load.h - what is left to be told of a dlopen that went on without us (load.c).
 */
#ifndef SHIM_LOAD_H
#define SHIM_LOAD_H

#include <stdbool.h>

#include "record.h"

/* Set while there is something to tell. */
extern bool load_pending;
/* Tells it, if this thread made the call. */
void load_settle(void);

/* One object; a path that the program gave relative to the working directory is completed. */
void load_tell_object(enum call call, const char *name);
/* A name that none was found for. */
void load_tell_none(enum call call, const char *name);

#endif
