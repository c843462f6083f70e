/*
 * record.h - what travels from a traced process to the collector: the only header that both sides share.
 *
 * Protocol version 1. Bump RECORD_VERSION with any change to what is described here or to the order of
 * shim/calls.def; shim and collector of different versions refuse each other (the shim stays silent).
 *
 * All numbers are in the machine's byte order and unaligned unless said otherwise: both sides run on one
 * machine. Times are nanoseconds of CLOCK_MONOTONIC (clock_gettime(2)).
 *
 * THE CHANNEL. The collector makes a run directory (mode 0700) with two files:
 *
 *   pipe    a FIFO (fifo(7)), 1 MiB where the kernel allows. Processes write frames; the collector reads.
 *   slots   a file of SLOTS_SIZE bytes that every process maps shared: SLOT_COUNT slots of SLOT_STRIDE bytes,
 * the first one last, and behind it struct slots_head. (Mappings are placed from above: so what an image
 * touches lies beside what it has mapped before, in the same page table.) The first `limit` slots have
 * memory. In the head stand the variables of the environment that every image is to tell.
 *
 * The environment variable INTERPOSE_CHANNEL tells a process where they are, in six fields:
 *
 *   VERSION:FD:DEVICE:INODE:BIRTH:DIRECTORY     "1:1021:25:77:-:/dev/shm/interpose-x7Kq2a", numbers decimal
 *
 * A process under a seccomp filter (seccomp(2)) that may kill it for any system call is quiet: it makes none
 * of its own, and leaves a full slot for another one instead of writing a frame. In what it passes on FD is
 * followed by a q, so that a new image makes no calls but such as the dynamic linker has made before it.
 *
 * FD is a descriptor of the FIFO that the process inherited. It is used only while fstat(2) says that it is a
 * FIFO of that device and inode; otherwise DIRECTORY/pipe is opened.
 *
 * BIRTH is what a process that execs or spawns knows of the image to come, so that it need not ask /proc:
 *
 *   -                      nothing
 *   ePID.STARTED.HASH      process PID, which began at STARTED (clock ticks since boot; nothing where it
 * doesn't know), execs the path of that hash (GNU's, as in DT_GNU_HASH; getauxval(3): AT_EXECFN)
 *   sPID.TIME.HASH         process PID spawns, after TIME (ns of CLOCK_BOOTTIME), a child that execs such a
 * path
 *
 * It stays in the environment when a program execs by a raw system call, so it is believed only where it
 * fits.
 *
 * STREAMS. A thread's records form one stream of bytes, cut into frames without regard to where a record
 * begins. A stream is named by (pid, tid, birth). A frame (struct frame, then `length` bytes) goes into the
 * FIFO in one write(2) of at most PIPE_BUF bytes, so that frames of different writers don't mix (pipe(7));
 * the description that they share is O_NONBLOCK. Frames of a stream are numbered from 0; a number that is
 * missing is a loss, and is said.
 *
 * SLOTS. Records wait in a slot until it is full; then it is left, and the thread goes on in a fresh one,
 * which is another stream. Where there is none, or the order of what follows isn't told by later times, the
 * slot is written as a frame and used again. A slot is claimed by setting its bit in slots_head.used, and
 * belongs to one thread. Its `state` holds the number of the next frame (high 32 bits) and how many bytes of
 * complete records wait for it (low 32 bits); bytes below that count don't change until the number does. So
 * the collector can read them at any time (copy, then look whether the number is still the same): from a
 * running process to keep time moving, from a dead one so that nothing is lost. A byte that was read from the
 * slot and arrives in a frame as well is known by its place in the stream. The owner never waits for the
 * collector, except on a full pipe.
 *
 *   claim     the process: bit set, frame header filled in, then `birth` stored
 *   leave     the process: `done` stored (the slot is full, or the thread ends); or it dies; or it becomes
 * another image by exec free      the collector alone: it has read what was there; `birth` 0, then the bit is
 * cleared
 *
 * While a process execs what won't load our library, and so won't say that it began, `executing` is the time
 * of the try, which bounds what is still to come as `pending` does: when the mapping of the slots is gone, so
 * is the image.
 *
 * `pending` bounds what is still to come: 0, nothing is being recorded; 1, a record is, and its time is about
 * to be read; else a call is under way whose record will bear this time. It says so in the fresh slot, too,
 * before the full one is left (`done`) for it: the collector passes over what a slot says that is left, and
 * looks at all again where one was left meanwhile, since it may have seen the fresh one too early.
 *
 * RECORDS. A record begins with struct record_head (16 bytes), whose `size` counts all of it. Then, by its
 * call's row in shim/calls.def, come the fields in the row's order:
 *
 *   number    int32, 4 bytes: descriptors, flags, modes, results
 *   long      int64, 8 bytes: lengths, offsets
 *   string    uint32 count of bytes, then the bytes, without a NUL; 0xffffffff and nothing: no string (NULL,
 * or it could not be read) strings   uint32 count, then so many strings
 *
 * A LONG PATH that begins as another one of its stream did is told by that: behind the last field stands
 * struct record_base, the record's `call` has RECORD_HAS_BASE, and the string at `at` holds only what comes
 * after the first `prefix` bytes. These stand in another slot, the base, which has the `birth` of the slot
 * that it was claimed for, says which that is (`base_of`), and holds `frame.length` bytes of a path as its
 * data, which are not changed any more. A slot has one base at most. It is given free when the slot that it
 * belongs to has been.
 *
 * Numbers of errors, signals and flags are Linux's generic ones; the flags of an open are x86's on every
 * machine, as in the trace (trace.h), so that an emulated process can be recorded as well.
 *
 * A call that changes something bears the time from before it, one that looks bears the time from after it:
 * so no effect stands before its cause, whatever the scheduler does between a call and its record.
 */
