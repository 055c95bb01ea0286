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
	{ "/dev/disk/by-id/virtio-x\\x20y-part1", ROOT_ID, "virtio-x\\x20y-part1" },
	{ "/dev/disk/by-path/pci-0000:00:04.0", ROOT_BUS_PATH, "pci-0000:00:04.0" },
	{ "/dev/disk/by-diskseq/1", ROOT_PATH, "disk/by-diskseq/1" },
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
		"PARTUUID=deadbeef-02/PARTNROFF=",
		"PARTUUID=deadbeef-02/PARTNROFF=x",
		"PARTUUID=deadbeef-02/PARTNROFF=--1",
		"PARTUUID=deadbeef-02/PARTNROFF=2147483648",
		"PARTUUID=deadbeef-02/PARTNROFF=1/",
		"PARTUUID=deadbeef-02/1",
		"PARTUUID=/PARTNROFF=1",
		"gpt-auto ",
		"gpt",
	};
	struct rootspec spec;

	(void)state;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		assert_int_equal(rootspec_parse(forms[i], &spec), -EINVAL);
}

static void neighbours_are_parsed(void **state)
{
	static const struct {
		const char *spec;
		int32_t distance;
	} neighbours[] = {
		{ "PARTUUID=deadbeef-02/PARTNROFF=1", 1 },
		{ "PARTUUID=deadbeef-02/PARTNROFF=0", 0 },
		{ "PARTUUID=deadbeef-02/PARTNROFF=-1", -1 },
		{ "/dev/disk/by-partuuid/deadbeef-02/PARTNROFF=2147483647", INT32_MAX },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(neighbours) / sizeof(neighbours[0]); i++) {
		struct rootspec spec;

		assert_int_equal(rootspec_parse(neighbours[i].spec, &spec), 0);
		assert_int_equal(spec.kind, ROOT_PARTUUID);
		assert_string_equal(spec.value, "deadbeef-02");
		assert_int_equal(spec.partnroff, neighbours[i].distance);
	}
}

static void several_are_separated_by_commas_that_are_in_no_label(void **state)
{
	static const struct {
		const char *text;
		unsigned count;
		const char *printed; /* with | between them */
	} lists[] = {
		{ "/dev/vda", 1, "/dev/vda" },
		{ "UUID=x,LABEL=y,/dev/sda1,8:1,b302,gpt-auto", 6,
		  "UUID=x|LABEL=y|/dev/sda1|8:1|179:2|gpt-auto" },
		{ "LABEL=a,b", 1, "LABEL=a,b" },
		{ "LABEL=a,b302", 1, "LABEL=a,b302" },
		{ "LABEL=a,b,UUID=x", 2, "LABEL=a,b|UUID=x" },
		{ "LABEL=a,,PARTLABEL=b c,LABEL=d", 3, "LABEL=a,|PARTLABEL=b c|LABEL=d" },
		{ "LABEL=\"a,UUID=x\",UUID=y", 2, "LABEL=a,UUID=x|UUID=y" },
		{ "LABEL='a,UUID=x',8:1", 2, "LABEL=a,UUID=x|8:1" },
		{ "LABEL='a,UUID=x", 2, "LABEL='a|UUID=x" },
		{ "PARTUUID=d-1/PARTNROFF=-1,PARTUUID=d-2", 2,
		  "PARTUUID=d-1/PARTNROFF=-1|PARTUUID=d-2" },
		{ "/dev/disk/by-label/a\\x2cb,/dev/disk/by-id/x,/dev/disk/by-path/y", 3,
		  "LABEL=a,b|/dev/disk/by-id/x|/dev/disk/by-path/y" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		struct rootspec specs[8];
		char text[256];
		struct buf b = BUF_OVER(text);
		int count = rootspec_parse_list(lists[i].text, specs, 8);

		assert_int_equal(count, lists[i].count);
		for (int k = 0; k < count; k++) {
			buf_puts(&b, k ? "|" : "");
			rootspec_print(&specs[k], &b);
		}
		assert_string_equal(text, lists[i].printed);
	}
}

static void a_list_with_a_wrong_or_too_many_devices_is_refused(void **state)
{
	struct rootspec specs[2];

	(void)state;
	assert_int_equal(rootspec_parse_list("8:1,8:2,8:3", specs, 2), -E2BIG);
	assert_int_equal(rootspec_parse_list("8:1,8:2", specs, 2), 2);
	assert_int_equal(rootspec_parse_list("8:1,", specs, 2), -EINVAL);
	assert_int_equal(rootspec_parse_list(",8:1", specs, 2), -EINVAL);
	assert_int_equal(rootspec_parse_list("8:1,vda1", specs, 2), -EINVAL);
	assert_int_equal(rootspec_parse_list("", specs, 2), -EINVAL);
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
	assert_int_equal(rootspec_parse_list(text, &spec, 1), -ENAMETOOLONG);
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
		{ "PARTUUID=deadbeef-01/PARTNROFF=1", false },
		{ "/dev/disk/by-id/vda1", false },
		{ "gpt-auto", false },
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
		cmocka_unit_test(neighbours_are_parsed),
		cmocka_unit_test(several_are_separated_by_commas_that_are_in_no_label),
		cmocka_unit_test(a_list_with_a_wrong_or_too_many_devices_is_refused),
		cmocka_unit_test(long_values_are_refused_not_cut),
		cmocka_unit_test(a_device_is_matched_by_what_the_spec_names),
		cmocka_unit_test(what_is_not_known_never_matches),
		cmocka_unit_test(only_the_needed_is_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
