/*
 * threads.c - new threads: pthread_create and thrd_create. They are no events; all that is done here is that
 * a thread's slot is left when it ends. The rule to keep: a thread that finds no place in our table is made
 * all the same.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <threads.h>

#include "next.h"
#include "shim.h"

/* A thread's function goes through us, so that its slot is left when it ends. One that ends otherwise is
 * found dead. */
static struct thread_start {
	uint32_t taken;
	void *(*function)(void *);
	thrd_start_t c11_function; /* thrd_create's, or NULL */
	void *argument;
} thread_starts[64] ZERO_PAGES;

static struct thread_start
take_start(struct thread_start *given)
{
	struct thread_start start = *given;

	__atomic_store_n(&given->taken, 0, __ATOMIC_RELEASE);
	return start;
}

static void *
run_thread(void *argument)
{
	struct thread_start start = take_start(argument);
	void *result = start.function(start.argument);

	staging_leave();
	return result;
}

static int
run_c11_thread(void *argument)
{
	struct thread_start start = take_start(argument);
	int result = start.c11_function(start.argument);

	staging_leave();
	return result;
}

/* NULL when all are taken: then the thread goes on without. */
static struct thread_start *
find_start(void *(*function)(void *), thrd_start_t c11_function, void *argument)
{
	for (size_t i = 0; i < sizeof thread_starts / sizeof *thread_starts && !channel.off; i++) {
		struct thread_start *start = &thread_starts[i];

		if (__atomic_exchange_n(&start->taken, 1, __ATOMIC_ACQUIRE))
			continue;
		start->function = function;
		start->c11_function = c11_function;
		start->argument = argument;
		return start;
	}
	return NULL;
}

EXPORT int
pthread_create(pthread_t *created, const pthread_attr_t *attributes, void *(*function)(void *),
	       void *argument)
{
	struct thread_start *start = find_start(function, NULL, argument);

	if (!start)
		return next(pthread_create)(created, attributes, function, argument);
	int result = next(pthread_create)(created, attributes, run_thread, start);
	if (result != 0)
		__atomic_store_n(&start->taken, 0, __ATOMIC_RELEASE);
	return result;
}

EXPORT int
thrd_create(thrd_t *created, thrd_start_t function, void *argument)
{
	struct thread_start *start = find_start(NULL, function, argument);

	if (!start)
		return next(thrd_create)(created, function, argument);
	int result = next(thrd_create)(created, run_c11_thread, start);
	if (result != thrd_success)
		__atomic_store_n(&start->taken, 0, __ATOMIC_RELEASE);
	return result;
}
