/*
 * answers_files.c - what each kind of event does to the paths that it names: one function a kind or family,
 * in terms of spots_effects.c.
 *
 * Rule: a call that failed is a read of what it found or didn't find; one that succeeded on a file that the
 * trace couldn't name makes the answers incomplete.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

#include "answers.h"

/* The numbers of the kernel's ABI, which a trace has whatever machine reads it (names.c). */
enum {
	TRACE_O_CREAT = 0100,
	TRACE_O_EXCL = 0200,
	TRACE_O_TRUNC = 01000,
	TRACE_O_PATH = 010000000,
	TRACE_O_TMPFILE = 020000000,
	TRACE_AT_NOFOLLOW = 0x100,
	TRACE_AT_FOLLOW = 0x400,
	TRACE_NOREPLACE = 1,
	TRACE_EXCHANGE = 2,
};

static int64_t
number(const struct event *event, enum field field, int64_t otherwise)
{
	return event_has(event, field) ? event->number[field] : otherwise;
}

static bool
is_call(const struct event *event, const char *const *names)
{
	for (; event->call != NULL && *names != NULL; names++) {
		if (strcmp(event->call, *names) == 0)
			return true;
	}
	return false;
}

/* The spot that a field names; NULL when it names no file. */
static struct spot *
spot_of(struct answers *answers, const struct event *event, enum field field, bool follow)
{
	if (!event_has(event, field) || event->text[field][0] != '/')
		return NULL;
	return spots_walk(&answers->spots, event->text[field], follow);
}

/* What an error says of the path. */
enum verdict { SAYS_NOTHING, SAYS_ABSENT, SAYS_THERE, SAYS_UNCLEAR };

static enum verdict
verdict_of(int error, bool followed)
{
	switch (error) {
	case ENOENT:
	case ENOTDIR:
		return SAYS_ABSENT;
	case ELOOP: /* the link is there where it wasn't to be followed, else somewhere on the way is a circle
		     */
		return followed ? SAYS_NOTHING : SAYS_THERE;
	case EACCES:
	case EROFS:
	case EXDEV:
	case EIO:
		return SAYS_UNCLEAR;
	case EBADF:
	case EFAULT:
	case EINTR:
	case EINVAL:
	case EMFILE:
	case ENAMETOOLONG:
	case ENFILE:
	case ENOMEM:
	case ENOSPC:
	case ENOSYS:
	case EDQUOT:
		return SAYS_NOTHING;
	default: /* EEXIST, EISDIR, ENOTEMPTY, ENXIO, EPERM, ETXTBSY, ...: the lookup came to it */
		return SAYS_THERE;
	}
}

static void
fail(struct answers *answers, const struct event *event, struct spot *spot)
{
	bool makes = event->kind == EVENT_MKDIR || event->kind == EVENT_MKNOD ||
		     event->kind == EVENT_SYMLINK ||
		     (event->kind == EVENT_OPEN && number(event, FIELD_flags, 0) & TRACE_O_CREAT);
	bool not_followed =
	    event->kind == EVENT_OPEN && (number(event, FIELD_flags, 0) & answers->no_follow) != 0;

	if (spot == NULL)
		return;
	switch (verdict_of(event->error, !not_followed)) {
	case SAYS_ABSENT:
		/*
		 * ENOENT may be said of an exec's interpreter and of a rename's or link's other path, ENOTDIR
		 * of a file that was to be a directory: then this one is there.
		 */
		if ((event->kind == EVENT_EXEC || event->kind == EVENT_RENAME || event->kind == EVENT_LINK ||
		     event->error == ENOTDIR) &&
		    spots_is_there(&answers->spots, spot))
			spots_read(&answers->spots, spot, event->kind == EVENT_EXEC ? HOW_EXEC : HOW_STAT);
		else
			spots_absent(&answers->spots, spot, makes);
		break;
	case SAYS_THERE:
		spots_read(&answers->spots, spot, HOW_STAT);
		break;
	case SAYS_UNCLEAR:
		spots_glance(&answers->spots, spot);
		break;
	case SAYS_NOTHING:
		break;
	}
}

