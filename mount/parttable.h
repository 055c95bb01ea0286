/* The PARTUUID of a partition, from the first sectors of its disk. Pure.
 *
 * GPT with both checksums, primary header only; MBR. The kernel has found the partition
 * and told its number, so a logical partition needs no walk through its chain. */
#ifndef MOUNT_PARTTABLE_H
#define MOUNT_PARTTABLE_H

#include <stddef.h>
#include <stdint.h>

/* Enough for a GPT of 128 entries in its usual place, whichever the sector size. */
#define PARTTABLE_READ_LEN (32 * 1024)

/* @disk: @len bytes from the start of the whole disk. @sector_size: its logical one, 512
 * to 4096. @uuid is written only on success: lower case as the kernel and blkid write it,
 * for MBR "SSSSSSSS-PP". 0; -ENODATA: no partition table here; -ENOENT: it has no
 * partition @partn; -EUCLEAN: a wrong checksum or a header that is not credible;
 * -EMSGSIZE: the entries lie beyond @len; -EINVAL:
 * @sector_size or @partn cannot be. */
int parttable_partuuid(const uint8_t *disk, size_t len, unsigned sector_size,
		       unsigned partn, char uuid[37]);

#endif
