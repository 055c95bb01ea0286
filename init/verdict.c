#include "init/verdict.h"

#include "lib/buf.h"
#include "lib/str.h"

#include <errno.h>
#include <string.h>

/* Aliases of platform glue that every machine has and no root hangs on: not worth a word. */
static bool may_be_storage(const char *alias)
{
	static const char *const buses[] = { "pci:", "usb:", "virtio:", "scsi:", "nvme:",
					     "mmc:", "sdio:", "vmbus:", "xen:", "of:" };

	for (size_t i = 0; i < sizeof(buses) / sizeof(buses[0]); i++)
		if (str_after(alias, buses[i]))
			return true;
	return false;
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

static void print_no_driver(struct buf *b, const struct boot *boot)
{
	const char *before = "; no module for ";

	for (unsigned i = 0; i < boot->no_driver_count; i++) {
		if (!may_be_storage(boot->no_driver[i]))
			continue;
		buf_puts(b, before);
		buf_printable(b, boot->no_driver[i]);
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
