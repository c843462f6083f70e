/*
 * test_compile_commands.c - which processes of a run are compiles, and the whole database that is made of
 * them.
 *
 * A run is a text, a line an event:
 *     PID exec PATH [~EXE] [+INTERPRETER] ARGUMENT...   a new image
 *     PID attach EXE ARGUMENT...                        one that ran before
 *     PID fork CHILD [untold]                           a child; untold: only its own start tells of it
 *     PID exit
 *     PID open|unlink PATH [!]                          !: ENOENT
 *     PID rename PATH PATH2
 * Every process works in /w. The trace is of another machine, unless a test says so.
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

#include "output.h"

static struct trace_head head = {
    .command = {1, (const char *const[]){"make"}},
    .cwd = "/w",
    .host = "no such host",
    .os = "Linux 6.1.0 x86_64",
};
static const char *cwd = "/w";
static char warning[512];

static void
give(struct output *output, struct event *event)
{
	assert_int_equal(output->format->event(output, event), 0);
}

static void
give_fork(struct output *output, uint32_t pid, const char *child, bool told)
{
	struct event event;

	event_clear(&event);
	event.kind = EVENT_FORK;
	event.pid = pid;
	event_set_number(&event, FIELD_child, atoi(child));
	if (told)
		give(output, &event);
	event_clear(&event);
	event.kind = EVENT_START;
	event.pid = (uint32_t)atoi(child);
	event_set_number(&event, FIELD_by, START_BY_FORK);
	event_set_number(&event, FIELD_ppid, pid);
	event_set_text(&event, FIELD_exe, "/bin/parent");
	give(output, &event);
}

static void
give_image(struct output *output, uint32_t pid, char *line, bool attach)
{
	const char *path = strsep(&line, " "), *exe = path, *interpreter = NULL, *argv[64];
	struct event event;
	size_t count = 0;

	if (line != NULL && *line == '~')
		exe = strsep(&line, " ") + 1;
	if (line != NULL && *line == '+')
		interpreter = strsep(&line, " ") + 1;
	while (line != NULL)
		argv[count++] = strsep(&line, " ");
	event_clear(&event);
	event.kind = EVENT_EXEC;
	event.pid = pid;
	event_set_text(&event, FIELD_path, path);
	if (!attach)
		give(output, &event);
	event_clear(&event);
	event.kind = EVENT_START;
	event.pid = pid;
	event_set_number(&event, FIELD_by, attach ? START_BY_ATTACH : START_BY_EXEC);
	event_set_text(&event, FIELD_exe, exe);
	event_set_text(&event, FIELD_cwd, cwd);
	if (interpreter != NULL)
		event_set_text(&event, FIELD_interpreter, interpreter);
	event.argv = (struct string_list){count, argv};
	event.present |= UINT64_C(1) << FIELD_argv;
	give(output, &event);
}

static void
give_line(struct output *output, char *line)
{
	uint32_t pid = (uint32_t)atoi(strsep(&line, " "));
	const char *word = strsep(&line, " "), *path;
	struct event event;

	if (strcmp(word, "exec") == 0 || strcmp(word, "attach") == 0) {
		give_image(output, pid, line, *word == 'a');
		return;
	}
	if (strcmp(word, "fork") == 0) {
		path = strsep(&line, " ");
		give_fork(output, pid, path, line == NULL);
		return;
	}
	assert_int_not_equal(event_kind_find(word), -1);
	event_clear(&event);
	event.kind = (enum event_kind)event_kind_find(word);
	event.pid = pid;
	if ((path = strsep(&line, " ")) != NULL)
		event_set_text(&event, FIELD_path, path);
	if (line != NULL && *line == '!')
		event.error = ENOENT;
	else if (line != NULL)
		event_set_text(&event, FIELD_path2, line);
	give(output, &event);
}

/* The whole database of the run, to be freed. */
static char *
database_of(const char *run, struct selection *selection)
{
	char *text, *copy = strdup(run), *rest = copy, *line;
	size_t size;
	struct output output = {.format = &output_compile_commands,
				.file = "compile_commands.json",
				.stream = open_memstream(&text, &size),
				.selection = selection};

	assert_int_equal(output.format->begin(&output, &head), 0);
	while ((line = strsep(&rest, "\n")) != NULL) {
		if (*line != '\0')
			give_line(&output, line);
	}
	assert_int_equal(output.format->end(&output, NULL), 0);
	assert_int_equal(output_close(&output), 0);
	strlcpy(warning, output.warning, sizeof warning);
	free(copy);
	return text;
}

