#include "initramfs/image_file.h"
#include "initramfs/show.h"
#include "initramfs/verb.h"
#include "lib/log.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

struct cat_options {
	struct image_flags image;
};

static const struct flag flags[] = {
	IMAGE_FLAG_SEGMENT(struct cat_options, image),
	IMAGE_FLAG_MAX_SIZE(struct cat_options, image),
	{ 0 },
};

static const char *why_not(const struct image_entry *e)
{
	if (!e)
		return "not in the image";
	if (S_ISDIR(e->as.mode))
		return "is a folder";
	return S_ISREG(e->as.mode) ? NULL : "is not a file";
}

static int print_file(const struct image_file *f, const char *path)
{
	const struct image_entry *e = image_find(&f->image, path, true);
	const char *problem = why_not(e);
	char *name;

	if (!problem) {
		(void)fwrite(e->as.data, 1, e->as.len, stdout); /* see show_end() */
		return 0;
	}
	name = show_name(path);
	log_err("cat: %s: %s: %s", f->path, name, problem);
	free(name);
	return -ENOENT;
}

static int cat_run(void *given, char **operands)
{
	const struct cat_options *options = given;
	struct image_file f;
	int status = image_file_open(&f, "cat", operands[0], &options->image) ? 1 : 0;

	if (status && !f.image.entry_count)
		operands[1] = NULL; /* what is wrong was said */
	for (char **path = operands + 1; *path; path++)
		if (print_file(&f, *path))
			status = 1;
	image_file_close(&f);
	return show_end("cat") ? 1 : status;
}

const struct verb verb_cat = {
	.name = "cat",
	.help = "print files of an image, as the last archive with them has them",
	.operands = "FILE PATH...",
	.operands_min = 2,
	.operands_max = UINT_MAX,
	.flags = flags,
	.options_size = sizeof(struct cat_options),
	.run = cat_run,
};
