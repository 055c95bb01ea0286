/* Machines as their /proc and /sys tell of them, made of files and links in the folder of
 * image_fixture.h. */
#ifndef TESTS_UNIT_HOST_FIXTURE_H
#define TESTS_UNIT_HOST_FIXTURE_H

#include "initramfs/host.h"
#include "tests/unit/image_fixture.h"

static inline void put_path(const char *path)
{
	char *copy = mem_strdup(path);

	for (char *slash = copy; (slash = strchr(slash, '/')); *slash++ = '/') {
		*slash = '\0';
		mkdir(in_folder(copy), 0755);
	}
	free(copy);
}

static inline void put(const char *path, const char *text)
{
	put_path(path);
	put_text(path, text);
}

/* @target is below the folder. */
static inline void put_link(const char *path, const char *target)
{
	put_path(path);
	assert_int_equal(symlink(in_folder(target), in_folder(path)), 0);
}

/* A device below /sys/devices with what is bound to it; NULL: none. A driver that is built in has
 * no module. */
static inline void put_device(const char *path, const char *modalias, const char *driver,
			      const char *module)
{
	char *device = mem_printf("m/sys/devices/%s/", path),
	     *folder_of_driver =
		     mem_printf("m/sys/drivers/%s/", driver ? driver : "none"),
	     *leaf;

	put_path(device);
	leaf = mem_printf("%smodalias", device);
	if (modalias)
		put(leaf, modalias);
	free(leaf);
	put_path(folder_of_driver);
	leaf = mem_printf("%sdriver", device);
	if (driver)
		put_link(leaf, folder_of_driver);
	free(leaf);
	leaf = mem_printf("%smodule", folder_of_driver);
	if (module && access(in_folder(leaf), F_OK)) {
		char *target = mem_printf("m/sys/module/%s/", module);

		put_path(target);
		target[strlen(target) - 1] = '\0';
		put_link(leaf, target);
		free(target);
	}
	free(leaf);
	free(folder_of_driver);
	free(device);
}

/* A block device: its folder below /sys/devices and the links to it. */
static inline void put_block(const char *path, const char *number)
{
	char *device = mem_printf("m/sys/devices/%s/dev", path), *link;

	put(device, number);
	*strrchr(device, '/') = '\0';
	link = mem_printf("m/sys/dev/block/%s", number);
	put_link(link, device);
	free(link);
	link = mem_printf("m/sys/class/block/%s", strrchr(path, '/') + 1);
	put_link(link, device);
	free(link);
	free(device);
}

/* @disk is what the device @path is stored on. */
static inline void put_slave(const char *path, const char *disk)
{
	char *link = mem_printf("m/sys/devices/%s/slaves/%s", path,
				strrchr(disk, '/') + 1),
	     *target = mem_printf("m/sys/devices/%s", disk);

	put_link(link, target);
	free(link);
	free(target);
}

/* The lines of mountinfo. */
static inline void put_mounts(const char *text)
{
	put("m/proc/self/mountinfo", text);
}

#endif
