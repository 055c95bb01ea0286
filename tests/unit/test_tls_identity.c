/* Certificates and keys that openssl made: tests/data/tls_identity/make. */
#include "lib/tls.h"

#include "lib/buf.h"
#include "lib/clock_floor.h"
#include "lib/fd.h"

#include "tests/unit/cmocka_all.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER	  "tests/data/tls_identity/"
#define NOW_S	  1900000000LL /* 2030 */
#define IN_2085_S 3629000000LL

/* openssl x509 -in p256.crt: of the certificate, and of its public key. */
#define FINGERPRINT                                                        \
	"\x88\x51\x37\x4b\x89\xb0\x25\xc0\x92\x80\x45\x83\x54\xcf\xdd\x7a" \
	"\x5a\x15\x9d\x2b\x6c\x4f\x69\x8a\x5c\x49\x4c\x60\x15\xf4\xa6\xac"
#define PIN "sha256//mMO6koBXuiReZuNbCz6OOkIj6UEaxlzi9Qh/ssq0dLs="

static char why[512];

/* Appends files, "a.crt b.crt", as one PEM. */
static struct tls_pem read_pem(const char *path, const char *names, char *text,
			       size_t size)
{
	size_t len = 0;

	while (names && *names) {
		size_t name_len = strcspn(names, " ");
		char file[128];
		ssize_t n;

		FORMAT(file, FOLDER "%.*s", (int)name_len, names);
		n = fd_read_file(AT_FDCWD, file, text + len, size - len);
		assert_true(n > 0);
		len += (size_t)n;
		names += name_len;
		names += *names == ' ';
	}
	return (struct tls_pem){ names ? path : NULL, text, len };
}

static int parse_at(int64_t now_s, const char *certs, const char *key, const char *ca,
		    struct tls_identity_facts *facts)
{
	static char texts[3][32768];
	struct tls_identity_text text = {
		.cert = read_pem("cert.pem", certs, texts[0], sizeof(texts[0])),
		.key = read_pem("key.pem", key, texts[1], sizeof(texts[1])),
		.client_ca = read_pem("ca.pem", ca, texts[2], sizeof(texts[2])),
		.now_s = now_s,
	};
	struct tls_identity *identity = NULL;
	int err;

	why[0] = '\0';
	err = tls_identity_parse(&text, &identity, why, sizeof(why));
	assert_int_equal(!err, identity != NULL);
	assert_int_equal(!err, !why[0]);
	if (!err && facts)
		tls_identity_describe(identity, facts);
	tls_identity_free(identity);
	return err;
}

static int parse(const char *certs, const char *key)
{
	return parse_at(NOW_S, certs, key, NULL, NULL);
}

