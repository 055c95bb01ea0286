#include "mount/fsprobe.h"

#include "tests/unit/fsprobe_image.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define UUID	   "00112233-4455-6677-8899-aabbccddeeff"
#define MD_UUID	   "10111213-1415-1617-1819-1a1b1c1d1e1f"
#define LVM_UUID   "abcdef-GHIJ-KLmn-opqr-stUV-WXyz-012345"
#define SERIAL	   "0011-2233"
#define SERIAL64   "0011223344556677"
#define DISC_UUID  "2001-02-03-04-05-06-07"
#define WIDE	   "Ω 漢字 🐧"
#define FILESYSTEM "filesystem"

/* Images that mkfs made (-U/--uuid and -L/--label as below), or that are written by hand
 * where it needs a disk or a machine for it; of each, what is looked at. md12 and md090
 * are over an ext4. */
static const struct vector {
	const char *file, *type, *usage, *uuid, *label, *drivers;
} vectors[] = {
	{ "ext2", "ext2", FILESYSTEM, UUID, "a ext2 root", "ext2" },
	{ "ext3", "ext3", FILESYSTEM, UUID, "a ext3 root", "ext3" },
	{ "ext4", "ext4", FILESYSTEM, UUID, "a ext4 root", "ext4" },
	{ "jbd", "jbd", "other", UUID, "journal" },
	{ "xfs", "xfs", FILESYSTEM, UUID, "an xfs root", "xfs" },
	{ "btrfs", "btrfs", FILESYSTEM, UUID, "a btrfs root", "btrfs" },
	{ "f2fs", "f2fs", FILESYSTEM, UUID, WIDE, "f2fs" },
	{ "squashfs", "squashfs", FILESYSTEM, "", "", "squashfs" },
	{ "erofs", "erofs", FILESYSTEM, UUID, "an erofs root", "erofs" },
	{ "vfat12", "vfat", FILESYSTEM, SERIAL, "A FAT ROOT", "vfat" },
	{ "vfat16", "vfat", FILESYSTEM, SERIAL, "A FAT ROOT", "vfat" },
	{ "vfat32", "vfat", FILESYSTEM, SERIAL, "A FAT ROOT", "vfat" },
	{ "exfat", "exfat", FILESYSTEM, SERIAL, WIDE, "exfat" },
	{ "ntfs", "ntfs", FILESYSTEM, SERIAL64, WIDE, "ntfs3,ntfs" },
	{ "iso9660", "iso9660", FILESYSTEM, DISC_UUID, "A Joliet Name that is long",
	  "iso9660" },
	{ "highsierra", "iso9660", FILESYSTEM, "", "OLD DISC", "iso9660" },
	{ "udf512", "udf", FILESYSTEM, SERIAL64, WIDE, "udf" },
	{ "udf2048", "udf", FILESYSTEM, SERIAL64, WIDE, "udf" },
	{ "udf4096", "udf", FILESYSTEM, SERIAL64, WIDE, "udf" },
	{ "bridge", "udf", FILESYSTEM, "6b032d9600000c0d", "BRIDGE", "udf" },
	{ "swap", "swap", "other", UUID, "a swap" },
	{ "luks1", "crypto_LUKS", "crypto", UUID, "" },
	{ "luks2", "crypto_LUKS", "crypto", UUID, "a vault" },
	{ "luks2second", "crypto_LUKS", "crypto", UUID, "a vault" },
	{ "luks2far", "crypto_LUKS", "crypto", UUID, "a vault" },
	{ "lvm1", "LVM1_member", "raid", LVM_UUID, "" },
	{ "lvm2", "LVM2_member", "raid", LVM_UUID, "" },
	{ "md090", "linux_raid_member", "raid", UUID, "" },
	{ "md090be", "linux_raid_member", "raid", UUID, "" },
	{ "md10", "linux_raid_member", "raid", MD_UUID, "host:root" },
	{ "md12", "linux_raid_member", "raid", MD_UUID, "host:root" },
	{ "bcache", "bcache", "other", UUID, "" },
	{ "zfs", "zfs_member", FILESYSTEM, "9", "other" },
	{ "drbd", "drbd", "raid", "11223344", "" },
	{ "bitlocker", "BitLocker", "crypto", "0000000000004711", "" },
	{ "verity", "DM_verity_hash", "crypto", UUID, "" },
	{ "xfslog", "xfs_external_log", "other", "", "" },
	{ "ddf", "ddf_raid_member", "raid", "VENDOR  0123456789ABCDEF", "" },
	{ "isw", "isw_raid_member", "raid", "", "" },
	{ "via", "via_raid_member", "raid", "", "" },
	{ "silicon", "silicon_medley_raid_member", "raid", "", "" },
	{ "promise", "promise_fasttrack_raid_member", "raid", "", "" },
	{ "adaptec", "adaptec_raid_member", "raid", "", "" },
};

