/*
 * path.h - absolute paths from what a program passed: lexical where that is the truth, by the file system's symbolic
 * links where it isn't (".." goes where the kernel goes: path_resolution(7)).
 *
 * The collector works a moment after the fact, so what the trace itself told (a symlink made, a directory renamed or
 * removed) is kept and comes before what the file system says now.
 */
#ifndef INTERPOSE_PATH_H
#define INTERPOSE_PATH_H

#include <stddef.h>

struct paths;

/* NULL with errno when memory is short. */
struct paths *paths_new(void);
void paths_free(struct paths *paths);

/*
 * The absolute path of `arg` as a process with root directory `root` ("/" usually) saw it from directory `base`
 * (absolute, as seen from outside a chroot). "." and "//" and ".." are gone; ".." after a component that is a symbolic
 * link to a directory goes to the parent of the link's target; the last component's own link is not followed; ".."
 * doesn't leave `root`. An absolute `arg` starts at `root`. `base` may be something that is no path ("pipe:[7]"): the
 * result is then base, "/" and arg joined. An empty `arg` gives `base`.
 * The result belongs to `paths` and is valid until the next call. NULL with errno when memory is short.
 */
const char *paths_resolve(struct paths *paths, const char *root, const char *base, const char *arg);

/* What the trace tells. All paths absolute. A path is taken over, not kept by reference. */
void paths_learn_symlink(struct paths *paths, const char *path, const char *target); /* path is now a link to target */
void paths_learn_plain(struct paths *paths, const char *path);   /* path was made as something that is no link */
void paths_learn_removed(struct paths *paths, const char *path); /* path was unlinked: what was known of it stays for
                                                                    processes that still stand in it, until it is made again */
void paths_learn_renamed(struct paths *paths, const char *from, const char *to); /* with all that is known under it */

#endif
