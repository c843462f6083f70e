/*
 * output.c - the table of formats, and the files that outputs are written to.
 *
 * A new format is a row here and a file of its own. The first row whose pattern fits a file's base name wins,
 * so a pattern stands before a wider one.
 */
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "output.h"

/* Of a file: many small calls of write(2) are seen in the time that a long one takes. */
enum { BUFFER_SIZE = 128 << 10 };

static const struct output_format *const formats[] = {
    /* clang-format off */
    &output_trace,
    &output_jsonl,
    &output_html,
    &output_dot,
    &output_perfetto,
    &output_compile_commands,
    &output_result,
    &output_depfile,
    &output_txt,
    &output_strace,
    &output_blocks,
    &output_summary,
    &output_who,
    &output_tree,
    &output_missing,
    &output_slow,
    &output_lint,
    /* clang-format on */
};

static const size_t format_count = sizeof formats / sizeof formats[0];

const struct output_format *
output_format_find(const char *file, const char *word)
{
	const char *slash = strrchr(file, '/');
	const char *base = slash != NULL ? slash + 1 : file;

	if (word == NULL && strcmp(file, "-") == 0)
		return &output_txt;
	for (size_t at = 0; at < format_count; at++) {
		if (word != NULL
			? strcmp(formats[at]->name, word) == 0
			: formats[at]->pattern != NULL && fnmatch(formats[at]->pattern, base, 0) == 0)
			return formats[at];
	}
	return NULL;
}

bool
output_wants_path(const struct output *output, const char *path)
{
	return output->selection == NULL || selection_wants_path(output->selection, path);
}

/* Appends to a list in a buffer that is long enough for the table above. */
static void
append(char *list, size_t size, const char *word)
{
	size_t length = strlen(list);

	snprintf(list + length, size - length, "%s%s", length > 0 ? ", " : "", word);
}

const char *
output_format_words(void)
{
	static char words[256];

	words[0] = '\0';
	for (size_t at = 0; at < format_count; at++)
		append(words, sizeof words, formats[at]->name);
	return words;
}

const char *
output_format_patterns(void)
{
	static char patterns[256];

	patterns[0] = '\0';
	for (size_t at = 0; at < format_count; at++) {
		if (formats[at]->pattern != NULL)
			append(patterns, sizeof patterns, formats[at]->pattern);
	}
	append(patterns, sizeof patterns, "-");
	return patterns;
}

void
output_attach(struct output *output, const struct output_format *format, const char *name, FILE *stream)
{
	const char *no_colour = getenv("NO_COLOR");

	*output = (struct output){.format = format, .file = name, .stream = stream};
	output->colour = (no_colour == NULL || *no_colour == '\0') && isatty(fileno(stream)) == 1;
}

/* setvbuf(3) takes no size without the memory. When there is none, stdio's own buffer does. */
static void
give_buffer(struct output *output, int mode, size_t size)
{
	output->buffer = malloc(size);
	if (output->buffer != NULL)
		setvbuf(output->stream, output->buffer, mode, size);
}

static int
open_with(struct output *output, const struct output_format *format, const char *file, int flags, size_t size)
{
	FILE *stream;
	int fd, error;

	if (strcmp(file, "-") == 0) {
		output_attach(output, format, file, stdout);
		return 0;
	}
	fd = open(file, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY | flags, 0600);
	if (fd == -1)
		return -1;
	stream = fdopen(fd, "w");
	if (stream == NULL) {
		error = errno;
		close(fd);
		errno = error;
		return -1;
	}
	output_attach(output, format, file, stream);
	give_buffer(output, isatty(fd) == 1 ? _IOLBF : _IOFBF, size);
	return 0;
}

int
output_open(struct output *output, const struct output_format *format, const char *file)
{
	return open_with(output, format, file, O_TRUNC, BUFFER_SIZE);
}

int
output_open_over(struct output *output, const struct output_format *format, const char *file)
{
	/* Its blocks are large: they go out from where they were made. */
	return open_with(output, format, file, 0, BUFSIZ);
}

/* A file that was emptied ext4 writes out when it is closed (auto_da_alloc, ext4(5)), and a short command
 * would wait for that. */
int
output_shorten(struct output *output)
{
	int fd = fileno(output->stream);
	struct stat status;

	if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode) || status.st_size <= 1)
		return 0;
	return ftruncate(fd, 1);
}

void
output_remove_empty(struct output *output)
{
	struct stat status;

	if (fstat(fileno(output->stream), &status) == 0 && S_ISREG(status.st_mode) && status.st_size == 0)
		unlink(output->file);
}

void
output_open_live(struct output *output, const struct output_format *format)
{
	int fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	FILE *stream = fd >= 0 ? fdopen(fd, "w") : NULL;

	if (stream == NULL && fd >= 0)
		close(fd);
	output_attach(output, format, "stderr", stream != NULL ? stream : stderr);
	if (stream != NULL)
		give_buffer(output, _IOFBF, PIPE_BUF);
}

int
output_close(struct output *output)
{
	FILE *stream = output->stream;
	int failed;

	if (stream == NULL)
		return 0;
	output->stream = NULL;
	errno = 0;
	failed = ferror(stream) != 0;
	if (stream == stdout || stream == stderr)
		failed |= fflush(stream) != 0;
	else
		failed |= fclose(stream) != 0;
	if (failed && errno == 0)
		errno = EIO;
	free(output->buffer);
	output->buffer = NULL;
	return failed ? -1 : 0;
}
