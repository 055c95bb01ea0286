#include "mount/parttable.h"

#include "lib/crc32.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* sgdisk wrote the GPTs (sector sizes 512 and 4096), sfdisk the MBR; partx -o NR,UUID
 * says: */
#define FIRST "11111111-2222-3333-4444-555555555555"
#define LAST  "abcdef01-2345-6789-abcd-ef0123456789"

static uint8_t disk[PARTTABLE_READ_LEN];
static char uuid[37];

static void load(const char *name)
{
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "tests/data/parttable/%s", name);
	file = fopen(path, "rb");
	assert_non_null(file);
	memset(disk, 0, sizeof(disk));
	assert_true(fread(disk, 1, sizeof(disk), file) > 0);
	fclose(file);
	strncpy(uuid, "untouched", sizeof(uuid));
}

static int partuuid(unsigned sector_size, unsigned partn)
{
	return parttable_partuuid(disk, sizeof(disk), sector_size, partn, uuid);
}

static void store_le32(uint8_t *p, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(value >> 8 * i);
}

static void sign_header(uint8_t *header)
{
	memset(header + 16, 0, 4);
	store_le32(header + 16, ~crc32_update(~0U, header, 92));
}

static void gpt_is_read_with_either_sector_size(void **state)
{
	(void)state;
	load("gpt512");
	assert_int_equal(partuuid(512, 1), 0);
	assert_string_equal(uuid, FIRST);
	assert_int_equal(partuuid(512, 3), 0);
	assert_string_equal(uuid, LAST);
	load("gpt4096");
	assert_int_equal(partuuid(4096, 1), 0);
	assert_string_equal(uuid, FIRST);
	assert_int_equal(partuuid(4096, 2), 0);
	assert_string_equal(uuid, LAST);
	assert_int_equal(partuuid(512, 1), -EUCLEAN);
}

static void partitions_that_are_not_there_have_no_uuid(void **state)
{
	(void)state;
	load("gpt512");
	assert_int_equal(partuuid(512, 2), -ENOENT);
	assert_int_equal(partuuid(512, 128), -ENOENT);
	assert_int_equal(partuuid(512, 129), -ENOENT);
	assert_int_equal(partuuid(512, 0xffffffff), -ENOENT);
	load("mbr");
	memset(disk + 446 + 2 * 16, 0, 16);
	assert_int_equal(partuuid(512, 3), -ENOENT);
	assert_int_equal(partuuid(512, 256), -ENOENT);
	assert_string_equal(uuid, "untouched");
}

static void mbr_uuids_are_signature_and_number(void **state)
{
	(void)state;
	load("mbr");
	assert_int_equal(partuuid(512, 1), 0);
	assert_string_equal(uuid, "deadbeef-01");
	assert_int_equal(partuuid(512, 4), 0);
	assert_string_equal(uuid, "deadbeef-04");
	assert_int_equal(partuuid(4096, 5), 0); /* logical */
	assert_string_equal(uuid, "deadbeef-05");
	assert_int_equal(partuuid(512, 31), 0);
	assert_string_equal(uuid, "deadbeef-1f");
	assert_int_equal(parttable_partuuid(disk, 512, 512, 1, uuid), 0);
	assert_int_equal(parttable_partuuid(disk, 511, 512, 1, uuid), -ENODATA);
}

static void boot_sectors_are_not_tables(void **state)
{
	(void)state;
	load("mbr");
	disk[446 + 16] = 0x7f; /* neither active nor not */
	assert_int_equal(partuuid(512, 1), -ENODATA);
	load("mbr");
	disk[511] = 0;
	assert_int_equal(partuuid(512, 1), -ENODATA);
	memset(disk, 0, sizeof(disk));
	assert_int_equal(partuuid(512, 1), -ENODATA);
	assert_int_equal(parttable_partuuid(disk, 0, 512, 1, uuid), -ENODATA);
}

static const struct change {
	size_t off;
	uint8_t value;
	bool sign; /* write the right header checksum afterwards */
	int err;
} changes[] = {
	{ 512 + 40, 0xff, false, -EUCLEAN }, /* header checksum */
	{ 512 + 0, 'e', true, -EUCLEAN },
	{ 512 + 12, 91, true, -EUCLEAN },	 /* header length */
	{ 512 + 14, 1, true, -EUCLEAN },	 /* … beyond the sector */
	{ 512 + 24, 2, true, -EUCLEAN },	 /* header's own place */
	{ 512 + 72, 1, true, -EUCLEAN },	 /* entries over the header */
	{ 512 + 84, 64, true, -EUCLEAN },	 /* length of an entry */
	{ 512 + 72, 33, true, -EMSGSIZE },	 /* entries beyond the buffer */
	{ 512 + 72, 64, true, -EMSGSIZE },	 /* … begin there */
	{ 512 + 79, 0xff, true, -EMSGSIZE },	 /* … or at 2^63 */
	{ 512 + 83, 0xff, true, -EMSGSIZE },	 /* 2^31 entries */
	{ 1024 + 127 * 128, 1, true, -EUCLEAN }, /* checksum of the entries */
	{ 446, 0x42, false, 0 }, /* the protective entry may look like anything */
};

static void gpt_checks_come_before_belief(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		load("gpt512");
		disk[changes[i].off] = changes[i].value;
		if (changes[i].sign)
			sign_header(disk + 512);
		assert_int_equal(partuuid(512, 1), changes[i].err);
	}
}

static void a_short_buffer_is_never_read_beyond(void **state)
{
	(void)state;
	load("gpt512");
	for (size_t len = 512; len <= 17408; len += 64) {
		uint8_t *part = malloc(len);

		memcpy(part, disk, len);
		assert_int_equal(parttable_partuuid(part, len, 512, 1, uuid),
				 len < 17408 ? -EMSGSIZE : 0);
		if (len == 17408)
			assert_int_equal(parttable_partuuid(part, len, 512, 129, uuid),
					 -ENOENT);
		free(part);
	}
}

static void impossible_questions_are_refused(void **state)
{
	static const unsigned sizes[] = { 0, 1, 256, 513, 1000, 8192 };

	(void)state;
	load("gpt512");
	assert_int_equal(partuuid(512, 0), -EINVAL);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		assert_int_equal(partuuid(sizes[i], 1), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gpt_is_read_with_either_sector_size),
		cmocka_unit_test(partitions_that_are_not_there_have_no_uuid),
		cmocka_unit_test(mbr_uuids_are_signature_and_number),
		cmocka_unit_test(boot_sectors_are_not_tables),
		cmocka_unit_test(gpt_checks_come_before_belief),
		cmocka_unit_test(a_short_buffer_is_never_read_beyond),
		cmocka_unit_test(impossible_questions_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
