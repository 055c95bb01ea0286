#include "lib/tls_connection.h"

#include "lib/buf.h"
#include "lib/entropy.h"
#include "lib/klibc.h"

#include <errno.h>
#include <mbedtls/net_sockets.h>
#include <mbedtls/psa_util.h>
#include <poll.h>
#include <psa/crypto.h>
#include <stdlib.h>
#include <sys/socket.h>

#define RANDOM_LIMIT_S 10

/* ---- the socket */

static int moved(struct tls *tls, ssize_t n, short wants)
{
	if (n >= 0)
		return (int)n;
	tls->wants = wants;
	if (errno == EAGAIN || errno == EINTR)
		return wants == POLLIN ? MBEDTLS_ERR_SSL_WANT_READ
				       : MBEDTLS_ERR_SSL_WANT_WRITE;
	return MBEDTLS_ERR_NET_CONN_RESET;
}

static int send_bytes(void *p, const unsigned char *data, size_t len)
{
	struct tls *tls = p;

	return moved(tls, send(tls->fd, data, len, MSG_NOSIGNAL | MSG_DONTWAIT), POLLOUT);
}

static int receive_bytes(void *p, unsigned char *data, size_t size)
{
	struct tls *tls = p;

	return moved(tls, recv(tls->fd, data, size, MSG_DONTWAIT), POLLIN);
}

/* ---- errors */

static bool is_server(const struct tls *tls)
{
	return IS_ENABLED(CONFIG_TLS_SERVER) && tls->is_server;
}

static const struct {
	int16_t code;
	int16_t err;
	bool of_peer; /* @text is what it did */
	const char *text;
} errors[] = {
	{ MBEDTLS_ERR_SSL_CONN_EOF, -ECONNRESET, true, "ended the connection" },
	{ MBEDTLS_ERR_NET_CONN_RESET, -ECONNRESET, false, "the connection broke" },
	{ MBEDTLS_ERR_SSL_BAD_PROTOCOL_VERSION, -EPROTO, true,
	  "knows neither TLS 1.2 nor TLS 1.3" },
	{ MBEDTLS_ERR_SSL_HANDSHAKE_FAILURE, -EPROTO, false,
	  "no cipher or key exchange that both sides know" },
	{ MBEDTLS_ERR_SSL_INVALID_RECORD, -EPROTO, true, "does not speak TLS" },
	{ MBEDTLS_ERR_SSL_INVALID_MAC, -EPROTO, false,
	  "the data was changed on its way" },
	{ MBEDTLS_ERR_SSL_ALLOC_FAILED, -EPROTO, false, "not enough memory" },
	{ MBEDTLS_ERR_SSL_BAD_CERTIFICATE, -EKEYREJECTED, false,
	  "the certificate is not for such a use, or cannot be read" },
	{ MBEDTLS_ERR_X509_CERT_VERIFY_FAILED, -EKEYREJECTED, false, "the certificate" },
	{ MBEDTLS_ERR_X509_FATAL_ERROR, -EKEYREJECTED, false,
	  "the certificate cannot be checked" },
};

/* RFC 8446, section 6. */
static const struct {
	uint8_t alert;
	bool of_peer;
	const char *text;
} alerts[] = {
	{ MBEDTLS_SSL_ALERT_MSG_HANDSHAKE_FAILURE, false,
	  "no cipher or key exchange that both sides know" },
	{ MBEDTLS_SSL_ALERT_MSG_PROTOCOL_VERSION, true,
	  "knows neither TLS 1.2 nor TLS 1.3" },
	{ MBEDTLS_SSL_ALERT_MSG_INSUFFICIENT_SECURITY, true, "wants stronger ciphers" },
	{ MBEDTLS_SSL_ALERT_MSG_INTERNAL_ERROR, true, "has a fault of its own" },
	{ MBEDTLS_SSL_ALERT_MSG_UNRECOGNIZED_NAME, true, "does not know that name" },
	{ MBEDTLS_SSL_ALERT_MSG_CERT_REQUIRED, true,
	  "wants a certificate of this machine" },
};

static void say(struct tls *tls, bool of_peer, const char *text)
{
	FORMAT(tls->error, "%s%s",
	       !of_peer		? ""
	       : is_server(tls) ? "the client "
				: "the server ",
	       text);
}

static void explain_alert(struct tls *tls)
{
	uint8_t alert = tls->ssl.MBEDTLS_PRIVATE(in_msg)[1];
	char text[32];

	for (size_t i = 0; i < sizeof(alerts) / sizeof(alerts[0]); i++)
		if (alerts[i].alert == alert) {
			say(tls, alerts[i].of_peer, alerts[i].text);
			return;
		}
	FORMAT(text, "refused (TLS alert %u)", alert);
	say(tls, true, text);
}

