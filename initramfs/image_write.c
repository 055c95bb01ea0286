#include "initramfs/image_write.h"

#include "initramfs/newc.h"
#include "lib/log.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

/* What is in the files stays where it is: they may be many megabytes. */
static int put_entry(const struct tree_entry *e, uint32_t ino, uint32_t mtime,
		     struct rope *archive)
{
	struct bytes head = { 0 };
	struct newc_entry entry = {
		.name = e->path,
		.ino = ino,
		.mode = e->mode,
		.nlink = S_ISDIR(e->mode) ? 2 : 1,
		.mtime = mtime,
		.data = e->contents.data,
		.len = e->contents.len,
	};
	int err = newc_put_head(&head, &entry);

	rope_put(archive, head.data, head.len);
	rope_refer(archive, entry.data, entry.len);
	rope_put(archive, "\0\0", -entry.len % NEWC_ALIGNMENT);
	bytes_free(&head);
	if (err == -EINVAL)
		log_err("/%s: the cpio format has no room for this name", e->path);
	else if (err)
		log_err("/%s: %s", e->path, strerror(-err));
	return err;
}

int image_write(const struct tree *tree, uint32_t mtime, const struct packing *packing,
		struct bytes *out)
{
	struct bytes trailer = { 0 };
	struct rope archive = { 0 };
	int err = 0;

	for (size_t i = 0; i < tree->count && !err; i++)
		err = put_entry(&tree->entries[i], (uint32_t)i + 1, mtime, &archive);
	if (!err) {
		newc_put_trailer(&trailer);
		rope_refer(&archive, trailer.data, trailer.len);
		err = packing->compression->pack(&archive, packing->level, out);
		if (err)
			log_err("%s: %s", packing->compression->name, strerror(-err));
	}
	rope_free(&archive);
	bytes_free(&trailer);
	return err;
}
