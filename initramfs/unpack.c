#include "initramfs/unpack.h"

#include "initramfs/show.h"
#include "lib/buf.h"
#include "lib/fd.h"
#include "lib/log.h"
#include "lib/str.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define FOLDER_MODE 0755 /* of those the image forgot to mention */

/* Where an entry goes: its folder, open, and its name in there. */
struct target {
	int folder;
	char path[PATH_MAX];
	const char *name;
};

static int open_beneath(int folder, const char *path, uint64_t flags)
{
	struct open_how how = {
		.flags = flags | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS,
	};
	int fd = (int)syscall(SYS_openat2, folder, path, &how, sizeof(how));

	return fd < 0 ? -errno : fd;
}

/* @name without "/", "." and "//" where they change nothing. */
static int plain_path(const char *name, char out[PATH_MAX])
{
	struct buf b = buf_init(out, PATH_MAX);

	while (*(name += strspn(name, "/"))) {
		size_t len = strcspn(name, "/");

		if (len == 2 && memcmp(name, "..", 2) == 0)
			return -EXDEV;
		if (len != 1 || *name != '.') {
			buf_puts(&b, b.len ? "/" : "");
			buf_put(&b, name, len);
		}
		name += len;
	}
	if (b.len == 0)
		buf_puts(&b, ".");
	return b.truncated ? -ENAMETOOLONG : 0;
}

/* Goes into the first part of @path, which ends at a '/'; makes it when it is not there. */
static int enter(int folder, char *path, size_t len)
{
	int fd;

	path[len] = '\0';
	fd = open_beneath(folder, path, O_PATH | O_DIRECTORY);
	if (fd == -ENOENT && mkdirat(folder, path, FOLDER_MODE) == 0)
		fd = open_beneath(folder, path, O_PATH | O_DIRECTORY);
	path[len] = '/';
	return fd;
}

static int find_target(const struct unpacking *u, const char *name, struct target *t)
{
	int err = plain_path(name, t->path), next;
	char *slash;

	t->folder = err ? -1 : open_beneath(u->folder, ".", O_PATH | O_DIRECTORY);
	if (err || t->folder < 0)
		return err ? err : t->folder;
	t->name = t->path;
	while ((slash = strchr(t->name, '/'))) {
		next = enter(t->folder, (char *)t->name, (size_t)(slash - t->name));
		fd_close(&t->folder);
		t->folder = next;
		if (next < 0)
			return next;
		t->name = slash + 1;
	}
	return 0;
}

/* ---- one kind of file each; 0 or -errno */

static int clear_way(const struct target *t)
{
	if (unlinkat(t->folder, t->name, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno != EISDIR)
		return -errno;
	return unlinkat(t->folder, t->name, AT_REMOVEDIR) < 0 ? -errno : 0;
}

static int set_metadata(const struct unpacking *u, int fd, const struct newc_entry *e)
{
	struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, { .tv_sec = e->mtime } };

	if (u->preserve && fchown(fd, e->uid, e->gid) < 0)
		return -errno;
	if (fchmod(fd, e->mode & (u->preserve ? 07777 : 0777)) < 0)
		return -errno;
	return futimens(fd, times) < 0 ? -errno : 0;
}