static void
open_for_access(struct answers *answers, const struct event *event, struct spot *spot)
{
	switch (number(event, FIELD_flags, 0) & O_ACCMODE) {
	case O_RDONLY:
		spots_read(&answers->spots, spot, HOW_READ);
		break;
	case O_RDWR:
		spots_read(&answers->spots, spot, HOW_READ);
		spots_change(&answers->spots, spot);
		break;
	case O_WRONLY:
		spots_change(&answers->spots, spot);
		break;
	default: /* for ioctl alone, open(2) */
		spots_read(&answers->spots, spot, HOW_STAT);
		break;
	}
}

static void
take_open(struct answers *answers, const struct event *event)
{
	int64_t flags = number(event, FIELD_flags, 0);
	bool exclusive = (flags & (TRACE_O_CREAT | TRACE_O_EXCL)) == (TRACE_O_CREAT | TRACE_O_EXCL);
	struct spot *spot =
	    spot_of(answers, event, FIELD_path, !exclusive && (flags & answers->no_follow) == 0);
	int64_t created = number(event, FIELD_created, -1);

	if (spot == NULL)
		return;
	if (event->error != 0) {
		fail(answers, event, spot);
	} else if ((flags & TRACE_O_PATH) != 0 || (flags & TRACE_O_TMPFILE) != 0 ||
		   (flags & answers->directory) != 0 || number(event, FIELD_directory, 0) != 0) {
		/* A file without a name is made in the directory; whoever lists that doesn't see it. */
		spots_read(&answers->spots, spot, HOW_STAT);
		spot->directory = spot->directory || (flags & answers->directory) != 0;
	} else if (exclusive || created == 1) {
		spots_make(&answers->spots, spot, KNOWN_NO);
	} else if ((flags & TRACE_O_TRUNC) != 0) {
		spots_make(&answers->spots, spot,
			   created == 0 || (flags & TRACE_O_CREAT) == 0 ? KNOWN_YES : KNOWN_NOT);
	} else if ((flags & TRACE_O_CREAT) != 0 && created == -1 &&
		   (spot->stands == KNOWN_NO || spot->now == NOW_GONE)) {
		spots_make(&answers->spots, spot, KNOWN_NO);
	} else {
		open_for_access(answers, event, spot);
	}
}

static void
take_rename(struct answers *answers, const struct event *event)
{
	int64_t flags = number(event, FIELD_flags, 0);
	struct spot *from = spot_of(answers, event, FIELD_path, false);
	struct spot *to = spot_of(answers, event, FIELD_path2, false);

	if (event->error != 0) {
		if (event->error == ENOENT && from != NULL && to != NULL &&
		    spots_is_there(&answers->spots, from))
			spots_absent(&answers->spots, to, true);
		fail(answers, event, from);
		/* ENOTDIR may be said of a directory on the way as well. */
		if (to != NULL &&
		    (event->error == EEXIST || event->error == ENOTEMPTY || event->error == EISDIR ||
		     (event->error == ENOTDIR && spots_is_there(&answers->spots, to))))
			spots_read(&answers->spots, to, HOW_STAT);
		return;
	}
	if (from == NULL || to == NULL)
		return;
	if (flags & TRACE_EXCHANGE)
		spots_exchange(&answers->spots, from, to);
	else
		spots_move(&answers->spots, from, to, flags & TRACE_NOREPLACE ? KNOWN_NO : KNOWN_NOT);
}

static void
take_link(struct answers *answers, const struct event *event)
{
	bool follow = (number(event, FIELD_flags, 0) & TRACE_AT_FOLLOW) != 0;
	struct spot *from = spot_of(answers, event, FIELD_path, follow);
	struct spot *to = spot_of(answers, event, FIELD_path2, false);

	if (event->error != 0) {
		if (event->error == ENOENT && from != NULL && to != NULL &&
		    spots_is_there(&answers->spots, from))
			spots_absent(&answers->spots, to, true);
		fail(answers, event, from);
		if (to != NULL && event->error == EEXIST)
			spots_read(&answers->spots, to, HOW_STAT);
		return;
	}
	if (from != NULL)
		spots_read(&answers->spots, from, HOW_READ);
	if (to == from)
		return; /* no kernel does that, but a trace may say it */
	if (to != NULL && (from == NULL || from->target == NULL))
		spots_make(&answers->spots, to, KNOWN_NO);
	else if (to != NULL)
		spots_make_link(&answers->spots, to, from->target);
}

