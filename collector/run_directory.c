/*
 * run_directory.c - makes and removes a session's directory. The rule to keep: it is private (mode 0700), and
 * whoever was killed without removing his leaves it to the next.
 */
#include "run_directory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define PREFIX "interpose-run."

enum { PIPE_SIZE = 1 << 20, WRITER_FLOOR = 1000, FIRST_SLOTS = 8 };

static const char *const files[] = {CHANNEL_PIPE, CHANNEL_SLOTS, CHANNEL_SHIM, "lock"};

static void
remove_files(int dirfd)
{
	for (size_t i = 0; i < sizeof files / sizeof *files; i++)
		unlinkat(dirfd, files[i], 0);
}

/* One whose maker was killed before there was a lock in it: until then he holds the directory itself. */
static void
remove_if_empty(int parent, const char *name, int directory)
{
	if (flock(directory, LOCK_EX | LOCK_NB) == 0)
		unlinkat(parent, name, AT_REMOVEDIR);
}

/* One that a killed collector left: its lock is there, and nobody holds it. */
static void
remove_if_left(int parent, const char *name)
{
	struct stat status;
	int directory = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (directory < 0)
		return;
	if (fstat(directory, &status) == 0 && status.st_uid == geteuid()) {
		int lock = openat(directory, "lock", O_RDWR | O_NOFOLLOW | O_CLOEXEC);

		if (lock >= 0 && flock(lock, LOCK_EX | LOCK_NB) == 0) {
			remove_files(directory);
			unlinkat(parent, name, AT_REMOVEDIR);
		}
		if (lock >= 0)
			close(lock);
		else if (errno == ENOENT)
			remove_if_empty(parent, name, directory);
	}
	close(directory);
}

static void
remove_left_ones(const char *parent)
{
	DIR *directory = opendir(parent);
	struct dirent *entry;

	if (!directory)
		return;
	while ((entry = readdir(directory))) {
		if (strncmp(entry->d_name, PREFIX, sizeof PREFIX - 1) == 0)
			remove_if_left(dirfd(directory), entry->d_name);
	}
	closedir(directory);
}

static int
make_in(struct run_directory *run, const char *parent)
{
	if (snprintf(run->path, sizeof run->path, "%s/" PREFIX "XXXXXX", parent) >=
	    (int)sizeof run->path - 16) {
		errno = ENAMETOOLONG;
		return -1;
	}
	if (parent[0] != '/') {
		char absolute[PATH_MAX];

		if (!realpath(parent, absolute))
			return -1;
		return make_in(run, absolute);
	}
	return mkdtemp(run->path) ? 0 : -1;
}

static int
make_directory(struct run_directory *run)
{
	const char *const candidates[] = {getenv("XDG_RUNTIME_DIR"), "/dev/shm", "/tmp"};
	const char *wanted = getenv("TMPDIR");

	if (wanted && *wanted) {
		remove_left_ones(wanted);
		return make_in(run, wanted);
	}
	for (size_t i = 0; i < sizeof candidates / sizeof *candidates; i++) {
		if (!candidates[i] || candidates[i][0] != '/')
			continue;
		remove_left_ones(candidates[i]);
		if (make_in(run, candidates[i]) == 0)
			return 0;
	}
	return -1;
}

/* The file is sparse: a limit on the size of files, where it can be lifted for the moment, means other
 * things. */
static int
set_size(int fd)
{
	struct rlimit limit, raised;
	int result;

	getrlimit(RLIMIT_FSIZE, &limit);
	raised = limit;
	raised.rlim_cur = raised.rlim_max;
	setrlimit(RLIMIT_FSIZE, &raised);
	result = ftruncate(fd, (off_t)SLOTS_SIZE);
	int error = errno;
	setrlimit(RLIMIT_FSIZE, &limit);
	errno = error;
	return result;
}

/* Whoever touched a page that the file system has no room for would die of SIGBUS (mmap(2)). */
static int
make_room(int fd, uint32_t slots)
{
	off_t size = (off_t)(slots + 1) * SLOT_STRIDE;
	int error;

	while ((error = posix_fallocate(fd, (off_t)SLOTS_SIZE - size, size)) == EINTR)
		continue;
	errno = error;
	return error ? -1 : 0;
}

