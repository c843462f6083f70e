/*
 * abi.c - the places of our libraries, each for another kind of program (abi.h). Built into the collector as
 * well.
 */
#define _GNU_SOURCE
#include <string.h>

#include "abi.h"
#include "record.h"

/* The Makefile's directories, and the one of them whose library lies without (NATIVE_ABI). */
static const char names[ABI_COUNT][ABI_PLACE_MAX] = {
    [ABI_X86_64_GNU] = "x86_64-gnu/",   [ABI_X86_64_MUSL] = "x86_64-musl/",
    [ABI_I386_GNU] = "i386-gnu/",       [ABI_I386_MUSL] = "i386-musl/",
    [ABI_AARCH64_GNU] = "aarch64-gnu/", [ABI_AARCH64_MUSL] = "aarch64-musl/",
};

static const char *
place_of(enum abi abi)
{
	return strcmp(names[abi], NATIVE_ABI "/") == 0 ? "" : names[abi];
}

enum abi
abi_native(void)
{
	enum abi abi = ABI_NONE;

	while (++abi < ABI_COUNT && *place_of(abi))
		continue;
	return abi == ABI_COUNT ? ABI_NONE : abi;
}

/* How much of `path`, the library of kind `known`, is the directory of all. 0: it isn't one by its name. */
static size_t
base_length(const char *path, enum abi known)
{
	const char *place = place_of(known);
	size_t length = strlen(path), place_length = strlen(place);
	size_t tail = place_length + sizeof SHIM_NAME - 1;

	if (length <= tail || path[length - tail - 1] != '/' ||
	    memcmp(path + length - tail, place, place_length) != 0 ||
	    strcmp(path + length - tail + place_length, SHIM_NAME) != 0)
		return 0;
	return length - tail;
}

bool
abi_path(char *room, enum abi abi, const char *path, enum abi known)
{
	size_t base = base_length(path, known);

	if (base == 0 || abi == ABI_NONE)
		return false;
	memcpy(room, path, base);
	strcpy(stpcpy(room + base, place_of(abi)), SHIM_NAME);
	return true;
}

bool
abi_is_beside(const char *item, size_t length, const char *path, enum abi known)
{
	size_t base = base_length(path, known);
	size_t name = sizeof SHIM_NAME - 1;

	if (base == 0 || length < base + name || memcmp(item, path, base) != 0 ||
	    memcmp(item + length - name, SHIM_NAME, name) != 0)
		return false;
	for (enum abi abi = ABI_NONE + 1; abi < ABI_COUNT; abi++) {
		const char *place = place_of(abi);
		size_t place_length = strlen(place);

		if (length == base + place_length + name && memcmp(item + base, place, place_length) == 0)
			return true;
	}
	return false;
}
