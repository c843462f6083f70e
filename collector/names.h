/*
 * names.h - names for the numbers that an event carries: "O_RDONLY", "ENOENT", "SIGKILL", "0644".
 *
 * The numbers are those of the kernel's ABI on the machine that was traced. A bit that has no name is shown
 * in hex, so that no output hides what a program passed.
 */
#ifndef INTERPOSE_NAMES_H
#define INTERPOSE_NAMES_H

#include <stdint.h>

#include "event.h"

enum {
	NAMES_MAX = 40,  /* more than any table has rows */
	NAMES_SIZE = 64, /* bytes that the functions with a buffer may use */
};

struct name_bit {
	uint64_t bits;
	const char *name;
};

/* What one word of flags says. `rest` is where the unnamed bits are spelt; the last item may point there. */
struct name_list {
	size_t count;
	const char *item[NAMES_MAX];
	char rest[NAMES_SIZE];
};

/*
 * The tables of one machine: "Linux 6.1.0 x86_64", as a trace's head has it, tells which O_* bits are meant,
 * since those of ARM differ from all others that we run on.
 */
struct names {
	const struct name_bit *open;
};

void names_of_machine(struct names *names, const char *os);

/* The field `flags` of an event, by its kind. Empty for 0 unless it is an open's. */
void names_flags(const struct names *names, const struct event *event, struct name_list *list);
/* access's mode: F_OK, or R_OK, W_OK and X_OK. */
void names_access(int64_t mode, struct name_list *list);
/* mmap's: PROT_NONE, or PROT_READ, PROT_WRITE and PROT_EXEC. */
void names_protection(int64_t protection, struct name_list *list);

/* Those below return a constant, or what they wrote to `buffer`. */

/* "ENOENT"; the number in decimal where it has no name. */
const char *names_error(int error, char buffer[NAMES_SIZE]);
/* "SIGKILL", "SIGRTMIN+3" */
const char *names_signal(int64_t signal, char buffer[NAMES_SIZE]);
/* "0644", "04755", "0100644": octal with a leading 0. */
const char *names_mode(int64_t mode, char buffer[NAMES_SIZE]);
/* "2026-01-31T12:00:00.123456789Z", from CLOCK_REALTIME. */
const char *names_time(int64_t seconds, uint32_t nanoseconds, char buffer[NAMES_SIZE]);

#endif
