/*
 * syscall_hand.c - calls through syscall(2) that a row of fields can't say: those that open, fork, exec, wait
 * and end. The rule to keep: where another wrapper makes the same call in the same way, it is left to that
 * one; where libc's function does more than the kernel's (a cancellation point, another signature), the call
 * is made here.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "confine.h"
#include "directories.h"
#include "next.h"
#include "opened.h"
#include "syscall.h"

void *syscall_clone_way(long number, unsigned long flags, const void *stack);
void vfork_prepare(void);

static long
ask_to_open(struct asked *asked, enum call call, struct opened *opened)
{
	struct record record;

	if (!(opened->flags & O_CREAT) && (opened->flags & O_TMPFILE) != O_TMPFILE)
		opened->mode = 0;
	opened->existed = open_existed(opened->dirfd, opened->path, opened->flags);
	open_before(&record, opened->flags);
	opened->fd = (int)syscall_ask(asked);
	opened->error = asked->error;
	open_after(&record, call, opened);
	return asked->result;
}

/* What it opens stands in memory that only the kernel may find bad: read afterwards, when the kernel has read
 * it. */
static long
ask_openat2(struct asked *asked)
{
	struct record record;
	struct opened opened = {.dirfd = (int)asked->argument[0], .path = (const char *)asked->argument[1]};
	const struct open_how *how = (const struct open_how *)asked->argument[2];

	opened.existed = open_existed(opened.dirfd, opened.path, O_CREAT);
	open_before(&record, O_CREAT);
	opened.fd = (int)syscall_ask(asked);
	opened.error = asked->error;
	if (opened.error != EFAULT && opened.error != ENOSYS && (size_t)asked->argument[3] >= sizeof *how) {
		opened.flags = (int)how->flags;
		opened.mode = (unsigned)how->mode;
	}
	if (!(opened.flags & O_CREAT))
		opened.existed = EXISTED_UNASKED;
	else if (opened.flags & O_EXCL)
		opened.existed = EXISTED_NOT;
	open_after(&record, CALL_openat2, &opened);
	return asked->result;
}

/* The range around our own descriptor, as close_range(2) in descriptors.c. */
void
syscall_close_range(struct asked *asked)
{
	unsigned first = (unsigned)asked->argument[0];
	unsigned last = (unsigned)asked->argument[1];
	unsigned own = (unsigned)channel.fd;
	bool closes = !((unsigned)asked->argument[2] & CLOSE_RANGE_CLOEXEC);

	if (channel.fd < 0 || own < first || own > last) {
		syscall_ask(asked);
	} else {
		asked->result = 0;
		if (own > first) {
			asked->argument[1] = (long)own - 1;
			syscall_ask(asked);
		}
		if (asked->result == 0 && own < last) {
			asked->argument[0] = (long)own + 1;
			asked->argument[1] = (long)last;
			syscall_ask(asked);
		}
		asked->argument[0] = (long)first;
		asked->argument[1] = (long)last;
	}
	if (asked->result == 0 && closes)
		descriptor_forget_range(first, last);
}

static long
ask_wait(struct asked *asked, enum call call)
{
	struct record record = {0};
	int own_status = 0;

	if (!asked->argument[1])
		asked->argument[1] = (long)&own_status;
	syscall_ask(asked);
	if (asked->result == 0 || !record_begin(&record, call, asked->error))
		return asked->result;
	do {
		record_number(&record, (int32_t)asked->result);
		record_number(&record, (int32_t)asked->result);
		record_number(&record, asked->result > 0 ? *(const int *)asked->argument[1] : 0);
	} while (record_again(&record));
	return asked->result;
}

/* A child on a copy of our memory. One that is given a stack goes where that says, and not back to here. */
static long
ask_to_fork(struct asked *asked, enum call call, bool is_thread)
{
	struct record record;

	record_before(&record);
	syscall_ask(asked);
	if (asked->result == 0)
		fork_child_begins(record.time);
	else if (!is_thread)
		syscall_tell(&record, asked, call, "r=");
	return asked->result;
}

static void
tell_untraced(enum untraced_reason reason)
{
	struct record record = {0};

	if (!record_begin(&record, CALL_syscall, 0))
		return;
	do {
		record_number(&record, (int32_t)reason);
	} while (record_again(&record));
}

/*
 * The end of a thread alone; that of the main one is taken for the process's, as it is for a forked child's.
 * Without a system call: a program in seccomp's strict mode has no other way to end than this.
 */
static void
before_exit(const struct asked *asked)
{
	struct record record = {0};

	if (!staging_slot())
		return;
	if ((thread.tid == process->pid || thread.child_depth > 0) && record_begin(&record, CALL__exit, 0)) {
		do {
			record_number(&record, (int32_t)(asked->argument[0] & 0xff) << 8);
		} while (record_again(&record));
	}
	staging_leave();
}

static long
ask_fcntl(struct asked *asked)
{
	switch (asked->argument[1]) {
	case F_DUPFD:
	case F_DUPFD_CLOEXEC:
	case F_SETFD:
		return fcntl((int)asked->argument[0], (int)asked->argument[1], asked->argument[2]);
	}
	return syscall_ask(asked);
}

static long
ask_ioctl(struct asked *asked)
{
	switch ((unsigned long)asked->argument[1]) {
	case FIOCLEX:
	case FIONCLEX:
	case FICLONE:
	case FICLONERANGE:
#ifdef __GLIBC__
		return ioctl((int)asked->argument[0], (unsigned long)asked->argument[1], asked->argument[2]);
#else
		return ioctl((int)asked->argument[0], (int)asked->argument[1], asked->argument[2]);
#endif
	}
	return syscall_ask(asked);
}

