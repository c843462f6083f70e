/*
 * load.c - dlopen and dlmopen: which objects they brought in, or that they found none. The rule to keep: libc
 * looks at who called (dlopen(3): the caller's DT_RUNPATH, DT_RPATH and $ORIGIN), so wherever that could
 * matter libc must see the program's return address and not ours; then the symbol's assembly (load_entry.S)
 * jumps to the real function, and the outcome is told later: what came, at this thread's next record (so
 * before what a constructor does); that nothing came, at its next dlopen or at the end, since only then the
 * call is known to have returned.
 *
 * Objects are told by place: the dynamic linker appends what it loads to its list and counts it
 * (dl_iterate_phdr(3): dlpi_adds), so the new ones are the last of the list. What was loaded in between by
 * libc itself (NSS, iconv) is told as loaded, without a call.
 */
#define _GNU_SOURCE
#include <errno.h>

#ifdef __GLIBC__ /* else load_musl.c */
#include <dlfcn.h>
#include <link.h>
#include <string.h>

#include "load.h"
#include "next.h"
#include "shim.h"

extern struct r_debug _r_debug __attribute__((weak, visibility("default")));

typedef int (*iterate_callback)(struct dl_phdr_info *information, size_t size, void *argument);
typedef int (*iterate_function)(iterate_callback callback, void *argument);

const void *load_way_dlopen(const char *name, int mode, const void *caller);
const void *load_way_dlmopen(Lmid_t space, const char *name, int mode, const void *caller);
void *load_told_dlopen(const char *name, int mode);
void *load_told_dlmopen(Lmid_t space, const char *name, int mode);

bool load_pending;

/* The call that is under way, or whose outcome is not known yet. */
static struct {
	bool waits;
	bool is_base; /* the namespace that dl_iterate_phdr shows us */
	enum call call;
	uint32_t pid;
	uint32_t tid;
	int mode;
	char name[256]; /* "": too long to keep */
} pending;

/* How many objects were ever loaded when we told last. */
static uint64_t told;

static int
iterate(iterate_callback callback, void *argument)
{
	static iterate_function function;

	if (!function)
		function = (iterate_function)next_find_in_libc("dl_iterate_phdr");
	return function ? function(callback, argument) : 0;
}

struct survey {
	uint64_t added;    /* ever */
	uint64_t count;    /* in the list now */
	bool has_rpath;    /* one that isn't the program has DT_RPATH */
	const char *named; /* is one of this file name there? */
	bool is_there;
};

static const ElfW(Dyn) * dynamic_of(const struct dl_phdr_info *information)
{
	for (unsigned i = 0; i < information->dlpi_phnum; i++) {
		const ElfW(Phdr) *header = &information->dlpi_phdr[i];

		if (header->p_type == PT_DYNAMIC)
			return (const ElfW(Dyn) *)(information->dlpi_addr + header->p_vaddr);
	}
	return NULL;
}

static bool
has_entry(const ElfW(Dyn) * dynamic, ElfW(Sxword) tag)
{
	for (; dynamic && dynamic->d_tag != DT_NULL; dynamic++) {
		if (dynamic->d_tag == tag)
			return true;
	}
	return false;
}

static bool
is_named(const char *path, const char *name)
{
	const char *slash = strrchr(path, '/');

	return strcmp(path, name) == 0 || (slash && strcmp(slash + 1, name) == 0);
}

static int
survey_one(struct dl_phdr_info *information, size_t size, void *argument)
{
	struct survey *survey = argument;

	(void)size;
	survey->added = information->dlpi_adds;
	if (survey->count++ > 0 && has_entry(dynamic_of(information), DT_RPATH))
		survey->has_rpath = true;
	if (survey->named && is_named(information->dlpi_name, survey->named))
		survey->is_there = true;
	return 0;
}

static uint64_t
count_at_start(void)
{
	uint64_t count = 0;

	for (const struct link_map *map = next_first_object(); map; map = map->l_next) {
		count++;
		if (map == next_last_object())
			break;
	}
	return count;
}

