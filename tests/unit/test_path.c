/*
 * test_path.c - paths_resolve over a real tree of links: a table of cases, most of them compared with the
 * kernel's own lookup as well.
 */
#include "path_tree.h"

#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "path.h"

static const char *const directories[] = {
    "a",
    "a/b",
    "a/b/c",
    "a/b/c/d",
    "other",
    "other/sub",
    "jail",
    "jail/etc",
    "jail/usr",
    "jail/usr/lib",
    "jail/etc/conf.d",
    "sp ace\n\tline",
    "\xff\xfe",
    "\xff\xfe/inner",
    "-dash",
    "...",
    "..a",
};

static const char *const links[][2] = {
    {"rel", "a/b"},
    {"abs", "@/a/b/c"},
    {"up", "a/../a/b/c"},
    {"mid", "rel/c"},
    {"chain1", "chain2"},
    {"chain2", "./chain3"},
    {"chain3", "a//b/"},
    {"dangling", "nowhere/deep"},
    {"loop1", "loop2"},
    {"loop2", "loop1/x"},
    {"self", "self"},
    {"tofile", "a/b/c/file"},
    {"dot", "."},
    {"dotdot", "a/b/.."},
    {"a/back", ".."},
    {"a/b/out", "../../other"},
    {"other/absout", "@/rel/c"},
    {"toabsout", "other/absout"},
    {"rootlink", "/"},
    {"sp ace\n\tline/l", "../a/b"},
    {"\xe9", "\xff\xfe/inner"},
    {"jaillink", "jail"},
    {"jail/abs", "/usr/lib"},
    {"jail/up", "../../../usr/lib"},
    {"jail/etc/l", "/abs"},
    {"jail/etc/escape", "/../../a/b"},
};

static void
make_tree(void)
{
	char name[32], target[32];

	for (size_t i = 0; i < sizeof directories / sizeof *directories; i++)
		assert_int_equal(mkdir(directories[i], 0777), 0);
	for (size_t i = 0; i < sizeof links / sizeof *links; i++) {
		char *text = path_tree_expand(links[i][1]);
		assert_int_equal(symlink(text, links[i][0]), 0);
		free(text);
	}
	/* n44 takes one link, n5 forty, n4 one too many. */
	for (int i = 0; i < 45; i++) {
		snprintf(name, sizeof name, "n%d", i);
		snprintf(target, sizeof target, "n%d", i + 1);
		assert_int_equal(symlink(i < 44 ? target : "a/b", name), 0);
	}
	close(open("a/b/c/file", O_WRONLY | O_CREAT, 0666));
	close(open("file", O_WRONLY | O_CREAT, 0666));
}

/* What the kernel does with the case. */
enum kernel {
	SAME, /* finds the file that the expected path names */
	FAIL, /* finds nothing */
	NONE, /* isn't asked */
};

struct path_case {
	const char *root;
	const char *base;
	const char *arg;
	const char *expected;
	enum kernel kernel;
};

