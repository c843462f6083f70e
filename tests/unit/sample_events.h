/*
 * sample_events.h - a made-up run in which every kind of event, every field and every awkward byte occurs at
 * least once: what the snapshots of the outputs are made of. test_outputs.c checks that nothing is missing.
 */
#ifndef SAMPLE_EVENTS_H
#define SAMPLE_EVENTS_H

#include <errno.h>
#include <string.h>

#include "event.h"

#define SAMPLE_LIST(...)                                                              \
	((struct string_list){sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *), \
			      (const char *[]){__VA_ARGS__}})

struct sample {
	void (*give)(void *context, const struct event *event);
	void *context;
	struct event event;
	uint64_t time_ns;
};

static const struct trace_head sample_head = {
    .command = {3, (const char *const[]){"make", "-C", "a \"b\"\xff"}},
    .cwd = "/src",
    .host = "host",
    .os = "Linux 6.1.0 x86_64",
    .boot_id = "00000000-0000-4000-8000-000000000000",
    .id = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16},
    .wall_seconds = 1769860800,
    .wall_nanoseconds = 123456789,
    .monotonic_ns = 5000000000,
};

static const uint32_t sample_running[] = {103, 104};

static const struct trace_end sample_end = {
    .status = 2,
    .events = 67,
    .processes = 4,
    .untraced = 6,
    .lost = 12,
    .duration_ns = 1234567890,
    .running_count = 2,
    .running = sample_running,
};

/* Begins an event, a moment after the one before. */
static inline struct event *
sample_new(struct sample *sample, enum event_kind kind, const char *call, uint32_t pid)
{
	event_clear(&sample->event);
	sample->event.kind = kind;
	sample->event.call = call;
	sample->event.pid = sample->event.tid = pid;
	sample->event.time_ns = sample->time_ns += 20345678;
	return &sample->event;
}

static inline void
sample_give(struct sample *sample)
{
	sample->give(sample->context, &sample->event);
}

static inline struct event *
sample_path(struct sample *sample, enum event_kind kind, const char *call, const char *path, int error)
{
	struct event *event = sample_new(sample, kind, call, 101);

	event_set_text(event, FIELD_path, path);
	event_set_number(event, FIELD_ret, error != 0 ? -1 : 0);
	event->error = error;
	return event;
}

static inline void
sample_start(struct sample *sample, uint32_t pid, uint32_t ppid, enum start_by by, const char *exe, bool shim)
{
	struct event *event = sample_new(sample, EVENT_START, NULL, pid);

	event_set_number(event, FIELD_by, by);
	event_set_number(event, FIELD_ppid, ppid);
	event_set_number(event, FIELD_uid, 1000);
	event_set_number(event, FIELD_euid, pid == 103 ? 0 : 1000);
	event_set_number(event, FIELD_gid, 100);
	event_set_number(event, FIELD_egid, 100);
	event_set_number(event, FIELD_pgid, 101);
	event_set_number(event, FIELD_sid, 99);
	event_set_number(event, FIELD_started, 123456);
	event_set_number(event, FIELD_shim, shim);
	event_set_text(event, FIELD_exe, exe);
	event_set_text(event, FIELD_cwd, "/src");
	event->argv = SAMPLE_LIST("make", "-C", "a \"b\"\xff", "gr\xc3\xbc\xc3\x9f\n");
	event->present |= UINT64_C(1) << FIELD_argv;
	event->env = SAMPLE_LIST("CC=gcc -m32", "EMPTY=", "BAD=\xff");
	if (pid == 101)
		event->present |= UINT64_C(1) << FIELD_env;
	if (pid == 102)
		event_set_text(event, FIELD_interpreter, "/bin/sh");
	sample_give(sample);
}

static inline void
sample_open(struct sample *sample, const char *call, const char *path, int64_t flags, int64_t fd, int error)
{
	struct event *event = sample_path(sample, EVENT_OPEN, call, path, error);

	event_set_number(event, FIELD_flags, flags);
	if (error == 0) {
		event_set_number(event, FIELD_ret, strstr(call, "fopen") != NULL ? 0 : fd);
		event_set_number(event, FIELD_fd, fd);
	} else if (strstr(call, "fopen") != NULL) {
		event_set_number(event, FIELD_ret, 0);
	}
	if ((flags & 0100) != 0) {
		event_set_number(event, FIELD_mode, 0644);
		event_set_number(event, FIELD_created, error == 0 && (flags & 0200) != 0);
	}
	if ((flags & 0200000) != 0 && error == 0)
		event_set_number(event, FIELD_directory, 1);
}

