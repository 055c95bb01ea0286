#include "initramfs/public_key.h"

#include <string.h>

#define PEM_MAX	     8191 /* what the worker of /init has room for */
#define BEGIN	     "-----BEGIN PUBLIC KEY-----"
#define END	     "-----END PUBLIC KEY-----"
#define RSA_2048_LEN 290 /* a SubjectPublicKeyInfo (RFC 5280) of that size at least */

/* The algorithm and its parameters are near the start of a SubjectPublicKeyInfo. */
static const struct kind {
	uint8_t oid[9];
	uint8_t oid_len;
	uint16_t len_min;
} kinds[] = {
	{ { 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7 }, 8, 0 }, /* P-256, RFC 5480 */
	{ { 0x2b, 0x81, 4, 0, 0x22 }, 5, 0 },		     /* P-384 */
	{ { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1 },
	  9,
	  RSA_2048_LEN }, /* RFC 8017 */
};

static const uint8_t *find(const uint8_t *text, size_t len, const char *mark)
{
	return memmem(text, len, mark, strlen(mark));
}

bool public_key_is_private(const uint8_t *pem, size_t len)
{
	return find(pem, len, "PRIVATE KEY-----");
}

static int value_of(uint8_t c)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c ? strchr(letters, c) : NULL;

	return at ? (int)(at - letters) : -1;
}

/* The bytes in base64 (RFC 4648), blanks and padding left out; how many. @out has room for all. */
static size_t decode(const uint8_t *text, const uint8_t *end, uint8_t *out)
{
	uint32_t bits = 0;
	unsigned count = 0;
	size_t len = 0;

	for (; text < end; text++) {
		int value = value_of(*text);

		if (value < 0)
			continue;
		bits = bits << 6 | (uint32_t)value;
		count += 6;
		if (count >= 8) {
			count -= 8;
			out[len++] = (uint8_t)(bits >> count);
		}
	}
	return len;
}

static const char *check_kind(const uint8_t *der, size_t len)
{
	size_t head = len < 40 ? len : 40;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (!memmem(der, head, kinds[i].oid, kinds[i].oid_len))
			continue;
		return len < kinds[i].len_min ? "too short: RSA needs 2048 bits" : NULL;
	}
	return "of a kind that is not supported: P-256, P-384 and RSA are";
}

const char *public_key_check(const uint8_t *pem, size_t len)
{
	uint8_t der[PEM_MAX];
	const uint8_t *begin = find(pem, len, BEGIN), *end;

	if (public_key_is_private(pem, len))
		return "holds a private key, which must stay where images are signed; "
		       "openssl pkey -pubout makes the public one";
	if (!begin && find(pem, len, "-----BEGIN CERTIFICATE-----"))
		return "a certificate; openssl x509 -pubkey -noout makes its public key";
	if (!begin || len > PEM_MAX)
		return "not a public key in PEM; openssl pkey -pubout makes one";
	begin += strlen(BEGIN);
	end = find(begin, len - (size_t)(begin - pem), END);
	return end ? check_kind(der, decode(begin, end, der)) : "cut short";
}
