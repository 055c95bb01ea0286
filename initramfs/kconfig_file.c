#include "initramfs/kconfig_file.h"

#include "initramfs/compress.h"
#include "initramfs/file.h"
#include "initramfs/sysroot.h"
#include "lib/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int unpack(struct bytes *text)
{
	const struct compression *c = compression_by_magic(text->data, text->len);
	struct bytes plain = { 0 };
	size_t used;
	int err;

	if (!c)
		return 0;
	err = c->unpack ? c->unpack(text->data, text->len, &plain, &used) : -ENOTSUP;
	bytes_free(text);
	*text = plain;
	return err;
}

/* Takes @path, which may be NULL. */
static int read_config(struct kernel_config *config, char *path)
{
	int err = path ? file_read(path, &config->text) : -ENOENT;

	if (!err)
		err = unpack(&config->text);
	if (err && err != -ENOENT)
		log_err("%s: %s", path, strerror(-err));
	if (err) {
		bytes_free(&config->text);
		free(path);
		return err;
	}
	bytes_put(&config->text, "", 1);
	config->path = path;
	return 0;
}

static char *boot_config(const char *sysroot, const char *version)
{
	char *path = mem_printf("/boot/config-%s", version),
	     *found = sysroot_path(sysroot, path);

	free(path);
	return found;
}

int kernel_config_open(struct kernel_config *config, const char *sysroot,
		       const char *version, const char *modules_dir, const char *given)
{
	int err = -ENOENT;

	*config = (struct kernel_config){ 0 };
	if (given) {
		err = read_config(config, mem_strdup(given));
		if (err == -ENOENT)
			log_err("%s: %s", given, strerror(-err));
		return err;
	}
	if (modules_dir)
		err = read_config(config, mem_printf("%s/config", modules_dir));
	if (err == -ENOENT && version)
		err = read_config(config, boot_config(sysroot, version));
	if (err == -ENOENT && modules_dir)
		err = read_config(config, mem_printf("%s/build/.config", modules_dir));
	return err;
}

void kernel_config_free(struct kernel_config *config)
{
	bytes_free(&config->text);
	free(config->path);
	*config = (struct kernel_config){ 0 };
}

char kernel_config_get(const struct kernel_config *config, const char *name)
{
	char *row = mem_printf("CONFIG_%s=", name), value = 'n';
	const char *text = config->path ? (const char *)config->text.data : "";

	for (const char *at = text; value == 'n' && (at = strstr(at, row)); at++) {
		char is = at[strlen(row)];

		if ((at == text || at[-1] == '\n') && (is == 'y' || is == 'm'))
			value = is;
	}
	free(row);
	return value;
}
