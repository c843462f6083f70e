/*
 * compile_line.c - reads command lines of compilers by the options of GCC 12 and clang 14 (gcc(1), "Option
 * Summary"; clang --help-hidden).
 *
 * Rule: an option that isn't known takes no word after it. So what matters here is only which ones do: the
 * word after them is no source, whatever it looks like.
 */
#include "compile_line.h"

#include <stdlib.h>
#include <string.h>

static const char *const with_word[] = {
#define OPTION(name) name,
#include "compile_options.def"
#undef OPTION
    NULL};

/* With any of these nothing is compiled. */
static const char *const not_compiling[] = {"-E",
					    "--preprocess",
					    "-M",
					    "--dependencies",
					    "-MM",
					    "--user-dependencies",
					    "--analyze",
					    "-###",
					    "--version",
					    "-dumpversion",
					    "-dumpfullversion",
					    "-dumpmachine",
					    "-dumpspecs",
					    "--target-help",
					    "-help",
					    "-cc1",
					    "-cc1as",
					    "-cc1gen-reproducer",
					    NULL};
static const char *const not_compiling_prefixes[] = {"-print-", "--print-", "--help", NULL};

/* Words that only a linker reads. Those of the second list may be the first letters of a longer word. */
static const char *const for_linker[] = {"-Xlinker", "--for-linker", "-T",      "-u", "-z",
					 "-e",       "-rpath",       "--entry", NULL};
static const char *const for_linker_prefixes[] = {"-l", "-L", "-Wl,", NULL};

/* By gcc(1), "Options Controlling the Kind of Output", and clang's additions; headers are compiled, too. */
static const char *const endings[] = {"c",   "i",    "ii",  "cc",  "cp",   "cxx",  "cpp", "CPP", "c++",
				      "C",   "m",    "mi",  "mm",  "M",    "mii",  "s",   "S",   "sx",
				      "f",   "for",  "ftn", "F",   "FOR",  "fpp",  "FPP", "FTN", "f90",
				      "f95", "f03",  "f08", "F90", "F95",  "F03",  "F08", "cu",  "cl",
				      "hip", "cppm", "ixx", "ccm", "cxxm", "c++m", NULL};
static const char *const header_endings[] = {"h", "hh", "H", "hp", "hxx", "hpp", "HPP", "h++", "tcc", NULL};

static bool
is_in(const char *word, const char *const *list)
{
	for (; *list != NULL; list++) {
		if (strcmp(word, *list) == 0)
			return true;
	}
	return false;
}

static bool
begins_with_one(const char *word, const char *const *list)
{
	for (; *list != NULL; list++) {
		if (strncmp(word, *list, strlen(*list)) == 0)
			return true;
	}
	return false;
}

static const char *
ending_of(const char *name)
{
	const char *slash = strrchr(name, '/');
	const char *dot = strrchr(slash != NULL ? slash : name, '.');

	return dot != NULL ? dot + 1 : "";
}

/* What is read while going through the words. */
struct reading {
	struct compile_line *line;
	bool language; /* -x holds: every file is a source */
	bool to_assembly;
	bool to_bitcode;
	bool checks; /* -fsyntax-only: nothing is made */
	bool stops;  /* before linking */
};

/* -o and -x, with their argument attached or in the next word; else NULL. */
static const char *
argument_of(const struct words *words, size_t at, const char *letter, const char *name)
{
	const char *word = words->item[at], *next = at + 1 < words->count ? words->item[at + 1] : NULL;
	size_t length = strlen(name);

	if (strcmp(word, letter) == 0 || strcmp(word, name) == 0)
		return next;
	if (strncmp(word, name, length) == 0 && word[length] == '=')
		return word + length + 1;
	/* clang has a long option that begins with -o. */
	if (strncmp(word, letter, 2) == 0 && strncmp(word, "-objcmt-", 8) != 0)
		return word + 2;
	return NULL;
}

