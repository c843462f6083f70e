/*
 * load_musl.c - dlopen where libc is musl. It takes no account of who calls (there is no search by the
 * caller's RUNPATH), never unloads, and appends what it loads to its list: so the call is made here, and what
 * came is what stands behind the last object that was told. The rule to keep: each object is told once.
 */
#define _GNU_SOURCE
#include <errno.h>

#ifndef __GLIBC__
#include <dlfcn.h>
#include <link.h>

#include "load.h"
#include "next.h"
#include "shim.h"

bool load_pending;

void
load_settle(void)
{
}

/* The last object that was told; what follows came later. */
static const struct link_map *told;

static const struct link_map *
last_told(void)
{
	const struct link_map *map = __atomic_load_n(&told, __ATOMIC_RELAXED);

	return map ? map : next_last_object();
}

EXPORT void *
dlopen(const char *name, int mode)
{
	void *handle = next(dlopen)(name, mode);
	int error = errno;

	if (!name || !staging_slot())
		return handle;
	if (!handle && !(mode & RTLD_NOLOAD))
		load_tell_none(CALL_dlopen, name);
	const struct link_map *map = handle ? last_told() : NULL;
	while (map && map->l_next) {
		map = map->l_next;
		__atomic_store_n(&told, map, __ATOMIC_RELAXED);
		load_tell_object(CALL_dlopen, map->l_name);
	}
	errno = error;
	return handle;
}
#else
typedef int load_musl_is_for_musl;
#endif
