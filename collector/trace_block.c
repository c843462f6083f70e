/*
 * trace_block.c - what writer and reader of the binary trace share. Both take it from here alone, so that
 * they can't disagree; a change is a change of the layout in include/trace.h.
 */
#include "trace_block.h"

#include <string.h>

/* The CRC of a byte is the exclusive or of the CRCs of its bits. */
#define CRC_BIT(byte, bit, crc) ((byte) & (bit) ? (crc) : 0u)
#define CRC_1(byte)                                                                                        \
	(CRC_BIT(byte, 1, 0x77073096u) ^ CRC_BIT(byte, 2, 0xee0e612cu) ^ CRC_BIT(byte, 4, 0x076dc419u) ^   \
	 CRC_BIT(byte, 8, 0x0edb8832u) ^ CRC_BIT(byte, 16, 0x1db71064u) ^ CRC_BIT(byte, 32, 0x3b6e20c8u) ^ \
	 CRC_BIT(byte, 64, 0x76dc4190u) ^ CRC_BIT(byte, 128, 0xedb88320u))
#define CRC_4(byte)  CRC_1(byte), CRC_1((byte) + 1), CRC_1((byte) + 2), CRC_1((byte) + 3)
#define CRC_16(byte) CRC_4(byte), CRC_4((byte) + 4), CRC_4((byte) + 8), CRC_4((byte) + 12)
#define CRC_64(byte) CRC_16(byte), CRC_16((byte) + 16), CRC_16((byte) + 32), CRC_16((byte) + 48)

static const uint32_t crc_table[256] = {CRC_64(0), CRC_64(64), CRC_64(128), CRC_64(192)};

static const uint8_t field_classes[FIELD_COUNT] = {
#define NUMBER(name) TRACE_CLASS_NUMBER,
#define TEXT(name)   TRACE_CLASS_TEXT,
#define LIST(name)   TRACE_CLASS_LIST,
#include "fields.def"
#undef NUMBER
#undef TEXT
#undef LIST
};

uint32_t
trace_checksum(const uint8_t *data, size_t length)
{
	uint32_t crc = UINT32_MAX;

	for (size_t i = 0; i < length; i++)
		crc = crc >> 8 ^ crc_table[(crc ^ data[i]) & 0xff];
	return ~crc;
}

static void
put_u32(uint8_t *at, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		at[i] = (uint8_t)(value >> 8 * i);
}

static uint32_t
get_u32(const uint8_t *at)
{
	return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

void
trace_block_put(uint8_t head[TRACE_BLOCK_HEAD_SIZE], const struct trace_block *block)
{
	uint32_t check;

	head[0] = block->type;
	put_u32(head + 1, block->length);
	check = trace_checksum(head, 5);
	head[5] = (uint8_t)check;
	head[6] = (uint8_t)(check >> 8);
	put_u32(head + 7, block->checksum);
}

bool
trace_block_get(const uint8_t head[TRACE_BLOCK_HEAD_SIZE], struct trace_block *block)
{
	block->type = head[0];
	block->length = get_u32(head + 1);
	block->checksum = get_u32(head + 7);
	return (trace_checksum(head, 5) & 0xffff) == (uint32_t)(head[5] | head[6] << 8) &&
	       block->length <= TRACE_BLOCK_MAX;
}

unsigned
trace_processes_find(struct trace_processes *processes, struct trace_process process)
{
	for (unsigned i = 0; i < processes->count; i++) {
		if (processes->process[i].pid == process.pid && processes->process[i].tid == process.tid) {
			trace_processes_take(processes, i + 1);
			return i + 1;
		}
	}
	trace_processes_put(processes, process);
	return 0;
}

struct trace_process
trace_processes_take(struct trace_processes *processes, unsigned place)
{
	struct trace_process process = processes->process[place - 1];

	memmove(processes->process + 1, processes->process, (place - 1) * sizeof(process));
	processes->process[0] = process;
	return process;
}

void
trace_processes_put(struct trace_processes *processes, struct trace_process process)
{
	if (processes->count < TRACE_PROCESSES)
		processes->count++;
	processes->process[processes->count - 1] = process;
	trace_processes_take(processes, processes->count);
}

enum trace_class
trace_field_class(enum field field)
{
	return (enum trace_class)field_classes[field];
}

int64_t
trace_open_flags(int64_t flags)
{
#if defined(__arm__) || defined(__aarch64__)
	/* <asm/fcntl.h>: O_DIRECTORY and O_NOFOLLOW have changed places with O_DIRECT and O_LARGEFILE. */
	return (flags & ~INT64_C(0740000)) | (flags & 0140000) << 2 | (flags & 0600000) >> 2;
#else
	return flags;
#endif
}
