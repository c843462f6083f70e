/*
 * shim.h - what the shim's files share: a process's and a thread's state, and how a record is made.
 *
 * What code in a traced process may never do: allocate, lock across the real call, use stdio or locales, take
 * large arrays on the stack, set errno, look symbols up by the dynamic linker, or wait for anything but room
 * in the pipe.
 */
#ifndef SHIM_SHIM_H
#define SHIM_SHIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "layout.h"
#include "raw.h"
#include "record.h"

#define EXPORT      __attribute__((visibility("default")))
#define likely(x)   __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

enum {
	LEVEL_COUNT = 8, /* in three bits of a stream's birth (include/record.h) */
	CHILD_DEPTH = 4,
	SCRATCH_SIZE = 12288,
	SCRATCH_PATH = 4096,        /* where in it a path of PATH's is put together (exec.c, spawn.c) */
	SCRATCH_ENVIRONMENT = 8192, /* where an environment to pass on is */
};

/* The channel of this image (channel.c). */
struct channel {
	int fd;     /* the FIFO; -1: not open */
	bool off;   /* nothing is recorded: no channel, or the collector is gone */
	bool quiet; /* a system call of our own might be the program's end: a seccomp filter is in force */
	uint64_t device;
	uint64_t inode;
	char directory[256];      /* the run directory */
	char variable[352];       /* "INTERPOSE_CHANNEL=...", as it is passed on, without a birth */
	uint16_t birth;           /* where in it the birth's field is, a "-" */
	struct slots_head *slots; /* mapped; NULL where it could not be */
};
extern struct channel channel;

/*
 * Addresses behind the mapping of the slots that are kept for a page of our own: later one could come to lie
 * where the program left a hole on purpose. Twice the largest page that a kernel may have.
 */
#ifdef __aarch64__
enum { CHANNEL_ROOM = 2 * 65536 };
#else
enum { CHANNEL_ROOM = 2 * 4096 };
#endif

/* Finds the channel that the environment names. Leaves channel.off set when there is none. */
void channel_open(char **environment);
/* Whether the variable's value names a channel that is there and isn't ours. */
bool channel_is_another(const char *value);
/*
 * Holds back this thread's signals while a frame is written and what was written is noted down, so that a
 * handler that leaves by a jump finds both or neither. Whoever waits for room in the pipe lets them through.
 */
uint64_t channel_hold(void);
void channel_let_go(uint64_t held);
/* Writes a frame under channel_hold; marks the channel as off when nobody reads any more. */
void channel_write(struct frame *frame, uint64_t held);
/* From here on no system call is made but the program's. */
void channel_go_quiet(void);
/* Moves our descriptor out of the way of `fd`, when it is that. */
void channel_yield(int fd);
/* The program's numbers come near to ours: it is given free, and a greater one taken. */
void channel_make_way(void);
/* Takes it to that number, or the first free one after it. */
void channel_move(int number);
/* After a child that shared our memory but not our descriptors: ours is still at the number that it was. */
void channel_restore(int fd);
/* Looks whether ours is still open at its number; a program may have closed it by a raw system call. */
bool channel_is_there(void);
static inline bool
channel_owns(int fd)
{
	return unlikely(fd == channel.fd) && fd >= 0 && channel_is_there();
}

/* A thread's place for records (staging.c). A signal handler that comes while a record is written uses the
 * next level. */
struct thread {
	uint32_t owner; /* the process that the slots belong to; another number after a fork */
	uint32_t tid;
	uint32_t lost;           /* records that could not be made */
	uint64_t last;           /* the time of the record made last */
	bool passes_environment; /* its scratch memory holds one, between environment_make and
				    environment_free */
	bool becomes_child;      /* a child on this memory runs, and isn't counted in child_depth yet, or
				    no longer */
	uint32_t
	    child_depth; /* vfork children that run on this thread's memory, each the next one's parent */
	uint32_t child[CHILD_DEPTH];        /* their pids */
	int64_t child_started[CHILD_DEPTH]; /* when they were made (birth.h) */
	uint64_t fork_time;                 /* vfork: the time from before it */
	int child_fd[CHILD_DEPTH];          /* our descriptor before each of them */
	void *leftover[CHILD_DEPTH]; /* memory that a vfork child mapped for its exec, to be unmapped by the
					parent */
	size_t leftover_size[CHILD_DEPTH];
#ifdef __i386__
	uint32_t child_registers[CHILD_DEPTH][5]; /* of the parent, before each of them (syscall_entry.S) */
#endif
	struct slot *slot[LEVEL_COUNT + 1]; /* the last is always NULL */
	struct slot *left[LEVEL_COUNT];     /* a private page that was given up for a slot */
	uint8_t *scratch[LEVEL_COUNT];      /* where paths are put together; NULL until first needed */
	/* The record that is being put at each level, NULL: a level is in use from the one store to the
	 * other. The last is always NULL. */
	const struct record *put[LEVEL_COUNT + 1];
	const struct record *called[LEVEL_COUNT + 1]; /* the one whose time its slot's `pending` is */
};
extern __thread struct thread thread __attribute__((tls_model("initial-exec"), visibility("hidden")));

/* Stands in a page that a forked child finds zeroed (MADV_WIPEONFORK), however it was forked. */
struct process {
	uint32_t pid;
	uint32_t active;     /* pid while records are made without further ado, else 0 */
	uint64_t born_after; /* now() before the fork that made it; 0: not known */
};
extern struct process *process;