static int explain(struct tls *tls, int code)
{
	if (code == MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE) {
		explain_alert(tls);
		return -EPROTO;
	}
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (errors[i].code == code) {
			bool is_judged =
				errors[i].err == -EKEYREJECTED && tls->trust.reason[0];

			say(tls, errors[i].of_peer,
			    is_judged ? tls->trust.reason : errors[i].text);
			return errors[i].err;
		}
	FORMAT(tls->error, "TLS error -0x%04x", (unsigned)-code);
	return -EPROTO;
}

static int result(struct tls *tls, int code)
{
	if (code == MBEDTLS_ERR_SSL_WANT_READ) {
		tls->wants = POLLIN;
		return -EAGAIN;
	}
	if (code == MBEDTLS_ERR_SSL_WANT_WRITE) {
		tls->wants = POLLOUT;
		return -EAGAIN;
	}
	return code < 0 ? explain(tls, code) : code;
}

/* ---- the life of a connection */

int tls_seed(char *why, size_t why_size)
{
	int err = entropy_wait(RANDOM_LIMIT_S);

	if (err) {
		buf_format(why, why_size,
			   "the kernel has no random numbers yet: a source such as "
			   "virtio-rng helps");
		return -EAGAIN;
	}
	return psa_crypto_init() == PSA_SUCCESS ? 0 : -ENOMEM;
}

/* In the order of the library servers with an RSA key and TLS 1.2 take PSS, which it cannot verify
 * there, and so do clients; in TLS 1.3 it is the only one they may take. */
static const uint16_t signatures[] = { MBEDTLS_TLS1_3_SIG_ECDSA_SECP256R1_SHA256,
				       MBEDTLS_TLS1_3_SIG_ECDSA_SECP384R1_SHA384,
				       MBEDTLS_TLS1_3_SIG_RSA_PKCS1_SHA256,
				       MBEDTLS_TLS1_3_SIG_RSA_PKCS1_SHA384,
				       MBEDTLS_TLS1_3_SIG_RSA_PKCS1_SHA512,
				       MBEDTLS_TLS1_3_SIG_RSA_PSS_RSAE_SHA256,
				       MBEDTLS_TLS1_3_SIG_RSA_PSS_RSAE_SHA384,
				       MBEDTLS_TLS1_3_SIG_RSA_PSS_RSAE_SHA512,
				       MBEDTLS_TLS1_3_SIG_NONE };

int tls_configure(mbedtls_ssl_config *config, int side)
{
	if (mbedtls_ssl_config_defaults(config, side, MBEDTLS_SSL_TRANSPORT_STREAM,
					MBEDTLS_SSL_PRESET_DEFAULT))
		return -ENOMEM;
	mbedtls_ssl_conf_rng(config, mbedtls_psa_get_random, MBEDTLS_PSA_RANDOM_STATE);
	mbedtls_ssl_conf_sig_algs(config, signatures);
	return 0;
}

struct tls *tls_new(int fd)
{
	struct tls *tls = calloc(1, sizeof(*tls));

	if (!tls)
		return NULL;
	tls->fd = fd;
	mbedtls_ssl_config_init(&tls->config);
	mbedtls_ssl_init(&tls->ssl);
	return tls;
}

int tls_set_up(struct tls *tls, const mbedtls_ssl_config *config)
{
	if (mbedtls_ssl_setup(&tls->ssl, config))
		return -ENOMEM;
	mbedtls_ssl_set_bio(&tls->ssl, tls, send_bytes, receive_bytes, NULL);
	return 0;
}

int tls_handshake(struct tls *tls)
{
	int err = result(tls, mbedtls_ssl_handshake(&tls->ssl));

	return !err && is_server(tls) ? tls_server_judge(tls) : err;
}

ssize_t tls_read(struct tls *tls, void *data, size_t size)
{
	int n = mbedtls_ssl_read(&tls->ssl, data, size);

	if (n == 0)
		n = MBEDTLS_ERR_SSL_CONN_EOF;
	return n == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY ? 0 : result(tls, n);
}

ssize_t tls_write(struct tls *tls, const void *data, size_t len)
{
	return result(tls, mbedtls_ssl_write(&tls->ssl, data, len));
}

short tls_wants(const struct tls *tls)
{
	return tls->wants;
}

const char *tls_error(const struct tls *tls)
{
	return tls->error;
}

const char *tls_version(const struct tls *tls)
{
	return mbedtls_ssl_get_version(&tls->ssl);
}

const char *tls_cipher(const struct tls *tls)
{
	return mbedtls_ssl_get_ciphersuite(&tls->ssl);
}

void tls_free(struct tls *tls)
{
	if (!tls)
		return;
	(void)mbedtls_ssl_close_notify(&tls->ssl); /* a courtesy */
	mbedtls_ssl_free(&tls->ssl);
	mbedtls_ssl_config_free(&tls->config);
	tls_trust_close(&tls->trust);
	free(tls);
}
