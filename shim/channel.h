/*
 * channel.h - what channel.c and channel_fd.c share.
 */
#ifndef SHIM_CHANNEL_H
#define SHIM_CHANNEL_H

#include "shim.h"

/* Our descriptors stand from here on up: over what programs use, below where a table of descriptors grows
 * large. */
enum { FD_FLOOR = 1000 };

/* Whether our pipe is open at this number. */
bool channel_is_at(int fd);
/* The variable as it is passed on, with the descriptor's present number. */
void channel_write_variable(void);
/* A copy of ours as far out of the program's way as can be; -1 when there is no number for it. */
int channel_copy(int fd);
/* Who started us may have moved ours after his environment was made. */
bool channel_find_moved(void);

#endif
