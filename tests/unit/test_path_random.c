/*
 * test_path_random.c - random paths over random trees of directories and links: wherever the kernel finds a
 * file, the resolved path names the same one. Over a tree at rest; over one that changes while the trace
 * tells; and told late, when the file system is already elsewhere.
 */
#include "path_tree.h"

#include "path.h"

static uint64_t random_state;

/* xorshift64*, so that a seed means the same everywhere. */
static unsigned
random_below(unsigned limit)
{
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return (unsigned)(random_state * UINT64_C(0x2545f4914f6cdd1d) >> 33) % limit;
}

/* A relative path of 1 to `most` components, `parents` percent of them "..", in one of two buffers by turns.
 */
static char *
random_path(unsigned most, unsigned parents)
{
	static char buffers[2][256];
	static int turn;
	char *text = buffers[turn ^= 1], *end = text;

	for (unsigned count = 1 + random_below(most); count > 0; count--) {
		unsigned dice = random_below(100);
		if (dice < parents)
			end = stpcpy(end, "..");
		else if (dice < parents + 4)
			end = stpcpy(end, ".");
		else
			*end++ = (char)('a' + random_below(5));
		if (count > 1)
			end = stpcpy(end, random_below(20) == 0 ? "//" : "/");
	}
	*end = '\0';
	return text;
}

/* The text of a link, to be freed. */
static char *
random_target(void)
{
	char *text = NULL;
	unsigned dice = random_below(10);
	const char *path = random_path(4, 30);

	assert_true(asprintf(&text, "%s%s%s", dice < 2 ? path_tree : "", dice < 3 ? "/" : "", path) > 0);
	return text;
}

/* Fills the directory `path` and those in it. */
static void
make_tree(const char *path, int depth)
{
	for (char name = 'a'; name < 'f'; name++) {
		char *child = NULL;
		unsigned dice = random_below(100);
		assert_true(asprintf(&child, "%s/%c", path, name) > 0);
		if (dice < 50 && depth < 5) {
			assert_int_equal(mkdir(child, 0777), 0);
			make_tree(child, depth + 1);
		} else if (dice < 85) {
			char *target = random_target();
			assert_int_equal(symlink(target, child), 0);
			free(target);
		} else if (dice < 90) {
			close(open(child, O_WRONLY | O_CREAT, 0666));
		}
		free(child);
	}
}

/* 1 when the kernel finds the file and we the same, 0 when it finds none; fails when we differ. */
static int
check(struct paths *paths, const char *root, const char *base, const char *arg)
{
	char *got = strdup(paths_resolve(paths, root, base, arg));
	int agrees = path_tree_agrees(root, base, arg, got);
	int fd = path_tree_lookup(root, base, arg, true);

	if (agrees == 0)
		fail_msg("root %s, base %s, arg %s: %s", root, base, arg, got);
	if (fd >= 0) {
		char *name = path_tree_name(fd);
		assert_string_equal(paths_follow(paths, root, base, arg), name);
		assert_string_equal(paths_follow(paths, root, got, "."), name);
		free(name);
	}
	free(got);
	return agrees == 1;
}

/* A random lookup from a random base; in every fourth the root is a directory of the tree. */
static int
look_up(struct paths *paths)
{
	char root[sizeof path_tree + 4] = "/", *arg = NULL;
	const char *start = path_tree;
	struct stat status;

	if (random_below(4) == 0) {
		snprintf(root, sizeof root, "%s/%c", path_tree, 'a' + random_below(5));
		if (lstat(root, &status) < 0 || !S_ISDIR(status.st_mode))
			return 0;
		start = root;
	}
	char *base = strdup(paths_resolve(paths, root, start, random_path(3, 5)));
	const char *path = random_path(6, 35);
	const char *before = random_below(10) > 0 ? "" : strcmp(root, "/") == 0 ? path_tree : "/";
	assert_true(asprintf(&arg, "%s%s%s%s", before, *before ? "/" : "", path,
			     random_below(10) == 0 ? "/" : "") > 0);
	int found = check(paths, root, base, arg);
	free(arg), free(base);
	return found;
}

static void
test_at_rest(void **state)
{
	struct paths *paths = NULL;
	int found = 0;

	(void)state;
	random_state = 20260131;
	make_tree(path_tree, 0);
	for (int i = 0; i < 20000; i++) {
		if (i % 2000 == 0) {
			paths_free(paths);
			paths = paths_new();
			assert_non_null(paths);
		}
		found += look_up(paths);
	}
	paths_free(paths);
	print_message("the kernel found %d of 20000\n", found);
	assert_true(found > 5000);
}

enum change { SYMLINK, MKDIR, CREATE, REMOVE, RENAME, EXCHANGE, CHANGE_COUNT };

/* Something that a program did with success, relative to the tree; or a lookup and where it led. */
struct event {
	enum change change;
	bool lookup;
	char *path;
	char *other; /* the second path, the link's target, or where the lookup led */
};

/* A random path that ends with a name. */
static char *
random_name(void)
{
	char *path = NULL;

	assert_true(asprintf(&path, "%s/%c", random_path(3, 10), 'a' + random_below(5)) > 0);
	return path;
}

static void
event_release(struct event *event)
{
	free(event->path);
	free(event->other);
}