static void
check(const char *run, const char *expected, const char *warns)
{
	char *text = database_of(run, NULL);

	assert_string_equal(text, expected);
	assert_string_equal(warning, warns);
	free(text);
}

/* An entry of a.c, compiled to a.o by `arguments`, which stand in quotes. */
#define ENTRY(arguments) \
	"{\"directory\":\"/w\",\"file\":\"/w/a.c\",\"arguments\":[" arguments "],\"output\":\"/w/a.o\"}"
#define ONE(arguments) "[\n" ENTRY(arguments) "\n]\n"
#define PLAIN          ONE("\"/usr/bin/cc\",\"-c\",\"a.c\"")

static void
test_drivers(void **state)
{
	(void)state;
	check("", "[]\n", "");
	check("1 exec /usr/bin/cc cc -c a.c\n", PLAIN, "");
	check("1 exec /usr/bin/make make a.o\n1 fork 2\n2 exec /usr/bin/cc ~/usr/bin/gcc-12 cc -c a.c\n2 "
	      "fork 3\n"
	      "3 exec /usr/lib/cc1 cc1 a.c\n3 exit\n2 fork 4\n4 exec /usr/bin/as as -o a.o x.s\n4 exit\n2 "
	      "exit\n",
	      PLAIN, "");
	/* The one that runs in it: the driver's own child, also where only the child tells; lto-wrapper's
	 * gcc. */
	check("1 exec /usr/bin/cc cc -c a.c\n1 fork 2\n2 exec /usr/bin/clang clang -cc1 a.c\n2 exec "
	      "/usr/bin/gcc gcc "
	      "-c b.c\n",
	      PLAIN, "");
	check("1 exec /usr/bin/cc cc -c a.c\n1 fork 2 untold\n2 exec /usr/bin/gcc gcc -c b.c\n", PLAIN, "");
	check("1 exec /usr/bin/cc cc -c a.c\n1 fork 2\n2 fork 3\n2 exit\n3 exec /usr/bin/gcc gcc -c b.c\n",
	      PLAIN, "");
	/* The number comes again for another. */
	check("5 exec /usr/bin/cc cc -E a.c\n5 exit\n1 fork 5\n5 exec /usr/bin/cc cc -c a.c\n", PLAIN, "");
	check("5 exec /usr/bin/cc cc -E a.c\n1 fork 5\n5 exec /usr/bin/cc cc -c a.c\n", PLAIN, "");
	/* By another name; by argv[0]; and what only has a compiler's file. */
	check("1 exec /x/mycc ~/usr/bin/gcc-12 mycc -c a.c\n", ONE("\"/x/mycc\",\"-c\",\"a.c\""), "");
	check("1 exec /x/all ~/x/all gcc -c a.c\n", ONE("\"/x/all\",\"-c\",\"a.c\""), "");
	check("1 exec /usr/bin/clang-cpp ~/usr/bin/clang-14 clang-cpp -c a.c\n", "[]\n", "");
	check("7 attach /usr/bin/gcc-12 gcc -c a.c\n", ONE("\"/usr/bin/gcc-12\",\"-c\",\"a.c\""), "");
}

