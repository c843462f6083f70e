/*
 * predict.h - what the programs of this directory share. Each is a family: given the name of a call, it
 * performs just that call, well and failing, between two accesses (the markers) that cut its events out of
 * the trace, and prints the events that must stand between them, one JSON object a line. tests/calls/run
 * compares the two lists whole.
 *
 * A prediction is made from what the program knows: what it passed and what came back, never from the trace.
 * In the formats ' stands for ", an empty member is dropped, and $DIR is the directory that the program runs
 * in. Nothing here may make an event between the markers.
 */
#ifndef PREDICT_H
#define PREDICT_H

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define UNUSED       __attribute__((unused))
#define PRINTF(a, b) __attribute__((unused, format(printf, a, b)))

/* musl and 64-bit machines say __USE_TIME_BITS64, too, and have no names for it. */
#if defined(__USE_TIME_BITS64) && defined(__GLIBC__) && !defined(__LP64__)
#define HAS_TIME64_SYMBOLS
#endif

/* System calls that libc, and so the trace, knows nothing of. */
static long
quiet4(long number, long a, long b, long c, long d)
{
	long result;
#if defined(__x86_64__)
	register long fourth __asm__("r10") = d;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(fourth)
			 : "rcx", "r11", "memory");
#elif defined(__aarch64__)
	register long x8 __asm__("x8") = number;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;

	__asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3) : "memory");
	result = x0;
#elif defined(__i386__)
	__asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(a), "c"(b), "d"(c), "S"(d) : "memory");
#else
#error "predict.h: not written for this machine yet"
#endif
	return result;
}

static long
quiet(long number, long a, long b, long c)
{
	return quiet4(number, a, b, c, 0);
}

/* libc may answer with its thread's number in a vfork child, which has one of its own. */
static int
own_tid(void)
{
	return (int)quiet(SYS_gettid, 0, 0, 0);
}

struct call {
	const char *name;
	void (*perform)(void);
};

enum { BAD_FD = 999 };

static const char *call_name;       /* of the call that is performed */
static const char *program;         /* absolute */
static char program_arguments[512]; /* as a JSON list */
static int directory_fd;            /* open on d */
static int file_fd;                 /* open on f, for reading and writing */
static char *unmapped;              /* points nowhere */
static int output_fd = 1;           /* where predictions go */
static char *unterminated;          /* runs from good memory into that */

/* One line in one write(2): no stream is held, so nothing is printed twice after a fork. */
static void
print_line(const char *head, const char *format, va_list arguments)
{
	char text[8192], line[8192 + 512];
	char *out = line + sprintf(line, "%s,", head);
	int error = errno;

	vsnprintf(text, sizeof text, format, arguments);
	for (const char *in = text; *in; in++) {
		if (*in == ',' && (out[-1] == ',' || in[1] == '\0'))
			continue;
		*out++ = *in == '\'' ? '"' : *in;
	}
	if (out[-1] == ',')
		out--;
	out += sprintf(out, "}\n");
	if (write(output_fd, line, (size_t)(out - line)) < 0)
		abort();
	errno = error;
}

static const char *
error_member(int error)
{
	static char member[64];

	snprintf(member, sizeof member, error ? ",\"error\":\"%s\"" : "", strerrorname_np(error));
	return member;
}

/* An event of `kind` by the function `call`, with the error given. */
PRINTF(5, 6)
static void
expect_of(const char *kind, const char *call, long result, int error, const char *format, ...)
{
	char head[512];
	va_list arguments;

	snprintf(head, sizeof head, "{\"event\":\"%s\",\"call\":\"%s\",\"pid\":%d,\"tid\":%d,\"ret\":%ld%s",
		 kind, call, getpid(), own_tid(), result, error_member(error));
	va_start(arguments, format);
	print_line(head, format, arguments);
	va_end(arguments);
}

/* An event by the call in hand: -1 is a failure, whose error errno tells. */
#define expect(kind, result, ...)                                                              \
	do {                                                                                   \
		long expected = (long)(result);                                                \
		expect_of(kind, call_name, expected, expected == -1 ? errno : 0, __VA_ARGS__); \
	} while (0)

/* The same where the call returns a pointer: NULL is a failure. */
#define expect_pointer(kind, result, ...)                             \
	do {                                                          \
		int expected = (result) ? 0 : errno;                  \
		expect_of(kind, call_name, 0, expected, __VA_ARGS__); \
	} while (0)

/* An event without call and result. */
PRINTF(3, 4)
static void
expect_bare(const char *kind, int pid, const char *format, ...)
{
	char head[128];
	va_list arguments;

	snprintf(head, sizeof head, "{\"event\":\"%s\",\"pid\":%d,\"tid\":%d", kind, pid, pid);
	va_start(arguments, format);
	print_line(head, format, arguments);
	va_end(arguments);
}

/* What is no event, and must be the same without the tracer: a result, and after it errno or another number.
 */
#define say(what, result, error)               \
	do {                                   \
		long said = (long)(result);    \
		print_said(what, said, error); \
	} while (0)

