/*
 * exec.h - what exec and spawn share: a look at the program to come, its environment, and the record of the
 * try.
 */
#ifndef SHIM_EXEC_H
#define SHIM_EXEC_H

#include "abi.h"
#include "shim.h"

/* What program_look finds out about an executable (program.c). */
struct program {
	int error;      /* errno when it can't be opened: the exec will fail alike; 0 */
	int untraced;   /* enum untraced_reason + 1; 0 when our library will be loaded */
	bool foreign;   /* this very library would be refused, with a message on stderr: leave it out */
	enum abi abi;   /* whose library would be loaded; ABI_NONE where none would, or that isn't known */
	bool passed_on; /* what runs is an interpreter's interpreter, or one whose name is cut below */
	char interpreter[128]; /* of a script, cut at that length; "" */
};

/* Looks at the file that `path` names for an exec from directory `dirfd`. `head` is room for its first 4,096
 * bytes. Of a program for another of our libraries it says what is so without that (untraced and foreign). */
void program_look(struct program *program, char *head, int dirfd, const char *path, int flags);

/* An environment to pass on (environment.c): a copy, or the program's own where it must not be touched. */
struct environment {
	char **entries;
	void *memory; /* the copy's, where that is not in the scratch memory; NULL */
	size_t size;  /* bytes of it */
	bool in_scratch;
};
/*
 * To be given back with environment_free. `birth` is what the image that is executed next is told of itself
 * (birth.h); NULL: nothing, and the copy may be kept until later.
 */
void environment_make(struct environment *environment, char *const given[], const struct program *program,
		      const char *birth);
void environment_free(struct environment *environment);
/* Whether it names the channel of another session, which is there. */
bool environment_is_nested(char *const given[]);
/* Whether the library of that kind is where the dynamic linker will look for it. `room` is 4,096 bytes. */
bool environment_reaches(enum abi abi, char *room);
/* Whether what is started with it will be traced; the descriptor's number may be an old one. */
bool environment_suffices(char *const given[]);
/* The entry of a variable; NULL where it isn't set. `length`: of its name. */
const char *environment_find(char *const *entry, const char *name, size_t length);
/* Whether an entry is one of those that we care for. */
bool environment_is_ours(const char *entry);
/*
 * The shell of a call of libc's that runs one (system, popen, wordexp): shell.c, shell_other.c.
 * shell_begins says so where it will not be traced, by a record of kind `untraced`, and gives the command
 * that libc is to run; where that isn't ours to change, `command` is NULL. After the call shell_ended.
 */
struct shell {
	bool is_other;                  /* it can't have our library, or needs another one than we are */
	struct environment environment; /* its own then */
	struct environment command;     /* memory of a command that hands on what the environment lacks */
	char **before;                  /* the program's own environ, while another is lent; NULL */
};
const char *shell_begins(struct shell *shell, enum call untraced, const char *command);
void shell_ended(struct shell *shell);
/* Where it is_other: lends its environment to the program, for a call that only starts the shell. */
void shell_lend(struct shell *shell);
/* Where it is_other: system(3), whose call lasts too long for that. Its result, with errno. */
int shell_run(const struct shell *shell, const char *command);
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
/* Whether its record says which program will run, so that the new image needn't ask. */
bool exec_tells_program(const struct program *program, const struct attempt *attempt);
/* What becomes of tracing when it succeeds (look.c). `program` begins as zeros. */
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
