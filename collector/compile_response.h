/*
 * compile_response.h - @FILE on a compiler's command line: more arguments, which stand in the file.
 *
 * They aren't in the trace. They can only be read while the file is there and still what the compiler read,
 * which is so when it hasn't changed since the compiler was started.
 */
#ifndef INTERPOSE_COMPILE_RESPONSE_H
#define INTERPOSE_COMPILE_RESPONSE_H

#include <stdbool.h>
#include <stdint.h>

#include "event.h"
#include "words.h"

struct response {
	const char *directory; /* that the compiler was started in */
	bool may_read;         /* the trace is of this machine */
	int64_t seconds;       /* CLOCK_REALTIME when the compiler was started */
	uint32_t nanoseconds;
};

/*
 * Adds the arguments to `words`, those of files in place of each @FILE, as GCC reads them. A file that can't
 * be read stays as "@FILE", and the first of them is copied to *unread, which the caller sets to NULL before
 * and frees. 0, or -1 with ENOMEM.
 */
int response_expand(const struct response *response, const struct string_list *arguments, struct words *words,
		    char **unread);

#endif
