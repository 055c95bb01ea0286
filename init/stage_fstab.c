#include "init/filesystem.h"
#include "init/stage_fsck.h"
#include "init/stages.h"
#include "lib/buf.h"
#include "lib/fd.h"
#include "lib/log.h"
#include "lib/str.h"
#include "mount/fstab.h"
#include "mount/inroot.h"
#include "mount/mountopts.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#define FSTAB	       "/etc/fstab"
#define FSTAB_SIZE     16384
#define NOFAIL_LIMIT_S 30

/* Foreign data: read as the real root sees it, and bounded. Length or -errno. */
static ssize_t read_fstab(char *text, size_t size)
{
	fd_auto int fd = inroot_open_file(BOOT_ROOT_MOUNT, FSTAB, O_RDONLY);
	ssize_t len = fd < 0 ? fd : fd_read_full(fd, text, size);

	if (len == (ssize_t)size)
		return -EFBIG;
	if (len >= 0)
		text[len] = '\0';
	return len;
}

static bool is_usr(const struct fstab_entry *entry)
{
	return str_equal(entry->target, "/usr") || str_equal(entry->target, "/usr/");
}

static bool is_wanted(const struct fstab_entry *entry)
{
	return (is_usr(entry) || mountopts_has(entry->options, "x-initrd.mount")) &&
	       entry->target[0] == '/' && entry->target[1] &&
	       !mountopts_has(entry->options, "noauto");
}

static bool is_device(const struct fstab_entry *entry, struct rootspec *spec)
{
	return !mountopts_has(entry->options, "bind") &&
	       !mountopts_has(entry->options, "rbind") &&
	       rootspec_parse(entry->source, spec) == 0 && spec->kind != ROOT_DEVNO;
}

/* With boot->verdict set if it cannot be. */
static int mount_entry(struct boot *boot, const struct fstab_entry *entry, bool nofail)
{
	struct rootfs_request request = {
		.source = entry->source,
		.types = entry->type,
		.flags = entry->options,
		.writable = !is_usr(entry) || boot->config.root_rw,
		.target = entry->target,
		.inside = BOOT_ROOT_MOUNT,
	};
	uint32_t limit_s = config_root_timeout(&boot->config);
	char source[FILESYSTEM_SOURCE_SIZE], what[256];
	struct rootfs_result result;
	struct rootspec spec;
	int err;

	if (nofail && limit_s > NOFAIL_LIMIT_S)
		limit_s = NOFAIL_LIMIT_S;
	FORMAT(what, "fstab: %s on %s", entry->source, entry->target);
	if (is_device(entry, &spec)) {
		err = filesystem_find(boot, what, &spec, limit_s, entry->type, &request,
				      source);
		if (!err && IS_ENABLED(CONFIG_FSCK) && is_usr(entry) && entry->pass)
			err = fsck_check(boot, source, request.types, "usr");
		if (err)
			return err;
	}
	return filesystem_mount(boot, what, &request, &result);
}

int stage_fstab(struct boot *boot)
{
	char text[FSTAB_SIZE], mounted[128] = "";
	struct buf b = BUF_OVER(mounted);
	struct fstab fstab = { .rest = text };
	struct fstab_entry entry;
	ssize_t len;
	bool nofail;
	int more, err;

	if (!boot_has_root(boot) || !boot->config.fstab)
		return STAGE_SKIPPED;
	len = read_fstab(text, sizeof(text));
	if (len < 0 && len != -ENOENT)
		log_warning("fstab: %s", strerror((int)-len));
	if (len < 0)
		return STAGE_SKIPPED;
	while ((more = fstab_next(&fstab, &entry))) {
		if (more < 0)
			log_warning("fstab: line %u: ignored", fstab.line);
		if (more < 0 || fstab.line <= boot->fstab_line || !is_wanted(&entry))
			continue;
		nofail = mountopts_has(entry.options, "nofail");
		err = mount_entry(boot, &entry, nofail);
		if (err && !nofail)
			return err;
		if (err)
			log_warning("%s: going on without it", boot->verdict);
		else
			buf_printf(&b, "%s%s", b.len ? ", " : "", entry.target);
		boot->fstab_line = fstab.line;
	}
	stage_note(boot, "%s", mounted);
	return b.len ? 0 : STAGE_SKIPPED;
}
