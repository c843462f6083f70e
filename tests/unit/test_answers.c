/*
 * test_answers.c - the rules of interpose.json(5), each as a short run and all that is answered about it.
 *
 * A run is a text, a line an event: KIND PATH [PATH2] [WORD...], where a word is one of `words` below, `->
 * TEXT` for a link's target, or `= NAME` for an error. The answer is a text as well, a line each, sorted by
 * path.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "answers.h"

static struct trace_head head = {
    .command = {1, (const char *const[]){"make"}},
    .cwd = "/w",
    .host = "no such host",
    .os = "Linux 6.1.0 x86_64",
};

static const struct {
	const char *word;
	enum field field;
	int64_t bits;
} words[] = {
    {"RDONLY", FIELD_flags, 0},
    {"WRONLY", FIELD_flags, 1},
    {"RDWR", FIELD_flags, 2},
    {"IOCTL", FIELD_flags, 3},
    {"CREAT", FIELD_flags, 0100},
    {"EXCL", FIELD_flags, 0200},
    {"TRUNC", FIELD_flags, 01000},
    {"APPEND", FIELD_flags, 02000},
    {"DIRECTORY", FIELD_flags, 0200000},
    {"NOFOLLOW", FIELD_flags, 0400000},
    {"PATH", FIELD_flags, 010000000},
    {"TMPFILE", FIELD_flags, 020200000},
    {"created", FIELD_created, 1},
    {"there", FIELD_created, 0},
    {"nofollow", FIELD_follow, 0},
    {"at_nofollow", FIELD_flags, 0x100},
    {"at_follow", FIELD_flags, 0x400},
    {"noreplace", FIELD_flags, 1},
    {"exchange", FIELD_flags, 2},
    {"write", FIELD_protection, 2},
    {"shared", FIELD_shared, 1},
    {"written", FIELD_written, 1},
    {"nothing", FIELD_ret, 0},
    {"bytes", FIELD_ret, 10},
    {"exec", FIELD_by, START_BY_EXEC},
    {"fork", FIELD_by, START_BY_FORK},
};

static void
add_word(struct event *event, const char *word)
{
	for (size_t at = 0; at < sizeof words / sizeof words[0]; at++) {
		if (strcmp(words[at].word, word) != 0)
			continue;
		event_set_number(
		    event, words[at].field,
		    words[at].bits |
			(event_has(event, words[at].field) ? event->number[words[at].field] : 0));
		return;
	}
	event->call = word; /* the function called, then */
}

static int
error_number(const char *name)
{
	for (int error = 1; error < 200; error++) {
		if (strerrorname_np(error) != NULL && strcmp(strerrorname_np(error), name) == 0)
			return error;
	}
	fail_msg("no error is called %s", name);
	return 0;
}

static void
give_line(struct answers *answers, char *line)
{
	struct event event;
	char *word = strsep(&line, " ");

	event_clear(&event);
	assert_int_not_equal(event_kind_find(word), -1);
	event.kind = (enum event_kind)event_kind_find(word);
	event.call = "call";
	event.pid = event.tid = 7;
	while ((word = strsep(&line, " ")) != NULL) {
		if (strcmp(word, "=") == 0)
			event.error = error_number(strsep(&line, " "));
		else if (strcmp(word, "->") == 0)
			event_set_text(&event, FIELD_target, strsep(&line, " "));
		else if (*word != '/' && strchr(word, ':') == NULL)
			add_word(&event, word);
		else if (event.kind == EVENT_START)
			event_set_text(&event, event_has(&event, FIELD_exe) ? FIELD_interpreter : FIELD_exe,
				       word);
		else
			event_set_text(&event, event_has(&event, FIELD_path) ? FIELD_path2 : FIELD_path,
				       word);
	}
	assert_int_equal(answers_event(answers, &event), 0);
}

static void
add(char *text, size_t size, const char *format, ...)
{
	size_t length = strlen(text);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text + length, size - length, format, arguments);
	va_end(arguments);
}

