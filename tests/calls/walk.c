/*
 * walk.c - walks through a tree, and patterns: libc looks at files and reads directories by itself, and each
 * of these looks is told. The tree has one file in each directory, so that no order is left to the file
 * system.
 */
#include <fts.h>
#include <ftw.h>
#include <glob.h>
#include <sys/stat.h>

#include "predict.h"

static bool follows;

static void
make_tree(void)
{
	mark_end();
	if (mkdir("w", 0755) < 0 || mkdir("w/a", 0755) < 0 || symlink("nowhere", "w/a/x") < 0)
		abort();
	mark("/interpose-begin");
}

static void
expect_stat(const char *path, int error, bool follow)
{
	expect_of("stat", call_name, 0, error, "%s,'follow':%s", at(path), boolean(follow));
}

static void
expect_list(const char *path)
{
	expect_of("list", call_name, 0, 0, "%s", at(path));
}

/* The looks at one entry that is visited, and then the reading of it. */
static int
visited(const char *path, int type)
{
	if (type == FTW_SLN) {
		expect_stat(path, ENOENT, true);
		expect_stat(path, 0, false);
	} else {
		expect_stat(path, type == FTW_NS ? ENOENT : 0, follows);
	}
	if (type == FTW_D || type == FTW_DP)
		expect_list(path);
	return 0;
}

static int
visit(const char *path, const struct stat *status, int type)
{
	(void)status;
	return visited(path, type);
}

static int
visit64(const char *path, const struct stat64 *status, int type)
{
	(void)status;
	return visited(path, type);
}

static int
visit_place(const char *path, const struct stat *status, int type, struct FTW *place)
{
	(void)status, (void)place;
	return visited(path, type);
}

static int
visit_place64(const char *path, const struct stat64 *status, int type, struct FTW *place)
{
	(void)status, (void)place;
	return visited(path, type);
}

static void
perform_ftw(void)
{
	make_tree();
	follows = true;
	say("walk", ftw("w", visit, 8), 0);
	say("missing", ftw("missing", visit, 8), errno);
	expect_stat("missing", ENOENT, true);
}

static void
perform_ftw64(void)
{
	make_tree();
	follows = true;
	say("walk", ftw64("w", visit64, 8), 0);
}

static void
perform_nftw(void)
{
	make_tree();
	say("walk", nftw("w", visit_place, 8, FTW_PHYS), 0);
	say("depth first", nftw("w", visit_place, 8, FTW_PHYS | FTW_DEPTH), 0);
	follows = true;
	say("through links", nftw("w", visit_place, 8, 0), 0);
}

static void
perform_nftw64(void)
{
	make_tree();
	say("walk", nftw64("w", visit_place64, 8, FTW_PHYS), 0);
}

#define CASE(name)                    \
	{                             \
#name, perform_##name \
	}

