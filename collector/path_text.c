/*
 * path_text.c - a path as it grows, and the join that asks nothing (path_text.h).
 *
 * Rule: room is made before bytes are written, for the longest that the loop can write.
 */
#include <stdlib.h>
#include <string.h>

#include "path_text.h"

int
path_text_reserve(struct path_text *text, size_t more)
{
	size_t need = text->length + more + 1;

	if (need <= text->size)
		return 0;
	char *bytes = realloc(text->bytes, need * 2);
	if (!bytes)
		return -1;
	text->bytes = bytes;
	text->size = need * 2;
	return 0;
}

const char *
path_text_join(struct path_text *text, const char *base, const char *arg)
{
	size_t floor = base ? strlen(base) : 0;
	size_t length;

	text->length = 0;
	if (path_text_reserve(text, floor + 1 + strlen(arg) + 1) < 0)
		return NULL;
	if (floor > 0)
		memcpy(text->bytes, base, floor);
	text->length = floor;
	for (const char *name = arg; *name; name += length) {
		length = (size_t)(strchrnul(name, '/') - name);
		if (length == 0) {
			length = 1;
			continue;
		}
		if (length == 1 && *name == '.')
			continue;
		if (length == 2 && name[0] == '.' && name[1] == '.' && text->length > floor) {
			char *slash = memrchr(text->bytes + floor, '/', text->length - floor);
			char *last = slash ? slash + 1 : text->bytes;
			size_t last_length = (size_t)(text->bytes + text->length - last);
			if (last_length != 2 || memcmp(last, "..", 2) != 0) {
				text->length = (size_t)((slash ? slash : text->bytes) - text->bytes);
				continue;
			}
		}
		if (text->length > 0)
			text->bytes[text->length++] = '/';
		memcpy(text->bytes + text->length, name, length);
		text->length += length;
	}
	if (text->length == 0 && *arg)
		text->bytes[text->length++] = '.';
	text->bytes[text->length] = '\0';
	return text->bytes;
}

void
path_text_clean(char *path)
{
	const char *in = path;
	char *out = path;

	while (*in != '\0') {
		size_t length;

		in += strspn(in, "/");
		length = strcspn(in, "/");
		if (length == 2 && memcmp(in, "..", 2) == 0) {
			while (out > path && *--out != '/')
				;
		} else if (length > 0 && !(length == 1 && *in == '.')) {
			*out++ = '/';
			memmove(out, in, length);
			out += length;
		}
		in += length;
	}
	if (out == path)
		*out++ = '/';
	*out = '\0';
}