static void
add_answer(char *text, size_t size, const struct answer *answer)
{
	static const char *const how[] = {"read", "stat", "list", "load", "exec", "link", "absent"};
	static const char *const kinds[] = {"", "created", "overwritten", "modified", "deleted", "temporary"};

	if (answer->how != 0) {
		add(text, size, "%s: in", answer->path);
		for (unsigned at = 0; at < 7; at++)
			add(text, size, "%s%s", answer->how >> at & 1 ? " " : "",
			    answer->how >> at & 1 ? how[at] : "");
		if (answer->absent_at != NULL)
			add(text, size, " at %s", answer->absent_at);
		add(text, size, "\n");
	}
	if (answer->kind != ANSWER_NONE)
		add(text, size, "%s: %s%s%s\n", answer->path, kinds[answer->kind],
		    answer->read_first ? ", read first" : "", answer->directory ? ", directory" : "");
}

/* Gives the run and takes the whole answer, in a static text. */
static const char *
answer_to(const char *run, const struct trace_end *end)
{
	static char text[8192];
	struct answers *answers = answers_new(&head);
	char *copy = strdup(run), *rest = copy, *line;
	struct trace_end whole = {0};
	struct answer answer;

	assert_non_null(answers);
	text[0] = '\0';
	while ((line = strsep(&rest, "\n")) != NULL) {
		line += strspn(line, "\t ");
		if (*line == '\0')
			continue;
		give_line(answers, line);
		whole.events++;
	}
	assert_int_equal(answers_end(answers, end != NULL ? end : &whole), 0);
	for (size_t at = 0; at < answers->reason_count; at++)
		add(text, sizeof text, "because %s\n", answers->reason[at]);
	for (size_t at = 0; at < answers->listed_count; at++) {
		assert_int_equal(answers_get(answers, at, &answer), 0);
		add_answer(text, sizeof text, &answer);
	}
	answers_free(answers);
	free(copy);
	return text;
}

#define CHECK(run, expected) assert_string_equal(answer_to(run, NULL), expected)

static void
test_reads(void **state)
{
	(void)state;
	CHECK("open /a RDONLY\nopen /a RDONLY\nstat /a\n", "/a: in read stat\n");
	CHECK("access /a\nload /l.so\nlist /d\nexec /bin/x\nstatfs /\nchdir /d\n",
	      "/: in stat\n/a: in stat\n/bin/x: in exec\n/d: in stat list\n/l.so: in load\n");
	CHECK("start /usr/bin/dash /bin/sh exec\nstart /other fork\n",
	      "/bin/sh: in exec\n/usr/bin/dash: in exec\n");
	CHECK("open /d RDONLY DIRECTORY\nopen /p PATH\nopen /i IOCTL\nopen /t RDWR TMPFILE\n",
	      "/d: in stat\n/i: in stat\n/p: in stat\n/t: in stat\n");
	CHECK("xattr /a getxattr\nxattr /b llistxattr\n", "/a: in stat\n/b: in stat\n");
	CHECK("copy /a /b bytes\ncopy /c /d nothing\nmmap /e shared\nmmap /f write\nclose /g\n",
	      "/a: in read\n/b: modified\n/c: in read\n/e: in read\n/f: in read\n");
	CHECK("open pipe:[7] RDWR\nopen anon_inode:x\ndup /a\n", "");
}

