/*
 * test_compile_line.c - command lines of compilers, and what each compiles: a line a source, "FILE OUTPUT:
 * COMMAND", where OUTPUT is -o's, the ending of what is made without one, or nothing. Words are separated by
 * single blanks.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "compile_line.h"
#include "compile_name.h"
#include "compile_response.h"

static void
split(struct words *words, const char *command)
{
	char *copy = strdup(command), *rest = copy, *word;

	while ((word = strsep(&rest, " ")) != NULL)
		assert_int_equal(words_add(words, word), 0);
	free(copy);
}

/* All that is compiled, in a static text. */
static const char *
compiled(const char *command)
{
	static char text[4096];
	struct words words = {0};
	struct compile_line line;
	FILE *stream = fmemopen(text, sizeof text, "w");

	split(&words, command);
	assert_int_equal(compile_line_read(&line, &words), 0);
	text[0] = '\0';
	for (size_t which = 0; which < line.source_count; which++) {
		struct words arguments = {0};
		const char *output = line.output != NULL ? line.output : line.made;

		fprintf(stream, "%s%s%s:", words.item[line.source[which]], output != NULL ? " " : "",
			output != NULL ? output : "");
		assert_int_equal(compile_line_of_source(&line, which, &arguments), 0);
		for (size_t at = 0; at < arguments.count; at++)
			fprintf(stream, " %s", arguments.item[at]);
		fputc('\n', stream);
		words_free(&arguments);
	}
	fclose(stream);
	compile_line_free(&line);
	words_free(&words);
	return text;
}

