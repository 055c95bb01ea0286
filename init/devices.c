#include "init/devices.h"

#include "init/stage_modules.h"
#include "lib/log.h"
#include "lib/str.h"
#include "modules/uevent.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>

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

/* New or changed: whatever was read from it before may be wrong now. */
static void update(struct boot *boot, const char *name)
{
	struct blockdev *dev = find(boot, name);

	if (!dev && boot->device_count == BOOT_DEVICES_MAX) {
		log_warning("device %s: more than %d block devices: ignored", name,
			    BOOT_DEVICES_MAX);
		return;
	}
	if (!dev)
		dev = &boot->devices[boot->device_count++];
	if (blockdev_read(dev, name)) {
		(void)str_copy(dev->name, sizeof(dev->name), name);
		drop(boot, name);
		return;
	}
	log_debug("device %s", name);
	boot->device_changes++;
	if (!boot->root && boot->root_spec.kind &&
	    blockdev_matches(dev, &boot->root_spec))
		boot->root = dev;
}

void devices_scan(struct boot *boot)
{
	DIR *dir = IS_ENABLED(CONFIG_MOUNT) ? opendir("/sys/class/block") : NULL;
	struct dirent *entry;

	if (!dir)
		return; /* nobody asks, no block layer, or no driver yet */
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			update(boot, entry->d_name);
	closedir(dir);
}

static void handle(struct boot *boot, const struct uevent *event)
{
	bool added = str_equal(event->action, "add");

	if (IS_ENABLED(CONFIG_MOUNT) && str_equal(event->subsystem, "block") &&
	    *event->devname) {
		if (str_equal(event->action, "remove"))
			drop(boot, event->devname);
		else if (added || str_equal(event->action, "change"))
			update(boot, event->devname);
	}
	if (IS_ENABLED(CONFIG_COLDPLUG) && added && *event->modalias &&
	    boot->coldplug_started)
		modules_request(boot, MODULES_ALIAS, event->modalias);
}

static void receive(void *ctx)
{
	struct boot *boot = ctx;
	char message[UEVENT_MESSAGE_MAX];
	struct uevent event;
	int len;

	while ((len = uevent_receive(boot->uevent_fd, message)) > 0)
		if (uevent_parse(message, (size_t)len, &event) == 0)
			handle(boot, &event);
	if (len == -ENOBUFS) {
		log_warning("uevents were lost: reading /sys again");
		devices_scan(boot);
		boot->coldplug_again = boot->coldplug_started;
	}
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
}
