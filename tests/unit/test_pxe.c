#include "netcfg/pxe.h"

#include "tests/unit/cmocka_all.h"

#include <errno.h>

static void a_vendor_class_asks_for_it(void **state)
{
	(void)state;
	assert_true(pxe_is_asked("PXEClient"));
	assert_true(pxe_is_asked("PXEClient:Arch:00007:UNDI:003000"));
	assert_false(pxe_is_asked("rootling"));
	assert_false(pxe_is_asked(""));
	assert_false(pxe_is_asked(NULL));
}

static void machines_have_the_numbers_of_iana(void **state)
{
	(void)state;
	assert_int_equal(pxe_arch("x86_64", 0), 0);
	assert_int_equal(pxe_arch("x86_64", 32), 6);
	assert_int_equal(pxe_arch("x86_64", 64), 7);
	assert_int_equal(pxe_arch("aarch64", 64), 11);
	assert_int_equal(pxe_arch("aarch64", 0), 22);
}

static void a_uuid_is_read_as_it_is_written(void **state)
{
	struct pxe_client pxe;

	(void)state;
	assert_int_equal(pxe_parse_uuid("00112233-4455-6677-8899-AABBccddeeff\n", &pxe),
			 0);
	assert_int_equal(pxe.machine_id_len, 17);
	assert_memory_equal(pxe.machine_id,
			    "\0\0\x11\"3DUfw\x88\x99\xaa\xbb\xcc\xdd\xee\xff", 17);
}

static void what_is_no_uuid_leaves_none(void **state)
{
	static const char *const texts[] = {
		"",
		"\n",
		"Not Settable",
		"00112233-4455-6677-8899-aabbccddeef",
		"00112233-4455-6677-8899-aabbccddeeffa",
		"00112233-4455-6677-8899-aabbccddee g",
		"0011223344556677-8899-aabbccddeeff00",
		"00000000-0000-0000-0000-000000000000",
		"ffffffff-ffff-ffff-ffff-ffffffffffff",
	};
	struct pxe_client pxe = { .machine_id_len = 17 };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_int_equal(pxe_parse_uuid(texts[i], &pxe), -EINVAL);
		assert_int_equal(pxe.machine_id_len, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_vendor_class_asks_for_it),
		cmocka_unit_test(machines_have_the_numbers_of_iana),
		cmocka_unit_test(a_uuid_is_read_as_it_is_written),
		cmocka_unit_test(what_is_no_uuid_leaves_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