static const struct path_case cases[] = {
    /* Without "..": joined and cleaned. */
    {"/", "@", "file", "@/file", SAME},
    {"/", "@", "./file", "@/file", SAME},
    {"/", "@", ".//.///file", "@/file", SAME},
    {"/", "@", "a//b/./c", "@/a/b/c", SAME},
    {"/", "@", "a/b/", "@/a/b", SAME},
    {"/", "@", "a/b//", "@/a/b", SAME},
    {"/", "@", "a/b/.", "@/a/b", SAME},
    {"/", "@", "a/b/./", "@/a/b", SAME},
    {"/", "@", ".", "@", SAME},
    {"/", "@", "./", "@", SAME},
    {"/", "@", "", "@", FAIL},
    {"/", "@/", "file", "@/file", SAME},
    {"/", "@//a/./b/", "c", "@/a/b/c", SAME},
    {"/", "/", "", "/", NONE},
    {"/", "/", ".", "/", SAME},
    {"/", "/", "tmp", "/tmp", SAME},
    {"/", "@", "/", "/", SAME},
    {"/", "@", "//", "/", SAME},
    {"/", "@", "/.", "/", SAME},
    {"/", "@", "///tmp//", "/tmp", SAME},
    {"/", "@", "@/a//b", "@/a/b", SAME},
    {"/", "@", "missing/x", "@/missing/x", FAIL},
    {NULL, "@", "a", "@/a", NONE},
    /* Links that nothing pops stay. */
    {"/", "@", "rel", "@/rel", SAME},
    {"/", "@", "rel/", "@/rel", SAME},
    {"/", "@", "rel/.", "@/rel", SAME},
    {"/", "@", "rel/c/file", "@/rel/c/file", SAME},
    {"/", "@/rel", "c/file", "@/rel/c/file", SAME},
    {"/", "@/rel", "c/../c/file", "@/rel/c/file", SAME},
    {"/", "@", "rel/c/..", "@/rel", SAME},
    {"/", "@", "dangling", "@/dangling", SAME},
    {"/", "@", "loop1", "@/loop1", SAME},
    {"/", "@", "tofile", "@/tofile", SAME},
    {"/", "@", "@/rel/c", "@/rel/c", SAME},
    /* ".." after plain directories. */
    {"/", "@", "a/..", "@", SAME},
    {"/", "@", "a/../", "@", SAME},
    {"/", "@", "a/../file", "@/file", SAME},
    {"/", "@", "a/b/../../file", "@/file", SAME},
    {"/", "@/a/b", "../../file", "@/file", SAME},
    {"/", "@/a/b/c", "../../../other/sub/..", "@/other", SAME},
    {"/", "@", "a/b/c/../../b/./../b/c/file", "@/a/b/c/file", SAME},
    {"/", "/", "..", "/", SAME},
    {"/", "/", "../../tmp", "/tmp", SAME},
    {"/", "@", "/..", "/", SAME},
    {"/", "@", "/../tmp/../..", "/", SAME},
    {"/", "@", "../../../../../../../../../../../../tmp", "/tmp", SAME},
    /* ".." after links. */
    {"/", "@", "rel/..", "@/a", SAME},
    {"/", "@", "rel/../b/c", "@/a/b/c", SAME},
    {"/", "@", "rel//.//../b", "@/a/b", SAME},
    {"/", "@", "rel/../..", "@", SAME},
    {"/", "@", "rel/c/../..", "@/a", SAME},
    {"/", "@", "abs/..", "@/a/b", SAME},
    {"/", "@", "abs/../c/file", "@/a/b/c/file", SAME},
    {"/", "@", "abs/../../back", "@/a/back", SAME},
    {"/", "@", "up/../c", "@/a/b/c", SAME},
    {"/", "@", "mid/../c", "@/rel/c", SAME},
    {"/", "@", "mid/../../b", "@/a/b", SAME},
    {"/", "@", "chain1/../b", "@/a/b", SAME},
    {"/", "@", "chain3/../b", "@/a/b", SAME},
    {"/", "@", "dot/..", "%", SAME},
    {"/", "@", "dot/../x", "%/x", FAIL},
    {"/", "@", "dot/a/../file", "@/dot/file", SAME},
    {"/", "@", "dotdot/../file", "@/file", SAME},
    {"/", "@", "dotdot/b/../b", "@/dotdot/b", SAME},
    {"/", "@", "a/back/a/../file", "@/a/back/file", SAME},
    {"/", "@", "a/back/a/back/a/../other", "@/a/back/a/back/other", SAME},
    {"/", "@", "a/back/a/back/a/../../top", "%/top", SAME},
    {"/", "@", "a/b/out/../file", "@/file", SAME},
    {"/", "@", "rel/out/../file", "@/file", SAME},
    {"/", "@", "rel/out/sub/../..", "@", SAME},
    {"/", "@", "toabsout/../c", "@/rel/c", SAME},
    {"/", "@", "toabsout/../../b", "@/a/b", SAME},
    {"/", "@", "rootlink/..", "/", SAME},
    {"/", "@", "rootlink/../tmp", "/tmp", SAME},
    {"/", "@", "rootlink/tmp/..", "@/rootlink", SAME},
    {"/", "@", "n40/../b", "@/a/b", SAME},
    {"/", "@", "n5/../b", "@/a/b", SAME},
    {"/", "@", "n4/../b", "@/b", FAIL},
    /* The base's own components. */
    {"/", "@/rel", "..", "@/a", SAME},
    {"/", "@/rel", "../b", "@/a/b", SAME},
    {"/", "@/rel/c", "../../b", "@/a/b", SAME},
    {"/", "@/rel/c", "../out/../file", "@/file", SAME},
    {"/", "@/chain1/c", "../../..", "@", SAME},
    {"/", "@/abs", "../../../rel/../back", "@/a/back", SAME},
    {"/", "@/rel/out", "../rel/..", "@/a", SAME},
    {"/", "@/rel/../b", "c", "@/a/b/c", SAME},
    {"/", "@/other/absout", "../../b", "@/a/b", SAME},
    /* What the kernel doesn't find: lexical. */
    {"/", "@", "missing/..", "@", FAIL},
    {"/", "@", "missing/../file", "@/file", FAIL},
    {"/", "@", "missing/more/../../file", "@/file", FAIL},
    {"/", "@", "missing/../rel/../b", "@/a/b", FAIL},
    {"/", "@", "rel/missing/../../x", "@/a/x", FAIL},
    {"/", "@", "file/..", "@", FAIL},
    {"/", "@", "file/../a", "@/a", FAIL},
    {"/", "@", "tofile/../x", "@/a/b/c/x", FAIL},
    {"/", "@", "dangling/../x", "@/nowhere/x", FAIL},
    {"/", "@", "loop1/../x", "@/x", FAIL},
    {"/", "@", "self/../x", "@/x", FAIL},
    {"/", "@", "self/y/../../rel/../x", "@/x", FAIL},
    {"/", "@/nowhere/at all", "../x/", "@/nowhere/x", FAIL},
    /* Bytes of all kinds. */
    {"/", "@", "sp ace\n\tline/../file", "@/file", SAME},
    {"/", "@", "sp ace\n\tline/l/../b", "@/a/b", SAME},
    {"/", "@/sp ace\n\tline", "./l/..", "@/a", SAME},
    {"/", "@", "\xe9/../inner", "@/\xff\xfe/inner", SAME},
    {"/", "@/\xe9", "..", "@/\xff\xfe", SAME},
    {"/", "@", "-dash/..", "@", SAME},
    {"/", "@", ".../..a/../.a/..b", "@/.../.a/..b", FAIL},
    {"/", "@", "..a", "@/..a", SAME},
    {"/", "@", "...", "@/...", SAME},
    {"/", "@", ".../../..a/..", "@", SAME},
    /* In a chroot. */
    {"@/jail", "@/jail", "/", "@/jail", SAME},
    {"@/jail/", "@/jail", "/etc", "@/jail/etc", SAME},
    {"@/jail", "@/jail", "/etc/conf.d", "@/jail/etc/conf.d", SAME},
    {"@/jail", "@/jail", "..", "@/jail", SAME},
    {"@/jail", "@/jail", "/../../etc", "@/jail/etc", SAME},
    {"@/jail", "@/jail/etc", "../../../usr", "@/jail/usr", SAME},
    {"@/jail", "@/jail", "abs/..", "@/jail/usr", SAME},
    {"@/jail", "@/jail", "abs/../lib", "@/jail/usr/lib", SAME},
    {"@/jail", "@/jail", "up/../lib", "@/jail/usr/lib", SAME},
    {"@/jail", "@/jail/etc", "l/../lib", "@/jail/usr/lib", SAME},
    {"@/jail", "@/jail/etc/l", "../lib", "@/jail/usr/lib", SAME},
    {"@/jail", "@/jail/abs", "../../etc", "@/jail/etc", SAME},
    {"@/jail", "@/jail", "/etc/l/../../etc/conf.d/..", "@/jail/etc", SAME},
    {"@/jail", "@/jail/etc", "escape/..", "@/jail/a", FAIL},
    {"@/jaillink", "@/jaillink", "/abs/../lib", "@/jaillink/usr/lib", SAME},
    {"@/jaillink", "@/jaillink/etc", "../..", "@/jaillink", SAME},
    {"@/jaillink", "@/jail/etc", "../..", "@/jail", NONE},
    {"@/jail", "@/jaillink/etc", "../../..", "@/jaillink", NONE},
    {"@/jail", "@/a/b", "../../..", "%", NONE},
    {"@/jail", "@/a/b", "/etc", "@/jail/etc", NONE},
    {"@/jail", "@/other/absout", "../..", "@/a", NONE},
    /* What is no path. */
    {"/", NULL, "x/y", "x/y", NONE},
    {"/", NULL, "", "", NONE},
    {"/", NULL, "./x//y/", "x/y", NONE},
    {"/", NULL, "..", "..", NONE},
    {"/", NULL, "../../x", "../../x", NONE},
    {"/", NULL, "x/../../y", "../y", NONE},
    {"/", NULL, "x/..", ".", NONE},
    {"/", NULL, "/etc/../tmp", "/tmp", NONE},
    {"@/jail", NULL, "/etc", "@/jail/etc", NONE},
    {"/", "pipe:[7]", "", "pipe:[7]", NONE},
    {"/", "pipe:[7]", "x/./../y", "pipe:[7]/y", NONE},
    {"/", "pipe:[7]", ".", "pipe:[7]", NONE},
    {"/", "pipe:[7]", "../y", "pipe:[7]/../y", NONE},
    {"/", "pipe:[7]", "@/rel/..", "@/a", NONE},
    {"/", "/memfd:x (deleted)", "", "/memfd:x (deleted)", NONE},
    {"/", "/memfd:x (deleted)", "../y", "/y", NONE},
    {"/", "/proc/self", "cwd/../x", "/proc/self/x", NONE},
};

