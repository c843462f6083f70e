/*
 * channel.c - the way out: the FIFO that INTERPOSE_CHANNEL names, and the shared slots beside it. The rule to
 * keep: a descriptor is never written to unless it is known to be ours, and SIGPIPE never reaches the
 * program.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "birth.h"
#include "channel.h"

struct channel channel = {.fd = -1};

/* What the kernel takes for a set of signals (rt_sigprocmask(2)): 64 bits. */
typedef uint64_t kernel_sigset;

static const char *
parse_number(const char *at, uint64_t *number)
{
	const char *start = at;

	*number = 0;
	for (; *at >= '0' && *at <= '9' && at - start < 20; at++)
		*number = *number * 10 + (uint64_t)(*at - '0');
	return at > start && *at == ':' ? at + 1 : NULL;
}

/* What the variable says. */
struct address {
	uint64_t version;
	uint64_t fd;
	uint64_t device;
	uint64_t inode;
	bool quiet;
	const char *birth;
	const char *directory;
	size_t length;
};

static const char *
parse_fd(const char *at, struct address *address)
{
	const char *start = at;

	for (address->fd = 0; *at >= '0' && *at <= '9' && at - start < 10; at++)
		address->fd = address->fd * 10 + (uint64_t)(*at - '0');
	address->quiet = *at == 'q';
	if (address->quiet)
		at++;
	return at > start && *at == ':' ? at + 1 : NULL;
}

static bool
parse_variable(struct address *address, const char *value)
{
	const char *at = parse_number(value, &address->version);

	if (!at || !(at = parse_fd(at, address)) || address->fd > INT32_MAX ||
	    !(at = parse_number(at, &address->device)) || !(at = parse_number(at, &address->inode)))
		return false;
	address->birth = at;
	at = strchr(at, ':');
	if (!at || at - address->birth >= BIRTH_SIZE)
		return false;
	at++;
	address->directory = at;
	address->length = strlen(at);
	return *at == '/' && address->length < sizeof channel.directory - 16;
}

static char *
put_number(char *at, uint64_t number)
{
	char digits[20];
	int count = 0;

	do {
		digits[count++] = (char)('0' + number % 10);
	} while ((number /= 10) > 0);
	while (count > 0)
		*at++ = digits[--count];
	*at++ = ':';
	return at;
}

void
channel_write_variable(void)
{
	char *at = channel.variable;

	memcpy(at, CHANNEL_VARIABLE "=", sizeof CHANNEL_VARIABLE);
	at += sizeof CHANNEL_VARIABLE;
	at = put_number(at, RECORD_VERSION);
	at = put_number(at, channel.fd < 0 ? FD_FLOOR : (uint64_t)channel.fd);
	if (channel.quiet) {
		at[-1] = 'q';
		*at++ = ':';
	}
	at = put_number(at, channel.device);
	at = put_number(at, channel.inode);
	channel.birth = (uint16_t)(at - channel.variable);
	strcpy(stpcpy(at, "-:"), channel.directory);
}

static bool
is_pipe(int dirfd, const char *path, uint64_t device, uint64_t inode)
{
	struct raw_stat status;

	return raw(RAW_FSTATAT, dirfd, path, &status, AT_EMPTY_PATH) == 0 && S_ISFIFO(status.st_mode) &&
	       (uint64_t)status.st_dev == device && (uint64_t)status.st_ino == inode;
}

bool
channel_is_at(int fd)
{
	return is_pipe(fd, "", channel.device, channel.inode);
}

static void
join(char path[sizeof channel.directory], const char *directory, const char *name)
{
	strcpy(stpcpy(stpcpy(path, directory), "/"), name);
}

bool
channel_is_another(const char *value)
{
	char path[sizeof channel.directory];
	struct address address;

	if (!parse_variable(&address, value) || strcmp(address.directory, channel.directory) == 0)
		return false;
	join(path, address.directory, CHANNEL_PIPE);
	return is_pipe(AT_FDCWD, path, address.device, address.inode);
}

static long
open_in_directory(const char *name, int flags)
{
	char path[sizeof channel.directory];

	join(path, channel.directory, name);
	return raw(SYS_openat, AT_FDCWD, path, flags | O_CLOEXEC, 0);
}

/* There was room for one descriptor alone: it is given back after each frame. */
static bool borrowed;

/*
 * O_NONBLOCK: without a reader the opening would wait for one; and see channel_write. 0, or -errno of the
 * opening.
 */
static long
reopen(void)
{
	long fd = open_in_directory(CHANNEL_PIPE, O_WRONLY | O_NONBLOCK);

	channel.fd = -1;
	if (fd < 0)
		return fd;
	if (channel_is_at((int)fd)) {
		channel.fd = channel_copy((int)fd);
		borrowed = channel.fd < 0;
		if (borrowed) {
			channel.fd = (int)fd;
			return 0;
		}
	}
	raw(SYS_close, fd);
	return channel.fd < 0 ? -ENOENT : 0;
}

static void
give_back(void)
{
	if (!borrowed)
		return;
	borrowed = false;
	raw(SYS_close, channel.fd);
	channel.fd = -1;
}

