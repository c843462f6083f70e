/*
 * start_musl.c - an image begins and ends where libc is musl (start.c has what both do). musl hands nothing
 * to constructors, and has set `environ` before them; it tells no handler the exit status, so what main
 * returns is seen on its way. The rule to keep: the end is told after all that the program does at its end.
 */
#define _GNU_SOURCE
#include <stdarg.h>
#include <stdlib.h>

#ifndef __GLIBC__
#include "next.h"
#include "shim.h"

static void
at_quick_exit_last(void)
{
	start_tell_end(exit_status);
}

/* Its list has our handler from the beginning. */
void
start_see_quick_exit(void)
{
}

/* The first of libc's list, which is run from its end. */
__attribute__((constructor)) static void
begin(void)
{
	staging_slot();
	next_close_list();
	if (channel.off)
		return;
	int (*register_quick)(void (*)(void)) = (int (*)(void (*)(void)))next_find_in_libc("at_quick_exit");
	if (register_quick)
		register_quick(at_quick_exit_last);
}

/* Destructors are run in the reverse order of constructors, of which ours was the first; handlers come before
 * them. */
__attribute__((destructor)) static void
end(void)
{
	if (!channel.off)
		start_tell_end(exit_status);
}

typedef int main_function(int argc, char **argv, char **environment);
static main_function *program_main;

/* Its result goes to exit(3) by a name of libc's own. */
static int
run_main(int argc, char **argv, char **environment)
{
	return exit_status = program_main(argc, argv, environment);
}

typedef int start_function(main_function *given, int argc, char **argv, void (*init)(void),
			   void (*fini)(void), void (*linker_fini)(void));
start_function __libc_start_main;

/* What a program's first code calls. */
EXPORT int
__libc_start_main(main_function *given, int argc, char **argv, void (*init)(void), void (*fini)(void),
		  void (*linker_fini)(void))
{
	start_function *real = (start_function *)next_find("__libc_start_main");

	program_main = given;
	return real(run_main, argc, argv, init, fini, linker_fini);
}
/* Those that end the program inside libc. */
#define ENDS(name, list_name)                                                                   \
	void name(int status, const char *format, ...) __attribute__((noreturn));               \
	EXPORT void name(int status, const char *format, ...)                                   \
	{                                                                                       \
		void (*real)(int, const char *, va_list) =                                      \
		    (void (*)(int, const char *, va_list))next_find(#list_name);                \
		va_list rest;                                                                   \
                                                                                                \
		va_start(rest, format);                                                         \
		exit_status = status;                                                           \
		real(status, format, rest);                                                     \
		__builtin_unreachable();                                                        \
	}                                                                                       \
                                                                                                \
	void list_name(int status, const char *format, va_list rest) __attribute__((noreturn)); \
	EXPORT void list_name(int status, const char *format, va_list rest)                     \
	{                                                                                       \
		void (*real)(int, const char *, va_list) =                                      \
		    (void (*)(int, const char *, va_list))next_find(#list_name);                \
                                                                                                \
		exit_status = status;                                                           \
		real(status, format, rest);                                                     \
		__builtin_unreachable();                                                        \
	}

ENDS(err, verr)
ENDS(errx, verrx)
#else
typedef int start_musl_is_for_musl;
#endif
