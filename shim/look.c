/*
 * look.c - what becomes of tracing when a program is executed: a look at its file (program.c) and at our
 * libraries. Whoever executes the same program again and again (make, a shell) finds what was found before.
 * The rules to keep: what is recalled was found in the same file, unchanged, by the same user, a moment ago;
 * and nothing is written where a thread beside us could read it half.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "exec.h"

enum { LOOKS = 8 };

#define LOOK_LASTS   UINT64_C(50000000) /* ns; our libraries may be moved meanwhile */
#define LOOK_SETTLED 2                  /* seconds: a file that was changed later may change unseen */

/* What makes it the same file, and the same user. */
struct look_key {
	uint64_t device;
	uint64_t inode;
	int64_t size;
	int64_t changed; /* seconds */
	int64_t changed_nanoseconds;
	uint32_t user; /* the effective one, and group; the real ones are the same */
	uint32_t group;
};

static struct look {
	uint32_t sequence; /* atomic: odd while it is written; of a writer that was killed, for ever */
	uint32_t abi;
	int untraced;
	uint32_t foreign;
	uint32_t generation;
	uint64_t until; /* now() */
	struct look_key key;
} looks[LOOKS] ZERO_PAGES;

static uint32_t generation; /* atomic: of what was found before look_forget nothing is recalled */

void
look_forget(void)
{
	__atomic_add_fetch(&generation, 1, __ATOMIC_RELAXED);
}

/* False for a file whose rights make another user of who executes it, and for who acts as another already. */
static bool
make_key(struct look_key *key, int dirfd, const char *path)
{
	struct raw_stat status = {0};
	uint32_t user[3] = {0}, group[3] = {0};

	/* Without the flag the call would be any program's, to whoever watches both (strace). */
	if (raw(RAW_FSTATAT, dirfd, path, &status, AT_NO_AUTOMOUNT) != 0 || !S_ISREG(status.st_mode) ||
	    status.st_mode & (S_ISUID | S_ISGID))
		return false;
	raw(RAW_GETRESUID, &user[0], &user[1], &user[2]);
	raw(RAW_GETRESGID, &group[0], &group[1], &group[2]);
	*key = (struct look_key){
	    .device = (uint64_t)status.st_dev,
	    .inode = (uint64_t)status.st_ino,
	    .size = (int64_t)status.st_size,
	    .changed = (int64_t)status.st_ctim.tv_sec,
	    .changed_nanoseconds = (int64_t)status.st_ctim.tv_nsec,
	    .user = user[1],
	    .group = group[1],
	};
	return user[0] == user[1] && group[0] == group[1];
}

static bool
recall(struct program *program, const struct look_key *key)
{
	struct look *look = &looks[key->inode % LOOKS];
	uint32_t before = __atomic_load_n(&look->sequence, __ATOMIC_ACQUIRE);
	struct look found;

	memcpy(&found, look, sizeof found);
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	if (before & 1 || __atomic_load_n(&look->sequence, __ATOMIC_RELAXED) != before ||
	    found.generation != __atomic_load_n(&generation, __ATOMIC_RELAXED) || found.until < now() ||
	    memcmp(&found.key, key, sizeof *key) != 0)
		return false;
	*program = (struct program){
	    .untraced = found.untraced, .foreign = found.foreign, .abi = (enum abi)found.abi};
	return true;
}

static void
keep(const struct program *program, const struct look_key *key, uint32_t since)
{
	struct look *look = &looks[key->inode % LOOKS];
	uint32_t before = __atomic_load_n(&look->sequence, __ATOMIC_RELAXED);
	struct timespec time;

	if (program->error || program->interpreter[0] || program->passed_on)
		return;
	if (raw(SYS_clock_gettime, CLOCK_REALTIME, &time) != 0 || time.tv_sec - key->changed < LOOK_SETTLED)
		return;
	if (before & 1 || !__atomic_compare_exchange_n(&look->sequence, &before, before + 1, false,
						       __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		return;
	look->abi = (uint32_t)program->abi;
	look->untraced = program->untraced;
	look->foreign = program->foreign;
	look->key = *key;
	look->generation = since;
	look->until = now() + LOOK_LASTS;
	__atomic_store_n(&look->sequence, before + 2, __ATOMIC_RELEASE);
}

/* Another of our libraries, for what this one would be refused by: then it is as if that were ours. Where
 * ours can't be reached (after a chroot, in another mount namespace) the dynamic linker would say so. */
static void
choose_library(struct program *program, char *room)
{
	if (!program->foreign) {
		program->foreign = !environment_reaches(ABI_OURS, room);
	} else if (program->abi != ABI_NONE && environment_reaches(program->abi, room)) {
		program->foreign = false;
		program->untraced = 0;
	}
}

static void
look_at_file(struct program *program, char *room, const struct attempt *attempt)
{
	uint32_t since = __atomic_load_n(&generation, __ATOMIC_RELAXED);
	struct look_key key;
	bool has_key = attempt->flags == 0 && make_key(&key, attempt->dirfd, attempt->path);

	if (has_key && recall(program, &key))
		return;
	program_look(program, room, attempt->dirfd, attempt->path, attempt->flags);
	choose_library(program, room);
	if (has_key)
		keep(program, &key, since);
}

void
exec_look(struct program *program, struct slot *slot, const struct attempt *attempt, char *const given[])
{
	if (!channel.quiet)
		look_at_file(program, (char *)staging_scratch(slot), attempt);
	if (program->untraced == 0 && program->error == 0 && program->foreign)
		program->untraced = UNTRACED_SILENT + 1;
	if (program->untraced == 0 && environment_is_nested(given))
		program->untraced = UNTRACED_NESTED + 1;
}
