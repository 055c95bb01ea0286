#include "initramfs/verb.h"
#include "lib/fd.h"
#include "lib/log.h"
#include "mount/fsprobe.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define NOTHING_KNOWN 2 /* as blkid exits then */

static const struct flag flags[] = {
	{ 0 },
};

/* As blkid writes values that a shell may read: `\` before what is special to it, M-x for
 * bytes above ASCII, ^x for control characters. */
static void print_value(const char *name, const char *value)
{
	if (!*value)
		return;
	printf("%s=", name);
	for (; *value; value++) {
		unsigned char byte = (unsigned char)*value;

		if (byte & 0x80)
			fputs("M-", stdout);
		byte &= 0x7f;
		if (byte < 0x20 || byte == 0x7f)
			printf("^%c", byte ^ 0x40);
		else
			printf(strchr(" \\\"'$`<>", byte) ? "\\%c" : "%c", byte);
	}
	putchar('\n');
}

static int probe_run(void *options, char **operands)
{
	const char *path = operands[0];
	uint8_t img[FSPROBE_FULL_LEN];
	struct fsprobe_result found;
	fd_auto int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? -errno : fd_read_full(fd, img, sizeof(img));
	int err;

	(void)options;
	if (len < 0) {
		log_err("probe: %s: %s", path, strerror((int)-len));
		return 1;
	}
	err = fsprobe(img, (size_t)len, &found);
	if (err == -EUCLEAN)
		log_err("probe: %s: damaged superblock", path);
	if (err)
		return NOTHING_KNOWN;
	printf("DEVNAME=%s\n", path);
	print_value("LABEL", found.label);
	print_value("UUID", found.uuid);
	print_value("TYPE", found.type);
	print_value("USAGE", found.usage);
	return fflush(stdout) == 0 ? 0 : 1;
}

const struct verb verb_probe = {
	.name = "probe",
	.help = "what /init would recognise on a device, in the words of blkid",
	.operands = "DEVICE",
	.operands_min = 1,
	.operands_max = 1,
	.flags = flags,
	.run = probe_run,
};
