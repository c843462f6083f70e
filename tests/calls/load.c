/*
 * load.c - shared objects loaded while the program runs. What a load brings in is one event each; libc says
 * which, by the list of what is there.
 */
#include <dlfcn.h>
#include <link.h>

#include "predict.h"

#ifdef __GLIBC__
#define LIBRARY "libm.so.6"
#else
#define LIBRARY library() /* musl is one library; the Makefile puts another beside this program */

static const char *
library(void)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof path, "%.*s/libempty.so", (int)(strrchr(program, '/') - program), program);
	return path;
}
#endif

static const char *wanted;

static int
find(struct dl_phdr_info *object, size_t size, void *room)
{
	(void)size;
	const char *slash = strrchr(object->dlpi_name, '/');
	if (!slash || (strcmp(slash + 1, wanted) != 0 && strcmp(object->dlpi_name, wanted) != 0))
		return 0;
	strcpy(room, object->dlpi_name);
	return 1;
}

/* Where the linker found it. */
static const char *
where(const char *name)
{
	static char room[PATH_MAX];

	wanted = name;
	if (!dl_iterate_phdr(find, room))
		abort();
	return room;
}

static void
load(void *(*call)(const char *name, int mode))
{
	void *first = call(LIBRARY, RTLD_NOW);

	if (!first)
		abort();
	expect_of("load", call_name, 0, 0, "'path':'%s'", where(LIBRARY));
	say("again", call(LIBRARY, RTLD_NOW) == first, 0); /* brings nothing */
	say("ourselves", call(NULL, RTLD_NOW) != NULL, 0);
	say("is it there", call(LIBRARY, RTLD_NOW | RTLD_NOLOAD) == first, 0);
	say("it isn't", call("libinterpose-none.so", RTLD_NOW | RTLD_NOLOAD) == NULL, 0);
	say("missing", call("libinterpose-none.so", RTLD_NOW) == NULL, 0);
	expect_of("load", call_name, 0, ENOENT, "'arg':'libinterpose-none.so'");
	say("missing path", call("./d/none.so", RTLD_NOW) == NULL, 0);
	expect_of("load", call_name, 0, ENOENT, "'path':'$DIR/d/none.so','arg':'./d/none.so'");
}

static void
perform_dlopen(void)
{
	load(dlopen);
}

static void *
call_dlmopen(const char *name, int mode)
{
	return dlmopen(LM_ID_BASE, name, mode);
}

/* A namespace of its own gets everything anew, libc too. */
static void
perform_dlmopen(void)
{
	load(call_dlmopen);
	void *other = dlmopen(LM_ID_NEWLM, LIBRARY, RTLD_NOW);
	struct link_map *map = NULL;
	say("elsewhere", other != NULL, 0);
	if (!other || dlinfo(other, RTLD_DI_LINKMAP, &map) != 0)
		abort();
	while (map->l_prev)
		map = map->l_prev;
	for (; map; map = map->l_next)
		expect_of("load", call_name, 0, 0, "'path':'%s'", map->l_name);
}

#define CASE(name)                    \
	{                             \
#name, perform_##name \
	}
static const struct call calls[] = {CASE(dlopen), CASE(dlmopen)};

int
main(int argc, char **argv)
{
	(void)argc;
	return predict(argv, calls, COUNT(calls));
}
