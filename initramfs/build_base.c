/* What every image has: mount points, /init and its options. */
#include "initramfs/build.h"
#include "initramfs/file.h"
#include "lib/version.h"
#include "lib/log.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define INSTALLED_INIT "../lib/rootling/init" /* from where this program is */

/* Mount points PID 1 needs, and what other programs look for. */
int build_add_base(struct build *b)
{
	static const char *const folders[] = { "/dev", "/proc", "/run", "/sys" };
	struct bytes release = { 0 };

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		tree_add_folder(&b->tree, folders[i], 0755);
	bytes_printf(&release, "NAME=rootling\nID=rootling\nVERSION_ID=%s\n",
		     ROOTLING_VERSION);
	tree_add_file(&b->tree, "/etc/initrd-release", &release);
	return 0;
}

static char *installed_init(void)
{
	char self[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self));
	char *slash = len > 0 ? memrchr(self, '/', (size_t)len) : NULL;

	return mem_printf("%.*s/%s", slash ? (int)(slash - self) : 0, self,
			  INSTALLED_INIT);
}

int build_add_init(struct build *b)
{
	char *given = b->options->init,
	     *path = given ? mem_strdup(given) : installed_init();
	struct bytes contents = { 0 };
	int err = file_read(path, &contents);

	if (!err && contents.len == 0)
		err = -ENODATA;
	if (err)
		log_err("build: --init: %s: %s", path, strerror(-err));
	else
		tree_add(&b->tree, "/init", S_IFREG | 0755, &contents);
	bytes_free(&contents);
	free(path);
	return err;
}

static void add_lines(struct build *b, const char *path, const struct strings *lines)
{
	struct bytes text = { 0 };

	for (size_t i = 0; i < lines->count; i++)
		bytes_printf(&text, "%s\n", lines->items[i]);
	if (lines->count)
		tree_add_file(&b->tree, path, &text);
}

int build_add_options(struct build *b)
{
	add_lines(b, "/etc/rootling/cmdline", &b->options->cmdline);
	add_lines(b, "/etc/rootling/sealed", &b->options->sealed);
	return 0;
}
