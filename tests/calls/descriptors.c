/*
 * descriptors.c - descriptors that are closed and doubled. The program opens, dups and closes by calls that
 * make events only outside the markers; inside, just the call in hand.
 */
#include <dlfcn.h>
#include <linux/close_range.h>
#include <sys/ioctl.h>

#include "predict.h"

#define F "'path':'$DIR/f'"

/* A further descriptor on a file, out of the markers; `flags` as open(2). */
static int
open_more(const char *path, int flags)
{
	mark_end();
	int fd = open(path, flags);
	mark("/interpose-begin");
	return fd;
}

static void
close_some(int (*call)(int fd))
{
	int reading = open_more("d/f", O_RDONLY), writing = open_more("f", O_WRONLY);
	int unknown = (int)quiet(SYS_openat, AT_FDCWD, (long)"f", O_RDONLY);

	expect("close", call(reading), "'fd':%d,'path':'$DIR/d/f','written':false", reading);
	expect("close", call(reading), "'fd':%d", reading);
	expect("close", call(writing), "'fd':%d," F, writing);
	expect("close", call(unknown), "'fd':%d", unknown); /* nothing told what it was */
	expect("close", call(BAD_FD), "'fd':%d", BAD_FD);
	expect("close", call(-1), "'fd':-1");
}

int __close(int fd);
int __dup2(int fd, int new_fd);
int __fcntl(int fd, int command, ...);

static int
call_close_nocancel(int fd)
{
	/* GLIBC_PRIVATE: no program can be linked with it, but libc's own libraries are. */
	int (*function)(int) = (int (*)(int))dlsym(RTLD_DEFAULT, "__close_nocancel");

	return function(fd);
}

static void
perform_close(void)
{
	close_some(close);
}

static void
perform___close(void)
{
	close_some(__close);
}

static void
perform___close_nocancel(void)
{
	close_some(call_close_nocancel);
}

/* Those that are open and known, a close each; the rest is as it would be without the tracer. */
static void
perform_close_range(void)
{
	int first = open_more("f", O_RDONLY), second = open_more("d/f", O_RDWR);

	expect("close", close_range((unsigned)first, (unsigned)second, 0), "'fd':%d," F ",'written':false",
	       first);
	expect_of("close", call_name, 0, 0, "'fd':%d,'path':'$DIR/d/f'", second);
	say("closed", fcntl(second, F_GETFD), errno);
	say("nothing there", close_range(500, 600, 0), 0);
	say("close later", close_range((unsigned)file_fd, (unsigned)file_fd, CLOSE_RANGE_CLOEXEC), 0);
	say("flag", fcntl(file_fd, F_GETFD), 0);
	expect("close", close_range(5, 4, 0), "%s", "");
	expect("close", close_range(3, 4, 0x80), "'flags':['0x80']");
	expect_of("close", call_name, close_range(3, ~0u, 0), 0, "'fd':3,'path':'$DIR/d','written':false");
	expect_of("close", call_name, 0, 0, "'fd':4," F);
	say("lowest", quiet(SYS_dup, 0, 0, 0), 0);
}

static void
perform_closefrom(void)
{
	open_more("f", O_WRONLY);
	closefrom(file_fd);
	expect_of("close", call_name, 0, 0, "'fd':%d," F, file_fd);
	expect_of("close", call_name, 0, 0, "'fd':%d," F, file_fd + 1);
}

static void
perform_dup(void)
{
	int fd = dup(file_fd);

	expect("dup", fd, "'fd':%d,'new_fd':%d," F, file_fd, fd);
	fd = dup(fd);
	expect("dup", fd, "'fd':%d,'new_fd':%d," F, fd - 1, fd);
	expect("dup", dup(BAD_FD), "'fd':%d", BAD_FD);
	/* What nobody saw opened. */
	int unknown = (int)quiet(SYS_openat, AT_FDCWD, (long)"d/f", O_RDONLY);
	fd = dup(unknown);
	expect("dup", fd, "'fd':%d,'new_fd':%d,'path':'$DIR/d/f'", unknown, fd);
}

static void
double_onto(int (*call)(int fd, int new_fd))
{
	expect("dup", call(file_fd, 10), "'fd':%d,'new_fd':10," F, file_fd);
	expect("dup", call(directory_fd, 10), "'fd':%d,'new_fd':10,'path':'$DIR/d'", directory_fd);
	expect("dup", call(file_fd, file_fd), "'fd':%d,'new_fd':%d," F, file_fd, file_fd);
	expect("dup", call(BAD_FD, 10), "'fd':%d", BAD_FD);
	expect("dup", call(file_fd, -1), "'fd':%d," F, file_fd);
	for (int fd = 1000; fd < 1024; fd++) /* ours is one of them */
		expect("dup", call(file_fd, fd), "'fd':%d,'new_fd':%d," F, file_fd, fd);
}

static int
call_dup3(int fd, int new_fd)
{
	return dup3(fd, new_fd, 0);
}

static void
perform_dup2(void)
{
	double_onto(dup2);
}

static void
perform___dup2(void)
{
	double_onto(__dup2);
}

static void
perform_dup3(void)
{
	expect("dup", call_dup3(file_fd, 10), "'fd':%d,'new_fd':10," F, file_fd);
	expect("dup", dup3(file_fd, 11, O_CLOEXEC), "'fd':%d,'new_fd':11,'flags':['O_CLOEXEC']," F, file_fd);
	expect("dup", call_dup3(file_fd, file_fd), "'fd':%d," F, file_fd);
	expect("dup", call_dup3(BAD_FD, 10), "'fd':%d", BAD_FD);
	expect("dup", dup3(file_fd, 11, O_APPEND), "'fd':%d,'flags':['0x400']," F, file_fd);
}

static void
control(int (*call)(int fd, int command, ...))
{
	expect("dup", call(file_fd, F_DUPFD, 10), "'fd':%d,'new_fd':10," F, file_fd);
	expect("dup", call(file_fd, F_DUPFD, 10), "'fd':%d,'new_fd':11," F, file_fd);
	expect("dup", call(file_fd, F_DUPFD_CLOEXEC, 10), "'fd':%d,'new_fd':12,'flags':['O_CLOEXEC']," F,
	       file_fd);
	expect("dup", call(file_fd, F_DUPFD, -1), "'fd':%d," F, file_fd);
	expect("dup", call(BAD_FD, F_DUPFD, 10), "'fd':%d", BAD_FD);
	say("set flag", call(file_fd, F_SETFD, FD_CLOEXEC), 0);
	say("flag", call(file_fd, F_GETFD), 0);
	say("mode", call(file_fd, F_GETFL) & O_ACCMODE, 0);
	say("append", call(file_fd, F_SETFL, O_APPEND), 0);
	say("unknown", call(file_fd, 9999, 0), errno);
	struct flock lock = {.l_type = F_WRLCK};
	say("lock", call(file_fd, F_SETLK, &lock), 0);
}

static void
perform_fcntl(void)
{
	control(fcntl);
}

static void
perform_fcntl64(void)
{
	control(fcntl64);
}

static void
perform___fcntl(void)
{
	control(__fcntl);
}

#define CASE(name)                    \
	{                             \
#name, perform_##name \
	}
static const struct call calls[] = {
    CASE(close),   CASE(__close), CASE(__close_nocancel), CASE(close_range), CASE(closefrom),
    CASE(dup),     CASE(dup2),    CASE(__dup2),           CASE(dup3),        CASE(fcntl),
    CASE(fcntl64), CASE(__fcntl),
};

int
main(int argc, char **argv)
{
	(void)argc;
	return predict(argv, calls, COUNT(calls));
}
