/*
 * trace.h - the layout of the binary trace, version 2.0: all that another program needs to read one.
 *
 * A trace is the same on every machine: nothing in it is aligned or in the machine's own order. A change to
 * the layout must keep every trace that was ever written readable, or raise a version as told under
 * "Versions"; the golden bytes of tests/unit/test_trace.c show one that hasn't.
 *
 * Values
 *   u8, u16, u32  unsigned, little-endian, 1, 2 and 4 bytes
 *   varint        unsigned, up to 64 bits, seven bits a byte from the lowest up, bit 7 set in all bytes but
 *                 the last (LEB128); at most 10 bytes, and the tenth is 0 or 1
 *   signed        a varint that holds 2v for v >= 0 and -2v - 1 for v < 0
 *   bytes         a varint, the length in bytes, and as many bytes, without a NUL; paths and arguments are
 *                 in whatever encoding the program used
 *
 * The file
 *   offset 0   8 bytes  TRACE_MAGIC
 *   offset 8   u16      the major version, TRACE_MAJOR
 *   offset 10  u16      the minor version, TRACE_MINOR
 *   offset 12           blocks: one TRACE_BLOCK_HEAD, any number of others, one TRACE_BLOCK_END. A trace
 *                       without its end was cut short, or is still being written. Nothing follows the end.
 *
 * A block
 *   offset 0   u8       its type, enum trace_block_type
 *   offset 1   u32      the length of its payload in bytes, at most TRACE_BLOCK_MAX
 *   offset 5   u16      the lower 16 bits of the CRC-32 of the five bytes before
 *   offset 7   u32      the CRC-32 of the payload
 *   offset 11           the payload
 * The CRC-32 is that of ISO 3309 and zlib: polynomial 0xEDB88320 reflected, begun and ended with all bits
 * inverted.
 *
 * TRACE_BLOCK_HEAD
 *   varint, bytes...    the number of arguments of the traced command, and each of them
 *   bytes               the working directory it was started in
 *   bytes               the host's name (uname's nodename)
 *   bytes               the system: "Linux 6.1.0 x86_64"
 *   bytes               the boot id (/proc/sys/kernel/random/boot_id)
 *   16 bytes            a random id, which tells traces of one host apart
 *   signed              the wall clock at the start, seconds since 1970-01-01 UTC
 *   varint              its fraction, nanoseconds, below 1,000,000,000
 *   varint              the monotonic clock at the same moment, nanoseconds; events' times count from it
 *
 * TRACE_BLOCK_DEFINITIONS
 * Strings and shapes stand once in a dictionary that grows through the file; events name them by number.
 * Strings are numbered from 0 in the order of their definitions, shapes likewise and apart. The payload is a
 * sequence of definitions, each of which begins with a varint n:
 *   n = 0   a shape: what events have in common
 *       varint    the kind, enum trace_kind
 *       varint    0, or 1 + the number of the string that names the libc function that the program called
 *       signed    the error number, 0 for success, within 32 bits
 *       varint    the number of fields
 *       and for each field, in ascending order of their tags
 *           varint    8 * tag (enum trace_field) + class (enum trace_class)
 *           signed    the value, for TRACE_CLASS_CONSTANT only
 *   n = 1   a string: bytes
 *   n > 1   a string that begins as an earlier one does, the one that was defined n - 1 strings before
 *           (n = 2: the last one)
 *       varint    how many bytes they share
 *       bytes     the rest
 * A string is at most TRACE_STRING_MAX bytes long. At most TRACE_SHAPES_MAX shapes are defined at one time,
 * and strings of TRACE_DICTIONARY_MAX bytes in all, each counted as its length and TRACE_STRING_COST: so a
 * reader knows how much it will have to hold.
 *
 * TRACE_BLOCK_RESET
 * The dictionary is empty again, and numbers begin at 0. No payload.
 *
 * TRACE_BLOCK_EVENTS
 * The payload is a sequence of events. In every block the time of the event before begins at 0 and the table
 * of processes empty, so that a block needs nothing but the dictionary.
 *   varint    the shape's number
 *   varint    nanoseconds since the event before in this block (the first: since the start of the trace);
 *             the sum is taken modulo 2^64
 *   varint    the process: 0 when a varint, the pid, and a signed, tid minus pid, follow, both ids below
 *             2^32; else a place in the table of processes, 1 for its first. The process then moves, or is
 *             put, to the first place, and those that stood before it move one down. What leaves place
 *             TRACE_PROCESSES is forgotten.
 * and the values of the shape's fields in order, by their class:
 *   TRACE_CLASS_NUMBER      signed
 *   TRACE_CLASS_TEXT        varint, a string's number
 *   TRACE_CLASS_LIST        varint, how many; and as many varints, strings' numbers
 *   TRACE_CLASS_CONSTANT    nothing: the value stands in the shape
 * Which fields a writer makes constant is its own affair, and so is whether it tells an argument that the
 * path ends with as a string or by its place; an event doesn't have it in both ways, and none without the
 * path.
 *
 * TRACE_BLOCK_END
 *   signed              the command's status as the wrapper exits: 128 + the signal for a killed one; -1
 *                       for none; within 32 bits
 *   varint              the number of events
 *   varint              of processes
 *   varint              of processes that could not be traced
 *   varint              of records that are known to be missing
 *   varint              nanoseconds from start to end
 *   varint, varint...   how many processes still ran, and their pids
 *
 * Versions
 * The major version is raised when a reader of the one before would misread a trace; readers refuse a higher
 * one by name. The minor version is raised when something is appended: a kind, a field, a type of block, a
 * value at the end of the head's or the end's payload. Readers go on: they skip such a block, value and
 * field, and put an event of kind `lost` in the place of one of a kind that they don't know, since a trace
 * never hides that something is missing. In a trace whose minor version they know, all of these are damage.
 *
 * Version 2 tells most relative paths by TRACE_FIELD_arg_at, without which a reader would take the absolute
 * path for what the program passed; a trace of version 1 is read as it was.
 *
 * Numbers of errors, signals and flags are Linux's generic ones (asm-generic); in particular the `flags` of
 * an open are x86's on every machine: O_DIRECT 0040000, O_LARGEFILE 0100000, O_DIRECTORY 0200000, O_NOFOLLOW
 * 0400000.
 */
