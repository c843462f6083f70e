/*
 * json_write.c - see json_write.h. What is written here is the same byte for byte as what json-c writes with
 * JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE (tests/unit/test_outputs.c compares them), so that
 * a consumer can't tell which of the two made a document.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "json_write.h"
#include "utf8.h"

static const char hex[] = "0123456789abcdef";

static char *
escape_control(char *out, unsigned char byte)
{
	static const char letters[] = "\"\"\\\\\bb\nn\rr\tt\ff";

	*out++ = '\\';
	for (const char *pair = letters; *pair != '\0'; pair += 2) {
		if ((unsigned char)pair[0] == byte) {
			*out++ = pair[1];
			return out;
		}
	}
	memcpy(out, "u00", 3);
	out[3] = hex[byte >> 4];
	out[4] = hex[byte & 15];
	return out + 5;
}

bool
json_write_item(struct line *line, const char *text)
{
	size_t size = strlen(text), at = 0;
	char *room = line_room(line, size <= SIZE_MAX / 16 ? size * 6 + 2 : SIZE_MAX);
	char *out = room;
	bool all_good = true;

	if (room == NULL)
		return true;
	*out++ = '"';
	while (at < size) {
		size_t plain = line_plain(text + at, size - at);

		memcpy(out, text + at, plain);
		out += plain;
		at += plain;
		if (at == size)
			break;
		unsigned char byte = (unsigned char)text[at];
		if (byte == 0x7f) {
			*out++ = (char)byte;
			at++;
		} else if (byte < 0x80) {
			out = escape_control(out, byte);
			at++;
		} else {
			bool good;
			size_t length = utf8_character(text + at, size - at, &good);

			memcpy(out, good ? text + at : "\xef\xbf\xbd", good ? length : 3);
			out += good ? length : 3;
			at += length;
			all_good = all_good && good;
		}
	}
	*out++ = '"';
	line->length += (size_t)(out - room);
	return all_good;
}

static void
write_hex(struct line *line, const char *text)
{
	size_t size = strlen(text);
	char *room = line_room(line, size <= SIZE_MAX / 16 ? size * 2 + 2 : SIZE_MAX);
	char *out = room;

	if (room == NULL)
		return;
	*out++ = '"';
	for (size_t at = 0; at < size; at++) {
		*out++ = hex[(unsigned char)text[at] >> 4];
		*out++ = hex[(unsigned char)text[at] & 15];
	}
	*out++ = '"';
	line->length += (size_t)(out - room);
}

/* Writes the comma and `"NAMESUFFIX":`. */
static void
write_name(struct line *line, const char *name, const char *suffix)
{
	size_t name_size = strlen(name), suffix_size = strlen(suffix);
	char *room = line_room(line, name_size + suffix_size + 4);
	char *out = room;

	if (room == NULL)
		return;
	if (out[-1] != '{')
		*out++ = ',';
	*out++ = '"';
	memcpy(out, name, name_size);
	out += name_size;
	if (suffix_size > 0)
		memcpy(out, suffix, suffix_size);
	out += suffix_size;
	*out++ = '"';
	*out++ = ':';
	line->length += (size_t)(out - room);
}

void
json_write_begin(struct line *line)
{
	line_byte(line, '{');
}

void
json_write_number(struct line *line, const char *name, int64_t value)
{
	write_name(line, name, "");
	line_number(line, value);
}

void
json_write_unsigned(struct line *line, const char *name, uint64_t value)
{
	write_name(line, name, "");
	line_unsigned(line, value);
}

void
json_write_boolean(struct line *line, const char *name, bool value)
{
	write_name(line, name, "");
	line_text(line, value ? "true" : "false");
}

void
json_write_word(struct line *line, const char *name, const char *word)
{
	write_name(line, name, "");
	line_byte(line, '"');
	line_text(line, word);
	line_byte(line, '"');
}

static void
write_list(struct line *line, const struct name_list *list, const char *separator)
{
	for (size_t at = 0; at < list->count; at++) {
		if (at > 0)
			line_text(line, separator);
		line_text(line, list->item[at]);
	}
}

void
json_write_joined(struct line *line, const char *name, const struct name_list *list)
{
	write_name(line, name, "");
	line_byte(line, '"');
	write_list(line, list, "|");
	line_byte(line, '"');
}

void
json_write_words(struct line *line, const char *name, const struct name_list *list)
{
	write_name(line, name, "");
	line_text(line, list->count > 0 ? "[\"" : "[");
	write_list(line, list, "\",\"");
	line_text(line, list->count > 0 ? "\"]" : "]");
}

void
json_write_text(struct line *line, const char *name, const char *text)
{
	write_name(line, name, "");
	json_write_value(line, name, text);
}

void
json_write_value(struct line *line, const char *name, const char *text)
{
	if (!json_write_item(line, text)) {
		write_name(line, name, "_bytes");
		write_hex(line, text);
	}
}

void
json_key_make(struct json_key *key, const char *name)
{
	key->length = (size_t)snprintf(key->text, sizeof key->text, ",\"%s\":", name);
}

bool
json_can_hold(const char *text)
{
	size_t size = strlen(text), at = 0;
	bool good = true;

	while (good && at < size)
		at += utf8_character(text + at, size - at, &good);
	return good;
}

void
json_write_item_bytes(struct line *line, const char *text)
{
	if (json_can_hold(text))
		line_text(line, "null");
	else
		write_hex(line, text);
}

void
json_write_texts(struct line *line, const char *name, const struct string_list *list)
{
	bool all_good = true;

	write_name(line, name, "");
	line_byte(line, '[');
	for (size_t at = 0; at < list->count; at++) {
		if (at > 0)
			line_byte(line, ',');
		all_good = json_write_item(line, list->item[at]) && all_good;
	}
	line_byte(line, ']');
	if (all_good)
		return;
	write_name(line, name, "_bytes");
	line_byte(line, '[');
	for (size_t at = 0; at < list->count; at++) {
		if (at > 0)
			line_byte(line, ',');
		json_write_item_bytes(line, list->item[at]);
	}
	line_byte(line, ']');
}

/* The name before the =, as a key; the value behind it. */
static const char *
write_key(struct line *line, const char *entry)
{
	char name[256]; /* more than --env takes */
	size_t length = strcspn(entry, "=");

	snprintf(name, sizeof name, "%.*s", length < sizeof name ? (int)length : (int)sizeof name - 1, entry);
	json_write_item(line, name);
	line_byte(line, ':');
	return entry[length] == '=' ? entry + length + 1 : "";
}

void
json_write_variables(struct line *line, const char *name, const struct string_list *list)
{
	bool all_good = true;

	write_name(line, name, "");
	for (size_t at = 0; at < list->count; at++) {
		line_byte(line, at > 0 ? ',' : '{');
		all_good = json_write_item(line, write_key(line, list->item[at])) && all_good;
	}
	line_text(line, list->count > 0 ? "}" : "{}");
	if (all_good)
		return;
	write_name(line, name, "_bytes");
	for (size_t at = 0; at < list->count; at++) {
		line_byte(line, at > 0 ? ',' : '{');
		json_write_item_bytes(line, write_key(line, list->item[at]));
	}
	line_byte(line, '}');
}

void
json_write_end(struct line *line)
{
	line_text(line, "}\n");
}
