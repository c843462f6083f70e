/*
 * opened.h - what every call that opens tells (open.c).
 */
#ifndef SHIM_OPENED_H
#define SHIM_OPENED_H

#include "shim.h"

enum existed { EXISTED_UNASKED, EXISTED_YES, EXISTED_NOT };

struct opened {
	int fd;    /* as returned; -1 on failure */
	int error; /* errno then */
	int dirfd;
	const char *path;
	int flags;
	unsigned mode;
	enum existed existed;
};

enum existed open_existed(int dirfd, const char *path, int flags);
void open_before(struct record *record, int flags);
/* A stream that popen made has its child waited for when it is closed (popen.c). True once for each. */
bool popened_forget(int fd);
void popened_tell_end(enum call call, int fd, int status);
void open_after(struct record *begun, enum call call, const struct opened *opened);

#endif
