/*
 * next.h - the definition that a wrapper stands in front of: what dlsym(RTLD_NEXT, ...) would give.
 *
 * dlsym takes locks, may allocate, and costs an exec some 60 us for the whole table; a name that is looked up
 * when it is first called costs nothing until then. So the look-up is our own: it walks the start-up objects
 * behind ours in the dynamic linker's list and reads their hash tables, which never change; it takes no lock,
 * allocates nothing, uses little stack and always gives the same answer, so that it may run before our
 * constructor, in a signal handler, and in a vfork child.
 */
#ifndef SHIM_NEXT_H
#define SHIM_NEXT_H

#include "record.h"

struct link_map;

extern void *next_table[CALL_COUNT];

/* Looks the function up and keeps it in next_table. NULL when no object behind ours has it. */
void *next_resolve(enum call call);
/* The same for a name that is no row (not kept). */
void *next_find(const char *name);
/* An older version of a symbol that libc keeps for old programs ("nftw", "GLIBC_2.2.5"). */
void *next_find_version(const char *name, const char *version);
/* GNU's hash of a name (DT_GNU_HASH). */
uint32_t next_hash(const char *name);
/* The kernel's clock_gettime, which other libraries can't interpose; NULL when the kernel gives none. */
void *next_find_in_vdso(const char *name);
/* The C library's own, past whatever other preloaded library stands before it; NULL when it has none. */
void *next_find_in_libc(const char *name);
/* The C library's function `name`, looked up when first used: a name that the linker binds costs every image.
 */
#define libc(name)                                                                \
	({                                                                        \
		static __typeof__(&name) libc_found;                              \
                                                                                  \
		if (!libc_found)                                                  \
			libc_found = (__typeof__(&name))next_find_in_libc(#name); \
		libc_found;                                                       \
	})
/* The first object of the dynamic linker's list, the program itself; NULL where there is none. */
const struct link_map *next_first_object(void);
/* To be called once from the constructor: what is loaded later never counts as "next". */
void next_close_list(void);
/* The last object of those that were there then; what the linker's list has behind it was loaded later. Or
 * NULL. */
const struct link_map *next_last_object(void);

#define next(name) \
	((__typeof__(&name))(next_table[CALL_##name] ? next_table[CALL_##name] : next_resolve(CALL_##name)))

/* The same for an older version; its default one where libc has no such. */
#define next_version(name, version)                                   \
	({                                                            \
		static void *next_old;                                \
                                                                      \
		if (!next_old)                                        \
			next_old = next_find_version(#name, version); \
		next_old ? (__typeof__(&name))next_old : next(name);  \
	})

/*
 * Exports `ours`, whose name begins with old_, as an older version of a symbol. The file versions-MACHINE.map
 * has its version, and that of the default one; without such a file a machine's libc has no older versions.
 */
#if defined(__x86_64__) && defined(__GLIBC__)
#define NEXT_HAS_VERSIONS                   1
#define EXPORT_VERSION(ours, name, version) __asm__(".symver " #ours ", " #name "@" version);
#endif

#endif
