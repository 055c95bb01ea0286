/* From a device to its drivers: the one that is bound here and the alias another kernel would find
 * one by. Each bus above it comes first, since virtio_blk does not depend on virtio_pci, and
 * sd_mod not on ahci. */
#include "initramfs/file.h"
#include "initramfs/folder.h"
#include "initramfs/host_walk.h"
#include "lib/str.h"
#include "mount/sysfs.h"

#include <stdlib.h>
#include <string.h>

/* The file as a string, empty when there is none. */
static void read_text(const char *folder, const char *leaf, struct bytes *out)
{
	char *path = mem_printf("%s/%s", folder, leaf);

	if (file_read(path, out))
		out->len = 0;
	bytes_put(out, "", 1);
	free(path);
}

char *host_text(const char *folder, const char *leaf)
{
	struct bytes file = { 0 };
	char *text = NULL;

	read_text(folder, leaf, &file);
	if (file.len > 1)
		text = mem_printf("%.*s", (int)strcspn((const char *)file.data, "\n"),
				  (const char *)file.data);
	bytes_free(&file);
	return text;
}

char *host_real(const char *folder, const char *leaf)
{
	char *path = mem_printf("%s/%s", folder, leaf), *real = realpath(path, NULL);

	free(path);
	return real;
}

struct strings host_names(const char *folder)
{
	struct strings names = { 0 };

	(void)folder_names(folder, &names); /* one that is not there has none */
	return names;
}

/* A bridge works without a driver of its own; a hotplug driver would answer to its alias. */
static bool is_bridge(const char *modalias)
{
	return str_after(modalias, "pci:") && strstr(modalias, "bc06");
}

/* Cards of the MMC bus have theirs only among what the kernel tells udev. */
static char *modalias_of(const char *folder)
{
	static const char key[] = "MODALIAS=";
	char *alias = host_text(folder, "modalias"), *line = NULL, *rest;
	struct bytes uevent = { 0 };

	if (alias)
		return alias;
	read_text(folder, "uevent", &uevent);
	rest = (char *)uevent.data;
	while ((line = strsep(&rest, "\n")) && !str_after(line, key))
		;
	alias = line ? mem_strdup(line + strlen(key)) : NULL;
	bytes_free(&uevent);
	return alias;
}

static void add_drivers(struct host_walk *walk, const char *folder)
{
	enum host_word module_word = walk->pack ? HOST_PACK : HOST_MODULE,
		       alias_word = walk->pack ? HOST_PACK : HOST_MODALIAS;
	char *modalias = modalias_of(folder), link[SYSFS_PATH_SIZE];
	const char *device = folder + strlen(walk->sys),
		   *module = sysfs_link(folder, "driver/module", link);

	if (sysfs_exists(folder, "driver") && !(modalias && is_bridge(modalias))) {
		if (*module)
			host_add(walk->out, module_word, module, device);
		if (modalias && *modalias)
			host_add(walk->out, alias_word, modalias, device);
		walk->hardware++;
	}
	free(modalias);
}

/* Clocks, regulators and phys of a device tree, which the kernel links to who needs them. */
static void walk_suppliers(struct host_walk *walk, const char *folder)
{
	struct strings names = host_names(folder);

	for (size_t i = 0; i < names.count; i++) {
		char *link, *supplier;

		if (!str_after(names.items[i], "supplier:"))
			continue;
		link = mem_printf("%s/supplier", names.items[i]);
		supplier = host_real(folder, link);
		if (supplier)
			host_walk_device(walk, supplier);
		free(supplier);
		free(link);
	}
	strings_free(&names);
}

void host_walk_device(struct host_walk *walk, const char *folder)
{
	const char *top = str_after(folder, walk->sys), *slash = strrchr(folder, '/');
	char *parent;

	if (!top || !(top = str_after(top, "/devices/")) || !*top)
		return;
	if (!strings_add_once(&walk->seen, folder))
		return;
	parent = mem_printf("%.*s", (int)(slash - folder), folder);
	host_walk_device(walk, parent);
	free(parent);
	walk_suppliers(walk, folder);
	add_drivers(walk, folder);
}
