/*
 * hard_early.c - a program whose own malloc reads its settings the first time it is called, which may be
 * before any constructor has run, and a function that is chosen by what a file says while the dynamic linker
 * is at work.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static _Alignas(16) char heap[1 << 20];
static size_t used;
static int settings = -2;

static void
read_settings(void)
{
	char text[64];

	settings = open("/early/settings", O_RDONLY);
	if (readlink("/early/link", text, sizeof text) >= 0)
		settings = 0;
	access("/early/access", R_OK);
}

void *
malloc(size_t size)
{
	int error = errno;

	if (settings == -2)
		read_settings();
	errno = error;
	size_t *at = (size_t *)(heap + used);
	used += (size + 16 + 15) / 16 * 16;
	if (used > sizeof heap)
		abort();
	*at = size;
	return at + 2;
}

void
free(void *pointer)
{
	(void)pointer;
}

void *
calloc(size_t count, size_t size)
{
	return memset(malloc(count * size), 0, count * size);
}

void *
realloc(void *old, size_t size)
{
	void *pointer = malloc(size);

	if (old)
		memcpy(pointer, old, ((size_t *)old)[-2] < size ? ((size_t *)old)[-2] : size);
	return pointer;
}

static int
answer(void)
{
	return 42;
}

static int (*choose(void))(void)
{
	access("/early/chooser", F_OK);
	return answer;
}

int chosen(void) __attribute__((ifunc("choose")));

__attribute__((constructor)) static void
construct(void)
{
	access("/early/constructor", F_OK);
}

int
main(void)
{
	char *text = strdup("text");
	FILE *stream = fopen("/etc/hostname", "r");

	access("/early/main", F_OK);
	printf("%d %d %s %d\n", chosen(), settings, text, stream != NULL && fgetc(stream) != EOF);
	return 5;
}
