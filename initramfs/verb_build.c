#include "initramfs/file.h"
#include "initramfs/image_write.h"
#include "initramfs/modset.h"
#include "initramfs/verb.h"
#include "initramfs/version.h"
#include "lib/clock.h"
#include "lib/log.h"
#include "lib/str.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#define INSTALLED_INIT "../lib/rootling/init" /* from where this program is */

struct build_options {
	char *kernel, *modules_dir, *output, *init, *compress;
	struct strings modules, loads, adds, cmdline, sealed;
	bool verbose;
};

#define FIELD(name) offsetof(struct build_options, name)

static const struct flag flags[] = {
	{ 'o', "output", FLAG_STRING, "FILE", "the image to write (mode 0600)",
	  FIELD(output) },
	{ 'k', "kernel", FLAG_STRING, "VERSION",
	  "take modules from /lib/modules/VERSION (the running kernel's)",
	  FIELD(kernel) },
	{ 0, "modules-dir", FLAG_STRING, "DIR",
	  "take modules from DIR, whose name is the version", FIELD(modules_dir) },
	{ 0, "init", FLAG_STRING, "FILE", "pack FILE as /init (the installed one)",
	  FIELD(init) },
	{ 'm', "module", FLAG_LIST, "NAME", "pack the module or alias, with dependencies",
	  FIELD(modules) },
	{ 'l', "load", FLAG_LIST, "NAME", "pack it, and load it at once in this order",
	  FIELD(loads) },
	{ 'a', "add", FLAG_LIST, "SRC[:DST]",
	  "pack a file, link or folder (as its own path)", FIELD(adds) },
	{ 0, "cmdline", FLAG_LIST, "OPTIONS",
	  "options the kernel command line can override", FIELD(cmdline) },
	{ 0, "sealed", FLAG_LIST, "OPTIONS",
	  "options the kernel command line cannot override", FIELD(sealed) },
	{ 'c', "compress", FLAG_STRING, "HOW",
	  "none, gzip (the default) or gzip:LEVEL (10)", FIELD(compress) },
	{ 'v', "verbose", FLAG_SWITCH, NULL, "list what is packed", FIELD(verbose) },
	{ 0 },
};

struct build {
	const struct build_options *options;
	struct packing packing;
	uint32_t mtime;
	struct modset modset;
	struct tree tree;
	struct bytes image;
};

static int check_options(struct build *b)
{
	const struct build_options *o = b->options;
	const char *epoch = getenv("SOURCE_DATE_EPOCH");
	struct stat st;

	if (!o->output) {
		log_err("build: --output FILE is missing");
		return -EINVAL;
	}
	if (stat(o->output, &st) == 0 && !S_ISREG(st.st_mode)) {
		/* a rename would put a file in the place of /dev/null */
		log_err("build: --output %s: not a regular file", o->output);
		return -EINVAL;
	}
	if (o->kernel && o->modules_dir) {
		log_err("build: --kernel and --modules-dir exclude each other");
		return -EINVAL;
	}
	if (packing_parse(o->compress ? o->compress : "gzip", &b->packing)) {
		log_err("build: --compress %s: not none, gzip or gzip:LEVEL up to 12",
			o->compress);
		return -EINVAL;
	}
	if (epoch && str_parse_u32(epoch, 10, &b->mtime)) {
		log_err("build: SOURCE_DATE_EPOCH=%s: not seconds since 1970", epoch);
		return -EINVAL;
	}
	return 0;
}

/* Mount points PID 1 needs, and what other programs look for. */
static int add_base(struct build *b)
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

static int add_init(struct build *b)
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

static char *modules_folder(const struct build_options *o)
{
	struct utsname running;

	if (o->modules_dir)
		return mem_strdup(o->modules_dir);
	if (o->kernel)
		return mem_printf("/lib/modules/%s", o->kernel);
	return uname(&running) < 0 ? mem_strdup("/lib/modules")
				   : mem_printf("/lib/modules/%s", running.release);
}