static void
test_failed_calls_read(void **state)
{
	(void)state;
	CHECK("open /a RDONLY = ENOENT\nstat /a\n", "/a: in stat absent at /a\n");
	CHECK("mkdir /d = EEXIST\nrmdir /e = ENOTEMPTY\nopen /f WRONLY = EISDIR\nsymlink /g = EEXIST\n",
	      "/d: in stat\n/e: in stat\n/f: in stat\n/g: in stat\n");
	CHECK("open /a WRONLY CREAT = EACCES\nunlink /b = EROFS\n", "/a: in stat\n/b: in stat\n");
	CHECK("open /a = EMFILE\nstat /b = EFAULT\nopen /c = EINVAL\nclose /d = EBADF\n", "");
	CHECK("list /a = ENOENT\nunlink /b = ENOENT\nchmod /c = ENOENT\nexec /d = ENOENT\nload /e = ENOENT\n",
	      "/a: in absent at /a\n/b: in absent at /b\n/c: in absent at /c\n/d: in absent at /d\n"
	      "/e: in absent at /e\n");
	CHECK("readlink /a = EINVAL\nreadlink /b = ENOENT\n", "/a: in stat\n/b: in absent at /b\n");
	CHECK("rename /a /b = ENOENT\n", "/a: in absent at /a\n");
	CHECK("stat /a\nrename /a /d/b = ENOENT\n", "/a: in stat\n/d/b: in absent at /d\n");
	CHECK("link /a /b = EEXIST\nrename /c /d = EXDEV\n", "/a: in stat\n/b: in stat\n/c: in stat\n");
	/* A file where a directory was expected is there, an interpreter that is missing isn't the script. */
	CHECK("stat /f\nlist /f = ENOTDIR\nstat /s\nexec /s = ENOENT\n", "/f: in stat\n/s: in stat exec\n");
}

static void
test_absent_at(void **state)
{
	(void)state;
	/* What stands above is known from what was found under it. */
	CHECK("stat /a/b/x\nstat /a/b/c/d = ENOENT\n", "/a/b/c/d: in absent at /a/b/c/d\n/a/b/x: in stat\n");
	CHECK("stat /a/b\nstat /a/c = ENOENT\nstat /a/c/d/e = ENOENT\n",
	      "/a/b: in stat\n/a/c: in absent at /a/c\n/a/c/d/e: in absent at /a/c\n");
	/* Or told later. */
	CHECK("stat /a/b/c = ENOENT\nmkdir /a\n", "/a: created, directory\n/a/b/c: in absent at /a\n");
	CHECK("stat /a/b/c = ENOENT\nstat /a/x\nmkdir /a/b\n",
	      "/a/b: created, directory\n/a/b/c: in absent at /a/b\n/a/x: in stat\n");
	/* The first one counts. */
	CHECK("stat /a/b = ENOENT\nmkdir /a\nstat /a/b = ENOENT\n",
	      "/a: created, directory\n/a/b: in absent at /a\n");
	/* What can't be made has no directory. */
	CHECK("stat /a\nopen /a/b/c WRONLY CREAT = ENOENT\n", "/a: in stat\n/a/b/c: in absent at /a/b\n");
	/* A file in the way. */
	CHECK("stat /a/f\nstat /a/f/x = ENOTDIR\n", "/a/f: in stat\n/a/f/x: in absent at /a/f/x\n");
}

static void
test_opens(void **state)
{
	(void)state;
	CHECK("open /a WRONLY CREAT TRUNC created\n", "/a: created\n");
	CHECK("open /a RDWR CREAT EXCL\n", "/a: created\n");
	CHECK("open /a WRONLY CREAT TRUNC there\n", "/a: overwritten\n");
	CHECK("open /a WRONLY TRUNC\n", "/a: overwritten\n");
	CHECK("open /a WRONLY CREAT APPEND there\n", "/a: modified\n");
	CHECK("open /a WRONLY CREAT APPEND created\n", "/a: created\n");
	CHECK("open /a RDWR\n", "/a: in read\n/a: modified, read first\n");
	CHECK("open /a RDONLY CREAT there\nopen /b RDONLY CREAT created\n", "/a: in read\n/b: created\n");
	/* Whether O_CREAT made it wasn't told: what was seen before counts. */
	CHECK("stat /a = ENOENT\nopen /a WRONLY CREAT\n", "/a: created\n");
	CHECK("open /a WRONLY CREAT\n", "/a: modified\n");
	CHECK("open /a WRONLY CREAT TRUNC\n", "/a: created\n");
	CHECK("stat /a\nopen /a WRONLY CREAT TRUNC\n", "/a: overwritten\n");
	CHECK("open /a WRONLY\nopen /a WRONLY TRUNC\nopen /a WRONLY APPEND\n", "/a: overwritten\n");
}