UNUSED static void
print_said(const char *what, long result, int error)
{
	char line[256];

	snprintf(line, sizeof line, "{\"said\":\"%s\",\"ret\":%ld,\"number\":%d}\n", what, result, error);
	if (write(output_fd, line, strlen(line)) < 0)
		abort();
}

/* One of several strings that a format can use at once. */
static char *
next_text(void)
{
	static char text[8][4096];
	static unsigned turn;

	return text[turn++ % COUNT(text)];
}

/* The members `path_member` and `arg_member` of a path that was passed and starts from `base`, "" for the
 * directory itself. A path with dots in it is written out by the caller. */
UNUSED static const char *
named(const char *path_member, const char *arg_member, const char *base, const char *path)
{
	char *text = next_text();
	char pointer[sizeof path];

	memcpy(pointer, &path, sizeof path); /* headers say that it isn't NULL */
	if (path == unmapped || path == unterminated || !memcmp(pointer, &(char *){NULL}, sizeof pointer))
		return "";
	if (path[0] == '/')
		snprintf(text, 4096, "'%s':'%s'", path_member, path);
	else if (path[0] == '\0' || !base)
		snprintf(text, 4096, "'%s':'%s'", arg_member, path);
	else
		snprintf(text, 4096, "'%s':'$DIR%s%s/%s','%s':'%s'", path_member, base[0] ? "/" : "", base,
			 path, arg_member, path);
	return text;
}

#define at(path)          named("path", "arg", "", path)
#define at_in(base, path) named("path", "arg", base, path)

/* For every path that names nothing or nothing that can be reached, in turn. */
#define FOR_BAD_PATHS(path)                                                                                 \
	for (const char *                                                                                   \
		 bad_paths[] = {"missing", "missing/x", "f/x", "loop/x", "", NULL, unmapped, unterminated}, \
		*volatile path, **bad = bad_paths;                                                          \
	     bad < bad_paths + COUNT(bad_paths) && (path = *bad, 1); bad++)

/* What a call with a dirfd starts from: the working directory, a directory, a file, nothing. */
struct from {
	int fd;
	const char *base; /* NULL: not known */
};
#define FOR_DIRFDS(from)                                                                                  \
	for (struct from froms[] = {{AT_FDCWD, ""}, {directory_fd, "d"}, {file_fd, "f"}, {BAD_FD, NULL}}, \
			 *from = froms;                                                                   \
	     from < froms + COUNT(froms); from++)

UNUSED static const char *
boolean(bool value)
{
	return value ? "true" : "false";
}

/* Field 22 of /proc/self/stat, read behind the trace's back. */
static long
started(void)
{
	char stat[1024];
	long fd = quiet(SYS_openat, AT_FDCWD, (long)"/proc/self/stat", O_RDONLY);
	long length = quiet(SYS_read, fd, (long)stat, sizeof stat - 1);
	char *at_field;

	quiet(SYS_close, fd, 0, 0);
	stat[length > 0 ? length : 0] = '\0';
	at_field = strrchr(stat, ')');
	for (int field = 2; at_field && field < 22; field++)
		at_field = strchr(at_field + 1, ' ');
	return at_field ? atol(at_field) : -1;
}

/* The start of the process that calls this, in its present image. */
UNUSED static void
expect_start(const char *by, int parent, const char *directory, const char *exe, const char *arguments)
{
	expect_bare(
	    "start", getpid(),
	    "'by':'%s','ppid':%d,'uid':%u,'euid':%u,'gid':%u,'egid':%u,'pgid':%d,'sid':%d,'started':%ld,"
	    "'shim':true,'exe':'%s','cwd':'%s','argv':%s",
	    by, parent, getuid(), geteuid(), getgid(), getegid(), getpgrp(), getsid(0), started(), exe,
	    directory, arguments);
}

/* The fork and the start of the process that calls this, of which its parent is told by `call`. The child
 * prints them, so that the lines stand in the order of the events; `result` is what the parent's call
 * returns. */
UNUSED static void
expect_forked(const char *call, int parent, int parent_tid, long result)
{
	char line[256];

	snprintf(line, sizeof line,
		 "{\"event\":\"fork\",\"call\":\"%s\",\"pid\":%d,\"tid\":%d,\"ret\":%ld,\"child\":%d}\n",
		 call, parent, parent_tid, result, getpid());
	if (write(output_fd, line, strlen(line)) < 0)
		abort();
	expect_start("fork", parent, "$DIR", program, program_arguments);
}

/* The end of a process, by `call` or, NULL, by what nobody called; `members` as "'status':0". */
UNUSED static void
expect_exit(const char *call, int pid, const char *members)
{
	char line[256] = "";

	if (call)
		snprintf(line, sizeof line, "'call':'%s',", call);
	expect_bare("exit", pid, "%s%s", line, members);
}

UNUSED static void
expect_wait(const char *call, long result, int child, const char *members)
{
	expect_of("wait", call, result, 0, "'child':%d,%s", child, members);
}

