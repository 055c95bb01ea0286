#include "netroot/nbd_handshake.h"

#include "lib/cursor.h"

#include <errno.h>
#include <string.h>

#define MAGIC_NBD	    0x4e42444d41474943ull /* "NBDMAGIC" */
#define MAGIC_OPTION	    0x49484156454f5054ull /* "IHAVEOPT" */
#define MAGIC_OLDSTYLE	    0x00420281861253ull
#define MAGIC_REPLY	    0x0003e889045565a9ull

#define GREETING_SIZE	    18
#define REPLY_HEAD_SIZE	    20
#define REPLY_DATA_MAX	    65536

#define FLAG_FIXED_NEWSTYLE 1u
#define FLAG_NO_ZEROES	    2u
#define FLAG_HAS_FLAGS	    1u /* of the transmission flags */

#define OPT_EXPORT_NAME	    1u
#define OPT_GO		    7u

#define REP_ACK		    1u
#define REP_INFO	    3u
#define REP_ERROR	    0x80000000u
#define REP_ERR_UNSUP	    0x80000001u

#define INFO_EXPORT	    0
#define INFO_BLOCK_SIZE	    3

static void put_be(struct nbd_handshake *h, uint64_t value, unsigned width)
{
	while (width--)
		h->out[h->out_len++] = (uint8_t)(value >> 8 * width);
}

static void put_export(struct nbd_handshake *h)
{
	size_t len = strlen(h->export);

	memcpy(h->out + h->out_len, h->export, len);
	h->out_len += len;
}

static void expect(struct nbd_handshake *h, enum nbd_state state, size_t wanted)
{
	h->state = state;
	h->wanted = wanted;
}

int nbd_handshake_start(struct nbd_handshake *h, const char *export)
{
	memset(h, 0, sizeof(*h));
	h->export = export;
	expect(h, NBD_GREETING, GREETING_SIZE);
	return strlen(export) > NBD_EXPORT_MAX ? -ENAMETOOLONG : 0;
}

/* With the block size asked for, no server may refuse because it was not. */
static void ask_to_go(struct nbd_handshake *h)
{
	size_t len = strlen(h->export);

	put_be(h, MAGIC_OPTION, 8);
	put_be(h, OPT_GO, 4);
	put_be(h, 4 + len + 2 + 2, 4);
	put_be(h, len, 4);
	put_export(h);
	put_be(h, 1, 2);
	put_be(h, INFO_BLOCK_SIZE, 2);
	expect(h, NBD_REPLY, REPLY_HEAD_SIZE);
}

static void ask_for_export(struct nbd_handshake *h)
{
	put_be(h, MAGIC_OPTION, 8);
	put_be(h, OPT_EXPORT_NAME, 4);
	put_be(h, strlen(h->export), 4);
	put_export(h);
	expect(h, NBD_EXPORT, h->no_zeroes ? 10 : 134);
}

static int wrong(const char **why, int err, const char *reason)
{
	*why = reason;
	return err;
}

static int read_greeting(struct nbd_handshake *h, struct cursor *c, const char **why)
{
	uint64_t magic = cursor_be64(c), option = cursor_be64(c);
	uint16_t flags = cursor_be16(c);

	if (magic != MAGIC_NBD)
		return wrong(why, -EPROTO, "this is no NBD server");
	if (option == MAGIC_OLDSTYLE)
		return wrong(why, -EPROTO,
			     "the server speaks only the old negotiation of NBD");
	if (option != MAGIC_OPTION || !(flags & FLAG_FIXED_NEWSTYLE))
		return wrong(why, -EPROTO,
			     "the server does not speak the fixed newstyle of NBD");
	h->no_zeroes = flags & FLAG_NO_ZEROES;
	put_be(h, FLAG_FIXED_NEWSTYLE | (flags & FLAG_NO_ZEROES), 4);
	ask_to_go(h);
	return 0;
}

static int check_export(const struct nbd_handshake *h, const char **why)
{
	if (h->size == 0 || h->size > INT64_MAX)
		return wrong(why, -EPROTO, "the size of the export is not credible");
	if (!(h->flags & FLAG_HAS_FLAGS))
		return wrong(why, -EPROTO, "the flags of the export are not credible");
	return 0;
}

