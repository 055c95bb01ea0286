#include "initramfs/check.h"
#include "initramfs/image_diff.h"
#include "initramfs/image_size.h"

#include <stdlib.h>
#include <string.h>

#define MAY_UNPACK ((size_t)1 << 20)
#define ONE_STEP   ((size_t)16 << 20) /* of any unpacker */

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void look_at_tree(const struct image *image)
{
	for (size_t i = 0; i < image->tree_count; i++) {
		const struct image_entry *e = image->tree[i];

		require(e->fate == IMAGE_FINE && !e->replaced);
		require(image_find(image, e->path, false) == e);
		require(!i || strcmp(image->tree[i - 1]->path, e->path) < 0);
		(void)image_find(image, e->as.name, true); /* may be a loop */
	}
}

static void look_at_sizes(const struct image *image)
{
	struct image_size size;
	size_t packed = 0, shared = 0, unpacked = 0;

	for (size_t i = 0; i < image->segment_count; i++) {
		packed += image->segments[i].packed_len;
		unpacked += image->unpacked[i].len;
	}
	image_size(&size, image);
	for (unsigned i = 0; i < KINDS; i++)
		shared += size.kinds[i].packed;
	require(shared <= packed && unpacked <= MAY_UNPACK + ONE_STEP);
	image_size_free(&size);
}

static void look_at_difference(const struct image *image, const struct image *half)
{
	struct image_diff diff;

	image_diff(&diff, image, image);
	require(diff.count == 0);
	image_diff_free(&diff);
	image_diff(&diff, image, half);
	image_diff_free(&diff);
}

static void look_for_problems(const struct image *image, const uint8_t *data, size_t size)
{
	struct stat st = { .st_mode = S_IFREG | 0644 };
	struct checkup c = {
		.image = image, .data = data, .len = size, .st = &st, .version = "6.1"
	};

	check_run(&c);
	require(c.errors <= c.count);
	check_free(&c);
}

/* An image of any kind through everything that looks into one. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct image image, half;
	int err = image_load(&image, data, size, 0, MAY_UNPACK);

	require(!err == !image.problem);
	(void)image_load(&half, data, size / 2, 0, MAY_UNPACK); /* is damaged, mostly */
	(void)image_maker(&image);				/* any */
	look_at_tree(&image);
	look_at_sizes(&image);
	look_at_difference(&image, &half);
	look_for_problems(&image, data, size);
	image_free(&half);
	image_free(&image);
	return 0;
}
