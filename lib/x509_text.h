/* What a certificate says, for people and for comparing. Pure. */
#ifndef LIB_X509_TEXT_H
#define LIB_X509_TEXT_H

#include "lib/buf.h"
#include "lib/date.h"
#include "lib/ip.h"
#include "lib/sha256.h"

#include <mbedtls/x509_crt.h>

bool x509_is_same(const mbedtls_x509_buf *a, const mbedtls_x509_buf *b);

struct date x509_date(const mbedtls_x509_time *time);
void x509_put_date(struct buf *b, const struct date *date);

/* Its subjectAltNames, NULL: none; of which those are names of hosts or, with a family, addresses. */
const mbedtls_x509_sequence *x509_names(const mbedtls_x509_crt *crt);
bool x509_is_host(const mbedtls_x509_sequence *name);
struct ip x509_address(const mbedtls_x509_sequence *name);

/* Printable: the hosts it is for; else its holder, by the name or that of the organisation, which old
 * root certificates have instead. */
void x509_put_names(struct buf *b, const mbedtls_x509_crt *crt);
void x509_put_holder(struct buf *b, const mbedtls_x509_name *name);

/* Of the public key: RFC 7469, section 2.4. */
void x509_digest_key(const mbedtls_x509_crt *crt, uint8_t digest[SHA256_SIZE]);

#endif