#define VECTORS (sizeof(vectors) / sizeof(vectors[0]))

static void formats_are_recognised(void **state)
{
	(void)state;
	for (size_t i = 0; i < VECTORS; i++) {
		const struct vector *v = &vectors[i];
		struct fsprobe_result r;
		struct image img;

		image_load(&img, v->file);
		assert_int_equal(fsprobe(&img.src, &r), 0);
		assert_string_equal(r.type, v->type);
		assert_string_equal(r.usage, v->usage);
		assert_string_equal(r.uuid, v->uuid);
		assert_string_equal(r.label, v->label);
		assert_int_equal(!r.drivers, !v->drivers);
		if (v->drivers)
			assert_string_equal(r.drivers, v->drivers);
		image_free(&img);
	}
}

/* The source hands out just what was asked for, and AddressSanitizer watches both ends. */
static void a_device_that_ends_early_is_never_read_beyond(void **state)
{
	(void)state;
	for (size_t i = 0; i < VECTORS; i++) {
		struct image img;

		image_load(&img, vectors[i].file);
		for (uint64_t size = 0; size <= 70000; size += size < 9000 ? 7 : 499) {
			struct fsprobe_result r;
			int err;

			img.src.size = size;
			err = fsprobe(&img.src, &r);
			assert_true(err == 0 || err == -ENODATA || err == -EUCLEAN);
		}
		image_free(&img);
	}
}

static const uint8_t *nothing(void *ctx, uint64_t off, size_t len)
{
	struct image *img = ctx;

	assert_true(len > 0 && len <= FSPROBE_READ_MAX);
	assert_true(off <= img->src.size && len <= img->src.size - off);
	return NULL;
}

static void what_cannot_be_read_is_nothing_known(void **state)
{
	struct fsprobe_result r;
	struct image img;

	(void)state;
	image_load(&img, "ext4");
	img.src.bytes = nothing;
	img.src.ctx = &img;
	img.src.size = 1 << 30;
	assert_int_equal(fsprobe(&img.src, &r), -ENODATA);
	image_free(&img);
}

static const struct damage {
	const char *file;
	uint64_t off;
	uint8_t value;
	int err;
	const char *type; /* what is still seen */
	const char *uuid;
} damages[] = {
	{ "lvm2", 512 + 33, '!', -EUCLEAN },	    /* checksum */
	{ "lvm2", 512 + 8, 2, -EUCLEAN },	    /* its own sector */
	{ "md12", 4096 + 144, 0, 0, "ext4", UUID }, /* its own sector */
	{ "md12", 4096 + 4, 0, 0, "ext4", UUID },   /* major version */
	{ "md090", (8 << 20) - 65536, 0, 0, "ext4", NULL },
	{ "md090", (8 << 20) - 65536 + 33, 0xff, 0, "ext4", NULL }, /* no room for that */
	{ "md090", (8 << 20) - 65536 + 8, 36, 0, "linux_raid_member",
	  "00112233-0000-0000-0000-000000000000" }, /* before 0.90 */
	{ "xfs", 4, 1, -EUCLEAN },		    /* block size */
	{ "xfs", 91, 0, -EUCLEAN },		    /* number of AGs */
	{ "xfs", 122, 7, -EUCLEAN },		    /* inode size */
	{ "xfs", 8, 1, -EUCLEAN },		    /* blocks: too many */
	{ "xfs", 13, 0, -EUCLEAN },		    /* too few */
	{ "xfs", 127, 101, -EUCLEAN },		    /* percentage of inodes */
	{ "swap", 1024, 2, -EUCLEAN },		    /* version */
	{ "swap", 1024 + 172, 1, 0, "swap", "" }, /* rubbish where there should be none */
	{ "swap", 4086, 'X', -ENODATA },
	{ "f2fs", 1028, 1, 0, "f2fs", UUID }, /* version 1.x, x > 0 */
	{ "f2fs", 1030, 0, 0, "f2fs", "" },   /* 1.0 */
	{ "squashfs", 28, 3, -ENODATA },
	{ "luks2", 7, 9, 0, "crypto_LUKS", "" },  /* version unknown */
	{ "ext2", 0x464, 7, 0, "ext2", UUID },	  /* ro_compat: all that ext2 knows */
	{ "ext2", 0x464, 8, 0, "ext4", UUID },	  /* one more */
	{ "ext3", 0x460, 0x16, 0, "ext3", UUID }, /* incompat: all that ext3 knows */
	{ "ext2", 0x460, 0x6, -ENODATA }, /* a journal to recover, but none there */
	{ "ext4", 0x460, 0x4a, 0, "jbd", UUID }, /* incompat: journal device */
	{ "ext4", 0x560, 4, 0, "ext4dev", UUID },
	{ "vfat16", 0x0d, 3, -ENODATA },      /* sectors of a cluster */
	{ "vfat16", 0x26, 0, 0, "vfat", "" }, /* no serial number */
	{ "vfat32", 512, 1, -EUCLEAN },	      /* the information sector */
	{ "exfat", 108, 40, -EUCLEAN },	      /* 2^40 bytes a sector */
	{ "ntfs", 64, 3, -EUCLEAN },	      /* clusters of a record */
	{ "ntfs", 16384, 0, -EUCLEAN },	      /* the first record */
	{ "ntfs", 16384 + 3 * 1024 + 20, 255, 0, "ntfs", SERIAL64 }, /* attributes */
	{ "iso9660", 0x8000, 5, -EUCLEAN },		     /* no volume of its own */
	{ "udf2048", 256 * 2048, 0, -ENODATA },		     /* the anchor */
	{ "bcache", 4096 + 8, 7, -EUCLEAN },		     /* where it is */
	{ "zfs", 131072, 0, -ENODATA },			     /* three of four */
	{ "bitlocker", 1 << 20, 0, -ENODATA },		     /* the metadata */
	{ "via", (8 << 20) - 512 + 50, 0, -ENODATA },	     /* checksum */
	{ "silicon", (8 << 20) - 512 + 0x13e, 0, -ENODATA }, /* checksum */
	{ "ddf", 4096 * 512, 0, -ENODATA },		     /* the first header */
};

