/* A sysfs in a folder, with the disks of a QEMU machine, and the links that udev 252 made
 * to them in Debian 12. */
#include "mount/devlinks.h"

#include "lib/buf.h"
#include "tests/unit/cmocka_all.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char sys[] = "/tmp/rootling-sysfs-XXXXXX";

#define PCI "/devices/pci0000:00/"

/* Devices with the bus they hang on; "": a device of none. Folders in between are none. */
static const struct {
	const char *folder, *subsystem;
} devices[] = {
	{ "/devices/pci0000:00", "" },
	{ PCI "0000:00:03.0", "pci" },
	{ PCI "0000:00:03.0/virtio1", "virtio" },
	{ PCI "0000:00:03.0/virtio1/block/vdb", "block" },
	{ PCI "0000:00:04.0", "pci" },
	{ PCI "0000:00:04.0/virtio2", "virtio" },
	{ PCI "0000:00:04.0/virtio2/host6", "scsi" },
	{ PCI "0000:00:04.0/virtio2/host6/target6:0:0", "scsi" },
	{ PCI "0000:00:04.0/virtio2/host6/target6:0:0/6:0:0:0", "scsi" },
	{ PCI "0000:00:04.0/virtio2/host6/target6:0:0/6:0:0:0/block/sdb", "block" },
	{ PCI "0000:00:04.0/virtio2/host6/target6:0:3", "scsi" },
	{ PCI "0000:00:04.0/virtio2/host6/target6:0:3/6:0:3:2", "scsi" },
	{ PCI "0000:00:04.0/virtio2/host6/target6:0:3/6:0:3:2/block/sdc", "block" },
	{ PCI "0000:00:05.0", "pci" },
	{ PCI "0000:00:05.0/nvme/nvme0", "nvme" },
	{ PCI "0000:00:05.0/nvme/nvme0/nvme0n1", "block" },
	{ PCI "0000:00:06.0", "pci" },
	{ PCI "0000:00:06.0/usb2", "usb" },
	{ PCI "0000:00:06.0/usb2/2-1", "usb" },
	{ PCI "0000:00:06.0/usb2/2-1/2-1:1.0", "usb" },
	{ PCI "0000:00:06.0/usb2/2-1/2-1:1.0/host7", "scsi" },
	{ PCI "0000:00:06.0/usb2/2-1/2-1:1.0/host7/target7:0:0", "scsi" },
	{ PCI "0000:00:06.0/usb2/2-1/2-1:1.0/host7/target7:0:0/7:0:0:0", "scsi" },
	{ PCI "0000:00:06.0/usb2/2-1/2-1:1.0/host7/target7:0:0/7:0:0:0/block/sde",
	  "block" },
	{ PCI "0000:00:07.0", "pci" },
	{ PCI "0000:00:07.0/mmc_host/mmc0", "mmc_host" },
	{ PCI "0000:00:07.0/mmc_host/mmc0/mmc0:4567", "mmc" },
	{ PCI "0000:00:07.0/mmc_host/mmc0/mmc0:4567/block/mmcblk0", "block" },
	{ PCI "0000:00:08.0", "pci" },
	{ PCI "0000:00:08.0/0000:01:00.0", "pci" },
	{ PCI "0000:00:08.0/0000:01:00.0/virtio3", "virtio" },
	{ PCI "0000:00:08.0/0000:01:00.0/virtio3/block/vdc", "block" },
	{ PCI "0000:00:1f.2", "pci" },
	{ PCI "0000:00:1f.2/ata2", "" },
	{ PCI "0000:00:1f.2/ata2/host1", "scsi" },
	{ PCI "0000:00:1f.2/ata2/host1/target1:0:0", "scsi" },
	{ PCI "0000:00:1f.2/ata2/host1/target1:0:0/1:0:0:0", "scsi" },
	{ PCI "0000:00:1f.2/ata2/host1/target1:0:0/1:0:0:0/block/sda", "block" },
	{ "/devices/platform", "" },
	{ "/devices/platform/a003e00.virtio_mmio", "platform" },
	{ "/devices/platform/a003e00.virtio_mmio/virtio5", "virtio" },
	{ "/devices/platform/a003e00.virtio_mmio/virtio5/block/vdd", "block" },
	{ "/devices/platform/soc", "platform" },
	{ "/devices/platform/soc/fe340000.mmc", "platform" },
	{ "/devices/platform/soc/fe340000.mmc/mmc_host/mmc1/mmc1:aaaa/block/mmcblk1",
	  "block" },
	{ "/devices/virtual/block/dm-0", "block" },
};

