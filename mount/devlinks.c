#include "mount/devlinks.h"

#include "lib/buf.h"
#include "lib/cursor.h"
#include "lib/fd.h"
#include "lib/klibc.h"
#include "lib/str.h"
#include "mount/buspath.h"
#include "mount/sysfs.h"

#include <errno.h>
#include <string.h>

#define NAME_MAX_LEN 256

/* One question: which disk, and what its link is called without -partN. */
struct query {
	char disk[SYSFS_PATH_SIZE]; /* its folder in sysfs: /sys/devices/…/block/sda */
	const char *name;
	char link[NAME_MAX_LEN];
};

/* ---- text as udev writes it into links */

static bool is_allowed(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	       (c >= 'a' && c <= 'z') || (c && strchr("#+-.:=@_", c)) || (c & 0x80);
}

/* Blanks around are cut, inside one `_` stands for them, and for every other character
 * that is not allowed. */
static void put_text(struct buf *b, const char *text, size_t len)
{
	size_t i = 0;

	while (len && (text[len - 1] == ' ' || !text[len - 1]))
		len--;
	while (i < len && text[i] == ' ')
		i++;
	for (; i < len; i++) {
		if (text[i] == ' ' && text[i + 1] == ' ')
			continue;
		buf_put(b, is_allowed(text[i]) ? &text[i] : "_", 1);
	}
}

static void put_string(struct buf *b, const char *text)
{
	put_text(b, text, strlen(text));
}

static void put_hex(struct buf *b, const uint8_t *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		buf_printf(b, "%02x", data[i]);
}

/* ---- by-id */

/* Two attributes of @folder as A_B: nothing when one is missing. */
static bool is_pair(const struct query *q, const char *bus, const char *folder,
		    const char *first, const char *second)
{
	char name[NAME_MAX_LEN], a[SYSFS_TEXT_SIZE], z[SYSFS_TEXT_SIZE];
	struct buf b = BUF_OVER(name);

	if (!*sysfs_attribute(folder, first, a) || !*sysfs_attribute(folder, second, z))
		return false;
	buf_puts(&b, bus);
	put_string(&b, a);
	buf_puts(&b, "_");
	put_string(&b, z);
	return str_equal(name, q->link);
}

static bool is_single(const struct query *q, const char *bus, const char *leaf)
{
	char name[NAME_MAX_LEN], a[SYSFS_TEXT_SIZE];
	struct buf b = BUF_OVER(name);

	if (!*sysfs_attribute(q->disk, leaf, a))
		return false;
	buf_puts(&b, bus);
	put_string(&b, a);
	return str_equal(name, q->link);
}

static bool is_virtio_id(const struct query *q)
{
	return is_single(q, "virtio-", "serial");
}

static bool is_nvme_id(const struct query *q)
{
	struct query bare = *q;
	char nsid[SYSFS_TEXT_SIZE], *end = strrchr(bare.link, '_');

	if (is_single(q, "nvme-", "wwid") ||
	    is_pair(q, "nvme-", q->disk, "device/model", "device/serial"))
		return true;
	/* since systemd 254 with the number of the namespace behind it */
	if (!end || !str_equal(end + 1, sysfs_attribute(q->disk, "nsid", nsid)))
		return false;
	*end = '\0';
	return is_pair(&bare, "nvme-", q->disk, "device/model", "device/serial");
}

static bool is_mmc_id(const struct query *q)
{
	return is_pair(q, "mmc-", q->disk, "device/name", "device/serial");
}

/* What a designator of page 0x83 is called: its type is the first digit. */
static bool is_designator(const uint8_t *data, size_t len, unsigned type, bool ascii,
			  const char *inquiry, const char *link)
{
	char raw[NAME_MAX_LEN], name[NAME_MAX_LEN];
	struct buf r = BUF_OVER(raw), b = BUF_OVER(name);

	if (type == 3 && !ascii) {
		buf_puts(&b, "wwn-0x");
		put_hex(&b, data, len);
		if (str_equal(name, link))
			return true;
		b = BUF_OVER(name);
	}
	/* an ATA disk puts its model of 40 and its serial of 20 characters here */
	if (type == 1 && len == 68 && memcmp(data, "ATA     ", 8) == 0) {
		buf_puts(&b, "ata-");
		put_text(&b, (const char *)data + 8, 40);
		buf_puts(&b, "_");
		put_text(&b, (const char *)data + 48, 20);
		if (str_equal(name, link))
			return true;
		b = BUF_OVER(name);
	}
	buf_printf(&b, "scsi-%u", type);
	if (type == 0)
		buf_puts(&r, inquiry); /* no more than the vendor's own number */
	if (ascii)
		buf_put(&r, (const char *)data, strnlen((const char *)data, len));
	else
		put_hex(&r, data, len);
	put_string(&b, raw);
	return str_equal(name, link);
}

