#include "mount/buspath.h"

#include "lib/buf.h"
#include "lib/str.h"
#include "mount/sysfs.h"

#include <dirent.h>
#include <stdint.h>
#include <string.h>

#define LINK_SIZE 256

enum {
	PARENT = 1,    /* a place that is unique in the machine */
	TRANSPORT = 2, /* a bus that disks hang on */
};

static const struct bus {
	const char *subsystem, *prefix; /* NULL: nothing of it is in the name */
	unsigned gives;
} buses[] = {
	{ "pci", "pci-", PARENT },
	{ "platform", "platform-", PARENT | TRANSPORT },
	{ "amba", "amba-", PARENT | TRANSPORT },
	{ "acpi", "acpi-", PARENT },
	{ "xen", "xen-", PARENT },
	{ "ccw", "ccw-", PARENT | TRANSPORT },
	{ "virtio", NULL, TRANSPORT },
	{ "usb", "usb-0:", TRANSPORT },
	{ "nvme", "nvme-", PARENT | TRANSPORT },
	{ "scsi", "scsi-", TRANSPORT },
};

static const struct bus *bus_of(const char *folder)
{
	char target[SYSFS_PATH_SIZE];
	const char *subsystem = sysfs_link(folder, "subsystem", target);

	for (size_t i = 0; i < sizeof(buses) / sizeof(buses[0]); i++)
		if (str_equal(subsystem, buses[i].subsystem))
			return &buses[i];
	return NULL;
}

/* Hosts are numbered through the whole machine; the name has their place among those of
 * their controller, whose folder ends at @host. */
static uint32_t host_base(const char *folder, const char *host)
{
	char parent[SYSFS_PATH_SIZE] = "";
	uint32_t lowest = UINT32_MAX, number;
	struct dirent *entry;
	DIR *dir;

	memcpy(parent, folder, (size_t)(host - folder));
	dir = opendir(parent);
	while (dir && (entry = readdir(dir))) {
		const char *digits = str_after(entry->d_name, "host");

		if (digits && str_parse_u32(digits, 10, &number) == 0 && number < lowest)
			lowest = number;
	}
	if (dir)
		closedir(dir);
	return lowest;
}

/* @folder ends in @address, the H:C:T:L of a SCSI device. Other folders of that subsystem
 * are none and have no part in the name. */
static void put_scsi(struct buf *b, const char *folder, const char *address, bool compat)
{
	const char *ata = strstr(folder, "/ata"), *host = strstr(folder, "/host");
	const char *channel = strchr(address, ':'), *target, *lun;
	char leaf[SYSFS_PATH_SIZE], text[SYSFS_TEXT_SIZE];
	struct buf l = BUF_OVER(leaf);
	uint32_t number;
	int len;

	target = channel ? strchr(++channel, ':') : NULL;
	lun = target ? strchr(++target, ':') : NULL;
	if (!lun || !host)
		return;
	if (!ata) {
		(void)str_copy(text, sizeof(text), host + strlen("/host"));
		text[strcspn(text, "/")] = '\0';
		if (str_parse_u32(text, 10, &number) == 0)
			buf_printf(b, "scsi-%u:%s", number - host_base(folder, host),
				   channel);
		return;
	}
	len = (int)strcspn(ata + 1, "/");
	buf_printf(&l, "%.*s/ata_port/%.*s", (int)(ata - folder) + 1 + len, folder, len,
		   ata + 1);
	buf_printf(b, "ata-%s", sysfs_attribute(leaf, "port_no", text));
	if (compat)
		return;
	if (str_after(channel, "0:"))
		buf_printf(b, ".%.*s", (int)(lun - target), target);
	else /* behind a port multiplier */
		buf_printf(b, ".%.*s.0", (int)(target - channel) - 1, channel);
}

/* What @folder adds to the link; @compat: without the device on an ATA port, as before
 * systemd 247. */
static void put_part(struct buf *b, const struct bus *bus, const char *disk,
		     const char *folder, bool compat)
{
	const char *name = strrchr(folder, '/') + 1, *dash;
	char text[SYSFS_TEXT_SIZE];

	if (str_equal(bus->subsystem, "scsi")) {
		put_scsi(b, folder, name, compat);
	} else if (str_equal(bus->subsystem, "usb")) {
		dash = strchr(name, '-'); /* not of a root hub */
		if (dash)
			buf_printf(b, "%s%s", bus->prefix, dash + 1);
	} else if (str_equal(bus->subsystem, "nvme")) {
		buf_printf(b, "%s%s", bus->prefix, sysfs_attribute(disk, "nsid", text));
	} else if (bus->prefix) {
		buf_printf(b, "%s%s", bus->prefix, name);
	}
}

/* What the buses from the root down to the disk have put together. */
struct walk {
	char link[LINK_SIZE];
	struct buf buf;
	const struct bus *before; /* NULL: a device of no bus, or none yet */
	size_t start;		  /* of what that one put there */
	unsigned gives;
};

/* Of folders of one bus that follow each other only the last counts. */
static void step(struct walk *w, const char *disk, const char *folder, bool compat)
{
	const struct bus *bus = bus_of(folder);
	size_t len;

	if (!bus) {
		if (sysfs_exists(folder, "uevent"))
			w->before = NULL;
		return; /* a folder that is no device is passed over */
	}
	if (bus == w->before)
		w->buf.len = w->start;
	else
		w->start = w->buf.len;
	if (w->buf.len)
		buf_puts(&w->buf, "-");
	len = w->buf.len;
	put_part(&w->buf, bus, disk, folder, compat);
	if (w->buf.len == len)
		w->buf.len = w->start;
	w->link[w->buf.len] = '\0';
	w->gives |= bus->gives;
	w->before = bus;
}

static bool walk_is(const char *sys, const char *disk, const char *link, bool compat)
{
	struct walk w = { .before = NULL };
	char folder[SYSFS_PATH_SIZE];

	w.buf = BUF_OVER(w.link);
	(void)str_copy(folder, sizeof(folder), disk); /* no longer than that */
	for (char *end = folder + strlen(sys) + 1; *end; end++) {
		end += strcspn(end, "/");
		if (!*end)
			break; /* the disk itself */
		*end = '\0';
		step(&w, disk, folder, compat);
		*end = '/';
	}
	return w.gives == (PARENT | TRANSPORT) && !w.buf.truncated &&
	       str_equal(w.link, link);
}

bool buspath_is(const char *sys, const char *disk, const char *name, const char *link)
{
	const char *rest = str_after(link, "virtio-");

	if (strstr(disk, "/devices/virtual/"))
		return false;
	if (rest && str_after(name, "vd"))
		link = rest;
	return walk_is(sys, disk, link, false) || walk_is(sys, disk, link, true);
}
