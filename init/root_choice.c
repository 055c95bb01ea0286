#include "init/root_choice.h"

#include "init/stage_fsck.h"
#include "init/stage_root.h"
#include "lib/fd.h"
#include "lib/klibc.h"
#include "lib/log.h"
#include "lib/str.h"
#include "mount/mountlist.h"

#include <errno.h>
#include <string.h>

#define MOUNTS_SIZE 32768
#define MOUNTS_MAX  256

bool root_choice_is_sealed(const struct boot *boot)
{
	static const char *const keys[] = { "root", "netroot", "iso-scan/filename" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (config_is_sealed(&boot->config, keys[i]))
			return true;
	return false;
}

bool root_choice_fits(const struct boot *boot)
{
	static const char *const looking[] = { "isoscan", "netroot", "root" };

	for (size_t i = 0; boot->stage && i < sizeof(looking) / sizeof(looking[0]); i++)
		if (str_equal(boot->stage, looking[i]))
			return true;
	return boot->failed;
}

const char *root_choice_refusal(const struct boot *boot, const char *value)
{
	struct rootspec specs[BOOT_ROOTS_MAX];
	struct netroot_spec spec = { .kind = NETROOT_NONE };
	struct netroot_error error;
	int count;

	if (IS_ENABLED(CONFIG_NETROOT) &&
	    netroot_spec_parse_typed(value, boot->config.rootfstype, &spec, &error))
		return error.reason;
	if (spec.kind != NETROOT_NONE)
		return NULL;
	count = IS_ENABLED(CONFIG_MOUNT) ? root_parse(value, specs) : -EOPNOTSUPP;
	if (count == -EOPNOTSUPP)
		return "this /init mounts no root";
	if (count == -E2BIG)
		return "too many devices";
	return count > 0 ? NULL
			 : "not a device: known are /dev/NAME, UUID=, LABEL=, PARTUUID=, "
			   "PARTLABEL= and MAJ:MIN";
}

void root_choice_take(struct boot *boot, const char *value)
{
	if (str_copy(boot->chosen_root, sizeof(boot->chosen_root), value))
		return; /* the caller's is no longer */
	boot->root_changed = true;
	boot->retry = true;
}

/* ---- going back */

static bool is_of_the_root(const char *target)
{
	const char *below = str_after(target, BOOT_ROOT_MOUNT);

	if (below)
		return !*below || *below == '/';
	/* an ISO file may be the disk of the next root too */
	return str_after(target, BOOT_STATE_DIR "/") &&
	       !str_equal(target, BOOT_STATE_DIR "/isoscan");
}

/* The newest first. Who still has a file open there keeps it, and nobody else sees it. */
static void detach_mounts(void)
{
	char text[MOUNTS_SIZE], *targets[MOUNTS_MAX];
	size_t count;

	text[0] = '\0';
	if (fd_read_file(AT_FDCWD, "/proc/self/mounts", text, sizeof(text)) < 0)
		text[sizeof(text) - 1] = '\0';
	count = mountlist_parse(text, targets, MOUNTS_MAX);
	while (count-- > 0)
		if (is_of_the_root(targets[count]) &&
		    umount2(targets[count], MNT_DETACH) < 0)
			log_warning("%s: %s", targets[count], strerror(errno));
}

/* What fields of the old root= said in place of options of their own. */
static void forget_netroot(struct boot *boot)
{
	struct config *config = &boot->config;
	struct netroot *n = &boot->netroot;

	if (config->rootfstype == n->spec.fstype)
		config->rootfstype = NULL;
	if (config->rootflags == n->spec.options)
		config->rootflags = NULL;
	n->mounted = false;
	n->device[0] = '\0';
	n->waits_for[0] = '\0';
	boot->root_needs_network = false;
}

void root_choice_begin(struct boot *boot)
{
	boot->root_changed = false;
	boot->retry = false;
	boot->failed = false;
	boot->verdict[0] = '\0';
	if (IS_ENABLED(CONFIG_MOUNT))
		detach_mounts();
	if (IS_ENABLED(CONFIG_FSCK))
		fsck_forget();
	if (IS_ENABLED(CONFIG_NETROOT))
		forget_netroot(boot);
	boot->root = NULL;
	boot->root_spec_count = boot->root_choice_count = 0;
	boot->fstab_line = 0;
	boot->any_device = false;
	boot->config.root = boot->chosen_root;
}
