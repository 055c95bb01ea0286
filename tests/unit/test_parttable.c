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
#define FIRST	  "11111111-2222-3333-4444-555555555555"
#define LAST	  "abcdef01-2345-6789-abcd-ef0123456789"

#define DISK_SIZE (64 * 1024)
#define ESP	  "c12a7328-f81f-11d2-ba4b-00a0c93ec93b"

static uint8_t disk[DISK_SIZE];
static char uuid[37], type[37];
static size_t readable = DISK_SIZE; /* what lies beyond is an error */

static int read_disk(void *ctx, uint64_t off, void *data, size_t len)
{
	(void)ctx;
	if (off > readable || len > readable - off)
		return -EIO;
	memcpy(data, disk + off, len);
	return 0;
}

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
}

static int find_at(unsigned sector_size, unsigned partn, uint64_t start)
{
	struct parttable_disk table = { .read = read_disk,
					.size = DISK_SIZE,
					.sector_size = sector_size };
	struct parttable_entry entry = { .uuid = "untouched", .type = "untouched" };
	int err = parttable_find(&table, partn, start, &entry);

	memcpy(uuid, entry.uuid, sizeof(uuid));
	memcpy(type, entry.type, sizeof(type));
	return err;
}

static int partuuid(unsigned sector_size, unsigned partn)
{
	return find_at(sector_size, partn, 0);
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
	assert_string_equal(type, "");
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
	{ 512 + 72, 128, true, -EIO },		 /* entries behind the end of the disk */
	{ 512 + 79, 0xff, true, -EUCLEAN },	 /* … at 2^63 */
	{ 512 + 83, 0xff, true, -EUCLEAN },	 /* 2^31 entries */
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

static uint8_t *sector(unsigned number)
{
	return disk + (size_t)number * 512;
}

/* A GPT with its header at @lba, @count entries at @entries, of which the last is used. */
static void write_gpt(unsigned lba, unsigned entries, uint32_t count)
{
	uint8_t *header = sector(lba), *last = sector(entries) + (count - 1) * 128;
	static const uint8_t esp[] = { 0x28, 0x73, 0x2a, 0xc1, 0x1f, 0xf8, 0xd2, 0x11,
				       0xba, 0x4b, 0x00, 0xa0, 0xc9, 0x3e, 0xc9, 0x3b };

	memset(sector(entries), 0, count * 128);
	memcpy(last, esp, 16);
	memset(last + 16, 0x5a, 16);
	store_le32(last + 32, 40);
	last[55] = 0x90; /* attributes 63 and 60 */
	memset(header, 0, 512);
	memcpy(header, "EFI PART", 8);
	store_le32(header + 8, 0x10000);
	store_le32(header + 12, 92);
	store_le32(header + 24, lba);
	store_le32(header + 72, entries);
	store_le32(header + 80, count);
	store_le32(header + 84, 128);
	store_le32(header + 88, ~crc32_update(~0U, sector(entries), count * 128));
	sign_header(header);
}

#define FILLED "5a5a5a5a-5a5a-5a5a-5a5a-5a5a5a5a5a5a"

static void write_protective_mbr(unsigned slot)
{
	memset(disk, 0, sizeof(disk));
	disk[446 + slot * 16 + 4] = 0xee;
	disk[510] = 0x55;
	disk[511] = 0xaa;
}

static void entries_may_be_anywhere_and_many(void **state)
{
	struct parttable_disk table = { .read = read_disk, .sector_size = 512 };
	struct parttable_entry entry;

	(void)state;
	write_protective_mbr(0);
	write_gpt(1, 20, 300);
	assert_int_equal(partuuid(512, 300), 0);
	assert_string_equal(uuid, FILLED);
	assert_string_equal(type, ESP);
	assert_int_equal(partuuid(512, 299), -ENOENT);
	assert_int_equal(parttable_find(&table, 300, 40 * 512, &entry), 0);
	assert_true(entry.attributes == UINT64_C(0x90) << 56);
	readable = 20 * 512 + 300 * 128 - 1;
	assert_int_equal(partuuid(512, 300), -EIO);
	readable = DISK_SIZE;
}

static void the_backup_is_read_when_the_primary_is_damaged(void **state)
{
	(void)state;
	write_protective_mbr(0);
	write_gpt(DISK_SIZE / 512 - 1, 64, 4);
	assert_int_equal(partuuid(512, 4), 0);
	assert_string_equal(uuid, FILLED);
	memset(disk, 0, 512); /* the kernel's `gpt` option needs no MBR */
	assert_int_equal(partuuid(512, 4), 0);
	sector(DISK_SIZE / 512 - 1)[24]++; /* a backup that is somewhere else */
	sign_header(sector(DISK_SIZE / 512 - 1));
	assert_int_equal(partuuid(512, 4), -ENODATA);
}

static void a_hybrid_mbr_does_not_hide_the_gpt(void **state)
{
	(void)state;
	write_protective_mbr(2);
	disk[446 + 4] = 0x83; /* the same partition for those who know no GPT */
	disk[446] = 0x42;     /* and something the kernel does not look at */
	store_le32(disk + 446 + 8, 40);
	store_le32(disk + 446 + 12, 8);
	write_gpt(1, 2, 1);
	assert_int_equal(partuuid(512, 1), 0);
	assert_string_equal(uuid, FILLED);
}

static void the_entry_must_begin_where_the_kernel_says(void **state)
{
	(void)state;
	write_protective_mbr(0);
	write_gpt(1, 2, 1);
	assert_int_equal(find_at(512, 1, 40 * 512), 0);
	assert_int_equal(find_at(512, 1, 41 * 512), -ENOENT);
	/* an MBR that hides a GPT the kernel was told to believe */
	disk[446 + 4] = 0x83;
	store_le32(disk + 446 + 8, 41);
	store_le32(disk + 446 + 12, 8);
	assert_int_equal(find_at(512, 1, 40 * 512), 0);
	assert_string_equal(uuid, FILLED);
	assert_int_equal(find_at(512, 1, 41 * 512), 0);
	assert_string_equal(uuid, "00000000-01");
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
		cmocka_unit_test(entries_may_be_anywhere_and_many),
		cmocka_unit_test(the_backup_is_read_when_the_primary_is_damaged),
		cmocka_unit_test(a_hybrid_mbr_does_not_hide_the_gpt),
		cmocka_unit_test(the_entry_must_begin_where_the_kernel_says),
		cmocka_unit_test(impossible_questions_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
