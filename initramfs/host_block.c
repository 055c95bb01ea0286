/* Down a stack of block devices: partitions, device mapper, md, loop and bcache to the disks. */
#include "initramfs/host_walk.h"
#include "lib/buf.h"
#include "lib/str.h"
#include "mount/sysfs.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* What the first letters of dm/uuid say about its table, which only root may read. The kernel
 * asks for `dm-TYPE` when a table is loaded: what is likely is packed. */
static const struct dm_kind {
	const char *prefix;
	const char *pack[8];
} dm_kinds[] = {
	{ "CRYPT-VERITY-", { "dm-verity", "crypto-sha256" } },
	{ "CRYPT-INTEGRITY-", { "dm-integrity", "crypto-crc32c" } },
	{ "CRYPT-",
	  { "dm-crypt", "dm-integrity", "crypto-aes", "crypto-xts", "crypto-cbc",
	    "crypto-essiv", "crypto-sha256", "crypto-sha512" } },
	{ "LVM-",
	  { "dm-mirror", "dm-raid", "dm-snapshot", "dm-thin-pool", "dm-cache",
	    "dm-cache-smq", "dm-writecache" } },
	{ "mpath-",
	  { "dm-multipath", "dm-service-time", "dm-round-robin", "dm-queue-length",
	    "scsi_dh_alua", "scsi_dh_emc", "scsi_dh_rdac" } },
	{ "DMRAID-", { "dm-mirror", "dm-raid" } },
};

static void add_dm(struct host_walk *walk, const char *folder)
{
	char text[SYSFS_TEXT_SIZE];
	const char *uuid = sysfs_attribute(folder, "dm/uuid", text),
		   *device = strrchr(folder, '/') + 1;
	const struct dm_kind *kind = dm_kinds,
			     *end = dm_kinds + sizeof(dm_kinds) / sizeof(*kind);

	host_add(walk->out, HOST_MODULE, "dm_mod", device);
	while (kind < end && !str_after(uuid, kind->prefix))
		kind++;
	for (size_t i = 0; kind < end && i < 8 && kind->pack[i]; i++)
		host_add(walk->out, HOST_PACK, kind->pack[i], device);
}

static void add_md(struct host_walk *walk, const char *folder)
{
	char text[SYSFS_TEXT_SIZE], alias[SYSFS_TEXT_SIZE + 8];
	const char *level = sysfs_attribute(folder, "md/level", text),
		   *device = strrchr(folder, '/') + 1;

	host_add(walk->out, HOST_MODULE, "md_mod", device);
	/* md asks for its personalities by these aliases */
	FORMAT(alias, "md-%s", level);
	if (*level)
		host_add(walk->out, HOST_MODULE, alias, device);
}

static void add_loop(struct host_walk *walk, const char *folder)
{
	static const char gone[] = " (deleted)";
	char *file = host_text(folder, "loop/backing_file");
	size_t len = file ? strlen(file) : 0;

	/* only an image in memory can be without a name: the machine came by it over the network */
	if (len >= strlen(gone) && str_equal(file + len - strlen(gone), gone))
		host_walk_network(walk);
	else if (file)
		host_walk_path(walk, file);
	free(file);
	host_add(walk->out, HOST_MODULE, "loop", strrchr(folder, '/') + 1);
}

static void add_nbd(struct host_walk *walk, const char *folder)
{
	host_walk_network(walk);
	host_add(walk->out, HOST_MODULE, "nbd", strrchr(folder, '/') + 1);
}

/* Block devices without hardware of their own, by the letters before their number. */
static const struct stacked {
	const char *prefix;
	const char *module;
	void (*add)(struct host_walk *walk, const char *folder);
	const char *set_up_as; /* a program must do that; NULL: /init can */
} stacked[] = {
	{ .prefix = "dm-", .add = add_dm, .set_up_as = "device-mapper" },
	{ .prefix = "md", .add = add_md, .set_up_as = "md" },
	{ .prefix = "md_", .add = add_md, .set_up_as = "md" },
	{ .prefix = "loop", .add = add_loop },
	{ .prefix = "bcache", .module = "bcache", .set_up_as = "bcache" },
	{ .prefix = "drbd", .module = "drbd", .set_up_as = "drbd" },
	{ .prefix = "nbd", .add = add_nbd },
	{ .prefix = "ram", .module = "brd" },
	{ .prefix = "rbd", .module = "rbd", .set_up_as = "rbd" },
	{ .prefix = "zram", .module = "zram", .set_up_as = "zram" },
};