static void
test_wrappers(void **state)
{
	(void)state;
	check("1 exec /usr/bin/ccache ccache cc -c a.c\n1 fork 2\n2 exec /usr/bin/cc cc -E a.c\n2 exit\n1 "
	      "fork 3\n"
	      "3 exec /usr/bin/cc cc -c -o a.o tmp.i\n",
	      ONE("\"cc\",\"-c\",\"a.c\""), "");
	check("1 exec /usr/bin/ccache ccache cc -c a.c\n1 exec /usr/bin/cc cc -c a.c\n",
	      ONE("\"cc\",\"-c\",\"a.c\""), "");
	check(
	    "1 exec /usr/lib/ccache/cc ~/usr/bin/ccache cc -c a.c\n1 fork 2\n2 exec /usr/bin/cc cc -c a.c\n",
	    ONE("\"/usr/lib/ccache/cc\",\"-c\",\"a.c\""), "");
	check("7 attach /usr/bin/ccache gcc -c a.c\n", ONE("\"gcc\",\"-c\",\"a.c\""), "");
	check("7 attach /usr/bin/ccache ccache gcc -c a.c\n", ONE("\"gcc\",\"-c\",\"a.c\""), "");
	check("1 exec /usr/bin/ccache ccache base_dir=/w max_size=1G /usr/bin/cc -c a.c\n", PLAIN, "");
	check("1 exec /usr/bin/ccache ccache distcc /usr/bin/cc -c a.c\n", PLAIN, "");
	check("1 exec /usr/bin/distcc distcc -c a.c\n", ONE("\"cc\",\"-c\",\"a.c\""), "");
	check("1 exec /usr/bin/ccache ccache distcc -c a.c\n", ONE("\"cc\",\"-c\",\"a.c\""), "");
	check("1 exec /usr/bin/sccache sccache /opt/strange -c a.c\n", ONE("\"/opt/strange\",\"-c\",\"a.c\""),
	      "");
	check("1 exec /usr/bin/ccache ccache -s\n1 exec /usr/bin/ccache ccache\n1 exec /usr/bin/ccache "
	      "ccache a=b\n",
	      "[]\n", "");
	/* The server that the first client starts compiles for the others. */
	check("1 exec /usr/bin/sccache sccache cc -E a.c\n1 fork 2\n2 exec /usr/bin/sccache sccache\n1 exit\n"
	      "2 fork 3\n3 exec /usr/bin/cc cc -c b.c\n9 exec /usr/bin/sccache sccache /usr/bin/cc -c a.c\n",
	      PLAIN, "");
}

/* A script with a compiler's name gives way to the compiler that it runs. */
static void
test_scripts(void **state)
{
	(void)state;
	check("1 exec /x/cc ~/bin/sh +/bin/sh cc -c a.c -o a.o\n1 exec /usr/bin/cc cc -c a.c -O2 -o a.o\n",
	      ONE("\"/usr/bin/cc\",\"-c\",\"a.c\",\"-O2\",\"-o\",\"a.o\""), "");
	check("1 exec /x/cc ~/bin/sh +/bin/sh cc -c a.c -o a.o\n1 fork 2\n2 exec /x/gcc ~/bin/sh +/bin/sh "
	      "gcc -c a.c -o "
	      "t.o\n2 fork 3\n3 exec /usr/bin/cc cc -c a.c\n",
	      PLAIN, "");
	check("1 exec /x/cc ~/bin/sh +/bin/sh cc -c a.c\n1 fork 2\n2 exec /opt/real real -c a.c\n",
	      ONE("\"/x/cc\",\"-c\",\"a.c\""), "");
	/* But not to one of another file. */
	check("1 exec /x/cc ~/bin/sh +/bin/sh cc -c a.c\n1 fork 2\n2 exec /usr/bin/cc cc -c b.c\n",
	      "[\n" ENTRY("\"/x/cc\",\"-c\",\"a.c\"") ",\n"
						      "{\"directory\":\"/w\",\"file\":\"/w/"
						      "b.c\",\"arguments\":[\"/usr/bin/"
						      "cc\",\"-c\",\"b.c\"],\"output\":\"/w/b.o\"}\n]\n",
	      "");
	/* libtool and others that aren't called like a compiler. */
	check("1 exec /w/libtool ~/bin/sh +/bin/sh ./libtool --mode=compile cc -c a.c\n1 fork 2\n2 exec "
	      "/usr/bin/cc cc "
	      "-c a.c\n",
	      PLAIN, "");
}

