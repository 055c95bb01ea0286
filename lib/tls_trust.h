/* Whether the certificates of a peer are to be believed, and why not: what lib/tls_mbedtls.c asks
 * when the library shows them. */
#ifndef LIB_TLS_TRUST_H
#define LIB_TLS_TRUST_H

#include "lib/ca_bundle.h"
#include "lib/date.h"
#include "lib/ip.h"
#include "lib/tls.h"
#include "lib/tls_pins.h"

#include <mbedtls/ssl.h>

struct tls_trust {
	const char *ca_path;
	bool by_key_alone; /* nothing but a pinned key is asked for */
	struct ca_bundle bundle;
	bool owns_bundle;
	struct tls_pins pins;
	struct date now;
	struct ip address; /* when the host is one */
	const mbedtls_x509_crt
		*known;	      /* of the peer's, one that the bundle holds itself */
	unsigned reason_rank; /* of @reason; the lower, the more it tells */
	char reason[256];     /* "": no complaint so far */
};

/* As tls_client_new(). */
int tls_trust_open(const struct tls_client *config, struct tls_trust *trust, char *why,
		   size_t why_size);
void tls_trust_close(struct tls_trust *trust);

/* Makes @trust that of a server in its clients: of what was issued by those of the file @ca_path. */
void tls_trust_clients(struct tls_trust *trust, const char *ca_path, int64_t now_s);

/* Makes @trust, which must outlive it, the judge of this configuration. */
void tls_trust_judge(struct tls_trust *trust, mbedtls_ssl_config *config);
/* What it judges with, for mbedtls_ssl_set_verify(). */
int tls_trust_verify(void *trust, mbedtls_x509_crt *crt, int depth, uint32_t *flags);

#endif
