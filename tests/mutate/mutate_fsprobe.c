/* mutate_fsprobe SEED COUNT IMAGE...: changes the images of tests/data/fsprobe in COUNT ways, the
 * same for the same seed, and looks at each under AddressSanitizer and UBSan. libFuzzer
 * follows the code; this goes through all formats evenly. */
#include "mount/fsprobe.h"

#include "tests/sparse.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define IMAGES_MAX  256
#define PACKED_MAX  8192
#define CHANGES_MAX 8

struct image {
	size_t len;
	uint8_t packed[PACKED_MAX];
};

static struct image images[IMAGES_MAX];
static size_t image_count;

/* xorshift64*: Marsaglia 2003, Vigna 2016. */
static uint64_t state;

static uint32_t chance(uint32_t below)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (uint32_t)(state * 0x2545f4914f6cdd1dULL >> 32) % below;
}

static void load(const char *path)
{
	struct image *img = &images[image_count];
	FILE *file = fopen(path, "rb");

	if (!file || image_count == IMAGES_MAX) {
		fprintf(stderr, "mutate_fsprobe: %s: cannot be read\n", path);
		exit(1);
	}
	img->len = fread(img->packed, 1, sizeof(img->packed), file);
	fclose(file);
	image_count += img->len > 8;
}

static void put_odd(uint8_t *p, size_t len)
{
	static const uint64_t odd[] = { 0,	    1,		0x7f,	    0x80,
					0xff,	    0x7fff,	0x8000,	    0xffff,
					0x7fffffff, 0x80000000, 0xffffffff, 1ULL << 32,
					~0ULL,	    ~0ULL >> 1, 512,	    4096 };
	uint64_t value = odd[chance(sizeof(odd) / sizeof(odd[0]))] + chance(3) - 1;

	for (size_t i = 0; i < len; i++)
		p[i] = (uint8_t)(value >> 8 * i);
}

/* In the contents mostly; now and then in the sizes and places of the packed form. */
static void change(struct image *img)
{
	static const uint8_t widths[] = { 1, 2, 4, 8 };
	size_t width = widths[chance(4)];
	size_t at = chance((uint32_t)img->len);

	switch (chance(5)) {
	case 0: /* a bit */
		img->packed[at] ^= (uint8_t)(1 << chance(8));
		break;
	case 1: /* a byte */
		img->packed[at] = (uint8_t)chance(256);
		break;
	case 2: /* a number on the edge of something */
		if (at + width <= img->len)
			put_odd(img->packed + at, width);
		break;
	case 3: /* bytes of another image */ {
		const struct image *other = &images[chance((uint32_t)image_count)];
		size_t len = 1 + chance(64), from = chance((uint32_t)other->len);

		if (at + len <= img->len && from + len <= other->len)
			memcpy(img->packed + at, other->packed + from, len);
		break;
	}
	default: /* a smaller or larger disk */
		if (chance(4) == 0)
			put_odd(img->packed, 8);
		else
			img->packed[chance(4)] = (uint8_t)chance(256);
	}
}

static void look(const struct image *img, uint8_t *room)
{
	struct sparse s = { .packed = img->packed, .packed_len = img->len, .room = room };
	struct fsprobe_source src = sparse_source(&s);
	struct fsprobe_result r;
	int err;

	src.partition = chance(8) == 0;
	src.optical = chance(8) == 0;
	src.sector_size = chance(4) == 0 ? 512U << chance(4) : 0;
	err = fsprobe(&src, &r);
	if (err == -ENODATA || err == -EUCLEAN)
		return;
	if ((err && err != -ENOTUNIQ) || !r.type || !r.usage ||
	    !memchr(r.uuid, 0, sizeof(r.uuid)) || !memchr(r.label, 0, sizeof(r.label)))
		abort();
}

int main(int argc, char **argv)
{
	uint8_t *room = malloc(FSPROBE_READ_MAX);
	unsigned long count = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;
	struct timespec from, to;
	struct image img;

	for (int i = 3; i < argc; i++)
		load(argv[i]);
	if (!room || !image_count)
		return 1;
	state = strtoul(argv[1], NULL, 10) * 2 + 1;
	clock_gettime(CLOCK_MONOTONIC, &from);
	for (unsigned long n = 0; n < count; n++) {
		img = images[n % image_count];
		for (uint32_t i = 1 + chance(CHANGES_MAX); i > 0; i--)
			change(&img);
		look(&img, room);
	}
	clock_gettime(CLOCK_MONOTONIC, &to);
	printf("  MUTATE  %lu images of %zu kinds, seed %s: nothing crashed, %ld s\n",
	       count, image_count, argv[1], (long)(to.tv_sec - from.tv_sec));
	free(room);
	return 0;
}