static void
test_changes(void **state)
{
	(void)state;
	CHECK("chmod /a\nchown /b lchown\nutime /c at_nofollow\ntruncate /d\nxattr /e setxattr\n",
	      "/a: modified\n/b: modified\n/c: modified\n/d: modified\n/e: modified\n");
	CHECK("open /a WRONLY CREAT created\nchmod /a\ntruncate /a\nclose /a written\n", "/a: created\n");
	CHECK("close /a written\nmmap /b write shared\n",
	      "/a: modified\n/b: in read\n/b: modified, read first\n");
	/* What is left of the old contents may still be read. */
	CHECK("chmod /a\nopen /a RDONLY\n", "/a: in read\n/a: modified, read first\n");
}

static void
test_makes(void **state)
{
	(void)state;
	CHECK("mkdir /d\nmknod /f\nsymlink /l -> d\nlink /x /y\n",
	      "/d: created, directory\n/f: created\n/l: created\n/x: in read\n/y: created\n");
	CHECK("mkdir /d\nstat /d\nlist /d\nstat /d/x = ENOENT\nopen /d/y WRONLY CREAT created\nopen /d/y\n",
	      "/d: created, directory\n/d/y: created\n");
	/* One that nobody traced made a file in a directory of ours. */
	CHECK("mkdir /d\nopen /d/x RDONLY\n", "/d: created, directory\n/d/x: created\n");
}

static void
test_never_input_and_output(void **state)
{
	(void)state;
	CHECK("stat /a = ENOENT\nopen /a WRONLY CREAT created\nopen /a RDONLY\n", "/a: created\n");
	CHECK("stat /a\nopen /a WRONLY CREAT TRUNC there\n", "/a: overwritten\n");
	CHECK("open /a RDONLY\nopen /a WRONLY CREAT TRUNC there\n",
	      "/a: in read\n/a: overwritten, read first\n");
	CHECK("list /d\nchmod /d\n", "/d: in list\n/d: modified, read first, directory\n");
	CHECK("readlink /l -> x\nunlink /l\nsymlink /l -> y\n", "/l: in link\n/l: overwritten, read first\n");
}

static void
test_removals(void **state)
{
	(void)state;
	CHECK("unlink /a\nstat /a = ENOENT\nrmdir /d\nlist /d = ENOENT\n", "/a: deleted\n/d: deleted\n");
	CHECK("open /a\nunlink /a\n", "/a: in read\n/a: deleted\n");
	CHECK("open /a WRONLY CREAT EXCL\nunlink /a\n", "/a: temporary\n");
	CHECK("stat /a = ENOENT\nopen /a WRONLY CREAT created\nunlink /a\n",
	      "/a: in absent at /a\n/a: temporary\n");
	CHECK("mkdir /d\nmkdir /d/e\nrmdir /d/e\nrmdir /d\nstat /d/e/f = ENOENT\n",
	      "/d: temporary, directory\n/d/e: temporary, directory\n");
	CHECK("unlink /a\nopen /a WRONLY CREAT created\n", "/a: overwritten\n");
	CHECK("open /a WRONLY TRUNC\nunlink /a\n", "/a: deleted\n");
	CHECK("open /a WRONLY APPEND\nunlink /a\n", "/a: deleted\n");
	CHECK("open /a WRONLY CREAT created\nunlink /a\nopen /a WRONLY CREAT created\n", "/a: created\n");
	/* Someone untraced emptied it. */
	CHECK("stat /d/x\nmkdir /d/y\nrmdir /d\n",
	      "/d: deleted, directory\n/d/x: in stat\n/d/x: deleted\n/d/y: temporary, directory\n");
	/* Through a descriptor that outlives the name. */
	CHECK(
	    "open /a RDWR CREAT created\nunlink /a\ntruncate /a ftruncate\nstat /a fstat\nclose /a written\n",
	    "/a: temporary\n");
}