#ifndef INTERPOSE_RECORD_H
#define INTERPOSE_RECORD_H

#include <stdint.h>

#define RECORD_VERSION   1
#define CHANNEL_VARIABLE "INTERPOSE_CHANNEL"
#define CHANNEL_PIPE     "pipe"
#define CHANNEL_SLOTS    "slots"
#define CHANNEL_SHIM     "shim" /* a link to the place of the libraries, where LD_PRELOAD can't name it */
#define SHIM_NAME        "libinterpose-shim.so"

enum {
	SLOT_COUNT = 8192,
	SLOT_STRIDE = 4096,      /* bytes from slot to slot: a page, so that a thread touches one */
	SLOT_DATA = 4000,        /* bytes of records that a frame can hold */
	ENVIRONMENT_SIZE = 2048, /* bytes of names of variables, with their NULs */
	FRAME_LIMIT = 4096,      /* PIPE_BUF on Linux: a frame with its header is never longer */
	FRAME_CONTINUES = 1,
	RECORD_HAS_BASE = 0x8000, /* in record_head.call */
	SLOTS_MAGIC = 0x49505331, /* "IPS1" */
};

#define STRING_NONE UINT32_MAX
#define SLOTS_SIZE  ((uint64_t)(SLOT_COUNT + 1) * SLOT_STRIDE)

/* A 32-bit process shares these with a 64-bit collector: as aligned as they are there, and never torn. */
typedef uint64_t atomic_word __attribute__((aligned(8)));

struct frame {
	uint16_t length; /* bytes that follow the header */
	uint8_t version; /* RECORD_VERSION */
	uint8_t flags;   /* FRAME_CONTINUES: the first byte isn't a record's first */
	uint32_t pid;
	uint32_t tid;
	uint32_t sequence; /* 0 for a stream's first */
	uint64_t birth;    /* when the stream began, ns; the low three bits are the slot's level */
};

struct slot {
	atomic_word state;   /* atomic: sequence << 32 | bytes of complete records */
	atomic_word pending; /* atomic: 0, 1, or ns */
	atomic_word birth;   /* atomic: 0 until the owner has filled the slot in */
	uint32_t done;       /* atomic: 1 when the thread has ended */
	uint32_t level;      /* 0; 1 and up for the records of a signal handler that came while level - 1 was
				writing one */
	atomic_word executing; /* atomic: 0, or since when (ns) the process execs an image that won't load our
			       library */
	uint32_t alone;        /* 1: the owner's private page; its records are written at once */
	uint32_t base;         /* the owner's alone: the base's number + 1; 0: there is none yet */
	uint32_t base_of;      /* this is a base: of the slot of that number, + 1; else 0 */
	uint8_t reserved[64 - 52];
	struct frame frame;
	uint8_t data[SLOT_DATA];
	uint8_t spare[SLOT_STRIDE - 64 - sizeof(struct frame) - SLOT_DATA];
};

struct slots_head {
	uint32_t magic;
	uint32_t version;
	uint32_t slot_count;
	uint32_t slot_stride;
	uint32_t
	    limit; /* atomic: slots that have memory, and so may be claimed; a multiple of 64, it grows */
	uint32_t tick_rate; /* atomic: ns a tick of the time stamp counter, times 2^32; 0: the kernel is to be
			       asked for the time. Measured by the collector */
	atomic_word used[SLOT_COUNT / 64];  /* atomic: bit n % 64 of word n / 64: slot n is claimed */
	char environment[ENVIRONMENT_SIZE]; /* the variables that --env names, each with its NUL; after the
					       last an empty one. Not changed once a process runs */
};

