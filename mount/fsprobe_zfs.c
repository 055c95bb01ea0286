/* ZFS: "ZFS On-Disk Specification". Four copies of a label of 256 KiB, two at each end;
 * in its second half a ring of uberblocks in the byte order of their writer, before it
 * a list of names and values (XDR, big-endian). */
#include "mount/fsprobe_format.h"

#include <errno.h>
#include <string.h>

#define LABEL_SIZE  (256 << 10)
#define RING	    (128 << 10) /* from the start of the label */
#define RING_STEP   1024
#define NAMES	    (16 << 10)
#define NAMES_SIZE  4096 /* of the list, that are looked at */
#define UBERBLOCK   0x00bab10cULL
#define UBERBLOCKS  4 /* that make it credible */
#define PAIR_HEADER 12

enum value_type { TYPE_UINT64 = 8, TYPE_STRING = 9, TYPE_LIST = 19 };

static unsigned count_uberblocks(struct fsprobe *p, uint64_t label)
{
	unsigned count = 0;

	for (uint32_t off = RING; off < LABEL_SIZE; off += RING_STEP) {
		struct cursor c = fsprobe_view(p, label + off, 8);
		uint64_t magic = cursor_le64(&c);

		count += magic == UBERBLOCK || magic == __builtin_bswap64(UBERBLOCK);
	}
	return count;
}

/* @value has the type, the number of elements, then the value. */
static void read_value(struct fsprobe *p, struct cursor name, struct cursor value)
{
	uint32_t type = cursor_be32(&value), len;

	cursor_skip(&value, 4);
	if (name.len == 4 && memcmp(name.data, "name", 4) == 0 && type == TYPE_STRING) {
		len = cursor_be32(&value);
		if (!value.overrun && len <= cursor_left(&value) && !p->label.len)
			put_text(&p->label, value.data + value.off, len);
	} else if (name.len == 9 && memcmp(name.data, "pool_guid", 9) == 0 &&
		   type == TYPE_UINT64) {
		uint64_t guid = cursor_be64(&value);

		if (guid && !value.overrun && !p->uuid.len)
			buf_printf(&p->uuid, "%llu", (unsigned long long)guid);
	}
}

/* A list may be the value of a pair, and ends with an empty pair of 8 bytes. */
static void read_names(struct fsprobe *p, uint64_t label)
{
	struct cursor c = fsprobe_view(p, label + NAMES, NAMES_SIZE);
	unsigned depth = 0;

	cursor_skip(&c, 12);
	while (cursor_left(&c) > PAIR_HEADER) {
		size_t start = c.off;
		uint32_t size = cursor_be32(&c), name_len;
		uint64_t name_size;
		struct cursor value;

		if (size == 0) {
			if (depth-- == 0)
				return;
			cursor_seek(&c, start + 8);
			continue;
		}
		cursor_skip(&c, 4);
		name_len = cursor_be32(&c);
		name_size = ((uint64_t)name_len + 3) & ~3ULL;
		if (size > c.len - start || name_size + PAIR_HEADER > size)
			return;
		value = cursor_over(c.data + c.off + name_size,
				    size - PAIR_HEADER - (size_t)name_size);
		if (be32_at(&value, 0) == TYPE_LIST && value.len >= 16) {
			depth++;
			cursor_skip(&c, (size_t)name_size + 16);
			continue;
		}
		cursor_seek(&value, 0);
		if (depth == 0)
			read_value(p, cursor_over(c.data + c.off, name_len), value);
		cursor_seek(&c, start + size);
	}
}

static int check_zfs(struct fsprobe *p, struct cursor sb)
{
	uint64_t end = p->src->size / LABEL_SIZE * LABEL_SIZE;
	const uint64_t labels[] = { 0, LABEL_SIZE, end - 2 * LABEL_SIZE,
				    end - LABEL_SIZE };
	unsigned found = 0;

	(void)sb;
	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
		found += count_uberblocks(p, labels[i]);
		if (found < UBERBLOCKS)
			continue;
		read_names(p, labels[i]);
		return NAMELESS;
	}
	return -ENODATA;
}

/* A member of a pool, whatever blkid calls it: nothing to mount. */
const struct fsprobe_format fsprobe_zfs = {
	.type = "zfs_member",
	.usage = "filesystem",
	.min_size = 64 << 20,
	.check = check_zfs,
};