static void a_pair_of_every_kind_is_good(void **state)
{
	static const char *const good[][2] = {
		{ "p256.crt", "p256.key" },
		{ "p256.crt", "sec1.key" },
		{ "p384.crt", "p384.key" },
		{ "rsa2048.crt", "rsa2048.key" },
		{ "rsa2048.crt", "pkcs1.key" },
		{ "leaf.crt", "leaf.key" },
		{ "leaf.crt between.crt", "leaf.key" },
		{ "leaf.crt between.crt root.crt", "leaf.key" },
		{ "p256.key p256.crt", "p256.crt p256.key" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (parse(good[i][0], good[i][1]))
			fail_msg("%s %s: %s", good[i][0], good[i][1], why);
}

static void what_is_wrong_is_said_in_one_sentence(void **state)
{
	static const struct {
		const char *certs, *key, *why;
		int err;
	} bad[] = {
		{ "p256.crt", "p384.key",
		  "key.pem: this key does not fit the certificate in cert.pem" },
		{ "p256.crt", "leaf.key", "key.pem: this key does not fit" },
		{ "rsa2048.crt", "p256.key", "key.pem: this key does not fit" },
		{ "between.crt leaf.crt", "leaf.key",
		  "cert.pem: the certificate of the key in key.pem comes as number 2: it "
		  "must be the first" },
		{ "leaf.crt root.crt", "leaf.key",
		  "cert.pem: certificate 1, of \"leaf\", must be followed by its issuer "
		  "and not by certificate 2, of \"root\"" },
		{ "leaf.crt root.crt between.crt", "leaf.key",
		  "cert.pem: certificate 1" },
		{ "rsa1024.crt", "rsa1024.key",
		  "cert.pem: an RSA key of 1024 bits is too weak: 2048 are the least" },
		{ "old.crt", "old.key",
		  "cert.pem: certificate 1 has expired: the clock says 2030-03-17 17:46, "
		  "it was valid until 2001-01-01 00:00" },
		{ "future.crt", "future.key",
		  "cert.pem: certificate 1 is not valid yet: the clock says 2030-03-17 "
		  "17:46, it is valid from 2090-01-01 00:00",
		  -ETIME },
		{ "nameless.crt", "nameless.key",
		  "cert.pem: the certificate names no host" },
		{ "client.crt", "client.key",
		  "cert.pem: the certificate may not be used by a server" },
		{ "p521.crt", "p256.key", "cert.pem: certificate 1: a key of a kind" },
		{ "p256.crt", "p521.key",
		  "key.pem: a key that is damaged or not supported" },
		{ "sha1.crt", "sha1.key",
		  "cert.pem: certificate 1: it is signed in a way that is too weak" },
		{ "p256.key", "p256.key", "cert.pem: no certificate in PEM in it" },
		{ "p256.crt", "p256.crt", "key.pem: no private key in PEM in it" },
		{ "p256.crt", "encrypted.key", "key.pem: the key is encrypted" },
		{ "p256.crt", "encrypted-sec1.key", "key.pem: the key is encrypted" },
		{ "p256.crt p256.crt p256.crt p256.crt p256.crt p256.crt p256.crt "
		  "p256.crt p256.crt",
		  "p256.key", "cert.pem: more than 8 certificates" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		int err = parse(bad[i].certs, bad[i].key);

		if (err != (bad[i].err ? bad[i].err : -EKEYREJECTED) ||
		    strncmp(why, bad[i].why, strlen(bad[i].why)) != 0)
			fail_msg("%s %s: %d: %s", bad[i].certs, bad[i].key, err, why);
	}
}

static void a_clock_that_nobody_set_is_named(void **state)
{
	(void)state;
	assert_int_equal(parse_at(0, "future.crt", "future.key", NULL, NULL), -ETIME);
	assert_non_null(strstr(why, "(nobody seems to have set the clock)"));
	assert_int_equal(parse_at(IN_2085_S, "future.crt", "future.key", NULL, NULL),
			 -ETIME);
	assert_null(strstr(why, "nobody"));
	/* what is before the floor is not believed */
	assert_int_equal(parse_at(960000000, "old.crt", "old.key", NULL, NULL),
			 -EKEYREJECTED);
	assert_int_equal(parse_at(0, "p256.crt", "p256.key", NULL, NULL), 0);
}

static void authorities_of_clients_must_be_certificates(void **state)
{
	(void)state;
	assert_int_equal(parse_at(NOW_S, "p256.crt", "p256.key", "root.crt client.crt",
				  NULL),
			 0);
	assert_int_equal(parse_at(NOW_S, "p256.crt", "p256.key", "p256.key", NULL),
			 -EKEYREJECTED);
	assert_string_equal(why, "ca.pem: no certificate in PEM in it");
}

static void facts_are_those_that_openssl_prints(void **state)
{
	struct tls_identity_facts facts;

	(void)state;
	assert_int_equal(parse_at(NOW_S, "future.crt", "future.key", NULL, &facts),
			 -ETIME);
	assert_int_equal(parse_at(NOW_S, "p256.crt", "p256.key", NULL, &facts), 0);
	assert_string_equal(facts.names, "boot.example, 192.0.2.7");
	assert_string_equal(facts.pin, PIN);
	assert_memory_equal(facts.fingerprint, FINGERPRINT, SHA256_SIZE);
	assert_int_equal(facts.valid_to.year, 2126);
}

/* ---- files */

static char folder[] = "/tmp/rootling-identity-XXXXXX";

static const char *put(const char *name, const char *from, mode_t mode)
{
	static char paths[4][128];
	static unsigned next;
	char text[8192];
	char *path = paths[next++ % 4];
	struct tls_pem pem = read_pem(from, from, text, sizeof(text));

	buf_format(path, sizeof(paths[0]), "%s/%s", folder, name);
	assert_int_equal(fd_replace_file(path, mode, pem.text, pem.len), 0);
	return path;
}

static int load(const char *cert, const char *key, const char *ca)
{
	const struct tls_identity_config config = { cert, key, ca, NOW_S };
	struct tls_identity *identity = NULL;
	int err = tls_identity_load(&config, &identity, why, sizeof(why));

	assert_int_equal(!err, identity != NULL);
	tls_identity_free(identity);
	return err;
}

static void files_are_read_and_the_key_is_nobody_elses(void **state)
{
	const char *cert = put("cert.pem", "p256.crt", 0644),
		   *key = put("key.pem", "p256.key", 0600),
		   *ca = put("ca.pem", "root.crt", 0644);

	(void)state;
	assert_int_equal(load(cert, key, NULL), 0);
	assert_int_equal(load(cert, key, ca), 0);
	assert_int_equal(chmod(key, 0640), 0); /* as Debian's group ssl-cert has it */
	assert_int_equal(load(cert, key, ca), 0);
	assert_int_equal(chmod(key, 0644), 0);
	assert_int_equal(load(cert, key, ca), -EPERM);
	assert_non_null(strstr(why, "key.pem: others may read this key: chmod 0600 it"));
	assert_int_equal(unlink(ca), 0);
	assert_int_equal(chmod(key, 0600), 0);
	assert_int_equal(load(cert, key, ca), -ENOENT);
	assert_non_null(strstr(why, "ca.pem: No such file or directory"));
	assert_int_equal(unlink(cert), 0);
	assert_int_equal(load(cert, key, NULL), -ENOENT);
	assert_int_equal(unlink(key), 0);
	assert_int_equal(rmdir(folder), 0);
}

static int make_folder(void **state)
{
	(void)state;
	return !mkdtemp(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pair_of_every_kind_is_good),
		cmocka_unit_test(what_is_wrong_is_said_in_one_sentence),
		cmocka_unit_test(a_clock_that_nobody_set_is_named),
		cmocka_unit_test(authorities_of_clients_must_be_certificates),
		cmocka_unit_test(facts_are_those_that_openssl_prints),
		cmocka_unit_test(files_are_read_and_the_key_is_nobody_elses),
	};

	return cmocka_run_group_tests(tests, make_folder, NULL);
}
