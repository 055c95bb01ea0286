/* A connection of lib/tls.h on the inside: lib/tls_client.c and lib/tls_server.c set it up, each for
 * its side; lib/tls_mbedtls.c is what both have in common. */
#ifndef LIB_TLS_CONNECTION_H
#define LIB_TLS_CONNECTION_H

#include "lib/tls.h"
#include "lib/tls_trust.h"

#include <mbedtls/ssl.h>

struct tls {
	int fd;
	short wants;
	bool is_server;
	bool peer_certified;
	struct tls_trust trust;
	mbedtls_ssl_config config; /* of a client; servers share that of their identity */
	mbedtls_ssl_context ssl;
	char error[256];
	char peer_name[64];
};

/* Whose @fd stays the caller's; NULL: no memory. To be freed by tls_free(). */
struct tls *tls_new(int fd);

/* Waits for random numbers: see tls_client_new(). */
int tls_seed(char *why, size_t why_size);

/* What is the same for MBEDTLS_SSL_IS_CLIENT and _SERVER. 0 or -ENOMEM. */
int tls_configure(mbedtls_ssl_config *config, int side);
/* Once @config, which is borrowed, is complete. 0 or -ENOMEM. */
int tls_set_up(struct tls *tls, const mbedtls_ssl_config *config);

/* After the handshake: a client that shows a certificate must show a good one. As tls_handshake(). */
int tls_server_judge(struct tls *tls);

#endif
