#include "lib/tls_identity.h"

#include "lib/fd.h"
#include "lib/klibc.h"
#include "lib/pem.h"
#include "lib/tls_connection.h"
#include "lib/x509_text.h"

#include <errno.h>
#include <fcntl.h>
#include <mbedtls/platform_util.h>
#include <mbedtls/psa_util.h>
#include <psa/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define DER_MAX	 8192 /* of one certificate or key */
#define FILE_MAX 65536

/* ---- from PEM */

/* What the library says of something that it cannot read. */
static const char *reason_of(int code)
{
	switch (-(-code & 0xff80)) { /* what is below names the step */
	case MBEDTLS_ERR_X509_ALLOC_FAILED:
	case MBEDTLS_ERR_PK_ALLOC_FAILED:
		return "not enough memory";
	case MBEDTLS_ERR_X509_UNKNOWN_SIG_ALG:
		return "it is signed in a way that is too weak or not supported";
	case MBEDTLS_ERR_PK_UNKNOWN_NAMED_CURVE:
	case MBEDTLS_ERR_PK_UNKNOWN_PK_ALG:
		return "a key of a kind that is not supported: P-256, P-384 and RSA are";
	case MBEDTLS_ERR_PK_KEY_INVALID_FORMAT: /* having tried all it knows */
		return "a key that is damaged or not supported: P-256, P-384 and RSA are";
	default:
		return "it is damaged";
	}
}

static int read_certificates(const struct tls_pem *pem, mbedtls_x509_crt *chain,
			     char *why, size_t why_size)
{
	uint8_t der[DER_MAX];
	size_t off = 0;

	for (unsigned number = 1;; number++) {
		ssize_t len = pem_next(pem->text, pem->len, &off, "CERTIFICATE", der,
				       sizeof(der));
		int code;

		if (len == 0 && number == 1)
			buf_format(why, why_size, "%s: no certificate in PEM in it",
				   pem->path);
		if (len == 0)
			return number == 1 ? -EKEYREJECTED : 0;
		code = len < 0 ? MBEDTLS_ERR_X509_INVALID_FORMAT
			       : mbedtls_x509_crt_parse_der(chain, der, (size_t)len);
		if (code)
			buf_format(why, why_size, "%s: certificate %u: %s", pem->path,
				   number, reason_of(code));
		else if (number > TLS_CHAIN_MAX)
			buf_format(why, why_size, "%s: more than %u certificates",
				   pem->path, TLS_CHAIN_MAX);
		if (code || number > TLS_CHAIN_MAX)
			return -EKEYREJECTED;
	}
}

static bool has(const struct tls_pem *pem, const char *word)
{
	return memmem(pem->text, pem->len, word, strlen(word));
}

/* Into DER, whatever wraps the key: PKCS #8, or what OpenSSL wrote before it. As pem_next(). */
static ssize_t decode_key(const struct tls_pem *pem, uint8_t der[DER_MAX])
{
	static const char *const labels[] = { "PRIVATE KEY", "EC PRIVATE KEY",
					      "RSA PRIVATE KEY" };
	ssize_t len = 0;

	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]) && !len; i++) {
		size_t off = 0;

		len = pem_next(pem->text, pem->len, &off, labels[i], der, DER_MAX);
	}
	return len;
}

static int read_key(const struct tls_pem *pem, mbedtls_pk_context *key, char *why,
		    size_t why_size)
{
	uint8_t der[DER_MAX];
	ssize_t len = decode_key(pem, der);
	const char *problem = NULL;
	int code = 0;

	if (has(pem, "PRIVATE KEY-----") && has(pem, "ENCRYPTED"))
		problem = "the key is encrypted, and nobody is there to type its "
			  "passphrase; openssl pkey takes it off";
	else if (len == 0)
		problem = "no private key in PEM in it";
	else if (len < 0)
		problem = "the key is damaged";
	else
		code = mbedtls_pk_parse_key(key, der, (size_t)len, NULL, 0,
					    mbedtls_psa_get_random,
					    MBEDTLS_PSA_RANDOM_STATE);
	if (code)
		problem = reason_of(code);
	mbedtls_platform_zeroize(der, sizeof(der));
	if (problem)
		buf_format(why, why_size, "%s: %s", pem->path, problem);
	return problem ? -EKEYREJECTED : 0;
}

/* ---- the life of one */

/* HTTP/1.0 is what curl --http1.0 offers. */
static const char *protocols[] = { "http/1.1", "http/1.0", NULL };

static int configure(struct tls_identity *identity)
{
	mbedtls_ssl_config *config = &identity->config;
	bool asks = identity->client_ca.raw.p;

	if (tls_configure(config, MBEDTLS_SSL_IS_SERVER) ||
	    mbedtls_ssl_conf_own_cert(config, &identity->chain, &identity->key) ||
	    mbedtls_ssl_conf_alpn_protocols(config, protocols))
		return -ENOMEM;
	/* who has AES in its processor puts it first */
	mbedtls_ssl_conf_preference_order(config,
					  MBEDTLS_SSL_SRV_CIPHERSUITE_ORDER_CLIENT);
	mbedtls_ssl_conf_authmode(config, asks ? MBEDTLS_SSL_VERIFY_OPTIONAL
					       : MBEDTLS_SSL_VERIFY_NONE);
	if (asks)
		mbedtls_ssl_conf_ca_chain(config, &identity->client_ca, NULL);
	return 0;
}

