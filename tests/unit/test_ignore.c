/*
 * test_ignore.c - what --ignore and the default list leave out.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "ignore.h"

static void
test_default(void **state)
{
	static const char *const ignored[] = {"/dev",   "/dev/null",        "/proc/self/maps",
					      "/sys/x", "/etc/ld.so.cache", "/opt/lib/libinterpose-shim.so"};
	static const char *const kept[] = {"/",         "/devel",       "/etc", "/etc/ld.so.conf",
					   "/home/dev", "/usr/lib/x.so"};
	const struct ignore none = {.no_default = true};

	(void)state;
	for (size_t at = 0; at < sizeof ignored / sizeof ignored[0]; at++) {
		assert_true(ignore_matches(NULL, ignored[at]));
		assert_false(ignore_matches(&none, ignored[at]));
	}
	for (size_t at = 0; at < sizeof kept / sizeof kept[0]; at++)
		assert_false(ignore_matches(NULL, kept[at]));
}

static void
test_patterns(void **state)
{
	static const struct {
		const char *pattern, *path;
		bool matches;
	} rows[] = {
	    {"/a/b", "/a/b", true},       {"/a/b", "/a/b/c/d", true},  {"/a/b", "/a/bc", false},
	    {"/a/b/", "/a/b", true},      {"/a/b", "/a", false},       {"/", "/x", true},
	    {"*.pyc", "/x/y.pyc", true},  {"*.pyc", "/x/y.py", false}, {"*/.git/*", "/x/.git/a/b", true},
	    {"/x/*.o", "/x/y/z.o", true}, {"/x/?.o", "/x/y.o", true},  {"/x/[ab]", "/x/b", true},
	    {"/x/[ab]", "/x/b/c", false}, {"*", "/.hidden/x", true},
	};

	(void)state;
	for (size_t at = 0; at < sizeof rows / sizeof rows[0]; at++) {
		struct ignore ignore = {.no_default = true};

		assert_int_equal(ignore_add(&ignore, rows[at].pattern), 0);
		if (ignore_matches(&ignore, rows[at].path) != rows[at].matches)
			fail_msg("%s on %s", rows[at].pattern, rows[at].path);
		ignore_free(&ignore);
	}
}

/* From the current directory; and through a link, as it was given and as it is. */
static void
test_relative(void **state)
{
	char place[] = "/tmp/test_ignore.XXXXXX", path[4096], *real;
	struct ignore ignore = {.no_default = true};

	(void)state;
	assert_non_null(mkdtemp(place));
	real = realpath(place, NULL);
	assert_int_equal(chdir(real), 0);
	assert_int_equal(symlink("/usr/bin", "link"), 0);
	assert_int_equal(ignore_add(&ignore, "./link"), 0);
	assert_int_equal(ignore_add(&ignore, "b/*.o"), 0);
	assert_true(ignore_matches(&ignore, "/usr/bin/x"));
	snprintf(path, sizeof path, "%s/link/x", real);
	assert_true(ignore_matches(&ignore, path));
	snprintf(path, sizeof path, "%s/b/c.o", real);
	assert_true(ignore_matches(&ignore, path));
	snprintf(path, sizeof path, "%s/c.o", real);
	assert_false(ignore_matches(&ignore, path));
	assert_int_equal(ignore_add(&ignore, "."), 0);
	assert_true(ignore_matches(&ignore, path));
	ignore_free(&ignore);
	unlink("link");
	assert_int_equal(chdir("/"), 0);
	rmdir(real);
	free(real);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_default),
	    cmocka_unit_test(test_patterns),
	    cmocka_unit_test(test_relative),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
