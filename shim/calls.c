/*
 * calls.c - expands every CALL row of calls.def to its wrapper: call the next definition, then record.
 * Nothing else happens here; what a row can't say is written by hand in the file that calls.def names.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/time.h>
#include <sys/xattr.h>
#include <unistd.h>
#include <utime.h>

#include "on_ours.h" /* asks with the words that fields.h then gives another meaning */

#include "fields.h"
#include "next.h"
#include "shim.h"

/* musl's semaphores are files of the same name as its shared memory, and the two calls one function. */
#ifndef __GLIBC__
#define CALL_sem_unlink CALL_shm_unlink
#endif

/* Whether an event changes something: then its time is that before the call (record.h). */
enum {
	CHANGES_STAT = 0,
	CHANGES_STATFS = 0,
	CHANGES_ACCESS = 0,
	CHANGES_READLINK = 0,
	CHANGES_LINK = 1,
	CHANGES_SYMLINK = 1,
	CHANGES_RENAME = 1,
	CHANGES_UNLINK = 1,
	CHANGES_RMDIR = 1,
	CHANGES_MKDIR = 1,
	CHANGES_MKNOD = 1,
	CHANGES_CHMOD = 1,
	CHANGES_CHOWN = 1,
	CHANGES_UTIME = 1,
	CHANGES_TRUNCATE = 1,
	CHANGES_XATTR = 1,
	CHANGES_COPY = 1,
};

#define FAILED_INT(result)     ((result) == -1 ? errno : 0)
#define FAILED_LONG(result)    ((result) == -1 ? errno : 0)
#define FAILED_POINTER(result) ((result) == NULL ? errno : 0)
#define FAILED_ERROR(result)   (result)
#define FAILED_NAME(result)    ((result) && *(result) ? ENOENT : errno)
#define TELLS_INT(result)      true
#define TELLS_LONG(result)     true
#define TELLS_POINTER(result)  true
#define TELLS_ERROR(result)    true
#define TELLS_NAME(result)     ((result) != NULL)
#define RESULT_INT(result)     RESULT(result)
#define RESULT_LONG_(result)   RESULT_LONG(result)
#define RESULT_POINTER(result)
#define RESULT_ERROR(result) RESULT(result)
#define RESULT_NAME(result)
#define RESULT_OF_INT     RESULT_INT
#define RESULT_OF_LONG    RESULT_LONG_
#define RESULT_OF_POINTER RESULT_POINTER
#define RESULT_OF_ERROR   RESULT_ERROR
#define RESULT_OF_NAME    RESULT_NAME

/* Where a libc doesn't have the call, it is as if the kernel hadn't. */
#define MISSING_INT     (errno = ENOSYS, -1)
#define MISSING_LONG    (errno = ENOSYS, -1)
#define MISSING_POINTER (errno = ENOSYS, NULL)
#define MISSING_ERROR   ENOSYS
#define MISSING_NAME    (errno = ENOSYS, NULL)

/* A call on our descriptor finds it not open. */
#define CLOSED_INT     (errno = EBADF, -1)
#define CLOSED_LONG    (errno = EBADF, -1)
#define CLOSED_POINTER (errno = EBADF, NULL)
#define CLOSED_ERROR   EBADF
#define CLOSED_NAME    (errno = EBADF, NULL)

#define CALL(kind, event, type, name, parameters, arguments, fields)                                     \
	EXPORT type name parameters;                                                                     \
	EXPORT type name parameters                                                                      \
	{                                                                                                \
		type(*real) parameters = next_table[CALL_##name];                                        \
		struct record record;                                                                    \
                                                                                                         \
		if (unlikely(!real) && !(real = next_resolve(CALL_##name)))                              \
			return MISSING_##kind;                                                           \
		if (is_on_ours_##name arguments)                                                         \
			return CLOSED_##kind;                                                            \
		record.time = 0;                                                                         \
		if (CHANGES_##event)                                                                     \
			record_before(&record);                                                          \
		type result = real arguments;                                                            \
		if (TELLS_##kind(result) && record_begin(&record, CALL_##name, FAILED_##kind(result))) { \
			do {                                                                             \
				RESULT_OF_##kind(result) fields                                          \
			} while (record_again(&record));                                                 \
		}                                                                                        \
		return result;                                                                           \
	}
#define HAND(event, name, fields)
#define PART(event, name, part, fields)
#include "calls.def"