static const char *
or_null(const char *text)
{
	return text ? text : "NULL";
}

static bool
check_kernel(struct paths *paths, const struct path_case *test, const char *root, const char *base,
	     const char *arg, const char *got)
{
	int agrees = path_tree_agrees(root, base, arg, got);
	int fd = path_tree_lookup(root, base, arg, true);
	bool good = agrees == (test->kernel == SAME ? 1 : -1);

	if (!good)
		print_error("kernel: root %s, base %s, arg %s: %s: %d\n", root, base, arg, got, agrees);
	if (fd >= 0) {
		char *name = path_tree_name(fd);
		const char *followed = paths_follow(paths, root, base, arg);
		if (strcmp(name, followed) != 0) {
			print_error("follow: root %s, base %s, arg %s: %s, kernel %s\n", root, base, arg,
				    followed, name);
			good = false;
		}
		free(name);
	}
	return good;
}

static bool
check_case(struct paths *paths, const struct path_case *test)
{
	char *root = path_tree_expand(test->root), *base = path_tree_expand(test->base);
	char *arg = path_tree_expand(test->arg), *expected = path_tree_expand(test->expected);
	const char *got = paths_resolve(paths, root, base, arg);
	bool good = got && (strcmp(got, expected) == 0);

	if (!good)
		print_error("root %s, base %s, arg %s: got %s, expected %s\n", or_null(root), or_null(base),
			    arg, or_null(got), expected);
	if (got && test->kernel != NONE)
		good = check_kernel(paths, test, root, base, arg, got) && good;
	free(root), free(base), free(arg), free(expected);
	return good;
}

