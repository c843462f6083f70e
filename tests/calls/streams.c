/*
 * streams.c - streams that are opened on a path or a descriptor, and closed.
 */
#include <mntent.h>

#include "predict.h"

static const char *
descriptor_of(FILE *stream)
{
	char *text = next_text();

	text[0] = '\0';
	if (stream)
		sprintf(text, "'fd':%d", fileno(stream));
	return text;
}

static const struct mode {
	const char *mode;
	const char *path;
	const char *members;
} modes[] = {
    {"r", "f", "'flags':['O_RDONLY']"},
    {"rb+", "f", "'flags':['O_RDWR'],'directory':false"},
    {"w", "f", "'flags':['O_WRONLY','O_CREAT','O_TRUNC'],'mode':'0666','created':false,'directory':false"},
    {"w+e", "new",
     "'flags':['O_RDWR','O_CREAT','O_TRUNC','O_CLOEXEC'],'mode':'0666','created':true,'directory':false"},
    {"a", "new", "'flags':['O_WRONLY','O_CREAT','O_APPEND'],'mode':'0666','created':false,'directory':false"},
    {"a+", "newer", "'flags':['O_RDWR','O_CREAT','O_APPEND'],'mode':'0666','created':true,'directory':false"},
    {"wx", "newest",
     "'flags':['O_WRONLY','O_CREAT','O_EXCL','O_TRUNC'],'mode':'0666','created':true,'directory':false"},
    {"wx", "newest", "'flags':['O_WRONLY','O_CREAT','O_EXCL','O_TRUNC'],'mode':'0666','created':false"},
    {"r", "d", "'flags':['O_RDONLY']"},
    {"w", "d", "'flags':['O_WRONLY','O_CREAT','O_TRUNC'],'mode':'0666','created':false"},
    {"w", "missing/x", "'flags':['O_WRONLY','O_CREAT','O_TRUNC'],'mode':'0666','created':false"},
};

static void
by_path(FILE *(*call)(const char *path, const char *mode))
{
	for (size_t i = 0; i < COUNT(modes); i++) {
		FILE *stream = call(modes[i].path, modes[i].mode);

		expect_pointer("open", stream, "%s,%s,%s", at(modes[i].path), descriptor_of(stream),
			       modes[i].members);
	}
	expect_pointer("open", call("f", "z"), "%s,'flags':['O_RDONLY']", at("f"));
	FOR_BAD_PATHS(path)
	expect_pointer("open", call(path, "r"), "%s,'flags':['O_RDONLY']", at(path));
}

FILE *_IO_fopen(const char *path, const char *mode);
FILE *_IO_fdopen(int fd, const char *mode);
int _IO_fclose(FILE *stream);
FILE *__setmntent(const char *path, const char *mode);
int __endmntent(FILE *stream);

#define FOPEN(name)                      \
	static void perform_##name(void) \
	{                                \
		by_path(name);           \
	}

FOPEN(fopen)
FOPEN(fopen64)
FOPEN(_IO_fopen)
FOPEN(setmntent)
FOPEN(__setmntent)

static void
reopen(FILE *(*call)(const char *path, const char *mode, FILE *stream))
{
	FILE *stream = fdopen(file_fd, "r+"), *result;

	for (size_t i = 0; i < COUNT(modes); i++) {
		result = call(modes[i].path, modes[i].mode, stream);
		expect_pointer("open", result, "%s,%s,%s", at(modes[i].path), descriptor_of(result),
			       modes[i].members);
		if (result)
			stream = result;
		else
			stream =
			    fdopen((int)quiet(SYS_dup, directory_fd, 0, 0), "r"); /* a failure closes it */
	}
}

/* Without a path, what the stream is open on is opened anew. */
static void
reopen_same(FILE *(*call)(const char *path, const char *mode, FILE *stream))
{
	FILE *stream = fdopen((int)quiet(SYS_openat, AT_FDCWD, (long)"f", O_RDWR), "r+");

	stream = call(NULL, "r", stream);
	expect_pointer("open", stream, "'path':'$DIR/f',%s,'flags':['O_RDONLY']", descriptor_of(stream));
	stream = call(NULL, "w", stream);
	expect_pointer(
	    "open", stream,
	    "'path':'$DIR/f',%s,'flags':['O_WRONLY','O_CREAT','O_TRUNC'],'mode':'0666','directory':false",
	    descriptor_of(stream));
}

#define FREOPEN(name)                    \
	static void perform_##name(void) \
	{                                \
		reopen(name);            \
		reopen_same(name);       \
	}

FREOPEN(freopen)
FREOPEN(freopen64)

/* A stream on a descriptor that is open already is no event. */
static void
on_descriptor(FILE *(*call)(int fd, const char *mode))
{
	FILE *stream = call(file_fd, "r+");

	say("stream", stream ? fileno(stream) : -1, stream ? 0 : errno);
	stream = call(BAD_FD, "r");
	say("no descriptor", stream != NULL, errno);
	stream = call(file_fd, "z");
	say("no mode", stream != NULL, errno);
}

#define FDOPEN(name)                     \
	static void perform_##name(void) \
	{                                \
		on_descriptor(name);     \
	}

FDOPEN(fdopen)
FDOPEN(_IO_fdopen)

static void
close_streams(int (*call)(FILE *stream))
{
	FILE *memory = fmemopen(NULL, 16, "w+");

	mark_end();
	FILE *reading = fopen("d/f", "r");
	FILE *writing = fopen("new", "w");
	mark("/interpose-begin");
	int fd = fileno(reading);
	expect("close", call(reading), "'fd':%d,'path':'$DIR/d/f','written':false", fd);
	fd = fileno(writing);
	expect("close", call(writing), "'fd':%d,'path':'$DIR/new'", fd);
	say("memory", call(memory), 0); /* no descriptor, no event */
	/* Its descriptor is gone: what libc says of it. */
	FILE *stream = fdopen(file_fd, "r");
	quiet(SYS_close, file_fd, 0, 0);
	int result = call(stream);
	expect("close", result, "'fd':%d,'path':'$DIR/f'", file_fd);
}

#define FCLOSE(name)                     \
	static void perform_##name(void) \
	{                                \
		close_streams(name);     \
	}

FCLOSE(fclose)
FCLOSE(_IO_fclose)

static void
close_tables(int (*call)(FILE *stream))
{
	mark_end();
	FILE *table = setmntent("d/f", "r");
	mark("/interpose-begin");
	int fd = fileno(table);
	expect("close", call(table), "'fd':%d,'path':'$DIR/d/f','written':false", fd);
	say("nothing", call(NULL), 0);
}

#define ENDMNTENT(name)                  \
	static void perform_##name(void) \
	{                                \
		close_tables(name);      \
	}

ENDMNTENT(endmntent)
ENDMNTENT(__endmntent)

#define CASE(name)                    \
	{                             \
#name, perform_##name \
	}
static const struct call calls[] = {
    CASE(fopen),      CASE(fopen64),   CASE(_IO_fopen),   CASE(setmntent),  CASE(__setmntent),
    CASE(freopen),    CASE(freopen64), CASE(fdopen),      CASE(_IO_fdopen), CASE(fclose),
    CASE(_IO_fclose), CASE(endmntent), CASE(__endmntent),
};

int
main(int argc, char **argv)
{
	(void)argc;
	return predict(argv, calls, COUNT(calls));
}
