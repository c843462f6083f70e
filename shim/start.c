/*
 * start.c - an image begins and ends: the channel is opened, who we are is told once, and the exit status is
 * told last.
 *
 * System calls added to an exec, in order: newfstatat (is the inherited descriptor still our FIFO), openat +
 * mmap + close (the shared slots), getpid, gettid, getppid, getpgid, getsid (whose it is), getcwd; and a
 * getpid and a clock_gettime for each of the first records (staging.c, clock.c). Where the
 * environment doesn't tell the start time and the program (birth.c), also openat + read + close of
 * /proc/self/stat and readlinkat of /proc/self/exe, and mmap for what they give. tests/runs/test-start-calls
 * holds the list.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "birth.h"
#include "exec.h"
#include "next.h"
#include "shim.h"

extern void *__libc_stack_end __attribute__((weak, visibility("default")));
extern ElfW(Dyn) _DYNAMIC[] __attribute__((visibility("hidden")));

static char **start_argv;

/* argc as the kernel laid it out, the arguments and a NULL behind it; NULL where that isn't known. */
static char **
first_arguments(void)
{
	if (!&__libc_stack_end || !__libc_stack_end)
		return NULL;
	long count = *(long *)__libc_stack_end;
	char **argv = (char **)__libc_stack_end + 1;

	return count >= 0 && count < 1 << 20 && !argv[count] ? argv : NULL;
}

/*
 * The environment that the kernel laid out, behind the arguments: a call may come while the dynamic linker is
 * still at work (a malloc of the program's own, a function chosen by another), when libc doesn't know it yet.
 */
static char **
first_environment(void)
{
	char **argv = environ ? NULL : first_arguments();

	return argv ? argv + *((long *)argv - 1) + 1 : environ;
}

/* The vector stands behind the environment. libc's own function is one more page that an image would touch.
 */
unsigned long
start_auxiliary(unsigned long type)
{
	static const ElfW(auxv_t) * vector;

	if (!vector) {
		char **at = first_arguments();

		if (!at)
			return libc(getauxval)(type);
		for (at += *((long *)at - 1) + 1; *at; at++)
			continue;
		vector = (const ElfW(auxv_t) *)(at + 1);
	}
	const ElfW(auxv_t) *entry = vector;
	while (entry->a_type != AT_NULL && entry->a_type != type)
		entry++;
	return entry->a_type == type ? entry->a_un.a_val : 0;
}

/* Those that we are and that we act as. */
struct users {
	uint32_t user[3];
	uint32_t group[3];
};

/* A new image has them from the kernel (getauxval(3)). */
static void
image_users(struct users *users)
{
	users->user[0] = (uint32_t)start_auxiliary(AT_UID);
	users->user[1] = (uint32_t)start_auxiliary(AT_EUID);
	users->group[0] = (uint32_t)start_auxiliary(AT_GID);
	users->group[1] = (uint32_t)start_auxiliary(AT_EGID);
}

static void
put_identity(struct record *record, const struct identity *identity, const struct users *users)
{
	record_number(record, identity->parent);
	record_number(record, identity->group);
	record_number(record, identity->session);
	record_long(record, identity->started);
	record_number(record, (int32_t)users->user[0]);
	record_number(record, (int32_t)users->user[1]);
	record_number(record, (int32_t)users->group[0]);
	record_number(record, (int32_t)users->group[1]);
}

/* argv stands just below the environment that the kernel laid out: argc, argv, NULL, environment. */
static char **
argv_below(char **environment)
{
	if (!environment || environment[-1])
		return NULL;
	for (long count = 1; count < 1 << 20; count++) {
		if ((long)environment[-1 - count - 1] == count)
			return &environment[-1 - count];
	}
	return NULL;
}

/* The program's name, where it must be asked for: NULL when the exec has told it, or nobody can. */
static const char *
ask_program(const struct slot *slot, long *length)
{
	*length = 0;
	if (channel.quiet || birth_program_is_told())
		return NULL;
	char *name = (char *)staging_scratch(slot);
	*length = raw(SYS_readlinkat, AT_FDCWD, "/proc/self/exe", name, SCRATCH_ENVIRONMENT);
	return *length < 0 ? NULL : name;
}

/* The variables that --env names and that are set; their number, and each of them where there is a record. */
static int32_t
put_variables(struct record *record)
{
	const char *name = channel.slots->environment;
	char **environment = first_environment();
	int32_t count = 0;
	size_t length;

	for (; (length = strlen(name)) > 0; name += length + 1) {
		const char *entry = environment_find(environment, name, length);

		count += entry != NULL;
		if (entry && record)
			record_string(record, entry, strlen(entry));
	}
	return count;
}

