/* The root without root=: the partition that says of itself that it is the root of this
 * architecture, on the disk that was booted from (the Discoverable Partitions
 * Specification, https://uapi-group.org/specifications/). */
#ifndef MOUNT_GPTAUTO_H
#define MOUNT_GPTAUTO_H

#include "mount/blockdev.h"

#include <stddef.h>
#include <stdint.h>

#define GPTAUTO_TYPE_NAME "root-" GPTAUTO_ARCH
#ifdef __aarch64__
#define GPTAUTO_ARCH "arm64"
#define GPTAUTO_TYPE "b921b045-1df0-41c3-af44-4c6f280d3fae"
#else
#define GPTAUTO_ARCH "x86-64"
#define GPTAUTO_TYPE "4f68bce3-e8cd-4db1-96e7-fbcaf984b709"
#endif

/* Pure. The PARTUUID in the EFI variable LoaderDevicePartUUID as efivarfs gives it: four
 * bytes of attributes, then UTF-16LE with or without a NUL. In lower case into @uuid. 0;
 * -EINVAL: something else. */
int gptauto_parse_loader(const uint8_t *data, size_t len, char uuid[PARTTABLE_GUID_SIZE]);

/* Reads that variable; mounts efivarfs for as long as it takes. 0; -ENOENT: no EFI, or a
 * loader that does not say; or -errno. */
int gptauto_read_loader(char uuid[PARTTABLE_GUID_SIZE]);

/* The root among @devices, of which this reads the partition tables. @loader: the PARTUUID
 * of the partition that was booted from, "": not known, then the disk must be the only one
 * that has a root. Of several on one disk the first counts. dev->gpt_read_only says what
 * the partition asks for. NULL: none; with *@second set: several, of which *@first and
 * *@second are two. */
struct blockdev *gptauto_find(struct blockdev *devices, unsigned count,
			      const char *loader, const struct blockdev **first,
			      const struct blockdev **second);

#endif
