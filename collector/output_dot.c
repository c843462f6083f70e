/*
 * output_dot.c - a run as a graph for Graphviz: interpose.dot(5). What is folded into what is decided in
 * graph.c.
 *
 * Rule: a text is a quoted string in which nothing means anything to Graphviz: in its labels a backslash, an
 * ampersand and control characters would (write_escaped).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "answered.h"
#include "graph.h"
#include "output.h"
#include "utf8.h"

enum { LABEL_MAX = 60, REASONS_MAX = 5 };

/*
 * As it stands between quotes. Graphviz takes a backslash for the begin of an escape and & for that of an
 * entity; XML, which it may write, has no control characters, nor U+FFFE and U+FFFF. `most` bytes at most,
 * then an ellipsis.
 */
static void
write_escaped(struct line *line, const char *text, size_t most, bool tip)
{
	static const char hex[] = "0123456789abcdef";
	size_t size = strlen(text);

	for (size_t at = 0; at < size;) {
		bool good;
		size_t length = utf8_character(text + at, size - at, &good);
		unsigned char byte = (unsigned char)text[at];

		if (at + length > most) {
			line_text(line, "\xe2\x80\xa6");
			return;
		}
		if (!good ||
		    (length == 3 && memcmp(text + at, "\xef\xbf", 2) == 0 && text[at + 2] >= '\xbe')) {
			line_text(line, "\xef\xbf\xbd");
		} else if (byte < ' ' || byte == 0x7f) {
			line_text(line, "\\\\x");
			line_byte(line, hex[byte >> 4]);
			line_byte(line, hex[byte & 15]);
		} else if (byte == '&') {
			line_text(line, "&amp;");
		} else {
			if (byte == '"' || byte == '\\')
				line_byte(line, '\\');
			/* Graphviz goes over tooltips twice, and the first time takes one of each pair. */
			if (byte == '\\' && tip && text[at + 1] != '\0' && strchr("NGETHL\\", text[at + 1]))
				line_text(line, "\\\\");
			line_bytes(line, text + at, length);
		}
		at += length;
	}
}

static void
write_text(struct line *line, const char *text, size_t most)
{
	write_escaped(line, text, most, false);
}

static void
write_command(struct line *line, const struct answers *answers, const struct answer_process *process)
{
	for (size_t at = 0; at < process->argc; at++) {
		if (at > 0)
			line_byte(line, ' ');
		write_escaped(line, answers_text(answers, process->argv[at]), 1000, true);
	}
}

/* The first arguments, as far as there is room for them in a node. */
static void
write_arguments(struct line *line, const struct answers *answers, const struct answer_process *process)
{
	size_t length = 0;

	for (size_t at = 1; at < process->argc && length < LABEL_MAX; at++) {
		const char *text = answers_text(answers, process->argv[at]);

		line_text(line, at > 1 ? " " : "\\n");
		write_text(line, text, LABEL_MAX - length);
		length += strlen(text) + 1;
	}
}

static int
write_program(struct output *output, struct line *line, const struct graph *graph, size_t at)
{
	const struct graph_program *program = &graph->program[at];
	const struct answers *answers = graph->answers;
	const struct answer_process *process = &answers->process[program->process];
	const char *exe = answers_text(answers, process->exe);

	line_text(line, "\tp");
	line_unsigned(line, at);
	line_text(line, " [shape=box, style=\"rounded,filled\", fillcolor=\"#dbe9fb\", label=\"");
	if (program->programs > 1) {
		line_unsigned(line, program->programs);
		line_text(line, " other programs");
	} else {
		write_text(line, answers_program(answers, process), LABEL_MAX);
	}
	if (graph->processes) {
		write_arguments(line, answers, process);
	} else {
		line_count(line, "\\n", program->processes, " process", " processes");
		if (program->failed > 0)
			line_count(line, ", ", program->failed, " failed", " failed");
	}
	line_text(line, "\", tooltip=\"");
	if (graph->processes)
		write_command(line, answers, process);
	else if (program->programs == 1 && exe != NULL)
		write_escaped(line, exe, SIZE_MAX, true);
	line_text(line, program->failed > 0 ? "\", color=\"#cf222e\", penwidth=2];\n" : "\"];\n");
	return line_write(line, output->stream);
}

