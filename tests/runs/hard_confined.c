/*
 * hard_confined.c - a program that lets a seccomp filter kill it for every system call but the few that it
 * makes, and makes those; or takes away its own rights in other ways. Prints what its calls gave.
 *
 * usage: hard_confined WAY     a name from the table at the end
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <spawn.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "said.h"

enum { LOOK_UPS = 3000, ALLOW_LIMIT = 64, LONGEST = 4000 };

static const char *self;
static long results;

/* A filter that allows these; write alone to descriptors below 3. The list ends with -1. */
static int
confine(const int *allowed, int by_call)
{
	struct sock_filter program[ALLOW_LIMIT * 2 + 16];
	unsigned short count = 0;

#define PUT(...) program[count++] = (struct sock_filter)__VA_ARGS__
	PUT(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)));
	PUT(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_write, 0, 4));
	PUT(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])));
	PUT(BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, 2, 1, 0));
	PUT(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
	PUT(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS));
	for (; *allowed >= 0; allowed++) {
		PUT(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)*allowed, 0, 1));
		PUT(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
	}
	PUT(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS));
	struct sock_fprog filter = {count, program};
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -1;
	return by_call ? (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter)
		       : prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0);
}

/* Enough to fill slots. */
static void
look_up(const char *kind)
{
	char path[64];

	for (int i = 0; i < LOOK_UPS; i++) {
		snprintf(path, sizeof path, "/confined/%s/%d", kind, i);
		results += open(path, O_RDONLY);
	}
}

/* The calls that both a program and the shim want: the shim wants faccessat, readlinkat, getcwd, newfstatat,
 * ... */
static const int few[] = {SYS_getrandom, SYS_openat, SYS_close,  SYS_exit_group, SYS_rt_sigreturn, SYS_brk,
			  SYS_mmap,      SYS_munmap, SYS_unlink, SYS_rename,     SYS_mkdir,        SYS_chdir,
			  SYS_fchdir,    -1};

/* The same file by a path of LONGEST bytes. */
static char *
lengthen(const char *name)
{
	char *path = malloc(LONGEST + 1), *at = path;
	size_t length = strlen(name);

	for (; (size_t)(at - path) + 2 + length <= LONGEST; at += 2)
		memcpy(at, "./", 2);
	strcpy(at, name);
	return path;
}

static void
work(const char *kind)
{
	const char *longest = lengthen("renamed"), *other = lengthen("moved");

	look_up(kind);
	int fd = open("made", O_RDWR | O_CREAT, 0600);
	say("open", fd);
	SAY(close(fd));
	SAY(openat(AT_FDCWD, "made", O_WRONLY | O_CREAT | O_EXCL, 0600));
	SAY(openat(77, "made", O_RDONLY));
	SAY(open((const char *)16, O_RDONLY));
	SAY(rename("made", "renamed"));
	SAY(open(longest, O_RDONLY));
	SAY(rename(longest, other));
	SAY(rename("moved", "renamed"));
	SAY(rename("renamed", (const char *)16));
	SAY(mkdir("directory", 0700));
	SAY(chdir("directory"));
	SAY(open("../renamed", O_RDONLY));
	SAY(unlink("../renamed"));
	SAY(close(500));
	look_up(kind);
}

static void
by_prctl(void)
{
	say("confine", confine(few, 0));
	work("prctl");
}

static void
by_seccomp(void)
{
	say("confine", confine(few, 1));
	work("seccomp");
}

/* Descriptors that the program has from before, and that nobody saw it open. */
static void
by_inherited(void)
{
	int directory = (int)syscall(SYS_openat, AT_FDCWD, ".", O_RDONLY | O_DIRECTORY);

	fcntl(directory, F_DUPFD, 90);
	say("confine", confine(few, 0));
	SAY(openat(90, "inherited", O_WRONLY | O_CREAT, 0600));
	SAY(fchdir(90));
	work("inherited");
}

static void
handle(int signal)
{
	(void)signal;
	results += open("/confined/handler", O_RDONLY);
}

static void *
work_in_thread(void *argument)
{
	look_up(argument);
	return NULL;
}

/* Threads and children, with what libc needs for them. */
static void
by_family(void)
{
	static const int some[] = {SYS_getrandom,    SYS_openat,         SYS_close,
				   SYS_exit_group,   SYS_exit,           SYS_clone,
				   SYS_clone3,       SYS_wait4,          SYS_set_robust_list,
				   SYS_futex,        SYS_rseq,           SYS_rt_sigaction,
				   SYS_rt_sigreturn, SYS_rt_sigprocmask, SYS_mmap,
				   SYS_munmap,       SYS_mprotect,       SYS_madvise,
				   SYS_brk,          SYS_tgkill,         SYS_getpid,
				   SYS_gettid,       SYS_sched_yield,    -1};
	pthread_t thread;
	int status = -1;

	signal(SIGUSR1, handle);
	say("confine", confine(some, 0));
	pid_t pid = fork();
	if (pid == 0) {
		look_up("child");
		_exit(7);
	}
	SAY(waitpid(pid, &status, 0) == pid);
	say("child", WEXITSTATUS(status));
	say("thread", pthread_create(&thread, NULL, work_in_thread, "thread"));
	say("join", pthread_join(thread, NULL));
	raise(SIGUSR1);
	look_up("family");
}

