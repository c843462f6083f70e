/*
 * program.c - a look at an executable before its exec: will our library be loaded into it? The kernel's rules
 * are those of execve(2) and fs/binfmt_elf.c, the dynamic linker's those of ld.so(8) ("secure-execution
 * mode").
 */
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "exec.h"

enum { HEAD_SIZE = 4096, SCRIPT_LINE = 255, SCRIPT_DEPTH = 4 };

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

/* What is read of the two classes' headers (elf(5)). */
struct headers {
	uint64_t offset; /* of the program headers */
	unsigned size;   /* of one */
	unsigned count;
	unsigned machine;
};

#define TAKE_HEADERS(headers, type, head)            \
	do {                                         \
		type elf_;                           \
		memcpy(&elf_, head, sizeof elf_);    \
		(headers)->offset = elf_.e_phoff;    \
		(headers)->size = elf_.e_phentsize;  \
		(headers)->count = elf_.e_phnum;     \
		(headers)->machine = elf_.e_machine; \
	} while (0)

#define TAKE_SEGMENT(type, offset, size, at, type_name) \
	do {                                            \
		type_name segment_;                     \
		memcpy(&segment_, at, sizeof segment_); \
		type = segment_.p_type;                 \
		offset = segment_.p_offset;             \
		size = segment_.p_filesz;               \
	} while (0)

/* The ELF interpreter's path within the head that was read; "" when it stands elsewhere, NULL for a static
 * program. */
static const char *
elf_interpreter(const uint8_t *head, uint64_t length, const struct headers *headers)
{
	bool is_64 = head[EI_CLASS] == ELFCLASS64;

	for (unsigned i = 0; i < headers->count; i++) {
		uint64_t at = headers->offset + (uint64_t)i * headers->size;
		uint64_t offset, size;
		uint32_t type;

		if (at > length || length - at < (is_64 ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr)))
			return "";
		if (is_64)
			TAKE_SEGMENT(type, offset, size, head + at, Elf64_Phdr);
		else
			TAKE_SEGMENT(type, offset, size, head + at, Elf32_Phdr);
		if (type != PT_INTERP)
			continue;
		if (size == 0 || offset > length || size > length - offset || head[offset + size - 1] != '\0')
			return "";
		return (const char *)head + offset;
	}
	return NULL;
}

/* The machine and class of the same kernel whose programs may be of ours; a program for another machine is
 * run by an emulator, in whose process our library would be a stranger. */
static enum abi
abi_of(unsigned machine, unsigned class, bool is_musl)
{
#if defined(__aarch64__)
	if (machine == EM_AARCH64 && class == ELFCLASS64)
		return is_musl ? ABI_AARCH64_MUSL : ABI_AARCH64_GNU;
#else
	if (machine == EM_X86_64 && class == ELFCLASS64)
		return is_musl ? ABI_X86_64_MUSL : ABI_X86_64_GNU;
	if (machine == EM_386 && class == ELFCLASS32)
		return is_musl ? ABI_I386_MUSL : ABI_I386_GNU;
#endif
	return ABI_NONE;
}

/* What is wrong with our own library there, if anything. */
static int
strangeness(unsigned class, enum abi abi)
{
	if (abi == ABI_OURS)
		return 0;
	if (class != (sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32))
		return UNTRACED_OTHER_CLASS + 1;
	return (abi == ABI_NONE ? UNTRACED_OTHER_MACHINE : UNTRACED_OTHER_LIBC) + 1;
}

/* The dynamic linker has none itself and loads our library all the same when it is told to run a program
 * (ld.so(8)). */
static bool
names_linker(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;

	return strncmp(name, "ld-linux", 8) == 0 || strcmp(name, "ld.so") == 0;
}

static void
look_at_elf(struct program *program, const uint8_t *head, uint64_t length, bool is_linker)
{
	struct headers headers;

	if (length < sizeof(Elf64_Ehdr) || memcmp(head, ELFMAG, SELFMAG) != 0)
		return;
	if (head[EI_CLASS] == ELFCLASS64)
		TAKE_HEADERS(&headers, Elf64_Ehdr, head);
	else
		TAKE_HEADERS(&headers, Elf32_Ehdr, head);
	const char *interpreter = elf_interpreter(head, length, &headers);
	const char *slash = interpreter ? strrchr(interpreter, '/') : NULL;
	bool is_musl = slash && strncmp(slash, "/ld-musl", 8) == 0;
	enum abi abi = abi_of(headers.machine, head[EI_CLASS], is_musl);
	if (!interpreter && abi == ABI_GNU)
		abi = ABI_OURS; /* there is no libc to differ by */
	program->untraced = strangeness(head[EI_CLASS], abi);
	program->foreign = program->untraced != 0;
	if (interpreter || is_linker)
		program->abi = abi;
	else if (program->untraced == 0)
		program->untraced = UNTRACED_STATIC + 1;
}

/*
 * Programs that run with other rights than those of who started them: the dynamic linker takes no library of
 * ours into them. So it is where the effective user or group will not be the real one, by the file's mode or
 * because they weren't before (security/commoncap.c). For a script the kernel ignores the file's.
 */
static void
look_at_rights(struct program *program, int fd)
{
	struct raw_stat status = {0};
	uint32_t user[3] = {0}, group[3] = {0};

	if (raw(RAW_FSTATAT, fd, "", &status, AT_EMPTY_PATH) != 0)
		return;
	raw(RAW_GETRESUID, &user[0], &user[1], &user[2]);
	raw(RAW_GETRESGID, &group[0], &group[1], &group[2]);
	if (status.st_mode & S_ISUID)
		user[1] = status.st_uid;
	if ((status.st_mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP))
		group[1] = status.st_gid;
	if (user[1] != user[0] || group[1] != group[0])
		program->untraced = UNTRACED_SETUID + 1;
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
		bool is_linker = names_linker(path); /* which may stand in `head` */
		long length = raw(SYS_pread64, fd, head, HEAD_SIZE, 0);
		look_at_rights(program, (int)fd);
		raw(SYS_close, fd);
		if (length <= 0)
			return;
		char *interpreter = script_interpreter(head, length);
		if (!interpreter) {
			if (program->untraced == 0)
				look_at_elf(program, (const uint8_t *)head, (uint64_t)length, is_linker);
			return;
		}
		program->untraced = 0;
		if (depth == 0)
			strncpy(program->interpreter, interpreter, sizeof program->interpreter - 1);
		program->passed_on = depth > 0 || strlen(interpreter) >= sizeof program->interpreter - 1;
		memmove(head, interpreter, strlen(interpreter) + 1);
		path = head;
		dirfd = AT_FDCWD;
		flags = 0;
	}
}