static inline void
sample_opens(struct sample *sample)
{
	sample_open(sample, "open", "/src/a.c", 0, 3, 0);
	event_set_text(&sample->event, FIELD_arg, "a.c");
	sample_give(sample);
	sample_open(sample, "openat", "/src/a.o", 0100 | 01 | 01000 | 02000000, 4, 0);
	sample_give(sample);
	sample_open(sample, "open64", "/src/a.lock", 0100 | 0200 | 02, 5, 0);
	sample_give(sample);
	sample_open(sample, "open", "/src/dir", 0200000 | 02000000 | 04000, 6, 0);
	sample_give(sample);
	sample_open(sample, "open", "/src", 020200000 | 02, 7, 0);
	sample_give(sample);
	sample_open(sample, "open", "/dev/odd", 03 | INT64_C(0x4000000000), -1, EINVAL);
	sample_give(sample);
	sample_open(sample, "fopen64", "/src/b.h", 0, 8, 0);
	sample_give(sample);
	sample_open(sample, "fopen64", "/src/c.h", 0, -1, ENOENT);
	event_set_text(&sample->event, FIELD_arg, "./dir/../c.h");
	sample_give(sample);
	/* Looked for in vain, then found. */
	sample_open(sample, "open", "/src/later", 0, -1, ENOENT);
	sample_give(sample);
	sample_open(sample, "open", "/src/later", 0, 9, 0);
	sample->event.tid = 105;
	sample_give(sample);
	sample_open(sample, "open", "/src/caf\xc3\xa9 \x01\t\"\\\b\f\r\n\v\x7f.c", 0, -1, ENOTDIR);
	event_set_text(&sample->event, FIELD_arg, "caf\xc3\xa9");
	sample_give(sample);
	/* Overlong, surrogate, too large, cut off, lone continuation, and what is just within. */
	sample_open(sample, "open",
		    "/src/\xc0\xaf \xe0\x9f\xbf \xf0\x8f\xbf\xbf \xf5 \xed\xa0\x80 \xf4\x90\x80\x80 \xe2\x82 "
		    "\x80 \xf4\x8f\xbf\xbf \xef\xbf\xbd",
		    0, -1, EACCES);
	event_set_text(&sample->event, FIELD_arg, "\xff");
	sample_give(sample);
	sample_open(sample, "open", "pipe:[7]", 0, 9, 0);
	sample_give(sample);
	sample_open(sample, "open", "/proc/odd", 0, -1, 524);
	sample_give(sample);
}

static inline void
sample_descriptors(struct sample *sample)
{
	struct event *event = sample_path(sample, EVENT_CLOSE, "close", "/src/a.o", 0);

	event_set_number(event, FIELD_fd, 4);
	event_set_number(event, FIELD_written, 1);
	sample_give(sample);
	event = sample_path(sample, EVENT_CLOSE, "fclose", "/src/b.h", 0);
	event_set_number(event, FIELD_fd, 8);
	event_set_number(event, FIELD_written, 0);
	sample_give(sample);
	event = sample_new(sample, EVENT_CLOSE, "close", 101);
	event_set_number(event, FIELD_fd, 77);
	event_set_number(event, FIELD_ret, -1);
	event->error = EBADF;
	sample_give(sample);
	event = sample_path(sample, EVENT_DUP, "dup3", "/src/a.c", 0);
	event_set_number(event, FIELD_fd, 3);
	event_set_number(event, FIELD_new_fd, 10);
	event_set_number(event, FIELD_ret, 10);
	event_set_number(event, FIELD_flags, 02000000);
	sample_give(sample);
	event = sample_path(sample, EVENT_DUP, "fcntl", "/src/a.c", 0);
	event_set_number(event, FIELD_fd, 3);
	event_set_number(event, FIELD_new_fd, 11);
	event_set_number(event, FIELD_ret, 11);
	sample_give(sample);
	event = sample_path(sample, EVENT_COPY, "copy_file_range", "/src/a.c", 0);
	event_set_text(event, FIELD_path2, "/src/copy.c");
	event_set_number(event, FIELD_length, 4096);
	event_set_number(event, FIELD_ret, 100);
	sample_give(sample);
	event = sample_path(sample, EVENT_MMAP, "mmap", "/src/a.c", 0);
	event_set_number(event, FIELD_fd, 3);
	event_set_number(event, FIELD_protection, 5);
	event_set_number(event, FIELD_shared, 1);
	sample_give(sample);
	event = sample_path(sample, EVENT_MMAP, "mprotect", "/src/a.c", 0);
	event_set_number(event, FIELD_protection, 0);
	event_set_number(event, FIELD_shared, 0);
	sample_give(sample);
}