static void
take_readlink(struct answers *answers, const struct event *event)
{
	/* These tell in `target` where all the links lead. */
	static const char *const resolvers[] = {"realpath", "__realpath_chk", "canonicalize_file_name", NULL};
	bool resolves = is_call(event, resolvers);
	struct spot *spot = spot_of(answers, event, FIELD_path, resolves);

	if (spot == NULL)
		return;
	if (event->error == EINVAL && !resolves)
		spots_read(&answers->spots, spot, HOW_STAT); /* it is there and no link, readlink(2) */
	else if (event->error != 0)
		fail(answers, event, spot);
	else if (resolves)
		spots_read(&answers->spots, spot, HOW_STAT);
	else
		spots_read(&answers->spots, spot, HOW_LINK);
	if (event->error == 0 && !resolves && event_has(event, FIELD_target))
		spots_learn_link(&answers->spots, spot, event->text[FIELD_target]);
}

/* Calls that change what is behind a path, and don't follow its last link when their name says so. */
static void
take_change(struct answers *answers, const struct event *event)
{
	static const char *const not_following[] = {"lchmod",      "lchown",       "lutimes",
						    "__lutimes64", "lsetxattr",    "lgetxattr",
						    "llistxattr",  "lremovexattr", NULL};
	static const char *const reading[] = {"getxattr",   "lgetxattr",  "fgetxattr", "listxattr",
					      "llistxattr", "flistxattr", NULL};
	/* The flags of these two kinds are others. */
	bool flagged = event->kind != EVENT_XATTR && event->kind != EVENT_TRUNCATE &&
		       number(event, FIELD_flags, 0) & TRACE_AT_NOFOLLOW;
	struct spot *spot = spot_of(answers, event, FIELD_path, !flagged && !is_call(event, not_following));

	if (spot == NULL)
		return;
	if (event->error != 0)
		fail(answers, event, spot);
	else if (is_call(event, reading))
		spots_read(&answers->spots, spot, HOW_STAT);
	else
		spots_change(&answers->spots, spot);
}

static void
take_read(struct answers *answers, const struct event *event, enum field field, unsigned how, bool follow)
{
	struct spot *spot = spot_of(answers, event, field, follow);

	if (spot != NULL && event->error != 0)
		fail(answers, event, spot);
	else if (spot != NULL)
		spots_read(&answers->spots, spot, how);
}

static void
take_made(struct answers *answers, const struct event *event)
{
	struct spot *spot = spot_of(answers, event, FIELD_path, false);

	if (spot == NULL)
		return;
	if (event->error != 0)
		fail(answers, event, spot);
	else if (event->kind == EVENT_MKDIR)
		spots_make_directory(&answers->spots, spot);
	else if (event->kind == EVENT_SYMLINK)
		spots_make_link(&answers->spots, spot,
				event_has(event, FIELD_target) ? event->text[FIELD_target] : NULL);
	else
		spots_make(&answers->spots, spot, KNOWN_NO);
}

static void
take_removal(struct answers *answers, const struct event *event)
{
	struct spot *spot = spot_of(answers, event, FIELD_path, false);

	if (spot != NULL && event->error != 0)
		fail(answers, event, spot);
	else if (spot != NULL)
		spots_remove(&answers->spots, spot);
}

