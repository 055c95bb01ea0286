#include "mount/devlinks.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The device identification page that a disk gives, or what stands in its place. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const asked[] = { "scsi-35000c50012345678", "wwn-0x50",
					     "ata-Great_Disk_QM00009",
					     "scsi-0QEMU_QEMU_HARDDISK_d3", "" };
	uint8_t *page = malloc(size ? size : 1);

	memcpy(page, data, size);
	for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++)
		(void)devlinks_match_page83(page, size, "QEMU    ", "QEMU HARDDISK   ",
					    asked[i]);
	free(page);
	return 0;
}
