/*
 * exec.c - the exec family. A try is told before it is made, since a successful one doesn't come back; the
 * collector takes it for good when the new image reports in. The rule to keep: what libc would do, in the
 * same order, with the same errno; execvp's search is done here, so that each place that was tried is told.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <paths.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "birth.h"
#include "exec.h"
#include "fields.h"
#include "next.h"

/* Where a path is put together: behind what program_look uses. */
static char *
path_room(struct slot *slot)
{
	return (char *)staging_scratch(slot) + SCRATCH_PATH;
}

void
exec_tell(const struct attempt *attempt, const struct program *program, int error)
{
	struct record record = {.time = attempt->time};
	const char *interpreter = program->interpreter[0] ? program->interpreter : NULL;

	if (!record_begin(&record, NOTE_EXEC, error))
		return;
	do {
		NUMBER(attempt->call)
		DIRFD(attempt->dirfd)
		PATH(attempt->path)
		FLAGS(attempt->flags)
		NUMBER(program->untraced)
		TEXT(interpreter)
		ARGUMENTS(attempt->argv)
	} while (record_again(&record));
}

/*
 * A try that may be the last word of this image. One that won't load our library doesn't say that it began:
 * so the collector looks whether we are gone, and holds back what others do after this until it knows.
 */
static void
tell_try(struct attempt *attempt, const struct program *program)
{
	attempt->time = now();
	exec_tell(attempt, program, 0);
	struct slot *slot = staging_slot();
	if (program->untraced && slot)
		__atomic_store_n(&slot->executing, attempt->time, __ATOMIC_RELEASE);
}

bool
exec_tells_program(const struct program *program, const struct attempt *attempt)
{
	return !channel.quiet && program->error == 0 && program->untraced == 0 && !program->passed_on &&
	       attempt->flags == 0 && attempt->call != CALL_execveat;
}

/* Where libc hasn't the call, and the program makes it by syscall(2), so do we. */
static int
exec_at(const struct attempt *attempt, char *const envp[])
{
	__typeof__(&execveat) real = next(execveat);

	if (real)
		return real(attempt->dirfd, attempt->path, attempt->argv, envp, attempt->flags);
	errno = (int)-raw(SYS_execveat, attempt->dirfd, attempt->path, attempt->argv, envp, attempt->flags);
	return -1;
}

/* One try; returns only when it failed, with errno. */
static int
try_exec(struct attempt *attempt, char *const given[])
{
	struct slot *slot = staging_slot();
	struct program program = {0};
	struct environment environment;
	char birth[BIRTH_SIZE];
	int error;

	exec_look(&program, slot, attempt, given);
	bool tells = exec_tells_program(&program, attempt);
	if (tells)
		birth_pass_exec(birth, attempt->path);
	environment_make(&environment, given, &program, tells ? birth : NULL);
	if (program.error == 0)
		tell_try(attempt, &program);
	if (attempt->call == CALL_execveat)
		exec_at(attempt, environment.entries);
	else if (attempt->call == CALL_fexecve)
		next(fexecve)(attempt->dirfd, attempt->argv, environment.entries);
	else
		next(execve)(attempt->path, attempt->argv, environment.entries);
	error = errno;
	environment_free(&environment);
	slot = staging_slot();
	if (slot)
		__atomic_store_n(&slot->executing, 0, __ATOMIC_RELEASE);
	attempt->time = 0;
	exec_tell(attempt, &program, error);
	errno = error;
	return -1;
}

EXPORT int
execve(const char *path, char *const argv[], char *const envp[])
{
	struct attempt attempt = {.call = CALL_execve, .dirfd = AT_FDCWD, .path = path, .argv = argv};

	return staging_slot() ? try_exec(&attempt, envp) : next(execve)(path, argv, envp);
}

EXPORT int
execv(const char *path, char *const argv[])
{
	struct attempt attempt = {.call = CALL_execv, .dirfd = AT_FDCWD, .path = path, .argv = argv};

	return staging_slot() ? try_exec(&attempt, environ) : next(execv)(path, argv);
}

EXPORT int
fexecve(int fd, char *const argv[], char *const envp[])
{
	struct attempt attempt = {
	    .call = CALL_fexecve, .dirfd = fd, .path = "", .argv = argv, .flags = AT_EMPTY_PATH};

	return staging_slot() ? try_exec(&attempt, envp) : next(fexecve)(fd, argv, envp);
}

EXPORT int
execveat(int dirfd, const char *path, char *const argv[], char *const envp[], int flags)
{
	struct attempt attempt = {
	    .call = CALL_execveat, .dirfd = dirfd, .path = path, .argv = argv, .flags = flags};

	return staging_slot() ? try_exec(&attempt, envp) : exec_at(&attempt, envp);
}

void
search_begin(struct search *search, const char *file, char *room)
{
	static const char name[] = "PATH";
	const char *entry = environment_find(environ, name, sizeof name - 1);

	search->rest = entry ? entry + sizeof name : "/bin:/usr/bin"; /* confstr(_CS_PATH) */
	search->file = file;
	search->length = strlen(file);
	search->room = room;
}

