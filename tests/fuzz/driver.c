/*
 * driver.c - runs a fuzz target without libFuzzer: each seed file as it is, then a bounded number of
 * mutations of the seeds. The same arguments always give the same inputs, so that a failure in the suite can
 * be run again; a crash says the number of the input in work.
 *
 *     fuzz_NAME [ITERATIONS [SEED...]]
 *
 * Without seeds it takes tests/fuzz/seeds/NAME_*, as seen from the working directory; where there are none,
 * it begins with some zeros. A target that is linked with -fsanitize=fuzzer instead of this file needs
 * nothing else.
 */
#include <err.h>
#include <glob.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SEED_MAX   (1u << 20) /* bytes of a seed that are used */
#define GROWTH     4096u      /* bytes that mutations may add */
#define ZEROS      256u       /* in the seed where there is none */
#define ITERATIONS 20000      /* when none are asked for */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
	uint8_t *data;
	size_t size;
};

static unsigned long current;
static uint64_t random_state = UINT64_C(0x2545f4914f6cdd1d);

/* xorshift64: the same everywhere. */
static uint64_t
next_random(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

/* 0 to below - 1; 0 for 0. */
static size_t
random_below(size_t below)
{
	return below != 0 ? (size_t)(next_random() % below) : 0;
}

static void
crashed(int number)
{
	char line[64];
	int length = snprintf(line, sizeof(line), "signal %d in input %lu\n", number, current);

	if (length > 0 && write(STDERR_FILENO, line, (size_t)length) < 0)
		_exit(125);
	signal(number, SIG_DFL);
	raise(number);
}

static struct input
read_seed(const char *name)
{
	struct input seed = {malloc(SEED_MAX), 0};
	FILE *stream = fopen(name, "r");

	if (seed.data == NULL || stream == NULL)
		err(1, "%s", name);
	seed.size = fread(seed.data, 1, SEED_MAX, stream);
	if (ferror(stream))
		err(1, "%s", name);
	fclose(stream);
	return seed;
}

/* Overwrites a few bytes with a number that is often a limit somewhere. */
static void
put_interesting(uint8_t *data, size_t size)
{
	static const uint64_t numbers[] = {0,      1,          0x7f,       0x80,       0xff,      0x7fff,
					   0xffff, 0x7fffffff, 0x80000000, 0xffffffff, INT64_MAX, UINT64_MAX};
	uint64_t number = numbers[random_below(sizeof(numbers) / sizeof(numbers[0]))];
	size_t width = (size_t)1 << random_below(4);
	size_t at = random_below(size);

	for (size_t i = 0; i < width && at + i < size; i++)
		data[at + i] = (uint8_t)(number >> 8 * i);
}

/* Removes some bytes. */
static size_t
cut_out(uint8_t *data, size_t size)
{
	size_t at = random_below(size);
	size_t length = random_below(random_below(size - at) + 1);

	memmove(data + at, data + at + length, size - at - length);
	return size - length;
}

/* Repeats some bytes at another place, up to `most` bytes in all. */
static size_t
repeat(uint8_t *data, size_t size, size_t most)
{
	uint8_t copy[256];
	size_t from = random_below(size);
	size_t length = random_below(size - from < sizeof(copy) ? size - from : sizeof(copy));
	size_t to = random_below(size);

	if (size + length > most)
		return size;
	memcpy(copy, data + from, length);
	memmove(data + to + length, data + to, size - to);
	memcpy(data + to, copy, length);
	return size + length;
}

static size_t
mutate(uint8_t *data, size_t size, size_t most)
{
	for (size_t times = 1 + random_below(8); times > 0 && size > 0; times--) {
		switch (random_below(8)) {
		case 0:
		case 1:
			data[random_below(size)] ^= (uint8_t)(1u << random_below(8));
			break;
		case 2:
		case 3:
			data[random_below(size)] = (uint8_t)next_random();
			break;
		case 4:
			put_interesting(data, size);
			break;
		case 5:
			size = cut_out(data, size);
			break;
		case 6:
			size = repeat(data, size, most);
			break;
		default:
			if (random_below(8) == 0)
				size = random_below(size);
		}
	}
	return size;
}

/* Hands over a copy of exactly `size` bytes, so that a sanitizer sees a read behind it. */
static void
run(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size != 0 ? size : 1);

	if (copy == NULL)
		err(1, NULL);
	memcpy(copy, data, size);
	LLVMFuzzerTestOneInput(copy, size);
	free(copy);
	current++;
}

/* The seeds that belong to the target, by the name of this program. */
static void
find_seeds(const char *program, glob_t *found)
{
	const char *slash = strrchr(program, '/');
	const char *name = slash != NULL ? slash + 1 : program;
	char *pattern;
	int result;

	if (strncmp(name, "fuzz_", 5) == 0)
		name += 5;
	if (asprintf(&pattern, "tests/fuzz/seeds/%s_*", name) < 0)
		err(1, NULL);
	result = glob(pattern, 0, NULL, found);
	if (result != 0 && result != GLOB_NOMATCH)
		errx(1, "%s: cannot be searched", pattern);
	free(pattern);
}

/* Reads the seeds and runs each; *count is then at least 1. */
static struct input *
run_seeds(char **names, size_t *count)
{
	struct input *seeds = calloc(*count + 1, sizeof(*seeds));

	if (seeds == NULL)
		err(1, NULL);
	for (size_t i = 0; i < *count; i++) {
		seeds[i] = read_seed(names[i]);
		run(seeds[i].data, seeds[i].size);
	}
	if (*count == 0) {
		seeds[0] = (struct input){calloc(ZEROS, 1), ZEROS};
		*count = 1;
		if (seeds[0].data == NULL)
			err(1, NULL);
	}
	return seeds;
}

int
main(int argc, char **argv)
{
	char *end = "";
	unsigned long iterations = argc > 1 ? strtoul(argv[1], &end, 10) : ITERATIONS;
	uint8_t *data = malloc(SEED_MAX + GROWTH);
	glob_t found = {0};
	struct input *seeds;
	size_t count;

	if (*end != '\0')
		errx(1, "usage: %s [iterations [seed...]]", argv[0]);
	if (data == NULL)
		err(1, NULL);
	signal(SIGSEGV, crashed);
	signal(SIGABRT, crashed);
	if (argc <= 2)
		find_seeds(argv[0], &found);
	count = argc > 2 ? (size_t)argc - 2 : found.gl_pathc;
	seeds = run_seeds(argc > 2 ? argv + 2 : found.gl_pathv, &count);
	for (unsigned long i = 0; i < iterations; i++) {
		const struct input *seed = &seeds[random_below(count)];

		memcpy(data, seed->data, seed->size);
		run(data, mutate(data, seed->size, SEED_MAX + GROWTH));
	}
	printf("%lu inputs from %zu seeds\n", current, count);
	for (size_t i = 0; i < count; i++)
		free(seeds[i].data);
	free(seeds);
	free(data);
	globfree(&found);
	return 0;
}
