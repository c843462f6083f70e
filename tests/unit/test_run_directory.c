/*
 * test_run_directory.c - a session's directory is private and complete, goes with its session, is left by a
 * session that was killed and removed by the next; and sessions that begin at once don't take each other's
 * away.
 */
#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "run_directory.h"

static char place[] = "/tmp/test_run_directory.XXXXXX";

static int
set_up(void **state)
{
	(void)state;
	return mkdtemp(place) && setenv("TMPDIR", place, 1) == 0 ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	return rmdir(place);
}

/* How many entries a directory has. */
static int
entries_in(const char *path)
{
	DIR *directory = opendir(path);
	struct dirent *entry;
	int count = 0;

	assert_non_null(directory);
	while ((entry = readdir(directory)))
		count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
	closedir(directory);
	return count;
}

static void
test_made_and_removed(void **state)
{
	struct run_directory run;
	struct stat status;
	char expected[400], path[300];

	(void)state;
	assert_int_equal(run_directory_make(&run), 0);
	assert_memory_equal(run.path, place, strlen(place));
	assert_int_equal(stat(run.path, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0700);
	snprintf(path, sizeof path, "%s/" CHANNEL_SLOTS, run.path);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_size, SLOTS_SIZE);
	assert_int_equal(run.slots->magic, SLOTS_MAGIC);
	snprintf(path, sizeof path, "%s/" CHANNEL_PIPE, run.path);
	assert_int_equal(stat(path, &status), 0);
	assert_true(S_ISFIFO(status.st_mode));
	snprintf(expected, sizeof expected, "INTERPOSE_CHANNEL=%d:%d:%llu:%llu:-:%s", RECORD_VERSION,
		 run.writer, (unsigned long long)status.st_dev, (unsigned long long)status.st_ino, run.path);
	assert_string_equal(run.variable, expected);
	assert_int_equal(fcntl(run.writer, F_GETFD), 0);
	assert_int_equal(fcntl(run.reader, F_GETFD), FD_CLOEXEC);
	assert_int_equal(write(run.writer, "x", 1), 1);
	assert_int_equal(read(run.reader, path, sizeof path), 1);
	run_directory_close_writer(&run);
	assert_int_equal(read(run.reader, path, sizeof path), 0);
	run_directory_remove(&run);
	run_directory_remove(&run);
	assert_int_equal(entries_in(place), 0);
}

/* A killed session's is removed by the next; that of one that lives isn't, nor anything that is no session's.
 */
static void
test_left(void **state)
{
	struct run_directory lives, next;
	char other[300], early[300];

	(void)state;
	snprintf(other, sizeof other, "%s/interpose-notes", place);
	assert_int_equal(mkdir(other, 0700), 0);
	assert_int_equal(run_directory_make(&lives), 0);
	for (int i = 0; i < 3; i++) {
		struct run_directory left;
		pid_t pid = fork();

		assert_true(pid >= 0);
		if (pid == 0) {
			if (run_directory_make(&left) == 0)
				raise(SIGKILL);
			_exit(1);
		}
		int status;
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status));
	}
	assert_int_equal(entries_in(place), 3); /* the notes, who lives, and the one that was left last */
	/* One whose maker was killed before anything stood in it. */
	snprintf(early, sizeof early, "%s/interpose-run.early1", place);
	assert_int_equal(mkdir(early, 0700), 0);
	assert_int_equal(run_directory_make(&next), 0);
	assert_int_equal(entries_in(place), 3);
	assert_int_equal(access(lives.path, F_OK), 0);
	run_directory_remove(&next);
	run_directory_remove(&lives);
	assert_int_equal(rmdir(other), 0);
}

static void
test_at_once(void **state)
{
	enum { SESSIONS = 6, TIMES = 150 };
	pid_t pid[SESSIONS];

	(void)state;
	for (int i = 0; i < SESSIONS; i++) {
		pid[i] = fork();
		assert_true(pid[i] >= 0);
		for (int time = 0; pid[i] == 0 && time < TIMES; time++) {
			struct run_directory run;

			if (run_directory_make(&run) < 0) {
				perror(run.path);
				_exit(1);
			}
			run_directory_remove(&run);
		}
		if (pid[i] == 0)
			_exit(0);
	}
	for (int i = 0; i < SESSIONS; i++) {
		int status;

		assert_int_equal(waitpid(pid[i], &status, 0), pid[i]);
		assert_int_equal(status, 0);
	}
	assert_int_equal(entries_in(place), 0);
}

/* Where it can't be made, the place is said. */
static void
test_no_place(void **state)
{
	struct run_directory run;

	(void)state;
	setenv("TMPDIR", "/nowhere/at/all", 1);
	assert_int_equal(run_directory_make(&run), -1);
	assert_memory_equal(run.path, "/nowhere/at/all/", strlen("/nowhere/at/all/"));
	setenv("TMPDIR", place, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_made_and_removed),
	    cmocka_unit_test(test_left),
	    cmocka_unit_test(test_at_once),
	    cmocka_unit_test(test_no_place),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
