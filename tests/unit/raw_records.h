/* raw_records.h - takes apart what streams give on, and holds it against what streams.h says of it. */
#ifndef INTERPOSE_TEST_RAW_RECORDS_H
#define INTERPOSE_TEST_RAW_RECORDS_H

#include <string.h>

#include "streams.h"

static inline void
raw_records_each(const struct raw_records *records,
		 void (*each)(const struct raw_records *records, const struct record_head *head,
			      const uint8_t *bytes))
{
	struct record_head head = {0};
	uint64_t count = 0, before = 0;

	assert_true(records->size > 0);
	for (uint32_t at = 0; at < records->size; at += head.size, count++) {
		assert_true(records->size - at >= sizeof head);
		memcpy(&head, records->bytes + at, sizeof head);
		assert_true(head.size >= sizeof head && head.size <= records->size - at);
		assert_true(head.time >= before);
		before = head.time;
		each(records, &head, records->bytes + at);
	}
	assert_int_equal(records->latest, before);
	assert_int_equal(streams_count(records), count);
}

#endif
