/* Archives written down entry by entry, also such as no builder would make. */
#ifndef TESTS_UNIT_ARCHIVE_FIXTURE_H
#define TESTS_UNIT_ARCHIVE_FIXTURE_H

#include "initramfs/image.h"
#include "tests/unit/cmocka_all.h"

#include <string.h>
#include <sys/stat.h>

static inline void put(struct bytes *out, const char *name, uint32_t mode,
		       const char *data)
{
	struct newc_entry e = {
		.name = name,
		.ino = (uint32_t)out->len + 1,
		.mode = mode,
		.nlink = 1,
		.data = (const uint8_t *)data,
		.len = strlen(data),
	};

	assert_int_equal(newc_put(out, &e), 0);
}

static inline void put_folder(struct bytes *out, const char *name)
{
	put(out, name, S_IFDIR | 0755, "");
}

static inline void put_plain(struct bytes *out, const char *name, const char *data)
{
	put(out, name, S_IFREG | 0644, data);
}

static inline void put_symlink(struct bytes *out, const char *name, const char *target)
{
	put(out, name, S_IFLNK | 0777, target);
}

/* One of several names of the file @ino. */
static inline void put_hard_link(struct bytes *out, const char *name, uint32_t ino,
				 const char *data)
{
	struct newc_entry e = {
		.name = name,
		.ino = ino,
		.mode = S_IFREG | 0644,
		.nlink = 2,
		.data = (const uint8_t *)data,
		.len = strlen(data),
	};

	assert_int_equal(newc_put(out, &e), 0);
}

static inline void load(struct image *image, const struct bytes *file)
{
	assert_int_equal(image_load(image, file->data, file->len, 0, 0), 0);
}

#endif
