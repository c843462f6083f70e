/*
 * test_decode.c - every row of calls.def and every note: a record made by hand from the row's fields is read
 * back field by field; cut anywhere, or with a length that lies, it is refused.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "call_rows.h"
#include "decode.h"
#include "record_builder.h"

enum { LENGTHS = 16 };

static const char *const texts[] = {"", "usr/include/a.h", NULL, "b"};
static const char *const list[] = {"cc", "", "-DX=\"y\xff\"", NULL};
static struct decode_memory memory;

/* A record as a row's fields say, and what it must be read as. */
struct sample {
	struct bytes bytes;
	struct record record;
	size_t length_at[LENGTHS]; /* where lengths of strings and counts of lists stand */
	size_t length_count;
};

static const char *
put_text(struct sample *sample, unsigned number)
{
	const char *text = texts[number % 4];

	sample->length_at[sample->length_count++] = sample->bytes.size;
	bytes_string(&sample->bytes, text);
	return text;
}

static void
put_list(struct sample *sample)
{
	sample->length_at[sample->length_count++] = sample->bytes.size;
	for (size_t i = 0, at = sample->bytes.size + 4; list[i]; at += 4 + strlen(list[i]), i++)
		sample->length_at[sample->length_count++] = at;
	bytes_strings(&sample->bytes, list);
	sample->record.strings = (struct string_list){3, list};
}

static int
put_number(struct sample *sample, int number)
{
	bytes_number(&sample->bytes, number);
	return number;
}

static int64_t
put_long(struct sample *sample, int64_t number)
{
	bytes_put(&sample->bytes, &number, sizeof number);
	return number;
}

static void
put_field(struct sample *sample, char letter, unsigned number)
{
	struct record *record = &sample->record;
	int value = -1000 - (int)number;

	switch (letter) {
	case 'r':
		record->has_result = true;
		record->result = put_number(sample, value);
		break;
	case 'R':
		record->has_result = true;
		record->result = put_long(sample, INT64_C(1) << 40);
		break;
	case 'd':
		assert_true(record->path_count < RECORD_PATHS);
		record->dirfd[record->path_count] = put_number(sample, value);
		break;
	case 'p':
		assert_true(record->path_count < RECORD_PATHS);
		record->path[record->path_count++] = put_text(sample, number);
		break;
	case 't':
		assert_true(record->text_count < RECORD_TEXTS);
		record->text[record->text_count++] = put_text(sample, number);
		break;
	case 'f':
		record->has_fd = true;
		record->fd = put_number(sample, value);
		break;
	case 'n':
		record->has_new_fd = true;
		record->new_fd = put_number(sample, value);
		break;
	case 'a':
		record->has_flags = true;
		record->flags = put_number(sample, value);
		break;
	case 'm':
		record->has_mode = true;
		record->mode = (unsigned)put_number(sample, value);
		break;
	case 'L':
		record->has_length = true;
		record->length = put_long(sample, -(INT64_C(1) << 50));
		break;
	case 'u':
		record->has_owner = true;
		record->uid = put_number(sample, value);
		break;
	case 'g':
		record->gid = put_number(sample, value);
		break;
	case 'i':
		assert_true(record->number_count < RECORD_NUMBERS);
		record->number[record->number_count++] = put_number(sample, value);
		break;
	case 'w':
		record->follow = put_number(sample, value);
		break;
	case 'e':
		record->existed = put_number(sample, value);
		break;
	case 'c':
		record->child = put_number(sample, value);
		break;
	case 's':
		record->status = put_number(sample, value);
		break;
	case 'v':
		put_list(sample);
		break;
	default:
		fail_msg("no such field: %c", letter);
	}
}

/* The size that the head announces. */
static void
set_size(struct sample *sample, uint32_t size)
{
	memcpy(sample->bytes.data, &size, sizeof size);
}

