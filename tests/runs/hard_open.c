/*
 * hard_open.c - opens of every kind, in an empty directory. What exists and what not is known from the order.
 */
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

int __open_2(const char *path, int flags);

static void
done(int fd)
{
	if (fd >= 0)
		close(fd);
}

static void
stream(const char *path, const char *mode)
{
	FILE *file = fopen(path, mode);

	if (file)
		fclose(file);
}

int
main(void)
{
	done(open("new", O_WRONLY | O_CREAT, 0640));
	done(open("new", O_WRONLY | O_CREAT, 0640));
	done(open("new", O_WRONLY | O_CREAT | O_EXCL, 0640));
	done(open("new2", O_RDWR | O_CREAT | O_EXCL, 0600));
	done(open("new", O_WRONLY | O_APPEND));
	done(open("new", O_WRONLY | O_TRUNC));
	done(open("new3", O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600));
	done(open(".", O_TMPFILE | O_RDWR, 0600));
	done(open("new", O_PATH));
	symlink("new", "link");
	symlink("made-through-link", "dangling");
	done(open("link", O_RDONLY | O_NOFOLLOW));
	done(open("link", O_PATH | O_NOFOLLOW));
	done(open("dangling", O_WRONLY | O_CREAT, 0600));
	done(open("dangling", O_WRONLY | O_CREAT, 0600));
	done(__open_2("new", O_RDONLY | O_CLOEXEC));
	done(creat("new4", 0600));
	done(creat("new4", 0600));
	stream("new", "rb+");
	stream("none", "rb+");
	stream("new5", "w+x");
	stream("new5", "w+x");
	stream("new6", "a");
	stream("new6", "a");
	struct open_how how = {.flags = O_WRONLY | O_CREAT, .mode = 0600};
	done((int)syscall(SYS_openat2, AT_FDCWD, "new7", &how, sizeof how));
	done((int)syscall(SYS_openat2, AT_FDCWD, "new7", &how, sizeof how));
	char name[] = "made-XXXXXX";
	done(mkstemp(name));
	unlink(name);
	mkdir("closed", 0);
	done(open("missing/new", O_WRONLY | O_CREAT, 0600));
	return 0;
}