bool devlinks_match_page83(const uint8_t *page, size_t len, const char *vendor,
			   const char *model, const char *link)
{
	struct cursor c = cursor_over(page, len);
	char inquiry[32];
	struct buf b = BUF_OVER(inquiry);

	buf_printf(&b, "%-8.8s%-16.16s", vendor, model);
	cursor_seek(&c, 4);
	while (cursor_left(&c) >= 4) {
		unsigned code_set = cursor_u8(&c) & 0xf, kind = cursor_u8(&c);
		const uint8_t *data;
		size_t data_len;

		cursor_skip(&c, 1);
		data_len = cursor_u8(&c);
		data = cursor_bytes(&c, data_len);
		if (!data)
			return false;
		if ((kind >> 4 & 3) == 0 && data_len &&
		    (kind & 0xf) <= 3 && /* of the LUN */
		    is_designator(data, data_len, kind & 0xf, code_set != 1, inquiry,
				  link))
			return true;
	}
	return false;
}

static bool is_scsi_id(const struct query *q)
{
	char path[640], vendor[SYSFS_TEXT_SIZE], model[SYSFS_TEXT_SIZE];
	struct buf b = BUF_OVER(path);
	uint8_t page[512];
	fd_auto int fd = -1;
	ssize_t len;

	buf_printf(&b, "%s/device/vpd_pg83", q->disk);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	len = fd < 0 ? -1 : fd_read_full(fd, page, sizeof(page));
	return len > 0 &&
	       devlinks_match_page83(page, (size_t)len,
				     sysfs_attribute(q->disk, "device/vendor", vendor),
				     sysfs_attribute(q->disk, "device/model", model),
				     q->link);
}

/* The USB device is further up; target and LUN are the last two of H:C:T:L. */
static bool is_usb_id(const struct query *q)
{
	char name[NAME_MAX_LEN], text[SYSFS_TEXT_SIZE], target[SYSFS_PATH_SIZE],
		folder[SYSFS_PATH_SIZE];
	const char *address = sysfs_link(q->disk, "device", target), *colon;
	struct buf b = BUF_OVER(name);
	char *slash;

	(void)str_copy(folder, sizeof(folder), q->disk); /* same size */
	while ((slash = strrchr(folder, '/')) && !sysfs_exists(folder, "idVendor"))
		*slash = '\0';
	colon = strchr(address, ':');
	colon = colon ? strchr(colon + 1, ':') : NULL;
	if (!slash || !colon)
		return false;
	buf_puts(&b, "usb-");
	put_string(&b, sysfs_attribute(q->disk, "device/vendor", text));
	buf_puts(&b, "_");
	put_string(&b, sysfs_attribute(q->disk, "device/model", text));
	if (*sysfs_attribute(folder, "serial", text)) {
		buf_puts(&b, "_");
		put_string(&b, text);
	}
	buf_printf(&b, "-%s", colon + 1);
	return str_equal(name, q->link);
}

static bool is_by_id(const struct query *q)
{
	static const struct {
		const char *device, *link;
		bool (*is)(const struct query *q);
	} rules[] = {
		{ "vd", "virtio-", is_virtio_id }, { "nvme", "nvme-", is_nvme_id },
		{ "mmcblk", "mmc-", is_mmc_id },   { "s", "usb-", is_usb_id },
		{ "s", "scsi-", is_scsi_id },	   { "s", "ata-", is_scsi_id },
		{ "s", "wwn-", is_scsi_id },
	};

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (str_after(q->name, rules[i].device) &&
		    str_after(q->link, rules[i].link) && rules[i].is(q))
			return true;
	return false;
}

/* ---- the question */

/* Where the disk is in sysfs, and the link without -partN. False: cannot be the device. */
static bool prepare(struct query *q, const char *sys, uint32_t partn,
		    const struct rootspec *spec)
{
	char path[640], target[SYSFS_PATH_SIZE], part[24];
	struct buf b = BUF_OVER(path), d = BUF_OVER(q->disk), p = BUF_OVER(part);
	const char *devices;
	size_t len;
	char *end;

	buf_printf(&b, "%s/class/block", sys);
	(void)sysfs_link(path, q->name, target);
	devices = strstr(target, "/devices/");
	if (!devices || str_copy(q->link, sizeof(q->link), spec->value))
		return false;
	buf_printf(&d, "%s%s", sys, devices);
	if (!partn)
		return !d.truncated;
	end = strrchr(q->disk, '/');
	*end = '\0';
	buf_printf(&p, "-part%u", partn);
	len = strlen(q->link);
	if (len <= p.len || !str_equal(q->link + len - p.len, part))
		return false;
	q->link[len - p.len] = '\0';
	return !d.truncated;
}

bool devlinks_is_for(const struct rootspec *spec)
{
	return spec->kind == ROOT_ID || spec->kind == ROOT_BUS_PATH ||
	       (spec->kind == ROOT_PATH && str_after(spec->value, "mapper/"));
}

bool devlinks_match(const char *sys, const char *name, uint32_t partn,
		    const struct rootspec *spec)
{
	struct query q = { .name = name };
	char text[SYSFS_TEXT_SIZE];

	if (!prepare(&q, sys, partn, spec))
		return false;
	if (spec->kind == ROOT_ID)
		return is_by_id(&q);
	if (spec->kind == ROOT_BUS_PATH)
		return buspath_is(sys, q.disk, q.name, q.link);
	return str_equal(sysfs_attribute(q.disk, "dm/name", text),
			 str_after(spec->value, "mapper/"));
}
