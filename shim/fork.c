/*
 * fork.c - new processes: fork and its kin, vfork's two ends (vfork.S), clone, daemon, forkpty. The rule to
 * keep: the parent's record bears the time from before the fork, so that it stands before everything that the
 * child does.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <sched.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include <utmp.h>

#include "directories.h"
#include "fields.h"
#include "next.h"
#include "shim.h"

bool fork_sharing;

void
fork_child_begins(uint64_t before)
{
	staging_reset();
	process->born_after = before;
	staging_slot(); /* tells the start */
}

static void
tell_fork(struct record *begun, enum call call, long result)
{
	struct record record = *begun;

	if (!record_begin(&record, call, result < 0 ? errno : 0))
		return;
	do {
		RESULT(result) CHILD(result)
	} while (record_again(&record));
}

#define FORK(name)                                               \
	pid_t name(void);                                        \
	EXPORT pid_t name(void)                                  \
	{                                                        \
		struct record record = {0};                      \
                                                                 \
		record_before(&record);                          \
		pid_t result = next(name)();                     \
		if (result == 0)                                 \
			fork_child_begins(record.time);          \
		else                                             \
			tell_fork(&record, CALL_##name, result); \
		return result;                                   \
	}

FORK(fork)
FORK(__fork)
FORK(_Fork)

static void
tell_is_child(uint32_t pid, uint64_t time)
{
	struct record record = {.time = time};

	if (!record_begin(&record, NOTE_IS_CHILD, 0))
		return;
	do {
		NUMBER(pid)
	} while (record_again(&record));
}

void
fork_shared_child_begins(uint32_t pid, uint64_t time)
{
	tell_is_child(pid, time);
	if (thread.child_depth < CHILD_DEPTH) {
		thread.child[thread.child_depth] = pid;
		thread.child_fd[thread.child_depth] = channel.fd;
	}
	thread.child_depth++;
	thread.becomes_child = false;
}

void
fork_shared_child_ended(void)
{
	uint32_t depth = --thread.child_depth;
	struct slot *slot = staging_slot();

	thread.passes_environment = false; /* the child's, whose exec succeeded */
	if (slot)
		__atomic_store_n(&slot->executing, 0, __ATOMIC_RELEASE);

	if (depth < CHILD_DEPTH)
		channel_restore(thread.child_fd[depth]);
	if (depth < CHILD_DEPTH && thread.leftover[depth]) {
		raw(SYS_munmap, thread.leftover[depth], thread.leftover_size[depth]);
		thread.leftover[depth] = NULL;
	}
	thread.becomes_child = true; /* until this is said the section goes on */
	tell_is_child(depth > 0 && depth <= CHILD_DEPTH ? thread.child[depth - 1] : 0, 0);
	thread.becomes_child = false;
}

/* vfork.S calls these before and after the system call; neither leaves anything on the stack. */
void vfork_prepare(void);
pid_t vfork_finish(long result);

void
vfork_prepare(void)
{
	if (staging_slot())
		thread.fork_time = now();
}

#ifdef __i386__
uint32_t *vfork_registers(void);

/* Where syscall_entry.S keeps the parent's registers while a child runs on its stack. */
uint32_t *
vfork_registers(void)
{
	return thread.child_registers[thread.child_depth];
}
#endif

/* In the child first, on the memory of its parent, which stands still until the child's exec or exit; then in
 * the parent. */
pid_t
vfork_finish(long result)
{
	struct record record = {.time = thread.fork_time};

	if (result < 0) {
		errno = (int)-result;
		tell_fork(&record, CALL_vfork, -1);
		return -1;
	}
	if (channel.off)
		return (pid_t)result;
	if (result > 0) {
		if (thread.child_depth == 0) /* an emulator's vfork: the child had a copy of our memory */
			tell_fork(&record, CALL_vfork, result);
		else
			fork_shared_child_ended();
		return (pid_t)result;
	}
	uint32_t pid = (uint32_t)raw(SYS_getpid);
	uint32_t parent = thread.child_depth > 0 && thread.child_depth <= CHILD_DEPTH
			      ? thread.child[thread.child_depth - 1]
			      : process->pid;
	thread.becomes_child = true;
	tell_fork(&record, CALL_vfork, (long)pid);
	fork_shared_child_begins(pid, 0);
	start_forked(parent, thread.fork_time);
	return 0;
}

/* What a clone with memory of its parent's begins with. */
struct clone_start {
	int (*function)(void *);
	void *argument;
	uint64_t time;
	enum call call;
};

static int
run_shared_clone(void *argument)
{
	const struct clone_start *start = argument;
	struct record record = {.time = start->time};
	uint32_t pid = (uint32_t)raw(SYS_getpid);

	thread.becomes_child = true;
	tell_fork(&record, start->call, (long)pid);
	fork_shared_child_begins(pid, 0);
	start_forked(process->pid, start->time);
	return start->function(start->argument);
}

/* On a copy of its parent's memory. */
static int
run_forked_clone(void *argument)
{
	const struct clone_start *start = argument;

	fork_child_begins(start->time);
	return start->function(start->argument);
}

static void
tell_untraced_clone(void)
{
	struct record record = {0};

	staging_see_forks();
	fork_sharing = true;
	process->active = 0;
	if (!record_begin(&record, CALL_syscall, 0))
		return;
	do {
		NUMBER(UNTRACED_CLONE)
	} while (record_again(&record));
}

/*
 * clone(2) by its flags: a fork on another stack; a vfork (CLONE_VM | CLONE_VFORK); a thread that libc
 * doesn't know of, which runs beside us on our thread-local storage or on one that isn't libc's: what it does
 * is not in the trace.
 */
#define CLONE(name)                                                                                         \
	int name(int (*function)(void *), void *stack, int flags, void *argument, ...);                     \
	EXPORT int name(int (*function)(void *), void *stack, int flags, void *argument, ...)               \
	{                                                                                                   \
		struct record record = {0};                                                                 \
		va_list rest;                                                                               \
                                                                                                            \
		va_start(rest, argument);                                                                   \
		void *parent_tid = va_arg(rest, void *);                                                    \
		void *tls = va_arg(rest, void *);                                                           \
		void *child_tid = va_arg(rest, void *);                                                     \
		va_end(rest);                                                                               \
		struct clone_start start = {function, argument, now(), CALL_##name};                        \
		if ((flags & (CLONE_VM | CLONE_VFORK | CLONE_SETTLS)) == (CLONE_VM | CLONE_VFORK) &&        \
		    function && !channel.off) {                                                             \
			record.time = start.time;                                                           \
			int shared =                                                                        \
			    next(name)(run_shared_clone, stack, flags, &start, parent_tid, tls, child_tid); \
                                                                                                            \
			if (shared < 0)                                                                     \
				tell_fork(&record, CALL_##name, -1);                                        \
			else                                                                                \
				fork_shared_child_ended();                                                  \
			return shared;                                                                      \
		}                                                                                           \
		if (flags & CLONE_VM)                                                                       \
			tell_untraced_clone();                                                              \
		record_before(&record);                                                                     \
		bool forks = !(flags & CLONE_VM) && function && !channel.off;                               \
		int result = next(name)(forks ? run_forked_clone : function, stack, flags,                  \
					forks ? &start : argument, parent_tid, tls, child_tid);             \
		if (!(flags & CLONE_THREAD))                                                                \
			tell_fork(&record, CALL_##name, result);                                            \
		return result;                                                                              \
	}

CLONE(clone)
CLONE(__clone)

/* What a descriptor is that libc opened by itself, or is about to close. */
static void
tell_descriptor(int fd)
{
	struct record record = {.slot = staging_slot(), .time = now()};

	if (record.slot)
		record_descriptor(&record, fd);
}

static void
tell_daemon(struct record *begun, pid_t child)
{
	struct record record = *begun;

	if (!record_begin(&record, CALL_daemon, child < 0 ? errno : 0))
		return;
	do {
		RESULT(child < 0 ? -1 : 0) CHILD(child)
	} while (record_again(&record));
}

/* Null, and really that (daemon(3)); 0, or -1 with errno. */
static int
stand_on_null(void)
{
	struct stat status;
	long fd = raw(SYS_openat, AT_FDCWD, "/dev/null", O_RDWR, 0);

	if (fd < 0) {
		errno = (int)-fd;
		return -1;
	}
	if (next(fstat)((int)fd, &status) < 0)
		return -1;
	if (!S_ISCHR(status.st_mode) || status.st_rdev != makedev(1, 3)) {
		raw(SYS_close, fd);
		errno = ENODEV;
		return -1;
	}
	for (int standard = 0; standard < 3; standard++)
		next(dup2)((int)fd, standard);
	if (fd > 2)
		raw(SYS_close, fd);
	return 0;
}

/* As libc does it, which would end the parent before it could tell whose parent it is. */
EXPORT int
daemon(int keep_directory, int keep_descriptors)
{
	struct record record = {0};

	record_before(&record);
	pid_t child = next(fork)();
	if (child != 0) {
		tell_daemon(&record, child);
		if (child < 0)
			return -1;
		staging_end();
		next(_exit)(0);
	}
	int leads = libc(setsid)();
	fork_child_begins(record.time); /* of its own session */
	if (leads < 0)
		return -1;
	if (!keep_directory && raw(SYS_chdir, "/") == 0)
		directories_tell_cwd();
	if (keep_descriptors)
		return 0;
	int result = stand_on_null();
	int error = errno;
	for (int fd = 0; fd < 3; fd++)
		tell_descriptor(fd);
	errno = error;
	return result;
}

EXPORT int
forkpty(int *terminal, char *name, const struct termios *attributes, const struct winsize *size)
{
	struct record record = {0};

	record_before(&record);
	int result = next(forkpty)(terminal, name, attributes, size);
	if (result != 0) {
		tell_fork(&record, CALL_forkpty, result);
		if (result > 0)
			tell_descriptor(*terminal);
		return result;
	}
	fork_child_begins(record.time);
	for (int fd = 0; fd < 3; fd++)
		tell_descriptor(fd);
	return 0;
}

/* What login_tty(3) did inside: the standard descriptors are the terminal's, which is closed. */
static void
tell_login(enum call call, int error, int fd, int new_fd)
{
	struct record record = {0};

	if (!record_begin(&record, call, error))
		return;
	do {
		RESULT(error ? -1 : 0)
		if (call == CALL_login_tty) {
			FD(fd) NEW_FD(new_fd) FLAGS(0)
		} else {
			NEW_FD(fd)
		}
	} while (record_again(&record));
}

/* Without a controlling terminal nothing was tried after it: the errors are those of ioctl(2), and no event.
 */
EXPORT int
login_tty(int fd)
{
	if (fd > 2 && !descriptor_seen(fd))
		tell_descriptor(fd);
	int result = next(login_tty)(fd);
	if (result < 0)
		return result;
	for (int standard = 0; standard < 3; standard++)
		tell_login(CALL_login_tty, 0, fd, standard);
	if (fd > 2) {
		tell_login(CALL_login_tty_close, 0, fd, -1);
		descriptor_forget(fd);
	}
	return result;
}
