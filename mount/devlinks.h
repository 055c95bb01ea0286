/* The links that udev would make to a block device, computed from sysfs as its rules
 * (60-persistent-storage.rules, path_id, scsi_id, ata_id, usb_id) do: /dev/disk/by-id,
 * /dev/disk/by-path and /dev/mapper. Nothing is read but sysfs, and only when asked.
 *
 * by-id: virtio-SERIAL, nvme-WWID, nvme-MODEL_SERIAL, mmc-NAME_SERIAL, ata-MODEL_SERIAL,
 * scsi-…, wwn-…, usb-VENDOR_MODEL_SERIAL-T:L. by-path: devices on PCI, platform (device
 * tree), ACPI, AMBA, Xen and CCW, through virtio, SCSI, ATA, NVMe and USB; not Fibre
 * Channel, SAS, iSCSI and Hyper-V. Partitions end in -partN. */
#ifndef MOUNT_DEVLINKS_H
#define MOUNT_DEVLINKS_H

#include "mount/rootspec.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Can @spec mean such a link at all? */
bool devlinks_is_for(const struct rootspec *spec);

/* Is spec->value a link to the device @name, partition @partn (0: the whole disk)? @sys is
 * where sysfs is mounted. */
bool devlinks_match(const char *sys, const char *name, uint32_t partn,
		    const struct rootspec *spec);

/* Pure. Is @link a name that scsi_id or ata_id makes of the page 0x83 (device
 * identification, SPC-4 7.8.5) at @page? @vendor and @model are those of the standard
 * inquiry, 8 and 16 characters with their blanks. */
bool devlinks_match_page83(const uint8_t *page, size_t len, const char *vendor,
			   const char *model, const char *link);

#endif