static void
test_renames(void **state)
{
	(void)state;
	CHECK("open /a.tmp WRONLY CREAT EXCL\nrename /a.tmp /a\n", "/a: created\n/a.tmp: temporary\n");
	CHECK("open /a\nopen /t WRONLY CREAT EXCL\nrename /t /a\n",
	      "/a: in read\n/a: overwritten, read first\n/t: temporary\n");
	CHECK("stat /a = ENOENT\nopen /t RDWR CREAT EXCL\nrename /t /a\nopen /a\n",
	      "/a: created\n/t: temporary\n");
	CHECK("rename /a /b\n", "/a: in read\n/a: deleted\n/b: created\n");
	CHECK("rename /a /b\nopen /b\nunlink /b\n", "/a: in read\n/a: deleted\n/b: temporary\n");
	CHECK("rename /a /b\nrename /b /c\n", "/a: in read\n/a: deleted\n/b: temporary\n/c: created\n");
	CHECK("rename /a /b\nopen /a WRONLY CREAT created\n",
	      "/a: in read\n/a: overwritten, read first\n/b: created\n");
	/* And back: nothing has happened, unless it was written to meanwhile. */
	CHECK("rename /a /b\nrename /b /a\n", "/a: in read\n/b: temporary\n");
	CHECK("rename /a /b\nchmod /b\nrename /b /a\n",
	      "/a: in read\n/a: modified, read first\n/b: temporary\n");
	CHECK("rename /a /a\n", "");
	CHECK("rename /a /b noreplace\nrename /c /d exchange\n",
	      "/a: in read\n/a: deleted\n/b: created\n"
	      "/c: in read\n/c: overwritten, read first\n/d: in read\n/d: overwritten, read first\n");
	CHECK("mkdir /n\nopen /n/x WRONLY CREAT created\nrename /n /o exchange\nopen /n/y\n",
	      "/n: created, directory\n/n/x: temporary\n/n/y: created\n/o: in read\n/o: overwritten, read "
	      "first, directory\n"
	      "/o/x: created\n/o/y: in read\n/o/y: deleted\n");
}

static void
test_renames_of_directories(void **state)
{
	(void)state;
	CHECK("mkdir /d\nopen /d/x WRONLY CREAT created\nopen /d/y WRONLY CREAT created\nunlink /d/y\n"
	      "rename /d /e\nopen /e/x\n",
	      "/d: temporary, directory\n/d/x: temporary\n/d/y: temporary\n"
	      "/e: created, directory\n/e/x: created\n");
	/* A foreign one: what is known under it moves along, and what turns up later came from there. */
	CHECK(
	    "stat /d/x\nstat /d/no = ENOENT\nrename /d /e\nopen /e/x\nopen /e/s/y\nstat /e/none = ENOENT\n",
	    "/d: in read\n/d: deleted, directory\n/d/no: in absent at /d/no\n/d/none: in absent at /d/none\n"
	    "/d/s: in read\n/d/s: deleted\n/d/s/y: in read\n/d/s/y: deleted\n"
	    "/d/x: in read stat\n/d/x: deleted\n"
	    "/e: created, directory\n/e/s: created, directory\n/e/s/y: created\n/e/x: created\n");
	CHECK("rename /d /e\nopen /e/x WRONLY TRUNC\nunlink /e/y\nchmod /e/z\nopen /e/new WRONLY CREAT "
	      "created\n",
	      "/d: in read\n/d: deleted\n/d/x: in read\n/d/x: deleted\n/d/y: in read\n/d/y: deleted\n"
	      "/d/z: in read\n/d/z: deleted\n"
	      "/e: created, directory\n/e/new: created\n/e/x: created\n/e/y: temporary\n/e/z: created\n");
	CHECK("rename /d /e\nrename /e/s /f\nopen /f/x\nrename /e /d\nopen /d/y\n",
	      "/d: in read\n/d/s: in read\n/d/s: deleted\n/d/s/x: in read\n/d/s/x: deleted\n/d/y: in read\n"
	      "/e: temporary, directory\n/e/s: temporary\n/f: created, directory\n/f/x: created\n");
	/* Into itself: the kernel doesn't. */
	CHECK("rename /d /d/e\n", "");
	CHECK("mkdir /a\nmkdir /a/b\nmkdir /a/b/c\nmkdir /a/d\nmkdir /a/d/e\nmkdir /a/f\nrename /a /z\n",
	      "/a: temporary, directory\n/a/b: temporary, directory\n/a/b/c: temporary, directory\n"
	      "/a/d: temporary, directory\n/a/d/e: temporary, directory\n/a/f: temporary, directory\n"
	      "/z: created, directory\n/z/b: created, directory\n/z/b/c: created, directory\n"
	      "/z/d: created, directory\n/z/d/e: created, directory\n/z/f: created, directory\n");
}

