/*
 * after.h - what the programs share that are executed by their own calls: the new image, started with AFTER
 * as its second argument, prints the exec that made it and its start. What the old image knows of the exec
 * comes to it through a file, since a program that is about to be executed can't say that it will succeed.
 */
#ifndef AFTER_H
#define AFTER_H

#include <link.h>

#include "predict.h"

#define AFTER         "--after"
#define AFTER_MEMBERS "after-members" /* the file, in the directory that the program was started in */

static char after_arguments[1024]; /* of the new image, as a JSON list */

/* Before the call: the members of the event of the exec that will succeed; none: no call of ours executes it.
 * Behind the trace's back, as all here. */
PRINTF(1, 2)
static void
after_expects(const char *format, ...)
{
	char text[4096];
	va_list arguments;

	va_start(arguments, format);
	int length = vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	long fd =
	    quiet4(SYS_openat, AT_FDCWD, (long)AFTER_MEMBERS, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (write((int)fd, text, (size_t)length) != length)
		abort();
	quiet(SYS_close, fd, 0, 0);
}

static int
expect_load(struct dl_phdr_info *object, size_t size, void *found)
{
	bool *after_program = found;

	(void)size;
	if (*after_program && object->dlpi_name[0] == '/' &&
	    !strstr(object->dlpi_name, "/libinterpose-shim.so"))
		expect_bare("load", getpid(), "'path':'%s'", object->dlpi_name);
	*after_program = true;
	return 0;
}

/* The exec by `call` with what after_expects said, the start, and what the dynamic linker mapped. */
static void
expect_image(const char *call, const char *directory)
{
	char members[4096];
	long fd = quiet(SYS_openat, AT_FDCWD, (long)AFTER_MEMBERS, O_RDONLY);
	ssize_t length = read((int)fd, members, sizeof members - 1);

	quiet(SYS_close, fd, 0, 0);
	if (length < 0)
		abort();
	members[length] = '\0';
	expect_of("exec", call, 0, 0, "%s,'argv':%s", members, program_arguments);
	expect_start("exec", getppid(), directory, program, program_arguments);
	bool after_program = false; /* the first; musl tells its name, too */
	dl_iterate_phdr(expect_load, &after_program);
}

/* Whether this is the new image; then it has told of itself what `program` and `call_name` need. */
static bool
is_after(char **argv)
{
	if (!argv[1] || !argv[2] || strcmp(argv[2], AFTER) != 0)
		return false;
	call_name = argv[1];
	name_program(argv);
	return true;
}

/* In the first image: the arguments of the new one, as events have them. */
static void
name_after(char **argv)
{
	name_program(argv);
	snprintf(after_arguments, sizeof after_arguments, "['%s','%s','" AFTER "']", program,
		 argv[1] ? argv[1] : "");
}

/* The fork by `call`, and the start of the child as its parent was, of an image that was spawned. */
UNUSED static void
expect_spawned(const char *call)
{
	char line[256], arguments[1024];
	int parent = getppid();

	snprintf(line, sizeof line,
		 "{\"event\":\"fork\",\"call\":\"%s\",\"pid\":%d,\"tid\":%d,\"ret\":0,\"child\":%d}\n", call,
		 parent, parent, getpid());
	if (write(output_fd, line, strlen(line)) < 0)
		abort();
	snprintf(arguments, sizeof arguments, "['%s','%s']", program, call_name);
	expect_start("fork", parent, "$DIR", program, arguments);
}

#endif
