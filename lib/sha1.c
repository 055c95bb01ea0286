#include "lib/sha1.h"

#include <string.h>

#define BLOCK_SIZE  64
#define LENGTH_SIZE 8 /* of the message, in bits, at the end of the last block */

static uint32_t rotate(uint32_t value, unsigned bits)
{
	return value << bits | value >> (32 - bits);
}

static uint32_t read_be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void write_be32(uint8_t *p, uint32_t value)
{
	for (unsigned i = 0; i < 4; i++)
		p[i] = (uint8_t)(value >> (24 - 8 * i));
}

/* f and K of round @t (4.1.1 and 4.2.1). */
static uint32_t mix(unsigned t, const uint32_t v[5])
{
	uint32_t b = v[1], c = v[2], d = v[3];

	if (t < 20)
		return ((b & c) | (~b & d)) + 0x5a827999;
	if (t < 40)
		return (b ^ c ^ d) + 0x6ed9eba1;
	if (t < 60)
		return ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
	return (b ^ c ^ d) + 0xca62c1d6;
}

static void add_block(uint32_t hash[5], const uint8_t block[BLOCK_SIZE])
{
	uint32_t w[80], v[5];

	for (unsigned t = 0; t < 16; t++)
		w[t] = read_be32(block + 4 * t);
	for (unsigned t = 16; t < 80; t++)
		w[t] = rotate(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], 1);
	memcpy(v, hash, sizeof(v));
	for (unsigned t = 0; t < 80; t++) {
		uint32_t next = rotate(v[0], 5) + mix(t, v) + v[4] + w[t];

		v[4] = v[3];
		v[3] = v[2];
		v[2] = rotate(v[1], 30);
		v[1] = v[0];
		v[0] = next;
	}
	for (unsigned i = 0; i < 5; i++)
		hash[i] += v[i];
}

void sha1(const void *data, size_t len, uint8_t out[SHA1_SIZE])
{
	uint32_t hash[5] = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0 };
	uint8_t last[2 * BLOCK_SIZE] = { 0 };
	const uint8_t *p = data;
	size_t left = len, last_size;

	for (; left >= BLOCK_SIZE; left -= BLOCK_SIZE, p += BLOCK_SIZE)
		add_block(hash, p);
	if (left)
		memcpy(last, p, left);
	last[left] = 0x80;
	last_size = left < BLOCK_SIZE - LENGTH_SIZE ? BLOCK_SIZE : 2 * BLOCK_SIZE;
	write_be32(last + last_size - 8, (uint32_t)((uint64_t)len >> 29));
	write_be32(last + last_size - 4, (uint32_t)(len << 3));
	for (size_t off = 0; off < last_size; off += BLOCK_SIZE)
		add_block(hash, last + off);
	for (unsigned i = 0; i < 5; i++)
		write_be32(out + 4 * i, hash[i]);
}