struct telling {
	enum call call;
	uint64_t place;
	uint64_t first; /* to be told */
};

static int
tell_one(struct dl_phdr_info *information, size_t size, void *argument)
{
	struct telling *telling = argument;

	(void)size;
	if (telling->place++ >= telling->first)
		load_tell_object(telling->call, information->dlpi_name);
	return 0;
}

/* Tells what is new since the last time as brought in by `call`. */
static bool
tell_new(enum call call, uint64_t added, uint64_t count)
{
	uint64_t at_start = count_at_start();
	uint64_t before = __atomic_exchange_n(&told, added, __ATOMIC_RELAXED);

	if (before == 0)
		before = at_start;
	if (added <= before)
		return false;
	struct telling telling = {.call = call,
				  .first = count > added - before ? count - (added - before) : 0};
	if (telling.first < at_start)
		telling.first = at_start;
	iterate(tell_one, &telling);
	return true;
}

/* In a forked child it is the parent's; another thread's may still be under way. */
static bool
is_ours(void)
{
	if (pending.pid != process->pid)
		pending.waits = false;
	return pending.waits && pending.tid == thread.tid;
}

/* Of another namespace's list, which dl_iterate_phdr doesn't show us: the last `count`. */
static void
tell_from_list(enum call call, const struct link_map *map, uint64_t count)
{
	uint64_t there = 1;

	while (map->l_next)
		map = map->l_next;
	while (map->l_prev && there < count) {
		map = map->l_prev;
		there++;
	}
	for (; map; map = map->l_next)
		load_tell_object(call, map->l_name);
}

/* The debugger's lists of all namespaces (glibc 2.35); the one that has the name that was asked for. */
static const struct link_map *
find_in_namespaces(const char *name)
{
#if defined(__GLIBC__) && defined(DLFO_STRUCT_HAS_EH_DBASE)
	const void *first = &_r_debug ? &_r_debug : NULL;

	__asm__("" : "+r"(first)); /* longer than its declaration says, by its r_version */
	const struct r_debug_extended *space = first;
	if (!space || space->base.r_version < 2)
		return NULL;
	while ((space = space->r_next)) {
		for (const struct link_map *map = space->base.r_map; map; map = map->l_next) {
			if (is_named(map->l_name, name))
				return map;
		}
	}
#else
	(void)name;
#endif
	return NULL;
}

/* What has come since the last time; true when the call under way is accounted for. */
static bool
settle(void)
{
	struct survey survey = {0};
	bool ours = is_ours();

	if (ours && pending.name[0])
		survey.named = pending.name;
	iterate(survey_one, &survey);
	if (!ours)
		return tell_new(pending.waits ? pending.call : NOTE_LOADED, survey.added, survey.count);
	if (pending.is_base)
		return tell_new(pending.call, survey.added, survey.count) || survey.is_there;
	const struct link_map *map = find_in_namespaces(pending.name);
	uint64_t before = __atomic_exchange_n(&told, survey.added, __ATOMIC_RELAXED);
	if (map && survey.added > before)
		tell_from_list(pending.call, map, survey.added - before);
	return map != NULL;
}

void
load_settle(void)
{
	int error = errno;

	if (is_ours()) {
		load_pending = false;
		if (settle())
			pending.waits = false;
	} else if (!pending.waits) {
		load_pending = false;
	}
	errno = error;
}

/* Before the next call, and at the end: the one before has returned. */
static void
settle_last(void)
{
	load_pending = false;
	if (!settle() && is_ours() && pending.name[0] && !(pending.mode & RTLD_NOLOAD))
		load_tell_none(pending.call, pending.name);
	pending.waits = false;
}

/* What came last, and what libc loaded for itself. */
__attribute__((destructor)) static void
settle_at_exit(void)
{
	const struct link_map *last = next_last_object();

	if ((pending.waits || (last && last->l_next)) && staging_slot())
		settle_last();
}

