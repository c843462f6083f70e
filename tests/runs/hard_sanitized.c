/*
 * hard_sanitized.c - what the sanitizers look at: built with one of them, it opens a file from a thread and
 * from main, then commits what the argument says, and exits with 3.
 *
 * usage: hard_sanitized clean | leak | overflow | race | undefined
 */
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int shared;
static void *volatile kept;

static void *
read_file(void *argument)
{
	char text[64] = "";
	int fd = open("/etc/hostname", O_RDONLY);
	struct stat status;

	if (fd < 0 || read(fd, text, sizeof text - 1) <= 0 || fstat(fd, &status) < 0)
		exit(1);
	close(fd);
	if (argument)
		shared++;
	return NULL;
}

__attribute__((noinline)) static void
leak(void)
{
	kept = malloc(1234);
	memset(kept, 1, 1234);
	kept = NULL;
}

int
main(int argc, char *argv[])
{
	const char *what = argc > 1 ? argv[1] : "clean";
	pthread_t thread;
	FILE *stream = fopen("/etc/hostname", "r");

	if (!stream || fgetc(stream) == EOF || stat("/missing", &(struct stat){0}) == 0)
		return 1;
	fclose(stream);
	pthread_create(&thread, NULL, read_file, strcmp(what, "race") == 0 ? &shared : NULL);
	if (strcmp(what, "race") == 0) {
		usleep(300000); /* the thread is done by then, and nothing says so */
		shared++;
	}
	pthread_join(thread, NULL);
	read_file(NULL);
	if (strcmp(what, "leak") == 0)
		leak();
	if (strcmp(what, "overflow") == 0) {
		char *volatile bytes = malloc(16);

		memset(bytes, 1, 16);
		printf("%d\n", bytes[argc + 15]);
		free(bytes);
	}
	if (strcmp(what, "undefined") == 0)
		printf("%d\n", INT_MAX + argc);
	if (system("cat /etc/hostname >/dev/null; exit 4") != 4 << 8)
		return 1;
	return 3;
}
