#include "init/devices.h"

#include "init/power_button.h"
#include "init/stage_modules.h"
#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/fd.h"
#include "lib/klibc.h"
#include "lib/log.h"
#include "lib/str.h"
#include "modules/firmware.h"
#include "modules/uevent.h"
#include "mount/gptauto.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>

#define EVENTS_A_ROUND	64
#define BUSY_ROUNDS_MAX 16

static struct blockdev *find(struct boot *boot, const char *name)
{
	for (unsigned i = 0; i < boot->device_count; i++)
		if (str_equal(boot->devices[i].name, name))
			return &boot->devices[i];
	return NULL;
}

/* The root is an element of the array, so it is looked up anew when elements move. */
static void drop(struct boot *boot, const char *name)
{
	struct blockdev *dev = find(boot, name);

	if (!dev)
		return;
	log_debug("device %s: gone", name);
	boot->device_changes++;
	memmove(dev, dev + 1,
		(size_t)(&boot->devices[--boot->device_count] - dev) * sizeof(*dev));
	if (boot->root == dev)
		boot->root = NULL;
	else if (boot->root > dev)
		boot->root--;
}

/* New or changed: whatever was read from it before may be wrong now. Read by refresh(), so
 * that a flood of events costs no more than one. */
static void note(struct boot *boot, const char *name)
{
	struct blockdev *dev = find(boot, name);

	if (!dev && boot->device_count == BOOT_DEVICES_MAX) {
		log_warning("device %s: more than %d block devices: ignored", name,
			    BOOT_DEVICES_MAX);
		return;
	}
	if (!dev) {
		dev = &boot->devices[boot->device_count];
		if (str_copy(dev->name, sizeof(dev->name), name))
			return; /* no driver of the kernel makes such a name */
		boot->device_count++;
	}
	dev->stale = true;
}

/* What is new tells in its event all that /sys would: to look there takes the kernel 50 thousand
 * instructions. */
static void add(struct boot *boot, const char *name, const char *message, size_t len)
{
	struct blockdev *dev = &boot->devices[boot->device_count];

	if (boot->device_count == BOOT_DEVICES_MAX || find(boot, name) ||
	    blockdev_read_event(dev, name, message, len)) {
		note(boot, name);
		return;
	}
	log_debug("device %s", name);
	boot->device_count++;
	boot->device_changes++;
}

static void refresh(struct boot *boot)
{
	for (unsigned i = boot->device_count; IS_ENABLED(CONFIG_MOUNT) && i-- > 0;) {
		struct blockdev *dev = &boot->devices[i];
		char name[BLOCKDEV_NAME_SIZE];

		if (!dev->stale)
			continue;
		(void)str_copy(name, sizeof(name), dev->name); /* same size */
		if (blockdev_read(dev, name)) {
			(void)str_copy(dev->name, sizeof(dev->name), name);
			drop(boot, name);
			continue;
		}
		log_debug("device %s", name);
		boot->device_changes++;
	}
}

/* ---- which one */

/* RAM disks, floppies, loops and CD drives are slow to answer or many, and nobody's clone. */
static bool is_odd(const struct blockdev *dev)
{
	static const uint8_t majors[] = { 1, 2, 7, 11 };

	return memchr(majors, (int)dev->major, sizeof(majors)) && dev->major < 256;
}

/* After a first match @found: may @dev be another, and is it worth a look? Clones are other
 * disks; to read the other partitions of the same disk would cost every boot something. */
static bool may_be_another(const struct blockdev *found, const struct blockdev *dev,
			   const struct rootspec *spec)
{
	if (spec->kind < ROOT_UUID || spec->kind > ROOT_PARTLABEL)
		return false;
	return !blockdev_must_read(dev, spec) ||
	       (!is_odd(dev) && !blockdev_same_disk(found, dev));
}

static bool is_before(const struct blockdev *a, const struct blockdev *b)
{
	return a->major != b->major ? a->major < b->major : a->minor < b->minor;
}

