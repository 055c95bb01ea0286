/* One partition as the table of its disk describes it. Pure: the caller reads.
 *
 * The kernel has found the partition and told its number and its place; this finds the
 * entry that the kernel read (block/partitions/{efi,msdos}.c): the GPT behind a protective
 * or hybrid MBR, its backup at the end of the disk when the kernel was started with `gpt`
 * and the primary is damaged, or the MBR. A logical partition needs no walk through its
 * chain. */
#ifndef MOUNT_PARTTABLE_H
#define MOUNT_PARTTABLE_H

#include <stddef.h>
#include <stdint.h>

#define PARTTABLE_GUID_SIZE 37

struct parttable_disk {
	/* All of @len bytes at byte @off of the disk. 0 or -errno. */
	int (*read)(void *ctx, uint64_t off, void *data, size_t len);
	void *ctx;
	uint64_t size;	      /* bytes; 0: not known, then there is no backup */
	unsigned sector_size; /* the logical one, 512 to 4096 */
};

struct parttable_entry {
	char uuid[PARTTABLE_GUID_SIZE]; /* as the kernel writes it; MBR: "SSSSSSSS-PP" */
	char type[PARTTABLE_GUID_SIZE]; /* the GUID; MBR: "" */
	uint64_t attributes;		/* of GPT */
};

/* Partition @partn, which begins at byte @start of the disk (0: not known), into @out,
 * which is written only on success. 0; -ENODATA: no partition table here; -ENOENT: it has
 * no such partition; -EUCLEAN: a wrong checksum or a header that is not credible; -EINVAL:
 * the sector size or @partn cannot be; or the error of the read. */
int parttable_find(const struct parttable_disk *disk, unsigned partn, uint64_t start,
		   struct parttable_entry *out);

#endif
