/* What init/initramfs.c of the kernel makes of the entries: it goes by paths, so links in the
 * image are followed, and what is there already gives way to what comes. One thing is left out:
 * a file in the place of one of several hard links is written into all of them by the kernel. */
#include "initramfs/image.h"

#include "lib/buf.h"
#include "lib/str.h"

#include <limits.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define LINKS_MAX 40 /* as in the kernel: MAXSYMLINKS */

/* What usr/default_cpio_list puts there before anything else. */
static const char *const built_in[] = { ".", "dev", "dev/console", "root" };

#define BUILT_IN_COUNT (sizeof(built_in) / sizeof(built_in[0]))

static int compare_paths(const void *a, const void *b)
{
	return strcmp(((const struct image_entry *)a)->path,
		      ((const struct image_entry *)b)->path);
}

static struct image_entry *at_path(const struct image *image, const char *path)
{
	struct image_entry key = { .path = (char *)path }, **found;

	if (!image->paths)
		return NULL;
	found = tfind(&key, &image->paths, compare_paths);
	return found ? *found : NULL;
}

/* ---- from a name to a path without links */

struct walk {
	const struct image *image;
	char at[PATH_MAX]; /* how far it came, "" is the root */
	char rest[2 * PATH_MAX];
	unsigned links;
};

/* Takes the first part of the rest into @part. False: there is none. */
static bool next_part(struct walk *w, char part[PATH_MAX])
{
	char *from = w->rest + strspn(w->rest, "/");
	size_t len = strcspn(from, "/");

	if (len == 0 || len >= PATH_MAX)
		return false;
	memcpy(part, from, len);
	part[len] = '\0';
	memmove(w->rest, from + len, strlen(from + len) + 1);
	return true;
}

static bool is_last(const struct walk *w)
{
	return w->rest[strspn(w->rest, "/")] == '\0';
}

static void leave_folder(struct walk *w)
{
	char *slash = strrchr(w->at, '/');

	*(slash ? slash : w->at) = '\0';
}

static enum image_fate follow(struct walk *w, const struct newc_entry *link)
{
	char rest[2 * PATH_MAX];
	struct buf b = BUF_OVER(rest);

	if (++w->links > LINKS_MAX || link->len == 0 || link->len >= PATH_MAX)
		return IMAGE_LOOP;
	leave_folder(w);
	if (link->data[0] == '/')
		w->at[0] = '\0';
	buf_put(&b, (const char *)link->data,
		strnlen((const char *)link->data, link->len));
	buf_puts(&b, w->rest);
	memcpy(w->rest, rest, sizeof(rest));
	return b.truncated ? IMAGE_LOOP : IMAGE_FINE;
}

static enum image_fate step(struct walk *w, const char *part, bool follow_last)
{
	struct buf at = { .data = w->at, .len = strlen(w->at), .size = sizeof(w->at) };
	const struct image_entry *e;

	if (str_equal(part, "."))
		return IMAGE_FINE;
	if (str_equal(part, "..")) {
		leave_folder(w);
		return IMAGE_FINE;
	}
	buf_printf(&at, "%s%s", *w->at ? "/" : "", part);
	if (at.truncated)
		return IMAGE_LOOP;
	e = at_path(w->image, w->at);
	if (e && S_ISLNK(e->as.mode) && (follow_last || !is_last(w)))
		return follow(w, &e->as);
	return is_last(w) || (e && S_ISDIR(e->as.mode)) ? IMAGE_FINE : IMAGE_LOST;
}

static enum image_fate walk(struct walk *w, const struct image *image, const char *name,
			    bool follow_last)
{
	struct buf rest = BUF_OVER(w->rest);
	enum image_fate fate = IMAGE_FINE;
	char part[PATH_MAX];

	w->image = image;
	w->at[0] = '\0';
	w->links = 0;
	buf_puts(&rest, name);
	if (rest.truncated)
		return IMAGE_LOOP;
	while (fate == IMAGE_FINE && next_part(w, part))
		fate = step(w, part, follow_last);
	if (fate == IMAGE_FINE && !*w->at)
		FORMAT(w->at, ".");
	return fate;
}