static const struct {
	const char *path, *text;
	size_t len; /* 0: a string */
} files[] = {
	{ PCI "0000:00:03.0/virtio1/block/vdb/serial", "VIRT 0001", 0 },
	{ PCI "0000:00:05.0/nvme/nvme0/model", "QEMU NVMe Ctrl                     \n",
	  0 },
	{ PCI "0000:00:05.0/nvme/nvme0/serial", "NV 77               \n", 0 },
	{ PCI "0000:00:05.0/nvme/nvme0/nvme0n1/nsid", "1\n", 0 },
	{ PCI "0000:00:05.0/nvme/nvme0/nvme0n1/wwid", "eui.00112233aabbccdd\n", 0 },
	{ PCI "0000:00:06.0/usb2/2-1/idVendor", "46f4\n", 0 },
	{ PCI "0000:00:06.0/usb2/2-1/serial", "US1\n", 0 },
	{ PCI "0000:00:06.0/usb2/2-1/2-1:1.0/host7/target7:0:0/7:0:0:0/vendor",
	  "QEMU    \n", 0 },
	{ PCI "0000:00:06.0/usb2/2-1/2-1:1.0/host7/target7:0:0/7:0:0:0/model",
	  "QEMU HARDDISK   \n", 0 },
	{ PCI "0000:00:07.0/mmc_host/mmc0/mmc0:4567/name", "QEMU!\n", 0 },
	{ PCI "0000:00:07.0/mmc_host/mmc0/mmc0:4567/serial", "0xdeadbeef\n", 0 },
	{ PCI "0000:00:1f.2/ata2/ata_port/ata2/port_no", "2\n", 0 },
	{ PCI "0000:00:1f.2/ata2/host1/target1:0:0/1:0:0:0/vendor", "ATA     \n", 0 },
	{ PCI "0000:00:1f.2/ata2/host1/target1:0:0/1:0:0:0/model", "Great Disk 5000 \n",
	  0 },
	{ PCI "0000:00:1f.2/ata2/host1/target1:0:0/1:0:0:0/vpd_pg83",
	  "\0\x83\0\x6c\2\0\0\x14QM00009             \2\1\0\x44"
	  "ATA     Great Disk 5000 of many letters         QM00009             "
	  "\1\3\0\x8\x50\0\xc5\0\xaa\xbb\xcc\xdd",
	  112 },
	{ PCI "0000:00:04.0/virtio2/host6/target6:0:0/6:0:0:0/vendor", "QEMU    \n", 0 },
	{ PCI "0000:00:04.0/virtio2/host6/target6:0:0/6:0:0:0/model",
	  "QEMU HARDDISK   \n", 0 },
	{ PCI "0000:00:04.0/virtio2/host6/target6:0:0/6:0:0:0/vpd_pg83",
	  "\0\x83\0\x14\2\0\0\4SC12\1\3\0\x8\x50\0\xc5\0\x12\x34\x56\x78", 24 },
	{ PCI "0000:00:04.0/virtio2/host6/target6:0:3/6:0:3:2/vendor", "QEMU    \n", 0 },
	{ PCI "0000:00:04.0/virtio2/host6/target6:0:3/6:0:3:2/model",
	  "QEMU HARDDISK   \n", 0 },
	{ PCI "0000:00:04.0/virtio2/host6/target6:0:3/6:0:3:2/vpd_pg83",
	  "\0\x83\0\6\2\0\0\2d3", 10 },
	{ "/devices/virtual/block/dm-0/dm/name", "vg-root\n", 0 },
};