/* Passes over what another match is built on, then takes the first in the kernel's order. */
static struct blockdev *choose(const struct rootspec *spec, struct blockdev **match,
			       unsigned count)
{
	struct blockdev *best = NULL;
	char text[320];
	struct buf b = BUF_OVER(text);
	unsigned left = 0;

	for (unsigned i = 0; i < count; i++) {
		unsigned k = 0;

		while (k < count && !blockdev_is_held_by(match[i], match[k]))
			k++;
		if (k == count)
			match[left++] = match[i];
	}
	rootspec_print(spec, &b);
	buf_puts(&b, " is on ");
	for (unsigned i = 0; i < left; i++) {
		if (i)
			buf_puts(&b, i + 1 < left ? ", " : " and ");
		buf_puts(&b, match[i]->name);
		if (!best || is_before(match[i], best))
			best = match[i];
	}
	if (left > 1)
		log_warning("root: %s: taking %s", text, best->name);
	return best;
}

static struct blockdev *find_match(struct boot *boot, const struct rootspec *spec)
{
	struct blockdev *match[BOOT_DEVICES_MAX];
	unsigned count = 0;

	for (unsigned i = 0; i < boot->device_count; i++) {
		struct blockdev *dev = &boot->devices[i];

		if ((!count || may_be_another(match[0], dev, spec)) &&
		    blockdev_matches(dev, spec) &&
		    ((dev->probed && !dev->probe_err) || blockdev_has_medium(dev)))
			match[count++] = dev;
	}
	return count > 1 ? choose(spec, match, count) : count ? match[0] : NULL;
}

static struct blockdev *find_gpt_auto(struct boot *boot)
{
	const struct blockdev *first, *second;
	struct blockdev *dev;
	int err;

	if (boot->modules_pending)
		return NULL; /* the only one of those that are there, once all are */
	if (!boot->loader_read) {
		boot->loader_read = true;
		err = gptauto_read_loader(boot->loader_uuid);
		if (err && err != -ENOENT)
			log_warning("root: the boot disk is not known: %s",
				    strerror(-err));
	}
	dev = gptauto_find(boot->devices, boot->device_count, boot->loader_uuid, &first,
			   &second);
	if (second)
		log_debug("root: both %s and %s are of the type " GPTAUTO_TYPE_NAME,
			  first->name, second->name);
	return dev;
}

struct blockdev *devices_find(struct boot *boot, const struct rootspec *specs,
			      unsigned count)
{
	struct blockdev *dev = NULL;

	for (unsigned i = 0; i < count && !dev; i++)
		dev = IS_ENABLED(CONFIG_GPT_AUTO) && specs[i].kind == ROOT_GPT_AUTO
			      ? find_gpt_auto(boot)
			      : find_match(boot, &specs[i]);
	return dev;
}

/* ---- waiting */

/* The modules of the fast path are in, what they brought has been looked at, and the device
 * is not there: this machine is not the one the image was made for. */
static bool fast_path_ended(const struct boot *boot)
{
	return IS_ENABLED(CONFIG_COLDPLUG) && boot->modules.pid &&
	       !boot->modules_pending && (!boot->coldplug_all || boot->coldplug_again);
}

#define POLL_MS "/sys/module/block/parameters/events_dfl_poll_msecs"

/* Drives whose medium comes and goes say nothing unless the kernel asks them, and it asks
 * when udev says so. @boot->media_polled: we did in its place. */
static void poll_media(struct boot *boot, bool on)
{
	char now[8] = "";

	(void)fd_read_file(AT_FDCWD, POLL_MS, now, sizeof(now));
	if (on ? *now != '0' : !boot->media_polled)
		return;
	boot->media_polled = on;
	/* without it, a late medium is not noticed */
	(void)fd_write_file(POLL_MS, on ? "2000" : "0", on ? 4 : 1);
}

static void start_coldplug(struct boot *boot)
{
	if (boot->coldplug_started)
		poll_media(boot, true);
	modules_coldplug_root(boot);
}

/* One round, in which all that happened meanwhile is served before coldplug begins: but
 * whoever keeps making events does not keep it from beginning. */
static void wait_round(struct boot *boot, uint64_t until_ms)
{
	if (!fast_path_ended(boot)) {
		boot->busy_rounds = 0;
		(void)loop_round(&boot->loop, until_ms);
	} else if (!loop_round(&boot->loop, clock_monotonic_ms()) ||
		   ++boot->busy_rounds == BUSY_ROUNDS_MAX) {
		start_coldplug(boot);
	}
}

