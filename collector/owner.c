/*
 * owner.c - reads /proc/PID/stat and /proc/PID/maps (proc(5)). The rule to keep: what can't be read is no
 * evidence.
 */
#include "owner.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "record.h"

bool
owner_seems_dead(uint32_t pid, uint32_t tid)
{
	return syscall(SYS_tgkill, pid, tid, 0) < 0 && errno == ESRCH;
}

/* The third and later fields of a stat file, after the name in parentheses that may hold anything. */
static const char *
read_stat(const char *path, char *text, size_t size)
{
	FILE *stream = fopen(path, "re");
	size_t length = 0;

	if (stream) {
		length = fread(text, 1, size - 1, stream);
		fclose(stream);
	}
	text[length] = '\0';
	const char *after = strrchr(text, ')');
	return after && after[1] == ' ' ? after + 2 : NULL;
}

bool
owner_is_at_work(uint32_t pid, uint32_t tid)
{
	char path[64], text[1024];

	snprintf(path, sizeof path, "/proc/%u/task/%u/stat", pid, tid);
	const char *state = read_stat(path, text, sizeof text);
	return state && (*state == 'R' || *state == 'D');
}

void
owner_read_mapping(struct owner_mapping *mapping, const void *slots)
{
	FILE *stream = fopen("/proc/self/maps", "re");
	char line[4096];
	unsigned long from, to;
	int at;

	mapping->text[0] = '\0';
	while (stream && fgets(line, sizeof line, stream)) {
		if (sscanf(line, "%lx-%lx %*s %*s %n", &from, &to, &at) < 2 ||
		    (uintptr_t)slots - from >= to - from)
			continue;
		/* Two words, each with the blank after it: another inode may begin with the same figures. */
		const char *inode = strchr(line + at, ' ');
		const char *end = inode ? strchr(inode + 1, ' ') : NULL;
		if (end && end + 1 - (line + at) < (long)sizeof mapping->text)
			snprintf(mapping->text, (size_t)(end + 2 - (line + at)), "%s", line + at);
		break;
	}
	if (stream)
		fclose(stream);
}

/* The size of a process's memory; 0 when it is gone. */
static uint64_t
memory_size(uint32_t pid)
{
	char path[64], text[1024];
	unsigned long long size;

	snprintf(path, sizeof path, "/proc/%u/stat", pid);
	const char *fields = read_stat(path, text, sizeof text);
	if (!fields ||
	    sscanf(fields,
		   "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %*u %llu",
		   &size) != 1)
		return 0;
	return size;
}

/* Too little memory for the slots says so at once; the list of mappings isn't shown to us when it has other
 * rights. */
bool
owner_has_other_image(const struct owner_mapping *mapping, uint32_t pid)
{
	char path[64], line[4096];
	uint64_t size = memory_size(pid);
	bool read = false, found = false;

	if (size < SLOTS_SIZE)
		return size > 0;
	if (!mapping->text[0])
		return false;
	snprintf(path, sizeof path, "/proc/%u/maps", pid);
	FILE *stream = fopen(path, "re");
	if (!stream)
		return false;
	while (!found && fgets(line, sizeof line, stream)) {
		read = true;
		found = strstr(line, mapping->text) != NULL;
	}
	fclose(stream);
	return read && !found;
}
