/*
 * environment.c - what a new image is told: our library in LD_PRELOAD exactly once, at the place where the
 * program left it, and our variable as it is now. The rule to keep: the program's own environment is never
 * edited; what must differ goes into a copy.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "birth.h"
#include "exec.h"
#include "next.h"

#define PRELOAD "LD_PRELOAD="

extern ElfW(Dyn) _DYNAMIC[] __attribute__((visibility("hidden")));

/* Our own file, as the dynamic linker was told it. */
static const char *
own_name(void)
{
	static const char *name;

	if (!name) {
		for (const struct link_map *map = next_first_object(); map; map = map->l_next) {
			if (map->l_ld == _DYNAMIC)
				name = map->l_name;
		}
	}
	return name ? name : "";
}

void *
environment_memory(size_t size)
{
	long at = raw(RAW_MMAP, 0, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (at < 0 && at > -4096)
		return NULL;
	uint32_t depth = thread.child_depth;
	if (depth > 0 && depth <= CHILD_DEPTH && !thread.leftover[depth - 1]) {
		thread.leftover[depth - 1] = (void *)at;
		thread.leftover_size[depth - 1] = size;
	}
	return (void *)at;
}

static bool
is_entry(const char *entry, const char *name, size_t length)
{
	return strncmp(entry, name, length) == 0;
}

const char *
environment_find(char *const *entry, const char *name, size_t length)
{
	for (; entry && *entry; entry++) {
		if (is_entry(*entry, name, length) && (*entry)[length] == '=')
			return *entry;
	}
	return NULL;
}

/* Whether the list of LD_PRELOAD (separated by spaces and colons, ld.so(8)) has our library. */
static bool
lists_us(const char *list)
{
	const char *own = own_name();
	size_t length = strlen(own);

	while (*list) {
		size_t item = strcspn(list, ": ");

		if (item == length && memcmp(list, own, length) == 0)
			return true;
		list += item;
		list += strspn(list, ": ");
	}
	return false;
}

static bool
is_any_of_ours(const char *item, size_t length)
{
	const char *own = own_name();

	return (length == strlen(own) && memcmp(item, own, length) == 0) ||
	       abi_is_beside(item, length, own, ABI_OURS);
}

static bool
lists_any_of_ours(const char *list)
{
	while (*list) {
		size_t item = strcspn(list, ": ");

		if (is_any_of_ours(list, item))
			return true;
		list += item;
		list += strspn(list, ": ");
	}
	return false;
}

/* The list with `library` ("": none) where it has one of ours, or before all others, and no other of ours. */
static void
copy_with(char *room, const char *list, const char *library)
{
	char *at = room;

	if (!lists_any_of_ours(list)) {
		at = stpcpy(at, library);
		library = "";
	}
	while (*list) {
		size_t item = strcspn(list, ": ");
		bool ours = is_any_of_ours(list, item);
		size_t length = ours ? strlen(library) : item;

		if (length > 0 && at > room)
			*at++ = ':';
		memcpy(at, ours ? library : list, length);
		at += length;
		if (ours)
			library = "";
		list += item;
		list += strspn(list, ": ");
	}
	*at = '\0';
}

bool
environment_is_ours(const char *entry)
{
	return is_entry(entry, PRELOAD, sizeof PRELOAD - 1) ||
	       is_entry(entry, CHANNEL_VARIABLE "=", sizeof CHANNEL_VARIABLE);
}

struct found {
	size_t count;        /* entries */
	const char *preload; /* LD_PRELOAD's value, or NULL */
	const char *channel; /* the whole entry of ours, or NULL */
};

static struct found
survey(char *const given[])
{
	struct found found = {0};

	for (; given && given[found.count]; found.count++) {
		const char *entry = given[found.count];

		if (entry[0] == 'L' && is_entry(entry, PRELOAD, sizeof PRELOAD - 1) && !found.preload)
			found.preload = entry + sizeof PRELOAD - 1;
		else if (entry[0] == 'I' && is_entry(entry, CHANNEL_VARIABLE "=", sizeof CHANNEL_VARIABLE) &&
			 !found.channel)
			found.channel = entry;
	}
	return found;
}

/* Another session's channel that is there is a traced command that traces: it is left alone. */
static bool
has_other_channel(const struct found *found)
{
	return found->channel && strcmp(found->channel, channel.variable) != 0 &&
	       channel_is_another(found->channel + sizeof CHANNEL_VARIABLE);
}

bool
environment_is_nested(char *const given[])
{
	struct found found = survey(given);

	return has_other_channel(&found);
}

bool
environment_reaches(enum abi abi, char *room)
{
	const char *own = own_name();
	bool is_own = abi == ABI_OURS;

	if (!is_own && (strlen(own) + ABI_PLACE_MAX > SCRATCH_PATH || !abi_path(room, abi, own, ABI_OURS)))
		return false;
	long result = raw(SYS_faccessat2, AT_FDCWD, is_own ? own : room, R_OK, AT_EACCESS);
	if (result == -ENOSYS || result == -EPERM) /* what older kernels and sandboxes say of the call */
		return is_own || raw(SYS_faccessat, AT_FDCWD, room, R_OK) == 0;
	return result == 0;
}

bool
environment_suffices(char *const given[])
{
	struct found found = survey(given);
	const char *directory = found.channel ? strchr(found.channel, '/') : NULL;

	return found.preload && lists_us(found.preload) && directory &&
	       strcmp(directory, channel.directory) == 0;
}

/* LD_PRELOAD's entry, into room for all of it. */
static void
put_preload_entry(char *room, const struct program *program, const char *given, bool listed)
{
	char *at = stpcpy(room, PRELOAD);
	bool is_own = program->abi == ABI_NONE || program->abi == ABI_OURS;
	char *library = at + strlen(own_name()) + ABI_PLACE_MAX + strlen(given) + 2;

	if (listed && is_own && !program->foreign) {
		strcpy(at, given);
		return;
	}
	*library = '\0';
	if (is_own && !program->foreign)
		strcpy(library, own_name());
	else if (!program->foreign)
		abi_path(library, program->abi, own_name(), ABI_OURS);
	copy_with(at, given, library);
}

/*
 * Room for a copy: in the scratch memory, whose last page nothing else uses, so that the usual exec needs no
 * mapping of its own; but not in a signal handler that comes between the making of another one and its use.
 */
static void *
room_for(struct environment *environment, size_t size, bool is_brief)
{
	struct slot *slot = staging_slot();

	if (is_brief && size <= SCRATCH_SIZE - SCRATCH_ENVIRONMENT && slot && !thread.passes_environment) {
		thread.passes_environment = environment->in_scratch = true;
		return staging_scratch(slot) + SCRATCH_ENVIRONMENT;
	}
	environment->memory = environment_memory(size);
	environment->size = size;
	return environment->memory;
}

static void
put_channel(char *at, const char *birth)
{
	memcpy(at, channel.variable, channel.birth);
	at = stpcpy(at + channel.birth, birth ? birth : "-");
	strcpy(at, channel.variable + channel.birth + 1);
}

void
environment_make(struct environment *environment, char *const given[], const struct program *program,
		 const char *birth)
{
	struct found found = survey(given);
	size_t pointers = (found.count + 3) * sizeof(char *);
	size_t preload_size = sizeof PRELOAD + 2 * (strlen(own_name()) + ABI_PLACE_MAX + 2) +
			      (found.preload ? strlen(found.preload) : 0);
	size_t kept = 0;

	environment->entries = (char **)(uintptr_t)given;
	environment->memory = NULL;
	environment->in_scratch = false;
	/* What fails fails as by itself: not even memory is mapped, which a bad pointer might lead to. */
	if (program->error != 0 || has_other_channel(&found))
		return;
	char **entries =
	    room_for(environment, pointers + preload_size + sizeof channel.variable + BIRTH_SIZE, birth);
	if (!entries)
		return;
	char *preload = (char *)entries + pointers;
	put_preload_entry(preload, program, found.preload ? found.preload : "",
			  found.preload && lists_us(found.preload));
	put_channel(preload + preload_size, birth);
	bool puts_preload = preload[strlen(PRELOAD)] != '\0';
	for (size_t i = 0; i < found.count; i++) {
		if (given[i] == found.channel)
			continue;
		if (found.preload && given[i] == found.preload - strlen(PRELOAD)) {
			if (puts_preload)
				entries[kept++] = preload;
			puts_preload = false;
			continue;
		}
		entries[kept++] = given[i];
	}
	if (puts_preload)
		entries[kept++] = preload;
	entries[kept++] = preload + preload_size;
	entries[kept] = NULL;
	environment->entries = entries;
}

void
environment_free(struct environment *environment)
{
	if (environment->in_scratch)
		thread.passes_environment = false;
	if (!environment->memory)
		return;
	uint32_t depth = thread.child_depth;
	if (depth > 0 && depth <= CHILD_DEPTH && thread.leftover[depth - 1] == environment->memory)
		thread.leftover[depth - 1] = NULL;
	raw(SYS_munmap, environment->memory, environment->size);
	environment->memory = NULL;
}
