/*
 * test_shim_string.c - the shim's own string functions against the C library's, for every length, alignment
 * and distance up to a few words, at the end of a page behind which nothing is mapped.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>

#include <cmocka.h>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmissing-prototypes"
#define bcmp    own_bcmp
#define memchr  own_memchr
#define memcmp  own_memcmp
#define memcpy  own_memcpy
#define memmove own_memmove
#define memset  own_memset
#define stpcpy  own_stpcpy
#define strcat  own_strcat
#define strchr  own_strchr
#define strcmp  own_strcmp
#define strcpy  own_strcpy
#define strcspn own_strcspn
#define strlen  own_strlen
#define strncmp own_strncmp
#define strncpy own_strncpy
#define strrchr own_strrchr
#define strspn  own_strspn
#define strstr  own_strstr
#include "../../shim/string.c"
#undef bcmp
#undef memchr
#undef memcmp
#undef memcpy
#undef memmove
#undef memset
#undef stpcpy
#undef strcat
#undef strchr
#undef strcmp
#undef strcpy
#undef strcspn
#undef strlen
#undef strncmp
#undef strncpy
#undef strrchr
#undef strspn
#undef strstr
#pragma GCC diagnostic pop

enum { PAGE = 4096, SIZE = 50 };

/* The last bytes of a page. */
static char *
end_of_page(void)
{
	char *pages = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_ptr_not_equal(pages, MAP_FAILED);
	assert_int_equal(mprotect(pages + PAGE, PAGE, PROT_NONE), 0);
	return pages + PAGE;
}

static int
sign(int number)
{
	return (number > 0) - (number < 0);
}

static void
fill(char *at, size_t length, unsigned seed)
{
	for (size_t i = 0; i < length; i++)
		at[i] = "ab\x80\xff"[(seed = seed * 1103515245 + 12345) >> 16 & 3];
}

static void
what_is_common_is_found(void **state)
{
	char *end = end_of_page(), *other_end = end_of_page();

	(void)state;
	for (size_t length = 0; length < 3 * COMMON_STEP; length++) {
		for (size_t same = 0; same <= length; same++) {
			char *one = end - length, *other = other_end - length;

			fill(one, length, (unsigned)length);
			memcpy(other, one, length);
			if (same < length)
				other[same] ^= 0x40;
			assert_int_equal(string_common(one, other, length), same);
			assert_int_equal(string_common(end - length, other_end - length, same), same);
		}
	}
}

static void
strings_are_read_as_libc_does(void **state)
{
	char *end = end_of_page(), *other_end = end_of_page();

	(void)state;
	for (size_t length = 0; length < SIZE; length++) {
		char *string = end - length - 1, *other = other_end - length - 1;

		for (unsigned seed = 0; seed < 20; seed++) {
			fill(string, length, seed);
			string[length] = '\0';
			memcpy(other, string, length + 1);
			if (length > 0 && seed % 2)
				other[seed % length] ^= (char)(seed / 2 % 3);
			assert_int_equal(own_strlen(string), length);
			assert_int_equal(sign(own_strcmp(string, other)), sign(strcmp(string, other)));
			assert_int_equal(sign(own_strncmp(string, other, seed)),
					 sign(strncmp(string, other, seed)));
			assert_int_equal(sign(own_memcmp(string, other, length)),
					 sign(memcmp(string, other, length)));
			char letter = "abd\xff"[seed % 4];
			assert_ptr_equal(own_strchr(string, letter), strchr(string, letter));
			assert_ptr_equal(own_strrchr(string, letter), strrchr(string, letter));
			assert_ptr_equal(own_memchr(string, letter, length), memchr(string, letter, length));
			assert_ptr_equal(own_strchr(string, '\0'), string + length);
			assert_ptr_equal(own_strrchr(string, '\0'), string + length);
			assert_int_equal(own_strspn(string, "ab"), strspn(string, "ab"));
			assert_int_equal(own_strcspn(string, "d\xff"), strcspn(string, "d\xff"));
			assert_int_equal(own_strcspn(string, "d"), strcspn(string, "d"));
			assert_int_equal(own_strcspn(string, ""), strcspn(string, ""));
			assert_int_equal(own_strcspn(string, "xd\xff"), strcspn(string, "xd\xff"));
			assert_ptr_equal(own_strstr(string, "ab"), strstr(string, "ab"));
			assert_ptr_equal(own_strstr(string, ""), string);
		}
	}
}

/* A copy, and what lies around it. */
static void
bytes_are_written_as_libc_does(void **state)
{
	char *from = end_of_page();
	char ours[4 * SIZE], theirs[4 * SIZE];

	(void)state;
	for (size_t length = 0; length < SIZE; length++) {
		for (size_t at = 0; at < 17; at++) {
			char *source = from - length - 1;

			fill(source, length, (unsigned)(length + at));
			source[length] = '\0';
			memset(ours, 'z', sizeof ours);
			memset(theirs, 'z', sizeof theirs);
			assert_ptr_equal(own_memcpy(ours + at, source, length), ours + at);
			memcpy(theirs + at, source, length);
			assert_memory_equal(ours, theirs, sizeof ours);
			assert_ptr_equal(own_stpcpy(ours + at, source),
					 stpcpy(theirs + at, source) - theirs + ours);
			assert_memory_equal(ours, theirs, sizeof ours);
			assert_ptr_equal(own_strcat(ours + at, source), ours + at);
			strcat(theirs + at, source);
			assert_memory_equal(ours, theirs, sizeof ours);
			assert_ptr_equal(own_strcpy(ours + at, source), ours + at);
			strcpy(theirs + at, source);
			assert_ptr_equal(own_strncpy(ours + 100, source, at), ours + 100);
			memcpy(theirs + 100, source, at < length ? at : length);
			if (at > length)
				memset(theirs + 100 + length, 0, at - length);
			assert_memory_equal(ours, theirs, sizeof ours);
			own_memset(ours + at, 'y', length);
			memset(theirs + at, 'y', length);
			assert_memory_equal(ours, theirs, sizeof ours);
		}
	}
}

static void
overlapping_bytes_move(void **state)
{
	char ours[3 * SIZE], theirs[3 * SIZE];

	(void)state;
	for (size_t length = 0; length < SIZE; length++) {
		for (size_t from = 0; from < SIZE; from += 3) {
			for (size_t to = 0; to < SIZE; to += 2) {
				fill(ours, sizeof ours, (unsigned)length);
				memcpy(theirs, ours, sizeof ours);
				assert_ptr_equal(own_memmove(ours + to, ours + from, length), ours + to);
				memmove(theirs + to, theirs + from, length);
				assert_memory_equal(ours, theirs, sizeof ours);
			}
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_common_is_found),
	    cmocka_unit_test(strings_are_read_as_libc_does),
	    cmocka_unit_test(bytes_are_written_as_libc_does),
	    cmocka_unit_test(overlapping_bytes_move),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
