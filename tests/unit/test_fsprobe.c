#include "mount/fsprobe.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define UUID "00112233-4455-6677-8899-aabbccddeeff"

/* The beginnings of images that mkfs made (-U/--uuid and -L/--label as below); lvm2 and
 * md12 are written by hand, md12 over an ext4. The rest of each image is zeros. */
static const struct vector {
	const char *file;
	size_t at; /* where on the device the file belongs */
	const char *type, *usage, *uuid, *label;
} vectors[] = {
	{ "ext2", 0, "ext2", "filesystem", UUID, "a ext2 root" },
	{ "ext3", 0, "ext3", "filesystem", UUID, "a ext3 root" },
	{ "ext4", 0, "ext4", "filesystem", UUID, "a ext4 root" },
	{ "jbd", 0, "jbd", "other", UUID, "journal" },
	{ "xfs", 0, "xfs", "filesystem", UUID, "an xfs root" },
	{ "btrfs", 65536, "btrfs", "filesystem", UUID, "a btrfs root" },
	{ "f2fs", 0, "f2fs", "filesystem", UUID, "Ω 漢字 🐧" },
	{ "squashfs", 0, "squashfs", "filesystem", "", "" },
	{ "erofs", 0, "erofs", "filesystem", UUID, "an erofs root" },
	{ "swap", 0, "swap", "other", UUID, "a swap" },
	{ "luks1", 0, "crypto_LUKS", "crypto", UUID, "" },
	{ "luks2", 0, "crypto_LUKS", "crypto", UUID, "a vault" },
	{ "lvm2", 0, "LVM2_member", "raid", "abcdef-GHIJ-KLmn-opqr-stUV-WXyz-012345",
	  "" },
	{ "md12", 0, "linux_raid_member", "raid", "10111213-1415-1617-1819-1a1b1c1d1e1f",
	  "host:root" },
};

#define VECTORS (sizeof(vectors) / sizeof(vectors[0]))

/* A whole image of FSPROBE_FULL_LEN bytes; the caller frees it. */
static uint8_t *load(const char *name, size_t at)
{
	uint8_t *img = calloc(1, FSPROBE_FULL_LEN);
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "tests/data/fsprobe/%s", name);
	file = fopen(path, "rb");
	assert_non_null(img);
	assert_non_null(file);
	assert_true(fread(img + at, 1, FSPROBE_FULL_LEN - at, file) > 0);
	fclose(file);
	return img;
}

static void formats_are_recognised(void **state)
{
	(void)state;
	for (size_t i = 0; i < VECTORS; i++) {
		const struct vector *v = &vectors[i];
		uint8_t *img = load(v->file, v->at);
		struct fsprobe_result r;

		assert_int_equal(fsprobe(img, FSPROBE_FULL_LEN, &r), 0);
		assert_string_equal(r.type, v->type);
		assert_string_equal(r.usage, v->usage);
		assert_string_equal(r.uuid, v->uuid);
		assert_string_equal(r.label, v->label);
		if (v->at == 0) /* the first read is enough */
			assert_int_equal(fsprobe(img, FSPROBE_FIRST_LEN, &r), 0);
		free(img);
	}
}

/* AddressSanitizer watches the end of each copy. */
static void a_short_image_is_never_read_beyond(void **state)
{
	(void)state;
	for (size_t i = 0; i < VECTORS; i++) {
		uint8_t *img = load(vectors[i].file, vectors[i].at);

		for (size_t len = 0; len <= FSPROBE_FULL_LEN;
		     len += len < 9000 ? 1 : 499) {
			uint8_t *part = malloc(len ? len : 1);
			struct fsprobe_result r;
			int err;

			memcpy(part, img, len);
			err = fsprobe(part, len, &r);
			assert_true(err == 0 || err == -ENODATA);
			free(part);
		}
		free(img);
	}
}

static const struct damage {
	const char *file;
	size_t off;
	uint8_t value;
	int err;
	const char *type; /* what is still seen */
	const char *uuid;
} damages[] = {
	{ "lvm2", 512 + 33, '!', -EUCLEAN },	    /* checksum */
	{ "lvm2", 512 + 8, 2, -EUCLEAN },	    /* its own sector */
	{ "md12", 4096 + 144, 0, 0, "ext4", UUID }, /* its own sector */
	{ "md12", 4096 + 4, 0, 0, "ext4", UUID },   /* major version */
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
};