static const struct {
	const char *command, *expected;
} rows[] = {
    /* One source. */
    {"gcc -c a.c", "a.c .o: gcc -c a.c\n"},
    {"gcc -c a.c -o b.o", "a.c b.o: gcc -c a.c -o b.o\n"},
    {"gcc -ob.o -c a.c", "a.c b.o: gcc -ob.o -c a.c\n"},
    {"gcc --output b.o --compile a.c", "a.c b.o: gcc --output b.o --compile a.c\n"},
    {"gcc --output=b.o -c a.c", "a.c b.o: gcc --output=b.o -c a.c\n"},
    {"gcc -c -o a.o -o b.o a.c", "a.c b.o: gcc -c -o a.o -o b.o a.c\n"},
    {"g++ -std=c++17 -O2 -g -Wall -fPIC -pthread -DNDEBUG -c src/x.cpp",
     "src/x.cpp .o: g++ -std=c++17 -O2 -g -Wall -fPIC -pthread -DNDEBUG -c src/x.cpp\n"},
    {"gcc -S a.c", "a.c .s: gcc -S a.c\n"},
    {"gcc --assemble a.c -o -", "a.c -: gcc --assemble a.c -o -\n"},
    {"clang -S -emit-llvm a.c", "a.c .ll: clang -S -emit-llvm a.c\n"},
    {"clang -c -emit-llvm a.c", "a.c .bc: clang -c -emit-llvm a.c\n"},
    {"gcc -fsyntax-only a.c", "a.c: gcc -fsyntax-only a.c\n"},
    {"clang --precompile m.cppm -o m.pcm", "m.cppm m.pcm: clang --precompile m.cppm -o m.pcm\n"},
    {"clang -emit-ast a.c", "a.c: clang -emit-ast a.c\n"},
    {"gcc -c -v -save-temps a.c", "a.c .o: gcc -c -v -save-temps a.c\n"},
    {"gcc -c -", ""},
    /* Kinds of sources. */
    {"gcc -c boot.S", "boot.S .o: gcc -c boot.S\n"},
    {"gcc -c boot.s", "boot.s .o: gcc -c boot.s\n"},
    {"gcc -c boot.sx", "boot.sx .o: gcc -c boot.sx\n"},
    {"gcc -c a.i", "a.i .o: gcc -c a.i\n"},
    {"g++ -c a.C", "a.C .o: g++ -c a.C\n"},
    {"g++ -c a.c++", "a.c++ .o: g++ -c a.c++\n"},
    {"clang -c a.m", "a.m .o: clang -c a.m\n"},
    {"clang -x cuda --cuda-gpu-arch=sm_50 -c a.cu", "a.cu .o: clang -x cuda --cuda-gpu-arch=sm_50 -c a.cu\n"},
    {"gfortran -J mod -c a.f90", "a.f90 .o: gfortran -J mod -c a.f90\n"},
    {"gcc h.h", "h.h .gch: gcc h.h\n"},
    {"g++ -x c++-header h.h -o h.pch", "h.h h.pch: g++ -x c++-header h.h -o h.pch\n"},
    {"gcc -c dir.c/file", ""},
    {"gcc -c .c", ".c .o: gcc -c .c\n"},
    {"gcc -c a.c.in", ""},
    {"gcc -c a.ll b.o c.a d.so e.lo f.txt", ""},
    /* -x */
    {"gcc -x c -c a.in", "a.in .o: gcc -x c -c a.in\n"},
    {"gcc -xc -c a.in", "a.in .o: gcc -xc -c a.in\n"},
    {"gcc --language=c -c a.in", "a.in .o: gcc --language=c -c a.in\n"},
    {"gcc --language c -c a.in", "a.in .o: gcc --language c -c a.in\n"},
    {"gcc -c -x c a.in -x none b.in c.c",
     "a.in .o: gcc -c -x c a.in -x none b.in\nc.c .o: gcc -c -x c -x none b.in c.c\n"},
    {"gcc -x c -c -o a.o -", ""},
    {"gcc -x c -c /dev/null -o /dev/null", ""},
    {"gcc -c a.c -o /dev/null", "a.c /dev/null: gcc -c a.c -o /dev/null\n"},
    /* Several, and linking. */
    {"gcc -c a.c b.c", "a.c .o: gcc -c a.c\nb.c .o: gcc -c b.c\n"},
    {"gcc a.c", "a.c: gcc -c a.c\n"},
    {"gcc -o prog a.c b.c c.o -DX -lm", "a.c prog: gcc -c a.c -DX\nb.c prog: gcc -c b.c -DX\n"},
    {"gcc a.c -o prog -L. -L lib -l z -lm -Wl,-O1 -Xlinker -z -T x.ld -u sym -z now -shared -fPIC libx.a",
     "a.c prog: gcc -c a.c -shared -fPIC\n"},
    {"gcc -I inc -o prog -D A=1 a.c -Xassembler -a", "a.c prog: gcc -c -I inc -D A=1 a.c -Xassembler -a\n"},
    {"gcc a.o b.o -o prog -lm", ""},
    {"gcc -shared -o libx.so a.o", ""},
    {"gcc -o a.c b.o", ""},
    {"gcc -r a.o -o b.o", ""},
    /* Words that belong to an option. */
    {"gcc -include pre.c -imacros m.c -c a.c", "a.c .o: gcc -include pre.c -imacros m.c -c a.c\n"},
    {"gcc -MD -MF a.c -MT b.c -MQ c.c -c d.c", "d.c .o: gcc -MD -MF a.c -MT b.c -MQ c.c -c d.c\n"},
    {"gcc -MMD -MP -MFa.d -c d.c", "d.c .o: gcc -MMD -MP -MFa.d -c d.c\n"},
    {"clang -MJ frag.c -c d.c", "d.c .o: clang -MJ frag.c -c d.c\n"},
    {"gcc -I a.c -isystem b.c -iquote c.c -idirafter d.c -c e.c",
     "e.c .o: gcc -I a.c -isystem b.c -iquote c.c -idirafter d.c -c e.c\n"},
    {"gcc -D a.c -U b.c -A c.c -c e.c", "e.c .o: gcc -D a.c -U b.c -A c.c -c e.c\n"},
    {"gcc -Xpreprocessor a.c -aux-info b.c --param c.c -dumpbase d.c -c e.c",
     "e.c .o: gcc -Xpreprocessor a.c -aux-info b.c --param c.c -dumpbase d.c -c e.c\n"},
    {"clang -target a.c -Xclang b.c -mllvm c.c -arch d.c -include-pch e.c -c f.c",
     "f.c .o: clang -target a.c -Xclang b.c -mllvm c.c -arch d.c -include-pch e.c -c f.c\n"},
    {"gcc -B a.c -specs b.c -wrapper c.c --sysroot d.c -isysroot e.c -c f.c",
     "f.c .o: gcc -B a.c -specs b.c -wrapper c.c --sysroot d.c -isysroot e.c -c f.c\n"},
    {"gcc -DX=a.c -Ia.c -Wp,-MD,b.c -Wa,c.c -c f.c",
     "f.c .o: gcc -DX=a.c -Ia.c -Wp,-MD,b.c -Wa,c.c -c f.c\n"},
    {"gcc -x -c", ""},
    {"gcc -c a.c -o", "a.c .o: gcc -c a.c -o\n"},
    {"gcc -c a.c -I", "a.c .o: gcc -c a.c -I\n"},
    /* Nothing is compiled. */
    {"gcc", ""},
    {"gcc --version", ""},
    {"gcc -v", ""},
    {"gcc -E a.c", ""},
    {"gcc -E -dM -x c /dev/null", ""},
    {"gcc --preprocess a.c", ""},
    {"gcc -M a.c", ""},
    {"gcc -MM -MF a.d a.c", ""},
    {"gcc -MM -c a.c", ""},
    {"gcc --dependencies a.c", ""},
    {"gcc --user-dependencies a.c", ""},
    {"gcc -### -c a.c", ""},
    {"gcc -print-file-name=libc.a a.c", ""},
    {"gcc --print-search-dirs -c a.c", ""},
    {"gcc -dumpversion a.c", ""},
    {"gcc -dumpmachine a.c", ""},
    {"gcc --help=common a.c", ""},
    {"gcc --target-help a.c", ""},
    {"clang -cc1 -emit-obj a.c", ""},
    {"clang -cc1as a.s", ""},
    {"clang --analyze a.c", ""},
    {"gcc @gone", ""},
    {"gcc @gone -c a.c", "a.c .o: gcc @gone -c a.c\n"},
    {"gcc @gone -o prog a.c b.o", "a.c prog: gcc -c @gone a.c\n"},
    {"gcc  -c", ""},
};

