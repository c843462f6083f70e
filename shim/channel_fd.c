/*
 * channel_fd.c - which number our descriptor has. It stands where the program doesn't come: beyond
 * RLIMIT_NOFILE, or high, and ahead of the program when that comes near. The rule to keep: the program gets
 * the numbers that it would have had without us, and as many.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sys/resource.h>

#include "channel.h"

/* Numbers from here on the program can't have: 0 when that isn't known. */
static uint64_t
number_limit(void)
{
	uint64_t limit[2] = {0};

	return !channel.quiet && raw(SYS_prlimit64, 0, RLIMIT_NOFILE, NULL, limit) == 0 ? limit[0] : 0;
}

/*
 * A copy at the first number that RLIMIT_NOFILE keeps from the program, so that it can open as many files as
 * without us; for that the limit is raised for the moment. -1 where that isn't allowed.
 */
static int
copy_beyond(int fd)
{
	uint64_t limit[2], raised[2];

	if (raw(SYS_prlimit64, 0, RLIMIT_NOFILE, NULL, limit) != 0 || limit[0] >= INT32_MAX)
		return -1;
	raised[0] = limit[0] + 1;
	raised[1] = limit[1] > limit[0] ? limit[1] : raised[0];
	if (raw(SYS_prlimit64, 0, RLIMIT_NOFILE, raised, NULL) != 0)
		return -1;
	long copy = raw(SYS_fcntl, fd, F_DUPFD, limit[0]);
	raw(SYS_prlimit64, 0, RLIMIT_NOFILE, limit, NULL);
	return copy < 0 ? -1 : (int)copy;
}

/* A copy at a number that the program is least likely to miss: from `floor` on, or beyond its reach. */
static int
copy_up(int fd, int floor)
{
	if (number_limit() <= (uint64_t)floor)
		return copy_beyond(fd);
	long copy = raw(SYS_fcntl, fd, F_DUPFD, floor);
	return copy < 0 ? copy_beyond(fd) : (int)copy;
}

int
channel_copy(int fd)
{
	uint64_t limit = number_limit();
	int copy = copy_up(fd, FD_FLOOR);

	if (copy < 0 && limit > 4)
		copy = (int)raw(SYS_fcntl, fd, F_DUPFD, limit - 1);
	return copy < 0 ? (int)raw(SYS_fcntl, fd, F_DUPFD, 3) : copy;
}

/* Mostly it is at one of these numbers. */
bool
channel_find_moved(void)
{
	int64_t limit = (int64_t)number_limit();
	int64_t number = channel.fd;

	while (number > 0 && number <= limit / 2 && !channel_is_at((int)number))
		number *= 2;
	if (!channel_is_at((int)number))
		number = limit;
	if (number > INT32_MAX || !channel_is_at((int)number))
		return false;
	channel.fd = (int)number;
	return true;
}

void
channel_yield(int fd)
{
	if (channel.quiet && fd == channel.fd)
		channel.fd = -1; /* it isn't used any more */
	if (!channel_owns(fd) || (uint64_t)fd >= number_limit())
		return;
	channel.fd = channel_copy(fd);
	channel_write_variable();
}

/* Where `moved` is a copy of ours: that is ours from now on. */
static bool
move_to(int moved)
{
	int old = channel.fd;

	if (moved < 0)
		return false;
	channel.fd = moved;
	channel_write_variable();
	raw(SYS_close, old);
	return true;
}

void
channel_move(int number)
{
	if (!channel.quiet && channel_is_there())
		move_to((int)raw(SYS_fcntl, channel.fd, F_DUPFD, number));
}

void
channel_make_way(void)
{
	static bool cramped; /* RLIMIT_NOFILE leaves no greater number: not to be tried again and again */
	int old = channel.fd;

	if (!cramped && !channel.quiet && channel_is_there() && (uint64_t)old < number_limit())
		cramped = !move_to(copy_up(old, old > INT32_MAX / 2 ? INT32_MAX : old * 2));
}

void
channel_restore(int fd)
{
	if (channel.fd == fd)
		return;
	channel.fd = fd;
	channel_write_variable();
}
