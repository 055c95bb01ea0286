/* An image of tests/data/fsprobe as a source of bytes, and changes to it. */
#ifndef TESTS_UNIT_FSPROBE_IMAGE_H
#define TESTS_UNIT_FSPROBE_IMAGE_H

#include "tests/sparse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

struct image {
	uint8_t packed[16384];
	struct sparse sparse;
	struct fsprobe_source src;
};

static void image_load(struct image *img, const char *name)
{
	char path[64];
	FILE *file;

	*img = (struct image){ .sparse = { .packed = img->packed, .fresh = true } };
	snprintf(path, sizeof(path), "tests/data/fsprobe/%s", name);
	file = fopen(path, "rb");
	assert_non_null(file);
	img->sparse.packed_len = fread(img->packed, 1, sizeof(img->packed), file);
	assert_in_range(img->sparse.packed_len, 9, sizeof(img->packed) - 1);
	fclose(file);
	img->src = sparse_source(&img->sparse);
}

/* Over what is there. */
static void image_write(struct image *img, uint64_t off, const void *bytes, uint32_t len)
{
	uint8_t *p = img->packed + img->sparse.packed_len;

	assert_true(img->sparse.packed_len + 12 + len <= sizeof(img->packed));
	for (int i = 0; i < 8; i++)
		p[i] = (uint8_t)(off >> 8 * i);
	for (int i = 0; i < 4; i++)
		p[8 + i] = (uint8_t)(len >> 8 * i);
	memcpy(p + 12, bytes, len);
	img->sparse.packed_len += 12 + len;
}

static void image_fill(struct image *img, uint64_t off, char byte, uint32_t len)
{
	char bytes[2048];

	memset(bytes, byte, sizeof(bytes));
	image_write(img, off, bytes, len);
}

static void image_free(struct image *img)
{
	free(img->sparse.room);
}

#endif