/* A new image under the filter: the dynamic linker's calls, libc's, and no other. */
static void
by_exec(void)
{
	static const int some[] = {SYS_execve,
				   SYS_brk,
				   SYS_access,
				   SYS_openat,
				   SYS_newfstatat,
				   SYS_fstat,
				   SYS_pread64,
				   SYS_read,
				   SYS_mmap,
				   SYS_mprotect,
				   SYS_munmap,
				   SYS_arch_prctl,
				   SYS_set_tid_address,
				   SYS_set_robust_list,
				   SYS_rseq,
				   SYS_prlimit64,
				   SYS_getrandom,
				   SYS_close,
				   SYS_exit_group,
				   SYS_rt_sigreturn,
				   SYS_futex,
				   SYS_ioctl,
				   -1};

	look_up("before");
	say("confine", confine(some, 0));
	SAY(execl("/confined/missing", "missing", NULL));
	execl(self, self, "after-exec", NULL);
	say("exec", -1);
}

static void
after_exec(void)
{
	look_up("after-exec");
	SAY(open("/confined/end", O_RDONLY));
}

static void
by_refused_filter(void)
{
	struct sock_fprog nothing = {0};

	SAY(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &nothing, 0, 0));
	SAY(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, NULL));
	SAY(open("made", O_WRONLY | O_CREAT, 0600));
	SAY(access("made", F_OK));
	look_up("refused");
}

static void
by_user(void)
{
	SAY(setgroups(0, NULL));
	SAY(setresgid(65534, 65534, 65534));
	SAY(setresuid(65534, 65534, 65534));
	SAY(open("/root/no", O_WRONLY | O_CREAT, 0600));
	look_up("user");
	SAY(system("cat /etc/hostname >/dev/null; exit 3"));
}

static void
by_chroot(void)
{
	mkdir("root", 0755);
	mkdir("root/inside", 0755);
	SAY(chroot("root"));
	SAY(chdir("/inside"));
	SAY(open("made", O_WRONLY | O_CREAT, 0600));
	SAY(open("/etc/hostname", O_RDONLY));
	look_up("chroot");
	pid_t pid = fork();
	if (pid == 0) {
		look_up("chroot-child");
		_exit(4);
	}
	int status = -1;
	waitpid(pid, &status, 0);
	say("child", WEXITSTATUS(status));
	SAY(execl("/bin/sh", "sh", "-c", "exit 3", NULL));
}

static void
by_namespaces(void)
{
	SAY(unshare(CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC));
	SAY(mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL));
	mkdir("mounted", 0755);
	SAY(mount("none", "mounted", "tmpfs", 0, NULL));
	SAY(open("mounted/made", O_WRONLY | O_CREAT, 0600));
	SAY(mount("none", "/dev/shm", "tmpfs", 0, NULL));
	look_up("namespaces");
	SAY(unshare(CLONE_NEWPID));
	pid_t pid = fork();
	if (pid == 0) {
		look_up("first-of-its-own");
		_exit(system("exit 4") == 4 << 8 ? 5 : 6);
	}
	int status = -1;
	waitpid(pid, &status, 0);
	say("child", WEXITSTATUS(status));
	SAY(system("exit 3"));
}

/* Where the tracer's own file can't be reached any more. */
static void
by_hiding(void)
{
	char *const argv_of_child[] = {(char *)(uintptr_t) "sh", (char *)(uintptr_t) "-c",
				       (char *)(uintptr_t) "cat /etc/hostname >/dev/null; exit 3", NULL};
	int status = -1;
	pid_t pid;

	SAY(unshare(CLONE_NEWNS));
	SAY(mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL));
	SAY(mount("none", getenv("BUILD"), "tmpfs", 0, NULL));
	look_up("hidden");
	SAY(posix_spawn(&pid, "/bin/sh", NULL, NULL, argv_of_child, environ));
	waitpid(pid, &status, 0);
	say("spawned", WEXITSTATUS(status));
	pid = fork();
	if (pid == 0) {
		execv("/bin/sh", argv_of_child);
		_exit(9);
	}
	waitpid(pid, &status, 0);
	say("forked", WEXITSTATUS(status));
}

static const struct way {
	const char *name;
	void (*take)(void);
} ways[] = {
    {"prctl", by_prctl},
    {"seccomp", by_seccomp},
    {"inherited", by_inherited},
    {"family", by_family},
    {"exec", by_exec},
    {"after-exec", after_exec},
    {"refused", by_refused_filter},
    {"user", by_user},
    {"chroot", by_chroot},
    {"namespaces", by_namespaces},
    {"hidden", by_hiding},
    {0},
};

int
main(int argc, char *argv[])
{
	static char buffer[8192];
	const struct way *way = ways;

	setvbuf(stdout, buffer, _IOFBF, sizeof buffer);
	self = argv[0];
	while (argc > 1 && way->name && strcmp(way->name, argv[1]) != 0)
		way++;
	if (argc < 2 || !way->name)
		return 2;
	way->take();
	printf("%ld\n", results);
	fflush(stdout);
	_exit(3);
}