/* Chooses a change; makes more than it removes. */
static struct event
random_change(void)
{
	static const enum change changes[] = {SYMLINK, SYMLINK, SYMLINK, MKDIR,  MKDIR,  MKDIR,   CREATE,
					      REMOVE,  REMOVE,  RENAME,  RENAME, RENAME, EXCHANGE};
	struct event event = {.change = changes[random_below(sizeof changes / sizeof *changes)]};

	event.path = random_name();
	event.other = event.change == SYMLINK ? random_target() : random_name();
	return event;
}

/* The directory of `path`, opened; -1 when it isn't in the tree, which nothing here may leave. */
static int
open_parent(const char *path)
{
	char *parent = strndup(path, (size_t)(strrchr(path, '/') - path));
	int fd = path_tree_lookup("/", path_tree, parent, true);

	free(parent);
	if (fd < 0)
		return -1;
	int copy = dup(fd);
	char *name = path_tree_name(fd);
	if (!path_is_under(name, path_tree)) {
		close(copy);
		copy = -1;
	}
	free(name);
	return copy;
}

static bool
do_at(const struct event *event, int parent, int other_parent)
{
	const char *name = strrchr(event->path, '/') + 1;
	const char *other = strrchr(event->other, '/');
	int fd;

	switch (event->change) {
	case SYMLINK:
		return symlinkat(event->other, parent, name) == 0;
	case MKDIR:
		return mkdirat(parent, name, 0777) == 0;
	case CREATE:
		fd = openat(parent, name, O_WRONLY | O_CREAT | O_EXCL, 0666);
		return fd >= 0 && close(fd) == 0;
	case REMOVE:
		return unlinkat(parent, name, 0) == 0 || unlinkat(parent, name, AT_REMOVEDIR) == 0;
	case RENAME:
		return renameat(parent, name, other_parent, other + 1) == 0;
	default:
		return renameat2(parent, name, other_parent, other + 1, RENAME_EXCHANGE) == 0;
	}
}

/* Does it, in the tree; whether it succeeded. */
static bool
event_do(const struct event *event)
{
	bool two = event->change == RENAME || event->change == EXCHANGE;
	int parent = open_parent(event->path);
	int other_parent = two ? open_parent(event->other) : -1;
	bool done = parent >= 0 && (!two || other_parent >= 0) && do_at(event, parent, other_parent);

	if (parent >= 0)
		close(parent);
	if (other_parent >= 0)
		close(other_parent);
	return done;
}

/* Tells it as the process model does. */
static void
event_learn(const struct event *event, struct paths *paths)
{
	const char *path = paths_resolve(paths, "/", path_tree, event->path);
	const char *other;

	switch (event->change) {
	case SYMLINK:
		paths_learn_symlink(paths, path, event->other);
		break;
	case MKDIR:
	case CREATE:
		paths_learn_plain(paths, path);
		break;
	case REMOVE:
		paths_learn_removed(paths, path);
		break;
	default:
		other = paths_resolve(paths, "/", path_tree, event->other);
		if (event->change == RENAME)
			paths_learn_renamed(paths, path, other);
		else
			paths_learn_exchanged(paths, path, other);
	}
}

static void
test_changing(void **state)
{
	struct paths *paths = paths_new();
	int found = 0, changed = 0;

	(void)state;
	random_state = 4711;
	make_tree(path_tree, 2);
	for (int i = 0; i < 20000; i++) {
		struct event event = random_change();
		if (event_do(&event)) {
			event_learn(&event, paths);
			changed++;
		}
		event_release(&event);
		found += look_up(paths);
	}
	paths_free(paths);
	print_message("%d changes; the kernel found %d of 20000\n", changed, found);
	assert_true(found > 2000 && changed > 1500);
}

#define EVENTS 40000

/* Adds what happens next: a change that succeeds, or a lookup that does, in the tree. */
static bool
record(struct event *event)
{
	if (random_below(2) == 0) {
		*event = random_change();
		if (event_do(event))
			return true;
	} else {
		*event = (struct event){.lookup = true, .path = strdup(random_path(6, 30))};
		int fd = path_tree_lookup("/", path_tree, event->path, true);
		if (fd >= 0) {
			event->other = path_tree_name(fd);
			if (path_is_under(event->other, path_tree))
				return true;
		}
	}
	event_release(event);
	return false;
}

/* The whole trace first, then what it tells, while the file system stays as it is at the end. */
static void
test_late(void **state)
{
	struct paths *paths = paths_new();
	struct event *events = calloc(EVENTS, sizeof *events);
	size_t count = 0, lookups = 0;

	(void)state;
	random_state = 815;
	for (int i = 0; i < EVENTS; i++)
		count += record(&events[count]);
	for (size_t i = 0; i < count; i++) {
		if (events[i].lookup) {
			const char *got = paths_resolve(paths, "/", path_tree, events[i].path);
			assert_string_equal(paths_follow(paths, "/", NULL, got), events[i].other);
			lookups++;
		} else {
			event_learn(&events[i], paths);
		}
		event_release(&events[i]);
	}
	free(events);
	paths_free(paths);
	print_message("%zu changes, %zu lookups\n", count - lookups, lookups);
	assert_true(lookups > 2000 && count - lookups > 1500);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, path_tree_begin, path_tree_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {TEST(test_at_rest), TEST(test_changing), TEST(test_late)};

	return cmocka_run_group_tests_name("path_random", tests, NULL, NULL);
}
