/*
 * musl.h - what the shim's files take from glibc's headers and musl's don't have. Included before each file
 * of the library for musl (Makefile), so that what musl's headers define as macros, names with 64 of their
 * plain twins, are functions of their own here: libc.so has both for programs that were built by other
 * headers. The rule to keep: nothing here says what musl does; that stands beside what glibc does, by #ifdef
 * __GLIBC__.
 */
#ifndef SHIM_MUSL_H
#define SHIM_MUSL_H

#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <unistd.h>

#undef creat64
#undef dirent64
#undef fallocate64
#undef fopen64
#undef freopen64
#undef fstat64
#undef fstatat64
#undef fstatfs64
#undef fstatvfs64
#undef ftruncate64
#undef ftw64
#undef getdents64
#undef lstat64
#undef mkostemp64
#undef mkostemps64
#undef mkstemp64
#undef mkstemps64
#undef mmap64
#undef nftw64
#undef off64_t
#undef open64
#undef openat64
#undef posix_fallocate64
#undef prlimit64
#undef readdir64
#undef readdir64_r
#undef rlimit64
#undef scandir64
#undef sendfile64
#undef setrlimit64
#undef stat64
#undef statfs64
#undef statvfs64
#undef tmpfile64
#undef truncate64

typedef off_t off64_t;
typedef int __rlimit_resource_t;
struct dirent64;
struct stat64;
struct statfs64;
struct statvfs64;
struct statx;
struct rlimit64 {
	rlim_t rlim_cur, rlim_max;
};

#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC (1U << 2) /* linux/close_range.h */
#endif

/* Not in every musl; where it isn't there, the library for musl doesn't export it (Makefile). */
int close_range(unsigned first, unsigned last, int flags);
void closefrom(int first);
int execveat(int dirfd, const char *path, char *const argv[], char *const envp[], int flags);

#endif
