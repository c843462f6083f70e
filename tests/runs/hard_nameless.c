/*
 * hard_nameless.c - descriptors of what has no name in the file system, and names that lead through
 * descriptors. Runs in a directory with the file "file" and the directory "directory".
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* A program that is in no file, executed by its descriptor and by a name that leads through that. */
static void
run_memory(void)
{
	char *arguments[] = {"true", NULL};
	int file = open("/bin/true", O_RDONLY);
	int memory = memfd_create("program", 0);
	struct stat status;
	char name[64];

	if (fstat(file, &status) < 0 || sendfile(memory, file, NULL, (size_t)status.st_size) < 0)
		exit(1);
	close(file);
	snprintf(name, sizeof name, "/proc/self/fd/%d", memory);
	for (int by_name = 0; by_name < 2; by_name++) {
		if (fork() == 0) {
			if (by_name)
				execve(name, arguments, environ);
			else
				fexecve(memory, arguments, environ);
			_exit(1);
		}
		wait(NULL);
	}
	close(memory);
}

int
main(int argc, char *argv[])
{
	struct stat status;
	int pipes[2], sockets[2];
	char name[64];

	if (argc > 1)
		return 0;
	int memory = memfd_create("thing", 0);
	if (memory < 0 || pipe(pipes) < 0 || socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) < 0)
		return 1;
	int event = eventfd(0, 0);
	fstat(memory, &status);
	fstat(pipes[0], &status);
	fstat(sockets[0], &status);
	fstat(event, &status);
	fstatat(pipes[0], "", &status, AT_EMPTY_PATH);
	openat(pipes[0], "below-a-pipe", O_RDONLY);
	ftruncate(memory, 10);
	int copy = dup(pipes[1]);
	close(copy);
	snprintf(name, sizeof name, "/proc/self/fd/%d", pipes[0]);
	close(open(name, O_RDONLY));
	snprintf(name, sizeof name, "/proc/self/fd/%d", memory);
	close(open(name, O_RDONLY));
	mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
	close(memory);
	close(pipes[0]);

	int file = open("file", O_RDONLY);
	int directory = open("directory", O_PATH);
	snprintf(name, sizeof name, "/proc/self/fd/%d", file);
	close(open(name, O_RDONLY));
	stat(name, &status);
	snprintf(name, sizeof name, "/dev/fd/%d", file);
	access(name, R_OK);
	snprintf(name, sizeof name, "/proc/%d/fd/%d/below", getpid(), directory);
	access(name, R_OK);
	snprintf(name, sizeof name, "/proc/thread-self/fd/%d/../file", directory);
	access(name, R_OK);
	access("/proc/self/cwd/file", R_OK);
	access("/proc/self/root/etc/passwd", R_OK);
	access("/proc/self/fd/999", R_OK);
	fstatat(directory, "", &status, AT_EMPTY_PATH);
	fstatat(AT_FDCWD, "", &status, AT_EMPTY_PATH);
	fstatat(AT_FDCWD, "", &status, 0);
	linkat(file, "", AT_FDCWD, "linked", AT_EMPTY_PATH);
	fchownat(directory, "", (uid_t)-1, (gid_t)-1, AT_EMPTY_PATH);
	unlink("linked");
	int gone = open("gone", O_RDWR | O_CREAT, 0600);
	unlink("gone");
	fstat(gone, &status);
	snprintf(name, sizeof name, "/proc/self/fd/%d", file);
	int fds[] = {gone};
	close(fds[0]);
	run_memory();
	int own = open(argv[0], O_PATH | O_CLOEXEC);
	char *arguments[] = {argv[0], "again", NULL};
	execveat(own, "", arguments, environ, AT_EMPTY_PATH);
	return 1;
}