static void contents_are_checked_beyond_the_magic(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
		const struct damage *d = &damages[i];
		uint8_t *img = load(d->file, 0);
		struct fsprobe_result r = { .type = "untouched" };

		img[d->off] = d->value;
		assert_int_equal(fsprobe(img, FSPROBE_FULL_LEN, &r), d->err);
		assert_string_equal(r.type, d->err ? "untouched" : d->type);
		if (!d->err)
			assert_string_equal(r.uuid, d->uuid);
		free(img);
	}
}

static void swap_signatures_stand_at_the_end_of_any_page(void **state)
{
	uint8_t *img = load("swap", 0);
	struct fsprobe_result r;

	(void)state;
	memset(img + 4086, 0, 10);
	for (size_t page = 4096; page <= 65536; page *= 2) {
		memcpy(img + page - 10, "SWAPSPACE2", 10);
		assert_int_equal(fsprobe(img, FSPROBE_FULL_LEN, &r), 0);
		assert_string_equal(r.type, "swap");
		memcpy(img + page - 10, "S1SUSPEND\0", 10);
		assert_int_equal(fsprobe(img, FSPROBE_FULL_LEN, &r), 0);
		assert_string_equal(r.type, "swsuspend");
		assert_string_equal(r.uuid, UUID);
		memset(img + page - 10, 0, 10);
	}
	free(img);
}

static void labels_that_fill_their_field_end_there(void **state)
{
	uint8_t *img = load("ext4", 0);
	struct fsprobe_result r;

	(void)state;
	memset(img + 0x478, 'x', 16);
	assert_int_equal(fsprobe(img, FSPROBE_FULL_LEN, &r), 0);
	assert_string_equal(r.label, "xxxxxxxxxxxxxxxx");
	memset(img + 0x47a, ' ', 14);
	assert_int_equal(fsprobe(img, FSPROBE_FULL_LEN, &r), 0);
	assert_string_equal(r.label, "xx");
	memset(img + 0x468, 0, 16);
	assert_int_equal(fsprobe(img, FSPROBE_FULL_LEN, &r), 0);
	assert_string_equal(r.uuid, "");
	free(img);
	img = load("btrfs", 65536);
	memset(img + 65536 + 299, 'y', 256);
	assert_int_equal(fsprobe(img, FSPROBE_FULL_LEN, &r), 0);
	assert_int_equal(strlen(r.label), 256);
	free(img);
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
	uint8_t *img = load("f2fs", 0);
	struct fsprobe_result r;

	(void)state;
	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
		memset(img + 1148, 0, 1024);
		memcpy(img + 1148, labels[i].utf16, 12);
		assert_int_equal(fsprobe(img, FSPROBE_FULL_LEN, &r), 0);
		assert_string_equal(r.label, labels[i].utf8);
	}
	memset(img + 1148, 'x', 1024); /* 512 units of three bytes each */
	assert_int_equal(fsprobe(img, FSPROBE_FULL_LEN, &r), 0);
	assert_int_equal(strlen(r.label), FSPROBE_LABEL_SIZE - 1);
	free(img);
}

static void nothing_is_found_in_zeros_and_text(void **state)
{
	static uint8_t img[FSPROBE_FULL_LEN];
	struct fsprobe_result r;

	(void)state;
	assert_int_equal(fsprobe(img, sizeof(img), &r), -ENODATA);
	memset(img, 'x', sizeof(img));
	assert_int_equal(fsprobe(img, sizeof(img), &r), -ENODATA);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(formats_are_recognised),
		cmocka_unit_test(a_short_image_is_never_read_beyond),
		cmocka_unit_test(contents_are_checked_beyond_the_magic),
		cmocka_unit_test(swap_signatures_stand_at_the_end_of_any_page),
		cmocka_unit_test(labels_that_fill_their_field_end_there),
		cmocka_unit_test(utf16_labels_are_converted),
		cmocka_unit_test(nothing_is_found_in_zeros_and_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
