#include "initramfs/self_signed.h"

#include "lib/ip.h"
#include "lib/sha256.h"
#include "lib/str.h"

#include <errno.h>
#include <mbedtls/oid.h>
#include <mbedtls/platform_util.h>
#include <mbedtls/psa_util.h>
#include <mbedtls/x509_crt.h>
#include <psa/crypto.h>
#include <stdlib.h>
#include <string.h>

/* Who wants dates has an authority: a machine without a clock begins years ago, and RFC 5280, section
 * 4.1.2.5, has this end for what has none. */
#define VALID_FROM  "20000101000000"
#define VALID_TO    "99991231235959"

#define SERIAL_SIZE 16
#define LABEL_MAX   63	/* RFC 1035, section 2.3.4 */
#define HOST_MAX    253 /* RFC 1035, as text */
#define CN_MAX	    64	/* RFC 5280, ub-common-name */
#define PEM_SIZE    4096

static bool is_label(const char *label, size_t len)
{
	if (len == 0 || len > LABEL_MAX || label[0] == '-' || label[len - 1] == '-')
		return false;
	for (size_t i = 0; i < len; i++)
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			    "0123456789-",
			    label[i]))
			return false;
	return true;
}

bool self_signed_may_name(const char *name)
{
	struct ip ip;

	if (ip_parse(name, &ip) == 0)
		return true;
	if (strlen(name) > HOST_MAX)
		return false;
	if (strncmp(name, "*.", 2) == 0)
		name += 2;
	for (;; name++) {
		size_t len = strcspn(name, ".");

		if (!is_label(name, len))
			return false;
		name += len;
		if (!*name)
			return true;
	}
}

/* ---- the certificate */

struct alternative {
	mbedtls_x509_san_list item;
	struct ip ip;
};

static void set_alternative(struct alternative *a, const char *name)
{
	mbedtls_x509_subject_alternative_name *node = &a->item.node;
	bool is_address = ip_parse(name, &a->ip) == 0;

	node->type = is_address ? MBEDTLS_X509_SAN_IP_ADDRESS : MBEDTLS_X509_SAN_DNS_NAME;
	node->san.unstructured_name.p = is_address ? a->ip.bytes : (uint8_t *)name;
	node->san.unstructured_name.len = !is_address		  ? strlen(name)
					  : a->ip.family == IP_V4 ? 4
								  : 16;
}

static int name_it(mbedtls_x509write_cert *crt, const struct strings *names)
{
	struct alternative *list = mem_alloc(names->count * sizeof(*list));
	bool fits = strlen(names->items[0]) <= CN_MAX;
	char *subject = mem_printf("CN=%s", fits ? names->items[0] : "rootling");
	int code;

	/* they are written from the last to the first */
	for (size_t i = 0; i < names->count; i++) {
		set_alternative(&list[i], names->items[i]);
		list[i].item.next = i ? &list[i - 1].item : NULL;
	}
	code = mbedtls_x509write_crt_set_subject_name(crt, subject);
	if (!code)
		code = mbedtls_x509write_crt_set_issuer_name(crt, subject);
	if (!code)
		code = mbedtls_x509write_crt_set_subject_alternative_name(
			crt, &list[names->count - 1].item);
	free(subject);
	free(list);
	return code;
}

/* Of its key, so that two certificates of one issuer name never share one. */
static int number_it(mbedtls_x509write_cert *crt, mbedtls_pk_context *key)
{
	uint8_t der[256], digest[SHA256_SIZE];
	int len = mbedtls_pk_write_pubkey_der(key, der, sizeof(der));
	struct sha256 s;

	if (len < 0)
		return len;
	sha256_start(&s);
	sha256_add(&s, der + sizeof(der) - len, (size_t)len); /* it is at the end */
	sha256_end(&s, digest);
	digest[0] = (digest[0] & 0x3f) | 0x40; /* positive, and not shorter */
	return mbedtls_x509write_crt_set_serial_raw(crt, digest, SERIAL_SIZE);
}

static int limit_it(mbedtls_x509write_cert *crt)
{
	mbedtls_asn1_sequence use = {
		.buf = { .tag = MBEDTLS_ASN1_OID,
			 .p = (uint8_t *)MBEDTLS_OID_SERVER_AUTH,
			 .len = MBEDTLS_OID_SIZE(MBEDTLS_OID_SERVER_AUTH) },
	};
	int code = mbedtls_x509write_crt_set_validity(crt, VALID_FROM, VALID_TO);

	if (!code)
		code = mbedtls_x509write_crt_set_basic_constraints(crt, 0, -1);
	if (!code)
		code = mbedtls_x509write_crt_set_key_usage(
			crt, MBEDTLS_X509_KU_DIGITAL_SIGNATURE);
	if (!code)
		code = mbedtls_x509write_crt_set_ext_key_usage(crt, &use);
	return code;
}

static int write_certificate(mbedtls_pk_context *key, const struct strings *names,
			     struct bytes *out)
{
	uint8_t *pem = bytes_room(out, PEM_SIZE + 128 * names->count);
	mbedtls_x509write_cert crt;
	int code;

	mbedtls_x509write_crt_init(&crt);
	mbedtls_x509write_crt_set_version(&crt, MBEDTLS_X509_CRT_VERSION_3);
	mbedtls_x509write_crt_set_md_alg(&crt, MBEDTLS_MD_SHA256);
	mbedtls_x509write_crt_set_subject_key(&crt, key);
	mbedtls_x509write_crt_set_issuer_key(&crt, key);
	code = name_it(&crt, names);
	if (!code)
		code = number_it(&crt, key);
	if (!code)
		code = limit_it(&crt);
	if (!code)
		code = mbedtls_x509write_crt_pem(&crt, pem, PEM_SIZE + 128 * names->count,
						 mbedtls_psa_get_random,
						 MBEDTLS_PSA_RANDOM_STATE);
	if (!code)
		out->len = strlen((char *)pem);
	mbedtls_x509write_crt_free(&crt);
	return code;
}

/* ---- */

static int make_key(mbedtls_pk_context *key, struct bytes *out)
{
	uint8_t *pem = bytes_room(out, PEM_SIZE);
	int code = mbedtls_pk_setup(key, mbedtls_pk_info_from_type(MBEDTLS_PK_ECKEY));

	if (!code)
		code = mbedtls_ecp_gen_key(MBEDTLS_ECP_DP_SECP256R1, mbedtls_pk_ec(*key),
					   mbedtls_psa_get_random,
					   MBEDTLS_PSA_RANDOM_STATE);
	if (!code)
		code = mbedtls_pk_write_key_pem(key, pem, PEM_SIZE);
	if (!code)
		out->len = strlen((char *)pem);
	return code;
}

int self_signed_make(const struct strings *names, struct self_signed *out)
{
	mbedtls_pk_context key;
	int code;

	*out = (struct self_signed){ 0 };
	for (size_t i = 0; i < names->count; i++)
		if (!self_signed_may_name(names->items[i]))
			return -EINVAL;
	if (!names->count)
		return -EINVAL;
	mbedtls_pk_init(&key);
	code = psa_crypto_init() == PSA_SUCCESS ? make_key(&key, &out->key) : -1;
	if (!code)
		code = write_certificate(&key, names, &out->cert);
	mbedtls_pk_free(&key);
	if (code)
		self_signed_wipe(out);
	return code ? -EIO : 0;
}

void self_signed_wipe(struct self_signed *pair)
{
	mbedtls_platform_zeroize(pair->key.data, pair->key.len);
	bytes_free(&pair->key);
	bytes_free(&pair->cert);
}
