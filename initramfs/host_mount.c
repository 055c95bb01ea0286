/* From a mount to its file system's modules and to what it is stored on. */
#include "initramfs/host_walk.h"
#include "lib/str.h"
#include "mount/sysfs.h"

#include <stdlib.h>
#include <string.h>

/* Modules a file system asks for by the value of an option. */
static const struct asked {
	const char *type; /* NULL: any */
	const char *option;
	const char *module;    /* before the value */
	const char *otherwise; /* when the option is not there, or NULL */
} asked[] = {
	{ NULL, "iocharset", "nls_", NULL },  { NULL, "nls", "nls_", NULL },
	{ NULL, "codepage", "nls_cp", NULL }, { "9p", "trans", "9p-", "virtio" },
	{ "nfs", "vers", "nfsv", "3" },	      { "nfs4", "vers", "nfsv", "4" },
};

static void add_asked(struct host_walk *walk, const struct mountinfo_entry *mount)
{
	for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
		const struct asked *a = &asked[i];
		char *value, *name;

		if (a->type && !str_equal(a->type, mount->type))
			continue;
		value = mountinfo_option(mount->options, a->option);
		/* nls modules end in iso8859_1, their option in iso8859-1; nfs has vers=4.2 */
		name = value || a->otherwise
			       ? mem_printf("%s%.*s", a->module,
					    (int)strcspn(value ? value : a->otherwise,
							 "."),
					    value ? value : a->otherwise)
			       : NULL;
		if (name)
			host_add(walk->out, HOST_MODULE, name, mount->target);
		free(name);
		free(value);
	}
}

/* Every device that @folder, below /sys, has a link to. */
static void walk_devices(struct host_walk *walk, const char *folder)
{
	char *path = mem_printf("%s/%s", walk->sys, folder);
	struct strings names = host_names(path);

	for (size_t i = 0; i < names.count; i++) {
		char *real = host_real(path, names.items[i]);

		if (real)
			host_walk_device(walk, real);
		free(real);
	}
	strings_free(&names);
	free(path);
}

/* File systems that no block device holds: the driver whose devices they come through; NULL: the
 * network. */
static const struct remote {
	const char *type, *driver;
} remotes[] = {
	{ "9p", "bus/virtio/drivers/9pnet_virtio" },
	{ "virtiofs", "bus/virtio/drivers/virtiofs" },
	{ "nfs", NULL },
	{ "nfs4", NULL },
	{ "cifs", NULL },
	{ "smb3", NULL },
	{ "ceph", NULL },
};

static void walk_remote(struct host_walk *walk, const char *type)
{
	for (size_t i = 0; i < sizeof(remotes) / sizeof(remotes[0]); i++) {
		if (!str_equal(type, remotes[i].type))
			continue;
		if (remotes[i].driver)
			walk_devices(walk, remotes[i].driver);
		else
			host_walk_network(walk);
	}
}

/* All devices of the btrfs that has @block in it. */
static void walk_btrfs(struct host_walk *walk, const char *block)
{
	char *all = mem_printf("%s/fs/btrfs", walk->sys);
	struct strings uuids = host_names(all);

	for (size_t i = 0; i < uuids.count; i++) {
		char *devices = mem_printf("%s/%s/devices", all, uuids.items[i]);
		struct strings names = host_names(devices);
		bool ours = strings_has(&names, strrchr(block, '/') + 1);

		for (size_t k = 0; k < names.count && ours; k++) {
			char *real = host_real(devices, names.items[k]);

			if (real)
				host_walk_block(walk, real);
			free(real);
		}
		strings_free(&names);
		free(devices);
	}
	strings_free(&uuids);
	free(all);
}

/* btrfs and bcachefs have a device number that is not a disk's: bcachefs lists its disks with
 * colons between them. */
static void walk_sources(struct host_walk *walk, const struct mountinfo_entry *mount)
{
	char *copy = mem_strdup(mount->source), *rest = copy, *source;

	while ((source = strsep(&rest, ":"))) {
		char *block = host_block_of(walk, source);

		if (block)
			host_walk_block(walk, block);
		if (block && str_equal(mount->type, "btrfs"))
			walk_btrfs(walk, block);
		free(block);
	}
	free(copy);
}

static void walk_layers(struct host_walk *walk, const char *options)
{
	static const char *const layers[] = { "lowerdir", "lowerdir+", "upperdir" };

	for (size_t i = 0; i < sizeof(layers) / sizeof(layers[0]); i++) {
		char *paths = mountinfo_option(options, layers[i]), *rest = paths, *path;

		while ((path = strsep(&rest, ":")))
			host_walk_path(walk, path);
		free(paths);
	}
}

void host_walk_path(struct host_walk *walk, const char *path)
{
	const struct mountinfo_entry *mount =
		*path == '/' ? mountinfo_holding(&walk->mounts, path) : NULL;

	if (mount)
		host_walk_mount(walk, mount);
}

/* No option of the kernel leaves them out, and no list has them. */
static bool is_always_there(const char *type)
{
	return str_equal(type, "tmpfs") || str_equal(type, "ramfs");
}

void host_walk_mount(struct host_walk *walk, const struct mountinfo_entry *mount)
{
	char *block;

	if (!strings_add_once(&walk->seen, mount->target))
		return;
	block = host_block_numbered(walk, mount->number);
	if (block)
		host_walk_block(walk, block);
	else if (str_equal(mount->type, "overlay"))
		walk_layers(walk, mount->options);
	else
		walk_sources(walk, mount);
	walk_remote(walk, mount->type);
	if (!is_always_there(mount->type))
		host_add(walk->out, HOST_FS, mount->type, mount->target);
	add_asked(walk, mount);
	free(block);
}
