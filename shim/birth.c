/*
 * birth.c - a process's start time and the program of its image. Both stand in /proc (proc(5)), where looking
 * costs a short process more than all else that we do at its start (docs/DESIGN.md). So they are passed on
 * instead: whoever forks knows that the child began between two moments, and whoever execs knows what. The
 * rule to keep: what the environment says is believed only where it can be about no other process and
 * program; else /proc is asked.
 */
#define _GNU_SOURCE
#include "birth.h"

#include <fcntl.h>
#include <string.h>
#include <sys/auxv.h>
#include <time.h>

#include "next.h"

#define TICK UINT64_C(10000000) /* ns: USER_HZ is 100 on all machines that we know (proc(5)) */

enum { STAT_SIZE = 1024 };

/* Of the process that this image is; of one that was forked from it where the number is another. */
static struct {
	uint32_t pid;
	int64_t started;
} own;

/* What the environment said. */
static struct {
	char kind;       /* 'e', 's': include/record.h; 0 for nothing */
	bool is_program; /* it was said of the program that runs */
	uint64_t pid;
	uint64_t time;
	bool has_time;
} received;

/* A number and what ends it; NULL when something else stands there. */
static const char *
parse_number(const char *at, char end, uint64_t *number, bool *is_there)
{
	const char *start = at;

	for (*number = 0; *at >= '0' && *at <= '9' && at - start < 19; at++)
		*number = *number * 10 + (uint64_t)(*at - '0');
	*is_there = at > start;
	return *at == end ? at + 1 : NULL;
}

/* A name that leads through a descriptor (/proc/self/fd/3, /dev/fd/3) may be that of no file:
 * memfd_create(2). */
static bool
is_file_name(const char *program)
{
	return strncmp(program, "/proc/", 6) != 0 && strncmp(program, "/dev/", 5) != 0;
}

void
birth_receive(const char *text)
{
	const char *program = (const char *)start_auxiliary(AT_EXECFN);
	uint64_t hash;
	bool is_there;

	received.kind = 0;
	if (text[0] != 'e' && text[0] != 's')
		return;
	const char *at = parse_number(text + 1, '.', &received.pid, &is_there);
	if (!at || !is_there || !(at = parse_number(at, '.', &received.time, &received.has_time)) ||
	    !parse_number(at, ':', &hash, &is_there))
		return;
	received.kind = text[0];
	received.is_program = program && is_there && hash == next_hash(program) && is_file_name(program);
}

static bool
is_same_tick(uint64_t one, uint64_t other)
{
	return one / TICK == other / TICK;
}

static char *
put_number(char *at, uint64_t number, char end)
{
	char digits[20];
	int count = 0;

	do {
		digits[count++] = (char)('0' + number % 10);
	} while ((number /= 10) > 0);
	while (count > 0)
		*at++ = digits[--count];
	*at++ = end;
	return at;
}

/*
 * The numbers of /proc/PID/stat: the fourth to the sixth and the twenty-second. The second is a name in
 * parentheses that may hold anything.
 */
static void
read_stat(struct identity *identity, const struct slot *slot, uint32_t pid)
{
	char *stat = (char *)staging_scratch(slot);
	char path[40] = "/proc/";
	bool is_self = pid == process->pid && thread.child_depth == 0;
	char *name = path + strlen(path);

	strcpy(is_self ? stpcpy(name, "self/") : put_number(name, pid, '/'), "stat");
	long fd = raw(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
	long length = fd < 0 ? 0 : raw(SYS_read, fd, stat, STAT_SIZE - 1);
	uint64_t number;
	bool is_there;

	if (fd >= 0)
		raw(SYS_close, fd);
	if (length <= 0)
		return;
	stat[length] = '\0';
	const char *at = strrchr(stat, ')');
	for (int field = 3; at && field <= 22; field++) {
		at = strchr(at + 1, ' ');
		if (at && field == 22 && parse_number(at + 1, ' ', &number, &is_there) && is_there)
			identity->started = (int64_t)number;
	}
}

static void
read_groups(struct identity *identity, uint32_t pid)
{
	long group = raw(SYS_getpgid, pid);
	long session = raw(SYS_getsid, pid);

	identity->group = group < 0 ? -1 : (int32_t)group;
	identity->session = session < 0 ? -1 : (int32_t)session;
}

/* The tick that it began in, when that is the present one; else what the kernel says. */
static void
find_start(struct identity *identity, const struct slot *slot, uint32_t pid, uint64_t before)
{
	uint64_t boot = now_since_boot();
	uint64_t age = now() - before;

	if (before != 0 && age <= boot && is_same_tick(boot - age, boot))
		identity->started = (int64_t)(boot / TICK);
	else
		read_stat(identity, slot, pid);
}

void
birth_identify_image(struct identity *identity, const struct slot *slot)
{
	*identity = (struct identity){-1, -1, -1, -1};
	if (!channel.quiet) {
		identity->parent = (int32_t)raw(SYS_getppid);
		read_groups(identity, 0);
	}
	if (received.kind == 'e' && received.pid == process->pid)
		identity->started = received.has_time ? (int64_t)received.time : -1;
	else if (received.kind == 's' && received.pid == (uint64_t)identity->parent &&
		 is_same_tick(received.time, now_since_boot()))
		identity->started = (int64_t)(received.time / TICK);
	else if (received.kind == 'e' || received.pid != (uint64_t)identity->parent)
		received.kind = 0;
	if (identity->started < 0 && !channel.quiet)
		read_stat(identity, slot, process->pid);
	own.pid = process->pid;
	own.started = identity->started;
}

bool
birth_program_is_told(void)
{
	return received.kind != 0 && received.is_program;
}

void
birth_identify_child(struct identity *identity, const struct slot *slot, uint64_t before)
{
	uint32_t depth = thread.child_depth;

	*identity = (struct identity){-1, -1, -1, -1};
	read_groups(identity, 0);
	if (depth == 0) {
		find_start(identity, slot, process->pid, before);
		own.pid = process->pid;
		own.started = identity->started;
	} else if (depth <= CHILD_DEPTH) {
		find_start(identity, slot, thread.child[depth - 1], before);
		thread.child_started[depth - 1] = identity->started;
	}
}

void
birth_identify_spawned(struct identity *identity, const struct slot *slot, uint32_t pid, uint64_t before)
{
	*identity = (struct identity){-1, -1, -1, -1};
	read_groups(identity, pid);
	find_start(identity, slot, pid, before);
}

void
birth_pass_exec(char text[BIRTH_SIZE], const char *path)
{
	uint32_t depth = thread.child_depth;
	uint32_t pid = depth == 0 ? process->pid : depth <= CHILD_DEPTH ? thread.child[depth - 1] : 0;
	int64_t started = depth == 0 ? (own.pid == pid ? own.started : -1)
			  : pid      ? thread.child_started[depth - 1]
				     : -1;
	char *at = text;

	*at++ = 'e';
	at = put_number(at, pid, '.');
	if (started >= 0)
		at = put_number(at, (uint64_t)started, '.');
	else
		*at++ = '.';
	at = put_number(at, next_hash(path), '\0');
}

void
birth_pass_spawn(char text[BIRTH_SIZE], const char *path, uint64_t before)
{
	uint32_t depth = thread.child_depth;
	uint32_t pid = depth == 0 ? process->pid : depth <= CHILD_DEPTH ? thread.child[depth - 1] : 0;
	char *at = text;

	*at++ = 's';
	at = put_number(at, pid, '.');
	at = put_number(at, now_since_boot() - (now() - before), '.');
	at = put_number(at, next_hash(path), '\0');
}
