/* What is compiled of mbedTLS 3.6, instead of its own mbedtls_config.h. Which side of TLS there is
 * says the build: kconfig/mbedtls.mk. */
#ifndef LIB_MBEDTLS_CONFIG_H
#define LIB_MBEDTLS_CONFIG_H

/* Neither files nor clocks nor streams of a libc: lib/tls_trust.c reads the bundle and looks at the
 * dates, lib/entropy.c asks the kernel. */
#define MBEDTLS_PLATFORM_C
#define MBEDTLS_HAVE_ASM
#define MBEDTLS_PSA_CRYPTO_EXTERNAL_RNG
#define MBEDTLS_TEST_SW_INET_PTON /* not the libc's: klibc has none for IPv6 that works */

/* Versions: 1.2 and 1.3, for which the library goes through PSA. */
#define MBEDTLS_SSL_TLS_C
#define MBEDTLS_SSL_PROTO_TLS1_2
#define MBEDTLS_SSL_PROTO_TLS1_3
#define MBEDTLS_SSL_TLS1_3_COMPATIBILITY_MODE
#define MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_EPHEMERAL_ENABLED
#define MBEDTLS_SSL_KEEP_PEER_CERTIFICATE
#define MBEDTLS_SSL_EXTENDED_MASTER_SECRET
#define MBEDTLS_PSA_CRYPTO_C
#define MBEDTLS_PSA_CRYPTO_CONFIG
#define MBEDTLS_PSA_CRYPTO_CONFIG_FILE	     "lib/mbedtls_psa_config.h"
#define MBEDTLS_PSA_KEY_SLOT_COUNT	     16
#define MBEDTLS_PSA_ASSUME_EXCLUSIVE_BUFFERS /* nobody shares memory with another */
#define MBEDTLS_CIPHER_C

/* A record is as long as the peer likes; how long ours are says the build. No tickets and no cache:
 * a session is never resumed, and no key of it stays behind. No renegotiation. */
#define MBEDTLS_SSL_IN_CONTENT_LEN 16384

/* Key exchange with forward secrecy only. */
#define MBEDTLS_KEY_EXCHANGE_ECDHE_ECDSA_ENABLED
#define MBEDTLS_KEY_EXCHANGE_ECDHE_RSA_ENABLED
#define MBEDTLS_ECDH_C
#define MBEDTLS_ECDSA_C
#define MBEDTLS_ECP_C
#define MBEDTLS_ECP_DP_CURVE25519_ENABLED
#define MBEDTLS_ECP_DP_SECP256R1_ENABLED
#define MBEDTLS_ECP_DP_SECP384R1_ENABLED
#define MBEDTLS_ECP_NIST_OPTIM
#define MBEDTLS_ECP_FIXED_POINT_OPTIM 0 /* tables of 6 KB, for keys that are used twice */
#define MBEDTLS_BIGNUM_C
#define MBEDTLS_MPI_MAX_SIZE 1024
#define MBEDTLS_HKDF_C

/* Ciphers that authenticate. */
#define MBEDTLS_AES_C
#define MBEDTLS_AESNI_C
#define MBEDTLS_GCM_C
#define MBEDTLS_CHACHA20_C
#define MBEDTLS_POLY1305_C
#define MBEDTLS_CHACHAPOLY_C
#define MBEDTLS_BLOCK_CIPHER_NO_DECRYPT

#define MBEDTLS_MD_C
#define MBEDTLS_SHA224_C
#define MBEDTLS_SHA256_C
#define MBEDTLS_SHA384_C
#define MBEDTLS_SHA512_C
#define MBEDTLS_SHA512_SMALLER

/* Certificates and public keys. */
#define MBEDTLS_RSA_C
#define MBEDTLS_PKCS1_V15
#define MBEDTLS_PKCS1_V21
#define MBEDTLS_X509_USE_C
#define MBEDTLS_X509_CRT_PARSE_C
#define MBEDTLS_X509_TRUSTED_CERTIFICATE_CALLBACK
#define MBEDTLS_X509_RSASSA_PSS_SUPPORT
#define MBEDTLS_X509_REMOVE_INFO
#define MBEDTLS_PK_C
#define MBEDTLS_PK_PARSE_C
#define MBEDTLS_OID_C
#define MBEDTLS_ASN1_PARSE_C
#define MBEDTLS_ASN1_WRITE_C
#define MBEDTLS_BASE64_C

#endif
