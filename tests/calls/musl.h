/*
 * musl.h - what lets the families be compiled for musl, included before each (Makefile): declarations of
 * calls that it may not have, weak, so that a program is linked without them, and names of errors. predict()
 * leaves out the calls that are not there.
 */
#ifndef CALLS_MUSL_H
#define CALLS_MUSL_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/types.h>

#define MAYBE               __attribute__((weak))
#define __rlimit_resource_t int

#define fcntl64 fcntl
#undef readdir64_r
#define RENAME_NOREPLACE  1
#define RENAME_EXCHANGE   2
#define STATX_BASIC_STATS 0x7ff

struct statx {
	char room[256];
};
int close_range(unsigned first, unsigned last, int flags) MAYBE;
void closefrom(int first) MAYBE;
int scandirat(int fd, const char *path, struct dirent ***list, int (*select)(const struct dirent *),
	      int (*compare)(const struct dirent **, const struct dirent **)) MAYBE;
ssize_t getdirentries(int fd, char *buffer, size_t size, off_t *base) MAYBE;
int execveat(int dirfd, const char *path, char *const argv[], char *const envp[], int flags) MAYBE;
int renameat2(int from_dirfd, const char *from, int to_dirfd, const char *to, unsigned flags) MAYBE;
char *canonicalize_file_name(const char *path) MAYBE;
int statx(int dirfd, const char *path, int flags, unsigned mask, struct statx *status) MAYBE;

int readdir64_r(DIR *stream, struct dirent *entry, struct dirent **result) MAYBE;
int scandirat64(int fd, const char *path, struct dirent ***list, int (*select)(const struct dirent *),
		int (*compare)(const struct dirent **, const struct dirent **)) MAYBE;
ssize_t getdirentries64(int fd, char *buffer, size_t size, off_t *base) MAYBE;
char *tmpnam_r(char *buffer) MAYBE;
#pragma weak isfdtype
#pragma weak __clone
#pragma weak __fork
#pragma weak __vfork
#pragma weak __realpath_chk
#pragma weak __readlinkat_chk
#pragma weak __readlink_chk
#pragma weak __openat64_2
#pragma weak __openat_2
#pragma weak __open64_2
#pragma weak __open_2
#pragma weak __open64
#pragma weak __open
#pragma weak _IO_popen
#pragma weak __statfs
#pragma weak __endmntent
#pragma weak _IO_fdopen
#pragma weak _IO_fclose
#pragma weak __setmntent
#pragma weak _IO_fopen
#pragma weak __waitpid
#pragma weak __wait
#pragma weak __fcntl
#pragma weak __dup2
#pragma weak __close

void error(int status, int number, const char *format, ...) MAYBE;
void error_at_line(int status, int number, const char *file, unsigned line, const char *format, ...) MAYBE;
void *dlmopen(long space, const char *name, int mode) MAYBE;
#define LM_ID_BASE  0
#define LM_ID_NEWLM (-1)

static inline const char *
strerrorname_np(int error)
{
#define NAME(error) \
	case error: \
		return #error;
	switch (error) {
		NAME(EPERM)
		NAME(ENOENT)
		NAME(ESRCH)
		NAME(EINTR)
		NAME(EIO)
		NAME(ENXIO)
		NAME(E2BIG)
		NAME(ENOEXEC)
		NAME(EBADF)
		NAME(ECHILD)
		NAME(EAGAIN)
		NAME(ENOMEM)
		NAME(EACCES)
		NAME(EFAULT)
		NAME(ENOTBLK)
		NAME(EBUSY)
		NAME(EEXIST)
		NAME(EXDEV)
		NAME(ENODEV)
		NAME(ENOTDIR)
		NAME(EISDIR)
		NAME(EINVAL)
		NAME(EMFILE)
		NAME(ENOTTY)
		NAME(ETXTBSY)
		NAME(EFBIG)
		NAME(ENOSPC)
		NAME(ESPIPE)
		NAME(EROFS)
		NAME(EMLINK)
		NAME(ERANGE)
		NAME(ENAMETOOLONG)
		NAME(ENOSYS)
		NAME(ENOTEMPTY)
		NAME(ELOOP)
		NAME(ENODATA)
		NAME(EOVERFLOW)
		NAME(EOPNOTSUPP)
	}
#undef NAME
	return "unknown";
}

#endif
