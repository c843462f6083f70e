/*
 * next.c - finds the next definition of a symbol in the objects behind ours (next.h). The rule to keep: no
 * lock, no allocation, no call into the dynamic linker.
 *
 * The tables are those of the System V ABI, chapter 5 ("Dynamic Linking"), and GNU's hash table
 * (DT_GNU_HASH).
 */
#define _GNU_SOURCE
#include "next.h"

#include <elf.h>
#include <link.h>
#include <stdbool.h>
#include <string.h>
#include <sys/auxv.h>

#include "layout.h"
#include "raw.h"
#include "shim.h"

/* The names, end to end without pointers, so that the table costs no relocations. */
static const struct {
#define CALL(kind, event, type, name, parameters, arguments, fields) char name_##name[sizeof #name];
#define HAND(event, name, fields)                                    char name_##name[sizeof #name];
#define PART(event, name, part, fields)
#include "calls.def"
#undef CALL
#undef HAND
#undef PART
} names = {
#define CALL(kind, event, type, name, parameters, arguments, fields) #name,
#define HAND(event, name, fields)                                    #name,
#define PART(event, name, part, fields)
#include "calls.def"
#undef CALL
#undef HAND
#undef PART
};

static const uint16_t name_offset[CALL_COUNT] = {
#define CALL(kind, event, type, name, parameters, arguments, fields) \
	[CALL_##name] = offsetof(__typeof__(names), name_##name),
#define HAND(event, name, fields) [CALL_##name] = offsetof(__typeof__(names), name_##name),
#define PART(event, name, part, fields)
#include "calls.def"
#undef CALL
#undef HAND
#undef PART
};

#ifdef __GLIBC__
extern struct r_debug _r_debug __attribute__((weak, visibility("default")));
#else
extern struct r_debug *_dl_debug_addr
    __attribute__((weak, visibility("default"))); /* musl's, for debuggers */
#endif
extern ElfW(Dyn) _DYNAMIC[] __attribute__((visibility("hidden")));

void *next_table[CALL_COUNT] ZERO_PAGES;

static const struct link_map *own_map;
static const struct link_map *last_map;

uint32_t
next_hash(const char *name)
{
	uint32_t hash = 5381;

	while (*name)
		hash = hash * 33 + (uint8_t)*name++;
	return hash;
}

/* What one object's dynamic section says about its symbols. */
struct symbols {
	const uint32_t *hash;
	const ElfW(Sym) * table;
	const char *strings;
	const ElfW(Half) * versions;
	const ElfW(Verdef) * definitions; /* of versions */
};

/* glibc adds the load address to the pointers in most objects' dynamic sections, but not in the kernel's
 * read-only one. */
static const void *
address(const struct link_map *map, ElfW(Addr) value)
{
	return (const void *)(value < map->l_addr ? value + map->l_addr : value);
}

static bool
symbols_of(const struct link_map *map, struct symbols *symbols)
{
	memset(symbols, 0, sizeof *symbols);
	if (!map->l_ld)
		return false;
	for (const ElfW(Dyn) *entry = map->l_ld; entry->d_tag != DT_NULL; entry++) {
		switch (entry->d_tag) {
		case DT_GNU_HASH:
			symbols->hash = address(map, entry->d_un.d_ptr);
			break;
		case DT_SYMTAB:
			symbols->table = address(map, entry->d_un.d_ptr);
			break;
		case DT_STRTAB:
			symbols->strings = address(map, entry->d_un.d_ptr);
			break;
		case DT_VERSYM:
			symbols->versions = address(map, entry->d_un.d_ptr);
			break;
		case DT_VERDEF:
			symbols->definitions = address(map, entry->d_un.d_ptr);
			break;
		}
	}
	return symbols->hash && symbols->table && symbols->strings;
}

/* The bit that is set for versions that only old programs ask for. */
#define VERSION_HIDDEN 0x8000u

/* Whether a symbol is of that version; NULL: of the default one. */
static bool
is_version(const struct symbols *symbols, uint32_t index, const char *version)
{
	if (!version)
		return !symbols->versions || !(symbols->versions[index] & VERSION_HIDDEN);
	unsigned wanted = symbols->versions ? symbols->versions[index] & ~VERSION_HIDDEN : VER_NDX_GLOBAL;
	if (wanted == VER_NDX_GLOBAL || !symbols->definitions)
		return true; /* without a version it stands for every one, as it does for the dynamic linker
			      */
	const ElfW(Verdef) *definition = symbols->definitions;
	while (definition->vd_ndx != wanted) {
		if (definition->vd_next == 0)
			return false;
		definition = (const ElfW(Verdef) *)((const char *)definition + definition->vd_next);
	}
	const ElfW(Verdaux) *named = (const ElfW(Verdaux) *)((const char *)definition + definition->vd_aux);
	return strcmp(symbols->strings + named->vda_name, version) == 0;
}

/* A version of `name` in one object; its value's address, or NULL. */
static void *
find_in(const struct link_map *map, const char *name, uint32_t hash, const char *version)
{
	struct symbols symbols;

	if (!symbols_of(map, &symbols))
		return NULL;
	uint32_t bucket_count = symbols.hash[0];
	uint32_t first = symbols.hash[1];
	uint32_t bloom_count = symbols.hash[2];
	uint32_t bloom_shift = symbols.hash[3];
	const ElfW(Addr) *bloom = (const ElfW(Addr) *)&symbols.hash[4];
	const uint32_t *buckets = (const uint32_t *)&bloom[bloom_count];
	const uint32_t *chain = &buckets[bucket_count];
	const unsigned bits = sizeof *bloom * 8;
	ElfW(Addr) word = bloom[hash / bits & (bloom_count - 1)];

	if (bucket_count == 0 || !(word >> hash % bits & word >> (hash >> bloom_shift) % bits & 1))
		return NULL;
	uint32_t index = buckets[hash % bucket_count];
	if (index < first)
		return NULL;
	for (;; index++) {
		uint32_t value = chain[index - first];

		if ((value | 1) == (hash | 1)) {
			const ElfW(Sym) *symbol = &symbols.table[index];

			if (symbol->st_shndx != SHN_UNDEF &&
			    strcmp(symbols.strings + symbol->st_name, name) == 0 &&
			    is_version(&symbols, index, version)) {
				void *found = (void *)(map->l_addr + symbol->st_value);

				if (ELF64_ST_TYPE(symbol->st_info) == STT_GNU_IFUNC)
					return ((void *(*)(void))found)();
				return found;
			}
		}
		if (value & 1)
			return NULL;
	}
}

const struct link_map *
next_first_object(void)
{
#ifdef __GLIBC__
	return &_r_debug ? _r_debug.r_map : NULL;
#else
	return &_dl_debug_addr && _dl_debug_addr ? _dl_debug_addr->r_map : NULL;
#endif
}

static const struct link_map *
find_own(void)
{
	if (!own_map) {
		const struct link_map *map = next_first_object();

		while (map && map->l_ld != _DYNAMIC)
			map = map->l_next;
		own_map = map;
	}
	return own_map;
}

void *
next_find_version(const char *name, const char *version)
{
	const struct link_map *map = find_own();
	uint32_t hash = next_hash(name);

	while (map && map != last_map && (map = map->l_next)) {
		void *found = find_in(map, name, hash, version);

		if (found)
			return found;
	}
	return NULL;
}

void *
next_find(const char *name)
{
	return next_find_version(name, NULL);
}

/* In the first object whose file name begins with `file`. */
static void *
find_in_file(const char *file, const char *name)
{
	for (const struct link_map *map = next_first_object(); map; map = map->l_next) {
		const char *slash = map->l_name ? strrchr(map->l_name, '/') : NULL;
		const char *base = slash ? slash + 1 : map->l_name;

		if (base && strncmp(base, file, strlen(file)) == 0)
			return find_in(map, name, next_hash(name), NULL);
	}
	return NULL;
}

/* By its place (getauxval(3)): what it is called differs from libc to libc. */
void *
next_find_in_vdso(const char *name)
{
	uintptr_t place = start_auxiliary(AT_SYSINFO_EHDR);

	for (const struct link_map *map = next_first_object(); place && map; map = map->l_next) {
		if (map->l_addr == place)
			return find_in(map, name, next_hash(name), NULL);
	}
	return NULL;
}

void *
next_find_in_libc(const char *name)
{
	void *found = find_in_file("libc.so", name);

	return found ? found : find_in_file("ld-musl-", name); /* which is its libc as well */
}

void *
next_resolve(enum call call)
{
	void *found = next_find((const char *)&names + name_offset[call]);

	/* Two threads may come here at once; they store the same value. */
	__atomic_store_n(&next_table[call], found, __ATOMIC_RELAXED);
	return found;
}

void
next_close_list(void)
{
	const struct link_map *map = find_own();

	while (map && map->l_next)
		map = map->l_next;
	last_map = map;
}

const struct link_map *
next_last_object(void)
{
	return last_map;
}
