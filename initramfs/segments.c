#include "initramfs/segments.h"

#include "initramfs/bootconfig.h"
#include "initramfs/compress.h"
#include "initramfs/file.h"
#include "initramfs/image_read.h"
#include "lib/log.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

/* lz4 ends where its next length would be 0: four zeroes more than the headers need. */
void segments_align(struct bytes *image)
{
	static const uint8_t zeroes[2 * NEWC_ALIGNMENT];

	if (image->len)
		bytes_put(image, zeroes, NEWC_ALIGNMENT + -image->len % NEWC_ALIGNMENT);
}

/* False, logged: the kernel cannot unpack the segment at @offset. */
static bool is_known(const char *path, const struct bytes *file, size_t offset,
		     const struct kernel_config *config)
{
	const struct compression *c =
		compression_by_magic(file->data + offset, file->len - offset);

	if (!c || !config->path || kernel_config_get(config, c->kernel_option) == 'y')
		return true;
	log_err("%s: packed with %s: %s lacks CONFIG_%s", path, c->name, config->path,
		c->kernel_option);
	return false;
}

/* Reads all of it, as the kernel will. 0 or -errno, logged. */
static int check(const char *path, const struct bytes *file,
		 const struct kernel_config *config)
{
	struct image_reader r = image_reader_over(file->data, file->len);
	struct newc_entry entry;
	unsigned segments = 0;
	int found;

	while ((found = image_read(&r, &entry)) > 0) {
		if (segments == r.segment.number)
			continue;
		segments = r.segment.number;
		if (!is_known(path, file, r.segment.offset, config))
			break;
	}
	if (found < 0)
		log_err("%s: segment %u, offset %zu: %s", path, r.segment.number,
			r.problem_offset, r.problem);
	else if (segments == 0)
		log_err("%s: no archive", path);
	image_reader_free(&r);
	return found < 0 ? found : found > 0 ? -EOPNOTSUPP : segments ? 0 : -ENODATA;
}

int segments_add(struct bytes *image, const char *path,
		 const struct kernel_config *config)
{
	struct bytes file = { 0 };
	struct bootconfig trailer;
	int err = file_read(path, &file);

	if (err) {
		log_err("%s: %s", path, strerror(-err));
	} else if (bootconfig_find(file.data, file.len, &trailer) != -ENOENT) {
		log_err("%s: has a boot configuration, which must be at the end of the whole image: give it as --bootconfig",
			path);
		err = -EINVAL;
	} else {
		err = check(path, &file, config);
	}
	if (!err) {
		segments_align(image);
		bytes_put(image, file.data, file.len);
	}
	bytes_free(&file);
	return err;
}