/* An empty component is the current directory. One that is too long is passed over, as glibc does. */
bool
search_next(struct search *search)
{
	while (search->rest) {
		const char *colon = strchr(search->rest, ':');
		size_t length = colon ? (size_t)(colon - search->rest) : strlen(search->rest);
		const char *component = search->rest;
		char *at = search->room;

		search->rest = colon ? colon + 1 : NULL;
		if (length + 1 + search->length + 1 > PATH_MAX)
			continue;
		memcpy(at, component, length);
		at += length;
		if (length > 0)
			*at++ = '/';
		memcpy(at, search->file, search->length + 1);
		return true;
	}
	return false;
}

/* A file that is no format the kernel knows is a script without #! (POSIX execvp). */
static void
try_as_script(struct attempt *attempt, char *const envp[])
{
	size_t count = 0;

	while (attempt->argv[count])
		count++;
	size_t size = (count + 3) * sizeof(char *);
	char **argv = environment_memory(size);
	if (!argv)
		return;
	argv[0] = (char *)(uintptr_t)_PATH_BSHELL;
	argv[1] = (char *)(uintptr_t)attempt->path;
	if (count > 1)
		memcpy(argv + 2, attempt->argv + 1, count * sizeof(char *));
	else
		argv[2] = NULL;
	struct attempt shell = {.call = attempt->call, .dirfd = AT_FDCWD, .path = _PATH_BSHELL, .argv = argv};
	try_exec(&shell, envp);
	int error = errno;
	struct environment memory = {.memory = argv, .size = size};
	environment_free(&memory);
	errno = error;
}

static int
search_and_exec(enum call call, const char *file, char *const argv[], char *const envp[])
{
	struct attempt attempt = {.call = call, .dirfd = AT_FDCWD, .path = file, .argv = argv};
	struct search search;
	bool denied = false;

	if (file[0] == '\0') {
		errno = ENOENT;
		return -1;
	}
	if (strchr(file, '/')) {
		try_exec(&attempt, envp);
		if (errno == ENOEXEC)
			try_as_script(&attempt, envp);
		return -1;
	}
	if (strlen(file) > NAME_MAX) {
		errno = ENAMETOOLONG;
		return -1;
	}
	search_begin(&search, file, path_room(staging_slot()));
	attempt.path = search.room;
	errno = ENOENT;
	while (search_next(&search)) {
		try_exec(&attempt, envp);
		if (errno == ENOEXEC)
			try_as_script(&attempt, envp);
		switch (errno) {
		case EACCES:
			denied = true;
			break;
		case ENOENT:
		case ESTALE:
		case ENOTDIR:
		case ENODEV:
		case ETIMEDOUT:
			break;
		default:
			return -1;
		}
	}
	if (denied)
		errno = EACCES;
	return -1;
}

EXPORT int
execvpe(const char *file, char *const argv[], char *const envp[])
{
	return staging_slot() ? search_and_exec(CALL_execvpe, file, argv, envp)
			      : next(execvpe)(file, argv, envp);
}

EXPORT int
execvp(const char *file, char *const argv[])
{
	return staging_slot() ? search_and_exec(CALL_execvp, file, argv, environ) : next(execvp)(file, argv);
}

/* The list forms put their arguments into an array on the stack, as libc's own do. */
#define COUNT_ARGUMENTS(count, first)                                              \
	size_t count = 0;                                                          \
	va_list counted;                                                           \
	va_start(counted, first);                                                  \
	for (const char *each = first; each; each = va_arg(counted, const char *)) \
		count++;                                                           \
	va_end(counted);

#define TAKE_ARGUMENTS(argv, count, first, rest) \
	char *argv[count + 1];                   \
	va_list rest;                            \
	va_start(rest, first);                   \
	argv[0] = (char *)(uintptr_t)first;      \
	for (size_t i = 1; i <= count; i++)      \
		argv[i] = va_arg(rest, char *);

EXPORT int
execl(const char *path, const char *first, ...)
{
	COUNT_ARGUMENTS(count, first)
	TAKE_ARGUMENTS(argv, count, first, rest)
	va_end(rest);
	struct attempt attempt = {.call = CALL_execl, .dirfd = AT_FDCWD, .path = path, .argv = argv};
	return staging_slot() ? try_exec(&attempt, environ) : next(execv)(path, argv);
}

EXPORT int
execle(const char *path, const char *first, ...)
{
	COUNT_ARGUMENTS(count, first)
	TAKE_ARGUMENTS(argv, count, first, rest)
	char *const *envp = va_arg(rest, char *const *);
	va_end(rest);
	struct attempt attempt = {.call = CALL_execle, .dirfd = AT_FDCWD, .path = path, .argv = argv};
	return staging_slot() ? try_exec(&attempt, envp) : next(execve)(path, argv, envp);
}

EXPORT int
execlp(const char *file, const char *first, ...)
{
	COUNT_ARGUMENTS(count, first)
	TAKE_ARGUMENTS(argv, count, first, rest)
	va_end(rest);
	return staging_slot() ? search_and_exec(CALL_execlp, file, argv, environ) : next(execvp)(file, argv);
}