static void
test_command_lines(void **state)
{
	(void)state;
	for (size_t at = 0; at < sizeof rows / sizeof rows[0]; at++) {
		if (strcmp(compiled(rows[at].command), rows[at].expected) != 0)
			fail_msg("%s\nis taken for\n%sinstead of\n%s", rows[at].command,
				 compiled(rows[at].command), rows[at].expected);
	}
}

/* Every option of the table keeps the word after it from being a source, and an unknown one doesn't. */
static void
test_options(void **state)
{
	static const char *const options[] = {
#define OPTION(name) name,
#include "compile_options.def"
#undef OPTION
	};
	char command[256], expected[300];

	(void)state;
	for (size_t at = 0; at < sizeof options / sizeof options[0]; at++) {
		snprintf(command, sizeof command, "cc -c %s b.c a.c", options[at]);
		if (strcmp(options[at], "-o") == 0 || strcmp(options[at], "--output") == 0)
			snprintf(expected, sizeof expected, "a.c b.c: %s\n", command);
		else
			snprintf(expected, sizeof expected, "a.c .o: %s\n", command);
		assert_string_equal(compiled(command), expected);
	}
	assert_string_equal(compiled("cc -c -fno-such b.c"), "b.c .o: cc -c -fno-such b.c\n");
}

static void
test_names(void **state)
{
	static const struct {
		const char *path;
		enum compile_name name;
	} names[] = {
	    {"cc", COMPILE_COMPILER},
	    {"/usr/bin/c++", COMPILE_COMPILER},
	    {"gcc-12", COMPILE_COMPILER},
	    {"g++-12.2", COMPILE_COMPILER},
	    {"clang14", COMPILE_COMPILER},
	    {"clang++-14", COMPILE_COMPILER},
	    {"/opt/x/bin/aarch64-linux-gnu-gcc-12", COMPILE_COMPILER},
	    {"x86_64-w64-mingw32-g++-12-posix", COMPILE_COMPILER},
	    {"x86_64-w64-mingw32-gcc-win32", COMPILE_COMPILER},
	    {"arm-none-eabi-c++", COMPILE_COMPILER},
	    {"musl-gcc", COMPILE_COMPILER},
	    {"c99", COMPILE_COMPILER},
	    {"c89-gcc", COMPILE_COMPILER},
	    {"gfortran-12", COMPILE_COMPILER},
	    {"f95", COMPILE_COMPILER},
	    {"flang-new-15", COMPILE_COMPILER},
	    {"icx", COMPILE_COMPILER},
	    {"ccache", COMPILE_WRAPPER},
	    {"/usr/bin/distcc", COMPILE_WRAPPER},
	    {"sccache", COMPILE_WRAPPER},
	    {"cpp-12", COMPILE_NEVER},
	    {"x86_64-linux-gnu-cpp", COMPILE_NEVER},
	    {"clang-cpp-14", COMPILE_NEVER},
	    {"clang-cl", COMPILE_NEVER},
	    {"cc1", COMPILE_NEVER},
	    {"cc1plus", COMPILE_OTHER},
	    {"collect2", COMPILE_OTHER},
	    {"as", COMPILE_OTHER},
	    {"ld", COMPILE_OTHER},
	    {"gcc-ar", COMPILE_OTHER},
	    {"gcc-ranlib-12", COMPILE_OTHER},
	    {"clang-tidy", COMPILE_OTHER},
	    {"clang-format-14", COMPILE_OTHER},
	    {"clangd", COMPILE_OTHER},
	    {"c++filt", COMPILE_OTHER},
	    {"mpicc", COMPILE_OTHER},
	    {"gcc/", COMPILE_OTHER},
	    {"xgcc", COMPILE_OTHER},
	    {"libtool", COMPILE_OTHER},
	    {"12", COMPILE_OTHER},
	    {"", COMPILE_OTHER},
	};

	(void)state;
	for (size_t at = 0; at < sizeof names / sizeof names[0]; at++) {
		if (compile_name(names[at].path) != names[at].name)
			fail_msg("%s is taken for %d", names[at].path, compile_name(names[at].path));
	}
}

