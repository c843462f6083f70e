/*
 * exit.c - the calls that end the process. Nothing stands behind the end, so the events up to the trace's own
 * are compared.
 */
#include <err.h>
#if __has_include(<error.h>)
#include <error.h>
#endif
#include <signal.h>
#include <sys/resource.h>

#include "predict.h"

static void
at_end(void)
{
	int result = access("f", F_OK);

	expect_of("access", "access", result, 0, "%s,'mode':'F_OK'", at("f"));
}

static void
expect_end(const char *call, int status)
{
	char members[64];

	snprintf(members, sizeof members, "'status':%d", status);
	expect_exit(call, getpid(), members);
}

/* What a handler does stands before the end. */
static void
expect_handled_end(const char *call, int status)
{
	at_end();
	mark_end();
	mark("/interpose-begin");
	expect_end(call, status);
}

static void
in_handler(void)
{
	expect_handled_end("exit", 3);
}

static void
perform_exit(void)
{
	atexit(in_handler);
	exit(259);
}

static void
in_quick_handler(void)
{
	expect_handled_end("quick_exit", 4);
}

static void
perform_quick_exit(void)
{
	at_quick_exit(in_quick_handler);
	quick_exit(4);
}

/* These run no handler. */
static void
perform__exit(void)
{
	atexit(in_handler);
	expect_end(call_name, 5);
	_exit(5);
}

static void
perform__Exit(void)
{
	atexit(in_handler);
	expect_end(call_name, 255);
	_Exit(-1);
}

static void
perform_abort(void)
{
	static const struct rlimit no_core;

	setrlimit(RLIMIT_CORE, &no_core);
	expect_exit(call_name, getpid(), "'signal':'SIGABRT','core':false");
	abort();
}

static void
in_plain_handler(void)
{
	expect_handled_end(NULL, 6);
}

/* libc calls its own exit: nobody sees that, but the end is told. */
static void
perform_err(void)
{
	atexit(in_plain_handler);
	errno = ENOENT;
	err(6, "text %d", 1);
}

static void
perform_errx(void)
{
	atexit(in_plain_handler);
	errx(6, "text");
}

static void
call_verr(void (*call)(int status, const char *format, va_list arguments), ...)
{
	va_list arguments;

	va_start(arguments, call);
	call(6, "text", arguments);
	va_end(arguments);
}

static void
perform_verr(void)
{
	atexit(in_plain_handler);
	call_verr(verr);
}

static void
perform_verrx(void)
{
	atexit(in_plain_handler);
	call_verr(verrx);
}

static void
perform_error(void)
{
	atexit(in_plain_handler);
	error(0, 0, "goes on");
	error(6, ENOENT, "text");
}

static void
perform_error_at_line(void)
{
	atexit(in_plain_handler);
	error_at_line(6, ENOENT, "file", 7, "text");
}

#define CASE(name)                    \
	{                             \
#name, perform_##name \
	}
static const struct call calls[] = {
    CASE(exit), CASE(quick_exit), CASE(_exit), CASE(_Exit), CASE(abort),         CASE(err),
    CASE(errx), CASE(verr),       CASE(verrx), CASE(error), CASE(error_at_line),
};

int
main(int argc, char **argv)
{
	(void)argc;
	return predict(argv, calls, COUNT(calls));
}