/* Each case twice: with nothing known yet, and with all that the others left. */
static void
test_cases(void **state)
{
	size_t failed = 0;
	struct paths *all = paths_new();

	(void)state;
	make_tree();
	assert_non_null(all);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct paths *fresh = paths_new();
		assert_non_null(fresh);
		failed += !check_case(fresh, &cases[i]);
		failed += !check_case(all, &cases[i]);
		paths_free(fresh);
	}
	paths_free(all);
	assert_int_equal(failed, 0);
}

/* A working directory that was removed: its ".." is still the parent. */
static void
test_deleted_directory(void **state)
{
	struct paths *paths = paths_new();
	char *base = path_tree_expand("@/gone"), *want = path_tree_expand("@/a/b");
	struct stat found, named;

	(void)state;
	assert_int_equal(mkdir("gone", 0777), 0);
	int directory = open("gone", O_PATH);
	assert_int_equal(rmdir("gone"), 0);
	assert_int_equal(fstatat(directory, "../a/b", &found, 0), 0);
	close(directory);

	const char *got = paths_resolve(paths, "/", base, "../a/b");
	assert_string_equal(got, want);
	assert_int_equal(stat(got, &named), 0);
	assert_int_equal(found.st_ino, named.st_ino);
	got = paths_resolve(paths, "/", base, "x");
	free(want);
	want = path_tree_expand("@/gone/x");
	assert_string_equal(got, want);
	free(base), free(want);
	paths_free(paths);
}

