/*
 * objects.c - dl_iterate_phdr(3), which tells of our object as the last one. AddressSanitizer's runtime looks
 * whether it is the first library of the list and ends the program when another one is
 * (tests/runs/test-hard-09-sanitizers); unwinders look for an address and don't mind. The rule to keep: every
 * object is told once, as libc tells it.
 */
#define _GNU_SOURCE
#include <link.h>

#include "next.h"
#include "shim.h"

typedef int (*told_function)(struct dl_phdr_info *information, size_t size, void *data);
typedef int (*iterate_function)(told_function told, void *data);

int dl_iterate_phdr(told_function told, void *data);

extern const char begins[] __asm__("__ehdr_start") __attribute__((visibility("hidden")));

/* One walk through the list; ours is kept back. */
struct walk {
	told_function told;
	void *data;
	struct dl_phdr_info ours;
	size_t size;
};

static int
tell_others(struct dl_phdr_info *information, size_t size, void *data)
{
	struct walk *walk = data;

	if (information->dlpi_addr == (uintptr_t)begins) {
		walk->size = size < sizeof walk->ours ? size : sizeof walk->ours;
		__builtin_memcpy(&walk->ours, information, walk->size);
		return 0;
	}
	return walk->told(information, size, walk->data);
}

EXPORT int
dl_iterate_phdr(told_function told, void *data)
{
	static iterate_function real;
	struct walk walk = {.told = told, .data = data};

	if (!real)
		real = (iterate_function)next_find("dl_iterate_phdr");
	int result = real(tell_others, &walk);
	return result == 0 && walk.size > 0 ? told(&walk.ours, walk.size, data) : result;
}