static void
make(struct sample *sample, const struct call_row *row)
{
	struct record_head head = {.call = (uint16_t)row->call, .error = ENOENT, .time = UINT64_C(1) << 60};
	struct record *record = &sample->record;

	sample->bytes.size = 0;
	sample->length_count = 0;
	memset(record, 0, sizeof *record);
	record->call = row->call;
	record->error = ENOENT;
	record->time = UINT64_C(1) << 60;
	record->fd = record->new_fd = record->follow = -1;
	record->dirfd[0] = record->dirfd[1] = AT_FDCWD;
	bytes_put(&sample->bytes, &head, sizeof head);
	for (unsigned i = 0; row->fields[i]; i++)
		put_field(sample, row->fields[i], i);
	set_size(sample, (uint32_t)sample->bytes.size);
}

static void
assert_text(const char *text, const char *expected)
{
	assert_int_equal(text == NULL, expected == NULL);
	if (expected)
		assert_string_equal(text, expected);
}

static void
compare(const struct record *record, const struct record *expected)
{
	struct record numbers = *record, wanted = *expected;

	for (size_t i = 0; i < RECORD_PATHS; i++)
		assert_text(record->path[i], expected->path[i]);
	for (size_t i = 0; i < RECORD_TEXTS; i++)
		assert_text(record->text[i], expected->text[i]);
	assert_int_equal(record->strings.count, expected->strings.count);
	for (size_t i = 0; i < expected->strings.count; i++)
		assert_text(record->strings.item[i], expected->strings.item[i]);
	/* All that isn't a pointer, at once. */
	memset(numbers.path, 0, sizeof numbers.path);
	memset(wanted.path, 0, sizeof wanted.path);
	memset(numbers.text, 0, sizeof numbers.text);
	memset(wanted.text, 0, sizeof wanted.text);
	memset(&numbers.strings, 0, sizeof numbers.strings);
	memset(&wanted.strings, 0, sizeof wanted.strings);
	assert_memory_equal(&numbers, &wanted, sizeof numbers);
}

/* Decodes a copy of exactly `size` bytes, so that a sanitizer sees a read behind it. */
static int
read_copy(struct record *record, const struct sample *sample, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);

	assert_non_null(copy);
	memcpy(copy, sample->bytes.data, size);
	int result = decode(record, copy, size, &memory);
	free(copy);
	return result;
}

static void
refuse(const struct sample *sample, size_t size, const char *name, const char *what)
{
	struct record record;

	errno = 0;
	if (read_copy(&record, sample, size) != -1 || errno != EBADMSG)
		fail_msg("%s, %s at %zu of %zu bytes: not refused", name ? name : "a note", what, size,
			 sample->bytes.size);
}

static int
clean(void **state)
{
	(void)state;
	decode_free(&memory);
	return 0;
}

static void
test_every_row(void **state)
{
	struct sample sample = {0};
	struct record record;
	bool there[CALL_COUNT] = {false};

	(void)state;
	for (size_t i = 0; i < CALL_ROWS; i++) {
		make(&sample, &call_rows[i]);
		memset(&record, 0x55, sizeof record);
		assert_int_equal(read_copy(&record, &sample, sample.bytes.size), 0);
		compare(&record, &sample.record);
		assert_text(decode_call_name(call_rows[i].call), call_rows[i].name);
		assert_int_equal(decode_event_kind(call_rows[i].call), call_rows[i].kind);
		there[call_rows[i].call] = true;
	}
	for (int call = 1; call < CALL_COUNT; call++)
		assert_true(there[call]);
	assert_null(decode_call_name(CALL_NONE));
	assert_null(decode_call_name(CALL_COUNT));
	assert_int_equal(decode_event_kind(CALL_NONE), -1);
	assert_int_equal(decode_event_kind(CALL_COUNT), -1);
	free(sample.bytes.data);
}

