/*
 * progress.h - one line on the terminal that stderr is, while the command runs: processes running, events a
 * second, the file that was written last. On anything but a terminal nothing at all.
 */
#ifndef INTERPOSE_PROGRESS_H
#define INTERPOSE_PROGRESS_H

#include <stdint.h>

#include "event.h"

struct progress;

/* NULL where stderr is no terminal that can show it, or memory is short; the functions below take that. */
struct progress *progress_new(uint64_t now_ns);
/* Takes an event; draws nothing. */
void progress_event(struct progress *progress, const struct event *event);
/* Draws the line, unless that was a moment ago. The times are CLOCK_MONOTONIC's. */
void progress_draw(struct progress *progress, uint64_t now_ns);
/* Takes the line away, and whatever was changed in the terminal. Before any message. */
void progress_free(struct progress *progress);

#endif
