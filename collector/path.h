/*
 * path.h - absolute paths from what a program passed: lexical where that is the truth, by the file system's
 * symbolic links where it isn't (".." goes where the kernel goes: path_resolution(7)).
 *
 * The collector works a moment after the fact, so what the trace itself told (a symlink made, a directory
 * renamed or removed) is kept and comes before what the file system says now. What the file system says is
 * asked again after a second, and at once when the trace tells that it changed. links.h has the rules and the
 * bound.
 *
 * All paths are bytes without NUL, of any length. Not to be used from two threads at once.
 */
#ifndef INTERPOSE_PATH_H
#define INTERPOSE_PATH_H

#include <stdbool.h>
#include <stddef.h>

struct paths;

/* NULL with errno when memory is short. */
struct paths *paths_new(void);
void paths_free(struct paths *paths);

/*
 * The absolute path of `arg` as a process with root directory `root` ("/" usually, NULL is the same; else
 * absolute and clean, as this function gives it) saw it from directory `base` (absolute, as seen from outside
 * a chroot).
 *
 * "." and "//" and ".." and a slash at the end are gone. ".." after a component that is a symbolic link to a
 * directory goes to the parent of the link's target; links that no ".." follows stay in the path as they are,
 * also in `base`, and the last component's own link is not followed. ".." doesn't leave `root`. An absolute
 * `arg` starts at `root`. An empty `arg` gives `base`. Where nothing exists, and when ".." would take more
 * than 40 links (the kernel's ELOOP), the result is lexical.
 *
 * `base` may be something that is no path ("pipe:[7]"): the result is then base, "/" and arg joined. It may
 * be NULL for a directory that isn't known: the result is then arg. arg is then cleaned lexically, and a ".."
 * that would leave it stays.
 *
 * The result belongs to `paths` and is valid until the next call but one, so that a rename can have both of
 * its paths, and a result can be the next call's base. NULL with errno when memory is short.
 */
const char *paths_resolve(struct paths *paths, const char *root, const char *base, const char *arg);

/*
 * The same with all links followed, the last component's too: what getcwd(3) would say after chdir(arg), and
 * what /proc/PID/fd says of a descriptor. None is followed when they are more than 40.
 */
const char *paths_follow(struct paths *paths, const char *root, const char *base, const char *arg);

/*
 * What the trace tells. All paths absolute, as paths_resolve gives them; others are ignored. A path is taken
 * over, not kept by reference. When memory is short, what was known is forgotten.
 */

/* `path` was made as a link to `target`. */
void paths_learn_symlink(struct paths *paths, const char *path, const char *target);
/* `path` itself was made, not found, as something that is no link: a file, an empty directory. */
void paths_learn_plain(struct paths *paths, const char *path);
/*
 * `path` was unlinked. If it was known as a link it stays one for processes that still stand in it, until it
 * is made again.
 */
void paths_learn_removed(struct paths *paths, const char *path);
/* `from` became `to`, with all that is known under it, and replaced what was there. */
void paths_learn_renamed(struct paths *paths, const char *from, const char *to);
/* renameat2's RENAME_EXCHANGE: each became the other, with all that is known under it. */
void paths_learn_exchanged(struct paths *paths, const char *one, const char *other);

/* Whether paths_resolve with the root directory "/" gives `path` itself, and that can be seen at once. */
bool path_is_clean(const char *path);

/* Whether `path` is `directory` or lies under it, by their text; both clean. All absolute paths lie under
 * "/". */
bool path_is_under(const char *path, const char *directory);

#endif
