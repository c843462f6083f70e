/*
 * long_records.c - calls on paths that don't fit into a slot and on such as do, in turn, with an index at the
 * end of each: of every length from FIRST to LAST, COUNT calls in all.
 *
 * usage: long_records FIRST LAST COUNT
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { COMPONENT = 100, DIGITS = 8 };

int
main(int argc, char *argv[])
{
	static char path[8192];
	long first = argc > 3 ? atol(argv[1]) : 0, last = argc > 3 ? atol(argv[2]) : 0;
	long count = argc > 3 ? atol(argv[3]) : 0;

	if (first < DIGITS + 1 || last < first || last >= (long)sizeof path)
		return 2;
	for (long i = 0; i < count; i++) {
		long length = i % 5 == 4 ? 20 : first + i * 7 % (last - first + 1);

		long slash = length - DIGITS - 1; /* before the index */

		for (long at = 0; at < slash; at++)
			path[at] = at % COMPONENT == 0 && (at == 0 || at < slash - 1) ? '/' : 'n';
		path[slash] = '/';
		for (long at = DIGITS, rest = i; at > 0; at--, rest /= 10)
			path[length - DIGITS + at - 1] = (char)('0' + rest % 10);
		path[length] = '\0';
		access(path, F_OK);
	}
	return 0;
}
