/* The token that clients of the HTTP service act with: the image holds only its SHA-256. */
#include "initramfs/build.h"
#include "initramfs/file.h"
#include "lib/klibc.h"
#include "lib/log.h"
#include "lib/sha256.h"
#include "lib/str.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define PLACE	  "/etc/rootling/http/token.sha256"
#define TOKEN_MIN 16
#define TOKEN_MAX 256
/* Without what is easily read or typed as something else (Crockford's base 32): 5 bits each. */
#define ALPHABET    "0123456789abcdefghjkmnpqrstvwxyz"
#define TOKEN_CHARS 26 /* 130 bits */

/* NULL, or what is wrong. Blanks would not come through a header. */
static const char *check_token(const uint8_t *token, size_t len)
{
	if (len < TOKEN_MIN)
		return "shorter than 16 characters: it could be guessed";
	if (len > TOKEN_MAX)
		return "longer than 256 characters";
	for (size_t i = 0; i < len; i++)
		if (token[i] <= ' ' || token[i] >= 0x7f)
			return "has a character that is not printable ASCII, or a blank";
	return NULL;
}

/* The first line, without its end. */
static int read_token(const char *path, struct bytes *out)
{
	int err = file_read(path, out);
	const uint8_t *end = err ? NULL : memchr(out->data, '\n', out->len);
	const char *problem;

	if (end)
		out->len = (size_t)(end - out->data);
	if (out->len && out->data[out->len - 1] == '\r')
		out->len--;
	problem = err ? strerror(-err) : check_token(out->data, out->len);
	if (problem)
		log_err("build: --http-token %s: %s", path, problem);
	return problem && !err ? -EINVAL : err;
}

/* A new one, said once: nobody else will ever know it. */
static int make_token(struct build *b, struct bytes *out)
{
	uint8_t random[TOKEN_CHARS];

	if (getenv("SOURCE_DATE_EPOCH")) {
		log_err("build: --http-token auto: another image each time, and "
			"SOURCE_DATE_EPOCH asks for the same: give it a file");
		return -EINVAL;
	}
	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random)) {
		log_err("build: --http-token auto: no random numbers: %s",
			strerror(errno));
		return -EIO;
	}
	for (size_t i = 0; i < sizeof(random); i++)
		bytes_put(out, &ALPHABET[random[i] % 32], 1);
	b->http_token = mem_printf("%.*s", (int)out->len, (const char *)out->data);
	return 0;
}

static void add_digest(struct build *b, const struct bytes *token)
{
	uint8_t digest[SHA256_SIZE];
	struct bytes text = { 0 };
	struct sha256 s;

	sha256_start(&s);
	sha256_add(&s, token->data, token->len);
	sha256_end(&s, digest);
	for (size_t i = 0; i < sizeof(digest); i++)
		bytes_printf(&text, "%02x", digest[i]);
	bytes_put(&text, "\n", 1);
	tree_add(&b->tree, PLACE, S_IFREG | 0600, &text);
}

int build_add_http(struct build *b)
{
	const char *from = b->options->http_token;
	struct bytes token = { 0 };
	int err;

	if (!from)
		return 0;
	err = str_equal(from, "auto") ? make_token(b, &token) : read_token(from, &token);
	if (!err)
		add_digest(b, &token);
	if (token.data)
		explicit_bzero(token.data, token.len);
	bytes_free(&token);
	return err;
}
