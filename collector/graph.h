/*
 * graph.h - a run as a graph of programs and paths, folded until it has few enough nodes to be looked at:
 * paths into directories, processes into programs.
 *
 * Rule: nothing is dropped. What has no node of its own is counted in one that stands for it, and what isn't
 * in the graph at all is counted beside it.
 */
#ifndef INTERPOSE_GRAPH_H
#define INTERPOSE_GRAPH_H

#include "shown.h"

enum { GRAPH_NODES = 120 }; /* about how many nodes there are at most */

enum graph_edge { GRAPH_READ, GRAPH_WRITE, GRAPH_GONE, GRAPH_EDGE_COUNT };

/* One path; or a directory and all in it; or only what stands in an unfolded one beside its directories. */
struct graph_path {
	uint32_t number;       /* of the path or directory, in shown.spot */
	uint32_t paths;        /* how many it stands for */
	uint32_t outputs;      /* those among them that stand at the end and the run made or changed */
	enum answer_kind kind; /* of one path */
	bool folded;
	bool partly; /* the last of the three */
};

/* One process; or all of one program; or all of the programs that have no node of their own. */
struct graph_program {
	uint32_t process; /* the first, an index in answers.process */
	uint32_t processes;
	uint32_t failed;
	uint32_t programs; /* 1, or how many it stands for */
};

struct graph {
	struct answers *answers;
	struct shown shown;
	struct graph_path *path;
	size_t path_count;
	struct graph_program *program;
	size_t program_count;
	bool processes;                   /* each has its own node */
	uint32_t *edge[GRAPH_EDGE_COUNT]; /* [program * path_count + path]: how many uses */
	uint32_t *child;                  /* [program * program_count + program]: how many children */

	/* The module's own. */
	uint32_t *program_of; /* the node of each process */
	uint32_t *path_of;    /* likewise of each number */
	uint32_t *end;        /* of each number: the first behind all that is under it */
	uint32_t *under;      /* paths at and under it; outputs among them */
	uint32_t *outputs;
	uint8_t *kind;
	bool *used;
	uint8_t *unfolded; /* enum unfolded, of graph_fold.c */
	size_t path_room;
};

/* Makes it of `answers`, after answers_end and with uses; -1 with errno. Always graph_free(). */
int graph_make(struct graph *graph, struct answers *answers, const struct output *output);
void graph_free(struct graph *graph);
/* graph_fold.c: decides which directories are unfolded, so that there are about `most` nodes, and makes them.
 */
int graph_fold(struct graph *graph, size_t most);

#endif
