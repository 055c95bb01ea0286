/* The identity of lib/tls.h on the inside. */
#ifndef LIB_TLS_IDENTITY_H
#define LIB_TLS_IDENTITY_H

#include "lib/buf.h"
#include "lib/tls.h"

#include <mbedtls/ssl.h>

#define TLS_CHAIN_MAX 8 /* certificates in one file */

struct tls_identity {
	mbedtls_x509_crt chain; /* the server's own first */
	mbedtls_pk_context key;
	mbedtls_x509_crt client_ca; /* raw.p NULL: none */
	char client_ca_path[256];
	mbedtls_ssl_config config;
};

/* Do chain and key fit together, and will clients take them? 0, or as tls_identity_load() with @why
 * filled. */
int tls_identity_check(const struct tls_identity *identity,
		       const struct tls_identity_text *text, struct buf *why);

#endif