/* The start is looked at by fts_open, the rest by fts_read, which reads a directory when it goes into it. */
#define FTS_FAMILY(prefix, stream_type, entry_type)                                                        \
	static stream_type *prefix##_start(int options)                                                    \
	{                                                                                                  \
		static char *paths[] = {"w", NULL};                                                        \
                                                                                                           \
		return prefix##_open(paths, options, NULL);                                                \
	}                                                                                                  \
	static void perform_##prefix##_open(void)                                                          \
	{                                                                                                  \
		static char *paths[] = {"w", "missing", "dangling", NULL};                                 \
                                                                                                           \
		make_tree();                                                                               \
		stream_type *stream = prefix##_open(paths, FTS_PHYSICAL, NULL);                            \
		expect_stat("w", 0, false);                                                                \
		expect_stat("missing", ENOENT, false);                                                     \
		expect_stat("dangling", 0, false);                                                         \
		mark_end();                                                                                \
		prefix##_close(stream);                                                                    \
		mark("/interpose-begin");                                                                  \
		say("wrong options", prefix##_open(paths, 0x10000, NULL) != NULL, errno);                  \
	}                                                                                                  \
	static void perform_##prefix##_read(void)                                                          \
	{                                                                                                  \
		make_tree();                                                                               \
		mark_end();                                                                                \
		stream_type *stream = prefix##_start(FTS_PHYSICAL | FTS_NOCHDIR);                          \
		mark("/interpose-begin");                                                                  \
		entry_type *entry = prefix##_read(stream);                                                 \
		say(entry->fts_path, entry->fts_info, 0);                                                  \
		entry = prefix##_read(stream);                                                             \
		expect_list("w");                                                                          \
		expect_stat("w/a", 0, false);                                                              \
		say(entry->fts_path, entry->fts_info, 0);                                                  \
		entry = prefix##_read(stream);                                                             \
		expect_list("w/a");                                                                        \
		expect_stat("w/a/x", 0, false);                                                            \
		say(entry->fts_path, entry->fts_info, 0);                                                  \
		while ((entry = prefix##_read(stream)))                                                    \
			say(entry->fts_path, entry->fts_info, 0);                                          \
		say("end", 0, errno);                                                                      \
	}                                                                                                  \
	static void perform_##prefix##_children(void)                                                      \
	{                                                                                                  \
		make_tree();                                                                               \
		mark_end();                                                                                \
		stream_type *stream = prefix##_start(FTS_PHYSICAL | FTS_NOCHDIR);                          \
		prefix##_read(stream);                                                                     \
		mark("/interpose-begin");                                                                  \
		entry_type *children = prefix##_children(stream, 0);                                       \
		expect_list("w");                                                                          \
		expect_stat("w/a", 0, false);                                                              \
		say(children->fts_name, children->fts_info, 0);                                            \
	}                                                                                                  \
	/* The walk goes into the directories; at its end the program is back. */                          \
	static void perform_##prefix##_close(void)                                                         \
	{                                                                                                  \
		make_tree();                                                                               \
		mark_end();                                                                                \
		stream_type *stream = prefix##_start(FTS_PHYSICAL);                                        \
		for (int i = 0; i < 3; i++)                                                                \
			prefix##_read(stream);                                                             \
		mark("/interpose-begin");                                                                  \
		int here = access("x", F_OK);                                                              \
		expect_of("access", "access", here, errno, "'path':'$DIR/w/a/x','arg':'x','mode':'F_OK'"); \
		expect("chdir", prefix##_close(stream), "'path':'$DIR','arg':'.'");                        \
		here = access("f", F_OK);                                                                  \
		expect_of("access", "access", here, 0, "'path':'$DIR/f','arg':'f','mode':'F_OK'");         \
	}

/* Where time is of 64 bits, headers give them the types of the plain ones, which are the same functions. */
#if defined(__GLIBC__) && !defined(HAS_TIME64_SYMBOLS)
#define HAS_FTS64
#endif

FTS_FAMILY(fts, FTS, FTSENT)
#ifdef HAS_FTS64
FTS_FAMILY(fts64, FTS64, FTSENT64)
#endif

#define GLOB(name, type)                                                                          \
	static void perform_##name(void)                                                          \
	{                                                                                         \
		type found = {0};                                                                 \
                                                                                                  \
		make_tree();                                                                      \
		say("entries", name("w/*", 0, NULL, &found), (int)found.gl_pathc);                \
		expect_list("w");                                                                 \
		say("none", name("missing/*", 0, NULL, &found), 0);                               \
		expect_of("list", call_name, 0, ENOENT, "%s", at("missing"));                     \
		say("a name", name("f", 0, NULL, &found), (int)found.gl_pathc);                   \
		/* libc puts the directory before it. */                                          \
		expect_of("stat", call_name, 0, 0, "'path':'$DIR/f','arg':'./f','follow':false"); \
	}

GLOB(glob, glob_t)
GLOB(glob64, glob64_t)

static const struct call calls[] = {
    CASE(ftw),        CASE(ftw64),      CASE(nftw),           CASE(nftw64),
    CASE(fts_open),   CASE(fts_read),   CASE(fts_children),   CASE(fts_close),
#ifdef HAS_FTS64
    CASE(fts64_open), CASE(fts64_read), CASE(fts64_children), CASE(fts64_close),
#endif
    CASE(glob),       CASE(glob64),
};

int
main(int argc, char **argv)
{
	(void)argc;
	return predict(argv, calls, COUNT(calls));
}