static void add_stacked(struct host_walk *walk, const char *folder)
{
	const char *name = strrchr(folder, '/') + 1;

	for (size_t i = 0; i < sizeof(stacked) / sizeof(stacked[0]); i++) {
		const struct stacked *s = &stacked[i];
		const char *rest = str_after(name, s->prefix);

		if (!rest ||
		    (!isdigit((unsigned char)*rest) && !str_equal(s->prefix, "md_")))
			continue;
		if (s->add)
			s->add(walk, folder);
		else
			host_add(walk->out, HOST_MODULE, s->module, name);
		if (s->set_up_as && !walk->optional)
			host_add(walk->out, HOST_STACKED, s->set_up_as, name);
	}
}

/* An NVMe disk that more than one controller may lead to hangs on none of them: its subsystem has
 * links to all. */
static void walk_controllers(struct host_walk *walk, const char *subsystem)
{
	struct strings names = host_names(subsystem);

	for (size_t i = 0; i < names.count; i++) {
		char link[SYSFS_PATH_SIZE],
			*real = str_after(names.items[i], "nvme")
					? host_real(subsystem, names.items[i])
					: NULL;

		if (real && *sysfs_link(subsystem, names.items[i], link))
			host_walk_device(walk, real);
		free(real);
	}
	strings_free(&names);
}

static void walk_disk(struct host_walk *walk, const char *folder)
{
	char *device = host_real(folder, "device");

	host_walk_device(walk, folder);
	if (device) {
		if (strstr(device, "/session")) { /* of the software initiator */
			host_walk_network(walk);
			host_add(walk->out, HOST_MODULE, "iscsi_tcp", "iscsi");
			host_add(walk->out, HOST_MODULE, "crypto-crc32c", "iscsi");
		}
		host_walk_device(walk, device);
		if (strstr(device, "/nvme-subsystem/"))
			walk_controllers(walk, device);
	}
	free(device);
}

void host_walk_block(struct host_walk *walk, const char *folder)
{
	char *below, *real;
	struct strings slaves;

	if (sysfs_exists(folder, "partition")) {
		below = mem_printf("%.*s", (int)(strrchr(folder, '/') - folder), folder);
		host_walk_block(walk, below);
		free(below);
		return;
	}
	if (strings_has(&walk->seen, folder))
		return;
	walk_disk(walk, folder);
	below = mem_printf("%s/slaves", folder);
	slaves = host_names(below);
	for (size_t i = 0; i < slaves.count; i++) {
		real = host_real(below, slaves.items[i]);
		if (real)
			host_walk_block(walk, real);
		free(real);
	}
	strings_free(&slaves);
	free(below);
	if (strstr(folder, "/devices/virtual/block/"))
		add_stacked(walk, folder);
}

char *host_block_numbered(const struct host_walk *walk, const char *number)
{
	char *folder = mem_printf("%s/dev/block", walk->sys),
	     *real = host_real(folder, number);

	free(folder);
	return real;
}

/* /dev/mapper/NAME, where udev has not made it a link. */
static char *mapped_block(const char *blocks, const char *name)
{
	struct strings names = host_names(blocks);
	char *found = NULL, text[SYSFS_TEXT_SIZE];

	for (size_t i = 0; i < names.count && !found; i++) {
		char *folder = mem_printf("%s/%s", blocks, names.items[i]);

		if (str_equal(sysfs_attribute(folder, "dm/name", text), name))
			found = realpath(folder, NULL);
		free(folder);
	}
	strings_free(&names);
	return found;
}

/* Where udev links what fstab(5) calls UUID=... */
static char *device_path(const char *source)
{
	static const char *const tags[][2] = {
		{ "UUID=", "by-uuid" },
		{ "LABEL=", "by-label" },
		{ "PARTUUID=", "by-partuuid" },
		{ "PARTLABEL=", "by-partlabel" },
	};

	for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
		const char *value = str_after(source, tags[i][0]);
		size_t len = value ? strlen(value) : 0;
		bool quoted = len > 1 && *value == '"' && value[len - 1] == '"';

		if (value)
			return mem_printf("/dev/disk/%s/%.*s", tags[i][1],
					  (int)(len - 2 * quoted), value + quoted);
	}
	return mem_strdup(source);
}

char *host_block_of(const struct host_walk *walk, const char *source)
{
	char *path = device_path(source), *node, *blocks, *found = NULL;
	const char *name;

	if (str_after(path, "/dev/")) {
		node = host_real(walk->recorded, path);
		name = strrchr(node ? node : path, '/') + 1;
		blocks = mem_printf("%s/class/block", walk->sys);
		found = host_real(blocks, name);
		if (!found)
			found = mapped_block(blocks, name);
		free(blocks);
		free(node);
	}
	free(path);
	return found;
}