static int add_modules(struct build *b)
{
	const struct build_options *o = b->options;
	char *folder;
	int err;

	if (o->loads.count + o->modules.count == 0)
		return 0;
	folder = modules_folder(o);
	err = modset_open(&b->modset, folder);
	for (size_t i = 0; i < o->loads.count && !err; i++)
		err = modset_add(&b->modset, o->loads.items[i], true);
	for (size_t i = 0; i < o->modules.count && !err; i++)
		err = modset_add(&b->modset, o->modules.items[i], false);
	free(folder);
	return err ? err : modset_pack(&b->modset, &b->tree);
}

static void add_lines(struct build *b, const char *path, const struct strings *lines)
{
	struct bytes text = { 0 };

	for (size_t i = 0; i < lines->count; i++)
		bytes_printf(&text, "%s\n", lines->items[i]);
	if (lines->count)
		tree_add_file(&b->tree, path, &text);
}

static int add_options(struct build *b)
{
	add_lines(b, "/etc/rootling/cmdline", &b->options->cmdline);
	add_lines(b, "/etc/rootling/sealed", &b->options->sealed);
	return 0;
}

/* SRC:DST is cut at the last `:/`, so that a name may have a colon in it. */
static int add_extra(struct build *b)
{
	const struct strings *adds = &b->options->adds;
	int err = 0;

	for (size_t i = 0; i < adds->count && !err; i++) {
		char *source = mem_strdup(adds->items[i]), *colon = strstr(source, ":/"),
		     *path;

		while (colon && strstr(colon + 1, ":/"))
			colon = strstr(colon + 1, ":/");
		path = tree_normal_path(colon ? colon + 1 : source);
		if (colon)
			*colon = '\0';
		err = tree_add_source(&b->tree, source, path);
		free(source);
		free(path);
	}
	return err;
}

static int write_image(struct build *b)
{
	const char *output = b->options->output;
	int err = tree_finish(&b->tree);

	if (!err)
		err = image_write(&b->tree, b->mtime, &b->packing, &b->image);
	if (err)
		return err;
	err = file_replace(output, b->image.data, b->image.len);
	if (err)
		log_err("build: %s: %s", output, strerror(-err));
	return err;
}

static void report(const struct build *b, uint64_t started_ms)
{
	const struct build_options *o = b->options;

	for (size_t i = 0; i < b->tree.count && o->verbose; i++)
		printf("%9zu %s\n", b->tree.entries[i].contents.len,
		       b->tree.entries[i].path);
	for (size_t i = 0; i < b->modset.builtin.count && o->verbose; i++)
		printf("module %s: built into the kernel\n", b->modset.builtin.items[i]);
	if (o->verbose || isatty(STDOUT_FILENO))
		printf("%s: %zu bytes, %zu modules, %zu files, %u ms\n", o->output,
		       b->image.len, b->modset.count, b->tree.count,
		       (unsigned)(clock_monotonic_ms() - started_ms));
}

/* Nothing is written before the last step, and that step leaves the old image or the new
 * one. */
static int build_run(void *options, char **operands)
{
	static int (*const steps[])(struct build *) = {
		check_options, add_base,  add_init,    add_modules,
		add_options,   add_extra, write_image,
	};
	struct build b = { .options = options };
	uint64_t started_ms = clock_monotonic_ms();
	int err = 0;

	(void)operands; /* it takes none */
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]) && !err; i++)
		err = steps[i](&b);
	if (!err)
		report(&b, started_ms);
	modset_free(&b.modset);
	tree_free(&b.tree);
	bytes_free(&b.image);
	return err ? 1 : 0;
}

const struct verb verb_build = {
	.name = "build",
	.help = "build an image",
	.operands = "",
	.flags = flags,
	.options_size = sizeof(struct build_options),
	.run = build_run,
};
