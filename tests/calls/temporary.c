/*
 * temporary.c - names that libc makes up. The six letters differ from run to run: tests/calls/run takes what
 * stands behind "random-" for the same in both.
 */
#include "predict.h"

static const char *
opened(int fd)
{
	char *text = next_text();

	text[0] = '\0';
	if (fd >= 0)
		sprintf(text, "'fd':%d,'directory':false", fd);
	return text;
}

/* `fill` gives the template's end; the names of flags stand in the order of their bits. */
static void
make_files(int (*call)(char *template), const char *end, const char *more_flags)
{
	static const char *const starts[] = {"random-", "d/random-", "missing/random-", "random-"};

	for (size_t i = 0; i < COUNT(starts); i++) {
		char template[64];

		snprintf(template, sizeof template, "%s%s%s", starts[i], i < 3 ? "XXXXXX" : "XXXXX", end);
		int fd = call(template);
		expect("open", fd, "%s,%s,'flags':['O_RDWR','O_CREAT','O_EXCL'%s],'mode':'0600','created':%s",
		       at(template), opened(fd), more_flags, boolean(fd >= 0));
	}
}

#define MAKE(name, end, more_flags, ...)                  \
	static int call_##name(char *template)            \
	{                                                 \
		return __VA_ARGS__;                       \
	}                                                 \
	static void perform_##name(void)                  \
	{                                                 \
		make_files(call_##name, end, more_flags); \
	}

MAKE(mkstemp, "", "", mkstemp(template))
MAKE(mkstemp64, "", "", mkstemp64(template))
MAKE(mkostemp, "", ",'O_CLOEXEC'", mkostemp(template, O_CLOEXEC))
MAKE(mkostemp64, "", ",'O_APPEND','O_CLOEXEC'", mkostemp64(template, O_CLOEXEC | O_APPEND))
MAKE(mkstemps, ".c", "", mkstemps(template, 2))
MAKE(mkstemps64, ".c", "", mkstemps64(template, 2))
MAKE(mkostemps, ".c", ",'O_CLOEXEC'", mkostemps(template, 2, O_CLOEXEC))
MAKE(mkostemps64, ".c", ",'O_CLOEXEC'", mkostemps64(template, 2, O_CLOEXEC))

static void
perform_mkdtemp(void)
{
	char template[] = "random-XXXXXX", missing[] = "missing/random-XXXXXX", bad[] = "random";

	expect_pointer("mkdir", mkdtemp(template), "%s,'mode':'0700'", at(template));
	expect_pointer("mkdir", mkdtemp(missing), "%s,'mode':'0700'", at(missing));
	expect_pointer("mkdir", mkdtemp(bad), "%s,'mode':'0700'", at(bad));
}

/* A name that nothing has: the look for it found that. */
static void
expect_look(const char *name)
{
	expect_of("stat", call_name, 0, ENOENT, "%s,'follow':false", at(name));
}

static void
perform_mktemp(void)
{
	char template[] = "random-XXXXXX", missing[] = "missing/random-XXXXXX", bad[] = "random";

	expect_look(mktemp(template));
	expect_look(mktemp(missing));
	mktemp(bad);
	expect_of("stat", call_name, 0, errno, "%s,'follow':false", at(bad)); /* emptied */
}

/* Their names have no part of ours: in both runs they stand for themselves. */
static void
expect_name(const char *name)
{
	char line[512];

	snprintf(line, sizeof line,
		 "{\"event\":\"stat\",\"call\":\"%s\",\"pid\":%d,\"tid\":%d,\"ret\":0,\"error\":\"ENOENT\","
		 "\"path\":\"%s\","
		 "\"follow\":false}\n",
		 call_name, getpid(), own_tid(), name);
	if (write(1, line, strlen(line)) < 0)
		abort();
}

static void
perform_tmpnam(void)
{
	char name[L_tmpnam];

	expect_name(tmpnam(name));
	expect_name(tmpnam(NULL));
}

static void
perform_tmpnam_r(void)
{
	char name[L_tmpnam];

	expect_name(tmpnam_r(name));
	say("nowhere", tmpnam_r(NULL) != NULL, 0);
}

static void
perform_tempnam(void)
{
	unsetenv("TMPDIR"); /* it comes before the directory that is passed */
	char *name = tempnam(getcwd(NULL, 0), "r");

	expect_name(name);
}

/* A file without a name, as open(2) makes one. */
static void
temporary(FILE *(*call)(void))
{
	FILE *stream = call();

	expect_pointer("open", stream,
		       "'path':'/tmp','flags':['O_RDWR','O_EXCL','O_TMPFILE'],'mode':'0600',%s",
		       opened(stream ? fileno(stream) : -1));
}

static void
perform_tmpfile(void)
{
	temporary(tmpfile);
}

static void
perform_tmpfile64(void)
{
	temporary(tmpfile64);
}

#define CASE(name)                    \
	{                             \
#name, perform_##name \
	}
static const struct call calls[] = {
    CASE(mkstemp),    CASE(mkstemp64), CASE(mkostemp),    CASE(mkostemp64), CASE(mkstemps),
    CASE(mkstemps64), CASE(mkostemps), CASE(mkostemps64), CASE(mkdtemp),    CASE(mktemp),
    CASE(tmpnam),     CASE(tmpnam_r),  CASE(tempnam),     CASE(tmpfile),    CASE(tmpfile64),
};

int
main(int argc, char **argv)
{
	(void)argc;
	return predict(argv, calls, COUNT(calls));
}
