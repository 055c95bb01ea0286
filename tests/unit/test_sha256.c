/* SHA-256 against the examples of FIPS 180-4, in pieces of every size. */
#include "lib/sha256.h"

#include "tests/unit/cmocka_all.h"
#include <string.h>

static void expect(const uint8_t digest[SHA256_SIZE], const char *hex)
{
	static const char digits[] = "0123456789abcdef";
	char text[2 * SHA256_SIZE + 1] = "";

	for (unsigned i = 0; i < SHA256_SIZE; i++) {
		text[2 * i] = digits[digest[i] >> 4];
		text[2 * i + 1] = digits[digest[i] & 15];
	}
	assert_string_equal(text, hex);
}

static void digests_are_those_of_fips_180_4(void **state)
{
	static const struct {
		const char *text, *digest;
	} vectors[] = {
		{ "",
		  "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
		{ "abc",
		  "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
		{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
	};
	uint8_t digest[SHA256_SIZE];
	struct sha256 s;

	(void)state;
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		sha256_start(&s);
		sha256_add(&s, vectors[i].text, strlen(vectors[i].text));
		sha256_end(&s, digest);
		expect(digest, vectors[i].digest);
	}
}

static void pieces_of_any_size_give_the_same(void **state)
{
	static const char million[] =
		"cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";
	uint8_t digest[SHA256_SIZE];
	char as[997];
	struct sha256 s;

	(void)state;
	memset(as, 'a', sizeof(as));
	for (size_t piece = 1; piece <= sizeof(as); piece += 83) {
		sha256_start(&s);
		for (size_t left = 1000000, n; left; left -= n) {
			n = left < piece ? left : piece;
			sha256_add(&s, as, n);
		}
		sha256_end(&s, digest);
		expect(digest, million);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(digests_are_those_of_fips_180_4),
		cmocka_unit_test(pieces_of_any_size_give_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