/* `count` times `part`, then `tail`. */
static char *
repeat(const char *part, size_t count, const char *tail)
{
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	for (size_t i = 0; i < count; i++)
		fputs(part, stream);
	fputs(tail, stream);
	assert_int_equal(fclose(stream), 0);
	return text;
}

static void
test_long(void **state)
{
	struct paths *paths = paths_new();
	char *down = repeat("x/", 5000, ""), *up = repeat("../", 5000, "file"), *both = NULL, *want = NULL;
	char *name = repeat("n", 9000, ""), *slashes = repeat("//./", 5000, "rel/../b");

	(void)state;
	assert_true(asprintf(&both, "%s%s", down, up) > 0);
	assert_true(asprintf(&want, "%s/file", path_tree) > 0);
	assert_string_equal(paths_resolve(paths, "/", path_tree, both), want);
	free(want), free(both);
	assert_true(asprintf(&want, "%s/%.9999s", path_tree, down) > 0);
	assert_string_equal(paths_resolve(paths, "/", path_tree, down), want);
	free(want);
	assert_true(asprintf(&both, "rel/../%s/../%s", name, name) > 0);
	assert_true(asprintf(&want, "%s/a/%s", path_tree, name) > 0);
	assert_string_equal(paths_resolve(paths, "/", path_tree, both), want);
	free(want), free(both);
	assert_true(asprintf(&want, "%s/b", path_tree) > 0);
	assert_string_equal(paths_resolve(paths, "/", path_tree, slashes), "/b");
	assert_true(asprintf(&both, "./%s", slashes) > 0);
	free(want);
	assert_true(asprintf(&want, "%s/a/b", path_tree) > 0);
	assert_string_equal(paths_resolve(paths, "/", path_tree, both), want);
	free(want), free(both), free(down), free(up), free(name), free(slashes);
	paths_free(paths);
}

