#include "initramfs/image.h"

#include "lib/str.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static void add_entry(struct image *image, const struct image_reader *r,
		      const struct newc_entry *e)
{
	image->entries =
		mem_grow(image->entries, image->entry_count, sizeof(*image->entries));
	image->entries[image->entry_count++] = (struct image_entry){
		.as = *e,
		.segment = r->segment.number,
		.archive = r->archive_number,
	};
}

static void add_segment(struct image *image, struct image_reader *r)
{
	size_t n = image->segment_count;

	image->segments = mem_grow(image->segments, n, sizeof(*image->segments));
	image->unpacked = mem_grow(image->unpacked, n, sizeof(*image->unpacked));
	image->segments[n] = r->segment;
	image->unpacked[n] = image_reader_take(r);
	image->segment_count++;
}

static int read_all(struct image *image, struct image_reader *r, unsigned only)
{
	struct newc_entry e;
	int found, in_segment;

	while ((found = image_read_segment(r)) > 0) {
		while ((in_segment = image_read_entry(r, &e)) > 0)
			if (!only || r->segment.number == only)
				add_entry(image, r, &e);
		add_segment(image, r);
		if (in_segment < 0)
			return in_segment;
	}
	if (found < 0 && r->segment.number > image->segment_count)
		add_segment(image, r);
	return found;
}

/* ---- hard links: one of them has the data, and that is mostly the last */

static int compare_u64(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static uint64_t device(const struct newc_entry *e)
{
	return (uint64_t)e->dev_major << 32 | e->dev_minor;
}

static int compare_files(const void *a, const void *b)
{
	const struct image_entry *x = *(struct image_entry *const *)a;
	const struct image_entry *y = *(struct image_entry *const *)b;
	int order = compare_u64(x->archive, y->archive);

	if (!order)
		order = compare_u64(device(&x->as), device(&y->as));
	return order ? order : compare_u64(x->as.ino, y->as.ino);
}

static int compare_links(const void *a, const void *b)
{
	const struct image_entry *x = *(struct image_entry *const *)a;
	const struct image_entry *y = *(struct image_entry *const *)b;
	int order = compare_files(a, b);

	return order ? order : (x > y) - (x < y);
}

static void share_data(struct image_entry **links, size_t count)
{
	const struct newc_entry *with_data = &links[0]->as;

	for (size_t i = 1; i < count; i++)
		if (links[i]->as.len)
			with_data = &links[i]->as;
	for (size_t i = 0; i < count; i++) {
		links[i]->as.data = with_data->data;
		links[i]->as.len = with_data->len;
		links[i]->link = i ? links[0] : NULL;
	}
}

static void join_links(struct image *image)
{
	struct image_entry **links = mem_alloc(image->entry_count * sizeof(*links));
	size_t count = 0, same;

	for (size_t i = 0; i < image->entry_count; i++)
		if (S_ISREG(image->entries[i].as.mode) && image->entries[i].as.nlink > 1)
			links[count++] = &image->entries[i];
	qsort(links, count, sizeof(*links), compare_links);
	for (size_t i = 0; i < count; i += same) {
		same = 1;
		while (i + same < count && !compare_files(&links[i], &links[i + same]))
			same++;
		share_data(links + i, same);
	}
	free(links);
}

/* ---- */

int image_load(struct image *image, const void *data, size_t len, unsigned only,
	       size_t may_unpack)
{
	struct image_reader r = image_reader_over(data, len);
	int err;

	*image = (struct image){ 0 };
	if (may_unpack)
		r.may_unpack = may_unpack;
	(void)bootconfig_find(data, len, &image->bootconfig); /* most have none */
	err = read_all(image, &r, only);
	image->left_out = r.left_out;
	image->problem = r.problem;
	image->problem_offset = r.problem_offset;
	image->problem_inside = r.problem_inside;
	image_reader_free(&r);
	join_links(image);
	image_tree_make(image);
	return err;
}

void image_free(struct image *image)
{
	image_tree_free(image);
	for (size_t i = 0; i < image->entry_count; i++)
		free(image->entries[i].path);
	for (size_t i = 0; i < image->segment_count; i++)
		bytes_free(&image->unpacked[i]);
	free(image->entries);
	free(image->unpacked);
	free(image->segments);
	*image = (struct image){ 0 };
}

const char *image_maker(const struct image *image)
{
	static const struct {
		const char *path, *begins, *maker, *also;
	} makers[] = {
		{ "etc/initrd-release", "NAME=rootling\n", "rootling" },
		{ "usr/lib/dracut/build-parameter.txt", "", "dracut" },
		{ "lib/dracut/build-parameter.txt", "", "dracut" },
		{ "usr/lib/dracut/dracut-version.sh", "", "dracut" },
		{ "conf/initramfs.conf", "", "initramfs-tools" },
		{ "buildconfig", "", "mkinitcpio" },
		{ "init_functions", "", "mkinitcpio" },
		{ "etc/booster.init.yaml", "", "booster" },
		{ "bbin/bb", "", "u-root" },
		{ "modules", "", "tiny-initramfs", .also = "target" },
	};

	for (size_t i = 0; i < sizeof(makers) / sizeof(makers[0]); i++) {
		const struct image_entry *e = image_find(image, makers[i].path, true);
		size_t len = strlen(makers[i].begins);

		if (e && e->as.len >= len &&
		    memcmp(e->as.data, makers[i].begins, len) == 0 &&
		    (!makers[i].also || image_find(image, makers[i].also, true)))
			return makers[i].maker;
	}
	return NULL;
}