static const struct {
	const char *name;
	unsigned partn;
	const char *link; /* as root= has it, without /dev/ */
	bool is;
} links[] = {
	{ "vdb", 0, "disk/by-id/virtio-VIRT_0001", true },
	{ "vdb2", 2, "disk/by-id/virtio-VIRT_0001-part2", true },
	{ "vdb2", 2, "disk/by-id/virtio-VIRT_0001-part1", false },
	{ "vdb2", 2, "disk/by-id/virtio-VIRT_0001", false },
	{ "vdb", 0, "disk/by-id/virtio-VIRT_0001-part2", false },
	{ "vdb", 0, "disk/by-id/virtio-VIRT 0001", false },
	{ "vdc", 0, "disk/by-id/virtio-", false },
	{ "nvme0n1", 0, "disk/by-id/nvme-QEMU_NVMe_Ctrl_NV_77", true },
	{ "nvme0n1", 0, "disk/by-id/nvme-QEMU_NVMe_Ctrl_NV_77_1", true },
	{ "nvme0n1", 0, "disk/by-id/nvme-QEMU_NVMe_Ctrl_NV_77_2", false },
	{ "nvme0n1p1", 1, "disk/by-id/nvme-eui.00112233aabbccdd-part1", true },
	{ "mmcblk0p2", 2, "disk/by-id/mmc-QEMU__0xdeadbeef-part2", true },
	{ "sda", 0, "disk/by-id/ata-Great_Disk_5000_of_many_letters_QM00009", true },
	{ "sda", 0, "disk/by-id/wwn-0x5000c500aabbccdd", true },
	{ "sda", 0, "disk/by-id/ata-Great_Disk_5000_QM00009", false },
	{ "sdb", 0, "disk/by-id/wwn-0x5000c50012345678", true },
	{ "sdb1", 1, "disk/by-id/scsi-35000c50012345678-part1", true },
	{ "sdb", 0, "disk/by-id/scsi-0QEMU_QEMU_HARDDISK_SC12", true },
	{ "sdc", 0, "disk/by-id/scsi-0QEMU_QEMU_HARDDISK_d3", true },
	{ "sdc", 0, "disk/by-id/scsi-0QEMU_QEMU_HARDDISK_d", false },
	{ "sde", 0, "disk/by-id/usb-QEMU_QEMU_HARDDISK_US1-0:0", true },
	{ "sde1", 1, "disk/by-id/usb-QEMU_QEMU_HARDDISK_US1-0:0-part1", true },
	{ "sda", 0, "disk/by-id/usb-ATA_Great_Disk_5000-0:0", false },
	{ "vdb", 0, "disk/by-path/pci-0000:00:03.0", true },
	{ "vdb", 0, "disk/by-path/virtio-pci-0000:00:03.0", true },
	{ "vdb2", 2, "disk/by-path/pci-0000:00:03.0-part2", true },
	{ "vdc", 0, "disk/by-path/pci-0000:01:00.0", true },
	{ "vdc", 0, "disk/by-path/pci-0000:00:08.0", false },
	{ "vdd", 0, "disk/by-path/platform-a003e00.virtio_mmio", true },
	{ "sdb", 0, "disk/by-path/pci-0000:00:04.0-scsi-0:0:0:0", true },
	{ "sdc", 0, "disk/by-path/pci-0000:00:04.0-scsi-0:0:3:2", true },
	{ "sda", 0, "disk/by-path/pci-0000:00:1f.2-ata-2.0", true },
	{ "sda1", 1, "disk/by-path/pci-0000:00:1f.2-ata-2-part1", true },
	{ "sde", 0, "disk/by-path/pci-0000:00:06.0-usb-0:1:1.0-scsi-0:0:0:0", true },
	{ "nvme0n1", 0, "disk/by-path/pci-0000:00:05.0-nvme-1", true },
	/* udev gives none: PCI is no bus for disks */
	{ "mmcblk0", 0, "disk/by-path/pci-0000:00:07.0", false },
	{ "mmcblk1", 0, "disk/by-path/platform-fe340000.mmc", true },
	{ "dm-0", 0, "mapper/vg-root", true },
	{ "dm-0", 0, "mapper/vg", false },
	{ "dm-0", 0, "mapper/", false },
	{ "sda", 0, "mapper/vg-root", false },
	{ "sdz", 0, "disk/by-path/pci-0000:00:03.0", false },
};