static int
make_slots(struct run_directory *run, int directory)
{
	int fd = openat(directory, CHANNEL_SLOTS, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0)
		return -1;
	if (set_size(fd) == 0 && make_room(fd, FIRST_SLOTS) == 0) {
		void *map = mmap(NULL, SLOTS_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

		if (map != MAP_FAILED) {
			run->slots_file = fd;
			run->slots = slots_head_in(map);
			run->slots->version = RECORD_VERSION;
			run->slots->slot_count = SLOT_COUNT;
			run->slots->slot_stride = SLOT_STRIDE;
			run->slots->limit = FIRST_SLOTS;
			run->slots->magic = SLOTS_MAGIC;
			return 0;
		}
	}
	int error = errno;
	close(fd);
	errno = error;
	return -1;
}

void
run_directory_make_room(struct run_directory *run, uint32_t slots)
{
	if (slots > run->slots->limit && slots <= SLOT_COUNT && make_room(run->slots_file, slots) == 0)
		__atomic_store_n(&run->slots->limit, slots, __ATOMIC_RELEASE);
}

/*
 * Moves the writing end out of the way of the numbers that programs use. Best is one that RLIMIT_NOFILE keeps
 * from them altogether, so that they can open as many files as without us; for that the limit is raised for
 * the moment.
 */
static int
move_writer(int fd)
{
	struct rlimit limit, raised;
	int moved = -1;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max &&
	    limit.rlim_cur <= 4096) {
		raised = limit;
		raised.rlim_cur++;
		if (setrlimit(RLIMIT_NOFILE, &raised) == 0) {
			moved = fcntl(fd, F_DUPFD, (int)limit.rlim_cur);
			setrlimit(RLIMIT_NOFILE, &limit);
		}
	}
	if (moved < 0)
		moved = fcntl(fd, F_DUPFD,
			      limit.rlim_cur > WRITER_FLOOR ? WRITER_FLOOR : (int)limit.rlim_cur - 1);
	if (moved < 0)
		moved = fcntl(fd, F_DUPFD, 3);
	int error = errno;
	close(fd);
	errno = error;
	return moved;
}

static int
make_pipe(struct run_directory *run, int directory)
{
	struct stat status;

	if (mkfifoat(directory, CHANNEL_PIPE, 0600) < 0)
		return -1;
	run->reader = openat(directory, CHANNEL_PIPE, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (run->reader < 0)
		return -1;
	int fd = openat(directory, CHANNEL_PIPE, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 || (run->writer = move_writer(fd)) < 0)
		return -1;
	if (fcntl(run->reader, F_SETPIPE_SZ, PIPE_SIZE) < 0 && errno != EPERM && errno != EBUSY)
		return -1; /* EPERM: over the user's limit, the default will do */
	if (fstat(run->reader, &status) < 0)
		return -1;
	snprintf(run->variable, sizeof run->variable, CHANNEL_VARIABLE "=%d:%d:%llu:%llu:-:%s",
		 RECORD_VERSION, run->writer, (unsigned long long)status.st_dev,
		 (unsigned long long)status.st_ino, run->path);
	return 0;
}

/* ESTALE when another collector, who removes what was left, took this for a directory that nobody holds. */
static int
take_lock(struct run_directory *run, int directory)
{
	struct stat status;

	if (flock(directory, LOCK_EX) < 0)
		return -1;
	run->lock = openat(directory, "lock", O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (run->lock < 0 && errno == ENOENT)
		errno = ESTALE; /* removed under our hands */
	if (run->lock < 0 || flock(run->lock, LOCK_EX) < 0 || fstat(run->lock, &status) < 0)
		return -1;
	if (status.st_nlink > 0)
		return 0;
	errno = ESTALE;
	return -1;
}

static int
make_once(struct run_directory *run)
{
	memset(run, 0, sizeof *run);
	run->reader = run->writer = run->lock = -1;
	if (make_directory(run) < 0)
		return -1;
	int directory = open(run->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (directory < 0) {
		if (errno == ENOENT)
			errno = ESTALE;
		goto failed;
	}
	if (take_lock(run, directory) < 0 || make_slots(run, directory) < 0 || make_pipe(run, directory) < 0)
		goto failed;
	close(directory);
	return 0;
failed:;
	int error = errno;
	if (directory >= 0)
		close(directory);
	char path[sizeof run->path];
	memcpy(path, run->path, sizeof path);
	run_directory_remove(run);
	memcpy(run->path, path, sizeof path);
	errno = error;
	return -1;
}

int
run_directory_make(struct run_directory *run)
{
	int result;

	do
		result = make_once(run);
	while (result < 0 && errno == ESTALE);
	return result;
}

void
run_directory_close_writer(struct run_directory *run)
{
	if (run->writer >= 0)
		close(run->writer);
	run->writer = -1;
}

void
run_directory_remove(struct run_directory *run)
{
	int directory = open(run->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (directory >= 0) {
		remove_files(directory);
		close(directory);
	}
	rmdir(run->path);
	if (run->slots) {
		munmap(slots_mapping_of(run->slots), SLOTS_SIZE);
		close(run->slots_file);
	}
	run->slots = NULL;
	run_directory_close_writer(run);
	if (run->reader >= 0)
		close(run->reader);
	if (run->lock >= 0)
		close(run->lock);
	run->reader = run->lock = -1;
}
