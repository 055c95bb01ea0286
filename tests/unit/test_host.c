#include "tests/unit/host_fixture.h"

#include <errno.h>

#define VIRTIO_PCI "pci:v00001AF4d00001042sv0sd0bc01sc80i00"
#define NVME_PCI   "pci:v00008086d00000953sv0sd0bc01sc08i02"
#define AHCI_PCI   "pci:v00008086d00002922sv0sd0bc01sc06i01"
#define NVME	   "pci0000:00/0000:00:03.0/nvme/nvme0/nvme0n1"
#define SATA	   "pci0000:00/0000:00:1f.2/ata1/host0/target0:0:0/0:0:0:0"

/* Every line without its comment, blank between word and value, newline behind. */
static void expect(const char *expected)
{
	struct host_place place = { .recorded = in_folder("m") };
	struct bytes text = { 0 }, plain = { 0 };
	struct host host;
	char *rest, *line;

	assert_int_equal(host_describe_at(&place, &host), 0);
	host_print(&host, &text);
	bytes_put(&text, "", 1);
	rest = (char *)text.data;
	while ((line = strsep(&rest, "\n"))) {
		char *value = line + strcspn(line, " ");

		if (*line && *line != '#')
			bytes_printf(&plain, "%.*s %s\n", (int)(value - line), line,
				     value + strspn(value, " "));
	}
	bytes_put(&plain, "", 1);
	assert_string_equal((char *)plain.data, expected);
	bytes_free(&plain);
	bytes_free(&text);
	host_free(&host);
}

static void expect_problem(const char *words)
{
	struct host_place place = { .recorded = in_folder("m") };
	struct host host;

	assert_int_equal(host_describe_at(&place, &host), -ENODEV);
	assert_non_null(strstr(host.problem, words));
	host_free(&host);
}

static void put_nvme(void)
{
	put_device("pci0000:00/0000:00:03.0", NVME_PCI, "nvme", "nvme");
	put_block(NVME, "259:0");
	put_link("m/sys/devices/" NVME "/device",
		 "m/sys/devices/pci0000:00/0000:00:03.0/nvme/nvme0");
	put_block(NVME "/nvme0n1p2", "259:2");
	put("m/sys/devices/" NVME "/nvme0n1p2/partition", "2");
}

static void put_sata(void)
{
	put_device("pci0000:00/0000:00:1f.2", AHCI_PCI, "ahci", "ahci");
	put_device(SATA, "scsi:t-0x00", "sd", "sd_mod");
	put_block(SATA "/block/sda", "8:0");
	put_block(SATA "/block/sda/sda1", "8:1");
	put("m/sys/devices/" SATA "/block/sda/sda1/partition", "1");
}

#define AHCI_LINES                                                                \
	"module ahci\nmodalias " AHCI_PCI "\nmodule sd_mod\nmodalias scsi:t-0x00" \
	"\n"
#define NVME_LINES "module nvme\nmodalias " NVME_PCI "\n"

/* The bus driver is found by its alias alone where it is built in. A bridge needs none. */
static void test_virtio(void **state)
{
	(void)state;
	put("m/proc/sys/kernel/osrelease", "6.9-x\n");
	put_device("pci0000:00/0000:00:01.0", "pci:v1d2sv0sd0bc06sc04i00", "pcieport",
		   NULL);
	put_device("pci0000:00/0000:00:01.0/0000:01:00.0", VIRTIO_PCI, "virtio-pci",
		   NULL);
	put_device("pci0000:00/0000:00:01.0/0000:01:00.0/virtio0",
		   "virtio:d00000002v00001AF4", "virtio_blk", "virtio_blk");
	put_block("pci0000:00/0000:00:01.0/0000:01:00.0/virtio0/block/vda", "254:0");
	put_mounts("27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/root rw\n"
		   "28 27 0:5 / /proc rw - proc proc rw\n");
	expect("kernel 6.9-x\nmodalias " VIRTIO_PCI
	       "\nmodule virtio_blk\nmodalias virtio:d00000002v00001AF4\nfs ext4\n");
}

static void test_a_partition_of_nvme(void **state)
{
	(void)state;
	put_nvme();
	put_mounts("27 1 259:2 / / rw - xfs /dev/nvme0n1p2 rw\n");
	expect(NVME_LINES "fs xfs\n");
}

