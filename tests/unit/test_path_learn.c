/*
 * test_path_learn.c - what the trace told comes before the file system, and what the file system says ages.
 */
#include "path_tree.h"

#include "links.h"
#include "path.h"

/* Made anew for each test: a/b/c, other/sub, the link rel to a/b. */
static struct paths *paths;

static int
begin(void **state)
{
	if (path_tree_begin(state) < 0)
		return -1;
	mkdir("a", 0777), mkdir("a/b", 0777), mkdir("a/b/c", 0777);
	mkdir("other", 0777), mkdir("other/sub", 0777);
	paths = paths_new();
	return paths && symlink("a/b", "rel") == 0 ? 0 : -1;
}

static int
end(void **state)
{
	paths_free(paths);
	return path_tree_end(state);
}

static void
expect(const char *arg, const char *pattern)
{
	char *expected = path_tree_expand(pattern);

	assert_string_equal(paths_resolve(paths, "/", path_tree, arg), expected);
	free(expected);
}

/* The learning functions over patterns. */
static void
learn(void (*function)(struct paths *, const char *), const char *pattern)
{
	char *path = path_tree_expand(pattern);

	function(paths, path);
	free(path);
}

static void
learn_two(void (*function)(struct paths *, const char *, const char *), const char *pattern,
	  const char *other)
{
	char *path = path_tree_expand(pattern), *second = path_tree_expand(other);

	function(paths, path, second);
	free(path), free(second);
}

static void
test_told_before_asked(void **state)
{
	(void)state;
	learn_two(paths_learn_symlink, "@/ghost", "a/b");
	expect("ghost/../x", "@/a/x");
	learn(paths_learn_plain, "@/rel");
	expect("rel/../x", "@/x");
	learn_two(paths_learn_symlink, "@/a", "other/sub");
	expect("a/../x", "@/other/x");
	expect("a/b/../../x", "@/other/x");
	learn_two(paths_learn_symlink, "@/other/sub", "@/c/d");
	expect("other/sub/../x", "@/c/x");
	expect("a/../x", "@/c/x");
}

static void
test_removed_link_stays(void **state)
{
	(void)state;
	expect("rel/../x", "@/a/x");
	assert_int_equal(unlink("rel"), 0);
	learn(paths_learn_removed, "@/rel");
	expect("rel/../x", "@/a/x");
	expect("rel/c/../../x", "@/a/x");

	learn_two(paths_learn_symlink, "@/ghost", "other/sub");
	learn(paths_learn_removed, "@/ghost");
	expect("ghost/../x", "@/other/x");
	learn(paths_learn_plain, "@/ghost");
	expect("ghost/../x", "@/x");
}

static void
test_removed_unknown(void **state)
{
	(void)state;
	assert_int_equal(unlink("rel"), 0);
	learn(paths_learn_removed, "@/rel");
	learn(paths_learn_removed, "@/a/b");
	learn(paths_learn_removed, "/");
	learn(paths_learn_removed, "pipe:[7]");
	expect("rel/../x", "@/x");
	expect("a/b/../x", "@/a/x");
}

static void
test_link_becomes_directory(void **state)
{
	(void)state;
	expect("rel/../x", "@/a/x");
	assert_int_equal(unlink("rel"), 0);
	learn(paths_learn_removed, "@/rel");
	assert_int_equal(mkdir("rel", 0777), 0);
	learn(paths_learn_plain, "@/rel");
	expect("rel/../x", "@/x");
	assert_int_equal(rmdir("rel"), 0);
	learn(paths_learn_removed, "@/rel");
	expect("rel/../x", "@/x");
	assert_int_equal(symlink("other/sub", "rel"), 0);
	learn_two(paths_learn_symlink, "@/rel", "other/sub");
	expect("rel/../x", "@/other/x");
}

/* What was asked below a path is forgotten when the path is made anew. */
static void
test_made_anew(void **state)
{
	(void)state;
	assert_int_equal(symlink("../../other", "a/b/l"), 0);
	expect("a/b/l/../x", "@/x");
	learn_two(paths_learn_symlink, "@/a/b/m", "c/c");
	expect("a/b/m/../x", "@/a/b/c/x");
	learn(paths_learn_plain, "@/a");
	assert_int_equal(unlink("a/b/l"), 0);
	expect("a/b/l/../x", "@/a/b/x");
	expect("a/b/m/../x", "@/a/b/x");
}

/* Facts hold under every name that leads to the same place. */
static void
test_alias(void **state)
{
	(void)state;
	learn_two(paths_learn_symlink, "@/rel/l", "../../other/sub");
	expect("a/b/l/../x", "@/other/x");
	expect("rel/l/../x", "@/other/x");
	learn(paths_learn_plain, "@/a/b/l");
	expect("rel/l/../x", "@/rel/x");
}

static void
test_renamed_directory(void **state)
{
	(void)state;
	learn(paths_learn_plain, "@/one");
	learn(paths_learn_plain, "@/one/deep");
	learn_two(paths_learn_symlink, "@/one/deep/l", "../../a/b");
	learn_two(paths_learn_symlink, "@/two/old", "/");
	learn_two(paths_learn_renamed, "@/one", "@/two");
	expect("two/deep/l/../x", "@/a/x");
	expect("two/old/../x", "@/two/x");
	expect("one/deep/l/../x", "@/one/deep/x");

	/* Into another directory, by another name, so that the link points elsewhere. */
	learn_two(paths_learn_renamed, "@/two/deep", "@/rel/d");
	expect("a/b/d/l/../x", "@/a/a/x");
	expect("two/deep/l/../x", "@/two/deep/x");

	/* What the kernel refuses changes nothing. */
	learn_two(paths_learn_renamed, "@/a/b/d", "@/a/b/d/e/f");
	learn_two(paths_learn_renamed, "@/a/b/d", "@/a/b");
	learn_two(paths_learn_renamed, "@/a/b/d", "@/rel/d");
	expect("a/b/d/l/../x", "@/a/a/x");
}

