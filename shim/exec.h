/*
 * exec.h - what exec and spawn share: a look at the program to come, its environment, and the record of the
 * try.
 */
#ifndef SHIM_EXEC_H
#define SHIM_EXEC_H

#include "shim.h"

/* What program_look finds out about an executable (program.c). */
struct program {
	int error;             /* errno when it can't be opened: the exec will fail alike; 0 */
	int untraced;          /* enum untraced_reason + 1; 0 when our library will be loaded */
	bool foreign;          /* our library would be refused, with a message on stderr: leave it out */
	char interpreter[128]; /* of a script, cut at that length; "" */
};

/* Looks at the file that `path` names for an exec from directory `dirfd`. `head` is room for its first 4,096
 * bytes. */
void program_look(struct program *program, char *head, int dirfd, const char *path, int flags);

/* An environment to pass on (environment.c): the program's own when it is as it should be, else a copy. */
struct environment {
	char **entries;
	void *memory; /* the copy's, to be given back with environment_free; NULL */
	size_t size;
};
void environment_make(struct environment *environment, char *const given[], bool foreign);
void environment_free(struct environment *environment);
/* Whether it names the channel of another session, which is there. */
bool environment_is_nested(char *const given[]);
/* Whether our own file is where the dynamic linker will look for it. */
bool environment_reaches_us(void);
/* Whether what is started with it will be traced; the descriptor's number may be an old one. */
bool environment_suffices(char *const given[]);
/* Whether an entry is one of those that we care for. */
bool environment_is_ours(const char *entry);
/*
 * What libc is to give the shell, so that it is traced whatever the program's environment is (shell.c).
 * `memory` is to be given back with environment_free.
 */
const char *shell_command(struct environment *memory, const char *command);
/* Before libc starts a shell with a command that we don't see: says so when that will not be traced. */
void shell_without_us(void);
/* Memory for arguments and environments, without malloc; NULL when there is none. A vfork child's is given
   back by its parent. */
void *environment_memory(size_t size);

/* An exec that is about to be tried (error 0), or that failed. */
struct attempt {
	enum call call;
	int dirfd;
	const char *path;
	char *const *argv;
	int flags;
	uint64_t time; /* 0: now */
};
void exec_tell(const struct attempt *attempt, const struct program *program, int error);
/* What becomes of tracing when it succeeds. `program` begins as zeros. */
void exec_look(struct program *program, struct slot *slot, const struct attempt *attempt,
	       char *const given[]);

/*
 * Walks PATH for execvp and posix_spawnp: puts the candidates for `file` one after the other into `room`
 * (4096 bytes). *search begins as NULL. False when there are no more.
 */
struct search {
	const char *rest; /* of PATH; NULL when done */
	const char *file;
	size_t length;
	char *room;
};
void search_begin(struct search *search, const char *file, char *room);
bool search_next(struct search *search);

#endif