const struct image_entry *image_find(const struct image *image, const char *path,
				     bool follow_last)
{
	struct walk w;

	return walk(&w, image, path, follow_last) == IMAGE_FINE ? at_path(image, w.at)
								: NULL;
}

/* ---- making the tree */

static struct image_entry *folder_of(const struct image *image, const char *path)
{
	const char *slash = strrchr(path, '/');
	char folder[PATH_MAX];

	if (str_equal(path, "."))
		return NULL;
	FORMAT(folder, "%.*s", slash ? (int)(slash - path) : 1, slash ? path : ".");
	return at_path(image, folder);
}

static void put(struct image *image, struct image_entry *e)
{
	struct image_entry *folder = folder_of(image, e->path);
	void *node = tsearch(e, &image->paths, compare_paths);

	if (!node)
		abort(); /* out of memory, for a pointer */
	if (folder)
		folder->children++;
}

static void take_out(struct image *image, struct image_entry *e)
{
	struct image_entry *folder = folder_of(image, e->path);

	tdelete(e, &image->paths, compare_paths);
	e->replaced = true;
	if (folder)
		folder->children--;
}

static void place(struct image *image, struct image_entry *e)
{
	struct image_entry *old = at_path(image, e->path);
	bool folder_stays = old && S_ISDIR(old->as.mode) && S_ISDIR(e->as.mode);

	if (folder_stays)
		e->children = old->children;
	else if (old && old->children)
		e->fate = IMAGE_IN_THE_WAY;
	if (e->fate != IMAGE_FINE)
		return;
	if (old)
		take_out(image, old);
	put(image, e);
}

static void collect(const void *node, VISIT visit, void *ctx)
{
	struct image_entry *e = *(struct image_entry *const *)node;
	struct image *image = ctx;

	if ((visit == postorder || visit == leaf) && *e->as.name)
		image->tree[image->tree_count++] = e;
}

static void put_built_in(struct image *image)
{
	image->built_in = mem_alloc(BUILT_IN_COUNT * sizeof(*image->built_in));
	for (size_t i = 0; i < BUILT_IN_COUNT; i++) {
		image->built_in[i] = (struct image_entry){
			.as = { .name = "", .mode = S_IFDIR | 0755, .nlink = 2 },
			.path = (char *)built_in[i],
		};
		if (str_equal(built_in[i], "dev/console"))
			image->built_in[i].as.mode = S_IFCHR | 0600;
		put(image, &image->built_in[i]);
	}
}

/* do_header() of the kernel. */
static bool is_skipped(const struct newc_entry *e)
{
	return S_ISLNK(e->mode) ? e->len > PATH_MAX : !S_ISREG(e->mode) && e->len;
}

static void settle(struct image *image, struct image_entry *e)
{
	struct walk w;

	if (!*e->as.name)
		e->fate = IMAGE_LOST;
	else if (is_skipped(&e->as))
		e->fate = IMAGE_SKIPPED;
	else
		e->fate = walk(&w, image, e->as.name, false);
	e->path = mem_strdup(e->fate == IMAGE_FINE ? w.at : e->as.name);
	if (e->fate == IMAGE_FINE)
		place(image, e);
}

void image_tree_make(struct image *image)
{
	put_built_in(image);
	for (size_t i = 0; i < image->entry_count; i++)
		settle(image, &image->entries[i]);
	image->tree = mem_alloc(image->entry_count * sizeof(*image->tree));
	twalk_r(image->paths, collect, image);
}

static void keep(void *entry)
{
	(void)entry; /* it belongs to an array */
}

void image_tree_free(struct image *image)
{
	tdestroy(image->paths, keep);
	free(image->built_in);
	free(image->tree);
}
