#include "lib/tls_connection.h"

#include "lib/buf.h"

#include <errno.h>

static int set_up(struct tls *tls, const char *host)
{
	int err = tls_configure(&tls->config, MBEDTLS_SSL_IS_CLIENT);

	if (err)
		return err;
	tls_trust_judge(&tls->trust, &tls->config);
	err = tls_set_up(tls, &tls->config);
	if (!err && mbedtls_ssl_set_hostname(&tls->ssl, host))
		err = -ENOMEM;
	return err;
}

int tls_client_new(const struct tls_client *config, struct tls **out, char *why,
		   size_t why_size)
{
	struct tls *tls = tls_new(config->fd);
	int err;

	buf_format(why, why_size, "not enough memory");
	if (!tls)
		return -ENOMEM;
	err = tls_trust_open(config, &tls->trust, why, why_size);
	if (!err)
		err = tls_seed(why, why_size);
	/* an address is not a name: lib/tls_trust.c compares it */
	if (!err)
		err = set_up(tls, tls->trust.address.family ? NULL : config->host);
	if (!err)
		*out = tls;
	else
		tls_free(tls);
	return err;
}
