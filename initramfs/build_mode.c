/* Which modules an image gets. */
#include "initramfs/build.h"
#include "initramfs/file.h"
#include "lib/log.h"

#include <string.h>

static int read_description(const char *path, struct host *host)
{
	struct bytes text = { 0 };
	int err = file_read(path, &text);

	if (err)
		log_err("build: --modules-from-host %s: %s", path, strerror(-err));
	else
		err = host_parse((const char *)text.data, text.len, path, host);
	bytes_free(&text);
	return err;
}

static int describe(const char *sysroot, struct host *host)
{
	int err = host_describe(sysroot, host);

	if (err)
		log_err("build: --hostonly: %s: use --universal", host->problem);
	return err;
}

/* Nobody said: this machine, if it can be known. A list stands for itself, and a kernel without
 * modules needs none. */
static enum build_mode default_mode(struct build *b)
{
	const struct build_options *o = b->options;

	if (o->modules.count || o->loads.count)
		return MODE_LISTED;
	if (!b->modules_dir) {
		log_warning("build: no kernel in /lib/modules: the image has no modules");
		return MODE_LISTED;
	}
	if (!host_describe(o->sysroot, &b->host))
		return MODE_HOST;
	if (o->verbose)
		log_info("build: %s: as with --universal", b->host.problem);
	return MODE_UNIVERSAL;
}

int build_choose_mode(struct build *b)
{
	const struct build_options *o = b->options;

	if (o->listed)
		b->mode = MODE_LISTED;
	else if (o->universal)
		b->mode = MODE_UNIVERSAL;
	else if (o->hostonly || o->modules_from_host)
		b->mode = MODE_HOST;
	else
		b->mode = default_mode(b);
	if (o->modules_from_host)
		return read_description(o->modules_from_host, &b->host);
	return o->hostonly ? describe(o->sysroot, &b->host) : 0;
}
