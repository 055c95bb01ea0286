/* Signatures that `openssl dgst -sha256 -sign` made of tests/data/signature/text. */
#include "lib/signature.h"

#include "lib/buf.h"
#include "lib/fd.h"

#include "tests/unit/cmocka_all.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>

struct signed_text {
	char pem[2048];
	size_t pem_size;
	uint8_t digest[SHA256_SIZE];
	uint8_t signature[SIGNATURE_SIZE_MAX];
	size_t len;
};

static size_t read_data(const char *name, const char *suffix, void *data, size_t size)
{
	char path[128];
	ssize_t len;

	FORMAT(path, "tests/data/signature/%s%s", name, suffix);
	len = fd_read_file(AT_FDCWD, path, data, size);
	return len < 0 ? 0 : (size_t)len;
}

static struct signed_text load(const char *key)
{
	struct signed_text t;
	struct sha256 s;
	char text[64];

	t.pem_size = read_data(key, ".pem", t.pem, sizeof(t.pem)) + 1;
	assert_true(t.pem_size > 1);
	t.len = read_data(key, ".sig", t.signature, sizeof(t.signature));
	sha256_start(&s);
	sha256_add(&s, text, read_data("text", "", text, sizeof(text)));
	sha256_end(&s, t.digest);
	return t;
}

static int verify(const struct signed_text *t)
{
	return signature_verify(t->pem, t->pem_size, t->digest, t->signature, t->len);
}

static const char *const kinds[] = { "p256", "p384", "rsa2048", "rsa4096" };
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static void what_openssl_signed_is_good(void **state)
{
	(void)state;
	for (size_t i = 0; i < KINDS; i++) {
		struct signed_text t = load(kinds[i]);

		assert_int_equal(verify(&t), 0);
	}
}

static void another_text_is_not(void **state)
{
	(void)state;
	for (size_t i = 0; i < KINDS; i++) {
		struct signed_text t = load(kinds[i]);

		t.digest[31] ^= 1;
		assert_int_equal(verify(&t), -EBADMSG);
	}
}

static void every_changed_byte_of_a_signature_is_seen(void **state)
{
	(void)state;
	for (size_t i = 0; i < KINDS; i++) {
		struct signed_text t = load(kinds[i]);

		for (size_t at = 0; at < t.len; at += 7) {
			t.signature[at] ^= 0x40;
			assert_int_equal(verify(&t), -EBADMSG);
			t.signature[at] ^= 0x40;
		}
	}
}

static void a_signature_of_another_length_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < KINDS; i++) {
		struct signed_text t = load(kinds[i]);
		size_t whole = t.len;

		for (t.len = 0; t.len < whole; t.len++)
			assert_int_equal(verify(&t), -EBADMSG);
		t.signature[whole] = 0;
		t.len = whole + 1;
		assert_int_equal(verify(&t), -EBADMSG);
	}
}

static void another_key_is_refused(void **state)
{
	struct signed_text a = load("p256"), b = load("p384");

	(void)state;
	memcpy(a.pem, b.pem, b.pem_size);
	a.pem_size = b.pem_size;
	assert_int_equal(verify(&a), -EBADMSG);
}

static void keys_of_other_kinds_are_named_so(void **state)
{
	static const char *const others[] = { "p521", "rsa1024", "ed25519" };

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		struct signed_text t = load(others[i]);

		assert_int_equal(verify(&t), -EOPNOTSUPP);
	}
}

static void what_is_no_key_is_refused(void **state)
{
	static const char *const texts[] = {
		"",
		"no key",
		"-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n",
		"-----BEGIN PUBLIC KEY-----\nMFkw\n-----END PUBLIC KEY-----\n",
		"-----BEGIN PRIVATE KEY-----\nMFkw\n-----END PRIVATE KEY-----\n",
	};
	struct signed_text t = load("p256");

	(void)state;
	t.pem_size--; /* its NUL */
	assert_int_equal(verify(&t), -EINVAL);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_int_equal(signature_verify(texts[i], strlen(texts[i]) + 1,
						  t.digest, t.signature, t.len),
				 -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_openssl_signed_is_good),
		cmocka_unit_test(another_text_is_not),
		cmocka_unit_test(every_changed_byte_of_a_signature_is_seen),
		cmocka_unit_test(a_signature_of_another_length_is_refused),
		cmocka_unit_test(another_key_is_refused),
		cmocka_unit_test(keys_of_other_kinds_are_named_so),
		cmocka_unit_test(what_is_no_key_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
