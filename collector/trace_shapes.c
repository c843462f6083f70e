/*
 * trace_shapes.c - finds the shape of an event: its kind, call, error and fields, and the values of those
 * fields that take few values in a run. Every field that is made constant here costs nothing in an event, but
 * each of its values makes shapes of their own: a field whose values are many (a descriptor, a size, a pid)
 * must not be.
 */
#include "trace_shapes.h"

#include <stdlib.h>
#include <string.h>

#define BIT(name) (UINT64_C(1) << FIELD_##name)

static const uint64_t few_values = BIT(flags) | BIT(mode) | BIT(created) | BIT(directory) | BIT(follow) |
				   BIT(status) | BIT(signal) | BIT(core) | BIT(by) | BIT(shim) |
				   BIT(protection) | BIT(shared) | BIT(written) | BIT(reason);

/* Most arguments are what their path ends with; -1 for none that is. */
static int64_t
tail_at(const char *path, const char *arg)
{
	size_t length = path != NULL ? strlen(path) : 0;
	size_t tail = arg != NULL ? strlen(arg) : 0;

	if (tail == 0 || tail > length || memcmp(path + length - tail, arg, tail) != 0)
		return -1;
	return (int64_t)(length - tail);
}

void
trace_stored_choose(struct trace_stored *stored, const struct event *event)
{
	static const uint8_t pairs[][2] = {{FIELD_path, FIELD_arg}, {FIELD_path2, FIELD_arg2}};

	stored->present = event->present;
	if (!(event->present & (UINT64_C(1) << FIELD_arg | UINT64_C(1) << FIELD_arg2)))
		return;
	for (unsigned i = 0; i < 2; i++) {
		uint64_t arg = UINT64_C(1) << pairs[i][1];
		uint64_t both = UINT64_C(1) << pairs[i][0] | arg;

		if ((event->present & both) == both &&
		    (stored->at[i] = tail_at(event->text[pairs[i][0]], event->text[pairs[i][1]])) >= 0)
			stored->present ^= arg | UINT64_C(1) << (TRACE_FIELD_arg_at + i);
	}
}

#define TAILS    (UINT64_C(3) << TRACE_FIELD_arg_at)
#define FEW_MOST 256 /* a directory's path is mostly shorter */

static uint64_t
constant_fields(const struct event *event, const struct trace_stored *stored)
{
	uint64_t constant = stored->present & few_values;

	for (unsigned i = 0; i < 2 && stored->present & TAILS; i++) {
		uint64_t bit = UINT64_C(1) << (TRACE_FIELD_arg_at + i);

		if (stored->present & bit && stored->at[i] < FEW_MOST)
			constant |= bit;
	}

	if (event_has(event, FIELD_ret) && (event->number[FIELD_ret] == 0 || event->number[FIELD_ret] == -1))
		constant |= BIT(ret);
	return constant;
}

static uint64_t
mix(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
	return hash ^ hash >> 32;
}

static bool
is_shape(const struct trace_shapes *shapes, uint32_t number, const struct trace_shape *wanted,
	 const int64_t *values, size_t count)
{
	const struct trace_shape *shape = &shapes->shape[number];

	return shape->present == wanted->present && shape->constant == wanted->constant &&
	       shape->kind == wanted->kind && shape->call == wanted->call && shape->error == wanted->error &&
	       memcmp(shapes->value + shape->values, values, count * sizeof(*values)) == 0;
}

static unsigned
recent_place(const struct event *event, const struct trace_stored *stored)
{
	/* The name's address says enough of it for a place; it is compared in full. */
	uint64_t hash = stored->present ^ (uint64_t)(uintptr_t)event->call << 8 ^
			(uint64_t)event->kind << 50 ^ (uint64_t)(unsigned)event->error << 56;

	return (unsigned)(hash * UINT64_C(0x9e3779b97f4a7c15) >> 58);
}

static inline int64_t
value_of(const struct event *event, const struct trace_stored *stored, unsigned tag)
{
	return tag < FIELD_COUNT ? event->number[tag] : stored->at[tag - TRACE_FIELD_arg_at];
}

