/*
 * program.c - a look at an executable before its exec: will our library be loaded into it? The kernel's rules
 * are those of execve(2) and fs/binfmt_elf.c, the dynamic linker's those of ld.so(8) ("secure-execution
 * mode").
 */
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <string.h>
#include <sys/stat.h>

#include "exec.h"

enum { HEAD_SIZE = 4096, SCRIPT_LINE = 255, SCRIPT_DEPTH = 4 };

#if defined(__x86_64__)
#define OUR_MACHINE EM_X86_64
#elif defined(__aarch64__)
#define OUR_MACHINE EM_AARCH64
#endif

/*
 * "#! /bin/sh -e": the interpreter's path, cut out in place. NULL when there is none. The kernel looks no
 * further than its first 256 bytes, and a file may end without a newline (fs/binfmt_script.c).
 */
static char *
script_interpreter(char *head, long length)
{
	if (length < 3 || head[0] != '#' || head[1] != '!')
		return NULL;
	if (length > SCRIPT_LINE)
		length = SCRIPT_LINE;
	char *end = memchr(head, '\n', (size_t)length);
	if (!end)
		end = head + length;
	*end = '\0';
	char *start = head + 2;
	while (*start == ' ' || *start == '\t')
		start++;
	for (end = start; *end && *end != ' ' && *end != '\t'; end++)
		continue;
	*end = '\0';
	return *start ? start : NULL;
}

/* The ELF interpreter's path within the head that was read; "" when it stands elsewhere, NULL for a static
 * program. */
static const char *
elf_interpreter(const uint8_t *head, long length)
{
	const ElfW(Ehdr) *elf = (const ElfW(Ehdr) *)head;

	for (unsigned i = 0; i < elf->e_phnum; i++) {
		uint64_t at = elf->e_phoff + (uint64_t)i * elf->e_phentsize;
		ElfW(Phdr) segment;

		if (at + sizeof segment > (uint64_t)length)
			return "";
		memcpy(&segment, head + at, sizeof segment);
		if (segment.p_type != PT_INTERP)
			continue;
		if (segment.p_filesz == 0 || segment.p_offset + segment.p_filesz > (uint64_t)length ||
		    head[segment.p_offset + segment.p_filesz - 1] != '\0')
			return "";
		return (const char *)head + segment.p_offset;
	}
	return NULL;
}

static void
look_at_elf(struct program *program, const uint8_t *head, long length)
{
	const ElfW(Ehdr) *elf = (const ElfW(Ehdr) *)head;

	if (length < (long)sizeof *elf || memcmp(head, ELFMAG, SELFMAG) != 0)
		return;
	if (head[EI_CLASS] != (sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32)) {
		program->untraced = UNTRACED_OTHER_CLASS + 1;
		program->foreign = true;
		return;
	}
	if (elf->e_machine != OUR_MACHINE) {
		program->untraced = UNTRACED_OTHER_MACHINE + 1;
		program->foreign = true;
		return;
	}
	const char *interpreter = elf_interpreter(head, length);
	if (!interpreter) {
		program->untraced = UNTRACED_STATIC + 1;
	} else {
		const char *slash = strrchr(interpreter, '/');

		if (slash && strncmp(slash, "/ld-musl", 8) == 0) {
			program->untraced = UNTRACED_OTHER_LIBC + 1;
			program->foreign = true;
		}
	}
}

/* Programs that gain rights: the dynamic linker takes no library of ours into them. For a script the kernel
 * ignores these. */
static void
look_at_rights(struct program *program, int fd)
{
	struct stat status;
	uint32_t user[3] = {0}, group[3] = {0};

	if (raw(SYS_newfstatat, fd, "", &status, AT_EMPTY_PATH) != 0)
		return;
	raw(SYS_getresuid, &user[0], &user[1], &user[2]);
	if (status.st_mode & (S_ISUID | S_ISGID)) {
		raw(SYS_getresgid, &group[0], &group[1], &group[2]);
		if ((status.st_mode & S_ISUID && status.st_uid != user[0]) ||
		    ((status.st_mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP) &&
		     status.st_gid != group[0]))
			program->untraced = UNTRACED_SETUID + 1;
	}
	if (user[0] != 0 && raw(SYS_fgetxattr, fd, "security.capability", NULL, 0) > 0)
		program->untraced = UNTRACED_FILE_CAPABILITIES + 1;
}

/* Whether an exec fails like this open: where the path leads nowhere. A program may be executable and
 * unreadable. */
static bool
no_exec(long result)
{
	switch (-result) {
	case ENOENT:
	case ENOTDIR:
	case ELOOP:
	case ENAMETOOLONG:
	case EBADF:
	case EFAULT:
		return true;
	}
	return false;
}

void
program_look(struct program *program, char *head, int dirfd, const char *path, int flags)
{
	memset(program, 0, sizeof *program);
	for (int depth = 0; depth <= SCRIPT_DEPTH; depth++) {
		long fd = raw(SYS_openat, dirfd, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0);

		/* Only what the kernel has read may be read here. */
		if (fd == -ENOENT && flags & AT_EMPTY_PATH && path[0] == '\0')
			fd = raw(SYS_fcntl, dirfd, F_DUPFD_CLOEXEC, 3);
		if (fd < 0) {
			if (depth == 0 && no_exec(fd))
				program->error = (int)-fd;
			return;
		}
		long length = raw(SYS_pread64, fd, head, HEAD_SIZE, 0);
		look_at_rights(program, (int)fd);
		raw(SYS_close, fd);
		if (length <= 0)
			return;
		char *interpreter = script_interpreter(head, length);
		if (!interpreter) {
			if (program->untraced == 0)
				look_at_elf(program, (const uint8_t *)head, length);
			return;
		}
		program->untraced = 0;
		if (depth == 0)
			strncpy(program->interpreter, interpreter, sizeof program->interpreter - 1);
		memmove(head, interpreter, strlen(interpreter) + 1);
		path = head;
		dirfd = AT_FDCWD;
		flags = 0;
	}
}