/* Through descriptors: the opens told of most already, but not of those that came from outside. */
static void
take_transfer(struct answers *answers, const struct event *event)
{
	struct spot *spot = spot_of(answers, event, FIELD_path, true);
	struct spot *second = spot_of(answers, event, FIELD_path2, true);

	if (event->error != 0)
		return;
	switch (event->kind) {
	case EVENT_COPY:
		if (spot != NULL)
			spots_read(&answers->spots, spot, HOW_READ);
		if (second != NULL && number(event, FIELD_ret, 1) > 0)
			spots_change(&answers->spots, second);
		break;
	case EVENT_MMAP:
		if (spot == NULL)
			break;
		spots_read(&answers->spots, spot, HOW_READ);
		if (number(event, FIELD_shared, 0) != 0 && number(event, FIELD_protection, 0) & PROT_WRITE)
			spots_change(&answers->spots, spot);
		break;
	default:
		if (spot != NULL && number(event, FIELD_written, 0) != 0)
			spots_change(&answers->spots, spot);
		break;
	}
}

/* A call that did something to a file that the trace can't name, because its descriptor is of unknown origin.
 */
static void
note_nameless(struct answers *answers, const struct event *event)
{
	bool changes = event_kind_classes(event->kind) & (CLASS_FILE | CLASS_META);
	bool second = event->kind == EVENT_RENAME || event->kind == EVENT_LINK;

	if (event->error != 0 || !changes || event->call == NULL)
		return;
	switch (event->kind) {
	case EVENT_STAT:
	case EVENT_STATFS:
	case EVENT_MMAP:
	case EVENT_COPY:
	case EVENT_CHDIR:
	case EVENT_LOAD:
		return;
	default:
		break;
	}
	if ((!event_has(event, FIELD_path) || (second && !event_has(event, FIELD_path2))) &&
	    answers_reason(answers, "unknown: %s of a file that has no known name", event->call) == -1)
		answers->spots.short_of_memory = true;
}

void
answers_file_event(struct answers *answers, const struct event *event)
{
	note_nameless(answers, event);
	switch (event->kind) {
	case EVENT_START:
		/* The exec named what it was asked for; these are what it came to. */
		if (event_has(event, FIELD_by) && event->number[FIELD_by] == START_BY_EXEC) {
			take_read(answers, event, FIELD_exe, HOW_EXEC, true);
			take_read(answers, event, FIELD_interpreter, HOW_EXEC, true);
		}
		break;
	case EVENT_EXEC:
		take_read(answers, event, FIELD_path, HOW_EXEC, true);
		break;
	case EVENT_LOAD:
		take_read(answers, event, FIELD_path, HOW_LOAD, true);
		break;
	case EVENT_OPEN:
		take_open(answers, event);
		break;
	case EVENT_STAT:
		take_read(answers, event, FIELD_path, HOW_STAT, number(event, FIELD_follow, 1) != 0);
		break;
	case EVENT_ACCESS:
		take_read(answers, event, FIELD_path, HOW_STAT,
			  (number(event, FIELD_flags, 0) & TRACE_AT_NOFOLLOW) == 0);
		break;
	case EVENT_CHDIR:
	case EVENT_CHROOT:
	case EVENT_STATFS:
		take_read(answers, event, FIELD_path, HOW_STAT, true);
		break;
	case EVENT_LIST:
		take_read(answers, event, FIELD_path, HOW_LIST, true);
		break;
	case EVENT_READLINK:
		take_readlink(answers, event);
		break;
	case EVENT_RENAME:
		take_rename(answers, event);
		break;
	case EVENT_LINK:
		take_link(answers, event);
		break;
	case EVENT_SYMLINK:
	case EVENT_MKDIR:
	case EVENT_MKNOD:
		take_made(answers, event);
		break;
	case EVENT_UNLINK:
	case EVENT_RMDIR:
		take_removal(answers, event);
		break;
	case EVENT_CHMOD:
	case EVENT_CHOWN:
	case EVENT_UTIME:
	case EVENT_TRUNCATE:
	case EVENT_XATTR:
		take_change(answers, event);
		break;
	case EVENT_COPY:
	case EVENT_MMAP:
	case EVENT_CLOSE:
		take_transfer(answers, event);
		break;
	default:
		break;
	}
}