static void
map_slots(void)
{
	long fd = open_in_directory(CHANNEL_SLOTS, O_RDWR);

	if (fd < 0)
		return;
	long at = raw(RAW_MMAP, 0, SLOTS_SIZE + CHANNEL_ROOM, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	raw(SYS_close, fd);
	if (at < 0 && at > -4096)
		return;
	struct slots_head *head = slots_head_in((void *)at);
	/* Touched for writing, the page comes alone; for reading, with all that lie around it. */
	__atomic_fetch_or(&head->used[0], 0, __ATOMIC_RELAXED);
	if (head->magic == SLOTS_MAGIC && head->version == RECORD_VERSION && head->slot_count == SLOT_COUNT)
		channel.slots = head;
	else
		raw(SYS_munmap, at, SLOTS_SIZE + CHANNEL_ROOM);
}

/* No descriptor is to be had: that may be otherwise the next time. */
static bool
is_lack(long error)
{
	return error == -EMFILE || error == -ENFILE;
}

void
channel_open(char **environment)
{
	const char *value = NULL;
	struct address address;

	for (char **entry = environment; entry && *entry; entry++) {
		if ((*entry)[0] == CHANNEL_VARIABLE[0] &&
		    strncmp(*entry, CHANNEL_VARIABLE "=", sizeof CHANNEL_VARIABLE) == 0) {
			value = *entry + sizeof CHANNEL_VARIABLE;
			break;
		}
	}
	channel.off = true;
	if (!value || !parse_variable(&address, value) || address.version != RECORD_VERSION)
		return;
	channel.fd = (int)address.fd;
	channel.device = address.device;
	channel.inode = address.inode;
	memcpy(channel.directory, address.directory, address.length + 1);
	channel.quiet = address.quiet;
	bool is_open = channel.quiet || channel_is_at(channel.fd) || channel_find_moved();
	map_slots();
	if (!is_open && channel.slots) {
		channel.fd = -1; /* until there is something to write, which mostly there isn't */
	} else if (!is_open) {
		long error = reopen();

		if (error != 0 && !is_lack(error))
			return;
		give_back();
	}
	channel_write_variable();
	birth_receive(address.birth);
	channel.off = false;
}

void
channel_go_quiet(void)
{
	channel.quiet = true;
	channel_write_variable();
}

bool
channel_is_there(void)
{
	if (channel.fd >= 0 && !channel.quiet && !channel_is_at(channel.fd))
		channel.fd = -1; /* it will be opened anew when there is something to write */
	return channel.fd >= 0;
}

uint64_t
channel_hold(void)
{
	/* A program may step through itself: the kernel would kill it where its trap is held back
	 * (signal(7)). */
	kernel_sigset but_traps = ~(UINT64_C(1) << (SIGTRAP - 1));
	kernel_sigset before = 0;

	raw(SYS_rt_sigprocmask, SIG_BLOCK, &but_traps, &before, sizeof but_traps);
	return before;
}

void
channel_let_go(uint64_t held)
{
	kernel_sigset before = held;

	raw(SYS_rt_sigprocmask, SIG_SETMASK, &before, NULL, sizeof before);
}

static const kernel_sigset pipe_signal = UINT64_C(1) << (SIGPIPE - 1);

/* One that is pending before our write is the program's. */
static bool
pipe_signal_is_pending(kernel_sigset held)
{
	kernel_sigset pending = 0;

	if (held & pipe_signal)
		raw(SYS_rt_sigpending, &pending, sizeof pending);
	return pending & pipe_signal;
}

static void
take_pipe_signal_back(void)
{
	static const struct {
		int64_t seconds, nanoseconds;
	} at_once;

	raw(SYS_rt_sigtimedwait, &pipe_signal, NULL, &at_once, sizeof pipe_signal);
}

/*
 * The pipe's description is non-blocking, for every process that has it: a write takes all of a frame or
 * nothing (pipe(7)), and who finds no room waits with the program's own signals let through, so that it can
 * still be ended when the collector stands still.
 */
void
channel_write(struct frame *frame, uint64_t held)
{
	size_t size = sizeof *frame + frame->length;
	bool retried = false;
	kernel_sigset mask = held;

	while (!channel.off) {
		/* The program may have closed it by a raw system call and opened something else there. */
		int fd = channel.fd;
		bool pending = pipe_signal_is_pending(held);
		long written = channel_is_there() ? raw(SYS_write, fd, frame, size) : -EBADF;

		if (written == (long)size) {
			give_back();
			return;
		}
		if (written == -EINTR)
			continue;
		if (written == -EAGAIN) {
			struct pollfd wait = {fd, POLLOUT, 0};

			raw(SYS_ppoll, &wait, 1, NULL, &mask, sizeof mask);
			continue;
		}
		if (written == -EBADF && !retried) {
			retried = true;
			long error = reopen();
			if (is_lack(error))
				return; /* another time; that the frame's number is missing tells of the loss
					 */
			channel_write_variable();
			continue;
		}
		if (written == -EPIPE && !pending)
			take_pipe_signal_back();
		process->active = 0;
		channel.off = true; /* EPIPE: the collector is gone. The frame's number will show the gap. */
	}
}
