/*
 * abi.h - which of our libraries a program loads: one is built for each kind of machine and C library, from
 * the same sources. The rule to keep: LD_PRELOAD names that one alone, since a dynamic linker says on stderr
 * that it can't use another one's, or doesn't start the program at all.
 *
 * The one for the machine's own programs lies beside directories that are named for the others:
 *
 *   libinterpose-shim.so   i386-gnu/libinterpose-shim.so   x86_64-musl/libinterpose-shim.so   ...
 */
#ifndef SHIM_ABI_H
#define SHIM_ABI_H

#include <stdbool.h>
#include <stddef.h>

enum abi {
	ABI_NONE, /* no dynamic linker that we know */
	ABI_X86_64_GNU,
	ABI_X86_64_MUSL,
	ABI_I386_GNU,
	ABI_I386_MUSL,
	ABI_AARCH64_GNU,
	ABI_AARCH64_MUSL,
	ABI_COUNT
};

#if defined(__x86_64__)
#define ABI_GNU  ABI_X86_64_GNU
#define ABI_MUSL ABI_X86_64_MUSL
#elif defined(__i386__)
#define ABI_GNU  ABI_I386_GNU
#define ABI_MUSL ABI_I386_MUSL
#elif defined(__aarch64__)
#define ABI_GNU  ABI_AARCH64_GNU
#define ABI_MUSL ABI_AARCH64_MUSL
#endif

/* What this very object is. */
#ifdef __GLIBC__
#define ABI_OURS ABI_GNU
#else
#define ABI_OURS ABI_MUSL
#endif

/*
 * Where the library for `abi` lies, by the place of another one of ours, whose kind is `known`: into `room`,
 * which is at least as long as `path` and ABI_PLACE_MAX more. False when `path` isn't one of ours by its
 * name.
 */
enum { ABI_PLACE_MAX = 16 };
bool abi_path(char *room, enum abi abi, const char *path, enum abi known);
/* Whether an item of LD_PRELOAD is such a library, whichever, beside that one. */
bool abi_is_beside(const char *item, size_t length, const char *path, enum abi known);
/* The kind of the machine's own programs. */
enum abi abi_native(void);

#endif