#ifndef INTERPOSE_TRACE_H
#define INTERPOSE_TRACE_H

#define TRACE_MAGIC          "\x89ipose\r\n"
#define TRACE_MAGIC_SIZE     8
#define TRACE_MAJOR          2
#define TRACE_MINOR          0
#define TRACE_MINOR_1        1 /* the last of major version 1 */
#define TRACE_FILE_HEAD_SIZE 12

#define TRACE_BLOCK_HEAD_SIZE 11
#define TRACE_BLOCK_MAX       (8u << 20)
#define TRACE_STRING_MAX      (4u << 20)
#define TRACE_STRING_COST     32u
#define TRACE_DICTIONARY_MAX  (64u << 20)
#define TRACE_SHAPES_MAX      16384u
#define TRACE_PROCESSES       64u

enum trace_block_type {
	TRACE_BLOCK_HEAD = 'H',
	TRACE_BLOCK_DEFINITIONS = 'D',
	TRACE_BLOCK_RESET = 'R',
	TRACE_BLOCK_EVENTS = 'E',
	TRACE_BLOCK_END = 'Z',
};

enum trace_class {
	TRACE_CLASS_NUMBER = 0,
	TRACE_CLASS_TEXT = 1,
	TRACE_CLASS_LIST = 2,
	TRACE_CLASS_CONSTANT = 3, /* a number, too */
};

/* Append, never reorder. */
enum trace_kind {
	TRACE_KIND_START = 0, /* a process, or a new image of it, begins */
	TRACE_KIND_FORK = 1,
	TRACE_KIND_EXEC = 2,
	TRACE_KIND_EXIT = 3,
	TRACE_KIND_WAIT = 4,
	TRACE_KIND_OPEN = 5,
	TRACE_KIND_CLOSE = 6,
	TRACE_KIND_DUP = 7,
	TRACE_KIND_STAT = 8,
	TRACE_KIND_ACCESS = 9,
	TRACE_KIND_READLINK = 10,
	TRACE_KIND_LIST = 11, /* a directory's entries were read */
	TRACE_KIND_RENAME = 12,
	TRACE_KIND_LINK = 13,
	TRACE_KIND_SYMLINK = 14,
	TRACE_KIND_UNLINK = 15,
	TRACE_KIND_RMDIR = 16,
	TRACE_KIND_MKDIR = 17,
	TRACE_KIND_MKNOD = 18,
	TRACE_KIND_CHDIR = 19,
	TRACE_KIND_CHROOT = 20,
	TRACE_KIND_CHMOD = 21,
	TRACE_KIND_CHOWN = 22,
	TRACE_KIND_UTIME = 23,
	TRACE_KIND_TRUNCATE = 24,
	TRACE_KIND_XATTR = 25,
	TRACE_KIND_STATFS = 26,
	TRACE_KIND_COPY = 27,
	TRACE_KIND_MMAP = 28,
	TRACE_KIND_LOAD = 29,     /* a shared object was mapped at start or by dlopen */
	TRACE_KIND_UNTRACED = 30, /* a process whose doings are not in the trace */
	TRACE_KIND_LOST = 31,     /* records that are known to be missing */
};

