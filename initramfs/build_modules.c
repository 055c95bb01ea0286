#include "initramfs/build.h"
#include "initramfs/signature_policy.h"
#include "lib/log.h"
#include "lib/str.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

/* What runs here says nothing of kernels that are for elsewhere. */
static const char *enforced_here(const struct build_options *o)
{
	return o->sysroot || o->modules_dir ? NULL : signature_policy_of_machine("/sys");
}

static int check_signature_policy(const struct build *b)
{
	const char *version = b->modset.version, *reason;

	if (!b->options->unsigned_modules)
		return 0;
	if (!b->kernel_config.path) {
		log_err("build: --unsigned-modules: kernel %s may refuse them, as its configuration is not here: --kernel-config FILE names it",
			version);
		return -ENOENT;
	}
	reason = signature_policy_of_config(&b->kernel_config);
	if (!reason)
		reason = enforced_here(b->options);
	if (reason) {
		log_err("build: --unsigned-modules: kernel %s would refuse them: %s is on",
			version, reason);
		return -EPERM;
	}
	log_warning(
		"unsigned modules taint the kernel, and it refuses them under lockdown, Secure Boot and module.sig_enforce");
	return 0;
}

static int no_modules(const struct build *b)
{
	const char *sysroot = b->options->sysroot ? b->options->sysroot : "";

	if (b->kernel)
		log_err("build: %s/lib/modules/%s: No such folder", sysroot, b->kernel);
	else
		log_err("build: no kernel in %s/lib/modules: --kernel VERSION names one",
			sysroot);
	return -ENOENT;
}

int build_add_modules(struct build *b)
{
	const struct build_options *o = b->options;
	int err;

	if (o->loads.count + o->modules.count == 0 && b->mode == MODE_LISTED)
		return 0;
	if (!b->modules_dir)
		return no_modules(b);
	err = modset_open(&b->modset, b->modules_dir, o->sysroot);
	b->modset.strip = o->strip;
	b->modset.cut_signatures = o->unsigned_modules;
	if (!err)
		err = check_signature_policy(b);
	for (size_t i = 0; i < o->loads.count && !err; i++)
		err = modset_add(&b->modset, o->loads.items[i], true);
	for (size_t i = 0; i < o->modules.count && !err; i++)
		err = modset_add(&b->modset, o->modules.items[i], false);
	return err;
}

static bool is_modprobe_conf(const struct tree_entry *e)
{
	const char *folder = strstr(e->path, "/modprobe.d/"),
		   *dot = strrchr(e->path, '.');

	return folder && S_ISREG(e->mode) && dot && str_equal(dot, ".conf");
}

int build_pack_modules(struct build *b)
{
	int err;

	if (!b->modset.folder)
		return 0;
	for (size_t i = 0; i < b->tree.count; i++)
		if (is_modprobe_conf(&b->tree.entries[i]))
			modset_add_conf(&b->modset, &b->tree.entries[i].contents);
	err = modset_close(&b->modset);
	if (!err)
		err = modset_read(&b->modset);
	return err ? err : modset_pack(&b->modset, &b->tree);
}
