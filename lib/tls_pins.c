#include "lib/tls_pins.h"

#include <errno.h>
#include <mbedtls/base64.h>
#include <string.h>

#define PREFIX "sha256//"

void tls_pin_print(const uint8_t digest[SHA256_SIZE], char out[TLS_PIN_SIZE])
{
	size_t len = strlen(PREFIX), base64_len;

	memcpy(out, PREFIX, len);
	(void)mbedtls_base64_encode((uint8_t *)out + len, TLS_PIN_SIZE - len, &base64_len,
				    digest, SHA256_SIZE); /* 44 characters and a NUL */
}

/* Spelled as it would be printed: other bits than those of the digest are a slip of the pen. */
static int parse_one(const char *text, size_t len, uint8_t digest[SHA256_SIZE])
{
	char canonical[TLS_PIN_SIZE];
	size_t size = 0;

	if (len != TLS_PIN_SIZE - 1 ||
	    mbedtls_base64_decode(digest, SHA256_SIZE, &size,
				  (const uint8_t *)text + strlen(PREFIX),
				  len - strlen(PREFIX)))
		return -EINVAL;
	tls_pin_print(digest, canonical);
	return size == SHA256_SIZE && memcmp(text, canonical, len) == 0 ? 0 : -EINVAL;
}

int tls_pins_parse(const char *text, struct tls_pins *out)
{
	int err = 0;

	*out = (struct tls_pins){ 0 };
	for (const char *next = text; !err; text = next + 1) {
		next = text + strcspn(text, ";");
		if (out->count == TLS_PINS_MAX)
			return -E2BIG;
		err = parse_one(text, (size_t)(next - text), out->digests[out->count]);
		out->count++;
		if (!*next)
			break;
	}
	return err;
}

bool tls_pins_have(const struct tls_pins *pins, const uint8_t digest[SHA256_SIZE])
{
	for (unsigned i = 0; i < pins->count; i++)
		if (memcmp(pins->digests[i], digest, SHA256_SIZE) == 0)
			return true;
	return false;
}
