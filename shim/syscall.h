/*
 * syscall.h - what the two halves of the back door share: calls that the table describes (syscall.c), and
 * those that need a function of their own (syscall_hand.c).
 */
#ifndef SHIM_SYSCALL_H
#define SHIM_SYSCALL_H

#include "shim.h"

/* Newer than some headers that we are built with; the same on every machine. */
#ifndef SYS_clone3
#define SYS_clone3 435
#endif
#ifndef SYS_close_range
#define SYS_close_range 436
#endif
#ifndef SYS_openat2
#define SYS_openat2 437
#endif
#ifndef SYS_faccessat2
#define SYS_faccessat2 439
#endif
#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452
#endif

/* Rows have numbers of a byte; 0 is none. */
enum row {
	ROW_NONE,
#define SYSCALL(number, call, fields) ROW_##number,
#include "syscalls.def"
#undef SYSCALL
	ROW_COUNT
};
_Static_assert(ROW_COUNT <= 256, "a row's number fits a byte");

/* One call on its way. */
struct asked {
	long number;
	long argument[6];
	long result;
	int error; /* errno after it failed, or 0 */
};

/* Makes the call; the result, with errno. */
long syscall_ask(struct asked *asked);
/* Tells it by a list of fields (syscalls.def). */
void syscall_tell(const struct record *begun, const struct asked *asked, enum call call, const char *fields);
/* Makes and tells a call whose row has no fields. */
long syscall_by_hand(struct asked *asked, enum row row);
/* Makes close_range around our own descriptor. */
void syscall_close_range(struct asked *asked);

#endif