/* The disk hangs on a subsystem, which has links to its controllers. */
static void test_nvme_of_many_paths(void **state)
{
	(void)state;
	put_device("pci0000:00/0000:00:03.0", NVME_PCI, "nvme", "nvme");
	put_block("virtual/nvme-subsystem/nvme-subsys0/nvme0n1", "259:0");
	put("m/sys/devices/pci0000:00/0000:00:03.0/nvme/nvme0/dev", "1");
	put_link("m/sys/devices/virtual/nvme-subsystem/nvme-subsys0/nvme0",
		 "m/sys/devices/pci0000:00/0000:00:03.0/nvme/nvme0");
	put_link("m/sys/devices/virtual/nvme-subsystem/nvme-subsys0/nvme0n1/device",
		 "m/sys/devices/virtual/nvme-subsystem/nvme-subsys0");
	put_mounts("27 1 259:0 / / rw - ext4 /dev/nvme0n1 rw\n");
	expect(NVME_LINES "fs ext4\n");
}

/* vfat asks for its code pages; what waits for the root is not /boot. */
static void test_fstab_says_what_else(void **state)
{
	(void)state;
	put_nvme();
	put_sata();
	put("m/dev/sda1", "");
	put_link("m/dev/disk/by-label/u", "m/dev/sda1");
	put("m/etc/fstab", "UUID=1 / ext4 defaults 0 1\n"
			   "LABEL=\"u\" /usr auto ro 0 2\n"
			   "LABEL=efi /efi vfat noauto,x-initrd.mount 0 2\n"
			   "UUID=9 /gone ext4 x-initrd.mount 0 2\n"
			   "LABEL=h /home btrfs defaults 0 2\n");
	put_mounts("27 1 259:2 / / rw - ext4 /dev/nvme0n1p2 rw\n"
		   "28 27 259:0 / /efi rw - vfat /dev/x "
		   "rw,codepage=437,iocharset=iso8859-1\n"
		   "29 27 8:1 / /home rw - btrfs /dev/sda1 rw\n");
	expect(NVME_LINES "fs ext4\n" AHCI_LINES "fs vfat\nmodule nls_iso8859-1\n"
			  "module nls_cp437\n");
}

static void test_crypt_on_lvm_on_raid(void **state)
{
	(void)state;
	put_nvme();
	put_sata();
	put_block("virtual/block/md127", "9:127");
	put("m/sys/devices/virtual/block/md127/md/level", "raid1\n");
	put_slave("virtual/block/md127", SATA "/block/sda/sda1");
	put_slave("virtual/block/md127", NVME "/nvme0n1p2");
	put_block("virtual/block/dm-0", "253:0");
	put("m/sys/devices/virtual/block/dm-0/dm/uuid", "LVM-abc\n");
	put_slave("virtual/block/dm-0", "virtual/block/md127");
	put_block("virtual/block/dm-1", "253:1");
	put("m/sys/devices/virtual/block/dm-1/dm/uuid", "CRYPT-LUKS2-abc-root\n");
	put_slave("virtual/block/dm-1", "virtual/block/dm-0");
	put_mounts("27 1 253:1 / / rw - ext4 /dev/mapper/root rw\n");
	expect(NVME_LINES AHCI_LINES
	       "module md_mod\nmodule md-raid1\nstacked md\nmodule dm_mod\n"
	       "pack dm-mirror\npack dm-raid\npack dm-snapshot\npack dm-thin-pool\n"
	       "pack dm-cache\npack dm-cache-smq\npack dm-writecache\nstacked device-mapper\n"
	       "pack dm-crypt\npack dm-integrity\npack crypto-aes\npack crypto-xts\n"
	       "pack crypto-cbc\npack crypto-essiv\npack crypto-sha256\n"
	       "pack crypto-sha512\nfs ext4\n");
}

static void test_a_file_on_a_disk(void **state)
{
	(void)state;
	put_nvme();
	put_block("virtual/block/loop0", "7:0");
	put("m/sys/devices/virtual/block/loop0/loop/backing_file",
	    "/host/live dir/r.img\n");
	put_mounts("26 1 259:2 / /host\\040x rw - xfs /dev/nvme0n1p2 rw\n"
		   "27 1 259:2 / /host rw - ext4 /dev/nvme0n1p2 rw\n"
		   "28 1 7:0 / / rw - squashfs /dev/loop0 rw\n");
	expect(NVME_LINES "fs ext4\nmodule loop\nfs squashfs\n");
}

