/* exFAT: Microsoft's "exFAT file system specification". */
#include "mount/fsprobe_format.h"

#include <errno.h>

#define ENTRY_SIZE    32 /* of the root directory */
#define ENTRIES_MAX   10000
#define FIRST_CLUSTER 2
#define LAST_CLUSTER  0xffffff6
#define ENTRY_LABEL   0x83

struct exfat {
	uint64_t fat, clusters; /* offsets */
	uint32_t cluster_size;
	uint32_t root_cluster;
};

static void find_label(struct fsprobe *p, const struct exfat *x)
{
	uint32_t cluster = x->root_cluster;
	uint64_t off =
		x->clusters + (uint64_t)(cluster - FIRST_CLUSTER) * x->cluster_size;

	for (unsigned i = 0; i < ENTRIES_MAX; i++) {
		struct cursor entry = fsprobe_view(p, off, ENTRY_SIZE);
		uint8_t type = cursor_u8(&entry), units = cursor_u8(&entry);
		struct cursor next;

		if (type == 0)
			return;
		if (type == ENTRY_LABEL) {
			size_t len = units < 11 ? 2u * units : 22u;

			put_utf16(&p->label, cursor_over(entry.data + 2, len),
				  cursor_le16);
			return;
		}
		off += ENTRY_SIZE;
		if (off % x->cluster_size)
			continue;
		next = fsprobe_view(p, x->fat + 4ULL * cluster, 4);
		cluster = cursor_le32(&next);
		if (cluster < FIRST_CLUSTER || cluster > LAST_CLUSTER)
			return;
		off = x->clusters + (uint64_t)(cluster - FIRST_CLUSTER) * x->cluster_size;
	}
}

static int check_exfat(struct fsprobe *p, struct cursor sb)
{
	uint8_t sector_log = u8_at(&sb, 108), cluster_log = u8_at(&sb, 109);
	uint32_t serial = le32_at(&sb, 100);
	struct exfat x;

	if (sector_log + cluster_log > 31)
		return -EUCLEAN;
	x = (struct exfat){
		.fat = (uint64_t)le32_at(&sb, 80) << sector_log,
		.clusters = (uint64_t)le32_at(&sb, 88) << sector_log,
		.cluster_size = UINT32_C(1) << (sector_log + cluster_log),
		.root_cluster = le32_at(&sb, 96),
	};
	find_label(p, &x);
	if (serial)
		buf_printf(&p->uuid, "%04X-%04X", serial >> 16, serial & 0xffff);
	return NAMELESS;
}

const struct fsprobe_format fsprobe_exfat = {
	FILESYSTEM("exfat"),
	MAGICS(MAGIC("EXFAT   ", 3)),
	SUPERBLOCK(0, 120),
	.check = check_exfat,
};