static int refusal(uint32_t reply, const char **why)
{
	static const struct {
		uint32_t reply;
		int err;
		const char *reason;
	} rows[] = {
		{ 0x80000002u, -EACCES, "the server's policy refuses the export" },
		{ 0x80000003u, -EPROTO, "the server says the request is invalid" },
		{ 0x80000004u, -EACCES, "the server's platform does not support it" },
		{ 0x80000005u, -EACCES,
		  "the server requires TLS, which the kernel's client lacks" },
		{ 0x80000006u, -ENOENT, "the server has no such export" },
		{ 0x80000007u, -EAGAIN, "the server is shutting down" },
		{ 0x80000008u, -EPROTO, "the server wants its block size to be known" },
		{ 0x80000009u, -EPROTO, "the server says the request is too big" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].reply == reply)
			return wrong(why, rows[i].err, rows[i].reason);
	return wrong(why, -EPROTO, "the server refuses with a code that is not known");
}

/* Both kinds of data are smaller than the buffer; more of it, or text, is skipped. */
static int read_info(struct nbd_handshake *h, struct cursor *c, const char **why)
{
	switch (cursor_be16(c)) {
	case INFO_EXPORT:
		h->size = cursor_be64(c);
		h->flags = cursor_be16(c);
		break;
	case INFO_BLOCK_SIZE:
		h->block_size = cursor_be32(c);
		if (h->block_size > 65536 || h->block_size & (h->block_size - 1))
			return wrong(why, -EPROTO,
				     "the block size of the export is not credible");
		break;
	}
	return c->overrun ? wrong(why, -EPROTO, "the server's answer is too short") : 0;
}

static void expect_data(struct nbd_handshake *h)
{
	expect(h, NBD_REPLY_DATA,
	       h->reply_left < NBD_INPUT_MAX ? h->reply_left : NBD_INPUT_MAX);
	h->reply_left -= (uint32_t)h->wanted;
}

/* A whole reply was read. */
static int end_reply(struct nbd_handshake *h, const char **why)
{
	if (h->reply == REP_ERR_UNSUP) {
		ask_for_export(h);
		return 0;
	}
	if (h->reply & REP_ERROR)
		return refusal(h->reply, why);
	expect(h, NBD_REPLY, REPLY_HEAD_SIZE);
	if (h->reply != REP_ACK)
		return 0;
	h->is_done = true;
	return check_export(h, why);
}

static int read_reply(struct nbd_handshake *h, struct cursor *c, const char **why)
{
	uint64_t magic = cursor_be64(c);
	uint32_t option = cursor_be32(c);

	h->reply = cursor_be32(c);
	h->reply_left = cursor_be32(c);
	if (magic != MAGIC_REPLY || option != OPT_GO || h->reply_left > REPLY_DATA_MAX)
		return wrong(why, -EPROTO, "the server's answer is not well formed");
	if (h->reply_left == 0)
		return end_reply(h, why);
	expect_data(h);
	return 0;
}

static int read_reply_data(struct nbd_handshake *h, struct cursor *c, const char **why)
{
	int err = 0;

	if (h->reply == REP_INFO)
		err = read_info(h, c, why);
	if (err)
		return err;
	if (h->reply_left == 0)
		return end_reply(h, why);
	if (h->reply == REP_INFO)
		return wrong(why, -EPROTO, "the server's answer is too long");
	expect_data(h);
	return 0;
}

static int read_export(struct nbd_handshake *h, struct cursor *c, const char **why)
{
	h->size = cursor_be64(c);
	h->flags = cursor_be16(c);
	h->is_done = true;
	return check_export(h, why);
}

int nbd_handshake_input(struct nbd_handshake *h, const uint8_t *data, const char **why)
{
	static int (*const read[])(struct nbd_handshake *, struct cursor *,
				   const char **) = {
		[NBD_GREETING] = read_greeting,
		[NBD_REPLY] = read_reply,
		[NBD_REPLY_DATA] = read_reply_data,
		[NBD_EXPORT] = read_export,
	};
	struct cursor c = cursor_over(data, h->wanted);

	return read[h->state](h, &c, why);
}