/* glibc's own, from 2.35 on, takes no lock; before that dladdr's, which dlopen is about to take. */
static const struct link_map *
object_of(const void *caller)
{
	struct link_map *map = NULL;

#ifdef DLFO_STRUCT_HAS_EH_DBASE
	static int (*find)(void *, struct dl_find_object *);
	struct dl_find_object object;

	if (!find)
		find = (int (*)(void *, struct dl_find_object *))next_find("_dl_find_object");
	if (find)
		return find((void *)(uintptr_t)caller, &object) == 0 ? object.dlfo_link_map : NULL;
#endif
	Dl_info information;
	if (libc(dladdr1)(caller, &information, (void **)&map, RTLD_DL_LINKMAP) == 0)
		return NULL;
	return map;
}

static bool
caller_matters(const char *name, const void *caller, const struct survey *survey)
{
	const struct link_map *map = object_of(caller);
	bool searched = !strchr(name, '/');

	if (!map)
		map = next_first_object(); /* libc takes the program's, too */
	if (!map || strchr(name, '$') || survey->has_rpath)
		return true;
	for (const ElfW(Dyn) *entry = map->l_ld; entry && entry->d_tag != DT_NULL; entry++) {
		if (entry->d_tag == DT_RPATH || (searched && entry->d_tag == DT_RUNPATH) ||
		    (searched && entry->d_tag == DT_FLAGS_1 && entry->d_un.d_val & DF_1_NODEFLIB))
			return true;
	}
	return false;
}

/* The real function where the program must be seen to call it, or nothing is told; NULL: load_told_... calls
 * it. */
static const void *
way(enum call call, const char *name, int mode, bool is_base, const void *caller, const void *real)
{
	struct survey survey = {0};
	int error = errno;

	if (!name || !staging_slot())
		return real;
	const struct link_map *last = next_last_object();
	if (pending.waits || (last && last->l_next))
		settle_last();
	iterate(survey_one, &survey);
	if (told == 0)
		told = count_at_start();
	pending.call = call;
	pending.is_base = is_base;
	pending.pid = process->pid;
	pending.tid = thread.tid;
	pending.mode = mode;
	size_t length = strlen(name);
	pending.name[0] = '\0';
	if (length < sizeof pending.name)
		memcpy(pending.name, name, length + 1);
	pending.waits = true;
	load_pending = true;
	bool matters = caller_matters(name, caller, &survey);
	errno = error;
	return matters ? real : NULL;
}

const void *
load_way_dlopen(const char *name, int mode, const void *caller)
{
	return way(CALL_dlopen, name, mode, true, caller, (const void *)next(dlopen));
}

const void *
load_way_dlmopen(Lmid_t space, const char *name, int mode, const void *caller)
{
	return way(CALL_dlmopen, name, mode, space == LM_ID_BASE, caller, (const void *)next(dlmopen));
}

/* The call has returned to us. */
static void
tell_outcome(enum call call, const char *name, int mode, const void *handle, bool is_base)
{
	struct survey survey = {0};
	int error = errno;

	load_pending = false;
	pending.waits = false;
	iterate(survey_one, &survey);
	if (!handle) {
		__atomic_store_n(&told, survey.added, __ATOMIC_RELAXED);
		if (!(mode & RTLD_NOLOAD))
			load_tell_none(call, name);
	} else if (is_base) {
		tell_new(call, survey.added, survey.count);
	} else {
		uint64_t before = __atomic_exchange_n(&told, survey.added, __ATOMIC_RELAXED);

		if (survey.added > before)
			tell_from_list(call, handle, survey.added - before);
	}
	errno = error;
}

void *
load_told_dlopen(const char *name, int mode)
{
	void *handle = next(dlopen)(name, mode);

	tell_outcome(CALL_dlopen, name, mode, handle, true);
	return handle;
}

void *
load_told_dlmopen(Lmid_t space, const char *name, int mode)
{
	void *handle = next(dlmopen)(space, name, mode);

	tell_outcome(CALL_dlmopen, name, mode, handle, space == LM_ID_BASE);
	return handle;
}
#else
typedef int load_is_for_glibc;
#endif
