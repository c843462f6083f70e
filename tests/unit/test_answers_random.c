/*
 * test_answers_random.c - random runs on a real directory, told event by event as a trace would, and the
 * answers compared with what the directory was before and is after. SEED in the environment repeats one.
 *
 * What was looked at before the first change is known, so the answers must be exact; what wasn't may only be
 * missing where a directory above it was renamed, which then stands for it.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cmocka.h>

#include "answers.h"
#include "textset.h"

enum { RUNS = 600, STEPS = 60, DEPTH = 4 };

static char place[PATH_MAX];
static struct answers *answers;
static unsigned long seed;
static char history[32768];

static unsigned
pick(unsigned count)
{
	seed = seed * 6364136223846793005 + 1442695040888963407;
	return (unsigned)(seed >> 33) % count;
}

/* A path of up to DEPTH names; now and then through a link. */
static void
pick_path(char *path, size_t size)
{
	unsigned depth = 1 + pick(DEPTH);
	size_t length = (size_t)snprintf(path, size, "%s", place);

	for (unsigned at = 0; at < depth; at++)
		length += (size_t)snprintf(path + length, size - length, "/%c", "abcl"[pick(4)]);
}

static void
give(enum event_kind kind, const char *path, const char *path2, int64_t flags, int created, int result)
{
	struct event event;
	size_t used = strlen(history);

	event_clear(&event);
	event.kind = kind;
	event.call = "call";
	event.pid = event.tid = 1;
	event.error = result == -1 ? errno : 0;
	event_set_text(&event, FIELD_path, path);
	if (kind == EVENT_SYMLINK)
		event_set_text(&event, FIELD_target, path2);
	else if (path2 != NULL)
		event_set_text(&event, FIELD_path2, path2);
	if (kind == EVENT_OPEN)
		event_set_number(&event, FIELD_flags, flags);
	if (created != -1)
		event_set_number(&event, FIELD_created, created);
	snprintf(history + used, sizeof history - used, "%s %s %s %s\n", event_kind_name(kind),
		 path + strlen(place), path2 != NULL ? path2 : "", event.error ? strerror(event.error) : "");
	assert_int_equal(answers_event(answers, &event), 0);
}

static void
write_file(const char *path, int flags)
{
	static unsigned long number;
	int created = access(path, F_OK) == -1;
	int fd = open(path, flags, 0600);

	give(EVENT_OPEN, path, NULL, flags, flags & O_CREAT ? created && fd != -1 : -1, fd);
	if (fd == -1)
		return;
	dprintf(fd, "%lu\n", ++number);
	close(fd);
}

static void
read_file(const char *path)
{
	int fd = open(path, O_RDONLY);

	give(EVENT_OPEN, path, NULL, O_RDONLY, -1, fd);
	if (fd != -1)
		close(fd);
}

static void
step(void)
{
	char one[PATH_MAX + 64], other[PATH_MAX + 64];
	struct stat status;

	pick_path(one, sizeof one);
	pick_path(other, sizeof other);
	/* A link that is renamed through itself can't be asked for any more. */
	if (strncmp(other, one, strlen(one)) == 0 && other[strlen(one)] == '/')
		return;
	switch (pick(10)) {
	case 0:
		give(EVENT_STAT, one, NULL, 0, -1, stat(one, &status));
		break;
	case 1:
		read_file(one);
		break;
	case 2:
		write_file(one, O_WRONLY | O_CREAT | O_TRUNC);
		break;
	case 3:
		write_file(one, O_WRONLY | O_APPEND);
		break;
	case 4:
		give(EVENT_MKDIR, one, NULL, 0, -1, mkdir(one, 0700));
		break;
	case 5:
		give(EVENT_RMDIR, one, NULL, 0, -1, rmdir(one));
		break;
	case 6:
		give(EVENT_UNLINK, one, NULL, 0, -1, unlink(one));
		break;
	case 7:
	case 8:
		give(EVENT_RENAME, one, other, 0, -1, rename(one, other));
		break;
	default:
		give(EVENT_SYMLINK, one, "a", 0, -1, symlink("a", one));
		break;
	}
}

/* What a directory holds: a path and, as its value, a hash of the contents (1 for a directory). */
static struct textset *walked;
static bool telling;

static int
walk(const char *path, const struct stat *status, int type, struct FTW *position)
{
	char text[512] = "directory";
	struct textset_entry *entry;
	uint64_t hash = 5381;
	ssize_t length;
	int fd;

	(void)type;
	if (position->level == 0)
		return 0;
	if (S_ISLNK(status->st_mode)) {
		length = readlink(path, text, sizeof text - 1);
		assert_true(length > 0);
	} else if (S_ISREG(status->st_mode)) {
		fd = open(path, O_RDONLY);
		length = read(fd, text, sizeof text - 1);
		assert_true(length >= 0);
		close(fd);
	} else {
		length = (ssize_t)strlen(text);
	}
	for (ssize_t at = 0; at < length; at++)
		hash = hash * 33 + (unsigned char)text[at];
	entry = textset_add(walked, path);
	assert_non_null(entry);
	entry->value = hash;
	if (telling && S_ISLNK(status->st_mode)) {
		struct event event;

		text[length] = '\0';
		event_clear(&event);
		event.kind = EVENT_READLINK;
		event_set_text(&event, FIELD_path, path);
		event_set_text(&event, FIELD_target, text);
		assert_int_equal(answers_event(answers, &event), 0);
	} else if (telling) {
		give(EVENT_STAT, path, NULL, 0, -1, 0);
	}
	return 0;
}

