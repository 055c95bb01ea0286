/* --hostonly and --modules-from-host: what one machine needs, and of that the fast path. */
#include "initramfs/build.h"
#include "initramfs/host.h"
#include "lib/log.h"

#include <errno.h>
#include <stdlib.h>

/* Names of what is loaded or built in: who bound the devices on that machine. */
struct drivers {
	struct modset *modules;
	struct strings chosen;
};

static int collect(struct modset *set, const char *name, bool builtin, void *ctx)
{
	(void)set;
	(void)builtin;
	strings_add_once(ctx, name);
	return 0;
}

static int add_names(struct drivers *d, const struct strings *names, bool load)
{
	int err = 0;

	for (size_t i = 0; i < names->count && !err; i++) {
		err = modset_add(d->modules, names->items[i], load);
		if (load)
			strings_add_once(&d->chosen, names->items[i]);
	}
	return err;
}

/* Another kernel may not have it, or by another name: then the alias finds it. */
static int add_found(struct drivers *d, const char *name, bool load)
{
	struct strings names = { 0 };
	int count = modset_resolve(d->modules, name, collect, &names);
	int err = count < 0 ? count : add_names(d, &names, load);

	strings_free(&names);
	return err ? err : count;
}

/* Several drivers may answer to an alias: ata_piix and ata_generic. When one of them is known to be
 * the one, the others are there but not loaded. */
static int add_modalias(struct drivers *d, const char *modalias)
{
	struct strings names = { 0 };
	int err = modset_resolve(d->modules, modalias, collect, &names);
	bool known = false;

	for (size_t i = 0; i < names.count; i++)
		known |= strings_has(&d->chosen, names.items[i]);
	if (err >= 0)
		err = add_names(d, &names, !known);
	strings_free(&names);
	return err;
}

static int add_fs(struct drivers *d, const char *type)
{
	char *alias = mem_printf("fs-%s", type);
	int count = add_found(d, alias, true);

	if (count == 0)
		count = add_found(d, type, true);
	if (count == 0)
		log_warning(
			"build: file system %s: %s says neither that it is a module nor "
			"that it is built in",
			type, d->modules->version);
	free(alias);
	return count;
}

/* Better no new image than one that is known to fail. */
static int refuse_stacked(const struct host_line *line)
{
	log_err("build: the root is on %s, which /init cannot set up yet: an image of --universal has its modules, for a program of yours to do it",
		line->value);
	return -EOPNOTSUPP;
}

static int add_line(struct drivers *d, const struct host_line *line)
{
	switch (line->word) {
	case HOST_MODULE:
		return add_found(d, line->value, true);
	case HOST_MODALIAS:
		return add_modalias(d, line->value);
	case HOST_FS:
		return add_fs(d, line->value);
	case HOST_PACK:
		return add_found(d, line->value, false);
	case HOST_STACKED:
		return refuse_stacked(line);
	default:
		return 0;
	}
}

/* Modules before the aliases that they make superfluous; each device's own stand together, so one
 * pass in the order of the lines does. */
static int add_host(struct modset *modules, const struct host *host)
{
	struct drivers d = { .modules = modules };
	int err = 0;

	for (size_t i = 0; i < host->count && err >= 0; i++)
		err = add_line(&d, &host->lines[i]);
	strings_free(&d.chosen);
	return err < 0 ? err : 0;
}

int build_add_host(struct build *b)
{
	return b->mode == MODE_HOST ? add_host(&b->modset, &b->host) : 0;
}
