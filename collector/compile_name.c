/*
 * compile_name.c - names of compilers: [PREFIX-]NAME[-VERSION][-THREADS], as distributions install them.
 *
 * Rule: only what takes the command line of a Unix compiler is here (compile_line.c). What runs another
 * compiler with flags of its own (mpicc, emcc, libtool) is not: that one's command line is the complete one.
 */
#include "compile_name.h"

#include <stdbool.h>
#include <string.h>

static const char *const compilers[] = {
    "cc",    "c++",       "gcc",       "g++",  "clang", "clang++",  "c89",        "c99",   "gfortran", "f77",
    "f95",   "flang",     "tcc",       "icc",  "icpc",  "icx",      "icpx",       "ifort", "ifx",      "nvc",
    "nvc++", "nvfortran", "flang-new", "pgcc", "pgc++", "armclang", "armclang++", NULL};
static const char *const wrappers[] = {"ccache", "distcc", "sccache", "icecc", "buildcache", NULL};
/* Drivers in another role, whose file may be the compiler's; and a part that looks like a version of cc. */
static const char *const relatives[] = {"cpp", "clang-cl", "cc1", NULL};
/* MinGW's, for its two kinds of threads. */
static const char *const suffixes[] = {"-posix", "-win32", NULL};

static bool
ends_with(const char *name, size_t length, const char *end)
{
	size_t end_length = strlen(end);

	return length >= end_length && memcmp(name + length - end_length, end, end_length) == 0;
}

/* Whether the name is one of the list, or one after a prefix. */
static bool
is_one_of(const char *name, size_t length, const char *const *list)
{
	for (; *list != NULL; list++) {
		size_t listed = strlen(*list);

		if (ends_with(name, length, *list) && (length == listed || name[length - listed - 1] == '-'))
			return true;
	}
	return false;
}

static size_t
without_suffix(const char *name, size_t length)
{
	for (const char *const *suffix = suffixes; *suffix != NULL; suffix++) {
		if (ends_with(name, length, *suffix))
			return length - strlen(*suffix);
	}
	return length;
}

/* "gcc-12.2" and "clang14" without their versions. */
static size_t
without_version(const char *name, size_t length)
{
	while (length > 0 && strchr("0123456789.", name[length - 1]) != NULL)
		length--;
	return length > 0 && name[length - 1] == '-' ? length - 1 : length;
}

enum compile_name
compile_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash != NULL ? slash + 1 : path;
	size_t length = without_suffix(name, strlen(name));
	size_t shorter = without_version(name, length);

	for (const char *const *wrapper = wrappers; *wrapper != NULL; wrapper++) {
		if (strcmp(name, *wrapper) == 0)
			return COMPILE_WRAPPER;
	}
	if (is_one_of(name, length, relatives) || is_one_of(name, shorter, relatives))
		return COMPILE_NEVER;
	/* Some names end in digits themselves. */
	if (is_one_of(name, length, compilers) || is_one_of(name, shorter, compilers))
		return COMPILE_COMPILER;
	return COMPILE_OTHER;
}
