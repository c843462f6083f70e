/*
 * hard_refused.c - a program under a seccomp filter that refuses, traps or withholds what isn't on its list,
 * or in seccomp's strict mode. Prints what its calls gave, and every system call that was trapped: one of the
 * tracer's would stand there.
 *
 * usage: hard_refused WAY     a name from the table at the end
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel.h"
#include "said.h"

enum { LOOK_UPS = 3000, CALL_LIMIT = 512 };

static volatile sig_atomic_t trapped[CALL_LIMIT];

/* What the program itself does; openat is the call that is traced. */
static const unsigned own[] = {SYS_openat,       SYS_close,        SYS_write,          SYS_exit_group,
			       SYS_exit,         SYS_rt_sigreturn, SYS_rt_sigprocmask, SYS_brk,
			       SYS_getrandom,    SYS_munmap,       SYS_madvise,        SYS_futex,
			       SYS_rt_sigaction, SYS_seccomp,      SYS_prctl,          SYS_getpid};

static int
confine(unsigned otherwise, unsigned flags)
{
	struct sock_filter program[64];
	unsigned short count = 0;

#define PUT(...) program[count++] = (struct sock_filter)__VA_ARGS__
	PUT(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)));
	for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
		PUT(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, own[i], 0, 1));
		PUT(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
	}
	PUT(BPF_STMT(BPF_RET | BPF_K, otherwise));
	struct sock_fprog filter = {count, program};
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -1;
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &filter);
}

static void
look_up(const char *kind)
{
	char path[64];

	for (int i = 0; i < LOOK_UPS; i++) {
		snprintf(path, sizeof path, "/refused/%s/%d", kind, i);
		if (open(path, O_RDONLY) >= 0)
			exit(1);
	}
}

static void
work(const char *kind)
{
	look_up(kind);
	SAY(open("made", O_WRONLY | O_CREAT, 0600));
	SAY(access("made", F_OK));
	SAY(rename("made", "renamed"));
	SAY(mkdir("directory", 0700));
	SAY(chdir("/"));
	SAY(stat("made", &(struct stat){0}));
	SAY(unlink("made"));
	SAY(fcntl(0, F_DUPFD, 50));
	SAY(dup2(0, 60));
	SAY(fork());
	SAY(system("exit 3"));
	SAY(execl("/bin/true", "true", (char *)NULL));
	look_up(kind);
}

static void
by_errno(void)
{
	look_up("before");
	say("confine", confine(SECCOMP_RET_ERRNO | EPERM, 0));
	work("errno");
}

/* Without a tracer that is asked, ENOSYS. */
static void
by_trace(void)
{
	look_up("before");
	say("confine", confine(SECCOMP_RET_TRACE, 0));
	work("trace");
}

static void
count_trap(int signal, siginfo_t *info, void *context)
{
	(void)signal;
	(void)context;
	if (info->si_syscall >= 0 && info->si_syscall < CALL_LIMIT)
		trapped[info->si_syscall]++;
}

/* access, getppid and what libc does for access are all that is trapped. */
static void
by_trap(void)
{
	struct sigaction action = {.sa_sigaction = count_trap, .sa_flags = SA_SIGINFO};

	sigaction(SIGSYS, &action, NULL);
	look_up("before");
	say("confine", confine(SECCOMP_RET_TRAP, 0));
	look_up("trap");
	access("/refused/trapped", F_OK);
	getppid();
	look_up("trap");
	for (int i = 0; i < CALL_LIMIT; i++) {
		if (trapped[i] > 0)
			printf("system call %d was trapped %d times\n", i, (int)trapped[i]);
	}
}

static int turn;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t moved = PTHREAD_COND_INITIALIZER;

static void
wait_turn(int number)
{
	pthread_mutex_lock(&lock);
	while (turn != number)
		pthread_cond_wait(&moved, &lock);
	pthread_mutex_unlock(&lock);
}

static void
next_turn(void)
{
	pthread_mutex_lock(&lock);
	turn++;
	pthread_cond_broadcast(&moved);
	pthread_mutex_unlock(&lock);
}

static void *
work_in_thread(void *argument)
{
	(void)argument;
	look_up("thread");
	next_turn();
	wait_turn(2);
	look_up("thread");
	return NULL;
}

/* Another thread puts the filter on this one as well. */
static void
by_another_thread(void)
{
	pthread_t thread;

	pthread_create(&thread, NULL, work_in_thread, NULL);
	wait_turn(1);
	say("confine", confine(SECCOMP_RET_KILL_PROCESS, SECCOMP_FILTER_FLAG_TSYNC));
	next_turn();
	pthread_join(thread, NULL);
	look_up("main");
}

static void
end_strictly(void)
{
	static const char text[] = "in strict mode\n";

	if (write(1, text, sizeof text - 1) < 0)
		kernel(SYS_exit, 9, 0, 0);
	kernel(SYS_exit, 3, 0, 0);
}

static void
by_strict_mode(void)
{
	look_up("strict");
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT, 0, 0, 0) == 0)
		end_strictly();
	say("prctl", -1);
}

static void
by_strict_call(void)
{
	look_up("strict-call");
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_STRICT, 0, NULL) == 0)
		end_strictly();
	say("seccomp", -1);
}

/* What the program does there kills it, as it would without us. */
static void
by_strict_death(void)
{
	look_up("strict-death");
	prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT, 0, 0, 0);
	open("/refused/killed", O_RDONLY);
}

/* A child that goes there ends alone. */
static void
by_strict_child(void)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0)
		by_strict_mode();
	waitpid(pid, &status, 0);
	say("child", WEXITSTATUS(status));
	look_up("strict-parent");
}

static const struct way {
	const char *name;
	void (*take)(void);
} ways[] = {
    {"errno", by_errno},
    {"trace", by_trace},
    {"trap", by_trap},
    {"another-thread", by_another_thread},
    {"strict", by_strict_mode},
    {"strict-call", by_strict_call},
    {"strict-death", by_strict_death},
    {"strict-child", by_strict_child},
    {0},
};

int
main(int argc, char *argv[])
{
	static char buffer[8192];
	const struct way *way = ways;

	setvbuf(stdout, buffer, _IOFBF, sizeof buffer);
	while (argc > 1 && way->name && strcmp(way->name, argv[1]) != 0)
		way++;
	if (argc < 2 || !way->name)
		return 2;
	way->take();
	fflush(stdout);
	_exit(3);
}
