/* TLS 1.3 and 1.2 over a connected, non-blocking socket: the only door to the TLS library.
 *
 * Where a function returns -EAGAIN, wait for what tls_wants() says and call it again. Before waiting
 * for input, read until -EAGAIN: what was decrypted already does not show at the socket. */
#ifndef LIB_TLS_H
#define LIB_TLS_H

#include "lib/date.h"
#include "lib/tls_pins.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct tls;
struct ca_bundle;

/* ---- the client */

/* Whom to believe. With neither @ca_path nor @pins the handshake fails: there is no way to talk
 * without knowing to whom. */
struct tls_client {
	int fd;		     /* stays the caller's */
	const char *host;    /* the name or the address that the certificate must hold */
	const char *ca_path; /* PEM bundle of certificates to trust; NULL: none */
	/* The same, open: for a process that sees no files any more. Borrowed until tls_free();
	 * NULL: @ca_path is opened */
	const struct ca_bundle *ca_bundle;
	/* sha256//BASE64[;…] of the server's public key (RFC 7469). Enough alone: whose name the
	 * certificate has and when it is valid is not looked at then; with @ca_path both must
	 * hold. NULL: none */
	const char *pins;
	int64_t now_s; /* for the dates of certificates: never before the clock floor */
};

/* @out is to be freed by tls_free(). 0; -ENOMEM; -ENOENT: no certificates to trust; -EINVAL: wrong
 * pins; -EAGAIN: the kernel has no random numbers yet, which was waited for some seconds (SIGALRM
 * and its timer were used): to be tried again. @why (@why_size) says it for people. */
int tls_client_new(const struct tls_client *config, struct tls **out, char *why,
		   size_t why_size);

/* ---- the server */

/* Where an image has them. */
#define TLS_IDENTITY_FOLDER    "/etc/rootling/https"
#define TLS_IDENTITY_CERT      TLS_IDENTITY_FOLDER "/cert.pem"
#define TLS_IDENTITY_KEY       TLS_IDENTITY_FOLDER "/key.pem"
#define TLS_IDENTITY_CLIENT_CA TLS_IDENTITY_FOLDER "/client-ca.pem"

/* Who a server is: its certificates, its private key, and whom it lets vouch for its clients. */
struct tls_identity;

struct tls_identity_config {
	const char
		*cert_path; /* PEM: the server's own first, each followed by its issuer */
	const char *key_path; /* PEM: P-256, P-384 or RSA of 2048 bits, not encrypted */
	const char
		*client_ca_path; /* PEM: who issues certificates of clients; NULL: none */
	int64_t now_s;		 /* what is before the clock floor counts as that */
};

/* Reads and checks it whole; files are not needed any more then. @out is to be freed, after the last
 * connection. 0; -ETIME: not valid yet, which may change with the clock; -EKEYREJECTED: anything else
 * in it is wrong; -EPERM: others may read the key; -EAGAIN: see tls_client_new(); -ENOMEM; -errno of
 * a file. @why names the file and says it for people. */
int tls_identity_load(const struct tls_identity_config *config, struct tls_identity **out,
		      char *why, size_t why_size);
void tls_identity_free(struct tls_identity *identity);

/* The same of what is in memory already. Pure, but for random numbers that must be there. */
struct tls_pem {
	const char *path; /* for @why; NULL: there is none */
	const char *text;
	size_t len;
};

struct tls_identity_text {
	struct tls_pem cert, key, client_ca;
	int64_t now_s;
};

int tls_identity_parse(const struct tls_identity_text *text, struct tls_identity **out,
		       char *why, size_t why_size);

/* What its clients can be told beforehand. */
struct tls_identity_facts {
	uint8_t fingerprint[SHA256_SIZE]; /* of the certificate */
	char pin[TLS_PIN_SIZE];		  /* of its key */
	char names[256];		  /* the hosts it is for, printable, maybe cut */
	struct date valid_to;
};

void tls_identity_describe(const struct tls_identity *identity,
			   struct tls_identity_facts *out);

/* Borrows @identity. HTTP/1 is all that is agreed on by ALPN; the name that a client asks for (SNI)
 * changes nothing. No session is resumed, nothing is renegotiated. It holds some 32 KB, two records. 0
 * or -ENOMEM. */
int tls_server_new(const struct tls_identity *identity, int fd, struct tls **out);

/* After the handshake: the client has shown a certificate that the identity's client CA stands for. One
 * that shows none is served too; with one that is not to be believed the handshake fails. */
bool tls_peer_certified(const struct tls *tls);
/* Whose it is, printable; "" without one. Until tls_free(). */
const char *tls_peer_name(const struct tls *tls);

/* ---- both */

/* 0: done; -EAGAIN; -EKEYREJECTED: the certificate is not to be believed; -EPROTO: any other
 * failure; -ECONNRESET. */
int tls_handshake(struct tls *tls);

/* Bytes; 0: the peer said good-bye; -EAGAIN; -ECONNRESET: cut without good-bye; -EPROTO. */
ssize_t tls_read(struct tls *tls, void *data, size_t size);

/* Bytes, maybe fewer than @len; the others as above. After -EAGAIN the same bytes must come again. */
ssize_t tls_write(struct tls *tls, const void *data, size_t len);

/* POLLIN or POLLOUT, after -EAGAIN; of a server from the beginning. */
short tls_wants(const struct tls *tls);

/* What went wrong last, in words that name it: "the certificate is not valid yet: the clock says
 * 1970-01-01". Printable ASCII, valid until the next call. */
const char *tls_error(const struct tls *tls);

/* What was agreed on, after the handshake: "TLSv1.3 TLS1-3-AES-128-GCM-SHA256". */
const char *tls_version(const struct tls *tls);
const char *tls_cipher(const struct tls *tls);

/* Says good-bye if it can without waiting. NULL is allowed. */
void tls_free(struct tls *tls);

#endif
