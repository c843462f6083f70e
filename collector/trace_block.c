/*
 * trace_block.c - what writer and reader of the binary trace share. Both take it from here alone, so that
 * they can't disagree; a change is a change of the layout in include/trace.h.
 */
#include "trace_block.h"

#include <string.h>

/*
 * CRC-32, eight bytes at a time: crc_table[n] has the CRC of each byte with n zero bytes behind it. The CRC
 * of a byte is the exclusive or of the CRCs of its bits, which are what is written down here.
 */
#define CRC_BIT(byte, bit, crc) ((byte) & (bit) ? (crc) : 0u)
#define CRC_1(byte, a, b, c, d, e, f, g, h)                                                      \
	(CRC_BIT(byte, 1, a) ^ CRC_BIT(byte, 2, b) ^ CRC_BIT(byte, 4, c) ^ CRC_BIT(byte, 8, d) ^ \
	 CRC_BIT(byte, 16, e) ^ CRC_BIT(byte, 32, f) ^ CRC_BIT(byte, 64, g) ^ CRC_BIT(byte, 128, h))
#define CRC_4(byte, ...)                                                                          \
	CRC_1(byte, __VA_ARGS__), CRC_1((byte) + 1, __VA_ARGS__), CRC_1((byte) + 2, __VA_ARGS__), \
	    CRC_1((byte) + 3, __VA_ARGS__)
#define CRC_16(byte, ...)                                                                         \
	CRC_4(byte, __VA_ARGS__), CRC_4((byte) + 4, __VA_ARGS__), CRC_4((byte) + 8, __VA_ARGS__), \
	    CRC_4((byte) + 12, __VA_ARGS__)
#define CRC_64(byte, ...)                                                                              \
	CRC_16(byte, __VA_ARGS__), CRC_16((byte) + 16, __VA_ARGS__), CRC_16((byte) + 32, __VA_ARGS__), \
	    CRC_16((byte) + 48, __VA_ARGS__)
#define CRC_TABLE(...)                                                                     \
	{                                                                                  \
		CRC_64(0, __VA_ARGS__), CRC_64(64, __VA_ARGS__), CRC_64(128, __VA_ARGS__), \
		    CRC_64(192, __VA_ARGS__)                                               \
	}

static const uint32_t crc_table[8][256] = {
    CRC_TABLE(0x77073096, 0xee0e612c, 0x076dc419, 0x0edb8832, 0x1db71064, 0x3b6e20c8, 0x76dc4190, 0xedb88320),
    CRC_TABLE(0x191b3141, 0x32366282, 0x646cc504, 0xc8d98a08, 0x4ac21251, 0x958424a2, 0xf0794f05, 0x3b83984b),
    CRC_TABLE(0x01c26a37, 0x0384d46e, 0x0709a8dc, 0x0e1351b8, 0x1c26a370, 0x384d46e0, 0x709a8dc0, 0xe1351b80),
    CRC_TABLE(0xb8bc6765, 0xaa09c88b, 0x8f629757, 0xc5b428ef, 0x5019579f, 0xa032af3e, 0x9b14583d, 0xed59b63b),
    CRC_TABLE(0x3d6029b0, 0x7ac05360, 0xf580a6c0, 0x30704bc1, 0x60e09782, 0xc1c12f04, 0x58f35849, 0xb1e6b092),
    CRC_TABLE(0xcb5cd3a5, 0x4dc8a10b, 0x9b914216, 0xec53826d, 0x03d6029b, 0x07ac0536, 0x0f580a6c, 0x1eb014d8),
    CRC_TABLE(0xa6770bb4, 0x979f1129, 0xf44f2413, 0x33ef4e67, 0x67de9cce, 0xcfbd399c, 0x440b7579, 0x8816eaf2),
    CRC_TABLE(0xccaa009e, 0x4225077d, 0x844a0efa, 0xd3e51bb5, 0x7cbb312b, 0xf9766256, 0x299dc2ed, 0x533b85da),
};

static const uint8_t field_classes[FIELD_COUNT] = {
#define NUMBER(name) TRACE_CLASS_NUMBER,
#define TEXT(name)   TRACE_CLASS_TEXT,
#define LIST(name)   TRACE_CLASS_LIST,
#include "fields.def"
#undef NUMBER
#undef TEXT
#undef LIST
};

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

uint32_t
trace_checksum(const uint8_t *data, size_t length)
{
	uint32_t crc = UINT32_MAX;

	for (; length >= 8; data += 8, length -= 8) {
		uint32_t low = crc ^ get_u32(data), high = get_u32(data + 4);

		crc = crc_table[7][low & 0xff] ^ crc_table[6][low >> 8 & 0xff] ^
		      crc_table[5][low >> 16 & 0xff] ^ crc_table[4][low >> 24] ^ crc_table[3][high & 0xff] ^
		      crc_table[2][high >> 8 & 0xff] ^ crc_table[1][high >> 16 & 0xff] ^
		      crc_table[0][high >> 24];
	}
	for (; length > 0; data++, length--)
		crc = crc >> 8 ^ crc_table[0][(crc ^ *data) & 0xff];
	return ~crc;
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
	if (processes->count > 0 && processes->process[0].pid == process.pid &&
	    processes->process[0].tid == process.tid)
		return 1;
	for (unsigned i = 1; i < processes->count; i++) {
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
