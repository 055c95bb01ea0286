#include "initramfs/microcode.h"
#include "tests/unit/cmocka_all.h"

#include <string.h>

enum { INTEL, AMD };

static void expect_matches(unsigned kind, const char *name, const char *cpuinfo,
			   bool expected)
{
	struct microcode_cpu cpu;

	assert_true(!cpuinfo || microcode_cpu_parse(cpuinfo, &cpu));
	if (microcode_kind_at(kind)->matches(name, cpuinfo ? &cpu : NULL) != expected)
		fail_msg("%s", name);
}

#define XEON                                                           \
	"processor\t: 0\nvendor_id\t: GenuineIntel\ncpu family\t: 6\n" \
	"model\t\t: 79\nmodel name\t: Xeon\nstepping\t: 1\n"
#define OPTERON                                                                        \
	"vendor_id\t: AuthenticAMD\ncpu family\t: 16\nmodel\t\t: 9\nmodel name\t: x\n" \
	"stepping\t: 1\n\nprocessor\t: 1\nvendor_id\t: other\n"
#define EPYC "vendor_id\t: AuthenticAMD\ncpu family\t: 25\nmodel\t\t: 1\nstepping\t: 1\n"

static void test_which_files_are_for_which_processor(void **state)
{
	(void)state;
	expect_matches(INTEL, "06-4f-01", NULL, true);
	expect_matches(INTEL, "06-4f-01.initramfs", NULL, true);
	expect_matches(INTEL, "06-4f-01~", NULL, false);
	expect_matches(INTEL, "06-4f", NULL, false);
	expect_matches(INTEL, "", NULL, false);
	expect_matches(INTEL, "06-4F-01", NULL, false);
	expect_matches(INTEL, "06-4f-01", XEON, true);
	expect_matches(INTEL, "06-4f-01.initramfs", XEON, true);
	expect_matches(INTEL, "06-4f-02", XEON, false);
	expect_matches(AMD, "microcode_amd.bin", NULL, true);
	expect_matches(AMD, "microcode_amd_fam19h.bin", NULL, true);
	expect_matches(AMD, "microcode_amd_fam19h.bin.asc", NULL, false);
	expect_matches(AMD, "amd_sev_fam19h.sbin", NULL, false);
	expect_matches(AMD, "microcode_amd.bin", OPTERON, true);
	expect_matches(AMD, "microcode_amd_fam19h.bin", OPTERON, false);
	expect_matches(AMD, "microcode_amd_fam19h.bin", EPYC, true);
	expect_matches(AMD, "microcode_amd.bin", EPYC, false);
	assert_null(microcode_kind_at(2));
}

static void test_processors(void **state)
{
	struct microcode_cpu cpu;

	(void)state;
	assert_true(microcode_cpu_parse(XEON, &cpu));
	assert_string_equal(cpu.vendor, "GenuineIntel");
	assert_int_equal(cpu.family, 6);
	assert_int_equal(cpu.model, 79);
	assert_int_equal(cpu.stepping, 1);
	assert_false(microcode_cpu_parse("", &cpu));
	assert_false(microcode_cpu_parse("processor\t: 0\nBogoMIPS\t: 50.00\n", &cpu));
	assert_false(
		microcode_cpu_parse("vendor_id\t: GenuineIntel\nmodel\t: 1\n", &cpu));
}

static void le32(uint8_t *at, uint32_t value)
{
	for (unsigned i = 0; i < 4; i++)
		at[i] = (uint8_t)(value >> 8 * i);
}

static void test_updates_of_intel_are_whole(void **state)
{
	static uint8_t two[2048 + 3072];
	const struct microcode_kind *intel = microcode_kind_at(INTEL);

	(void)state;
	le32(two, 1);
	le32(two + 2048, 1);
	le32(two + 2048 + 28, 3024);
	le32(two + 2048 + 32, 3072);
	assert_true(intel->is_whole(two, 2048));
	assert_true(intel->is_whole(two, sizeof(two)));
	assert_false(intel->is_whole(two, 0));
	for (size_t len = 1; len < sizeof(two); len++)
		if (len != 2048 && intel->is_whole(two, len))
			fail_msg("cut to %zu", len);
	le32(two + 2048 + 32, 0);
	assert_false(intel->is_whole(two, sizeof(two)));
	le32(two + 2048 + 32, 0xfffffffc);
	assert_false(intel->is_whole(two, sizeof(two)));
	le32(two, 2);
	assert_false(intel->is_whole(two, 2048));
}

static void test_containers_of_amd_are_whole(void **state)
{
	uint8_t container[12 + 16 + 8 + 20] = { 'D', 'M', 'A', 0 };
	const struct microcode_kind *amd = microcode_kind_at(AMD);

	(void)state;
	le32(container + 8, 16);
	le32(container + 12 + 16, 1);
	le32(container + 12 + 16 + 4, 20);
	assert_true(amd->is_whole(container, sizeof(container)));
	for (size_t len = 0; len < sizeof(container); len++)
		if (len != 12 + 16 && amd->is_whole(container, len))
			fail_msg("cut to %zu", len);
	container[0] = 'd';
	assert_false(amd->is_whole(container, sizeof(container)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_which_files_are_for_which_processor),
		cmocka_unit_test(test_processors),
		cmocka_unit_test(test_updates_of_intel_are_whole),
		cmocka_unit_test(test_containers_of_amd_are_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
