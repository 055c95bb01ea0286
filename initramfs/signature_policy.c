#include "initramfs/signature_policy.h"

#include "lib/buf.h"
#include "lib/fd.h"
#include "lib/str.h"

#include <fcntl.h>
#include <limits.h>

const char *signature_policy_of_config(const struct kernel_config *config)
{
	/* LOCK_DOWN_IN_EFI_SECURE_BOOT is of distributions, and up to the firmware */
	static const char *const options[] = {
		"MODULE_SIG_FORCE",
		"LOCK_DOWN_KERNEL_FORCE_INTEGRITY",
		"LOCK_DOWN_KERNEL_FORCE_CONFIDENTIALITY",
	};

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (kernel_config_get(config, options[i]) == 'y')
			return options[i];
	return NULL;
}

/* Files of /sys, and what stands in them then behind @skip bytes. */
static const struct {
	const char *path, *words;
	size_t skip;
	const char *reason;
} signs[] = {
	{ "module/module/parameters/sig_enforce", "Y", 0, "module.sig_enforce" },
	{ "kernel/security/lockdown", "none [integrity]", 0, "lockdown" },
	{ "kernel/security/lockdown", "none integrity [", 0, "lockdown" },
	/* attributes first, as in every variable of EFI */
	{ "firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c", "\1", 4,
	  "Secure Boot" },
};

const char *signature_policy_of_machine(const char *sys)
{
	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
		char path[PATH_MAX], text[64] = "";
		struct buf b = BUF_OVER(path);

		buf_printf(&b, "%s/%s", sys, signs[i].path);
		/* what cannot be read does not say so */
		if (fd_read_file(AT_FDCWD, path, text, sizeof(text)) > 0 &&
		    str_after(text + signs[i].skip, signs[i].words))
			return signs[i].reason;
	}
	return NULL;
}