static inline void
sample_lookups(struct sample *sample)
{
	struct event *event = sample_path(sample, EVENT_STAT, "fstatat", "/src/link", 0);

	event_set_number(event, FIELD_flags, 0x100);
	event_set_number(event, FIELD_follow, 0);
	sample_give(sample);
	event = sample_path(sample, EVENT_STAT, "lstat", "/src/link", 0);
	event_set_number(event, FIELD_follow, 0);
	sample_give(sample);
	event = sample_path(sample, EVENT_STAT, "nftw", "/src/link", 0);
	event_set_number(event, FIELD_follow, 0);
	sample_give(sample);
	event = sample_path(sample, EVENT_STAT, "fstat", "/src/a.c", 0);
	event_set_number(event, FIELD_fd, 3);
	event_set_number(event, FIELD_follow, 1);
	sample_give(sample);
	event = sample_path(sample, EVENT_ACCESS, "faccessat", "/src/nope", ENOENT);
	event_set_number(event, FIELD_mode, 5);
	event_set_number(event, FIELD_flags, 0x200);
	sample_give(sample);
	event = sample_path(sample, EVENT_ACCESS, "access", "/src/a.c", 0);
	event_set_number(event, FIELD_mode, 0);
	event_set_number(event, FIELD_flags, 0);
	sample_give(sample);
	event = sample_path(sample, EVENT_READLINK, "readlink", "/src/link", 0);
	event_set_text(event, FIELD_target, "a.c");
	event_set_number(event, FIELD_ret, 3);
	sample_give(sample);
	sample_path(sample, EVENT_LIST, "opendir", "/src/dir", 0);
	sample_give(sample);
	sample_path(sample, EVENT_STATFS, "statvfs", "/src", 0);
	sample_give(sample);
	sample_path(sample, EVENT_CHDIR, "chdir", "/src/dir", 0);
	sample_give(sample);
	sample_path(sample, EVENT_CHROOT, "chroot", "/srv", EPERM);
	sample_give(sample);
	sample_path(sample, EVENT_LOAD, "dlopen", "/lib/libnone.so", ENOENT);
	sample_give(sample);
	event = sample_new(sample, EVENT_LOAD, NULL, 101);
	event_set_text(event, FIELD_path, "/lib/x86_64-linux-gnu/libc.so.6");
	sample_give(sample);
}

static inline void
sample_changes(struct sample *sample)
{
	struct event *event = sample_path(sample, EVENT_RENAME, "renameat2", "/src/a.lock", 0);

	event_set_text(event, FIELD_path2, "/src/a.new");
	event_set_text(event, FIELD_arg2, "a.new");
	event_set_number(event, FIELD_flags, 1 | 0x80);
	sample_give(sample);
	event = sample_path(sample, EVENT_LINK, "linkat", "/src/a.c", 0);
	event_set_text(event, FIELD_path2, "/src/\xfe");
	event_set_number(event, FIELD_flags, 0x400);
	sample_give(sample);
	event = sample_path(sample, EVENT_SYMLINK, "symlink", "/src/link", 0);
	event_set_text(event, FIELD_target, "../x");
	sample_give(sample);
	event = sample_path(sample, EVENT_UNLINK, "unlinkat", "/src/dir2", EISDIR);
	event_set_number(event, FIELD_flags, 0x200);
	sample_give(sample);
	sample_path(sample, EVENT_RMDIR, "rmdir", "/src/dir3", 0);
	sample_give(sample);
	event = sample_path(sample, EVENT_MKDIR, "mkdir", "/src/dir4", 0);
	event_set_number(event, FIELD_mode, 0);
	sample_give(sample);
	event = sample_path(sample, EVENT_MKNOD, "mkfifo", "/src/fifo", 0);
	event_set_number(event, FIELD_mode, 010600);
	sample_give(sample);
	event = sample_path(sample, EVENT_CHMOD, "chmod", "/src/a.o", 0);
	event_set_number(event, FIELD_mode, 04755);
	sample_give(sample);
	event = sample_path(sample, EVENT_CHOWN, "lchown", "/src/a.o", 0);
	event_set_number(event, FIELD_uid, -1);
	event_set_number(event, FIELD_gid, 50);
	sample_give(sample);
	sample_path(sample, EVENT_UTIME, "utimensat", "/src/a.o", 0);
	sample_give(sample);
	event = sample_path(sample, EVENT_TRUNCATE, "ftruncate", "/src/a.o", 0);
	event_set_number(event, FIELD_fd, 4);
	event_set_number(event, FIELD_length, 100);
	sample_give(sample);
	event = sample_path(sample, EVENT_XATTR, "setxattr", "/src/a.o", ENOTSUP);
	event_set_text(event, FIELD_name, "user.x");
	event_set_number(event, FIELD_flags, 2);
	sample_give(sample);
}

