/* The value of root= (or resume=, or the first field of fstab): which block device is
 * meant? Pure. */
#ifndef MOUNT_ROOTSPEC_H
#define MOUNT_ROOTSPEC_H

#include <stdbool.h>
#include <stdint.h>

enum rootspec_kind {
	ROOT_NONE, /* nothing parsed yet */
	ROOT_PATH, /* @value is the name below /dev */
	ROOT_UUID,
	ROOT_LABEL,
	ROOT_PARTUUID,
	ROOT_PARTLABEL,
	ROOT_DEVNO, /* @major, @minor */
};

struct rootspec {
	enum rootspec_kind kind;
	char value[256];
	uint32_t major, minor;
};

/* What is known of a device; "" or NULL when it is not. */
struct rootdev {
	const char *name; /* below /dev: "vda1" */
	uint32_t major, minor;
	const char *fs_uuid, *fs_label, *part_uuid, *part_label;
};

/* Understood are /dev/NAME, /dev/disk/by-{uuid,label,partuuid,partlabel}/NAME with the
 * \xHH of udev, UUID= LABEL= PARTUUID= PARTLABEL= with or without quotes around the
 * value, MAJOR:MINOR and the kernel's hexadecimal number, b302 or 0x801. 0; -EINVAL:
 * another form; -ENAMETOOLONG. @out is undefined on failure. */
int rootspec_parse(const char *value, struct rootspec *out);

/* What must be read from a device before rootspec_matches() can say yes; the rest, the
 * kernel tells in the uevent. */
bool rootspec_needs_superblock(const struct rootspec *spec);
bool rootspec_needs_parttable(const struct rootspec *spec);

/* UUIDs regardless of case, all else byte for byte. */
bool rootspec_matches(const struct rootspec *spec, const struct rootdev *dev);

#endif
