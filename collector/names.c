/*
 * names.c - the tables behind names.h.
 *
 * The values stand here as numbers, not as the constants of the headers that we are compiled with: a trace
 * made on one machine is read on another. In a table, a name of several bits stands before the names of its
 * parts. Whatever is left after all names is shown in hex; a change must keep that.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "names.h"

/* asm-generic/fcntl.h: x86, RISC-V, LoongArch, s390. */
static const struct name_bit open_generic[] = {
    {0100, "O_CREAT"},        {0200, "O_EXCL"},         {0400, "O_NOCTTY"},
    {01000, "O_TRUNC"},       {02000, "O_APPEND"},      {04000, "O_NONBLOCK"},
    {04010000, "O_SYNC"},     {010000, "O_DSYNC"},      {020000, "O_ASYNC"},
    {040000, "O_DIRECT"},     {0100000, "O_LARGEFILE"}, {020200000, "O_TMPFILE"},
    {0200000, "O_DIRECTORY"}, {0400000, "O_NOFOLLOW"},  {01000000, "O_NOATIME"},
    {02000000, "O_CLOEXEC"},  {010000000, "O_PATH"},    {0, NULL},
};

/* arch/arm and arch/arm64's asm/fcntl.h. */
static const struct name_bit open_arm[] = {
    {0100, "O_CREAT"},       {0200, "O_EXCL"},         {0400, "O_NOCTTY"},
    {01000, "O_TRUNC"},      {02000, "O_APPEND"},      {04000, "O_NONBLOCK"},
    {04010000, "O_SYNC"},    {010000, "O_DSYNC"},      {020000, "O_ASYNC"},
    {0200000, "O_DIRECT"},   {0400000, "O_LARGEFILE"}, {020040000, "O_TMPFILE"},
    {040000, "O_DIRECTORY"}, {0100000, "O_NOFOLLOW"},  {01000000, "O_NOATIME"},
    {02000000, "O_CLOEXEC"}, {010000000, "O_PATH"},    {0, NULL},
};

static const struct name_bit rename_bits[] = {
    {1, "RENAME_NOREPLACE"},
    {2, "RENAME_EXCHANGE"},
    {4, "RENAME_WHITEOUT"},
    {0, NULL},
};

/* 0x200 has two meanings: faccessat(2) and unlinkat(2). */
static const struct name_bit at_access[] = {
    {0x100, "AT_SYMLINK_NOFOLLOW"},
    {0x200, "AT_EACCESS"},
    {0x1000, "AT_EMPTY_PATH"},
    {0, NULL},
};

static const struct name_bit at_bits[] = {
    {0x100, "AT_SYMLINK_NOFOLLOW"}, {0x200, "AT_REMOVEDIR"},   {0x400, "AT_SYMLINK_FOLLOW"},
    {0x800, "AT_NO_AUTOMOUNT"},     {0x1000, "AT_EMPTY_PATH"}, {0x2000, "AT_STATX_FORCE_SYNC"},
    {0x4000, "AT_STATX_DONT_SYNC"}, {0x8000, "AT_RECURSIVE"},  {0, NULL},
};

static const struct name_bit close_bits[] = {
    {2, "CLOSE_RANGE_UNSHARE"},
    {4, "CLOSE_RANGE_CLOEXEC"},
    {0, NULL},
};

/* dup3 takes this one alone. */
static const struct name_bit dup_bits[] = {
    {02000000, "O_CLOEXEC"},
    {0, NULL},
};

static const struct name_bit xattr_bits[] = {
    {1, "XATTR_CREATE"},
    {2, "XATTR_REPLACE"},
    {0, NULL},
};

static const struct name_bit copy_bits[] = {
    {1, "SPLICE_F_MOVE"}, {2, "SPLICE_F_NONBLOCK"}, {4, "SPLICE_F_MORE"}, {8, "SPLICE_F_GIFT"}, {0, NULL},
};

/* fallocate(2) */
static const struct name_bit truncate_bits[] = {
    {0x01, "FALLOC_FL_KEEP_SIZE"},
    {0x02, "FALLOC_FL_PUNCH_HOLE"},
    {0x08, "FALLOC_FL_COLLAPSE_RANGE"},
    {0x10, "FALLOC_FL_ZERO_RANGE"},
    {0x20, "FALLOC_FL_INSERT_RANGE"},
    {0x40, "FALLOC_FL_UNSHARE_RANGE"},
    {0, NULL},
};

static const struct name_bit access_bits[] = {
    {4, "R_OK"},
    {2, "W_OK"},
    {1, "X_OK"},
    {0, NULL},
};

static const struct name_bit protection_bits[] = {
    {1, "PROT_READ"},
    {2, "PROT_WRITE"},
    {4, "PROT_EXEC"},
    {0, NULL},
};

static const struct name_bit no_bits[] = {{0, NULL}};