static inline void
sample_wait(struct sample *sample, enum event_kind kind, const char *call, uint32_t pid, int64_t child,
	    int64_t status, int64_t signal)
{
	struct event *event = sample_new(sample, kind, call, pid);

	if (kind == EVENT_WAIT) {
		event_set_number(event, FIELD_child, child);
		event_set_number(event, FIELD_ret, child);
	}
	if (signal == 0) {
		event_set_number(event, FIELD_status, status);
	} else {
		event_set_number(event, FIELD_signal, signal);
		event_set_number(event, FIELD_core, signal == 11);
	}
	sample_give(sample);
}

static inline void
sample_exec(struct sample *sample, const char *path, int error)
{
	struct event *event = sample_new(sample, EVENT_EXEC, "execvp", 102);

	event_set_text(event, FIELD_path, path);
	event->argv = SAMPLE_LIST("cc", "-DX=\"y\"", "\x80");
	event->present |= UINT64_C(1) << FIELD_argv;
	event->error = error;
	if (error != 0)
		event_set_number(event, FIELD_ret, -1);
	sample_give(sample);
}

static inline void
sample_untraced(struct sample *sample, const char *path, enum untraced_reason reason)
{
	struct event *event = sample_new(sample, EVENT_UNTRACED, NULL, 103);

	event_set_text(event, FIELD_path, path);
	event_set_number(event, FIELD_reason, reason);
	sample_give(sample);
}

static inline void
sample_processes(struct sample *sample)
{
	struct event *event = sample_new(sample, EVENT_FORK, "vfork", 101);

	event_set_number(event, FIELD_child, 102);
	event_set_number(event, FIELD_ret, 102);
	sample_give(sample);
	sample_start(sample, 102, 101, START_BY_FORK, "/usr/bin/make", true);
	sample_exec(sample, "/usr/local/bin/cc", ENOENT);
	sample_exec(sample, "/usr/bin/cc", 0);
	sample_start(sample, 102, 101, START_BY_EXEC, "/usr/bin/x86_64-linux-gnu-gcc-12", true);
	event = sample_new(sample, EVENT_FORK, "posix_spawn", 101);
	event_set_number(event, FIELD_ret, ENOENT);
	event->error = ENOENT;
	sample_give(sample);
	sample_wait(sample, EVENT_EXIT, NULL, 102, 0, 1, 0);
	sample_wait(sample, EVENT_WAIT, "waitpid", 101, 102, 1, 0);
	sample_start(sample, 103, 1, START_BY_ATTACH, "/sbin/tool", false);
	sample_untraced(sample, "/sbin/tool", UNTRACED_SETUID);
	sample_untraced(sample, "/sbin/ldconfig", UNTRACED_STATIC);
	sample_untraced(sample, "/sbin/ldconfig", UNTRACED_STATIC);
	sample_untraced(sample, "/opt/\x1b[31m", UNTRACED_OTHER_LIBC);
	sample_untraced(sample, "/opt/b", UNTRACED_IO_URING);
	sample_untraced(sample, "/opt/c", UNTRACED_NESTED);
	event = sample_new(sample, EVENT_LOST, NULL, 103);
	event_set_number(event, FIELD_count, 12);
	event_set_text(event, FIELD_why, "a gap in stream 103.1");
	sample_give(sample);
	sample_wait(sample, EVENT_EXIT, NULL, 103, 0, 0, 11);
	sample_wait(sample, EVENT_WAIT, "wait4", 101, 103, 0, 36);
	sample_wait(sample, EVENT_EXIT, "exit", 101, 0, 2, 0);
}

/* Gives every event of the run, in order, to the function. */
static inline void
sample_events(void (*give)(void *context, const struct event *event), void *context)
{
	struct sample sample = {.give = give, .context = context};

	sample_start(&sample, 101, 100, START_BY_EXEC, "/usr/bin/make", true);
	sample_opens(&sample);
	sample_descriptors(&sample);
	sample_lookups(&sample);
	sample_changes(&sample);
	sample_processes(&sample);
}

#endif
