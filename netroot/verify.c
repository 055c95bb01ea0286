#include "netroot/verify.h"

#include "netroot/fetch.h"

#include "lib/buf.h"

#include <errno.h>
#include <string.h>

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int parse_digest(const char *s, uint8_t out[SHA256_SIZE])
{
	if (strlen(s) != 2 * SHA256_SIZE)
		return -EINVAL;
	for (size_t i = 0; i < SHA256_SIZE; i++) {
		int high = hex_digit(s[2 * i]), low = hex_digit(s[2 * i + 1]);

		if (high < 0 || low < 0)
			return -EINVAL;
		out[i] = (uint8_t)(high << 4 | low);
	}
	return 0;
}

int verify_plan(struct task *t, const struct url *url, struct verify *v)
{
	const char *sha256 = t->request->sha256;

	v->has_key = t->has_key;
	v->has_digest = sha256 && *sha256;
	if (v->has_digest && parse_digest(sha256, v->digest))
		return task_refuse(t, -EINVAL,
				   "rd.fetch.sha256=%s: not 64 hexadecimal digits",
				   sha256);
	if (!v->has_digest && !v->has_key && !url->is_https)
		return task_refuse(
			t, -EACCES,
			"plain http proves nothing: use https, rd.fetch.sha256= "
			"or a signature with the key in the image");
	return 0;
}

static int forget_signature(struct task *t, void *ctx)
{
	struct verify *v = ctx;

	(void)t;
	v->signature_len = 0;
	return 0;
}

static int add_signature(struct task *t, void *ctx, const uint8_t *data, size_t len)
{
	struct verify *v = ctx;

	(void)t; /* fetch_run() keeps to size_max */
	memcpy(v->signature + v->signature_len, data, len);
	v->signature_len += len;
	return 0;
}

int verify_fetch_signature(struct task *t, const struct url *url, struct verify *v)
{
	struct fetch f = {
		.transfer.size_max = sizeof(v->signature),
		.restart = forget_signature,
		.add = add_signature,
		.ctx = v,
	};
	struct url signature = *url;
	int err;

	if (!v->has_key)
		return 0;
	if (url_append(&signature, ".sig"))
		return task_refuse(t, -ENAMETOOLONG, "the URL is too long");
	t->subject = "its signature";
	err = fetch_run(t, &f, &signature);
	if (!err)
		t->subject = NULL;
	return err;
}

static void put_hex(struct buf *b, const uint8_t digest[SHA256_SIZE])
{
	for (size_t i = 0; i < SHA256_SIZE; i++)
		buf_printf(b, "%02x", (unsigned)digest[i]);
}

static int check_digest(struct task *t, const struct verify *v,
			const uint8_t digest[SHA256_SIZE])
{
	char expected[2 * SHA256_SIZE + 1], got[2 * SHA256_SIZE + 1];
	struct buf expected_buf = BUF_OVER(expected), got_buf = BUF_OVER(got);

	if (memcmp(digest, v->digest, SHA256_SIZE) == 0)
		return 0;
	put_hex(&expected_buf, v->digest);
	put_hex(&got_buf, digest);
	return task_fail(t, -EBADMSG, "sha256 is %s, expected %s", got, expected);
}

int verify_image(struct task *t, const struct verify *v,
		 const uint8_t digest[SHA256_SIZE])
{
	int err = v->has_digest ? check_digest(t, v, digest) : 0;

	if (err || !v->has_key)
		return err;
	err = signature_verify(t->key, strlen(t->key) + 1, digest, v->signature,
			       v->signature_len);
	switch (err) {
	case 0:
		return 0;
	case -EBADMSG:
		return task_fail(t, err,
				 "the signature is not of this image by the key %s",
				 t->request->key_path);
	case -EOPNOTSUPP:
		return task_refuse(t, err, "%s: a kind of key that is not supported",
				   t->request->key_path);
	default:
		return task_refuse(t, err, "%s: no public key in PEM",
				   t->request->key_path);
	}
}