static void
test_links(void **state)
{
	(void)state;
	/* Known from readlink, or made by the run. */
	CHECK("readlink /l -> d\nopen /l/x\n", "/d/x: in read\n/l: in link\n");
	CHECK("readlink /l -> /e/f/../g\nopen /l\n", "/e/g: in read\n/l: in link\n");
	CHECK("readlink /l -> d\nstat /l nofollow\nopen /l NOFOLLOW = ELOOP\nopen /l RDONLY NOFOLLOW PATH\n",
	      "/l: in stat link\n");
	CHECK("symlink /l -> d\nopen /l/x\nopen /l/y WRONLY CREAT created\n",
	      "/d/x: in read\n/d/y: created\n/l: created\n");
	CHECK("symlink /l -> d\nunlink /l\nopen /l WRONLY CREAT created\n", "/l: created\n");
	CHECK("symlink /l -> no\nopen /l = ENOENT\nunlink /l\n", "/l: temporary\n/no: in absent at /no\n");
	CHECK("symlink /l -> a\nrename /l /m\nopen /m\nopen /l\n",
	      "/a: in read\n/l: temporary\n/m: created\n");
	CHECK("symlink /l -> a\nlink /l /m\nopen /m\n", "/a: in read\n/l: created\n/m: created\n");
	CHECK("readlink /l -> l\nopen /l = ELOOP\n", "/l: in link\n");
	CHECK("readlink /l -> a\nchmod /l\nchown /l lchown\nlink /l /m at_follow\n",
	      "/a: in read\n/a: modified, read first\n/l: in link\n/l: modified, read first\n/m: created\n");
	/* realpath's text is no link's. */
	CHECK("readlink /l realpath -> /a\nopen /l\n", "/l: in read stat\n");
	CHECK("readlink /proc/self -> 7\nopen /proc/self/x\n",
	      "/proc/self: in link\n/proc/self/x: in read\n");
}

static void
test_reasons(void **state)
{
	static const uint32_t running[] = {7, 9};
	struct trace_end end = {
	    .events = 5, .untraced = 0, .lost = 3, .running = running, .running_count = 2};

	(void)state;
	CHECK("untraced /a\nuntraced /a\nlost\n", "because lost: records\nbecause untraced: /a (?)\n");
	assert_string_equal(answer_to("start /x exec\n", &end),
			    "because lost: records\nbecause running: /x\nbecause running: a process\n"
			    "because selected: not all events of the trace\n/x: in exec\n");
	CHECK("open openat\nrename /a renameat\nstat fstat\nclose close\nopen openat = EBADF\n",
	      "because unknown: openat of a file that has no known name\n"
	      "because unknown: renameat of a file that has no known name\n");
}

static void
test_cut(void **state)
{
	struct answers *answers = answers_new(&head);
	char line[] = "open /a";

	(void)state;
	give_line(answers, line);
	assert_int_equal(answers_end(answers, NULL), 0);
	assert_true(answers->cut);
	assert_int_equal(answers->reason_count, 1);
	assert_string_equal(answers->reason[0], "cut: the trace has no end");
	assert_int_equal(answers->listed_count, 1);
	assert_int_equal(answers->totals.events, 1);
	answers_free(answers);
}