/* The signals up to 31, as all our architectures number them. */
static const char *const signal_names[] = {
    "0",         "SIGHUP",  "SIGINT",    "SIGQUIT", "SIGILL",   "SIGTRAP", "SIGABRT", "SIGBUS",
    "SIGFPE",    "SIGKILL", "SIGUSR1",   "SIGSEGV", "SIGUSR2",  "SIGPIPE", "SIGALRM", "SIGTERM",
    "SIGSTKFLT", "SIGCHLD", "SIGCONT",   "SIGSTOP", "SIGTSTP",  "SIGTTIN", "SIGTTOU", "SIGURG",
    "SIGXCPU",   "SIGXFSZ", "SIGVTALRM", "SIGPROF", "SIGWINCH", "SIGIO",   "SIGPWR",  "SIGSYS",
};

void
names_of_machine(struct names *names, const char *os)
{
	const char *machine = os != NULL ? strrchr(os, ' ') : NULL;

	machine = machine != NULL ? machine + 1 : "";
	names->open =
	    strncmp(machine, "arm", 3) == 0 || strncmp(machine, "aarch64", 7) == 0 ? open_arm : open_generic;
}

/* Adds the names of the bits in `table`, then what has none. */
static void
add_bits(struct name_list *list, const struct name_bit *table, uint64_t value)
{
	for (const struct name_bit *row = table; row->name != NULL && value != 0; row++) {
		if ((value & row->bits) == row->bits) {
			list->item[list->count++] = row->name;
			value &= ~row->bits;
		}
	}
	if (value != 0) {
		snprintf(list->rest, sizeof list->rest, "0x%" PRIx64, value);
		list->item[list->count++] = list->rest;
	}
}

static const struct name_bit *
table_of_kind(enum event_kind kind)
{
	switch (kind) {
	case EVENT_ACCESS:
		return at_access;
	case EVENT_RENAME:
		return rename_bits;
	case EVENT_CLOSE:
		return close_bits;
	case EVENT_DUP:
		return dup_bits;
	case EVENT_XATTR:
		return xattr_bits;
	case EVENT_COPY:
		return copy_bits;
	case EVENT_TRUNCATE:
		return truncate_bits;
	case EVENT_START:
	case EVENT_FORK:
	case EVENT_EXIT:
	case EVENT_WAIT:
	case EVENT_MMAP:
	case EVENT_LOAD:
	case EVENT_UNTRACED:
	case EVENT_LOST:
		return no_bits;
	default:
		return at_bits;
	}
}

void
names_flags(const struct names *names, const struct event *event, struct name_list *list)
{
	static const char *const access_mode[] = {"O_RDONLY", "O_WRONLY", "O_RDWR", "O_ACCMODE"};
	uint64_t value = (uint64_t)event->number[FIELD_flags];

	list->count = 0;
	if (event->kind == EVENT_OPEN) {
		list->item[list->count++] = access_mode[value & 3];
		add_bits(list, names->open, value & ~UINT64_C(3));
	} else {
		add_bits(list, table_of_kind(event->kind), value);
	}
}

void
names_access(int64_t mode, struct name_list *list)
{
	list->count = 0;
	if (mode == 0)
		list->item[list->count++] = "F_OK";
	add_bits(list, access_bits, (uint64_t)mode);
}

void
names_protection(int64_t protection, struct name_list *list)
{
	list->count = 0;
	if (protection == 0)
		list->item[list->count++] = "PROT_NONE";
	add_bits(list, protection_bits, (uint64_t)protection);
}

const char *
names_error(int error, char buffer[NAMES_SIZE])
{
	const char *name = strerrorname_np(error);

	if (name != NULL && error != 0)
		return name;
	snprintf(buffer, NAMES_SIZE, "%d", error);
	return buffer;
}

/* The real-time signals begin at 34 for a program: the C library keeps 32 and 33 for its threads (signal(7)).
 */
const char *
names_signal(int64_t signal, char buffer[NAMES_SIZE])
{
	if (signal > 0 && signal < 32)
		return signal_names[signal];
	if (signal == 34)
		return "SIGRTMIN";
	if (signal > 34 && signal <= 64)
		snprintf(buffer, NAMES_SIZE, "SIGRTMIN+%d", (int)signal - 34);
	else
		snprintf(buffer, NAMES_SIZE, "%" PRId64, signal);
	return buffer;
}

const char *
names_mode(int64_t mode, char buffer[NAMES_SIZE])
{
	snprintf(buffer, NAMES_SIZE, "0%03" PRIo64, (uint64_t)mode);
	return buffer;
}

const char *
names_time(int64_t seconds, uint32_t nanoseconds, char buffer[NAMES_SIZE])
{
	time_t time = (time_t)seconds;
	struct tm utc;
	size_t length;

	/* A damaged trace may name a year that struct tm can't hold. */
	if (gmtime_r(&time, &utc) == NULL ||
	    (length = strftime(buffer, NAMES_SIZE, "%Y-%m-%dT%H:%M:%S", &utc)) == 0) {
		snprintf(buffer, NAMES_SIZE, "@%" PRId64 ".%09" PRIu32, seconds, nanoseconds);
		return buffer;
	}
	snprintf(buffer + length, NAMES_SIZE - length, ".%09" PRIu32 "Z", nanoseconds);
	return buffer;
}
