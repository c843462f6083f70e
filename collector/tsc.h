/*
 * tsc.h - the rate of the processor's time stamp counter, by which traced processes count on from the
 * kernel's last answer (shim/clock.c). Only where the kernel trusts the counter, which it does when it keeps
 * time by it.
 */
#ifndef INTERPOSE_TSC_H
#define INTERPOSE_TSC_H

#include <stdint.h>

/* Zero to begin. */
struct tsc {
	uint64_t ticks; /* the counter and CLOCK_MONOTONIC, ns, of one moment */
	uint64_t time;
	uint64_t next; /* age of that moment, ns, at which the rate is measured next */
	uint32_t rate; /* ns a tick, times 2^32; 0 for none */
	int state;
};

/* What the kernel keeps time by (Documentation/ABI/testing/sysfs-devices-system-clocksource). */
#define TSC_SOURCE_FILE "/sys/devices/system/clocksource/clocksource0/current_clocksource"

/*
 * To be called now and then: the rate, measured anew every second; 0 where there is no such counter, where
 * `source` (TSC_SOURCE_FILE) doesn't say "tsc", and for the first 4 ms.
 */
uint32_t tsc_rate(struct tsc *tsc, const char *source);

#endif
