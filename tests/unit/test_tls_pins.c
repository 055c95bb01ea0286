/* What rd.fetch.pin= takes. */
#include "lib/tls_pins.h"

#include "lib/buf.h"

#include "tests/unit/cmocka_all.h"
#include <errno.h>
#include <string.h>

#define ZEROES "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
#define ONES   "sha256////////////////////////////////////////////8="

static void one_and_several_are_read(void **state)
{
	uint8_t ones[SHA256_SIZE], zeroes[SHA256_SIZE] = { 0 }, twos[SHA256_SIZE] = { 2 };
	struct tls_pins pins;

	(void)state;
	memset(ones, 0xff, sizeof(ones));
	assert_int_equal(tls_pins_parse(ONES, &pins), 0);
	assert_int_equal(pins.count, 1);
	assert_true(tls_pins_have(&pins, ones));
	assert_false(tls_pins_have(&pins, zeroes));
	assert_int_equal(tls_pins_parse(ZEROES ";" ONES, &pins), 0);
	assert_int_equal(pins.count, 2);
	assert_true(tls_pins_have(&pins, ones));
	assert_true(tls_pins_have(&pins, zeroes));
	assert_false(tls_pins_have(&pins, twos));
}

static void what_is_printed_is_read_again(void **state)
{
	uint8_t digest[SHA256_SIZE];
	struct tls_pins pins;
	char text[TLS_PIN_SIZE];

	(void)state;
	for (unsigned i = 0; i < SHA256_SIZE; i++)
		digest[i] = (uint8_t)(i * 7 + 3);
	tls_pin_print(digest, text);
	assert_int_equal(strlen(text), TLS_PIN_SIZE - 1);
	assert_int_equal(tls_pins_parse(text, &pins), 0);
	assert_true(tls_pins_have(&pins, digest));
}

static void other_forms_are_refused(void **state)
{
	static const char *const texts[] = {
		"",
		"sha256//",
		"sha256//AAAA",
		"sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
		"sha1//AAAAAAAAAAAAAAAAAAAAAAAAAAA=",
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
		ZEROES ";",
		";" ZEROES,
		ZEROES "A",
		"sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA+=",
		"sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA*=",
	};
	struct tls_pins pins;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_int_equal(tls_pins_parse(texts[i], &pins), -EINVAL);
}

static void there_is_a_limit(void **state)
{
	char text[(TLS_PINS_MAX + 1) * TLS_PIN_SIZE];
	struct buf b = BUF_OVER(text);
	struct tls_pins pins;

	(void)state;
	buf_puts(&b, ZEROES);
	for (unsigned i = 1; i < TLS_PINS_MAX; i++)
		buf_puts(&b, ";" ZEROES);
	assert_int_equal(tls_pins_parse(text, &pins), 0);
	assert_int_equal(pins.count, TLS_PINS_MAX);
	buf_puts(&b, ";" ZEROES);
	assert_false(b.truncated);
	assert_int_equal(tls_pins_parse(text, &pins), -E2BIG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_and_several_are_read),
		cmocka_unit_test(what_is_printed_is_read_again),
		cmocka_unit_test(other_forms_are_refused),
		cmocka_unit_test(there_is_a_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