static void test_an_overlay_over_a_disk(void **state)
{
	(void)state;
	put_nvme();
	put_mounts("26 1 259:2 / /low rw - erofs /dev/nvme0n1p2 rw\n"
		   "27 1 0:30 / /up rw - tmpfs tmpfs rw\n"
		   "28 1 0:31 / / rw - overlay overlay "
		   "rw,lowerdir=/low,upperdir=/up/u,workdir=/up/w\n");
	expect(NVME_LINES "fs erofs\nfs overlay\n");
}

/* Its device number is nobody's: the source is one of its disks, sysfs knows the others. */
static void test_btrfs_on_two_disks(void **state)
{
	(void)state;
	put_nvme();
	put_sata();
	put_link("m/sys/fs/btrfs/1234/devices/sda1",
		 "m/sys/devices/" SATA "/block/sda/sda1");
	put_link("m/sys/fs/btrfs/1234/devices/nvme0n1p2",
		 "m/sys/devices/" NVME "/nvme0n1p2");
	put_mounts("27 1 0:26 /@ / rw - btrfs /dev/sda1 rw,subvol=/@\n");
	expect(AHCI_LINES NVME_LINES "fs btrfs\n");
}

static void test_usb_with_its_keyboard(void **state)
{
	static const char keys[] = "m/sys/devices/pci0/0000:00:04.0/usb1/1-2/1-2:1.0/"
				   "0003:1/input/input5";

	(void)state;
	put_device("pci0/0000:00:04.0", "pci:vXsvsdbc0Csc03i30", "xhci_hcd", "xhci_pci");
	put_device("pci0/0000:00:04.0/usb1/1-1/1-1:1.0", "usb:disk", "usb-storage",
		   "usb_storage");
	put_device("pci0/0000:00:04.0/usb1/1-1/1-1:1.0/host6/6:0:0:0", "scsi:t-0x00",
		   "sd", "sd_mod");
	put_block("pci0/0000:00:04.0/usb1/1-1/1-1:1.0/host6/6:0:0:0/block/sda", "8:0");
	put_device("pci0/0000:00:04.0/usb1/1-2/1-2:1.0", "usb:hid", "usbhid", "usbhid");
	put_device("pci0/0000:00:04.0/usb1/1-2/1-2:1.0/0003:1", "hid:b3", "hid-generic",
		   "hid_generic");
	put_link("m/sys/class/input/input5", keys);
	put("m/sys/devices/pci0/0000:00:04.0/usb1/1-2/1-2:1.0/0003:1/input/input5/"
	    "capabilities/key",
	    "1000000000007 ff9f207ac14057ff febeffdfffefffff fffffffffffffffe\n");
	put_link("m/sys/devices/pci0/0000:00:04.0/usb1/1-2/1-2:1.0/0003:1/input/input5/"
		 "device",
		 "m/sys/devices/pci0/0000:00:04.0/usb1/1-2/1-2:1.0/0003:1");
	put_device("LNXSYSTM:00/LNXPWRBN:00", "acpi:LNXPWRBN:", "button", "button");
	put("m/sys/devices/LNXSYSTM:00/LNXPWRBN:00/input/input0/capabilities/key",
	    "10000000000000 0\n");
	put_link("m/sys/class/input/input0",
		 "m/sys/devices/LNXSYSTM:00/LNXPWRBN:00/input/input0");
	put_mounts("27 1 8:0 / / rw - ext4 /dev/sda rw\n");
	expect("module xhci_pci\nmodalias pci:vXsvsdbc0Csc03i30\n"
	       "module usb_storage\nmodalias usb:disk\n"
	       "module sd_mod\nmodalias scsi:t-0x00\nfs ext4\n"
	       "pack usbhid\npack usb:hid\npack hid_generic\npack hid:b3\n");
}

