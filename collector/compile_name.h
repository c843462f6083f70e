/*
 * compile_name.h - is a program a compiler? Told by its name alone: what is in the file, nobody asks.
 */
#ifndef INTERPOSE_COMPILE_NAME_H
#define INTERPOSE_COMPILE_NAME_H

enum compile_name {
	COMPILE_OTHER,    /* some program; under another of its names it may be a compiler */
	COMPILE_NEVER,    /* a part or relative of a compiler that compiles nothing: cpp, clang-cpp, cc1 */
	COMPILE_COMPILER, /* cc, aarch64-linux-gnu-g++-12, clang-14, ... */
	COMPILE_WRAPPER,  /* ccache, distcc, ...: the compiler's command line follows it */
};

/* `path` is a path or a name. */
enum compile_name compile_name(const char *path);

#endif