/* Tags. Append, never reorder; below 64. */
enum trace_field {
	TRACE_FIELD_ret = 0,       /* number: the value returned, where it is a number; a pointer gives 0 */
	TRACE_FIELD_fd = 1,        /* number: a descriptor that was opened, closed, duplicated or acted on */
	TRACE_FIELD_new_fd = 2,    /* number: dup's second descriptor */
	TRACE_FIELD_flags = 3,     /* number: by the kind: O_*, RENAME_*, AT_* */
	TRACE_FIELD_mode = 4,      /* number: permission bits, or access's R_OK | W_OK | X_OK */
	TRACE_FIELD_created = 5,   /* number: 1 when an open made the file, 0 when it was there */
	TRACE_FIELD_directory = 6, /* number: 1 when what was opened is a directory */
	TRACE_FIELD_follow = 7,    /* number: 0 when the last component's link was not followed */
	TRACE_FIELD_child = 8,     /* number: a pid */
	TRACE_FIELD_status = 9,    /* number: the exit status, 0 to 255 */
	TRACE_FIELD_signal = 10,   /* number: the signal that ended the process */
	TRACE_FIELD_core = 11,     /* number: 1 when a core was dumped */
	TRACE_FIELD_uid = 12,      /* number: -1 in a chown that leaves it */
	TRACE_FIELD_gid = 13,      /* number: likewise */
	TRACE_FIELD_euid = 14,     /* number */
	TRACE_FIELD_egid = 15,     /* number */
	TRACE_FIELD_ppid = 16,     /* number: the parent's pid */
	TRACE_FIELD_pgid = 17,     /* number: process group */
	TRACE_FIELD_sid = 18,      /* number: session */
	TRACE_FIELD_started = 19,  /* number: clock ticks since boot, as field 22 of /proc/PID/stat */
	TRACE_FIELD_by = 20,       /* number: by enum trace_by */
	TRACE_FIELD_shim = 21,     /* number: 1 when the preloaded library reported in */
	TRACE_FIELD_length = 22,   /* number: bytes */
	TRACE_FIELD_protection = 23, /* number: PROT_* */
	TRACE_FIELD_shared = 24,     /* number: 1 for MAP_SHARED */
	TRACE_FIELD_written = 25,    /* number: 1 when something was written through the descriptor, else 0 */
	TRACE_FIELD_count = 26,      /* number: of records lost */
	TRACE_FIELD_reason = 27,     /* number: by enum trace_reason */
	TRACE_FIELD_path = 28,       /* text: absolute */
	TRACE_FIELD_arg = 29,        /* text: as the program passed it, where it differs */
	TRACE_FIELD_path2 = 30,      /* text: the second path, absolute */
	TRACE_FIELD_arg2 = 31,       /* text: as passed, where it differs */
	TRACE_FIELD_target = 32,     /* text: a symbolic link's */
	TRACE_FIELD_name = 33,       /* text: an attribute's */
	TRACE_FIELD_exe = 34,        /* text: the executable, as /proc/PID/exe */
	TRACE_FIELD_cwd = 35,        /* text: the working directory */
	TRACE_FIELD_interpreter = 36, /* text: of a script */
	TRACE_FIELD_why = 37,         /* text: the cause of a loss, in words */
	TRACE_FIELD_argv = 38,        /* list: the arguments */
	TRACE_FIELD_env = 39,         /* list: NAME=value, variables that were asked for; since version 1.1 */
	TRACE_FIELD_arg_at = 62,  /* number: `arg` is what `path` ends with, from this byte on; since 2.0 */
	TRACE_FIELD_arg2_at = 63, /* number: likewise of arg2 and path2 */
};

/* What began a process or image. Append, never reorder. */
enum trace_by {
	TRACE_BY_FORK = 0,
	TRACE_BY_EXEC = 1,
	TRACE_BY_ATTACH = 2, /* it ran before the tracer did */
};

/* Why a process is not traced. Append, never reorder. */
enum trace_reason {
	TRACE_REASON_STATIC = 0,
	TRACE_REASON_SETUID = 1,
	TRACE_REASON_FILE_CAPABILITIES = 2,
	TRACE_REASON_OTHER_CLASS = 3,
	TRACE_REASON_OTHER_LIBC = 4,
	TRACE_REASON_OTHER_MACHINE = 5,
	TRACE_REASON_CLONE = 6,
	TRACE_REASON_IO_URING = 7,
	TRACE_REASON_NESTED = 8,
	TRACE_REASON_SILENT = 9,
};

#endif