/* The clock of the card's controller, and the disk to wake up from. */
static void test_suppliers_and_resume(void **state)
{
	(void)state;
	put_sata();
	put_device("platform/clock", "of:Nclock", "clk", "clk_soc");
	put_device("platform/mmc", "of:Nmmc", "sdhci", "sdhci_soc");
	put_link("m/sys/devices/virtual/devlink/c--m/supplier",
		 "m/sys/devices/platform/clock");
	put_link("m/sys/devices/platform/mmc/supplier:c",
		 "m/sys/devices/virtual/devlink/c--m");
	put_link("m/sys/devices/platform/clock/supplier:c",
		 "m/sys/devices/virtual/devlink/c--m");
	put_device("platform/mmc/mmc0:1", NULL, "mmcblk", NULL);
	put("m/sys/devices/platform/mmc/mmc0:1/uevent",
	    "DRIVER=mmcblk\nMMC_TYPE=SD\nMODALIAS=mmc:block\n");
	put_block("platform/mmc/mmc0:1/block/mmcblk0", "179:0");
	put("m/sys/power/resume", "8:1\n");
	put_mounts("27 1 179:0 / / rw - ext4 /dev/mmcblk0 rw\n");
	expect("module clk_soc\nmodalias of:Nclock\nmodule sdhci_soc\nmodalias of:Nmmc\n"
	       "modalias mmc:block\nfs ext4\n" AHCI_LINES);
}

#define CARD_LINES "module e1000e\nmodalias pci:net\n"

static void put_card(void)
{
	put_device("pci0/0000:00:05.0", "pci:net", "e1000e", "e1000e");
	put("m/sys/devices/pci0/0000:00:05.0/net/eth0/mtu", "1500");
	put_link("m/sys/devices/pci0/0000:00:05.0/net/eth0/device",
		 "m/sys/devices/pci0/0000:00:05.0");
	put_link("m/sys/class/net/eth0", "m/sys/devices/pci0/0000:00:05.0/net/eth0");
}

static void test_a_root_over_the_network(void **state)
{
	(void)state;
	put_card();
	put_mounts("27 1 0:20 / / rw - nfs4 10.0.0.1:/srv rw,vers=4.2,rsize=4096\n");
	expect(CARD_LINES "module af_packet\nfs nfs4\nmodule nfsv4\n");
}

static void test_what_the_address_is_on(void **state)
{
	(void)state;
	put_card();
	put("m/sys/devices/virtual/net/bond0/bonding/mode", "802.3ad 4");
	put("m/sys/devices/virtual/net/br0/bridge/stp_state", "0");
	put("m/sys/devices/virtual/net/mgmt/mtu", "1500");
	put("m/proc/net/vlan/mgmt", "mgmt  VID: 7");
	put_link("m/sys/class/net/bond0", "m/sys/devices/virtual/net/bond0");
	put_link("m/sys/class/net/br0", "m/sys/devices/virtual/net/br0");
	put_link("m/sys/class/net/mgmt", "m/sys/devices/virtual/net/mgmt");
	put_mounts("27 1 0:20 / / rw - nfs 10.0.0.1:/srv rw\n");
	expect("module bonding\nmodule bridge\n" CARD_LINES
	       "module 8021q\nmodule af_packet\nfs nfs\nmodule nfsv3\n");
}

static void test_a_disk_of_another_machine(void **state)
{
	(void)state;
	put_card();
	put_block("virtual/block/nbd0", "43:0");
	put_mounts("27 1 43:0 / / rw - ext4 /dev/nbd0 rw\n");
	expect(CARD_LINES "module af_packet\nmodule nbd\nfs ext4\n");
}

static void test_an_iscsi_disk(void **state)
{
	static const char disk[] = "platform/host3/session1/target3:0:0/3:0:0:1";

	(void)state;
	put_card();
	put_device(disk, "scsi:t-0x00", "sd", "sd_mod");
	put_block("platform/host3/session1/target3:0:0/3:0:0:1/block/sda", "8:0");
	put_link(
		"m/sys/devices/platform/host3/session1/target3:0:0/3:0:0:1/block/sda/device",
		"m/sys/devices/platform/host3/session1/target3:0:0/3:0:0:1");
	put_mounts("27 1 8:0 / / rw - ext4 /dev/sda rw\n");
	expect("module sd_mod\nmodalias scsi:t-0x00\n" CARD_LINES
	       "module af_packet\nmodule iscsi_tcp\nmodule crypto-crc32c\nfs ext4\n");
}

