#include "initramfs/bootconfig.h"
#include "initramfs/build.h"
#include "initramfs/file.h"
#include "initramfs/image_write.h"
#include "initramfs/newc.h"
#include "initramfs/segments.h"
#include "lib/log.h"

#include <errno.h>
#include <string.h>

static void put_early(struct build *b)
{
	if (b->early.len == 0)
		return;
	newc_put_trailer(&b->early);
	bytes_put(&b->image, b->early.data, b->early.len);
}

static int put_segments(struct build *b, const struct strings *paths)
{
	int err = 0;

	for (size_t i = 0; i < paths->count && !err; i++)
		err = segments_add(&b->image, paths->items[i], &b->kernel_config);
	return err;
}

static int put_main(struct build *b)
{
	int err = tree_finish(&b->tree);

	segments_align(&b->image);
	return err ? err : image_write(&b->tree, b->mtime, &b->packing, &b->image);
}

static int put_bootconfig(struct build *b)
{
	const char *path = b->options->bootconfig, *problem;
	struct bytes text = { 0 };
	int err = path ? build_need_kernel(b, "bootconfig", "BOOT_CONFIG") : 0;

	if (err || !path)
		return err;
	err = file_read(path, &text);
	problem = err ? strerror(-err) : bootconfig_check(text.data, text.len);
	if (problem) {
		log_err("build: --bootconfig %s: %s", path, problem);
		err = err ? err : -EINVAL;
	} else {
		segments_align(&b->image);
		bootconfig_put(&b->image, text.data, text.len);
	}
	bytes_free(&text);
	return err;
}

int build_write(struct build *b)
{
	const struct build_options *o = b->options;
	int err;

	put_early(b);
	err = put_segments(b, &o->prepends);
	if (!err)
		err = put_main(b);
	if (!err)
		err = put_segments(b, &o->appends);
	if (!err)
		err = put_bootconfig(b);
	return err ? err : build_put(b);
}