int64_t
trace_shapes_recent(const struct trace_shapes *shapes, const struct event *event,
		    const struct trace_stored *stored)
{
	const struct trace_shape_recent *recent = &shapes->recent[recent_place(event, stored)];

	if (recent->number == 0)
		return -1;
	const struct trace_shape *shape = &shapes->shape[recent->number - 1];
	const int64_t *value = shapes->value + shape->values;
	if (shape->present != stored->present || shape->kind != event->kind || shape->error != event->error ||
	    shape->constant != constant_fields(event, stored) ||
	    (shape->call == 0) != (event->call == NULL) ||
	    (event->call != NULL && strcmp(recent->call, event->call) != 0))
		return -1;
	for (uint64_t left = shape->constant; left != 0; left &= left - 1) {
		if (value_of(event, stored, (unsigned)__builtin_ctzll(left)) != *value++)
			return -1;
	}
	return recent->number - 1;
}

void
trace_shapes_note(struct trace_shapes *shapes, const struct event *event, const struct trace_stored *stored,
		  uint32_t number)
{
	struct trace_shape_recent *recent = &shapes->recent[recent_place(event, stored)];
	size_t length = event->call != NULL ? strlen(event->call) : 0;

	if (length >= sizeof(recent->call))
		return;
	recent->number = number + 1;
	memcpy(recent->call, event->call != NULL ? event->call : "", length + 1);
}

static int
make_room(struct trace_shapes *shapes)
{
	if (shapes->count == shapes->allocated) {
		uint32_t count = shapes->allocated != 0 ? 2 * shapes->allocated : 64;
		struct trace_shape *shape = reallocarray(shapes->shape, count, sizeof(*shape));

		if (shape == NULL)
			return -1;
		shapes->shape = shape;
		shapes->allocated = count;
	}
	if (shapes->value_allocated - shapes->value_count < FIELD_COUNT + 2) {
		size_t count = 2 * (shapes->value_allocated + FIELD_COUNT + 2);
		int64_t *value = reallocarray(shapes->value, count, sizeof(*value));

		if (value == NULL)
			return -1;
		shapes->value = value;
		shapes->value_allocated = count;
	}
	return trace_index_make_room(&shapes->index);
}

int64_t
trace_shapes_find(struct trace_shapes *shapes, const struct event *event, const struct trace_stored *stored,
		  uint32_t call, bool *added)
{
	struct trace_shape shape = {
	    .present = stored->present,
	    .constant = constant_fields(event, stored),
	    .kind = event->kind,
	    .call = call,
	    .error = event->error,
	};
	uint64_t hash = mix(mix(mix(event->kind, call), (uint64_t)(int64_t)event->error), stored->present);
	int64_t values[FIELD_COUNT + 2];
	size_t count = 0;
	int64_t number;
	uint32_t at;

	/* The whole set goes into the hash too: a constant return value differs from a variable one. */
	hash = mix(hash, shape.constant);
	for (uint64_t left = shape.constant; left != 0; left &= left - 1) {
		values[count] = value_of(event, stored, (unsigned)__builtin_ctzll(left));
		hash = mix(hash, (uint64_t)values[count++]);
	}
	at = (uint32_t)hash;
	/* The first array is never missing: memcmp wants one even for no bytes. */
	if (make_room(shapes) < 0)
		return -1;
	while ((number = trace_index_next(&shapes->index, (uint32_t)hash, &at)) >= 0) {
		if (is_shape(shapes, (uint32_t)number, &shape, values, count)) {
			*added = false;
			return number;
		}
	}
	*added = true;
	shape.values = shapes->value_count;
	memcpy(shapes->value + shapes->value_count, values, count * sizeof(*values));
	shapes->value_count += count;
	shapes->shape[shapes->count] = shape;
	trace_index_add(&shapes->index, (uint32_t)hash, shapes->count);
	return shapes->count++;
}

void
trace_shapes_reset(struct trace_shapes *shapes)
{
	shapes->count = 0;
	shapes->value_count = 0;
	trace_index_reset(&shapes->index);
	memset(shapes->recent, 0, sizeof(shapes->recent));
}

void
trace_shapes_free(struct trace_shapes *shapes)
{
	free(shapes->shape);
	free(shapes->value);
	free(shapes->index.entry);
}