/* As root=https: leaves it: the tmpfs that held the image is mounted nowhere. */
static void test_an_image_in_memory(void **state)
{
	(void)state;
	put_card();
	put_block("virtual/block/loop0", "7:0");
	put("m/sys/devices/virtual/block/loop0/loop/backing_file", "/image (deleted)\n");
	put_mounts("27 1 7:0 / /run/rootling/lower ro - squashfs /dev/loop0 ro\n"
		   "28 1 0:30 / / rw - overlay overlay "
		   "rw,lowerdir=/run/rootling/lower,upperdir=/run/rootling/upper\n");
	expect(CARD_LINES "module af_packet\nmodule loop\nfs squashfs\nfs overlay\n");
}

static void test_machines_that_cannot_be_seen(void **state)
{
	(void)state;
	expect_problem("No such file");
	put("m/x", "");
	expect_problem("/proc is not mounted");
	put_mounts("27 1 259:2 / /mnt rw - ext4 /dev/vda rw\n");
	expect_problem("nothing is mounted on /");
	put_mounts("27 1 0:50 / / rw - overlay overlay rw,lowerdir=/var/lib/x:/var/y\n");
	expect_problem("/sys is not mounted");
	put_path("m/sys/");
	expect_problem("/sys is not mounted");
	put_nvme();
	expect_problem("/ is overlay (overlay)");
}

/* disk_a and disk_b answer to the same alias. */
static void test_the_driver_that_was_bound_is_loaded(void **state)
{
	uint32_t mode;
	char *file;

	(void)state;
	put_text("d",
		 "# a comment\nkernel 6.1\nmodule bus\n"
		 " module\tdisk-a \r\nmodalias pci:v00001AF4d00001001\nmodule renamed\n"
		 "fs nofs\npack crypto-sum\n");
	assert_int_equal(BUILD("--modules-from-host", in_folder("d")), 0);
	expect_file("etc/modules-load.d/rootling.conf", S_IFREG | 0644, "bus\ndisk_a\n");
	file = contents("lib/modules/6.9-x/disk-b.ko", &mode);
	assert_non_null(file);
	free(file);
}

static void test_an_alias_finds_what_was_built_in_there(void **state)
{
	(void)state;
	put_text("d", "modalias pci:v00001AF4d00001001\n");
	assert_int_equal(BUILD("--modules-from-host", in_folder("d")), 0);
	expect_file("etc/modules-load.d/rootling.conf", S_IFREG | 0644,
		    "disk_b\ndisk_a\n");
	put_text("d", "module inside\nmodalias nobody\n");
	assert_int_equal(BUILD("--modules-from-host", in_folder("d")), 0);
	expect_index("lib/modules/6.9-x/modules.builtin.bin", "inside", false, " ");
}

static void test_what_is_no_description(void **state)
{
	static const char *const wrong[] = {
		"disk vda\n",	"module\n",	  "module \n",
		"module a b\n", "module a\x01\n", "modulea\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct host host;

		assert_int_equal(host_parse(wrong[i], strlen(wrong[i]), "d", &host),
				 -EINVAL);
		host_free(&host);
	}
	assert_int_equal(BUILD("--modules-from-host", in_folder("nowhere")), 1);
	assert_int_equal(BUILD("--hostonly", "--modules-from-host", in_folder("init")),
			 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_virtio),
		TEST(test_a_partition_of_nvme),
		TEST(test_nvme_of_many_paths),
		TEST(test_fstab_says_what_else),
		TEST(test_crypt_on_lvm_on_raid),
		TEST(test_a_file_on_a_disk),
		TEST(test_an_overlay_over_a_disk),
		TEST(test_btrfs_on_two_disks),
		TEST(test_usb_with_its_keyboard),
		TEST(test_suppliers_and_resume),
		TEST(test_a_root_over_the_network),
		TEST(test_what_the_address_is_on),
		TEST(test_a_disk_of_another_machine),
		TEST(test_an_iscsi_disk),
		TEST(test_an_image_in_memory),
		TEST(test_machines_that_cannot_be_seen),
		TEST(test_the_driver_that_was_bound_is_loaded),
		TEST(test_an_alias_finds_what_was_built_in_there),
		TEST(test_what_is_no_description),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
