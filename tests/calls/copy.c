/*
 * copy.c - bytes that go from one descriptor to another inside the kernel, and files mapped to be written or
 * run.
 */
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>

#include "predict.h"

static int from_fd, to_fd;

static void
open_both(void)
{
	mark_end();
	from_fd = open("d/f", O_RDONLY);
	to_fd = open("to", O_RDWR | O_CREAT, 0644);
	mark("/interpose-begin");
}

#define BOTH "'fd':%d,'path':'$DIR/d/f','new_fd':%d,'path2':'$DIR/to'"

/* Of the twins' two types, which are one on machines of 64 bits. */
typedef ssize_t (*send_function)(int to, int from, void *offset, size_t count);

static void
send(send_function call, void *offset)
{
	open_both();
	expect("copy", call(to_fd, from_fd, NULL, 4), BOTH ",'length':4", from_fd, to_fd);
	expect("copy", call(to_fd, from_fd, offset, 100), BOTH ",'length':100", from_fd, to_fd);
	expect("copy", call(to_fd, BAD_FD, NULL, 4), "'fd':%d,'new_fd':%d,'path2':'$DIR/to','length':4",
	       BAD_FD, to_fd);
	expect("copy", call(BAD_FD, from_fd, NULL, 4), "'fd':%d,'path':'$DIR/d/f','new_fd':%d,'length':4",
	       from_fd, BAD_FD);
	expect("copy", call(from_fd, from_fd, NULL, 4),
	       "'fd':%d,'path':'$DIR/d/f','new_fd':%d,'path2':'$DIR/d/f','length':4", from_fd, from_fd);
}

static void
perform_sendfile(void)
{
	off_t offset = 1;

	send((send_function)sendfile, &offset);
}

static void
perform_sendfile64(void)
{
	off64_t offset = 1;

	send((send_function)sendfile64, &offset);
}

static void
perform_copy_file_range(void)
{
	off64_t offset = 2;

	open_both();
	expect("copy", copy_file_range(from_fd, &offset, to_fd, NULL, 100, 0), BOTH ",'length':100", from_fd,
	       to_fd);
	expect("copy", copy_file_range(from_fd, NULL, to_fd, NULL, 3, 0), BOTH ",'length':3", from_fd, to_fd);
	expect("copy", copy_file_range(from_fd, NULL, to_fd, NULL, 3, 0x80),
	       BOTH ",'length':3,'flags':['0x80']", from_fd, to_fd);
	expect("copy", copy_file_range(BAD_FD, NULL, to_fd, NULL, 3, 0),
	       "'fd':%d,'new_fd':%d,'path2':'$DIR/to','length':3", BAD_FD, to_fd);
}

/* One side is a pipe, which has no name. */
static void
perform_splice(void)
{
	int ends[2];

	open_both();
	if (pipe(ends) < 0)
		abort();
	expect("copy", splice(from_fd, NULL, ends[1], NULL, 4, SPLICE_F_MOVE),
	       "'fd':%d,'path':'$DIR/d/f','new_fd':%d,'length':4,'flags':['SPLICE_F_MOVE']", from_fd,
	       ends[1]);
	expect("copy", splice(ends[0], NULL, to_fd, NULL, 100, 0),
	       "'fd':%d,'new_fd':%d,'path2':'$DIR/to','length':100", ends[0], to_fd);
	expect("copy", splice(from_fd, NULL, to_fd, NULL, 4, 0), BOTH ",'length':4", from_fd, to_fd);
}

/* Where the file system can't share blocks the clone fails, and the event says so. */
static void
perform_ioctl(void)
{
	struct file_clone_range range = {.src_length = 4096};
	int available = -1;

	open_both();
	range.src_fd = from_fd;
	expect("copy", ioctl(to_fd, FICLONE, from_fd), BOTH ",'length':0", from_fd, to_fd);
	expect("copy", ioctl(to_fd, FICLONE, BAD_FD), "'fd':%d,'new_fd':%d,'path2':'$DIR/to','length':0",
	       BAD_FD, to_fd);
	expect("copy", ioctl(to_fd, FICLONERANGE, &range), BOTH ",'length':4096", from_fd, to_fd);
	say("unmapped", ioctl(to_fd, FICLONERANGE, unmapped), errno);
	say("close at exec", ioctl(file_fd, FIOCLEX), 0);
	say("stay open", ioctl(file_fd, FIONCLEX), 0);
	say("not a terminal", ioctl(file_fd, TIOCGPGRP, &available), errno);
	say("bytes", ioctl(file_fd, FIONREAD, &available), available);
}

static void *
mapped(void *result)
{
	return result == MAP_FAILED ? NULL : result;
}

static void
map(void *(*call)(void *address, size_t length, int protection, int flags, int fd))
{
	open_both();
	expect_pointer("mmap", mapped(call(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file_fd)),
		       "'fd':%d,'path':'$DIR/f','protection':'PROT_READ|PROT_WRITE','shared':true", file_fd);
	expect_pointer("mmap", mapped(call(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, from_fd)),
		       "'fd':%d,'path':'$DIR/d/f','protection':'PROT_READ|PROT_EXEC','shared':false",
		       from_fd);
	expect_pointer("mmap", mapped(call(NULL, 4096, PROT_WRITE, MAP_SHARED, from_fd)),
		       "'fd':%d,'path':'$DIR/d/f','protection':'PROT_WRITE','shared':true", from_fd);
	expect_pointer("mmap", mapped(call(NULL, 4096, PROT_EXEC, MAP_PRIVATE, BAD_FD)),
		       "'fd':%d,'protection':'PROT_EXEC','shared':false", BAD_FD);
	/* Memory, and a file that is only read. */
	say("read", call(NULL, 4096, PROT_READ, MAP_SHARED, file_fd) != MAP_FAILED, 0);
	say("private", call(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE, file_fd) != MAP_FAILED, 0);
	say("memory", call(NULL, 4096, PROT_READ | PROT_EXEC, MAP_SHARED | MAP_ANONYMOUS, -1) != MAP_FAILED,
	    0);
	say("nothing", call(NULL, 0, PROT_READ, MAP_PRIVATE, file_fd) != MAP_FAILED, errno);
}

static void *
map_narrow(void *address, size_t length, int protection, int flags, int fd)
{
	return mmap(address, length, protection, flags, fd, 0);
}

static void *
map_wide(void *address, size_t length, int protection, int flags, int fd)
{
	return mmap64(address, length, protection, flags, fd, 0);
}

static void
perform_mmap(void)
{
	map(map_narrow);
}

static void
perform_mmap64(void)
{
	map(map_wide);
}

#define CASE(name)                    \
	{                             \
#name, perform_##name \
	}
static const struct call calls[] = {
    CASE(sendfile), CASE(sendfile64), CASE(copy_file_range), CASE(splice),
    CASE(ioctl),    CASE(mmap),       CASE(mmap64),
};

int
main(int argc, char **argv)
{
	(void)argc;
	return predict(argv, calls, COUNT(calls));
}
