#include "init/verdict.h"

#include "lib/buf.h"
#include "lib/str.h"
#include "mount/gptauto.h"

#include <errno.h>
#include <string.h>

/* What a root can hang on, by the modalias of the device that had no driver. The class
 * codes of PCI are those of include/linux/pci_ids.h. Everything else is not worth a word
 * here. */
static const struct {
	const char *bus;  /* the alias starts with it */
	const char *part; /* and holds this */
	const char *what;
} storage[] = {
	{ "pci:v00001AF4d00001001", "", "virtio disk" },
	{ "pci:v00001AF4d00001042", "", "virtio disk" },
	{ "pci:", "bc01sc08", "NVMe controller" },
	{ "pci:", "bc01sc06", "SATA controller" },
	{ "pci:", "bc01", "storage controller" },
	{ "pci:", "bc0Csc03", "USB controller" },
	{ "pci:", "bc08sc05", "SD host controller" },
	{ "virtio:d00000002", "", "virtio disk" },
	{ "virtio:d00000008", "", "virtio SCSI" },
	{ "scsi:t-0x00", "", "SCSI disk" },
	{ "usb:", "ic08", "USB storage" },
	{ "vmbus:", "", "Hyper-V device" },
	{ "xen:vbd", "", "Xen disk" },
	{ "mmc:block", "", "SD card" },
};

static const char *storage_name(const char *alias)
{
	for (size_t i = 0; i < sizeof(storage) / sizeof(storage[0]); i++)
		if (str_after(alias, storage[i].bus) && strstr(alias, storage[i].part))
			return storage[i].what;
	return NULL;
}

/* What is on the disks of a machine with many of them must leave room for what follows. */
#define SEEN_END      330
#define NO_DRIVER_END 430
#define LABEL_MAX     40
#define ASKED_MAX     100

static void print_cut(struct buf *b, const char *s, size_t max)
{
	char text[BOOT_VERDICT_SIZE];
	struct buf t = BUF_OVER(text);

	buf_printable(&t, s);
	buf_put(b, text, t.len < max ? t.len : max);
	if (t.len > max)
		buf_puts(b, "...");
}

static void print_device(struct buf *b, struct blockdev *dev)
{
	if (!dev->probed)
		blockdev_probe(dev);
	buf_puts(b, dev->name);
	if (dev->probe_err == -ENODATA) {
		buf_puts(b, " (nothing known on it)");
		return;
	}
	if (dev->probe_err == -ENOTUNIQ) {
		buf_printf(b, " (both %s and %s)", dev->fs.type, dev->fs.also);
		return;
	}
	if (dev->probe_err) {
		buf_printf(b, " (%s)", strerror(-dev->probe_err));
		return;
	}
	buf_printf(b, " (%s", dev->fs.type);
	if (*dev->fs.uuid)
		buf_printf(b, " UUID=%s", dev->fs.uuid);
	if (*dev->fs.label) {
		buf_puts(b, " LABEL=");
		print_cut(b, dev->fs.label, LABEL_MAX);
	}
	buf_puts(b, ")");
}

static void print_seen(struct buf *b, struct boot *boot)
{
	if (boot->device_count == 0)
		buf_puts(b, "saw no block device");
	for (unsigned i = 0; i < boot->device_count; i++) {
		char one[256];
		struct buf o = BUF_OVER(one);

		print_device(&o, &boot->devices[i]);
		if (i && b->len + o.len > SEEN_END) {
			buf_printf(b, " and %u more", boot->device_count - i);
			return;
		}
		buf_printf(b, "%s%s", i ? ", " : "saw ", one);
	}
}

/* ---- what was asked for is there, and is no root */

static const char *member_name(const char *type)
{
	static const struct {
		const char *type, *name;
	} names[] = {
		{ "crypto_LUKS", "LUKS-encrypted" },
		{ "LVM2_member", "an LVM physical volume" },
		{ "linux_raid_member", "a member of a RAID" },
		{ "swap", "swap space" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (str_equal(type, names[i].type))
			return names[i].name;
	return type;
}

static void print_members(struct buf *b, struct boot *boot)
{
	for (unsigned i = 0; i < boot->device_count; i++) {
		struct blockdev *dev = &boot->devices[i];

		if (!dev->probed || dev->probe_err ||
		    str_equal(dev->fs.usage, "filesystem"))
			continue;
		for (unsigned k = 0; k < boot->root_spec_count; k++) {
			const struct rootspec *spec = &boot->root_specs[k];
			struct rootdev dev_of_member = { .fs_uuid = dev->fs.uuid,
							 .fs_label = dev->fs.label };

			if (!rootspec_needs_superblock(spec) ||
			    !rootspec_matches(spec, &dev_of_member))
				continue;
			rootspec_print(spec, b);
			buf_printf(b, " is %s, which is %s and not a file system; ",
				   dev->name, member_name(dev->fs.type));
			return;
		}
	}
}

/* Vendor and device are enough to look it up; subsystem and class follow behind `sv`. */
static size_t short_length(const char *alias)
{
	const char *end = str_after(alias, "pci:") ? strstr(alias, "sv") : NULL;

	return end ? (size_t)(end - alias) : strlen(alias);
}

static void print_no_driver(struct buf *b, const struct boot *boot)
{
	const char *before = "; no module for ";
	unsigned left = 0;

	for (unsigned i = 0; i < boot->no_driver_count; i++) {
		const char *alias = boot->no_driver[i], *what = storage_name(alias);

		if (!what)
			continue;
		if (b->len > NO_DRIVER_END - 60) {
			left++;
			continue;
		}
		buf_printf(b, "%s%.*s (%s)", before, (int)short_length(alias), alias,
			   what);
		before = ", ";
	}
	if (left)
		buf_printf(b, "%s%u more", before, left);
}

/* Two disks say that they hold the root, and nobody says which was booted. */
static bool print_ambiguous(struct buf *b, struct boot *boot)
{
	const struct blockdev *first, *second;

	if (!IS_ENABLED(CONFIG_GPT_AUTO) || boot->root_specs[0].kind != ROOT_GPT_AUTO)
		return false;
	(void)gptauto_find(boot->devices, boot->device_count, boot->loader_uuid, &first,
			   &second);
	if (second)
		buf_printf(
			b,
			"no root: %s and %s are both partitions of the type " GPTAUTO_TYPE_NAME
			" and it is not known which disk was booted: "
			"say root=",
			first->name, second->name);
	return second;
}

void verdict_no_root(struct boot *boot, uint32_t waited_s)
{
	struct buf b = BUF_OVER(boot->verdict);
	bool named = boot->config.root;

	if (print_ambiguous(&b, boot))
		return;
	buf_printf(&b, "no root: waited %u s for ", waited_s);
	if (named)
		print_cut(&b, boot->config.root, ASKED_MAX);
	else
		buf_puts(&b, "a GPT partition of the type " GPTAUTO_TYPE_NAME
			     ", because there is no root= on the command line");
	buf_puts(&b, ": ");
	print_members(&b, boot);
	print_seen(&b, boot);
	print_no_driver(&b, boot);
	if (*boot->module_error)
		buf_printf(&b, "; %s", boot->module_error);
	buf_puts(&b, named ? ": check root=, or add the driver to the image"
			   : ": say root=, or add the driver to the image");
}