static struct tls_identity *identity_new(void)
{
	struct tls_identity *identity = calloc(1, sizeof(*identity));

	if (!identity)
		return NULL;
	mbedtls_x509_crt_init(&identity->chain);
	mbedtls_pk_init(&identity->key);
	mbedtls_x509_crt_init(&identity->client_ca);
	mbedtls_ssl_config_init(&identity->config);
	return identity;
}

void tls_identity_free(struct tls_identity *identity)
{
	if (!identity)
		return;
	mbedtls_ssl_config_free(&identity->config);
	mbedtls_x509_crt_free(&identity->client_ca);
	mbedtls_pk_free(&identity->key);
	mbedtls_x509_crt_free(&identity->chain);
	free(identity);
}

int tls_identity_parse(const struct tls_identity_text *text, struct tls_identity **out,
		       char *why, size_t why_size)
{
	struct tls_identity *identity = identity_new();
	struct buf b = buf_init(why, why_size);
	int err = 0;

	if (!identity || psa_crypto_init() != PSA_SUCCESS) {
		buf_puts(&b, "not enough memory");
		tls_identity_free(identity);
		return -ENOMEM;
	}
	err = read_certificates(&text->cert, &identity->chain, why, why_size);
	if (!err)
		err = read_key(&text->key, &identity->key, why, why_size);
	if (!err)
		err = tls_identity_check(identity, text, &b);
	if (!err && text->client_ca.path) {
		FORMAT(identity->client_ca_path, "%s", text->client_ca.path);
		err = read_certificates(&text->client_ca, &identity->client_ca, why,
					why_size);
	}
	if (!err)
		err = configure(identity);
	if (!err)
		*out = identity;
	else
		tls_identity_free(identity);
	return err;
}

/* ---- from files */

/* @pem's text is to be freed by wipe(). */
static int read_file(const char *path, bool is_secret, struct tls_pem *pem)
{
	fd_auto int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	ssize_t len;

	pem->path = path;
	if (fd < 0 || fstat(fd, &st))
		return -errno;
	if (is_secret && (st.st_mode & 0007))
		return -EPERM;
	pem->text = calloc(1, FILE_MAX);
	if (!pem->text)
		return -ENOMEM;
	len = fd_read_full(fd, (char *)pem->text, FILE_MAX);
	if (len < 0)
		return (int)len;
	pem->len = (size_t)len;
	return len == FILE_MAX ? -EFBIG : 0;
}

static void wipe(struct tls_pem *pem)
{
	if (pem->text)
		mbedtls_platform_zeroize((char *)pem->text, FILE_MAX);
	free((char *)pem->text);
}

static int read_files(const struct tls_identity_config *config,
		      struct tls_identity_text *text, char *why, size_t why_size)
{
	const struct {
		const char *path;
		bool is_secret;
		struct tls_pem *pem;
	} files[] = { { config->cert_path, false, &text->cert },
		      { config->key_path, true, &text->key },
		      { config->client_ca_path, false, &text->client_ca } };
	int err = 0;

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]) && !err; i++) {
		if (!files[i].path)
			continue;
		err = read_file(files[i].path, files[i].is_secret, files[i].pem);
		if (err)
			buf_format(why, why_size, "%s: %s", files[i].path,
				   err == -EPERM
					   ? "others may read this key: chmod 0600 it"
					   : strerror(-err));
	}
	return err;
}

int tls_identity_load(const struct tls_identity_config *config, struct tls_identity **out,
		      char *why, size_t why_size)
{
	struct tls_identity_text text = { .now_s = config->now_s };
	int err = tls_seed(why, why_size);

	if (!err)
		err = read_files(config, &text, why, why_size);
	if (!err)
		err = tls_identity_parse(&text, out, why, why_size);
	wipe(&text.cert);
	wipe(&text.key);
	wipe(&text.client_ca);
	return err;
}

/* ---- what it says */

void tls_identity_describe(const struct tls_identity *identity,
			   struct tls_identity_facts *out)
{
	const mbedtls_x509_crt *crt = &identity->chain;
	struct buf names = BUF_OVER(out->names);
	uint8_t digest[SHA256_SIZE];
	struct sha256 s;

	sha256_start(&s);
	sha256_add(&s, crt->raw.p, crt->raw.len);
	sha256_end(&s, out->fingerprint);
	x509_digest_key(crt, digest);
	tls_pin_print(digest, out->pin);
	x509_put_names(&names, crt);
	out->valid_to = x509_date(&crt->valid_to);
}
