#include "mount/gptauto.h"

#include "lib/buf.h"
#include "lib/cursor.h"
#include "lib/fd.h"
#include "lib/klibc.h"
#include "lib/log.h"
#include "lib/str.h"

#include <errno.h>
#include <string.h>

#define EFIVARS	  "/sys/firmware/efi/efivars"
#define VARIABLE  EFIVARS "/LoaderDevicePartUUID-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f"

#define READ_ONLY (UINT64_C(1) << 60)
#define NO_AUTO	  (UINT64_C(1) << 63)

int gptauto_parse_loader(const uint8_t *data, size_t len, char uuid[PARTTABLE_GUID_SIZE])
{
	struct cursor c = cursor_over(data, len);
	char text[PARTTABLE_GUID_SIZE];

	cursor_skip(&c, 4);
	for (int i = 0; i < PARTTABLE_GUID_SIZE - 1; i++) {
		uint16_t unit = cursor_le16(&c);
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (unit >= 'A' && unit <= 'F')
			unit += 'a' - 'A';
		if (dash ? unit != '-'
			 : !(unit >= '0' && unit <= '9') && !(unit >= 'a' && unit <= 'f'))
			return -EINVAL;
		text[i] = (char)unit;
	}
	text[PARTTABLE_GUID_SIZE - 1] = '\0';
	if (c.overrun || (cursor_left(&c) && cursor_le16(&c) != 0))
		return -EINVAL;
	memcpy(uuid, text, sizeof(text));
	return 0;
}

static int read_variable(char uuid[PARTTABLE_GUID_SIZE])
{
	fd_auto int fd = open(VARIABLE, O_RDONLY | O_CLOEXEC);
	uint8_t data[128];
	ssize_t len;

	if (fd < 0)
		return -errno;
	len = fd_read_full(fd, data, sizeof(data));
	return len < 0 ? (int)len : gptauto_parse_loader(data, (size_t)len, uuid);
}

int gptauto_read_loader(char uuid[PARTTABLE_GUID_SIZE])
{
	bool ours;
	int err;

	if (access(EFIVARS, F_OK) < 0)
		return -ENOENT; /* no EFI */
	ours = mount("efivarfs", EFIVARS, "efivarfs",
		     MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_RDONLY, NULL) == 0;
	if (!ours && errno != EBUSY)
		return -errno;
	err = read_variable(uuid);
	if (ours && umount(EFIVARS) < 0)
		log_debug("%s: %s", EFIVARS, strerror(errno));
	return err;
}

static bool is_root(struct blockdev *dev)
{
	blockdev_read_partition(dev);
	return str_equal(dev->part.type, GPTAUTO_TYPE) &&
	       !(dev->part.attributes & NO_AUTO);
}

static const struct blockdev *boot_partition(struct blockdev *devices, unsigned count,
					     const char *loader)
{
	for (unsigned i = 0; *loader && i < count; i++) {
		blockdev_read_partition(&devices[i]);
		if (str_equal(devices[i].part.uuid, loader))
			return &devices[i];
	}
	return NULL;
}

struct blockdev *gptauto_find(struct blockdev *devices, unsigned count,
			      const char *loader, const struct blockdev **first,
			      const struct blockdev **second)
{
	const struct blockdev *booted = boot_partition(devices, count, loader);
	struct blockdev *found = NULL;

	*first = *second = NULL;
	if (*loader && !booted)
		return NULL; /* its disk is still to come */
	for (unsigned i = 0; i < count; i++) {
		struct blockdev *dev = &devices[i];

		if (!is_root(dev) || (booted && !blockdev_same_disk(dev, booted)))
			continue;
		if (found && !blockdev_same_disk(dev, found)) {
			*first = found;
			*second = dev;
			return NULL;
		}
		if (!found || dev->partn < found->partn)
			found = dev;
	}
	if (found)
		found->gpt_read_only = found->part.attributes & READ_ONLY;
	return found;
}
