#include "init/verdict.h"

#include "lib/buf.h"
#include "lib/str.h"

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
	{ "pci:", "bc01sc08", "NVMe controller" },
	{ "pci:", "bc01sc06", "SATA controller" },
	{ "pci:", "bc01", "storage controller" },
	{ "pci:", "bc0Csc03", "USB controller" },
	{ "pci:", "bc08sc05", "SD host controller" },
	{ "pci:v00001AF4d00001001", "", "virtio disk" },
	{ "pci:v00001AF4d00001042", "", "virtio disk" },
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

static void print_device(struct buf *b, struct blockdev *dev)
{
	if (!dev->probed)
		blockdev_probe(dev);
	buf_puts(b, dev->name);
	if (dev->probe_err == -ENODATA) {
		buf_puts(b, " (nothing known on it)");
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
		buf_printable(b, dev->fs.label);
	}
	buf_puts(b, ")");
}

static void print_seen(struct buf *b, struct boot *boot)
{
	if (boot->device_count == 0)
		buf_puts(b, "saw no block device");
	for (unsigned i = 0; i < boot->device_count; i++) {
		buf_puts(b, i ? ", " : "saw ");
		print_device(b, &boot->devices[i]);
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

	for (unsigned i = 0; i < boot->no_driver_count; i++) {
		const char *alias = boot->no_driver[i], *what = storage_name(alias);

		if (!what)
			continue;
		buf_printf(b, "%s%.*s (%s)", before, (int)short_length(alias), alias,
			   what);
		before = ", ";
	}
}

void verdict_no_root(struct boot *boot, uint32_t waited_s)
{
	struct buf b = BUF_OVER(boot->verdict);

	buf_printf(&b, "no root: waited %u s for ", waited_s);
	buf_printable(&b, boot->config.root);
	buf_puts(&b, ": ");
	print_seen(&b, boot);
	print_no_driver(&b, boot);
	if (*boot->module_error)
		buf_printf(&b, "; %s", boot->module_error);
	buf_puts(&b, ": check root=, or add the driver to the image");
}