static void
test_entries(void **state)
{
	(void)state;
	/* The same again replaces; another output doesn't. Sorted by file, then by time. */
	check(
	    "1 exec /usr/bin/cc cc -c a.c -O1\n2 exec /usr/bin/cc cc -c ./b.c\n3 exec /usr/bin/cc cc -c "
	    "./a.c -O2\n"
	    "4 exec /usr/bin/cc cc -c sub/../a.c -o p.o\n5 exec /usr/bin/cc cc -c /v/../a.c\n",
	    "[\n{\"directory\":\"/w\",\"file\":\"/a.c\",\"arguments\":[\"/usr/bin/cc\",\"-c\",\"/v/../"
	    "a.c\"],\"output\":"
	    "\"/w/a.o\"},\n" ENTRY(
		"\"/usr/bin/cc\",\"-c\",\"./a.c\",\"-O2\"") ",\n"
							    "{\"directory\":\"/w\",\"file\":\"/w/"
							    "a.c\",\"arguments\":[\"/usr/bin/"
							    "cc\",\"-c\",\"sub/../"
							    "a.c\",\"-o\",\"p.o\"],\"output\":\"/w/p.o\"},\n"
							    "{\"directory\":\"/w\",\"file\":\"/w/"
							    "b.c\",\"arguments\":[\"/usr/bin/cc\",\"-c\",\"./"
							    "b.c\"],\"output\":\"/w/b.o\"}\n]\n",
	    "");
	check("1 exec /usr/bin/cc cc sub/a.c ../b.c -o p -lm\n",
	      "[\n{\"directory\":\"/w\",\"file\":\"/b.c\",\"arguments\":[\"/usr/bin/cc\",\"-c\",\"../"
	      "b.c\"],\"output\":\"/w/p\"},\n"
	      "{\"directory\":\"/w\",\"file\":\"/w/sub/a.c\",\"arguments\":[\"/usr/bin/cc\",\"-c\",\"sub/"
	      "a.c\"],\"output\":\"/w/p\"}\n]\n",
	      "");
	check("1 exec /usr/bin/cc cc -fsyntax-only a.c\n2 exec /usr/bin/cc cc -S a.c -o -\n",
	      "[\n{\"directory\":\"/w\",\"file\":\"/w/a.c\",\"arguments\":[\"/usr/bin/"
	      "cc\",\"-S\",\"a.c\",\"-o\",\"-\"]}"
	      "\n]\n",
	      "");
	check("1 exec /usr/bin/cc cc sub/h.h\n",
	      "[\n{\"directory\":\"/w\",\"file\":\"/w/sub/h.h\",\"arguments\":[\"/usr/bin/cc\",\"sub/"
	      "h.h\"],\"output\":\"/w/sub/h.h.gch\"}\n]\n",
	      "");
	check("1 exec /usr/bin/cc cc -c sub.d/noending -x c sub.d/noending\n",
	      "[\n{\"directory\":\"/w\",\"file\":\"/w/sub.d/noending\",\"arguments\":[\"/usr/bin/"
	      "cc\",\"-c\",\"sub.d/noending\",\"-x\",\"c\",\"sub.d/noending\"],\"output\":\"/w/"
	      "noending.o\"}\n]\n",
	      "");
	check("1 exec /usr/bin/cc cc -c a.c -DX=\"\\\n",
	      ONE("\"/usr/bin/cc\",\"-c\",\"a.c\",\"-DX=\\\"\\\\\""), "");
}

static void
test_gone_sources(void **state)
{
	(void)state;
	check("1 exec /usr/bin/cc cc -c a.c\n2 unlink /w/a.c\n", "[]\n", "");
	check("1 exec /usr/bin/cc cc -c a.c\n2 unlink /w/a.c !\n2 unlink /w/b.c\n2 open /w/a.h !\n", PLAIN,
	      "");
	check("1 exec /usr/bin/cc cc -c a.c\n2 unlink /w/a.c\n2 open /w/a.c\n", PLAIN, "");
	check("1 exec /usr/bin/cc cc -c a.c\n2 rename /w/a.c /w/b.c\n", "[]\n", "");
	check("1 exec /usr/bin/cc cc -c a.c\n2 unlink /w/a.c\n2 rename /w/b.c /w/a.c\n", PLAIN, "");
	/* It never was there. */
	check("1 exec /usr/bin/cc cc -c a.c\n1 fork 2\n2 exec /cc1 cc1 a.c\n2 open /w/a.c !\n", "[]\n", "");
	check("1 exec /usr/bin/cc cc -c a.c\n2 unlink /w/a.c\n3 exec /usr/bin/cc cc -c a.c\n", PLAIN, "");
}