static void
make_file(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	if (fd < 0 || write(fd, "content", 7) != 7 || close(fd) < 0)
		abort();
}

static void
mark(const char *path)
{
	int error = errno;

	access(path, F_OK);
	errno = error;
}

static void
mark_end(void)
{
	mark("/interpose-end");
}

static void
name_program(char **argv)
{
	static char self[PATH_MAX];
	char *out = program_arguments;

	if (quiet4(SYS_readlinkat, AT_FDCWD, (long)"/proc/self/exe", (long)self, sizeof self - 1) < 0)
		abort();
	program = self;
	for (size_t i = 0; argv[i]; i++)
		out += sprintf(out, "%s'%s'", i ? "," : "[", argv[i]);
	strcpy(out, "]");
}

static void
prepare(char **argv)
{
	char *memory = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED || mprotect(memory + 4096, 4096, PROT_NONE) < 0)
		abort();
	name_program(argv);
	unmapped = memory + 4096;
	unterminated = memory + 4096 - 3;
	memcpy(unterminated, "f/x", 3);
	umask(022);
	if (mkdir("d", 0755) < 0 || symlink("f", "l") < 0 || symlink("d", "dl") < 0 ||
	    symlink("nowhere", "dangling") < 0 || symlink("loop", "loop") < 0)
		abort();
	make_file("f");
	make_file("d/f");
	directory_fd = open("d", O_RDONLY | O_DIRECTORY);
	file_fd = open("f", O_RDWR);
	if (directory_fd < 0 || file_fd < 0)
		abort();
}

/* Whether a program that is compiled for this libc can call it: musl's names with 64 in them are macros. */
static bool
is_there(const char *name)
{
#ifdef __GLIBC__
	(void)name;
	return true;
#else
	return !strstr(name, "64") && dlsym(RTLD_DEFAULT, name) != NULL;
#endif
}

/* The symbol behind a call's name, where a program is compiled for files and time of 64 bits (_TIME_BITS). */
static const char *
symbol_of(const char *name)
{
#ifdef HAS_TIME64_SYMBOLS
	static const char *const symbols[][2] = {
	    {"stat", "__stat64_time64"},
	    {"stat64", "__stat64_time64"},
	    {"lstat", "__lstat64_time64"},
	    {"lstat64", "__lstat64_time64"},
	    {"fstat", "__fstat64_time64"},
	    {"fstat64", "__fstat64_time64"},
	    {"fstatat", "__fstatat64_time64"},
	    {"fstatat64", "__fstatat64_time64"},
	    {"utime", "__utime64"},
	    {"utimes", "__utimes64"},
	    {"lutimes", "__lutimes64"},
	    {"futimes", "__futimes64"},
	    {"futimesat", "__futimesat64"},
	    {"utimensat", "__utimensat64"},
	    {"futimens", "__futimens64"},
	    {"fcntl", "__fcntl_time64"},
	    {"fcntl64", "__fcntl_time64"},
	    {"ioctl", "__ioctl_time64"},
	    {"prctl", "__prctl_time64"},
	    {"ftw", "__ftw64_time64"},
	    {"ftw64", "__ftw64_time64"},
	    {"nftw", "__nftw64_time64"},
	    {"nftw64", "__nftw64_time64"},
	    {"fts_open", "__fts64_open_time64"},
	    {"fts64_open", "__fts64_open_time64"},
	    {"fts_read", "__fts64_read_time64"},
	    {"fts64_read", "__fts64_read_time64"},
	    {"fts_children", "__fts64_children_time64"},
	    {"fts64_children", "__fts64_children_time64"},
	    {"fts_close", "__fts64_close_time64"},
	    {"fts64_close", "__fts64_close_time64"},
	    {"glob", "__glob64_time64"},
	    {"glob64", "__glob64_time64"},
	    {"wait3", "__wait3_time64"},
	    {"wait4", "__wait4_time64"},
	    {"truncate", "truncate64"},
	    {"ftruncate", "ftruncate64"},
	    {"fallocate", "fallocate64"},
	    {"posix_fallocate", "posix_fallocate64"},
	    {"sendfile", "sendfile64"},
	    {"mmap", "mmap64"},
	};

	for (size_t i = 0; i < COUNT(symbols); i++) {
		if (!strcmp(name, symbols[i][0]))
			return symbols[i][1];
	}
#endif
	return name;
}

/* Without an argument, the names of the calls, those that this libc hasn't after a minus; with one, that
 * call. */
static int
predict(char **argv, const struct call *calls, size_t count)
{
	if (!argv[1]) {
		for (size_t i = 0; i < count; i++)
			printf("%s%s\n", is_there(calls[i].name) ? "" : "-", calls[i].name);
		return 0;
	}
	for (size_t i = 0; i < count; i++) {
		if (strcmp(calls[i].name, argv[1]) != 0)
			continue;
		call_name = symbol_of(calls[i].name);
		prepare(argv);
		mark("/interpose-begin");
		calls[i].perform();
		mark_end();
		return 0;
	}
	return 2;
}

#endif
