/*
 * compile_response.c - see compile_response.h. The quoting is that of libiberty's buildargv, which GCC and
 * binutils use: blanks separate, quotes of both kinds keep them, a backslash keeps the next byte, also within
 * quotes.
 *
 * Rule: the name came out of a trace, so it may be anything: only a regular file is read, and not without
 * end.
 */
#include "compile_response.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A file may name another, and a circle must end. */
enum { DEPTH_MAX = 16, BYTES_MAX = 16 << 20 };

struct expansion {
	const struct response *response;
	struct words *words;
	char **unread;
	size_t bytes_left;
};

/* Whether what is in the file is what the compiler found there. */
static bool
is_as_it_was(const struct response *response, const struct stat *status)
{
	if (status->st_mtim.tv_sec != response->seconds)
		return status->st_mtim.tv_sec < response->seconds;
	return status->st_mtim.tv_nsec <= (long)response->nanoseconds;
}

/* The file's bytes, with a NUL behind them; NULL when they aren't to be had. */
static char *
read_file(struct expansion *expansion, const char *name)
{
	const struct response *response = expansion->response;
	struct stat status;
	char *text = NULL, *path;
	ssize_t size = -1;
	int fd;

	if (!response->may_read || asprintf(&path, "%s%s%s", *name == '/' ? "" : response->directory,
					    *name == '/' ? "" : "/", name) == -1)
		return NULL;
	fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	free(path);
	if (fd == -1)
		return NULL;
	if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && is_as_it_was(response, &status) &&
	    (uint64_t)status.st_size <= expansion->bytes_left)
		text = malloc((size_t)status.st_size + 1);
	if (text != NULL)
		size = read(fd, text, (size_t)status.st_size);
	close(fd);
	if (size != status.st_size) {
		free(text);
		return NULL;
	}
	text[size] = '\0';
	expansion->bytes_left -= (size_t)size;
	return text;
}

static bool
is_blank(char byte)
{
	return byte != '\0' && strchr(" \t\n\v\f\r", byte) != NULL;
}

/* Takes the next word off *rest and writes it over the bytes that it stood in; NULL when there is none. */
static char *
next_word(char **rest)
{
	char *in = *rest, *out, *word;
	char quote = '\0';

	while (is_blank(*in))
		in++;
	word = out = in;
	if (*in == '\0')
		return NULL;
	for (; *in != '\0' && (quote != '\0' || !is_blank(*in)); in++) {
		if (*in == '\\' && in[1] != '\0')
			*out++ = *++in;
		else if (quote != '\0' ? *in == quote : *in == '"' || *in == '\'')
			quote = quote != '\0' ? '\0' : *in;
		else if (*in != '\\')
			*out++ = *in;
	}
	*rest = *in != '\0' ? in + 1 : in;
	*out = '\0';
	return word;
}

static int add(struct expansion *expansion, const char *word, int depth);

static int
add_words_of(struct expansion *expansion, char *text, int depth)
{
	char *rest = text, *word;

	while ((word = next_word(&rest)) != NULL) {
		if (add(expansion, word, depth) == -1)
			return -1;
	}
	return 0;
}

static int
add(struct expansion *expansion, const char *word, int depth)
{
	char *text;
	int result;

	if (*word != '@' || word[1] == '\0')
		return words_add(expansion->words, word);
	text = depth < DEPTH_MAX ? read_file(expansion, word + 1) : NULL;
	if (text == NULL) {
		if (*expansion->unread == NULL && (*expansion->unread = strdup(word + 1)) == NULL)
			return -1;
		return words_add(expansion->words, word);
	}
	result = add_words_of(expansion, text, depth + 1);
	free(text);
	return result;
}

int
response_expand(const struct response *response, const struct string_list *arguments, struct words *words,
		char **unread)
{
	struct expansion expansion = {response, words, unread, BYTES_MAX};

	for (size_t at = 0; at < arguments->count; at++) {
		if (add(&expansion, arguments->item[at], 0) == -1)
			return -1;
	}
	return 0;
}
