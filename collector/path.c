/*
 * path.c - joins and cleans paths; asks links.c only where a ".." follows a name.
 *
 * Rule: a call without such a ".." makes no system call, allocates nothing and looks nothing up; it is made
 * for every event that names a file. The text that grows here always names, looked up by the kernel, what was
 * passed so far.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "links.h"
#include "path.h"
#include "path_text.h"

/* The text's first `end` bytes lead to `place`, all links followed. */
struct step {
	size_t end;
	struct place *place;
};

struct paths {
	struct links links;
	struct path_text texts[2]; /* this call's and the last one's, in turn */
	struct path_text *text;    /* empty stands for "/" */
	struct path_text base;     /* the last one that was clean as it came */
	/* Of the call in work. */
	const char *root;
	size_t root_length;       /* 0 for "/" */
	struct place *root_place; /* NULL until something is asked */
	struct step *steps;       /* a stack over a prefix of the text */
	size_t step_count;
	size_t step_size;
	int followed;
	bool lexical; /* links don't count */
};

struct paths *
paths_new(void)
{
	struct paths *paths = calloc(1, sizeof *paths);

	if (!paths)
		return NULL;
	if (links_init(&paths->links) < 0) {
		free(paths);
		return NULL;
	}
	paths->text = &paths->texts[0];
	return paths;
}

void
paths_free(struct paths *paths)
{
	if (!paths)
		return;
	links_release(&paths->links);
	free(paths->texts[0].bytes);
	free(paths->texts[1].bytes);
	free(paths->base.bytes);
	free(paths->steps);
	free(paths);
}

static bool
is_under_root(const struct paths *paths)
{
	const struct path_text *text = paths->text;

	return paths->root_length == 0 ||
	       (text->length >= paths->root_length &&
		memcmp(text->bytes, paths->root, paths->root_length) == 0 &&
		(text->length == paths->root_length || text->bytes[paths->root_length] == '/'));
}

/* Once a call, before the first question. */
static int
begin_asking(struct paths *paths)
{
	struct links *links = &paths->links;

	if (paths->root_place)
		return 0;
	links_begin(links);
	paths->root_place = paths->root_length == 0 ? links->tree.top
						    : links_walk(links, links->tree.top, links->tree.top,
								 paths->root, paths->root_length);
	return paths->root_place ? 0 : -1;
}

static int
push_step(struct paths *paths, size_t end, struct place *place)
{
	if (paths->step_count == paths->step_size) {
		size_t size = paths->step_size ? paths->step_size * 2 : 64;
		struct step *steps = reallocarray(paths->steps, size, sizeof *steps);
		if (!steps)
			return -1;
		paths->steps = steps;
		paths->step_size = size;
	}
	paths->steps[paths->step_count++] = (struct step){end, place};
	return 0;
}

/* Makes the text `bytes`. */
static int
start(struct paths *paths, const char *bytes, size_t length)
{
	paths->step_count = 0;
	paths->text->length = 0;
	if (path_text_reserve(paths->text, length) < 0)
		return -1;
	memcpy(paths->text->bytes, bytes, length);
	paths->text->length = length;
	return 0;
}

static void
drop_steps(struct paths *paths, size_t end)
{
	while (paths->step_count > 0 && paths->steps[paths->step_count - 1].end > end)
		paths->step_count--;
}

/* Makes the text shorter, to a component's end. */
static void
cut(struct paths *paths, size_t length)
{
	paths->text->length = length;
	drop_steps(paths, length);
}

/*
 * The place that the text's first `end` bytes lead to. What stands outside of a chroot's root was looked up
 * from outside, where an absolute link starts at "/".
 */
static struct place *
place_at(struct paths *paths, size_t end)
{
	struct links *links = &paths->links;
	bool under = is_under_root(paths) && end >= paths->root_length;
	struct place *root = under ? paths->root_place : links->tree.top;

	drop_steps(paths, end);
	if (paths->step_count == 0 && push_step(paths, under ? paths->root_length : 0, root) < 0)
		return NULL;
	for (;;) {
		struct step step = paths->steps[paths->step_count - 1];
		if (step.end >= end)
			return step.place;

		char *name = paths->text->bytes + step.end + 1;
		char *stop = memchr(name, '/', (size_t)(paths->text->bytes + end - name));
		if (!stop)
			stop = paths->text->bytes + end;
		struct place *place = place_child(&links->tree, step.place, name, (size_t)(stop - name));
		if (!place)
			return NULL;
		const char *target = links_target(links, place);
		if (target)
			place = links_walk(links, root, *target == '/' ? root : step.place, target,
					   strlen(target));
		if (!place || push_step(paths, (size_t)(stop - paths->text->bytes), place) < 0)
			return NULL;
	}
}

