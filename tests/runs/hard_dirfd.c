/*
 * hard_dirfd.c - paths from directory descriptors of every origin. Without arguments: all of them; with
 * "child": what is done after an exec, with descriptor 20 a directory. A descriptor of the directory "given"
 * is open as number 9 before the program begins.
 */
#if !defined(__x86_64__)
#error "the raw system call is written for x86-64"
#endif
#include <dirent.h>
#include <err.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void
send_fd(int socket, int fd)
{
	char byte = 0, control[CMSG_SPACE(sizeof fd)] = {0};
	struct iovec bytes = {&byte, 1};
	struct msghdr message = {
	    .msg_iov = &bytes, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof fd);
	memcpy(CMSG_DATA(header), &fd, sizeof fd);
	if (sendmsg(socket, &message, 0) < 0)
		err(1, "sendmsg");
}

static int
receive_fd(int socket)
{
	char byte, control[CMSG_SPACE(sizeof(int))];
	struct iovec bytes = {&byte, 1};
	struct msghdr message = {
	    .msg_iov = &bytes, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
	int fd;

	if (recvmsg(socket, &message, 0) < 0)
		err(1, "recvmsg");
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof fd);
	return fd;
}

static void
over_a_socket(void)
{
	int pair[2], status;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0)
		err(1, "socketpair");
	pid_t pid = fork();
	if (pid == 0) {
		send_fd(pair[1], open("sent", O_RDONLY | O_DIRECTORY));
		_exit(0);
	}
	int fd = receive_fd(pair[0]);
	waitpid(pid, &status, 0);
	openat(fd, "received", O_RDONLY);
	/* The number comes again with another directory behind it. */
	close(fd);
	pid = fork();
	if (pid == 0) {
		send_fd(pair[1], open("one", O_RDONLY | O_DIRECTORY));
		_exit(0);
	}
	if (receive_fd(pair[0]) != fd)
		errx(1, "the number is another one");
	waitpid(pid, &status, 0);
	openat(fd, "received-again", O_RDONLY);
}

int
main(int argc, char *argv[])
{
	if (argc > 1 && strcmp(argv[1], "child") == 0) {
		openat(20, "after-exec", O_RDONLY);
		openat(21, "closed-by-exec", O_RDONLY);
		return 0;
	}
	mkdir("one", 0755);
	mkdir("one/two", 0755);
	mkdir("sent", 0755);
	openat(9, "before-us", O_RDONLY);
	DIR *directory = opendir("one");
	int two = openat(dirfd(directory), "two", O_RDONLY | O_DIRECTORY);
	openat(two, "nope", O_RDONLY);
	openat(two, "../nope", O_RDONLY);
	int copy = fcntl(two, F_DUPFD, 30);
	close(two);
	openat(copy, "by-dup", O_RDONLY);
	dup2(copy, 20);
	dup3(copy, 21, O_CLOEXEC);
	/* A raw system call that libc's syscall() doesn't make: opened unseen. */
	long raw;
	__asm__ volatile("syscall"
			 : "=a"(raw)
			 : "a"(SYS_openat), "D"(AT_FDCWD), "S"("one/two"), "d"(O_DIRECTORY)
			 : "rcx", "r11", "memory");
	openat((int)raw, "by-raw", O_RDONLY);
	over_a_socket();
	openat(500, "not-open", O_RDONLY);
	closedir(directory);
	execl(argv[0], argv[0], "child", (char *)NULL);
	return 1;
}
