/* A PEM bundle of the certificates to trust, such as Debian's ca-certificates.crt of 140. It is read
 * where it lies: at most the few certificates that are asked for are in memory. */
#ifndef LIB_CA_BUNDLE_H
#define LIB_CA_BUNDLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CA_BUNDLE_DER_MAX 8192 /* of one certificate; larger ones are passed over */

struct ca_bundle {
	const char *text; /* NULL: none */
	size_t size;
};

/* @out is to be closed. 0; -ENODATA: no certificate in it; -errno. */
int ca_bundle_open(const char *path, struct ca_bundle *out);
void ca_bundle_close(struct ca_bundle *bundle);

/* The next certificate behind *@off, which is 0 at first, in DER. Its length, 0 behind the last. */
size_t ca_bundle_next(const struct ca_bundle *bundle, size_t *off,
		      uint8_t der[CA_BUNDLE_DER_MAX]);

/* May @name, a Name in DER, be the subject of the certificate @der? Loose, as comparing names is
 * (RFC 5280, section 7.1): false only when it is not. */
bool ca_bundle_is_subject(const uint8_t *der, size_t len, const uint8_t *name,
			  size_t name_len);

#endif
