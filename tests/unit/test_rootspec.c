#include "mount/rootspec.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#define UUID "00112233-4455-6677-8899-aabbccddeeff"

static const struct vector {
	const char *spec;
	enum rootspec_kind kind;
	const char *value;
} vectors[] = {
	{ "/dev/vda1", ROOT_PATH, "vda1" },
	{ "/dev/mapper/vg-root", ROOT_PATH, "mapper/vg-root" },
	{ "/dev/disk/by-id/x", ROOT_PATH, "disk/by-id/x" },
	{ "UUID=" UUID, ROOT_UUID, UUID },
	{ "UUID=\"" UUID "\"", ROOT_UUID, UUID },
	{ "LABEL=a b", ROOT_LABEL, "a b" },
	{ "LABEL=\"a b\"", ROOT_LABEL, "a b" },
	{ "LABEL='a b'", ROOT_LABEL, "a b" },
	{ "LABEL=\"a b", ROOT_LABEL, "\"a b" },
	{ "LABEL=\"", ROOT_LABEL, "\"" },
	{ "LABEL=a\\x20b", ROOT_LABEL, "a\\x20b" }, /* not a path: taken as it stands */
	{ "LABEL=UUID=x", ROOT_LABEL, "UUID=x" },
	{ "PARTUUID=deadbeef-02", ROOT_PARTUUID, "deadbeef-02" },
	{ "PARTLABEL=Linux root", ROOT_PARTLABEL, "Linux root" },
	{ "/dev/disk/by-uuid/" UUID, ROOT_UUID, UUID },
	{ "/dev/disk/by-partuuid/deadbeef-02", ROOT_PARTUUID, "deadbeef-02" },
	{ "/dev/disk/by-partlabel/Linux\\x20root", ROOT_PARTLABEL, "Linux root" },
	{ "/dev/disk/by-label/a\\x20b\\x2fc\\x5c\\xC3\\xa9", ROOT_LABEL,
	  "a b/c\\\xc3\xa9" },
	{ "/dev/disk/by-label/\\x2\\xg0\\x00\\y\\", ROOT_LABEL, "\\x2\\xg0\\x00\\y\\" },
	{ "/dev/disk/by-label/a\\x2", ROOT_LABEL, "a\\x2" },
	{ "/dev/disk/by-label/\"q\"", ROOT_LABEL, "\"q\"" },
};

static void names_are_parsed(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		struct rootspec spec;

		assert_int_equal(rootspec_parse(vectors[i].spec, &spec), 0);
		assert_int_equal(spec.kind, vectors[i].kind);
		assert_string_equal(spec.value, vectors[i].value);
	}
}

static void device_numbers_are_parsed(void **state)
{
	static const struct {
		const char *spec;
		uint32_t major, minor;
	} numbers[] = {
		{ "8:1", 8, 1 },
		{ "254:1048575", 254, 1048575 },
		{ "0:0", 0, 0 },
		{ "b302", 179, 2 },
		{ "0x801", 8, 1 },
		{ "801", 8, 1 },
		{ "12345678", 0x456, 0x12378 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		struct rootspec spec;

		assert_int_equal(rootspec_parse(numbers[i].spec, &spec), 0);
		assert_int_equal(spec.kind, ROOT_DEVNO);
		assert_int_equal(spec.major, numbers[i].major);
		assert_int_equal(spec.minor, numbers[i].minor);
	}
}

static void other_forms_are_refused(void **state)
{
	static const char *const forms[] = {
		"",
		"vda1",
		"uuid=x",
		"UUID",
		"UUID=",
		"LABEL=\"\"",
		"/dev/",
		"/dev/disk/by-uuid/",
		"4096:1",
		"1:1048576",
		"1:",
		":1",
		"1:2:3",
		"-1:2",
		"8: 1",
		"0x",
		"123456789",
		"99999999999999:1",
		"virtiofs:root",
		"PARTUUID=deadbeef-02/PARTNROFF=1",
	};
	struct rootspec spec;

	(void)state;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		assert_int_equal(rootspec_parse(forms[i], &spec), -EINVAL);
}

static void long_values_are_refused_not_cut(void **state)
{
	char text[300] = "LABEL=";
	struct rootspec spec;

	(void)state;
	memset(text + 6, 'x', 255);
	assert_int_equal(rootspec_parse(text, &spec), 0);
	assert_int_equal(strlen(spec.value), 255);
	text[6 + 255] = 'x';
	assert_int_equal(rootspec_parse(text, &spec), -ENAMETOOLONG);
}

static const struct rootdev vda1 = {
	.name = "vda1",
	.major = 254,
	.minor = 1,
	.fs_uuid = UUID,
	.fs_label = "a b",
	.part_uuid = "deadbeef-01",
	.part_label = "Linux root",
};

static void a_device_is_matched_by_what_the_spec_names(void **state)
{
	static const struct {
		const char *spec;
		bool matches;
	} pairs[] = {
		{ "/dev/vda1", true },
		{ "/dev/vda", false },
		{ "/dev/VDA1", false },
		{ "UUID=" UUID, true },
		{ "UUID=00112233-4455-6677-8899-AABBCCDDEEFF", true },
		{ "UUID=00112233-4455-6677-8899-aabbccddeefe", false },
		{ "LABEL=a b", true },
		{ "LABEL=A b", false },
		{ "LABEL=" UUID, false },
		{ "PARTUUID=DEADBEEF-01", true },
		{ "PARTUUID=deadbeef-02", false },
		{ "PARTLABEL=Linux root", true },
		{ "PARTLABEL=Linux", false },
		{ "254:1", true },
		{ "254:2", false },
		{ "8:1", false },
		{ "fe01", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		struct rootspec spec;

		assert_int_equal(rootspec_parse(pairs[i].spec, &spec), 0);
		assert_int_equal(rootspec_matches(&spec, &vda1), pairs[i].matches);
	}
}

static void what_is_not_known_never_matches(void **state)
{
	static const struct rootdev unknown[] = {
		{ .major = 8, .minor = 1 },
		{ .name = "",
		  .fs_uuid = "",
		  .fs_label = "",
		  .part_uuid = "",
		  .part_label = "" },
	};
	struct rootspec spec = { .kind = ROOT_PATH };

	(void)state;
	for (size_t i = 0; i < 2; i++)
		for (spec.kind = ROOT_PATH; spec.kind < ROOT_DEVNO; spec.kind++)
			assert_false(rootspec_matches(&spec, &unknown[i]));
}

static void only_the_needed_is_asked_for(void **state)
{
	static const struct {
		const char *spec;
		bool superblock, parttable;
	} needs[] = {
		{ "/dev/vda1", false, false },	 { "UUID=x", true, false },
		{ "LABEL=x", true, false },	 { "PARTUUID=x", false, true },
		{ "PARTLABEL=x", false, false }, { "8:1", false, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(needs) / sizeof(needs[0]); i++) {
		struct rootspec spec;

		assert_int_equal(rootspec_parse(needs[i].spec, &spec), 0);
		assert_int_equal(rootspec_needs_superblock(&spec), needs[i].superblock);
		assert_int_equal(rootspec_needs_parttable(&spec), needs[i].parttable);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_parsed),
		cmocka_unit_test(device_numbers_are_parsed),
		cmocka_unit_test(other_forms_are_refused),
		cmocka_unit_test(long_values_are_refused_not_cut),
		cmocka_unit_test(a_device_is_matched_by_what_the_spec_names),
		cmocka_unit_test(what_is_not_known_never_matches),
		cmocka_unit_test(only_the_needed_is_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
