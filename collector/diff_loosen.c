/*
 * diff_loosen.c - texts of a run without what differs for no reason: numbers that are pids of this run, and
 * names of temporary files. A temporary file is one that the run made and removed, whatever it is called, and
 * what stands right under /tmp and /var/tmp.
 *
 * Rule: it is asked only about what has no exact counterpart in the other run. So it may be generous.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "diff.h"

/* A pid of one digit is more likely to be another number. */
enum { DIGITS_LEAST = 2 };

static bool
is_name_byte(char byte)
{
	return isalnum((unsigned char)byte) || (byte != '\0' && strchr("._+-~%#", byte) != NULL) ||
	       (unsigned char)byte >= 0x80;
}

static size_t
name_length(const char *text)
{
	size_t length = 0;

	while (is_name_byte(text[length]))
		length++;
	return length;
}

/* Whether `at` in `text` stands right in a directory for temporary files, of the root and not of some other.
 */
static bool
is_in_tmp(const char *text, const char *at)
{
	const char *name;

	if (at - text < 5 || strncmp(at - 5, "/tmp/", 5) != 0)
		return false;
	at -= 5;
	if (at - text >= 4 && strncmp(at - 4, "/var", 4) == 0)
		at -= 4;
	for (name = at; name > text && is_name_byte(name[-1]);)
		name--;
	return name == at || *name == '-'; /* as in -I/tmp/x */
}

static bool
is_member(const struct textset *set, const char *text, size_t length)
{
	char *copy = strndup(text, length);
	bool found = copy != NULL && textset_find(set, copy) != NULL;

	free(copy);
	return found;
}

/* A temporary name becomes a star, with its ending unless that is a pid. */
static char *
put_star(const struct diff_side *side, char *out, const char *name, size_t length)
{
	size_t dot = length;

	while (dot > 0 && name[dot - 1] != '.')
		dot--;
	*out++ = '*';
	if (dot > 1 && length - dot <= 4 && !is_member(&side->pids, name + dot, length - dot)) {
		memcpy(out, name + dot - 1, length - dot + 1);
		out += length - dot + 1;
	}
	return out;
}

/* Another name keeps all but the pids in it. */
static char *
put_name(const struct diff_side *side, char *out, const char *name, size_t length)
{
	for (size_t at = 0; at < length;) {
		size_t digits = strspn(name + at, "0123456789");

		if (digits == 0) {
			*out++ = name[at++];
			continue;
		}
		if (digits >= DIGITS_LEAST && is_member(&side->pids, name + at, digits)) {
			*out++ = '#';
		} else {
			memcpy(out, name + at, digits);
			out += digits;
		}
		at += digits;
	}
	return out;
}

char *
diff_loosen(const struct diff_side *side, const char *text)
{
	/* A star and an ending are never longer than what they stand for, but for a name of one byte. */
	char *loosened = malloc(strlen(text) * 2 + 1), *out = loosened;

	if (loosened == NULL)
		return NULL;
	for (const char *at = text; *at != '\0';) {
		size_t length = name_length(at);

		if (length == 0)
			*out++ = *at++;
		else if (is_in_tmp(text, at) || is_member(&side->temporary, at, length))
			out = put_star(side, out, at, length);
		else
			out = put_name(side, out, at, length);
		at += length;
	}
	*out = '\0';
	return loosened;
}
