/* TLS 1.3 and 1.2 over a connected, non-blocking socket: the only door to the TLS library.
 *
 * Where a function returns -EAGAIN, wait for what tls_wants() says and call it again. Before waiting
 * for input, read until -EAGAIN: what was decrypted already does not show at the socket. */
#ifndef LIB_TLS_H
#define LIB_TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct tls;
struct tls_identity;
struct ca_bundle;

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

/* The other side: a server with @identity, on an accepted connection. @out is to be freed by
 * tls_free(). 0; -ENOMEM. */
int tls_server_new(const struct tls_identity *identity, int fd, struct tls **out);

/* Has the client shown a certificate that the identity trusts? */
bool tls_peer_certified(const struct tls *tls);

/* 0: done; -EAGAIN; -EKEYREJECTED: the certificate is not to be believed; -EPROTO: any other
 * failure; -ECONNRESET. */
int tls_handshake(struct tls *tls);

/* Bytes; 0: the peer said good-bye; -EAGAIN; -ECONNRESET: cut without good-bye; -EPROTO. */
ssize_t tls_read(struct tls *tls, void *data, size_t size);

/* Bytes, maybe fewer than @len; the others as above. After -EAGAIN the same bytes must come again. */
ssize_t tls_write(struct tls *tls, const void *data, size_t len);

/* POLLIN or POLLOUT, after -EAGAIN. */
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