static const char *
colour_of(const struct graph_path *path)
{
	if (path->folded)
		return path->outputs > 0 ? "#d9f2dd" : "#f3f4f6";
	switch (path->kind) {
	case ANSWER_CREATED:
		return "#d9f2dd";
	case ANSWER_OVERWRITTEN:
	case ANSWER_MODIFIED:
		return "#fbeec2";
	case ANSWER_DELETED:
		return "#fbd7d5";
	case ANSWER_TEMPORARY:
		return "#e9defb";
	case ANSWER_NONE:
		break;
	}
	return "#f3f4f6";
}

/* The path, from the directory of the command on where it is there. */
static const char *
short_path(const struct answers *answers, const char *path)
{
	size_t length = strlen(answers->cwd);

	if (length > 1 && strncmp(path, answers->cwd, length) == 0 && path[length] == '/')
		return path + length + 1;
	return *path != '\0' ? path : "/";
}

static int
write_path(struct output *output, struct line *line, const struct graph *graph, size_t at)
{
	const struct graph_path *path = &graph->path[at];
	const char *name = spots_path(&graph->answers->spots, graph->shown.spot[path->number]);
	const char *label = short_path(graph->answers, name);

	line_text(line, "\tf");
	line_unsigned(line, at);
	line_text(line, path->folded || graph->shown.spot[path->number]->directory
			    ? " [shape=folder, style=filled, fillcolor=\""
			    : " [shape=note, style=filled, fillcolor=\"");
	line_text(line, colour_of(path));
	line_text(line, "\", label=\"");
	write_text(line, label, SIZE_MAX);
	if (path->folded) {
		line_text(line, strcmp(label, "/") == 0 ? "" : "/");
		line_text(line, path->partly ? "*" : "");
		line_count(line, "\\n", path->paths, " path", " paths");
		if (path->outputs > 0)
			line_count(line, ", ", path->outputs, " made or changed", " made or changed");
	}
	line_text(line, "\", tooltip=\"");
	write_escaped(line, name, SIZE_MAX, true);
	line_text(line, "\"];\n");
	return line_write(line, output->stream);
}

static void
write_edge(struct line *line, const char *from, size_t from_at, const char *to, size_t to_at)
{
	line_byte(line, '\t');
	line_text(line, from);
	line_unsigned(line, from_at);
	line_text(line, " -> ");
	line_text(line, to);
	line_unsigned(line, to_at);
	line_text(line, " [");
}

/* `attributes`, and how many uses the edge stands for where it isn't one. */
static int
end_edge(struct output *output, struct line *line, const char *attributes, uint32_t count)
{
	line_text(line, attributes);
	if (count > 1) {
		line_text(line, ", label=\"");
		line_unsigned(line, count);
		line_byte(line, '"');
	}
	line_text(line, "];\n");
	return line_write(line, output->stream);
}

static int
write_uses(struct output *output, struct line *line, const struct graph *graph, size_t program, size_t path)
{
	size_t at = program * graph->path_count + path;
	uint32_t reads = graph->edge[GRAPH_READ][at], writes = graph->edge[GRAPH_WRITE][at];
	uint32_t gone = graph->edge[GRAPH_GONE][at];
	int result = 0;

	if (reads > 0) {
		write_edge(line, "f", path, "p", program);
		result = end_edge(output, line, "color=\"#4e79a7\"", reads);
	}
	if (writes > 0 && result == 0) {
		write_edge(line, "p", program, "f", path);
		result = end_edge(output, line, "color=\"#d1242f\"", writes);
	}
	if (gone > 0 && result == 0) {
		write_edge(line, "p", program, "f", path);
		result = end_edge(output, line, "color=\"#8250df\", style=dashed", gone);
	}
	return result;
}