/* With the head saying the whole size, and with it saying the cut one. */
static void
test_truncated(void **state)
{
	struct sample sample = {0};

	(void)state;
	for (size_t i = 0; i < CALL_ROWS; i++) {
		make(&sample, &call_rows[i]);
		for (size_t size = 0; size < sample.bytes.size; size++) {
			set_size(&sample, (uint32_t)sample.bytes.size);
			refuse(&sample, size, call_rows[i].name, "cut");
			if (size < sizeof(struct record_head))
				continue;
			set_size(&sample, (uint32_t)size);
			refuse(&sample, size, call_rows[i].name, "cut and announced");
		}
	}
	free(sample.bytes.data);
}

/* A length or count that reaches beyond the record, by one or by much; and a shorter one, which leaves
 * something over. */
static void
test_lengths(void **state)
{
	struct sample sample = {0};

	(void)state;
	for (size_t i = 0; i < CALL_ROWS; i++) {
		make(&sample, &call_rows[i]);
		for (size_t j = 0; j < sample.length_count; j++) {
			uint8_t *at = sample.bytes.data + sample.length_at[j];
			uint32_t rest = (uint32_t)(sample.bytes.size - sample.length_at[j] - 4), was;
			const uint32_t lies[] = {rest + 1, rest + 5, INT32_MAX, UINT32_C(1) << 31,
						 UINT32_MAX - 1};

			memcpy(&was, at, sizeof was);
			for (size_t k = 0; k < sizeof lies / sizeof *lies; k++) {
				memcpy(at, &lies[k], sizeof was);
				refuse(&sample, sample.bytes.size, call_rows[i].name, "a length");
			}
			memcpy(at, &was, sizeof was);
		}
	}
	free(sample.bytes.data);
}

/* What stands behind the fields: zeros of a string that shrank, else nothing. */
static void
test_behind_fields(void **state)
{
	struct sample sample = {0};
	struct record record;

	(void)state;
	for (size_t i = 0; i < CALL_ROWS; i++) {
		make(&sample, &call_rows[i]);
		bytes_put(&sample.bytes, "\0\0\0", 3);
		set_size(&sample, (uint32_t)sample.bytes.size);
		assert_int_equal(read_copy(&record, &sample, sample.bytes.size), 0);
		compare(&record, &sample.record);
		sample.bytes.data[sample.bytes.size - 1] = 1;
		refuse(&sample, sample.bytes.size, call_rows[i].name, "more than fields");
	}
	free(sample.bytes.data);
}

static void
test_no_call(void **state)
{
	const uint16_t calls[] = {CALL_NONE, CALL_COUNT, UINT16_MAX};
	struct sample sample = {0};

	(void)state;
	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
		make(&sample, &call_rows[0]);
		memcpy(sample.bytes.data + offsetof(struct record_head, call), &calls[i], sizeof calls[i]);
		refuse(&sample, sample.bytes.size, NULL, "no call");
	}
	free(sample.bytes.data);
}

/* Memory is reused from record to record, and grows for a long one. */
static void
test_long_record(void **state)
{
	enum { COUNT = 100000 };
	const char **many = calloc(COUNT + 1, sizeof *many);
	struct bytes bytes = {0};
	struct record record;

	(void)state;
	assert_non_null(many);
	for (size_t i = 0; i < COUNT; i++)
		many[i] = i % 3 ? "argument" : "";
	record_put(&bytes, NOTE_LOADED, 0, 1, "v", many);
	assert_int_equal(decode(&record, bytes.data, bytes.size, &memory), 0);
	assert_int_equal(record.strings.count, COUNT);
	for (size_t i = 0; i < COUNT; i++)
		assert_string_equal(record.strings.item[i], many[i]);
	free(bytes.data);
	free(many);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_every_row), cmocka_unit_test(test_truncated),
	    cmocka_unit_test(test_lengths),   cmocka_unit_test(test_behind_fields),
	    cmocka_unit_test(test_no_call),   cmocka_unit_test(test_long_record),
	};

	return cmocka_run_group_tests(tests, NULL, clean);
}