static int append(struct paths *paths, const char *more);

/* Puts a link's target in the place of the text's last component, which begins with the slash at `slash`. */
static int
replace_last(struct paths *paths, size_t slash, const char *target)
{
	/* As in place_at: what stands outside of the root was looked up from outside. */
	size_t root_length = is_under_root(paths) ? paths->root_length : 0;

	cut(paths, slash);
	if (*target == '/' && start(paths, paths->root, root_length) < 0)
		return -1;
	return append(paths, target);
}

/* "..": follows the last component as long as it is a link, then takes it away. ELOOP after too many. */
static int
pop(struct paths *paths)
{
	struct path_text *text = paths->text;

	while (text->length > 0 && !(text->length == paths->root_length && is_under_root(paths))) {
		size_t slash = (size_t)((char *)memrchr(text->bytes, '/', text->length) - text->bytes);
		if (paths->lexical) {
			cut(paths, slash);
			return 0;
		}
		if (begin_asking(paths) < 0)
			return -1;
		if (paths->root_length > 0) {
			/* A base may name the root by another way. */
			const struct place *here = place_at(paths, text->length);
			if (!here || here == paths->root_place)
				return here ? 0 : -1;
		}
		struct place *parent = place_at(paths, slash);
		struct place *last = parent ? place_child(&paths->links.tree, parent, text->bytes + slash + 1,
							  text->length - slash - 1)
					    : NULL;
		if (!last)
			return -1;
		const char *target = links_target(&paths->links, last);
		if (!target) {
			cut(paths, slash);
			return 0;
		}
		if (++paths->followed > LINKS_MAX) {
			errno = ELOOP;
			return -1;
		}
		if (replace_last(paths, slash, target) < 0)
			return -1;
	}
	return 0;
}

/* How much of `path` is slashes and names, one of each in turn, and neither "." nor "..": all of most paths.
 */
static size_t
clean_length(const char *path)
{
	const char *at = path;

	while (at[0] == '/' && at[1] != '/' && at[1] != '.' && at[1] != '\0')
		at = strchrnul(at + 1, '/');
	return (size_t)(at - path);
}

bool
path_is_clean(const char *path)
{
	return path[0] == '/' && path[clean_length(path)] == '\0';
}

/* The same of a path that may begin with a name. */
static size_t
clean_length_from_name(const char *path)
{
	size_t name = *path != '/' && *path != '.' ? (size_t)(strchrnul(path, '/') - path) : 0;

	return name + clean_length(path + name);
}

/* Adds `more` to the text, component by component. */
static int
append(struct paths *paths, const char *more)
{
	struct path_text *text = paths->text;
	size_t length = clean_length_from_name(more);
	bool name = length > 0 && *more != '/';

	if (path_text_reserve(text, length + strlen(more + length) + 2) < 0)
		return -1;
	if (name)
		text->bytes[text->length++] = '/';
	memcpy(text->bytes + text->length, more, length);
	text->length += length;
	for (more += length; *more; more += length) {
		if (*more == '/') {
			length = 1;
			continue;
		}
		length = (size_t)(strchrnul(more, '/') - more);
		if (more[0] == '.' && length == 1)
			continue;
		if (more[0] == '.' && length == 2 && more[1] == '.') {
			if (pop(paths) < 0 || path_text_reserve(text, strlen(more) + 1) < 0)
				return -1;
			continue;
		}
		text->bytes[text->length++] = '/';
		memcpy(text->bytes + text->length, more, length);
		text->length += length;
	}
	return 0;
}

/* Whether it is the last one that was clean, as it mostly is: a process's working directory. */
static bool
is_last_base(const struct paths *paths, const char *base)
{
	size_t length = paths->base.length;

	return length > 0 && strncmp(base, paths->base.bytes, length) == 0 && base[length] == '\0';
}

/* Makes the text the base. */
static int
start_at(struct paths *paths, const char *base)
{
	size_t length = strlen(base);

	if (is_last_base(paths, base))
		return start(paths, base, length);
	if (start(paths, "", 0) < 0 || append(paths, base) < 0)
		return -1;
	if (length > 0 && length == paths->text->length && path_is_clean(base)) {
		paths->base.length = 0;
		if (path_text_reserve(&paths->base, length) < 0)
			return -1;
		memcpy(paths->base.bytes, base, length);
		paths->base.length = length;
	}
	return 0;
}

