#include "init/status.h"

#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/fd.h"
#include "lib/klibc.h"
#include "lib/meminfo.h"
#include "lib/str.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/utsname.h>

#define SCHEMA "1"

/* What must still fit behind the last device, and behind the last of all. */
#define AFTER_DEVICES 4096
#define AFTER_ALL     64

bool status_holds_login(const char *value)
{
	return IS_ENABLED(CONFIG_NETROOT_ISCSI) && str_after(value, "iscsi:") &&
	       strchr(value, '@');
}

const char *status_state(const struct boot *boot)
{
	if (boot->failed)
		return "failed";
	return boot->supervisor.count ? "running" : "booting";
}

static void print_string(struct buf *b, const char *key, const char *value)
{
	buf_printf(b, "  \"%s\": ", key);
	if (value && *value)
		buf_json_string(b, value);
	else
		buf_puts(b, "null");
	buf_puts(b, ",\n");
}

/* ---- devices */

static const char *disk_of(const struct boot *boot, const struct blockdev *dev)
{
	for (unsigned i = 0; dev->partn && i < boot->device_count; i++)
		if (!boot->devices[i].partn && blockdev_same_disk(&boot->devices[i], dev))
			return boot->devices[i].name;
	return NULL;
}

/* Read anew: whoever looks on pays. */
static void print_size(const struct boot *boot, const struct blockdev *dev, struct buf *b)
{
	const char *disk = disk_of(boot, dev);

	buf_printf(b, ",\"size_bytes\":%" PRIu64, blockdev_size_bytes(dev->name));
	if (disk) {
		buf_puts(b, ",\"disk\":");
		buf_json_string(b, disk);
	}
	if (*dev->part_label) {
		buf_puts(b, ",\"part_label\":");
		buf_json_string(b, dev->part_label);
	}
}

static void print_probe_error(int err, struct buf *b)
{
	buf_puts(b, ",\"type\":null");
	if (err == -ENODATA)
		return; /* it can be read, and holds nothing that is known */
	buf_puts(b, ",\"error\":");
	buf_json_string(b, strerror(-err));
}

static void print_device(const struct boot *boot, const struct blockdev *dev,
			 struct buf *b)
{
	buf_puts(b, "{\"name\":");
	buf_json_string(b, dev->name);
	buf_printf(b, ",\"major\":%u,\"minor\":%u", dev->major, dev->minor);
	if (IS_ENABLED(CONFIG_HTTP) && IS_ENABLED(CONFIG_MOUNT))
		print_size(boot, dev, b);
	if (dev->probed && !dev->probe_err) {
		buf_printf(b, ",\"type\":\"%s\",\"uuid\":", dev->fs.type);
		buf_json_string(b, dev->fs.uuid);
		buf_puts(b, ",\"label\":");
		buf_json_string(b, dev->fs.label);
	} else if (IS_ENABLED(CONFIG_HTTP) && dev->probed) {
		print_probe_error(dev->probe_err, b);
	}
	buf_puts(b, "}");
}

static void print_no_driver(const struct boot *boot, unsigned i, struct buf *b)
{
	buf_json_string(b, boot->no_driver[i]);
}

static void print_nth_device(const struct boot *boot, unsigned i, struct buf *b)
{
	print_device(boot, &boot->devices[i], b);
}

/* As many whole elements as leave @reserve bytes for what follows. */
static void print_array(const struct boot *boot, const char *key, unsigned count,
			void (*print)(const struct boot *, unsigned, struct buf *),
			size_t reserve, struct buf *b)
{
	buf_printf(b, "  \"%s\": [", key);
	for (unsigned i = 0; i < count; i++) {
		size_t before = b->len;

		buf_puts(b, i ? ",\n    " : "\n    ");
		print(boot, i, b);
		if (b->len + reserve >= b->size) {
			b->len = before;
			break;
		}
	}
	buf_puts(b, count ? "\n  ]" : "]");
}

/* ---- the rest */

static const char *waits_for(const struct boot *boot)
{
	if (IS_ENABLED(CONFIG_NETROOT) && *boot->netroot.waits_for)
		return boot->netroot.waits_for;
	if (boot->at_break)
		return "somebody who lets it go on: rd.break=";
	return boot->stage && str_equal(boot->stage, "root") && !boot->root
		       ? boot->config.root
		       : NULL;
}

static const char *hide_login(const char *value)
{
	return value && status_holds_login(value) ? "iscsi:***" : value;
}

/* How much of an image has come. */
static void print_netroot(const struct netroot *n, struct buf *b)
{
	if (n->spec.kind == NETROOT_IMAGE)
		buf_printf(b,
			   "  \"image_bytes\": %" PRIu64 ",\n  \"image_total\": %" PRIu64
			   ",\n",
			   n->report.bytes, n->report.total);
}

static void print_memory(struct buf *b)
{
	fd_auto int fd = open(MEMINFO_PATH, O_RDONLY | O_CLOEXEC);
	struct meminfo memory = meminfo_read(fd);

	buf_printf(b,
		   "  \"memory\": {\"total_bytes\":%" PRIu64
		   ",\"available_bytes\":%" PRIu64 "},\n",
		   memory.total_bytes, memory.available_bytes);
}

void status_print_json(const struct boot *boot, struct buf *b)
{
	struct utsname kernel;

	(void)uname(&kernel); /* cannot fail with a valid pointer */
	buf_puts(b, "{\n  \"schema\": " SCHEMA ",\n");
	print_string(b, "state", status_state(boot));
	print_string(b, "stage", boot->stage);
	print_string(b, "verdict", boot->failed ? boot->verdict : NULL);
	print_string(b, "kernel", kernel.release);
	print_string(b, "root", hide_login(boot->config.root));
	if (IS_ENABLED(CONFIG_HTTP))
		print_string(b, "last_action", boot->last_action);
	print_string(b, "root_device", boot->root ? boot->root->name : NULL);
	buf_printf(b, "  \"monotonic_us\": %" PRIu64 ",\n", clock_monotonic_us());
	if (IS_ENABLED(CONFIG_HTTP) || IS_ENABLED(CONFIG_NETROOT))
		print_string(b, "waiting_for", hide_login(waits_for(boot)));
	if (IS_ENABLED(CONFIG_HTTP))
		print_memory(b);
	if (IS_ENABLED(CONFIG_NETCFG)) {
		buf_puts(b, "  \"network\": ");
		network_print_json(&boot->known, b);
		buf_puts(b, ",\n");
	}
	if (IS_ENABLED(CONFIG_NETROOT))
		print_netroot(&boot->netroot, b);
	print_array(boot, "devices", boot->device_count, print_nth_device, AFTER_DEVICES,
		    b);
	buf_puts(b, ",\n");
	print_array(boot, "no_module_for", boot->no_driver_count, print_no_driver,
		    AFTER_ALL, b);
	buf_puts(b, "\n}\n");
}
