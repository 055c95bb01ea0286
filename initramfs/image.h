/* An image as the kernel leaves it behind: every entry of every segment, and the tree of files
 * that unpacking them one after the other makes (init/initramfs.c). Pure: memory only. */
#ifndef INITRAMFS_IMAGE_H
#define INITRAMFS_IMAGE_H

#include "initramfs/bootconfig.h"
#include "initramfs/image_read.h"

enum image_fate {
	IMAGE_FINE,
	IMAGE_LOST,	  /* its folder is not there: the kernel leaves it out */
	IMAGE_IN_THE_WAY, /* so it does when a folder with files in it is in its place */
	IMAGE_LOOP,	  /* or links above it lead nowhere */
	IMAGE_SKIPPED, /* or it is no file and has data, or is a link that is too long */
};

struct image_entry {
	struct newc_entry as; /* as the archive has it; hard links all with their data */
	char *path;	  /* where it came to lie, links above it followed: "a/b", "." */
	unsigned segment; /* from 1 */
	unsigned archive; /* a segment may have several; from 1, in the whole image */
	const struct image_entry
		*link;	 /* the first of its hard links, if it is not that */
	size_t children; /* of a folder that is in the tree */
	bool replaced;	 /* a later entry took its place */
	enum image_fate fate;
};

struct image {
	struct image_segment *segments;
	struct bytes *unpacked; /* of each segment, what its entries point into */
	size_t segment_count;
	struct image_entry *entries; /* in the order of the archives */
	size_t entry_count;
	struct image_entry **tree; /* what is there at the end, sorted by strcmp() */
	size_t tree_count;
	void *paths; /* the same for tfind(3), with what the kernel has built in */
	struct image_entry *built_in;
	struct bootconfig bootconfig; /* text NULL: none, or a damaged one */

	size_t left_out; /* see newc.h */

	const char *problem;   /* where reading ended too early, static text */
	size_t problem_offset; /* in the file, or */
	bool problem_inside;   /* in what the last segment unpacks to */
};

/* Reads the image in @data, which must stay: what of it can be read is in @image, whatever
 * is returned. Only segment @only takes part unless that is 0; @may_unpack: see
 * image_read.h, 0: its default. 0, or what image_read() returns. */
int image_load(struct image *image, const void *data, size_t len, unsigned only,
	       size_t may_unpack);
void image_free(struct image *image);

/* Lets every entry fall into its place in the tree: image_load() calls it. */
void image_tree_make(struct image *image);
void image_tree_free(struct image *image);

/* What is at @path in the end, which may begin with a '/'; links above its last part are
 * followed, with @follow that too. NULL: nothing, or links that lead nowhere. What the
 * kernel has built in (/, /dev, /root) is found too: as.name is "" then. */
const struct image_entry *image_find(const struct image *image, const char *path,
				     bool follow);

/* Which program made it, NULL: unknown. Static text. */
const char *image_maker(const struct image *image);

#endif