/* The text from nothing. */
static int
build(struct paths *paths, const char *base, const char *arg)
{
	if (*arg == '/')
		return start(paths, paths->root, paths->root_length) < 0 ? -1 : append(paths, arg);
	return start_at(paths, base) < 0 ? -1 : append(paths, arg);
}

static const char *
finish(struct paths *paths)
{
	struct path_text *text = paths->text;

	if (path_text_reserve(text, 1) < 0)
		return NULL;
	if (text->length == 0)
		text->bytes[text->length++] = '/';
	text->bytes[text->length] = '\0';
	return text->bytes;
}

/* What most calls are passed: names, below the same base as the call before. NULL: it isn't that. */
static const char *
join(struct paths *paths, const char *base, const char *arg)
{
	struct path_text *text = paths->text;
	size_t base_length = paths->base.length;

	if (*arg == '/' || !is_last_base(paths, base))
		return NULL;
	size_t length = clean_length_from_name(arg);
	if (length == 0 || arg[length] != '\0')
		return NULL;
	text->length = 0;
	if (path_text_reserve(text, base_length + 1 + length) < 0)
		return NULL;
	memcpy(text->bytes, base, base_length);
	text->bytes[base_length] = '/';
	memcpy(text->bytes + base_length + 1, arg, length + 1);
	text->length = base_length + 1 + length;
	return text->bytes;
}

/* Chooses the text that isn't the last result, and sets what the call works with. */
static void
begin(struct paths *paths, const char *root)
{
	paths->text = paths->text == &paths->texts[0] ? &paths->texts[1] : &paths->texts[0];
	paths->root = root && *root == '/' ? root : "/";
	paths->root_length = strlen(paths->root);
	while (paths->root_length > 0 && paths->root[paths->root_length - 1] == '/')
		paths->root_length--;
	paths->root_place = NULL;
	paths->followed = 0;
	paths->lexical = false;
}

/* Resolves into paths->text, which isn't yet finished. */
static int
resolve(struct paths *paths, const char *base, const char *arg)
{
	if (build(paths, base, arg) == 0)
		return 0;
	if (errno != ELOOP)
		return -1;
	paths->lexical = true;
	return build(paths, base, arg);
}

const char *
paths_resolve(struct paths *paths, const char *root, const char *base, const char *arg)
{
	const char *joined;

	begin(paths, root);
	if (*arg != '/' && (!base || *base != '/'))
		return path_text_join(paths->text, base, arg);
	if ((joined = join(paths, base, arg)))
		return joined;
	return resolve(paths, base, arg) == 0 ? finish(paths) : NULL;
}

const char *
paths_follow(struct paths *paths, const char *root, const char *base, const char *arg)
{
	begin(paths, root);
	if (*arg != '/' && (!base || *base != '/'))
		return path_text_join(paths->text, base, arg);
	if (resolve(paths, base, arg) < 0)
		return NULL;
	const struct place *place = begin_asking(paths) == 0 ? place_at(paths, paths->text->length) : NULL;
	if (!place)
		return errno == ELOOP ? finish(paths) : NULL;
	const char *path = place_path(&paths->links.tree, place);
	return path && start(paths, path, strlen(path)) == 0 ? finish(paths) : NULL;
}

void
paths_learn_symlink(struct paths *paths, const char *path, const char *target)
{
	links_begin(&paths->links);
	struct place *place = links_named(&paths->links, path, true);
	if (place)
		links_make(&paths->links, place, target);
}

void
paths_learn_plain(struct paths *paths, const char *path)
{
	paths_learn_symlink(paths, path, NULL);
}

void
paths_learn_removed(struct paths *paths, const char *path)
{
	links_begin(&paths->links);
	struct place *place = links_named(&paths->links, path, false);
	if (place)
		links_remove(&paths->links, place);
}

void
paths_learn_renamed(struct paths *paths, const char *from, const char *to)
{
	links_begin(&paths->links);
	struct place *new_place = links_named(&paths->links, to, true);
	struct place *old_place = links_named(&paths->links, from, false);
	if (new_place && new_place != old_place)
		links_move(&paths->links, old_place, new_place);
}

void
paths_learn_exchanged(struct paths *paths, const char *one, const char *other)
{
	links_begin(&paths->links);
	struct place *one_place = links_named(&paths->links, one, true);
	struct place *other_place = links_named(&paths->links, other, true);
	if (one_place && other_place)
		links_exchange(&paths->links, one_place, other_place);
}

bool
path_is_under(const char *path, const char *directory)
{
	size_t length = strlen(directory);

	while (length > 0 && directory[length - 1] == '/')
		length--;
	return *path == *directory && strncmp(path, directory, length) == 0 &&
	       (path[length] == '\0' || path[length] == '/');
}
