/*
 * outcome.c - see outcome.h.
 */
#include <string.h>

#include "names.h"
#include "outcome.h"

void
outcome_error(struct line *line, const struct event *event)
{
	const char *description = strerrordesc_np(event->error);
	char buffer[NAMES_SIZE];

	line_number(line, event_has(event, FIELD_ret) && event->number[FIELD_ret] != 0
			      ? event->number[FIELD_ret]
			      : -1);
	line_byte(line, ' ');
	line_text(line, names_error(event->error, buffer));
	if (description != NULL) {
		line_text(line, " (");
		line_text(line, description);
		line_byte(line, ')');
	}
}

enum field
outcome_field(const struct event *event)
{
	if (event->kind == EVENT_OPEN && event_has(event, FIELD_fd))
		return FIELD_fd;
	if (event->kind == EVENT_FORK && event_has(event, FIELD_child))
		return FIELD_child;
	if (event->kind == EVENT_DUP && event_has(event, FIELD_new_fd))
		return FIELD_new_fd;
	return FIELD_ret;
}

void
outcome_process(struct line *line, const struct event *event)
{
	char buffer[NAMES_SIZE];

	if (event_has(event, FIELD_signal)) {
		line_text(line, "killed by ");
		line_text(line, names_signal(event->number[FIELD_signal], buffer));
		if (event_has(event, FIELD_core) && event->number[FIELD_core] != 0)
			line_text(line, " (core dumped)");
	} else if (event_has(event, FIELD_status)) {
		line_text(line, "exited with ");
		line_number(line, event->number[FIELD_status]);
	} else {
		line_text(line, "ended");
	}
}
