/* Which keys --fetch-key takes: those that lib/signature.c can verify with. */
#include "initramfs/public_key.h"

#include "lib/buf.h"
#include "lib/fd.h"

#include "tests/unit/cmocka_all.h"
#include <fcntl.h>
#include <string.h>

static const char *check(const char *text)
{
	return public_key_check((const uint8_t *)text, strlen(text));
}

static const char *check_file(const char *name)
{
	char path[128], text[2048];

	FORMAT(path, "tests/data/signature/%s.pem", name);
	assert_true(fd_read_file(AT_FDCWD, path, text, sizeof(text)) > 0);
	return check(text);
}

static void keys_that_can_be_verified_with_are_taken(void **state)
{
	static const char *const names[] = { "p256", "p384", "rsa2048", "rsa4096" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_null(check_file(names[i]));
}

static void other_keys_are_named(void **state)
{
	static const char kind[] =
		"of a kind that is not supported: P-256, P-384 and RSA are";

	(void)state;
	assert_string_equal(check_file("p521"), kind);
	assert_string_equal(check_file("ed25519"), kind);
	assert_string_equal(check_file("rsa1024"), "too short: RSA needs 2048 bits");
}

static void what_is_no_public_key_says_how_to_make_one(void **state)
{
	(void)state;
	assert_non_null(strstr(check("-----BEGIN PRIVATE KEY-----\n"), "private key"));
	assert_non_null(strstr(check("-----BEGIN EC PRIVATE KEY-----\n"
				     "-----BEGIN PUBLIC KEY-----\n"),
			       "private key"));
	assert_non_null(strstr(check("-----BEGIN CERTIFICATE-----\n"), "x509 -pubkey"));
	assert_non_null(strstr(check(""), "not a public key"));
	assert_string_equal(check("-----BEGIN PUBLIC KEY-----\nMFkw\n"), "cut short");
	assert_non_null(check("-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_that_can_be_verified_with_are_taken),
		cmocka_unit_test(other_keys_are_named),
		cmocka_unit_test(what_is_no_public_key_says_how_to_make_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