/* The lowest level that isn't in use; LEVEL_COUNT: all are. */
static inline uint32_t
thread_level(void)
{
	uint32_t level = 0;

	while (unlikely(thread.put[level] != NULL))
		level++;
	return level;
}
/* The slot of this thread at its present level; NULL when nothing is recorded. */
struct slot *staging_slot_slowly(void);
static inline struct slot *
staging_slot(void)
{
	struct slot *slot = thread.slot[thread_level()];

	if (likely(slot && thread.owner == process->active))
		return slot;
	return channel.off ? NULL : staging_slot_slowly();
}
/* What long paths of this slot are told by (include/record.h): claimed, and holding `path`; NULL: none is to
 * be had. */
struct slot *staging_new_base(struct slot *slot, const char *path, uint32_t length);
/* SCRATCH_ENVIRONMENT bytes for the slot's level: what the kernel tells, a path to be tried. Good until the
 * next use. */
uint8_t *staging_scratch(const struct slot *slot);
/*
 * Hands the waiting records of a slot on; the slot to go on with, which may be another one. `is_later`: what
 * follows bears a later time than all of them, so that it stands after them also when it comes by another
 * way.
 */
struct slot *staging_flush(struct slot *slot, bool is_later);
/* A record was put into a private slot: sends it at once. The slot to go on with; `held`: somebody still
 * holds this one. */
struct slot *staging_send_alone(struct slot *slot, bool held);
/* This thread ends: its slots may be collected and given away. */
void staging_leave(void);
/* The process ends, and with it the memory that staging_leave would give back. */
void staging_end(void);
/* A forked child or a new image begins: slots of the parent are not ours. */
void staging_reset(void);
/* From here on a fork is seen, however it is made, without a system call. */
void staging_see_forks(void);

/* CLOCK_MONOTONIC, and CLOCK_BOOTTIME, ns. */
uint64_t now(void);
uint64_t now_since_boot(void);
/* From here on the time is read by a system call. */
void clock_by_kernel(void);

/* Into what room is left; into an empty slot; in as many frames as it takes. With one of the first two: a
 * path of it is told by the slot's base. */
enum { PASS_FIT, PASS_EMPTY, PASS_FRAMES, PASS_BY_BASE = 4 };

/* One record in the making (record.c). */
struct record {
	uint64_t time;                     /* 0: not read yet */
	uint64_t outer;                    /* the slot's pending time before this record */
	const struct record *outer_record; /* whose time that is; NULL */
	const struct record *begun;        /* by record_before(): this one, or the one that it is a copy of */
	struct slot *slot;
	uint32_t base;  /* where in slot->data this pass began */
	uint32_t room;  /* bytes from there to the end */
	uint32_t size;  /* bytes put in this pass, whether they fitted or not */
	uint32_t total; /* the size in frames, once known */
	uint16_t call;
	uint16_t error;
	uint8_t pass;
	uint8_t paths;              /* put so far */
	struct record_base by_base; /* with PASS_BY_BASE */
};

/* Before a call that changes something: reads the time that its record will bear. */
void record_before(struct record *record);
/* The end of what record_before() began where that record itself isn't put, but others with its time or none:
 * up to here the collector holds back what is later. */
void record_after(const struct record *record);
/* After the call: false when nothing is recorded. Then fields are put, once or more often: do { ... } while
 * (record_again()). */
bool record_begin(struct record *record, enum call call, int error);
bool record_again(struct record *record);

void record_bytes(struct record *record, const void *bytes, uint32_t length);
void record_string(struct record *record, const char *string, size_t length);
void record_path(struct record *record, const char *path);
void record_text(struct record *record, const char *text);
void record_strings(struct record *record, char *const strings[]);
/* The working directory as getcwd(2) gives it. */
void record_cwd(struct record *record);
void record_dirfd(struct record *record, int dirfd);
void record_fd(struct record *record, int fd);
/* Begun and nothing put yet: what /proc says that a descriptor is, in a record before this one. */
void record_descriptor(const struct record *record, int fd);

static inline void
record_number(struct record *record, int32_t number)
{
	if (likely(record->size + 4 <= record->room && record->pass != PASS_FRAMES)) {
		__builtin_memcpy(record->slot->data + record->base + record->size, &number, 4);
		record->size += 4;
	} else {
		record_bytes(record, &number, 4);
	}
}

static inline void
record_long(struct record *record, int64_t number)
{
	record_bytes(record, &number, 8);
}

/* Which descriptors this image was seen to open (descriptors.c); the others are told on first use. */
bool descriptor_seen(int fd);
void descriptor_see(int fd);
void descriptor_forget(int fd);
void descriptor_forget_range(unsigned first, unsigned last);

/* What was found out about programs and our libraries may be so no more (look.c). */
void look_forget(void);

/* The forked child's side of every fork (fork.c), which was made after `before` (now()). */
void fork_child_begins(uint64_t before);
/* A child shares this thread's memory while the thread stands still: what follows is its doing; and its end.
 */
void fork_shared_child_begins(uint32_t pid, uint64_t time);
void fork_shared_child_ended(void);
/* Set once a child runs on our memory and thread-local storage beside us (a raw clone): then threads are told
 * apart. */
extern bool fork_sharing;

/* What exit, quick_exit or a return from main gave, for the last handler. */
extern int exit_status;

/* The start records (start.c): of an image, of a child forked by `parent` after `before` (now(); 0: not
 * known). */
void start_channel(void);
void start_image(void);
void start_forked(uint32_t parent, uint64_t before);
/* The same of a child that libc has spawned, in its name. */
void start_spawned(uint32_t parent, uint32_t pid, uint64_t before);
/* What the kernel told the image (getauxval(3)). */
unsigned long start_auxiliary(unsigned long type);
/* quick_exit(3) is about to be used: its end will be told. */
void start_see_quick_exit(void);
/* The last of all: handlers and destructors are done. */
void start_tell_end(int status);

#endif