static void
tell_start(void)
{
	struct slot *slot = staging_slot();
	struct record record = {0};
	struct identity identity;
	struct users users;
	char **argv = start_argv ? start_argv : argv_below(first_environment());
	long length;

	if (!slot)
		return;
	birth_identify_image(&identity, slot);
	image_users(&users);
	const char *program = ask_program(slot, &length);
	if (record_begin(&record, NOTE_START, 0)) {
		do {
			put_identity(&record, &identity, &users);
			record_string(&record, program, (size_t)length);
			record_cwd(&record);
			record_strings(&record, argv);
			if (unlikely(channel.slots && channel.slots->environment[0])) {
				record_number(&record, put_variables(NULL));
				put_variables(&record);
			}
		} while (record_again(&record));
	}
}

/* The shared objects that were mapped before us and with us; not the program, the kernel's page, and
 * ourselves. */
static bool
is_loaded_object(const struct link_map *map)
{
	return map->l_name && map->l_name[0] == '/' && map->l_ld != _DYNAMIC;
}

static void
tell_loaded(void)
{
	struct record record = {0};
	const struct link_map *first = next_first_object();
	int32_t count = 0;

	for (const struct link_map *map = first ? first->l_next : NULL; map; map = map->l_next)
		count += is_loaded_object(map);
	if (!record_begin(&record, NOTE_LOADED, 0))
		return;
	do {
		record_number(&record, count);
		for (const struct link_map *map = first ? first->l_next : NULL; map; map = map->l_next) {
			if (is_loaded_object(map))
				record_string(&record, map->l_name, strlen(map->l_name));
		}
	} while (record_again(&record));
}

void
start_channel(void)
{
	channel_open(first_environment());
}

void
start_image(void)
{
	if (channel.off)
		return;
	tell_start();
	tell_loaded();
}

void
start_forked(uint32_t parent, uint64_t before)
{
	struct slot *slot = staging_slot();
	struct record record = {0};
	struct identity identity;
	struct users users = {0};

	if (!slot || channel.quiet) /* the parent tells of its child, and what the child is, it was */
		return;
	birth_identify_child(&identity, slot, before);
	identity.parent = (int32_t)parent;
	raw(RAW_GETRESUID, &users.user[0], &users.user[1], &users.user[2]);
	raw(RAW_GETRESGID, &users.group[0], &users.group[1], &users.group[2]);
	if (record_begin(&record, NOTE_FORKED, 0)) {
		do {
			put_identity(&record, &identity, &users);
		} while (record_again(&record));
	}
}

void
start_spawned(uint32_t parent, uint32_t pid, uint64_t before)
{
	const struct users users = {{(uint32_t)-1, (uint32_t)-1},
				    {(uint32_t)-1, (uint32_t)-1}}; /* its image tells */
	struct slot *slot = staging_slot();
	struct record record = {.time = before};
	struct identity identity;

	if (!slot || channel.quiet)
		return;
	birth_identify_spawned(&identity, slot, pid, before);
	identity.parent = (int32_t)parent;
	if (record_begin(&record, NOTE_FORKED, 0)) {
		do {
			put_identity(&record, &identity, &users);
		} while (record_again(&record));
	}
}

void
start_tell_end(int status)
{
	struct record record = {0};

	if (record_begin(&record, NOTE_EXIT, 0)) {
		do {
			record_number(&record, status);
		} while (record_again(&record));
	}
	staging_end();
}

int exit_status;

#ifdef __GLIBC__ /* else start_musl.c */
/* Registered before all others, so it runs after the program's handlers and destructors. */
static void
at_exit(int status, void *unused)
{
	(void)unused;
	start_tell_end(status);
}

static void
at_quick_exit_last(void *unused)
{
	at_exit(exit_status, unused);
}

int __cxa_at_quick_exit(void (*handler)(void *), void *owner);

/* The list is run from its end (at_quick_exit(3)), and few programs have one: ours comes first as soon as
 * there is one. */
void
start_see_quick_exit(void)
{
	static uint32_t registered;

	if (!channel.off && !__atomic_exchange_n(&registered, 1, __ATOMIC_RELAXED))
		libc(__cxa_at_quick_exit)(at_quick_exit_last, NULL);
}

EXPORT int
__cxa_at_quick_exit(void (*handler)(void *), void *owner)
{
	start_see_quick_exit();
	return libc(__cxa_at_quick_exit)(handler, owner);
}

__attribute__((constructor)) static void
begin(int argc, char **argv, char **environment)
{
	(void)argc;
	start_argv = argv;
	if (!environ)
		environ = environment; /* we may run before libc's own constructor, which sets the same */
	staging_slot();
	next_close_list();
	if (!channel.off)
		libc(on_exit)(at_exit, NULL); /* the list is run from its end (exit(3)) */
}
#endif