static int write_file(struct unpacking *u, const struct target *t,
		      const struct newc_entry *e)
{
	fd_auto int fd =
		openat(t->folder, t->name,
		       O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	int err;

	if (fd < 0)
		return -errno;
	err = fd_write_all(fd, e->data, e->len);
	return err ? err : set_metadata(u, fd, e);
}

/* False: what it is a link to is not there. */
static bool make_hard_link(const struct unpacking *u, const struct target *t,
			   const struct newc_entry *first)
{
	struct target old;
	bool made = find_target(u, first->name, &old) == 0 &&
		    linkat(old.folder, old.name, t->folder, t->name, 0) == 0;

	fd_close(&old.folder);
	return made;
}

static int unpack_file(struct unpacking *u, const struct target *t,
		       const struct image_entry *e)
{
	int err = clear_way(t);

	if (err || (e->link && make_hard_link(u, t, &e->link->as)))
		return err;
	return write_file(u, t, &e->as);
}

static int unpack_link(struct unpacking *u, const struct target *t,
		       const struct image_entry *e)
{
	char to[PATH_MAX];
	struct buf b = BUF_OVER(to);
	int err = clear_way(t);

	buf_put(&b, (const char *)e->as.data, e->as.len);
	if (b.truncated)
		return -ENAMETOOLONG;
	if (err || symlinkat(to, t->folder, t->name) < 0)
		return err ? err : -errno;
	if (u->preserve &&
	    fchownat(t->folder, t->name, e->as.uid, e->as.gid, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	return 0;
}

/* Its own mode, which may forbid to put files in, comes at the end. */
static int unpack_folder(struct unpacking *u, const struct target *t,
			 const struct image_entry *e)
{
	fd_auto int there = open_beneath(t->folder, t->name, O_PATH | O_DIRECTORY);
	int err = there < 0 ? clear_way(t) : 0;

	(void)u;
	(void)e;
	if (!err && there < 0 && mkdirat(t->folder, t->name, 0700) < 0)
		err = -errno;
	return err;
}

static int unpack_node(struct unpacking *u, const struct target *t,
		       const struct image_entry *e)
{
	int err;

	if (!u->preserve) {
		u->nodes_left_out++;
		return 0;
	}
	err = clear_way(t);
	if (!err && mknodat(t->folder, t->name, e->as.mode,
			    makedev(e->as.rdev_major, e->as.rdev_minor)) < 0)
		err = -errno;
	return err;
}

static const struct kind {
	uint32_t type;
	int (*unpack)(struct unpacking *u, const struct target *t,
		      const struct image_entry *e);
} kinds[] = {
	{ S_IFREG, unpack_file },  { S_IFLNK, unpack_link }, { S_IFDIR, unpack_folder },
	{ S_IFCHR, unpack_node },  { S_IFBLK, unpack_node }, { S_IFIFO, unpack_node },
	{ S_IFSOCK, unpack_node },
};

/* ---- */

static const char *explain(int err)
{
	switch (err) {
	case -EXDEV:
		return "left out: it leads out of the folder";
	case -ELOOP:
		return "left out: a symbolic link is in its way";
	case -ENOTDIR:
		return "left out: what should be its folder is none";
	default:
		return strerror(-err);
	}
}

static void fail(struct unpacking *u, const struct image_entry *e, int err)
{
	char *name = show_name(e->as.name);

	log_err("unpack: segment %u: %s: %s", e->segment, name, explain(err));
	u->failures++;
	free(name);
}

static void unpack_entry(struct unpacking *u, const struct image_entry *e)
{
	struct target t;
	int err = find_target(u, e->as.name, &t);

	for (size_t i = 0; !err && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if ((e->as.mode & S_IFMT) == kinds[i].type)
			err = kinds[i].unpack(u, &t, e);
	fd_close(&t.folder);
	if (err)
		fail(u, e, err);
}

static void finish_folder(struct unpacking *u, const struct image_entry *e)
{
	char path[PATH_MAX];
	fd_auto int fd = plain_path(e->as.name, path)
				 ? -1
				 : open_beneath(u->folder, path, O_RDONLY | O_DIRECTORY);
	int err = fd < 0 ? 0 : set_metadata(u, fd, &e->as);

	if (err)
		fail(u, e, err);
}

void unpack_segment(struct unpacking *u, const struct image *image, unsigned segment)
{
	for (size_t i = 0; i < image->entry_count; i++)
		if (image->entries[i].segment == segment)
			unpack_entry(u, &image->entries[i]);
	for (size_t i = image->entry_count; i--;)
		if (image->entries[i].segment == segment &&
		    S_ISDIR(image->entries[i].as.mode))
			finish_folder(u, &image->entries[i]);
}
