/*
 * untold.c - calls that are wrapped so that our own descriptor and our own object are not in the way, and of
 * which nothing is told: limits, the list of loaded objects.
 */
#include <link.h>
#include <sys/resource.h>

#include "predict.h"

/* One event shows that the others made none. */
static void
look_up(void)
{
	long result = access("f", F_OK);

	expect_of("access", "access", result, result < 0 ? errno : 0, "%s,'mode':'F_OK'", at("f"));
}

static void
check(bool held)
{
	if (!held)
		abort();
}

static void
perform_setrlimit(void)
{
	struct rlimit before, limit;

	check(getrlimit(RLIMIT_NOFILE, &before) == 0);
	limit = before;
	limit.rlim_cur = 20;
	check(setrlimit(RLIMIT_NOFILE, &limit) == 0);
	check(getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur == 20);
	check(setrlimit(RLIMIT_NOFILE, &before) == 0);
#ifdef __LP64__ /* elsewhere glibc itself reads it */
	check(setrlimit(RLIMIT_NOFILE, (const struct rlimit *)unmapped) < 0 && errno == EFAULT);
#endif
	check(setrlimit((__rlimit_resource_t)99, &before) < 0 && errno == EINVAL);
	look_up();
}

static void
perform_setrlimit64(void)
{
	struct rlimit64 before, limit;

	check(getrlimit64(RLIMIT_NOFILE, &before) == 0);
	limit = before;
	limit.rlim_cur = 20;
	check(setrlimit64(RLIMIT_NOFILE, &limit) == 0);
	check(setrlimit64(RLIMIT_NOFILE, &before) == 0);
	look_up();
}

static void
perform_prlimit(void)
{
	struct rlimit before, old, limit;

	check(prlimit(0, RLIMIT_NOFILE, NULL, &before) == 0);
	limit = before;
	limit.rlim_cur = 20;
	check(prlimit(getpid(), RLIMIT_NOFILE, &limit, &old) == 0 && old.rlim_cur == before.rlim_cur);
	check(prlimit(0, RLIMIT_NOFILE, &before, NULL) == 0);
#ifdef __LP64__
	check(prlimit(0, RLIMIT_NOFILE, (const struct rlimit *)unmapped, NULL) < 0 && errno == EFAULT);
#endif
	look_up();
}

static void
perform_prlimit64(void)
{
	struct rlimit64 before;

	check(prlimit64(0, RLIMIT_NOFILE, NULL, &before) == 0);
	check(prlimit64(0, RLIMIT_NOFILE, &before, NULL) == 0);
	look_up();
}

struct seen {
	int objects;
	int own;
	bool is_last;
};

static int
count_object(struct dl_phdr_info *information, size_t size, void *data)
{
	struct seen *seen = data;

	(void)size;
	seen->objects++;
	seen->is_last = strstr(information->dlpi_name, "libinterpose-shim") != NULL;
	seen->own += seen->is_last;
	return 0;
}

static int
stop_at_first(struct dl_phdr_info *information, size_t size, void *data)
{
	(void)information;
	(void)size;
	++*(int *)data;
	return 7;
}

/* Ours is told once, and last. */
static void
perform_dl_iterate_phdr(void)
{
	struct seen seen = {0};
	int calls = 0;

	check(dl_iterate_phdr(count_object, &seen) == 0);
	check(seen.objects >= 3 && (seen.own == 0 || (seen.own == 1 && seen.is_last)));
	check(dl_iterate_phdr(stop_at_first, &calls) == 7 && calls == 1);
	look_up();
}

#define CASE(name)                    \
	{                             \
#name, perform_##name \
	}
static const struct call calls[] = {
    CASE(setrlimit), CASE(setrlimit64), CASE(prlimit), CASE(prlimit64), CASE(dl_iterate_phdr),
};

int
main(int argc, char **argv)
{
	(void)argc;
	return predict(argv, calls, COUNT(calls));
}