static void run(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

static void run(const char *fmt, ...)
{
	char command[1024];
	va_list args;

	va_start(args, fmt);
	vsnprintf(command, sizeof(command), fmt, args);
	va_end(args);
	if (system(command) != 0)
		abort();
}

/* The class folder has a link to each disk and partition. */
static void add_class_link(const char *folder, const char *part)
{
	char target[512], link[512];

	run("mkdir -p '%s%s%s'", sys, folder, part);
	snprintf(target, sizeof(target), "../..%s%s", folder, part);
	snprintf(link, sizeof(link), "%s/class/block/%s", sys, strrchr(target, '/') + 1);
	assert_int_equal(symlink(target, link), 0);
}

static void add_device(const char *folder, const char *subsystem)
{
	char target[512], link[512], part[64];
	const char *name = strrchr(folder, '/');

	run("mkdir -p '%s%s' && : >'%s%s/uevent'", sys, folder, sys, folder);
	if (!*subsystem)
		return;
	snprintf(link, sizeof(link), "%s%s/subsystem", sys, folder);
	snprintf(target, sizeof(target), "/nowhere/bus/%s", subsystem);
	assert_int_equal(symlink(target, link), 0);
	if (strcmp(subsystem, "block") != 0)
		return;
	snprintf(link, sizeof(link), "%s%s/device", sys, folder);
	snprintf(target, sizeof(target), "%s",
		 strstr(folder, "/block/") ? "../../../" : "../");
	if (strstr(folder, "/block/")) { /* where it really leads, by its last part */
		const char *block = strstr(folder, "/block/"), *end = block;

		while (end[-1] != '/')
			end--;
		snprintf(target, sizeof(target), "../../../%.*s", (int)(block - end),
			 end);
	} else {
		snprintf(target, sizeof(target), "../../nvme0");
	}
	assert_int_equal(symlink(target, link), 0);
	add_class_link(folder, "");
	for (unsigned i = 1; i <= 2; i++) {
		snprintf(part, sizeof(part), "%s%s%u", name,
			 name[strlen(name) - 1] <= '9' ? "p" : "", i);
		add_class_link(folder, part);
	}
}

static int make_sysfs(void **state)
{
	(void)state;
	if (!mkdtemp(sys))
		return -1;
	run("mkdir -p '%s/class/block'", sys);
	for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]); i++)
		add_device(devices[i].folder, devices[i].subsystem);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		char path[512];
		FILE *file;

		run("mkdir -p \"$(dirname '%s%s')\"", sys, files[i].path);
		snprintf(path, sizeof(path), "%s%s", sys, files[i].path);
		file = fopen(path, "w");
		fwrite(files[i].text, 1,
		       files[i].len ? files[i].len : strlen(files[i].text), file);
		fclose(file);
	}
	return 0;
}

static int remove_sysfs(void **state)
{
	(void)state;
	run("rm -r '%s'", sys);
	return 0;
}

static void a_disk_has_the_links_that_udev_makes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
		struct rootspec spec;
		char text[300];
		bool is;

		snprintf(text, sizeof(text), "/dev/%s", links[i].link);
		if (rootspec_parse(text, &spec))
			abort();
		assert_true(devlinks_is_for(&spec));
		is = devlinks_match(sys, links[i].name, links[i].partn, &spec);
		if (is != links[i].is)
			fail_msg("%s: %s", links[i].name, links[i].link);
	}
}

static void page_83_is_not_read_beyond_its_end(void **state)
{
	static const char page[] =
		"\0\x83\0\x14\2\0\0\4SC12\1\3\0\x8\x50\0\xc5\0\x12\x34\x56\x78";

	(void)state;
	for (size_t len = 0; len < sizeof(page); len++) {
		uint8_t *part = malloc(len ? len : 1);

		memcpy(part, page, len);
		assert_int_equal(devlinks_match_page83(part, len, "Q", "M",
						       "wwn-0x5000c50012345678"),
				 len >= sizeof(page) - 1);
		free(part);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_disk_has_the_links_that_udev_makes),
		cmocka_unit_test(page_83_is_not_read_beyond_its_end),
	};

	return cmocka_run_group_tests(tests, make_sysfs, remove_sysfs);
}
