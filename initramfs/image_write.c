#include "initramfs/image_write.h"

#include "initramfs/newc.h"
#include "lib/log.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

static int put_entry(const struct tree_entry *e, uint32_t ino, uint32_t mtime,
		     struct bytes *out)
{
	struct newc_entry entry = {
		.name = e->path,
		.ino = ino,
		.mode = e->mode,
		.nlink = S_ISDIR(e->mode) ? 2 : 1,
		.mtime = mtime,
		.data = e->contents.data,
		.len = e->contents.len,
	};
	int err = newc_put(out, &entry);

	if (err == -EINVAL)
		log_err("/%s: the cpio format has no room for this name", e->path);
	else if (err)
		log_err("/%s: %s", e->path, strerror(-err));
	return err;
}

int image_write(const struct tree *tree, uint32_t mtime, const struct packing *packing,
		struct bytes *out)
{
	struct bytes archive = { 0 };
	int err = 0;

	for (size_t i = 0; i < tree->count && !err; i++)
		err = put_entry(&tree->entries[i], (uint32_t)i + 1, mtime, &archive);
	if (!err) {
		newc_put_trailer(&archive);
		err = packing->compression->pack(archive.data, archive.len,
						 packing->level, out);
		if (err)
			log_err("%s: %s", packing->compression->name, strerror(-err));
	}
	bytes_free(&archive);
	return err;
}