static void
look(struct textset *set, bool tell)
{
	walked = set;
	telling = tell;
	assert_int_equal(nftw(place, walk, 16, FTW_PHYS), 0);
}

static int
take_away(const char *path, const struct stat *status, int type, struct FTW *position)
{
	(void)status;
	(void)type;
	return position->level == 0 ? 0 : remove(path);
}

__attribute__((format(printf, 2, 3))) static void
fail_run(unsigned long run, const char *format, ...)
{
	va_list arguments;

	fputs(history, stderr);
	fprintf(stderr, "SEED=%lu: ", run);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	fail();
}

static void
check_answers(unsigned long run, const struct textset *before, const struct textset *after, bool exact)
{
	static const char *const kinds[] = {"unchanged", "created", "overwritten",
					    "modified",  "deleted", "temporary"};
	struct textset answered = {0};
	struct answer answer;
	struct textset_entry *entry;

	for (size_t at = 0; at < answers->listed_count; at++) {
		bool was, is;

		assert_int_equal(answers_get(answers, at, &answer), 0);
		if (strncmp(answer.path, place, strlen(place)) != 0 || answer.path[strlen(place)] == '\0')
			continue;
		was = textset_find(before, answer.path) != NULL;
		is = textset_find(after, answer.path) != NULL;
		textset_add(&answered, answer.path)->value = answer.kind;
		if (answer.kind == ANSWER_NONE        ? was != is && (was || exact)
		    : answer.kind == ANSWER_DELETED   ? !was || is
		    : answer.kind == ANSWER_TEMPORARY ? (was && exact) || is
		    : answer.kind == ANSWER_CREATED   ? (was && exact) || !is
						      : !was || !is)
			fail_run(run, "%s is %s, but was %d is %d", answer.path, kinds[answer.kind], was, is);
		if (answer.kind != ANSWER_NONE && answer.kind != ANSWER_DELETED && answer.how != 0 &&
		    answer.kind != ANSWER_TEMPORARY && !answer.read_first)
			fail_run(run, "%s is input and output", answer.path);
	}
	for (size_t at = 0; exact && at < before->count; at++) {
		const struct textset_entry *is = textset_find(after, before->entry[at].text);

		entry = textset_find(&answered, before->entry[at].text);
		assert_non_null(entry);
		if (is == NULL ? entry->value != ANSWER_DELETED
			       : is->value != before->entry[at].value && entry->value == ANSWER_NONE)
			fail_run(run, "%s is called %s", entry->text, kinds[entry->value]);
	}
	for (size_t at = 0; exact && at < after->count; at++) {
		entry = textset_find(&answered, after->entry[at].text);
		if (textset_find(before, after->entry[at].text) == NULL &&
		    (entry == NULL || entry->value != ANSWER_CREATED))
			fail_run(run, "%s isn't created", after->entry[at].text);
	}
	textset_free(&answered);
}

static void
one_run(unsigned long number, bool exact)
{
	/* Links that nothing was told of are asked for: as of a trace of this machine, and any link is old.
	 */
	struct trace_head head = {.cwd = "/", .os = "Linux 6 x86_64", .wall_seconds = INT64_MAX};
	struct utsname here;
	struct textset before = {0}, after = {0};

	uname(&here);
	head.host = exact ? "no such host" : here.nodename;
	seed = number * 7919 + exact;
	history[0] = '\0';
	/* What stands there before is made by another run. */
	answers = answers_new(&head);
	for (unsigned at = 0; at < STEPS; at++)
		step();
	answers_free(answers);
	history[0] = '\0';
	answers = answers_new(&head);
	look(&before, exact);
	for (unsigned at = 0; at < STEPS; at++)
		step();
	look(&after, false);
	assert_int_equal(answers_end(answers, NULL), 0);
	check_answers(number, &before, &after, exact);
	answers_free(answers);
	textset_free(&before);
	textset_free(&after);
	assert_int_equal(nftw(place, take_away, 16, FTW_PHYS | FTW_DEPTH), 0);
}

static void
test_random_runs(void **state)
{
	const char *told = getenv("SEED"), *directory = getenv("TMPDIR");

	(void)state;
	snprintf(place, sizeof place, "%s/answers.XXXXXX",
		 directory != NULL && *directory != '\0' ? directory : "/tmp");
	assert_non_null(mkdtemp(place));
	/* What is read through links is compared by real paths. */
	assert_non_null(realpath(place, history));
	strcpy(place, history);
	for (unsigned long run = told != NULL ? strtoul(told, NULL, 10) : 1; run <= RUNS; run++) {
		one_run(run, true);
		one_run(run, false);
		if (told != NULL)
			break;
	}
	rmdir(place);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_random_runs)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
