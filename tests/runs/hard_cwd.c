/*
 * hard_cwd.c - relative paths from a working directory that changes in every way there is. Runs in an empty
 * directory.
 */
#include <err.h>
#include <fcntl.h>
#include <pthread.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static void
touch(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT, 0644);

	if (fd < 0)
		err(1, "%s", path);
	close(fd);
}

static void *
change_in_thread(void *path)
{
	if (chdir(path) < 0)
		err(1, "chdir");
	return NULL;
}

static void
look(const char *path)
{
	close(open(path, O_RDONLY));
}

/* In a vfork child: what it does there must not move its parent. */
static void
vfork_and_change(const char *path)
{
	pid_t pid = vfork();

	if (pid == 0) {
		if (chdir(path) < 0)
			_exit(1);
		look("in-vfork");
		execl("nowhere/true", "true", (char *)NULL);
		_exit(7);
	}
	waitpid(pid, NULL, 0);
}

static void
spawn_elsewhere(const char *directory, int fd)
{
	char *argv[] = {"cat", "in-spawn", "../b/nope", NULL};
	posix_spawn_file_actions_t actions;
	pid_t pid;

	posix_spawn_file_actions_init(&actions);
	if (directory)
		posix_spawn_file_actions_addchdir_np(&actions, directory);
	else
		posix_spawn_file_actions_addfchdir_np(&actions, fd);
	posix_spawn_file_actions_addopen(&actions, 0, "made-by-action", O_RDWR | O_CREAT, 0644);
	if (posix_spawn(&pid, "/bin/cat", &actions, NULL, argv, environ) != 0)
		err(1, "posix_spawn");
	waitpid(pid, NULL, 0);
	posix_spawn_file_actions_destroy(&actions);
}

int
main(void)
{
	pthread_t thread;

	mkdir("a", 0755);
	mkdir("b", 0755);
	mkdir("b/deep", 0755);
	symlink("../b/deep", "a/link");
	touch("b/x");
	touch("a/in-spawn");

	chdir("a");
	look("../b/nope");
	look("link/../x"); /* where the kernel goes: b/x */
	look("link/../../b//./x");
	chdir("link");
	look("../x");
	chdir("../../a/link/..");
	look("x");
	int fd = open("../a", O_RDONLY | O_DIRECTORY);
	fchdir(fd);
	look("after-fchdir");
	pthread_create(&thread, NULL, change_in_thread, "../b/deep");
	pthread_join(thread, NULL);
	look("after-thread");
	vfork_and_change("../../a");
	look("after-vfork");
	spawn_elsewhere("../../a", -1);
	spawn_elsewhere(NULL, fd);
	look("after-spawn");
	return chdir("missing") == 0;
}
