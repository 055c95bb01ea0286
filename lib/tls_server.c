#include "lib/tls_connection.h"
#include "lib/tls_identity.h"

#include "lib/clock.h"
#include "lib/clock_floor.h"
#include "lib/x509_text.h"

#include <errno.h>
#include <poll.h>

static int64_t now_s(void)
{
	int64_t now = (int64_t)(clock_realtime_us() / 1000000), floor = clock_floor_s();

	return now < floor ? floor : now;
}

int tls_server_new(const struct tls_identity *identity, int fd, struct tls **out)
{
	struct tls *tls = tls_new(fd);

	if (!tls)
		return -ENOMEM;
	tls->is_server = true;
	tls->wants = POLLIN; /* the client begins */
	tls_trust_clients(&tls->trust, identity->client_ca_path, now_s());
	mbedtls_ssl_set_verify(&tls->ssl, tls_trust_verify, &tls->trust);
	if (tls_set_up(tls, &identity->config)) {
		tls_free(tls);
		return -ENOMEM;
	}
	*out = tls;
	return 0;
}

/* What a client is told, by what is wrong with its certificate: RFC 8446, section 6.2. */
static const struct {
	uint32_t flags;
	unsigned char alert;
} refusals[] = {
	{ MBEDTLS_X509_BADCERT_FUTURE | MBEDTLS_X509_BADCERT_EXPIRED,
	  MBEDTLS_SSL_ALERT_MSG_CERT_EXPIRED },
	{ MBEDTLS_X509_BADCERT_NOT_TRUSTED, MBEDTLS_SSL_ALERT_MSG_UNKNOWN_CA },
	{ MBEDTLS_X509_BADCERT_KEY_USAGE | MBEDTLS_X509_BADCERT_EXT_KEY_USAGE,
	  MBEDTLS_SSL_ALERT_MSG_UNSUPPORTED_CERT },
	{ ~0U, MBEDTLS_SSL_ALERT_MSG_BAD_CERT },
};

/* That no certificate came is fine with the library then, and that a bad one came as well. */
int tls_server_judge(struct tls *tls)
{
	const mbedtls_x509_crt *crt = mbedtls_ssl_get_peer_cert(&tls->ssl);
	uint32_t flags = mbedtls_ssl_get_verify_result(&tls->ssl);
	struct buf name = BUF_OVER(tls->peer_name);
	unsigned row = 0;

	if (!crt)
		return 0;
	if (!flags) {
		x509_put_holder(&name, &crt->subject);
		tls->peer_certified = true;
		return 0;
	}
	FORMAT(tls->error, "%s",
	       tls->trust.reason[0] ? tls->trust.reason
				    : "the certificate may not be used by a client");
	while (!(refusals[row].flags & flags))
		row++;
	(void)mbedtls_ssl_send_alert_message(&tls->ssl, MBEDTLS_SSL_ALERT_LEVEL_FATAL,
					     refusals[row].alert); /* a courtesy */
	return -EKEYREJECTED;
}

bool tls_peer_certified(const struct tls *tls)
{
	return tls->peer_certified;
}

const char *tls_peer_name(const struct tls *tls)
{
	return tls->peer_name;
}
