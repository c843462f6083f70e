/*
 * syscall.c - the back door: syscall(2) is told as the libc call that it stands for (syscalls.def), and what
 * has no such twin passes through. The rule to keep: all six arguments reach the kernel as they were given,
 * by libc's own syscall, which sets errno as ever.
 *
 * The symbol itself is a few lines of assembly (syscall_entry.S), since a child on its parent's memory can't
 * return from a C function.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "directories.h"
#include "next.h"
#include "syscall.h"

enum { FIELDS_MAX = 16 };

struct twin {
	uint16_t call;
	char fields[FIELDS_MAX - 2];
};

static const uint8_t row_of[] = {
#define SYSCALL(number, call, fields) [SYS_##number] = ROW_##number,
#include "syscalls.def"
#undef SYSCALL
};

static const struct twin twins[ROW_COUNT] = {
#define SYSCALL(number, call, fields) [ROW_##number] = {CALL_##call, fields},
#include "syscalls.def"
#undef SYSCALL
};

long syscall_told(long number, long a, long b, long c, long d, long e, long f);

long
syscall_ask(struct asked *asked)
{
	const long *argument = asked->argument;

	asked->result = next(syscall)(asked->number, argument[0], argument[1], argument[2], argument[3],
				      argument[4], argument[5]);
	asked->error = asked->result == -1 ? errno : 0;
	return asked->result;
}

static long
fail(int error)
{
	errno = error;
	return -1;
}

/* 64 bits from argument `place` on, where they take two: the low half first on the machines that we know. */
static int64_t
wide_argument(const struct asked *asked, unsigned place)
{
	uint64_t low = (uint32_t)asked->argument[place % 6],
		 high = (uint32_t)asked->argument[(place + 1) % 6];

	return (int64_t)(high << 32 | low);
}

static int64_t
end_of_range(const struct asked *asked)
{
#ifdef __LP64__
	return asked->argument[2] + asked->argument[3];
#else
	return wide_argument(asked, 2) + wide_argument(asked, 4);
#endif
}

static void
put_field(struct record *record, const struct asked *asked, char field, unsigned place)
{
	long argument = asked->argument[place < 6 ? place : 0];

	switch (field) {
	case 'd':
		record_dirfd(record, (int)argument);
		break;
	case 'p':
		record_path(record, (const char *)argument);
		break;
	case 't':
		record_text(record, (const char *)argument);
		break;
	case 'F':
		record_fd(record, (int)argument);
		break;
	case 'n':
		record_number(record, (int32_t)argument);
		break;
	case 'l':
		record_long(record, argument);
		break;
	case 's':
		record_long(record, end_of_range(asked));
		break;
	case 'L':
		record_long(record, wide_argument(asked, place));
		break;
	case 'b':
		record_string(record, asked->result < 0 ? NULL : (const char *)argument,
			      (size_t)asked->result);
		break;
	case 'c':
		record_number(record, (int32_t)place);
		break;
	}
}

void
syscall_tell(const struct record *begun, const struct asked *asked, enum call call, const char *fields)
{
	struct record record = *begun;

	if (!record_begin(&record, call, asked->error))
		return;
	do {
		for (const char *field = fields; *field; field++) {
			switch (*field) {
			case '<':
				break;
			case 'r':
			case '=':
				record_number(&record, (int32_t)asked->result);
				break;
			case 'R':
				record_long(&record, asked->result);
				break;
			case 'w':
				record_dirfd(&record, AT_FDCWD);
				break;
			default:
				put_field(&record, asked, field[0], (unsigned)(field[1] - '0'));
				field++;
			}
		}
	} while (record_again(&record));
}

/* Those whose record is made as the table says. */
static long
ask_and_tell(struct asked *asked, enum row row)
{
	const struct twin *twin = &twins[row];
	enum call call = twin->call;
	const char *fields = twin->fields;
	struct record record = {0};

	if (fields[0] == '<')
		record_before(&record);
	switch (row) {
	case ROW_close:
		descriptor_forget((int)asked->argument[0]);
		syscall_ask(asked);
		break;
	case ROW_close_range:
		syscall_close_range(asked);
		break;
	case ROW_getdents64:
#ifdef SYS_getdents
	case ROW_getdents:
#endif
		if (syscall_ask(asked) == 0)
			return 0; /* the end */
		break;
	case ROW_utimensat:
#ifdef SYS_utimensat_time64
	case ROW_utimensat_time64:
#endif
		syscall_ask(asked);
		if (!asked->argument[1]) { /* NULL: the descriptor itself */
			call = CALL_futimens;
			fields = "<rF0";
		}
		break;
	default:
		syscall_ask(asked);
	}
	if (call == CALL_dup || call == CALL_dup2 || call == CALL_dup3)
		descriptor_see((int)asked->result);
	syscall_tell(&record, asked, call, fields);
	if (asked->result == 0 && (call == CALL_chdir || call == CALL_fchdir || call == CALL_chroot))
		directories_tell_cwd();
	return asked->result;
}

/* To the program, our descriptor isn't open, and its number is free. */
static bool
touches_ours(const struct asked *asked, enum row row)
{
	switch (row) {
#ifdef SYS_dup2
	case ROW_dup2:
#endif
	case ROW_dup3:
		if (channel_owns((int)asked->argument[0]))
			return true;
		channel_yield((int)asked->argument[1]);
		return false;
	case ROW_close:
	case ROW_dup:
	case ROW_fcntl:
#ifdef SYS_fcntl64
	case ROW_fcntl64:
#endif
	case ROW_ioctl:
		return channel_owns((int)asked->argument[0]);
	default:
		return false;
	}
}

long
syscall_told(long number, long a, long b, long c, long d, long e, long f)
{
	struct asked asked = {.number = number, .argument = {a, b, c, d, e, f}};
	enum row row = (unsigned long)number < sizeof row_of ? row_of[number] : ROW_NONE;

	if (likely(row == ROW_NONE))
		return syscall_ask(&asked);
	if (unlikely(touches_ours(&asked, row)))
		return fail(EBADF);
	return twins[row].fields[0] ? ask_and_tell(&asked, row) : syscall_by_hand(&asked, row);
}