/* By whole paths, as strcmp has it. */
static void
test_order(void **state)
{
	(void)state;
	CHECK("stat /\xff\nstat /a/\x01\nstat /a\x01\nstat /a\nstat /\n",
	      "/: in stat\n/a: in stat\n/a\x01: in stat\n/a/\x01: in stat\n/\xff: in stat\n");
	CHECK("stat /a/b\nstat /a\nstat /a-b/c\nstat /a-b\nstat /a.c\nstat /a0\nstat /ab/x\n",
	      "/a: in stat\n/a-b: in stat\n/a-b/c: in stat\n/a.c: in stat\n/a/b: in stat\n/a0: in stat\n"
	      "/ab/x: in stat\n");
}

/* Deep enough to overflow a stack that recursed, and long enough to be slow if a step cost a whole path. */
static void
test_deep_paths(void **state)
{
	enum { DEPTH = 200000 };
	char *path = malloc(2 * DEPTH + 8), *other = malloc(2 * DEPTH + 8);
	struct answers *answers = answers_new(&head);
	struct event event;
	struct answer answer;

	(void)state;
	for (size_t at = 0; at < DEPTH; at++)
		memcpy(path + 2 * at, "/a", 2);
	path[2 * DEPTH] = '\0';
	snprintf(other, 2 * DEPTH + 8, "/b%s", path + 2);
	event_clear(&event);
	event.kind = EVENT_OPEN;
	event_set_text(&event, FIELD_path, path);
	assert_int_equal(answers_event(answers, &event), 0);
	event_clear(&event);
	event.kind = EVENT_RENAME;
	event_set_text(&event, FIELD_path, "/a");
	event_set_text(&event, FIELD_path2, "/b");
	assert_int_equal(answers_event(answers, &event), 0);
	event_clear(&event);
	event.kind = EVENT_OPEN;
	event_set_text(&event, FIELD_path, other);
	assert_int_equal(answers_event(answers, &event), 0);
	strcpy(other + 2 * DEPTH, "/x");
	event.error = ENOENT;
	assert_int_equal(answers_event(answers, &event), 0);
	assert_int_equal(answers_end(answers, NULL), 0);
	assert_int_equal(answers->listed_count, 2 * DEPTH + 1);
	assert_int_equal(answers_get(answers, answers->listed_count - 1, &answer), 0);
	assert_int_equal(answer.kind, ANSWER_CREATED);
	answers_free(answers);
	free(path);
	free(other);
}

/* What the trace doesn't tell is asked of this machine's file system, if the trace is of this machine. */
static void
test_asks_the_file_system(void **state)
{
	struct trace_head saved = head;
	char place[] = "/tmp/test_answers.XXXXXX", *real, run[8192], expected[8192];
	struct utsname here;
	struct timespec now;

	(void)state;
	assert_non_null(mkdtemp(place));
	real = realpath(place, NULL);
	assert_non_null(real);
	assert_int_equal(chdir(real), 0);
	assert_int_equal(mkdir("d", 0700), 0);
	assert_int_equal(symlink("d", "old"), 0);
	uname(&here);
	usleep(30000); /* the clock of the file system is coarse */
	clock_gettime(CLOCK_REALTIME, &now);
	head.host = here.nodename;
	head.wall_seconds = now.tv_sec;
	head.wall_nanoseconds = (uint32_t)now.tv_nsec;
	usleep(30000);
	assert_int_equal(symlink("d", "new"), 0);
	snprintf(run, sizeof run,
		 "open %s/old/x\nopen %s/new/y\nstat %s/d/no/e = ENOENT\nlist %s/d = ENOTDIR\n"
		 "stat %s/old/no = ENOENT\n",
		 real, real, real, real, real);
	snprintf(expected, sizeof expected,
		 "%s/d: in stat\n%s/d/no: in absent at %s/d/no\n%s/d/no/e: in absent at %s/d/no\n"
		 "%s/d/x: in read\n%s/new/y: in read\n%s/old: in link\n",
		 real, real, real, real, real, real, real, real);
	CHECK(run, expected);
	/* A trace of another machine. */
	head.host = "no such host";
	snprintf(run, sizeof run, "open %s/old/x\n", real);
	snprintf(expected, sizeof expected, "%s/old/x: in read\n", real);
	CHECK(run, expected);
	head = saved;
	unlink("old");
	unlink("new");
	rmdir("d");
	rmdir(real);
	free(real);
}