static void
read_option(struct reading *reading, const struct words *words, size_t at)
{
	const char *word = words->item[at], *argument;

	if ((argument = argument_of(words, at, "-o", "--output")) != NULL)
		reading->line->output = argument;
	else if ((argument = argument_of(words, at, "-x", "--language")) != NULL)
		reading->language = strcmp(argument, "none") != 0;
	else if (is_in(word, not_compiling) || begins_with_one(word, not_compiling_prefixes))
		reading->line->nothing = true;
	else if (strcmp(word, "-S") == 0 || strcmp(word, "--assemble") == 0)
		reading->to_assembly = reading->stops = true;
	else if (strcmp(word, "-c") == 0 || strcmp(word, "--compile") == 0)
		reading->stops = true;
	else if (strcmp(word, "-fsyntax-only") == 0 || strcmp(word, "--precompile") == 0 ||
		 strcmp(word, "-emit-ast") == 0)
		reading->checks = reading->stops = true;
	else if (strcmp(word, "-emit-llvm") == 0)
		reading->to_bitcode = true;
}

/* A file of its own: not standard input, and no device, which compilers are asked about themselves with. */
static bool
is_source(const struct reading *reading, const char *word)
{
	if (*word == '\0' || strcmp(word, "-") == 0 || strncmp(word, "/dev/", 5) == 0 || *word == '@')
		return false;
	return reading->language || is_in(ending_of(word), endings) || is_in(ending_of(word), header_endings);
}

static bool
makes_header(const struct compile_line *line)
{
	for (size_t at = 0; at < line->source_count; at++) {
		if (!is_in(ending_of(line->words->item[line->source[at]]), header_endings))
			return false;
	}
	return true;
}

static void
finish(const struct reading *reading)
{
	struct compile_line *line = reading->line;

	if (line->nothing)
		line->source_count = 0;
	line->links = !reading->stops;
	if (line->source_count > 0 && makes_header(line)) {
		line->links = false;
		line->made = ".gch";
	} else if (reading->checks || line->links) {
		line->made = NULL;
	} else if (reading->to_assembly) {
		line->made = reading->to_bitcode ? ".ll" : ".s";
	} else {
		line->made = reading->to_bitcode ? ".bc" : ".o";
	}
}

int
compile_line_read(struct compile_line *line, const struct words *words)
{
	struct reading reading = {.line = line};

	*line = (struct compile_line){.words = words};
	line->source = calloc(words->count + 1, sizeof *line->source);
	if (line->source == NULL)
		return -1;
	for (size_t at = 1; at < words->count; at++) {
		const char *word = words->item[at];

		if (*word == '-' && word[1] != '\0') {
			read_option(&reading, words, at);
			at += is_in(word, with_word);
		} else if (is_source(&reading, word)) {
			line->source[line->source_count++] = at;
		}
	}
	finish(&reading);
	return 0;
}

void
compile_line_free(struct compile_line *line)
{
	free(line->source);
	line->source = NULL;
	line->source_count = 0;
}

/* How many words from `at` on one that links gives to the linker, or takes from it: its inputs and output. */
static size_t
linker_words(const struct words *words, size_t at)
{
	const char *word = words->item[at];
	size_t count = 1 + (size_t)is_in(word, with_word);

	if (*word != '-')
		return *word != '@';
	if (is_in(word, for_linker) || begins_with_one(word, for_linker_prefixes) ||
	    argument_of(words, at, "-o", "--output") != NULL)
		return count;
	return 0;
}

int
compile_line_of_source(const struct compile_line *line, size_t which, struct words *arguments)
{
	const struct words *words = line->words;
	size_t source = 0, skip;

	if (words_add(arguments, words->item[0]) == -1 || (line->links && words_add(arguments, "-c") == -1))
		return -1;
	for (size_t at = 1; at < words->count; at += skip) {
		bool is_one = source < line->source_count && line->source[source] == at;

		skip = is_one ? source != which : line->links ? linker_words(words, at) : 0;
		source += is_one;
		if (skip > 0)
			continue;
		skip = 1 + (size_t)(*words->item[at] == '-' && is_in(words->item[at], with_word));
		for (size_t next = at; next < at + skip && next < words->count; next++) {
			if (words_add(arguments, words->item[next]) == -1)
				return -1;
		}
	}
	return 0;
}