/* Where the head is in a mapping of the file, and the mapping that a head is in. */
static inline struct slots_head *
slots_head_in(void *mapping)
{
	return (struct slots_head *)((uintptr_t)mapping + (uintptr_t)(SLOTS_SIZE - SLOT_STRIDE));
}

static inline void *
slots_mapping_of(struct slots_head *head)
{
	return (uint8_t *)head + SLOT_STRIDE - SLOTS_SIZE;
}

/* The slot of that number, below SLOT_COUNT, and the number of a slot. */
static inline struct slot *
slots_slot(struct slots_head *head, unsigned index)
{
	return (struct slot *)((uint8_t *)head - (uint64_t)(index + 1) * SLOT_STRIDE);
}

static inline unsigned
slots_index(const struct slots_head *head, const struct slot *slot)
{
	return (unsigned)(((const uint8_t *)head - (const uint8_t *)slot) / SLOT_STRIDE) - 1;
}

_Static_assert(sizeof(struct slot) == SLOT_STRIDE, "a slot fills its stride");
_Static_assert(sizeof(struct frame) + SLOT_DATA <= FRAME_LIMIT, "a frame is written in one piece");
_Static_assert(sizeof(struct slots_head) <= SLOT_STRIDE, "the head fits before the first slot");

struct record_head {
	uint32_t size;  /* bytes, with this head */
	uint16_t call;  /* enum call */
	uint16_t error; /* errno, 0 on success */
	uint64_t time;  /* ns */
};

struct record_base {
	uint32_t slot;   /* the base's number, below SLOT_COUNT */
	uint16_t at;     /* bytes from the record's begin to the string's count */
	uint16_t prefix; /* bytes of the base that come before the string's, at least 1 */
};

/* Why what a process does is not in the trace. The numbers stand in the binary trace as well: append, never
 * reorder. */
enum untraced_reason {
	UNTRACED_STATIC,            /* no dynamic linker that could load a library */
	UNTRACED_SETUID,            /* secure-execution mode (ld.so(8)) */
	UNTRACED_FILE_CAPABILITIES, /* likewise (capabilities(7)) */
	UNTRACED_OTHER_CLASS,       /* 32-bit beside 64-bit */
	UNTRACED_OTHER_LIBC,        /* musl, say */
	UNTRACED_OTHER_MACHINE,     /* run by an emulator */
	UNTRACED_CLONE,             /* a raw clone on memory that is shared */
	UNTRACED_IO_URING,          /* file operations through a ring */
	UNTRACED_NESTED,            /* a session of its own: the inner trace is complete */
	UNTRACED_SILENT,            /* our library should have been loaded, and never reported in */
	UNTRACED_REASON_COUNT
};

/* What a process says beside its calls. Fields in the order given. */
/* 32-bit programs whose time is of 64 bits (_TIME_BITS=64) call functions of their own, which glibc has since
 * 2.34 where time was of 32 bits before. */
#ifdef __GLIBC__
#if __GLIBC_PREREQ(2, 34) && defined(__TIMESIZE) && __TIMESIZE == 32
#define HAS_TIME64 1
#endif
#endif

enum call {
	CALL_NONE,
	NOTE_START,  /* an image begins. numbers ppid, pgid, sid; long start time (clock ticks since boot,
			proc(5)): -1 for what isn't known; numbers uid, euid, gid, egid; string exe, none
			where the NOTE_EXEC before says it; string cwd; strings argv; where slots_head
			names variables, strings NAME=value: those that are set */
	NOTE_FORKED, /* a forked child's first record; of a spawned one by its parent. The same up to egid */
	NOTE_LOADED, /* strings: shared objects mapped at start */
	NOTE_IS_CHILD, /* number pid: what follows in this stream is a vfork child's; 0: the parent's again */
	NOTE_DESCRIPTOR, /* number fd, string: what /proc/self/fd/FD is, where we didn't see it opened */
	NOTE_CWD,        /* string: the working directory after a chdir, as getcwd(2) gives it */
	NOTE_EXEC, /* an exec that is about to be tried, or with an error that failed: numbers call, dirfd;
		      string path; numbers flags, untraced reason + 1 or 0; string interpreter; strings argv
		    */
	NOTE_EXIT, /* number status: exit handlers are done */
	NOTE_LOST, /* number count: records that could not be made */
	NOTE_EXECUTED, /* the collector's own: the exec that the process told last has succeeded, by all signs
			*/
#define CALL(kind, event, type, name, parameters, arguments, fields) CALL_##name,
#define HAND(event, name, fields)                                    CALL_##name,
#define PART(event, name, part, fields)                              CALL_##name##_##part,
#include "../shim/calls.def"
#undef CALL
#undef HAND
#undef PART
	CALL_COUNT
};

#endif