bool devices_change(struct boot *boot, unsigned seen, uint64_t until_ms)
{
	bool pending = boot->modules_pending;

	/* that all modules are in may be news too */
	while (boot->device_changes == seen && (!pending || boot->modules_pending)) {
		if (until_ms && clock_monotonic_ms() >= until_ms)
			return false;
		if (IS_ENABLED(CONFIG_HTTP) && boot->root_changed)
			return false; /* nobody wants this one any more */
		wait_round(boot, until_ms);
	}
	return true;
}

struct blockdev *devices_wait(struct boot *boot, const struct rootspec *specs,
			      unsigned count, uint64_t until_ms)
{
	for (;;) {
		unsigned changes = boot->device_changes;
		struct blockdev *dev = devices_find(boot, specs, count);

		if (dev && boot->media_polled)
			poll_media(boot, false);
		if (dev || !devices_change(boot, changes, until_ms))
			return dev;
	}
}

/* ---- hearing of them */

void devices_scan(struct boot *boot)
{
	DIR *dir = IS_ENABLED(CONFIG_MOUNT) ? opendir("/sys/class/block") : NULL;
	struct dirent *entry;

	if (!dir)
		return; /* nobody asks, no block layer, or no driver yet */
	for (unsigned i = 0; i < boot->device_count; i++)
		boot->devices[i].stale = true; /* or gone */
	while ((entry = readdir(dir))) {
		for (char *p = entry->d_name; *p; p++)
			if (*p == '!')
				*p = '/'; /* cciss/c0d0 */
		if (entry->d_name[0] != '.')
			note(boot, entry->d_name);
	}
	closedir(dir);
	refresh(boot);
}

static void answer_firmware(const struct uevent *event)
{
	int err = firmware_refuse(event);

	log_warning("firmware %s: not in this image, and a driver wants it",
		    event->firmware);
	if (err && err != -ENOENT)
		log_err("firmware %s: %s", event->firmware, strerror(-err));
}

static void handle(struct boot *boot, const struct uevent *event, const char *message,
		   size_t len)
{
	bool added = str_equal(event->action, "add");

	if (IS_ENABLED(CONFIG_MOUNT) && str_equal(event->subsystem, "block") &&
	    *event->devname) {
		if (str_equal(event->action, "remove"))
			drop(boot, event->devname);
		else if (added)
			add(boot, event->devname, message, len);
		else if (str_equal(event->action, "change"))
			note(boot, event->devname);
	}
	if (IS_ENABLED(CONFIG_FIRMWARE_FALLBACK) && firmware_is_asked_for(event))
		answer_firmware(event);
	if (IS_ENABLED(CONFIG_POWER_BUTTON) && added &&
	    str_equal(event->subsystem, "input"))
		power_button_add(boot, event->devname);
	if (IS_ENABLED(CONFIG_COLDPLUG) && added && *event->modalias &&
	    boot->coldplug_started)
		modules_request(boot, MODULES_ALIAS, event->modalias);
}

/* Some at a time, so that nobody who makes events keeps the others of the loop waiting. */
static void receive(void *ctx)
{
	struct boot *boot = ctx;
	char message[UEVENT_MESSAGE_MAX];
	struct uevent event;
	int len = 1;

	for (int i = 0; i < EVENTS_A_ROUND && len > 0; i++) {
		len = uevent_receive(boot->uevent_fd, message);
		if (len > 0 && uevent_parse(message, (size_t)len, &event) == 0)
			handle(boot, &event, message, (size_t)len);
	}
	if (len == -ENOBUFS) {
		log_write(boot->events_lost ? LOG_DEBUG : LOG_WARNING,
			  "uevents were lost: reading /sys again");
		boot->events_lost = true;
		devices_scan(boot);
		if (IS_ENABLED(CONFIG_POWER_BUTTON))
			power_button_scan(boot);
		boot->coldplug_again = boot->coldplug_started;
	}
	refresh(boot);
}

void devices_watch(struct boot *boot)
{
	if (boot->uevent_fd >= 0)
		return;
	boot->uevent_fd = uevent_open();
	if (boot->uevent_fd < 0)
		log_err("uevents: %s", strerror(-boot->uevent_fd));
	else
		/* among the first */
		(void)loop_add(&boot->loop, boot->uevent_fd, receive, boot);
	if (IS_ENABLED(CONFIG_POWER_BUTTON))
		power_button_scan(boot);
}