static void contents_are_checked_beyond_the_magic(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
		const struct damage *d = &damages[i];
		struct fsprobe_result r = { .type = "untouched" };
		struct image img;

		image_load(&img, d->file);
		image_write(&img, d->off, &d->value, 1);
		assert_int_equal(fsprobe(&img.src, &r), d->err);
		assert_string_equal(r.type, d->err ? "untouched" : d->type);
		if (!d->err && d->uuid)
			assert_string_equal(r.uuid, d->uuid);
		image_free(&img);
	}
}

static void two_file_systems_are_one_too_many(void **state)
{
	static const struct {
		const char *file;
		uint64_t off;
		const char *bytes;
		int err;
		const char *type, *also;
	} cases[] = {
		{ "ext4", 4086, "SWAP-SPACE", -ENOTUNIQ, "swap", "ext4" },
		{ "btrfs", 0x438, "\x53\xef", -ENOTUNIQ, "ext2", "btrfs" },
		{ "bcache", 0x438, "\x53\xef", -ENOTUNIQ, "bcache", "ext2" },
		{ "bridge", 0x438, "\x53\xef", -ENOTUNIQ, "ext2", "udf" },
		{ "bridge", 0x438, "", 0, "udf", "iso9660" }, /* as discs are */
		{ "md10", 0x438, "\x53\xef", 0, "linux_raid_member", NULL },
		{ "luks2", 0x438, "\x53\xef", 0, "crypto_LUKS", NULL },
		{ "luks2far", 0x438, "\x53\xef", 0, "ext2", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fsprobe_result r;
		struct image img;

		image_load(&img, cases[i].file);
		if (img.src.size < 4 << 20) /* too small to have more than one */
			img.src.size = 4 << 20;
		image_write(&img, cases[i].off, cases[i].bytes,
			    (uint32_t)strlen(cases[i].bytes));
		assert_int_equal(fsprobe(&img.src, &r), cases[i].err);
		assert_string_equal(r.type, cases[i].type);
		assert_string_equal(r.also ? r.also : "-",
				    cases[i].also ? cases[i].also : "-");
		image_free(&img);
	}
}

/* A controller marks disks; discs have neither RAID nor swap, and libblkid looks for no
 * RAID on floppy disks, whose first format counts. */
static void what_is_looked_for_depends_on_the_device(void **state)
{
	struct fsprobe_result r;
	struct image img;

	(void)state;
	image_load(&img, "isw");
	img.src.partition = true;
	assert_int_equal(fsprobe(&img.src, &r), -ENODATA);
	image_free(&img);
	image_load(&img, "isw");
	img.src.sector_size = 4096;
	assert_int_equal(fsprobe(&img.src, &r), -ENODATA);
	image_write(&img, img.src.size - 2 * 4096, "Intel Raid ISM Cfg Sig. ", 24);
	assert_int_equal(fsprobe(&img.src, &r), 0);
	image_free(&img);
	image_load(&img, "swap");
	img.src.optical = true;
	assert_int_equal(fsprobe(&img.src, &r), -ENODATA);
	image_free(&img);
	image_load(&img, "md12");
	img.src.size = 1440 * 1024;
	assert_int_equal(fsprobe(&img.src, &r), 0);
	assert_string_equal(r.type, "ext4");
	image_write(&img, 4086, "SWAP-SPACE", 10);
	assert_int_equal(fsprobe(&img.src, &r), 0);
	assert_string_equal(r.type, "swap");
	image_free(&img);
}

static void swap_signatures_stand_at_the_end_of_any_page(void **state)
{
	struct fsprobe_result r;
	struct image img;

	(void)state;
	image_load(&img, "swap");
	for (uint64_t page = 4096; page <= 65536; page *= 2) {
		image_fill(&img, page / 2 - 10, 0, 10);
		image_write(&img, page - 10, "SWAPSPACE2", 10);
		assert_int_equal(fsprobe(&img.src, &r), 0);
		assert_string_equal(r.type, "swap");
		image_write(&img, page - 10, "S1SUSPEND", 10);
		assert_int_equal(fsprobe(&img.src, &r), 0);
		assert_string_equal(r.type, "swsuspend");
		assert_string_equal(r.uuid, UUID);
	}
	image_free(&img);
}

static void labels_that_fill_their_field_end_there(void **state)
{
	struct fsprobe_result r;
	struct image img;

	(void)state;
	image_load(&img, "ext4");
	image_fill(&img, 0x478, 'x', 16);
	assert_int_equal(fsprobe(&img.src, &r), 0);
	assert_string_equal(r.label, "xxxxxxxxxxxxxxxx");
	image_fill(&img, 0x47a, ' ', 14);
	assert_int_equal(fsprobe(&img.src, &r), 0);
	assert_string_equal(r.label, "xx");
	image_fill(&img, 0x468, 0, 16);
	assert_int_equal(fsprobe(&img.src, &r), 0);
	assert_string_equal(r.uuid, "");
	image_free(&img);
	image_load(&img, "btrfs");
	image_fill(&img, 65536 + 299, 'y', 256);
	assert_int_equal(fsprobe(&img.src, &r), 0);
	assert_int_equal(strlen(r.label), 256);
	image_free(&img);
}

static void utf16_labels_are_converted(void **state)
{
	static const struct {
		const char utf16[13];
		const char *utf8;
	} labels[] = {
		{ "a\0\xff\0\0\0b", "a\xc3\xbf" },
		{ "\x3d\xd8\x27\xdc!\0", "🐧!" },
		{ "\x3d\xd8!\0\x27\xdc",
		  "\xed\xa0\xbd!\xed\xb0\xa7" }, /* halves on their own */
		{ "\xff\x07\0\x08 \0 \0", "\xdf\xbf\xe0\xa0\x80" },
	};
	struct fsprobe_result r;
	struct image img;

	(void)state;
	image_load(&img, "f2fs");
	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
		image_fill(&img, 1148, 0, 1024);
		image_write(&img, 1148, labels[i].utf16, 12);
		assert_int_equal(fsprobe(&img.src, &r), 0);
		assert_string_equal(r.label, labels[i].utf8);
	}
	image_fill(&img, 1148, 'x', 1024); /* 512 units of three bytes each */
	assert_int_equal(fsprobe(&img.src, &r), 0);
	assert_int_equal(strlen(r.label), FSPROBE_LABEL_SIZE - 1);
	image_free(&img);
}

static void nothing_is_found_in_zeros_and_text(void **state)
{
	struct fsprobe_result r;
	struct image img;

	(void)state;
	image_load(&img, "squashfs");
	image_fill(&img, 0, 0, 2048);
	assert_int_equal(fsprobe(&img.src, &r), -ENODATA);
	image_fill(&img, 0, 'x', 2048);
	assert_int_equal(fsprobe(&img.src, &r), -ENODATA);
	image_free(&img);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(formats_are_recognised),
		cmocka_unit_test(a_device_that_ends_early_is_never_read_beyond),
		cmocka_unit_test(what_cannot_be_read_is_nothing_known),
		cmocka_unit_test(contents_are_checked_beyond_the_magic),
		cmocka_unit_test(two_file_systems_are_one_too_many),
		cmocka_unit_test(what_is_looked_for_depends_on_the_device),
		cmocka_unit_test(swap_signatures_stand_at_the_end_of_any_page),
		cmocka_unit_test(labels_that_fill_their_field_end_there),
		cmocka_unit_test(utf16_labels_are_converted),
		cmocka_unit_test(nothing_is_found_in_zeros_and_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
