/* What the user adds: files, folders, programs. */
#include "initramfs/build.h"
#include "initramfs/pathwalk.h"
#include "initramfs/pull.h"
#include "initramfs/sysroot.h"
#include "lib/fd.h"
#include "lib/log.h"
#include "lib/str.h"
#include "mount/program.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define KLIBC_PROGRAMS "/usr/lib/klibc/bin"

/* The path in the system; a relative one is from the current folder, or the top of --sysroot. */
static char *inside_path(const char *root, const char *source)
{
	char *below_root = root ? mem_printf("/%s", source) : NULL,
	     *path = tree_normal_path(root ? below_root : source);

	free(below_root);
	return path;
}

/* Where @path is on this machine: the links above it are followed, itself it may be one. */
static char *outside_path(const char *root, const char *path)
{
	char *folder = pathwalk_folder(path), *real = sysroot_path(root, folder);
	const char *above = real ? real : folder;
	char *outside = mem_printf("%s%s", above[1] ? above : "", strrchr(path, '/'));

	free(folder);
	free(real);
	return outside;
}

static int add_as(struct tree *tree, const char *root, const char *path,
		  const char *place)
{
	char *outside = outside_path(root, path), *wanted = tree_normal_path(place);
	int err = tree_add_source(tree, outside, wanted);

	free(outside);
	free(wanted);
	return err;
}

static bool is_link_to_folder(const char *root, const char *path)
{
	char *link = outside_path(root, path), *target = sysroot_path(root, path);
	struct stat of_link, of_target;
	bool yes = target && lstat(link, &of_link) == 0 && S_ISLNK(of_link.st_mode) &&
		   stat(target, &of_target) == 0 && S_ISDIR(of_target.st_mode) &&
		   !sysroot_is_volatile(sysroot_inside(root, target));

	free(link);
	free(target);
	return yes;
}

/* At its own place. The target of a link to a file comes later, as that of any link. */
static int add_here(struct tree *tree, const char *root, const char *path)
{
	int err = pull_entry(tree, root, path);

	return !err && is_link_to_folder(root, path) ? pull(tree, root, path) : err;
}

/* SRC:DST is cut at the last `:/`, so that a name may have a colon in it. */
static int add_item(struct tree *tree, const char *root, const char *item)
{
	char *source = mem_strdup(item), *colon = strstr(source, ":/"), *path;
	int err;

	while (colon && strstr(colon + 1, ":/"))
		colon = strstr(colon + 1, ":/");
	if (colon)
		*colon = '\0';
	path = inside_path(root, source);
	err = colon ? add_as(tree, root, path, colon + 1) : add_here(tree, root, path);
	free(source);
	free(path);
	return err;
}

int build_add_extra(struct build *b)
{
	const struct strings *adds = &b->options->adds;
	char *root;
	int err = sysroot_open(b->options->sysroot, &root);

	for (size_t i = 0; i < adds->count && !err; i++)
		err = add_item(&b->tree, root, adds->items[i]);
	free(root);
	return err;
}

/* Debian's klibc-utils: the programs, and the library that is their loader too. */
int build_add_klibc(struct build *b)
{
	uint8_t head[PROGRAM_HEAD_SIZE];
	struct program shell;
	int fd =
		b->options->klibc ? open(KLIBC_PROGRAMS "/sh", O_RDONLY | O_CLOEXEC) : -1;
	ssize_t len;

	if (!b->options->klibc)
		return 0;
	len = fd < 0 ? -errno : fd_read_full(fd, head, sizeof(head));
	fd_close(&fd);
	if (len < 0) {
		log_err("build: --add-klibc: %s/sh: %s: install klibc-utils",
			KLIBC_PROGRAMS, strerror((int)-len));
		return (int)len;
	}
	if (program_parse(head, (size_t)len, &shell) || !*shell.interpreter) {
		log_err("build: --add-klibc: %s/sh: not a program of klibc",
			KLIBC_PROGRAMS);
		return -ENOEXEC;
	}
	len = tree_add_source(&b->tree, KLIBC_PROGRAMS, "/bin");
	return len ? (int)len
		   : tree_add_source(&b->tree, shell.interpreter, shell.interpreter);
}
