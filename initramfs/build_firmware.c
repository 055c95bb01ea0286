/* What the packed modules say they load, and what was asked for by name. */
#include "initramfs/build.h"
#include "lib/log.h"

#include <errno.h>

/* One that is not there is no error: most machines have none of the devices that need it. */
static int add_for_module(struct build *b, const struct module *m, bool *complete)
{
	int err = 0;

	*complete = true;
	for (size_t i = 0; i < m->firmware.count && !err; i++) {
		const char *name = m->firmware.items[i];

		err = fwset_add(&b->firmware, name, &b->tree);
		if (err != -ENOENT)
			continue;
		*complete = false;
		err = 0;
		if (b->options->verbose)
			log_warning("module %s: firmware %s: not there", m->name, name);
	}
	return err;
}

static int add_for_modules(struct build *b)
{
	size_t incomplete = 0;
	int err = 0;

	for (size_t i = 0; i < b->modset.count && !err; i++) {
		bool complete;

		err = add_for_module(b, b->modset.modules[i], &complete);
		incomplete += !complete;
	}
	if (!err && incomplete && !b->options->verbose)
		log_warning(
			"%zu firmware files missing for %zu modules (--verbose names them)",
			b->firmware.missing.count, incomplete);
	return err;
}

int build_pack_firmware(struct build *b)
{
	const struct build_options *o = b->options;
	int err = 0;

	fwset_open(&b->firmware, o->firmware_dir ? NULL : o->sysroot, o->firmware_dir,
		   b->modset.version ? b->modset.version : "", &b->tree);
	for (size_t i = 0; i < o->add_firmware.count && !err; i++) {
		err = fwset_add(&b->firmware, o->add_firmware.items[i], &b->tree);
		if (err == -ENOENT)
			log_err("build: --add-firmware %s: not in %s",
				o->add_firmware.items[i],
				o->firmware_dir ? o->firmware_dir : "/lib/firmware");
	}
	return err || !o->firmware ? err : add_for_modules(b);
}