static void
test_what_is_left_out(void **state)
{
	(void)state;
	check("1 exec /usr/bin/cc cc -c a.c -DX=\xff\n2 exec /usr/bin/cc cc -c \xff.c\n", "[]\n",
	      "left out: /w/a.c, since its command line isn't UTF-8, and 1 more");
	check("1 exec /usr/bin/cc cc @gone.rsp\n", "[]\n",
	      "left out: what a compiler was told in gone.rsp, which is gone or has changed since");
	check("1 exec /usr/bin/cc cc @gone.rsp -c a.c\n", ONE("\"/usr/bin/cc\",\"@gone.rsp\",\"-c\",\"a.c\""),
	      "");
	check("1 exec /usr/bin/cc cc @gone.rsp -E\n", "[]\n", "");
}

/* -P is meant of the sources, not of the events. */
static void
test_selected_paths(void **state)
{
	struct selection *selection = selection_new();
	char *text;

	(void)state;
	assert_int_equal(selection_path(selection, "sub", "/w"), 0);
	text =
	    database_of("1 exec /usr/bin/cc cc -c sub/a.c\n2 exec /usr/bin/cc cc -c subs/a.c\n", selection);
	assert_string_equal(text,
			    "[\n{\"directory\":\"/w\",\"file\":\"/w/sub/a.c\",\"arguments\":[\"/usr/bin/"
			    "cc\",\"-c\",\"sub/a.c\"],\"output\":\"/w/a.o\"}\n]\n");
	free(text);
	selection_free(selection);
}

/* What only the machine of the trace can say: where ".." leads, and what is in a response file. */
static void
test_asks_the_file_system(void **state)
{
	struct trace_head saved = head;
	char place[] = "/tmp/test_compile_commands.XXXXXX", *real, path[256], expected[2048];
	struct utsname here;
	FILE *stream;

	(void)state;
	assert_non_null(mkdtemp(place));
	real = realpath(place, NULL);
	assert_int_equal(chdir(real), 0);
	assert_int_equal(mkdir("d", 0700) + mkdir("d/e", 0700) + symlink("d/e", "link"), 0);
	snprintf(path, sizeof path, "%s/d/a.c", real);
	stream = fopen(path, "we");
	fclose(stream);
	stream = fopen("args", "we");
	fputs("-c 'd/a.c' -DX", stream);
	fclose(stream);
	uname(&here);
	head.host = here.nodename;
	head.wall_seconds = time(NULL) + 10;
	cwd = real;
	snprintf(expected, sizeof expected,
		 "[\n{\"directory\":\"%s\",\"file\":\"%s/d/a.c\",\"arguments\":[\"/usr/bin/"
		 "cc\",\"-c\",\"d/a.c\",\"-DX\"],\"output\":\"%s/a.o\"},\n"
		 "{\"directory\":\"%s\",\"file\":\"%s/link/../a.c\",\"arguments\":[\"/usr/bin/"
		 "cc\",\"-c\",\"link/../a.c\"],\"output\":\"%s/a.o\"}\n]\n",
		 real, real, real, real, real, real);
	check("1 exec /usr/bin/cc cc @args\n2 exec /usr/bin/cc cc -c link/../a.c\n", expected, "");
	head = saved;
	cwd = "/w";
	assert_int_equal(unlink("d/a.c") + unlink("args") + unlink("link") + rmdir("d/e") + rmdir("d"), 0);
	assert_int_equal(chdir("/") + rmdir(real), 0);
	free(real);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_drivers),        cmocka_unit_test(test_wrappers),
	    cmocka_unit_test(test_scripts),        cmocka_unit_test(test_entries),
	    cmocka_unit_test(test_gone_sources),   cmocka_unit_test(test_what_is_left_out),
	    cmocka_unit_test(test_selected_paths), cmocka_unit_test(test_asks_the_file_system),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