static void
test_renamed_link(void **state)
{
	(void)state;
	expect("rel/../x", "@/a/x");
	learn_two(paths_learn_symlink, "@/new", "other/sub");
	learn_two(paths_learn_renamed, "@/new", "@/rel");
	expect("rel/../x", "@/other/x");
	expect("new/../x", "@/x");
	/* Nothing is known of what comes: nothing stays known of what was there. */
	learn_two(paths_learn_symlink, "@/a", "other/sub");
	learn_two(paths_learn_renamed, "@/unknown", "@/a");
	expect("a/../x", "@/x");
}

/* The collector asks after the rename, and only then reads of it. */
static void
test_asked_too_late(void **state)
{
	(void)state;
	assert_int_equal(mkdir("one", 0777), 0);
	assert_int_equal(symlink("../a/b", "one/l"), 0);
	assert_int_equal(rename("one", "two"), 0);
	expect("one/l/../x", "@/one/x");
	learn_two(paths_learn_renamed, "@/one", "@/two");
	expect("two/l/../x", "@/a/x");
}

static void
test_exchanged(void **state)
{
	(void)state;
	learn(paths_learn_plain, "@/one");
	learn_two(paths_learn_symlink, "@/one/l", "sub/dir");
	learn_two(paths_learn_exchanged, "@/one", "@/rel");
	expect("rel/l/../x", "@/rel/sub/x");
	expect("one/../x", "@/x");
	expect("rel/../x", "@/x");
	learn_two(paths_learn_symlink, "@/p", "a/b");
	learn_two(paths_learn_symlink, "@/other/q", "sub/deep");
	learn_two(paths_learn_exchanged, "@/p", "@/other/q");
	expect("p/../x", "@/sub/x");
	expect("other/q/../x", "@/other/a/x");
	learn_two(paths_learn_exchanged, "@/other", "@/other/q");
	expect("other/q/../x", "@/other/a/x");
}

/* What an untraced process changes is seen after a second; what it removes stays known. */
static void
test_age(void **state)
{
	(void)state;
	expect("rel/../x", "@/a/x");
	assert_int_equal(symlink("other/sub", "gone"), 0);
	expect("gone/../x", "@/other/x");
	expect("later/../x", "@/x");
	assert_int_equal(unlink("rel"), 0);
	assert_int_equal(symlink("other/sub", "rel"), 0);
	assert_int_equal(symlink("other/sub", "later"), 0);
	assert_int_equal(unlink("gone"), 0);
	usleep(1100000);
	expect("rel/../x", "@/other/x");
	expect("later/../x", "@/other/x");
	expect("gone/../x", "@/other/x");
}

/* The room for facts is bounded; what the file system can't tell goes last. */
static void
test_bound(void **state)
{
	struct links links;
	char name[64];

	(void)state;
	assert_int_equal(links_init(&links), 0);
	links_begin(&links);
	links_make(&links, links_named(&links, "/ghost", true), "to/a");
	links_make(&links, links_named(&links, "/plain", true), NULL);
	for (unsigned i = 0; i < 200000; i++) {
		links_begin(&links);
		snprintf(name, sizeof name, "/nowhere/%u", i);
		links_target(&links, links_named(&links, name, true));
		assert_true(links.tree.bytes <= (8 << 20) + 65536);
	}
	struct place *plain = links_named(&links, "/plain", false);
	assert_true(plain && plain->kind == PLACE_PLAIN && plain->learned);
	for (unsigned i = 0; i < 700000; i++) {
		links_begin(&links);
		snprintf(name, sizeof name, "/made/%u", i);
		links_make(&links, links_named(&links, name, true), NULL);
		assert_true(links.tree.bytes <= (64 << 20) + 65536);
	}
	assert_null(links_named(&links, "/plain", false));
	struct place *ghost = links_named(&links, "/ghost", false);
	assert_non_null(ghost);
	assert_string_equal(links_target(&links, ghost), "to/a");
	for (unsigned i = 0; i < 700000; i++) {
		links_begin(&links);
		snprintf(name, sizeof name, "/made/%u", i);
		links_make(&links, links_named(&links, name, true), "x");
		assert_true(links.tree.bytes <= (64 << 20) + 65536);
	}
	assert_null(links_named(&links, "/ghost", false));
	links_release(&links);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_told_before_asked),
	    TEST(test_removed_link_stays),
	    TEST(test_removed_unknown),
	    TEST(test_link_becomes_directory),
	    TEST(test_made_anew),
	    TEST(test_alias),
	    TEST(test_renamed_directory),
	    TEST(test_renamed_link),
	    TEST(test_asked_too_late),
	    TEST(test_exchanged),
	    TEST(test_age),
	    TEST(test_bound),
	};

	return cmocka_run_group_tests_name("path_learn", tests, NULL, NULL);
}
