#include "initramfs/acpi_table.h"
#include "tests/unit/cmocka_all.h"

#include <string.h>

static void test_what_the_kernel_would_take(void **state)
{
	uint8_t table[40] = "SSDT\x28";

	(void)state;
	for (size_t i = 0; i < 8; i++)
		table[9] = (uint8_t)(table[9] - table[i]);
	assert_null(acpi_table_check(table, sizeof(table)));
	assert_string_equal(acpi_table_check(table, 39),
			    "not as long as its header says");
	assert_string_equal(acpi_table_check(table, 35),
			    "shorter than the header of an ACPI table");
	table[39]++;
	assert_string_equal(acpi_table_check(table, sizeof(table)), "wrong checksum");
	table[0] = 's';
	assert_string_equal(acpi_table_check(table, sizeof(table)),
			    "not an ACPI table (in AML: iasl makes it)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_the_kernel_would_take),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
