/*
 * on_ours.h - for each CALL row a question, is_on_ours_NAME: is the call on our descriptor, by one of the
 * row's FD fields? To the program it isn't open.
 */
#ifndef SHIM_ON_OURS_H
#define SHIM_ON_OURS_H

#include "shim.h"

#define RESULT(value)
#define RESULT_LONG(value)
#define DIRFD(dirfd)
#define PATH(path)
#define FD(fd) || channel_owns(fd)
#define NEW_FD(fd)
#define TO_FD(fd) || channel_owns(fd)
#define FLAGS(flags)
#define MODE(mode)
#define FOLLOW(follow)
#define EXISTED(existed)
#define TEXT(text)
#define BYTES(bytes, length)
#define LENGTH(length)
#define OWNER(uid, gid)
#define CHILD(pid)
#define STATUS(status)
#define NUMBER(number)
#define ARGUMENTS(argv)
#define HAND(event, name, fields)
#define PART(event, name, part, fields)
#define CALL(kind, event, type, name, parameters, arguments, fields) \
	static inline bool is_on_ours_##name parameters              \
	{                                                            \
		return false fields;                                 \
	}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-parameter"
#include "calls.def"
#pragma GCC diagnostic pop

#undef RESULT
#undef RESULT_LONG
#undef DIRFD
#undef PATH
#undef FD
#undef NEW_FD
#undef TO_FD
#undef FLAGS
#undef MODE
#undef FOLLOW
#undef EXISTED
#undef TEXT
#undef BYTES
#undef LENGTH
#undef OWNER
#undef CHILD
#undef STATUS
#undef NUMBER
#undef ARGUMENTS
#undef HAND
#undef PART
#undef CALL

#endif
