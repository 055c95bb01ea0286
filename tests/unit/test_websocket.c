#include "http/websocket.h"
#include "lib/sha1.h"

#include "tests/unit/cmocka_all.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* ---- SHA-1 and the handshake */

static void assert_digest(const char *text, size_t repeat, const char *expected)
{
	static char data[1000000];
	uint8_t digest[SHA1_SIZE];
	char hex[2 * SHA1_SIZE + 1];
	size_t len = strlen(text);

	for (size_t i = 0; i < repeat; i++)
		memcpy(data + i * len, text, len);
	sha1(data, len * repeat, digest);
	for (size_t i = 0; i < SHA1_SIZE; i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", digest[i]);
	assert_string_equal(hex, expected);
}

/* FIPS 180's own; the last but one fills a block but for its length. */
static void the_digests_of_the_standard(void **state)
{
	(void)state;
	assert_digest("", 1, "da39a3ee5e6b4b0d3255bfef95601890afd80709");
	assert_digest("abc", 1, "a9993e364706816aba3e25717850c26c9cd0d89d");
	assert_digest("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
		      "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
	assert_digest("a", 1000000, "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
}

static void the_key_of_the_rfc(void **state)
{
	char out[WEBSOCKET_ACCEPT_SIZE];

	(void)state;
	assert_int_equal(websocket_accept(text_of("dGhlIHNhbXBsZSBub25jZQ=="), out), 0);
	assert_string_equal(out, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

static void a_key_is_16_bytes_in_base64(void **state)
{
	static const char *const rows[] = {
		"",
		"dGhlIHNhbXBsZSBub25jZQ=",
		"dGhlIHNhbXBsZSBub25jZQ===",
		"dGhlIHNhbXBsZSBub25jZQAA",
		"dGhlIHNhbXBsZSBub2 jZQ==",
		"dGhlIHNhbXBsZSBub2=jZQ==",
		"dGhlIHNhbXBsZSBub2\xc3jZQ==",
	};
	char out[WEBSOCKET_ACCEPT_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (websocket_accept(text_of(rows[i]), out) != -EINVAL)
			fail_msg("taken: %s", rows[i]);
	assert_int_equal(websocket_accept((struct text){ 0 }, out), -EINVAL);
}

/* ---- frames */

#define FRAMES(literal) (literal), sizeof(literal) - 1
#define NO_MASK		"\0\0\0\0"
#define HELLO		"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58" /* 5.7 */

/* What comes of them as "text:…|bytes:…|ping:…|close 1000:…", each message and run of bytes whole;
 * then "error N" if there was one. In pieces of @step bytes. */
static void read_frames(const char *frames, size_t len, size_t step, char *out,
			size_t size)
{
	static const char *const names[] = {
		[WEBSOCKET_TEXT] = "text",   [WEBSOCKET_BINARY] = "bytes",
		[WEBSOCKET_CLOSE] = "close", [WEBSOCKET_PING] = "ping",
		[WEBSOCKET_PONG] = "pong",
	};
	struct websocket ws = { 0 };
	struct websocket_event event;
	unsigned last = 0;
	size_t at = 0;

	out[0] = '\0';
	for (size_t off = 0; off < len;) {
		size_t used, piece = len - off < step ? len - off : step;
		int err = websocket_take(&ws, frames + off, piece, &used, &event);

		assert_true(used <= piece);
		off += used;
		if (err == -EAGAIN) {
			assert_int_equal(used, piece);
			continue;
		}
		if (err) {
			(void)snprintf(out + at, size - at, "|error %d", err);
			return;
		}
		if (event.opcode != WEBSOCKET_BINARY || last != WEBSOCKET_BINARY)
			at += (size_t)snprintf(out + at, size - at,
					       "%s%s:", at ? "|" : "",
					       names[event.opcode]);
		if (event.opcode == WEBSOCKET_CLOSE)
			at += (size_t)snprintf(out + at, size - at, "%u ", event.code);
		at += (size_t)snprintf(out + at, size - at, "%.*s", (int)event.data.len,
				       event.data.s);
		last = event.opcode;
	}
}

static void assert_frames(const char *frames, size_t len, const char *expected)
{
	char out[4096];

	for (size_t step = 1; step <= len; step++) {
		read_frames(frames, len, step, out, sizeof(out));
		assert_string_equal(out, expected);
	}
}

static void messages(void **state)
{
	(void)state;
	assert_frames(FRAMES(HELLO), "text:Hello");
	assert_frames(FRAMES(HELLO HELLO), "text:Hello|text:Hello");
	/* in pieces, a ping between them */
	assert_frames(FRAMES("\x01\x83" NO_MASK "Hel"
			     "\x89\x82" NO_MASK "hi"
			     "\x80\x82" NO_MASK "lo"),
		      "ping:hi|text:Hello");
	assert_frames(FRAMES("\x02\x82" NO_MASK "ab"
			     "\x00\x80" NO_MASK "\x80\x81" NO_MASK "c" HELLO),
		      "bytes:abc|text:Hello");
	assert_frames(FRAMES("\x82\x80" NO_MASK HELLO), "text:Hello");
	assert_frames(FRAMES("\x8a\x80" NO_MASK), "pong:");
	assert_frames(FRAMES("\x81\x80" NO_MASK), "text:");
}

static void closing(void **state)
{
	(void)state;
	assert_frames(FRAMES("\x88\x80" NO_MASK), "close:1005 ");
	assert_frames(FRAMES("\x88\x85" NO_MASK "\x03\xe8"
			     "bye"),
		      "close:1000 bye");
	assert_frames(FRAMES("\x88\x82" NO_MASK "\x0f\xa1"), "close:4001 ");
}

static void what_the_rfc_forbids(void **state)
{
	static const struct {
		const char *frames;
		size_t len;
	} rows[] = {
		{ FRAMES("\x81\x05Hello") },	/* no mask */
		{ FRAMES("\xc1\x80" NO_MASK) }, /* reserved bits */
		{ FRAMES("\x91\x80" NO_MASK) },
		{ FRAMES("\x83\x80" NO_MASK) }, /* reserved opcodes */
		{ FRAMES("\x8b\x80" NO_MASK) },
		{ FRAMES("\x09\x80" NO_MASK) },		/* a ping in pieces */
		{ FRAMES("\x89\xfe\x00\x7e" NO_MASK) }, /* a long one */
		{ FRAMES("\x80\x80" NO_MASK) },		/* nothing to continue */
		{ FRAMES("\x01\x80" NO_MASK "\x81\x80" NO_MASK) }, /* it was not over */
		{ FRAMES("\x01\x80" NO_MASK "\x82\x80" NO_MASK) },
		{ FRAMES("\x82\xfe\x00\x7d" NO_MASK) }, /* not the shortest */
		{ FRAMES("\x82\xff\0\0\0\0\0\0\xff\xff" NO_MASK) },
		{ FRAMES("\x82\xff\x80\0\0\0\0\0\0\0" NO_MASK) }, /* the top bit */
		{ FRAMES("\x88\x81" NO_MASK "\x03") },		  /* half a code */
		{ FRAMES("\x88\x82" NO_MASK "\x03\xed") },	  /* 1005 */
		{ FRAMES("\x88\x82" NO_MASK "\x03\xe7") },	  /* 999 */
	};
	char out[64];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		read_frames(rows[i].frames, rows[i].len, rows[i].len, out, sizeof(out));
		if (!strstr(out, "|error -71"))
			fail_msg("row %zu: %s", i, out);
	}
}

static void text_is_bounded_and_bytes_are_not(void **state)
{
	static char frames[WEBSOCKET_DATA_MAX + 16];
	static char out[3 * WEBSOCKET_DATA_MAX];
	struct websocket ws = { 0 };
	struct websocket_event event;
	uint64_t total = 0;
	size_t used;

	(void)state;
	memcpy(frames, "\x81\xfe\x04\x00" NO_MASK, 8);
	memset(frames + 8, 'x', WEBSOCKET_DATA_MAX);
	read_frames(frames, 8 + WEBSOCKET_DATA_MAX, 100, out, sizeof(out));
	assert_int_equal(strlen(out), strlen("text:") + WEBSOCKET_DATA_MAX);
	frames[3] = 1;
	read_frames(frames, 8 + WEBSOCKET_DATA_MAX, 100, out, sizeof(out));
	assert_string_equal(out, "|error -90");
	/* a frame of a megabyte comes in bytes of the size of the buffer */
	assert_int_equal(websocket_take(&ws, "\x82\xff\0\0\0\0\0\x10\0\0" NO_MASK, 14,
					&used, &event),
			 -EAGAIN);
	while (total < 1048576) {
		assert_int_equal(websocket_take(&ws, frames, sizeof(frames), &used,
						&event),
				 0);
		assert_int_equal(event.data.len, WEBSOCKET_DATA_MAX);
		assert_int_equal(used, WEBSOCKET_DATA_MAX);
		total += event.data.len;
	}
	assert_int_equal(total, 1048576);
}

static void our_frames(void **state)
{
	static char frame[WEBSOCKET_FRAME_SIZE(WEBSOCKET_PAYLOAD_MAX)];
	static char data[WEBSOCKET_PAYLOAD_MAX];
	char shut[WEBSOCKET_FRAME_SIZE(WEBSOCKET_CONTROL_MAX)];

	(void)state;
	assert_int_equal(websocket_frame_of(WEBSOCKET_TEXT, "Hello", 5, frame), 7);
	assert_memory_equal(frame, "\x81\x05Hello", 7); /* 5.7 */
	assert_int_equal(websocket_frame_of(WEBSOCKET_PONG, NULL, 0, frame), 2);
	assert_memory_equal(frame, "\x8a\x00", 2);
	assert_int_equal(websocket_frame_of(WEBSOCKET_BINARY, data, 125, frame), 127);
	assert_int_equal(websocket_frame_of(WEBSOCKET_BINARY, data, 126, frame), 130);
	assert_memory_equal(frame, "\x82\x7e\x00\x7e", 4);
	assert_int_equal(websocket_frame_of(WEBSOCKET_BINARY, data, 65535, frame), 65539);
	assert_memory_equal(frame, "\x82\x7e\xff\xff", 4);
	assert_int_equal(websocket_frame_close(1000, "bye", shut), 7);
	assert_memory_equal(shut,
			    "\x88\x05\x03\xe8"
			    "bye",
			    7);
	memset(data, 'x', 200);
	assert_int_equal(websocket_frame_close(4401, data, shut), 127);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_digests_of_the_standard),
		cmocka_unit_test(the_key_of_the_rfc),
		cmocka_unit_test(a_key_is_16_bytes_in_base64),
		cmocka_unit_test(messages),
		cmocka_unit_test(closing),
		cmocka_unit_test(what_the_rfc_forbids),
		cmocka_unit_test(text_is_bounded_and_bytes_are_not),
		cmocka_unit_test(our_frames),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
