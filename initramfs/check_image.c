/* The image as the kernel takes it: how it is packed, what must stand where, what gets lost. */
#include "initramfs/check.h"
#include "initramfs/compress.h"
#include "lib/str.h"

#include <string.h>

/* ---- what the kernel can unpack */

static void check_format(struct checkup *c, const struct image_segment *s)
{
	const struct compression *type;

	for (size_t i = 0; (type = compression_at(i)); i++)
		if (str_equal(s->format, type->name) && type->kernel_option &&
		    kernel_config_get(c->config, type->kernel_option) != 'y')
			check_add(c, CHECK_ERROR, NULL,
				  "segment %u is packed by %s, but %s has no CONFIG_%s: "
				  "pack it by gzip",
				  s->number, s->format, c->config->path,
				  type->kernel_option);
}

void check_kernel(struct checkup *c)
{
	if (!c->config)
		return;
	if (kernel_config_get(c->config, "BLK_DEV_INITRD") != 'y')
		check_add(c, CHECK_ERROR, NULL,
			  "%s has no CONFIG_BLK_DEV_INITRD: this kernel takes no image",
			  c->config->path);
	for (size_t i = 0; i < c->image->segment_count; i++)
		check_format(c, &c->image->segments[i]);
}

/* ---- what the kernel reads before it unpacks anything */

/* find_cpio_data() of lib/earlycpio.c goes through plain archives, up to the first packed one. */
static bool is_early(const struct image *image, unsigned segment)
{
	for (unsigned i = 0; i < segment && i < image->segment_count; i++)
		if (!str_equal(image->segments[i].format, "cpio"))
			return false;
	return true;
}

static bool is_for_kernel(const struct image_entry *e)
{
	return S_ISREG(e->as.mode) && (str_after(e->path, "kernel/x86/microcode/") ||
				       str_after(e->path, "kernel/firmware/acpi/"));
}

void check_early(struct checkup *c)
{
	for (size_t i = 0; i < c->image->entry_count; i++) {
		const struct image_entry *e = &c->image->entries[i];

		if (is_for_kernel(e) && !is_early(c->image, e->segment))
			check_add(c, CHECK_WARNING, e->path,
				  "the kernel looks for it only in archives that are not "
				  "packed, at the beginning: put it into one there");
	}
}

#define BOOTCONFIG_MAGIC "#BOOTCONFIG\n"

/* Where the last segment that could be read ends. */
static size_t end_of_segments(const struct image *image)
{
	const struct image_segment *last;

	if (!image->segment_count)
		return 0;
	last = &image->segments[image->segment_count - 1];
	return last->offset + last->packed_len;
}

void check_bootconfig(struct checkup *c)
{
	size_t end = end_of_segments(c->image);

	if (c->image->bootconfig.text) {
		if (c->config && kernel_config_get(c->config, "BOOT_CONFIG") != 'y')
			check_add(c, CHECK_WARNING, NULL,
				  "%s has no CONFIG_BOOT_CONFIG: this kernel ignores "
				  "the boot configuration",
				  c->config->path);
	} else if (end < c->len && memmem(c->data + end, c->len - end, BOOTCONFIG_MAGIC,
					  strlen(BOOTCONFIG_MAGIC))) {
		check_add(c, CHECK_ERROR, NULL,
			  "its boot configuration is damaged, or does not end the file: "
			  "put it behind the last archive");
	}
}

/* ---- what gets lost */

void check_names(struct checkup *c)
{
	static const char *const problems[] = {
		[IMAGE_LOST] = "its folder is not in the archive before it, and so the "
			       "kernel leaves it out: put folders first",
		[IMAGE_IN_THE_WAY] = "a folder with files is in its place, and so the "
				     "kernel leaves it out: choose another name",
		[IMAGE_SKIPPED] =
			"has data but is no file, or is a link that is too long, "
			"and so the kernel leaves it out: make it anew",
		[IMAGE_LOOP] = "the links on its way lead nowhere, and so the kernel "
			       "leaves it out: mend the links",
	};

	for (size_t i = 0; i < c->image->entry_count; i++) {
		const struct image_entry *e = &c->image->entries[i];

		/* the kernel has read that before it unpacks */
		if (is_for_kernel(e) && is_early(c->image, e->segment))
			continue;
		if (e->fate != IMAGE_FINE)
			check_add(c, CHECK_ERROR, e->as.name, "%s", problems[e->fate]);
	}
	if (c->image->left_out)
		check_add(c, CHECK_ERROR, NULL,
			  "%zu names are longer than the kernel takes, and so it leaves "
			  "them out: shorten them",
			  c->image->left_out);
}