static int
write_edges(struct output *output, struct line *line, const struct graph *graph)
{
	for (size_t program = 0; program < graph->program_count; program++) {
		for (size_t path = 0; path < graph->path_count; path++) {
			if (write_uses(output, line, graph, program, path) == -1)
				return -1;
		}
		for (size_t child = 0; child < graph->program_count; child++) {
			uint32_t count = graph->child[program * graph->program_count + child];

			if (count == 0)
				continue;
			write_edge(line, "p", program, "p", child);
			if (end_edge(output, line, "color=\"#8c959f\", style=dotted, arrowhead=empty",
				     count) == -1)
				return -1;
		}
	}
	return 0;
}

static void
write_title(struct line *line, const struct graph *graph)
{
	const struct answers *answers = graph->answers;
	size_t paths = graph->shown.count > 0 ? graph->under[0] : 0;

	line_text(line, "digraph interpose {\n\tgraph [rankdir=LR, ranksep=1, fontname=\"sans-serif\", "
			"labelloc=t, label=\"");
	for (size_t at = 0; at < answers->command_count; at++) {
		line_text(line, at > 0 ? " " : "");
		write_text(line, answers->command[at], 200);
	}
	line_count(line, "\\n", answers->process_count, " process in ", " processes in ");
	line_count(line, "", graph->program_count, " node, ", " nodes, ");
	line_count(line, "", paths, " path in ", " paths in ");
	line_count(line, "", graph->path_count, " node", " nodes");
	if (graph->shown.others > 0)
		line_count(line, "\\nnot shown: ", graph->shown.others,
			   " path that was only looked at or for", " paths that were only looked at or for");
	if (graph->shown.left_out > 0)
		line_count(line, "\\nleft out by -P or --ignore: ", graph->shown.left_out, " path", " paths");
	for (size_t at = 0; at < answers->reason_count && at < REASONS_MAX; at++) {
		line_text(line, "\\nincomplete: ");
		write_text(line, answers->reason[at], 200);
	}
	if (answers->reason_count > REASONS_MAX)
		line_count(line, "\\nincomplete: ", answers->reason_count - REASONS_MAX, " more reason",
			   " more reasons");
	line_text(line, "\"];\n\tnode [fontname=\"sans-serif\", fontsize=10];\n"
			"\tedge [fontname=\"sans-serif\", fontsize=9, arrowsize=0.7];\n");
}

static int
write_graph(struct output *output, struct line *line, const struct graph *graph)
{
	write_title(line, graph);
	for (size_t at = 0; at < graph->program_count; at++) {
		if (write_program(output, line, graph, at) == -1)
			return -1;
	}
	for (size_t at = 0; at < graph->path_count; at++) {
		if (write_path(output, line, graph, at) == -1)
			return -1;
	}
	if (write_edges(output, line, graph) == -1)
		return -1;
	line_text(line, "}\n");
	return line_write(line, output->stream);
}

static int
make_graph(struct output *output, const struct trace_end *end)
{
	struct answered *answered = output->state;
	struct graph graph;
	int result, error;

	if (shown_end(output, answers_of(output), end) == -1)
		return -1;
	result = graph_make(&graph, answers_of(output), output);
	if (result == 0)
		result = write_graph(output, &answered->line, &graph);
	error = errno;
	graph_free(&graph);
	errno = error;
	return result;
}

static int
dot_end(struct output *output, const struct trace_end *end)
{
	return answered_close(output, output->error == 0 ? make_graph(output, end) : 0);
}

const struct output_format output_dot = {
    .name = "dot",
    .pattern = "*.dot",
    .begin = answered_begin,
    .event = answered_event,
    .end = dot_end,
    .selects_paths = true,
};