static char place[] = "/tmp/test_compile_line.XXXXXX";

static void
write_file(const char *name, const char *text)
{
	char path[256];
	FILE *stream;

	snprintf(path, sizeof path, "%s/%s", place, name);
	stream = fopen(path, "we");
	assert_non_null(stream);
	assert_true(fputs(text, stream) >= 0);
	assert_int_equal(fclose(stream), 0);
}

/* The words, each in brackets, and after them what could not be read. */
static const char *
expanded(const char *command, bool may_read, int64_t seconds)
{
	static char text[4096];
	struct response response = {.directory = place, .may_read = may_read, .seconds = seconds};
	struct words words = {0}, arguments = {0};
	char *unread = NULL;
	FILE *stream = fmemopen(text, sizeof text, "w");

	split(&arguments, command);
	assert_int_equal(
	    response_expand(&response,
			    &(struct string_list){arguments.count, (const char *const *)arguments.item},
			    &words, &unread),
	    0);
	for (size_t at = 0; at < words.count; at++)
		fprintf(stream, "[%s]", words.item[at]);
	if (unread != NULL)
		fprintf(stream, " without %s", unread);
	fclose(stream);
	free(unread);
	words_free(&words);
	words_free(&arguments);
	return text;
}

static void
test_response_files(void **state)
{
	static const char *const files[] = {"plain", "quoted", "nested", "circle", "empty", "end", "blanks"};
	const int64_t later = INT64_MAX;
	char command[256];

	(void)state;
	assert_non_null(mkdtemp(place));
	write_file("plain", "-c a.c\n-o\tb.o\n");
	write_file("quoted", "-DA=\"b c\" '-DB=\"x\"' \"it's\" a\\ b '\\'' \"\" x\"y z\"w");
	write_file("nested", "-x @plain -y");
	write_file("circle", "-a @circle");
	write_file("empty", "");
	write_file("end", "'open quote");
	write_file("blanks", "\n \t\v\f\r\\");
	assert_string_equal(expanded("@plain", true, later), "[-c][a.c][-o][b.o]");
	assert_string_equal(expanded("-v @quoted -w", true, later),
			    "[-v][-DA=b c][-DB=\"x\"][it's][a b]['][][xy zw][-w]");
	assert_string_equal(expanded("@nested @empty @end", true, later),
			    "[-x][-c][a.c][-o][b.o][-y][open quote]");
	assert_string_equal(expanded("@blanks", true, later), "[]");
	snprintf(command, sizeof command, "@%s/plain", place);
	assert_string_equal(expanded(command, true, later), "[-c][a.c][-o][b.o]");
	/* It ends, and says so. */
	assert_non_null(strstr(expanded("@circle", true, later), "[-a][-a][@circle] without circle"));
	assert_string_equal(expanded("@none @gone", true, later), "[@none][@gone] without none");
	assert_string_equal(expanded("@.", true, later), "[@.] without .");
	assert_string_equal(expanded("@/dev/zero @", true, later), "[@/dev/zero][@] without /dev/zero");
	/* Of another machine, and changed since. */
	assert_string_equal(expanded("@plain", false, later), "[@plain] without plain");
	assert_string_equal(expanded("@plain", true, 1), "[@plain] without plain");
	for (size_t at = 0; at < sizeof files / sizeof files[0]; at++) {
		snprintf(command, sizeof command, "%s/%s", place, files[at]);
		unlink(command);
	}
	rmdir(place);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_command_lines),
	    cmocka_unit_test(test_options),
	    cmocka_unit_test(test_names),
	    cmocka_unit_test(test_response_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
