/*
 * json_write.h - members of a JSON object, written straight into a line.
 *
 * Every function but the first and last writes one member, with the comma before it where one is due. Names
 * are our own and need no escapes. Texts are bytes of any kind; see json_write_text().
 */
#ifndef INTERPOSE_JSON_WRITE_H
#define INTERPOSE_JSON_WRITE_H

#include <string.h>

#include "event.h"
#include "line.h"
#include "names.h"

void json_write_begin(struct line *line);
void json_write_number(struct line *line, const char *name, int64_t value);
void json_write_unsigned(struct line *line, const char *name, uint64_t value);
void json_write_boolean(struct line *line, const char *name, bool value);
/* A text that is known to be ASCII without quotes, backslashes and controls. */
void json_write_word(struct line *line, const char *name, const char *word);
/* The same from the items, joined by "|". */
void json_write_joined(struct line *line, const char *name, const struct name_list *list);
/* And as a list. */
void json_write_words(struct line *line, const char *name, const struct name_list *list);
/*
 * Any bytes. Where they aren't UTF-8, each bad sequence (the longest that could have begun a character, as
 * Python's "replace" and the browsers count them) becomes U+FFFD, and NAME_bytes has all bytes in hex.
 */
void json_write_text(struct line *line, const char *name, const char *text);
/* The same behind the name, which was written already (json_write_key). */
void json_write_value(struct line *line, const char *name, const char *text);

/* A name made ready for writing: the comma, since it isn't the first, the name in quotes, the colon. */
struct json_key {
	char text[24];
	size_t length;
};
/* `name` has at most 19 bytes. */
void json_key_make(struct json_key *key, const char *name);
static inline void
json_write_key(struct line *line, const struct json_key *key)
{
	char *room = line_room(line, sizeof key->text);

	if (room == NULL)
		return;
	memcpy(room, key->text, sizeof key->text); /* of one size, so that it is a few moves */
	line->length += key->length;
}

/* Likewise for a list; in NAME_bytes an item that is UTF-8 stands as null. */
void json_write_texts(struct line *line, const char *name, const struct string_list *list);
/* Likewise an object of a list of NAME=value. */
void json_write_variables(struct line *line, const char *name, const struct string_list *list);
/* An item of a list that is written one by one, and in NAME_bytes. Returns whether the text was UTF-8. */
bool json_write_item(struct line *line, const char *text);
void json_write_item_bytes(struct line *line, const char *text);
/* Whether all bytes are characters, so that JSON can hold the text as it is. */
bool json_can_hold(const char *text);
/* Ends the object and the line. */
void json_write_end(struct line *line);

#endif
