#include "initramfs/image_file.h"
#include "initramfs/unpack.h"
#include "initramfs/verb.h"
#include "lib/fd.h"
#include "lib/log.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct unpack_options {
	struct image_flags image;
	char *folder;
	bool preserve;
};

static const struct flag flags[] = {
	{ 'C', "directory", FLAG_STRING, "DIR",
	  "an empty or a new folder (FILE.d, in the current one)",
	  offsetof(struct unpack_options, folder) },
	{ 's', "segment", FLAG_STRING, "N",
	  "only segment N, from 1, straight into the folder",
	  offsetof(struct unpack_options, image.segment) },
	{ 'p', "preserve", FLAG_SWITCH, NULL,
	  "owners, set-uid bits and device nodes too (as root)",
	  offsetof(struct unpack_options, preserve) },
	IMAGE_FLAG_MAX_SIZE(struct unpack_options, image),
	{ 0 },
};

static bool is_empty(int folder)
{
	DIR *d = fdopendir(dup(folder));
	size_t entries = 0;

	while (d && readdir(d))
		entries++;
	if (d)
		closedir(d);
	return entries == 2; /* . and .. */
}

/* A descriptor, or -errno, logged. */
static int open_folder(const char *path)
{
	fd_auto int fd = -1;

	if (mkdir(path, 0755) < 0 && errno != EEXIST) {
		log_err("unpack: %s: %s", path, strerror(errno));
		return -errno;
	}
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0) {
		log_err("unpack: %s: %s", path, strerror(errno));
		return -errno;
	}
	if (!is_empty(fd)) {
		log_err("unpack: %s: not empty: --directory names another folder", path);
		return -ENOTEMPTY;
	}
	return fd_take(&fd);
}

/* Each of several in its own folder, 1-cpio, 2-zstd, ...: what one has cannot get in the way of the
 * other. */
static int unpack_into(struct unpacking *u, int folder, const struct image_segment *s,
		       const struct image *image, bool alone)
{
	fd_auto int own = -1;
	char *name;

	if (!alone) {
		name = mem_printf("%u-%s", s->number, s->format);
		if (mkdirat(folder, name, 0755) == 0)
			own = openat(folder, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (own < 0)
			log_err("unpack: %s: %s", name, strerror(errno));
		free(name);
		if (own < 0)
			return -EIO;
	}
	u->folder = alone ? folder : own;
	unpack_segment(u, image, s->number);
	return 0;
}

static int unpack_all(struct unpacking *u, const struct image_file *f, const char *path)
{
	const struct image *image = &f->image;
	fd_auto int folder = open_folder(path);
	int err = folder < 0 ? folder : 0;

	for (size_t i = 0; !err && i < image->segment_count; i++)
		if (!f->only || image->segments[i].number == f->only)
			err = unpack_into(u, folder, &image->segments[i], image, f->only);
	if (u->nodes_left_out)
		log_warning("unpack: %u device nodes and the like left out: --preserve "
			    "makes them, as root",
			    u->nodes_left_out);
	return err || u->failures ? 1 : 0;
}

static int unpack_run(void *given, char **operands)
{
	const struct unpack_options *options = given;
	const char *slash = strrchr(operands[0], '/');
	char *folder = options->folder
			       ? mem_strdup(options->folder)
			       : mem_printf("%s.d", slash ? slash + 1 : operands[0]);
	struct unpacking u = { .preserve = options->preserve };
	struct image_file f;
	int status = image_file_open(&f, "unpack", operands[0], &options->image) ? 1 : 0;

	if (f.image.entry_count && unpack_all(&u, &f, folder))
		status = 1;
	image_file_close(&f);
	free(folder);
	return status;
}

const struct verb verb_unpack = {
	.name = "unpack",
	.help = "unpack each segment of an image into a folder of its own",
	.operands = "FILE",
	.operands_min = 1,
	.operands_max = 1,
	.flags = flags,
	.options_size = sizeof(struct unpack_options),
	.run = unpack_run,
};
