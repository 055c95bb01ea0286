/* Which partition is the root when nobody says so. */
#include "mount/gptauto.h"

#include "tests/unit/cmocka_all.h"
#include <errno.h>
#include <string.h>

#define ESP_UUID "c2d3e4f5-0617-4829-8a3b-4c5d6e7f8091"

/* As systemd-boot writes it: attributes 6, upper case, with a NUL. */
static size_t variable(uint8_t *data, const char *text, int with_nul)
{
	size_t len = 4;

	memcpy(data, "\6\0\0", 4);
	for (; *text; text++) {
		data[len++] = (uint8_t)*text;
		data[len++] = 0;
	}
	memset(data + len, 0, 2);
	return len + (with_nul ? 2 : 0);
}

static void the_loader_variable_is_a_uuid_in_utf16(void **state)
{
	uint8_t data[128];
	char uuid[PARTTABLE_GUID_SIZE];

	(void)state;
	for (int nul = 0; nul < 2; nul++) {
		size_t len = variable(data, "C2D3E4F5-0617-4829-8A3B-4C5D6E7F8091", nul);

		memset(uuid, 0, sizeof(uuid));
		assert_int_equal(gptauto_parse_loader(data, len, uuid), 0);
		assert_string_equal(uuid, ESP_UUID);
	}
}

static void anything_else_is_refused(void **state)
{
	static const char *const texts[] = {
		"",
		"C2D3E4F5-0617-4829-8A3B-4C5D6E7F809",
		"C2D3E4F5-0617-4829-8A3B-4C5D6E7F80910",
		"C2D3E4F5-0617-4829-8A3B-4C5D6E7F809G",
		"C2D3E4F5-0617-4829-8A3B04C5D6E7F8091",
		"{2D3E4F5-0617-4829-8A3B-4C5D6E7F8091",
	};
	char uuid[PARTTABLE_GUID_SIZE] = "untouched";
	uint8_t data[128];
	size_t len;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		len = variable(data, texts[i], 1);
		assert_int_equal(gptauto_parse_loader(data, len, uuid), -EINVAL);
	}
	len = variable(data, ESP_UUID, 0);
	data[5] = 1; /* U+0143 is no C */
	assert_int_equal(gptauto_parse_loader(data, len, uuid), -EINVAL);
	assert_int_equal(gptauto_parse_loader(data, 0, uuid), -EINVAL);
	assert_int_equal(gptauto_parse_loader(data, 3, uuid), -EINVAL);
	assert_string_equal(uuid, "untouched");
}

/* Disks 1 and 2; what the tables say is already known. */
static struct blockdev part(const char *name, uint32_t disk, uint32_t partn,
			    const char *type, unsigned attribute_bit, const char *uuid)
{
	struct blockdev dev = { .partn = partn, .diskseq = disk, .part_read = true };

	strncpy(dev.name, name, sizeof(dev.name) - 1);
	strncpy(dev.part.type, type, sizeof(dev.part.type) - 1);
	strncpy(dev.part.uuid, uuid, sizeof(dev.part.uuid) - 1);
	dev.part.attributes = attribute_bit ? UINT64_C(1) << attribute_bit : 0;
	return dev;
}

#define ESP "c12a7328-f81f-11d2-ba4b-00a0c93ec93b"
#define FIND(devices, loader)                                                       \
	gptauto_find(devices, sizeof(devices) / sizeof(devices[0]), loader, &first, \
		     &second)

static const struct blockdev *first, *second;

static void the_only_disk_with_a_root_is_taken(void **state)
{
	struct blockdev devices[] = {
		part("vda", 1, 0, "", 0, ""),
		part("vda1", 1, 1, ESP, 0, ESP_UUID),
		part("vda3", 1, 3, GPTAUTO_TYPE, 0, "b"),
		part("vda2", 1, 2, GPTAUTO_TYPE, 0, "a"),
		part("vdb1", 2, 1, ESP, 0, "c"),
	};

	(void)state;
	assert_ptr_equal(FIND(devices, ""), &devices[3]);
	assert_false(devices[3].gpt_read_only);
	assert_null(second);
}

static void the_attributes_are_obeyed(void **state)
{
	struct blockdev devices[] = {
		part("vda1", 1, 1, GPTAUTO_TYPE, 63, "a"),
		part("vda2", 1, 2, GPTAUTO_TYPE, 60, "b"),
	};

	(void)state;
	assert_ptr_equal(FIND(devices, ""), &devices[1]);
	assert_true(devices[1].gpt_read_only);
	assert_null(gptauto_find(devices, 1, "", &first, &second));
	assert_null(second);
}

static void between_two_disks_the_loader_decides(void **state)
{
	struct blockdev devices[] = {
		part("vda1", 1, 1, GPTAUTO_TYPE, 0, "a"),
		part("vdb1", 2, 1, ESP, 0, ESP_UUID),
		part("vdb2", 2, 2, GPTAUTO_TYPE, 0, "b"),
	};

	(void)state;
	assert_null(FIND(devices, ""));
	assert_ptr_equal(first, &devices[0]);
	assert_ptr_equal(second, &devices[2]);
	assert_ptr_equal(FIND(devices, ESP_UUID), &devices[2]);
	assert_null(FIND(devices, "00000000-0000-0000-0000-000000000000"));
	assert_null(second);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_loader_variable_is_a_uuid_in_utf16),
		cmocka_unit_test(anything_else_is_refused),
		cmocka_unit_test(the_only_disk_with_a_root_is_taken),
		cmocka_unit_test(the_attributes_are_obeyed),
		cmocka_unit_test(between_two_disks_the_loader_decides),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