static uint64_t
clone_flags(const struct asked *asked)
{
	if (asked->number == SYS_clone)
		return (uint64_t)asked->argument[0];
	return asked->argument[0] ? *(const uint64_t *)asked->argument[0] : 0;
}

/* What is returned over 0 is a descriptor, or a thread that keeps the filter from all
 * (SECCOMP_FILTER_FLAG_TSYNC). */
static long
ask_to_filter(struct asked *asked)
{
	struct confinement confinement;

	confine_begins(&confinement);
	syscall_ask(asked);
	confine_by_filter(&confinement, asked->result >= 0);
	return asked->result;
}

/* Calls that other wrappers make, and those that a row can't say. */
long
syscall_by_hand(struct asked *asked, enum row row)
{
	long *argument = asked->argument;
	struct opened opened = {.dirfd = AT_FDCWD};

	switch (row) {
#ifdef SYS_open
	case ROW_open:
		opened.path = (const char *)argument[0];
		opened.flags = (int)argument[1];
		opened.mode = (unsigned)argument[2];
		return ask_to_open(asked, CALL_open, &opened);
	case ROW_creat:
		opened.path = (const char *)argument[0];
		opened.flags = O_CREAT | O_WRONLY | O_TRUNC;
		opened.mode = (unsigned)argument[1];
		return ask_to_open(asked, CALL_creat, &opened);
	case ROW_fork:
		return ask_to_fork(asked, CALL_fork, false);
#endif
	case ROW_openat:
		opened.dirfd = (int)argument[0];
		opened.path = (const char *)argument[1];
		opened.flags = (int)argument[2];
		opened.mode = (unsigned)argument[3];
		return ask_to_open(asked, CALL_openat, &opened);
	case ROW_open_by_handle_at:
		opened.dirfd = (int)argument[0];
		opened.flags = (int)argument[2] & ~O_CREAT;
		return ask_to_open(asked, CALL_open_by_handle_at, &opened);
	case ROW_openat2:
		return ask_openat2(asked);
	case ROW_fcntl:
#ifdef SYS_fcntl64
	case ROW_fcntl64:
#endif
		return ask_fcntl(asked);
	case ROW_ioctl:
		return ask_ioctl(asked);
	case ROW_clone:
	case ROW_clone3:
		return ask_to_fork(asked, CALL_clone, clone_flags(asked) & CLONE_THREAD);
	case ROW_execve:
		return execve((const char *)argument[0], (char *const *)argument[1],
			      (char *const *)argument[2]);
	case ROW_execveat:
		return execveat((int)argument[0], (const char *)argument[1], (char *const *)argument[2],
				(char *const *)argument[3], (int)argument[4]);
	case ROW_exit:
		before_exit(asked);
		return syscall_ask(asked);
	case ROW_exit_group:
		_exit((int)argument[0]);
	case ROW_wait4:
		return ask_wait(asked, CALL_wait4);
#ifdef SYS_waitpid
	case ROW_waitpid:
		return ask_wait(asked, CALL_waitpid);
#endif
	case ROW_waitid:
		if (argument[4]) /* asks for resources, as libc's never does */
			return syscall_ask(asked);
		return waitid((idtype_t)argument[0], (id_t)argument[1], (siginfo_t *)argument[2],
			      (int)argument[3]);
	case ROW_prctl:
		return prctl((int)argument[0], argument[1], argument[2], argument[3], argument[4]);
	case ROW_seccomp:
		if (argument[0] == SECCOMP_SET_MODE_STRICT && !argument[1] && !argument[2])
			return prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT, 0L, 0L, 0L);
		return argument[0] == SECCOMP_SET_MODE_FILTER ? ask_to_filter(asked) : syscall_ask(asked);
	case ROW_io_uring_setup:
		if (syscall_ask(asked) >= 0)
			tell_untraced(UNTRACED_IO_URING);
		return asked->result;
	default: /* setns, unshare, pivot_root: may take the working directory elsewhere */
		if (syscall_ask(asked) == 0)
			directories_tell_cwd();
		return asked->result;
	}
}

/*
 * How a clone must be made: NULL, from C; CLONE_INLINE, from the assembly, without a frame on the stack that
 * the child goes on with; else the address to jump to, since nothing may come between.
 */
#define CLONE_INLINE ((void *)1)

void *
syscall_clone_way(long number, unsigned long flags, const void *stack)
{
	if (number == SYS_clone3) {
		const struct clone_args *given = (const struct clone_args *)flags;

		if (!given)
			return NULL;
		flags = (unsigned long)given->flags;
		stack = (const void *)(uintptr_t)given->stack;
	}
#ifdef SYS_vfork
	if (number == SYS_vfork) {
		flags = CLONE_VM | CLONE_VFORK;
		stack = NULL;
	}
#endif
	if (!(flags & CLONE_VM))
		return NULL;
	bool shared = (flags & (CLONE_VFORK | CLONE_SETTLS | CLONE_THREAD)) == CLONE_VFORK;
#ifdef __i386__
	shared &= thread.child_depth < CHILD_DEPTH; /* there is no other place for the registers */
#endif
	if (shared && !stack) {
		vfork_prepare();
		return CLONE_INLINE;
	}
	tell_untraced(UNTRACED_CLONE);
	fork_sharing = true;
	return (void *)next(syscall);
}