static void
give_process(struct answers *answers, enum event_kind kind, uint32_t pid, uint64_t time_ns, const char *exe,
	     enum start_by by)
{
	struct event event;

	event_clear(&event);
	event.kind = kind;
	event.pid = event.tid = pid;
	event.time_ns = time_ns;
	if (kind == EVENT_EXIT && by == START_BY_EXEC) {
		event_set_number(&event, FIELD_signal, 9);
	} else if (kind == EVENT_EXIT) {
		event_set_number(&event, FIELD_status, 3);
	} else {
		event_set_number(&event, FIELD_by, by);
		event_set_number(&event, FIELD_ppid, 1);
		event_set_text(&event, FIELD_exe, exe);
		event.argv = (struct string_list){1, &exe};
		event.present |= UINT64_C(1) << FIELD_argv;
	}
	assert_int_equal(answers_event(answers, &event), 0);
}

static void
test_processes(void **state)
{
	struct answers *answers = answers_new(&head);
	static const uint32_t running[] = {6};
	struct trace_end end = {.events = 9, .duration_ns = 1000, .running = running, .running_count = 1};
	char text[1024] = "";

	(void)state;
	give_process(answers, EVENT_START, 5, 10, "/sh", START_BY_EXEC);
	give_process(answers, EVENT_START, 6, 20, "/sh", START_BY_FORK);
	give_process(answers, EVENT_START, 6, 30, "/cc", START_BY_EXEC);
	give_process(answers, EVENT_EXIT, 5, 40, NULL, START_BY_FORK);
	/* The pid comes again, after the end and without one. */
	give_process(answers, EVENT_START, 5, 50, "/a", START_BY_FORK);
	give_process(answers, EVENT_START, 5, 60, "/b", START_BY_FORK);
	give_process(answers, EVENT_EXIT, 5, 70, NULL, START_BY_EXEC);
	give_process(answers, EVENT_START, 5, 80, "/c", START_BY_EXEC);
	give_process(answers, EVENT_EXIT, 99, 90, NULL, START_BY_FORK);
	assert_int_equal(answers_end(answers, &end), 0);
	for (size_t at = 0; at < answers->process_count; at++) {
		const struct answer_process *process = &answers->process[at];

		add(text, sizeof text, "%u %s %s %d %d %d..%d\n", process->pid,
		    answers_text(answers, process->exe), answers_text(answers, process->argv[0]),
		    (int)process->status, (int)process->signal, (int)process->begin_ns, (int)process->end_ns);
	}
	assert_string_equal(text, "5 /sh /sh 3 0 10..40\n6 /cc /cc -1 0 20..1000\n5 /a /a -1 0 50..1000\n"
				  "5 /b /b -1 9 60..70\n5 /c /c -1 0 80..1000\n");
	assert_int_equal(answers->reason_count, 1);
	assert_string_equal(answers->reason[0], "running: /cc");
	answers_free(answers);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_reads),
	    cmocka_unit_test(test_failed_calls_read),
	    cmocka_unit_test(test_absent_at),
	    cmocka_unit_test(test_opens),
	    cmocka_unit_test(test_changes),
	    cmocka_unit_test(test_makes),
	    cmocka_unit_test(test_never_input_and_output),
	    cmocka_unit_test(test_removals),
	    cmocka_unit_test(test_renames),
	    cmocka_unit_test(test_renames_of_directories),
	    cmocka_unit_test(test_links),
	    cmocka_unit_test(test_reasons),
	    cmocka_unit_test(test_cut),
	    cmocka_unit_test(test_order),
	    cmocka_unit_test(test_deep_paths),
	    cmocka_unit_test(test_asks_the_file_system),
	    cmocka_unit_test(test_processes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
