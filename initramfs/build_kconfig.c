/* What the kernel that the image is for was built with. */
#include "initramfs/build.h"
#include "lib/log.h"

#include <errno.h>

int build_read_kconfig(struct build *b)
{
	const struct build_options *o = b->options;
	int err = kernel_config_open(&b->kernel_config, o->sysroot, b->kernel,
				     b->modules_dir, o->kernel_config);

	if (err == -ENOENT && !o->kernel_config) {
		err = 0;
		if (o->verbose)
			log_info(
				"build: no configuration of the kernel is there (--kernel-config FILE): not checked what it can unpack");
	}
	return err;
}

bool build_kernel_has(const struct build *b, const char *option)
{
	return !option || !b->kernel_config.path ||
	       kernel_config_get(&b->kernel_config, option) == 'y';
}

int build_need_kernel(const struct build *b, const char *flag, const char *option)
{
	if (build_kernel_has(b, option))
		return 0;
	log_err("build: --%s: the kernel would not look at it, %s lacks CONFIG_%s", flag,
		b->kernel_config.path, option);
	return -EOPNOTSUPP;
}
