/*
 * utf8.c - see utf8.h. Overlong forms, surrogates and what is beyond U+10FFFF are bad (Unicode 15, table
 * 3-7).
 */
#include "utf8.h"

size_t
utf8_character(const char *text, size_t size, bool *good)
{
	const unsigned char *byte = (const unsigned char *)text;
	unsigned char first = byte[0], low = 0x80, high = 0xbf;
	size_t length, at;

	*good = first < 0x80;
	if (first < 0xc2 || first > 0xf4)
		return 1;
	length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
	if (first == 0xe0)
		low = 0xa0;
	else if (first == 0xed)
		high = 0x9f;
	else if (first == 0xf0)
		low = 0x90;
	else if (first == 0xf4)
		high = 0x8f;
	for (at = 1; at < length; at++) {
		if (at >= size || byte[at] < low || byte[at] > high)
			return at;
		low = 0x80;
		high = 0xbf;
	}
	*good = true;
	return length;
}
