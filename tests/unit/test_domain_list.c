#include "netcfg/domain_list.h"

#include "tests/unit/cmocka_all.h"

#include <errno.h>
#include <string.h>

#define PARSE(bytes, out) domain_list_parse(bytes, sizeof(bytes) - 1, out, sizeof(out))

static void names_are_listed_with_blanks(void **state)
{
	char out[64];

	(void)state;
	assert_int_equal(PARSE("\3eng\5apple\3com\0\7example\0", out), 0);
	assert_string_equal(out, "eng.apple.com example");
	assert_int_equal(PARSE("", out), 0);
	assert_string_equal(out, "");
	assert_int_equal(PARSE("\1a\0\0\0\0", out), 0); /* padded */
	assert_string_equal(out, "a");
}

static void pointers_of_rfc_3397_are_followed(void **state)
{
	char out[64];

	(void)state;
	/* The example of section 4. */
	assert_int_equal(PARSE("\3eng\5apple\3com\0\11marketing\xc0\x04", out), 0);
	assert_string_equal(out, "eng.apple.com marketing.apple.com");
	/* What follows a pointer is the next name, not what follows its target. */
	assert_int_equal(PARSE("\1a\1b\0\1c\xc0\x02\1d\xc0\x05\1e\0", out), 0);
	assert_string_equal(out, "a.b c.b d.c.b e");
}

static void a_pointer_that_does_not_lead_back_is_refused(void **state)
{
	char out[64];

	(void)state;
	assert_int_equal(PARSE("\xc0\x00", out), -EINVAL);
	assert_int_equal(PARSE("\1a\xc0\x00", out), -EINVAL); /* to itself: for ever */
	assert_int_equal(PARSE("\1a\0\1b\xc0\x05", out), -EINVAL);
	assert_int_equal(PARSE("\1a\xc0\x04\1b\0", out), -EINVAL);
	assert_int_equal(PARSE("\1a\0\1b\xc0", out), -EINVAL);
	assert_int_equal(PARSE("\1a\0\1b\xff\xff", out), -EINVAL);
	assert_string_equal(out, "");
}

static void malformed_names_are_refused(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
	} rows[] = {
#define ROW(bytes) { bytes, sizeof(bytes) - 1 }
		ROW("\3ab"),
		ROW("\1a"), /* no end */
		ROW("\1a\0\3$(x\0"),
		ROW("\2a \0"),
		ROW("\3a.b\1-\0"),
		ROW("\x40"
		    "a\0"),
		ROW("\x80"
		    "a\0"),
#undef ROW
	};
	char out[64];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		strcpy(out, "old");
		assert_int_equal(domain_list_parse(rows[i].bytes, rows[i].len, out,
						   sizeof(out)),
				 -EINVAL);
		assert_string_equal(out, "");
	}
}

static void a_name_of_more_than_255_bytes_is_refused(void **state)
{
	uint8_t bytes[5 * 64 + 1] = { 0 };
	char out[512];

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		memset(bytes + 64 * i, 'a', 64);
		bytes[64 * i] = 63;
	}
	assert_int_equal(domain_list_parse(bytes, sizeof(bytes), out, sizeof(out)),
			 -EINVAL);
	bytes[64 * 3] = 0;
	assert_int_equal(domain_list_parse(bytes, 64 * 3 + 1, out, sizeof(out)), 0);
	assert_int_equal(strlen(out), 3 * 64 - 1);
}

static void names_that_do_not_fit_are_left_out_whole(void **state)
{
	char out[8];

	(void)state;
	assert_int_equal(PARSE("\3abc\0\4defg\0\3hij\0", out), 0);
	assert_string_equal(out, "abc hij");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_listed_with_blanks),
		cmocka_unit_test(pointers_of_rfc_3397_are_followed),
		cmocka_unit_test(a_pointer_that_does_not_lead_back_is_refused),
		cmocka_unit_test(malformed_names_are_refused),
		cmocka_unit_test(a_name_of_more_than_255_bytes_is_refused),
		cmocka_unit_test(names_that_do_not_fit_are_left_out_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