/* A link that stands deeper than PATH_MAX reaches. */
static void
test_deep_link(void **state)
{
	struct paths *paths = paths_new();
	char *name = repeat("d", 200, ""), *part, *relative, *base = NULL, *want = NULL;
	int directory = open(".", O_PATH);

	(void)state;
	assert_true(asprintf(&part, "%s/", name) > 0);
	relative = repeat(part, 60, "");
	for (int i = 0; i < 60; i++) {
		assert_int_equal(mkdirat(directory, name, 0777), 0);
		int next = openat(directory, name, O_PATH);
		close(directory);
		directory = next;
	}
	assert_int_equal(mkdirat(directory, "one", 0777), 0);
	assert_int_equal(mkdirat(directory, "one/two", 0777), 0);
	assert_int_equal(symlinkat("one/two", directory, "link"), 0);
	assert_int_equal(faccessat(directory, "link/../two", F_OK, 0), 0);
	assert_true(asprintf(&base, "%s/%.*s", path_tree, (int)strlen(relative) - 1, relative) > 0);
	assert_true(asprintf(&want, "%s/one/two", base) > 0);
	assert_string_equal(paths_resolve(paths, "/", base, "link/../two"), want);
	/* nftw(3) couldn't remove what is so deep. */
	assert_int_equal(unlinkat(directory, "link", 0), 0);
	assert_int_equal(unlinkat(directory, "one/two", AT_REMOVEDIR), 0);
	assert_int_equal(unlinkat(directory, "one", AT_REMOVEDIR), 0);
	for (int i = 0; i < 60; i++) {
		int above = openat(directory, "..", O_PATH);
		close(directory);
		directory = above;
		assert_int_equal(unlinkat(directory, name, AT_REMOVEDIR), 0);
	}
	close(directory);
	free(name), free(part), free(relative), free(base), free(want);
	paths_free(paths);
}

/* A result may be the next call's base, and a rename has both of its paths. */
static void
test_results_stay(void **state)
{
	struct paths *paths = paths_new();
	char *first_want = path_tree_expand("@/a/b"), *second_want = path_tree_expand("@/a/b/c");

	(void)state;
	const char *first = paths_resolve(paths, "/", path_tree, "rel/../b");
	const char *second = paths_resolve(paths, "/", first, "c/d/..");
	assert_string_equal(first, first_want);
	assert_string_equal(second, second_want);
	free(first_want), free(second_want);
	paths_free(paths);
}

/* In strict seccomp mode any system call but read, write, exit and sigreturn kills, thus also an
 * allocation's. */
static void
test_no_system_call(void **state)
{
	struct paths *paths = paths_new();
	int status;

	(void)state;
	for (int i = 0; i < 2; i++)
		paths_resolve(paths, "/", "/usr/lib/gcc/x86_64-linux-gnu/12", "include/stddef.h");
	pid_t child = fork();
	if (child == 0) {
		prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT);
		for (int i = 0; i < 1000; i++) {
			paths_resolve(paths, "/", "/usr/lib/gcc/x86_64-linux-gnu/12", "./include//stddef.h");
			paths_resolve(paths, "/", "/usr/lib", "/etc/ld.so.cache");
		}
		syscall(SYS_exit, 0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	paths_free(paths);
}

static void
test_is_under(void **state)
{
	(void)state;
	assert_true(path_is_under("/a/b", "/a"));
	assert_true(path_is_under("/a/b", "/a/"));
	assert_true(path_is_under("/a", "/a"));
	assert_true(path_is_under("/a", "/"));
	assert_true(path_is_under("/", "/"));
	assert_false(path_is_under("/ab", "/a"));
	assert_false(path_is_under("/a", "/a/b"));
	assert_false(path_is_under("/", "/a"));
	assert_false(path_is_under("pipe:[7]", "/"));
	assert_false(path_is_under("", "/"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_cases),        cmocka_unit_test(test_deleted_directory),
	    cmocka_unit_test(test_long),         cmocka_unit_test(test_deep_link),
	    cmocka_unit_test(test_results_stay), cmocka_unit_test(test_no_system_call),
	    cmocka_unit_test(test_is_under),
	};

	return cmocka_run_group_tests_name("path", tests, path_tree_begin, path_tree_end);
}
