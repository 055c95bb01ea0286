#include "init/boot.h"
#include "init/filesystem.h"
#include "init/stages.h"
#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/fd.h"
#include "lib/klibc.h"
#include "lib/str.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#define MOUNT_LIMIT_MS 10000
#define LOOK_MS	       1000 /* not every driver says when it has found its device */

static const struct share {
	const char *fstype;
	const char *folder; /* of the driver: its devices are below it */
	const char *tag;    /* the attribute with the tag; NULL: only the mount knows */
	const char *options;
	const char *modules; /* for the verdict */
} shares[] = {
	[NETROOT_VIRTIOFS] = { "virtiofs", "/sys/bus/virtio/drivers/virtiofs", NULL, "",
			       "virtiofs" },
	/* the largest message that QEMU takes; each would be one page of data else */
	[NETROOT_9P] = { "9p", "/sys/bus/virtio/drivers/9pnet_virtio", "mount_tag",
			 "trans=virtio,version=9p2000.L,msize=512000,cache=loose",
			 "9p and 9pnet_virtio" },
};

static bool has_tag(const struct share *share, const char *device, const char *tag)
{
	char path[256], text[256];

	if (!share->tag)
		return true;
	FORMAT(path, "%s/%s/%s", share->folder, device, share->tag);
	if (fd_read_file(AT_FDCWD, path, text, sizeof(text)) < 0)
		return false;
	text[strcspn(text, "\n")] = '\0';
	return str_equal(text, tag);
}

/* A mount without its device logs an error each time. */
static bool is_there(const struct share *share, const char *tag)
{
	DIR *dir = opendir(share->folder);
	struct dirent *entry;
	bool found = false;

	while (dir && !found && (entry = readdir(dir)))
		found = str_after(entry->d_name, "virtio") &&
			has_tag(share, entry->d_name, tag);
	if (dir)
		closedir(dir);
	return found;
}

/* In a child: a host that does not answer would hold up PID 1. */
static int mount_it(int fd, const void *args)
{
	struct rootfs_result result;

	(void)fd;
	return -rootfs_mount(args, &result);
}

static void say_missing(struct boot *boot, const struct share *share)
{
	struct netroot *n = &boot->netroot;

	if (access(share->folder, F_OK) < 0)
		netroot_waits_for(boot, "%s:%s: no driver: add %s to the image",
				  share->fstype, n->spec.path, share->modules);
	else
		netroot_waits_for(boot, "%s:%s: no such device", share->fstype,
				  n->spec.path);
}

static int try_mount(struct boot *boot, const struct share *share)
{
	const struct config *config = &boot->config;
	struct netroot *n = &boot->netroot;
	char flags[512];
	const char *given = config->rootflags ? config->rootflags : "";
	struct rootfs_request request = {
		.source = n->spec.path,
		.types = share->fstype,
		.flags = flags,
		.writable = config->root_rw && !config_overlay(config),
		.target = BOOT_ROOT_MOUNT,
	};
	int status;

	FORMAT(flags, "%s%s%s", share->options, *given && *share->options ? "," : "",
	       given);
	status = netroot_child(boot, "mount", mount_it, &request, MOUNT_LIMIT_MS);
	if (status > 0)
		netroot_waits_for(boot, "%s:%s: %s", share->fstype, n->spec.path,
				  strerror(status));
	else if (status == -ETIMEDOUT)
		netroot_waits_for(boot, "%s:%s: the host does not answer", share->fstype,
				  n->spec.path);
	return status;
}

int netroot_share(struct boot *boot)
{
	struct netroot *n = &boot->netroot;
	const struct share *share = &shares[n->spec.kind];
	int status;

	(void)mkdir(BOOT_ROOT_MOUNT, 0755); /* the mount says it if this did not work */
	while (!is_there(share, n->spec.path)) {
		say_missing(boot, share);
		/* whatever happened, it may be there now */
		if (!netroot_round(boot, clock_monotonic_ms() + LOOK_MS))
			return -ETIME;
	}
	do
		status = try_mount(boot, share);
	while (status && status != -ETIME && netroot_pause(boot, LOOK_MS));
	if (status)
		return -ETIME;
	n->mounted = true;
	stage_note(boot, "%s %s mounted", share->fstype, n->spec.path);
	return 0;
}
