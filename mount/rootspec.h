/* The value of root= (or resume=, or the first field of fstab): which block device is
 * meant? Pure. */
#ifndef MOUNT_ROOTSPEC_H
#define MOUNT_ROOTSPEC_H

#include "lib/buf.h"

#include <stdbool.h>
#include <stdint.h>

enum rootspec_kind {
	ROOT_NONE, /* nothing parsed yet */
	ROOT_PATH, /* @value is the name below /dev */
	ROOT_UUID,
	ROOT_LABEL,
	ROOT_PARTUUID,
	ROOT_PARTLABEL,
	ROOT_ID,       /* @value is a link of udev in /dev/disk/by-id */
	ROOT_BUS_PATH, /* … in /dev/disk/by-path */
	ROOT_GPT_AUTO, /* the root partition of the boot disk */
	ROOT_DEVNO,    /* @major, @minor */
};

struct rootspec {
	enum rootspec_kind kind;
	char value[256];
	uint32_t major, minor;
	int32_t partnroff; /* ROOT_PARTUUID: so many partitions behind the one it names */
	bool swap; /* for the caller to set: swap space may have that UUID or LABEL too */
};

/* What is known of a device; "" or NULL when it is not. */
struct rootdev {
	const char *name; /* below /dev: "vda1" */
	uint32_t major, minor;
	const char *fs_uuid, *fs_label, *part_uuid, *part_label;
};

/* Understood are /dev/NAME, /dev/disk/by-{uuid,label,partuuid,partlabel,id,path}/NAME with
 * the \xHH of udev in the first four, UUID= LABEL= PARTUUID= PARTLABEL= with or without
 * quotes around the value, PARTUUID=…/PARTNROFF=N (block/early-lookup.c of the kernel),
 * MAJOR:MINOR, the kernel's hexadecimal number, b302 or 0x801, and gpt-auto. 0; -EINVAL:
 * another form; -ENAMETOOLONG. @out is undefined on failure. */
int rootspec_parse(const char *value, struct rootspec *out);

/* Several of these with commas between them, the best first. A comma is part of a label
 * unless UUID=, LABEL=, PARTUUID=, PARTLABEL= or /dev/ follows it or the label ended with
 * the quote it began with. Their number, at most @max; -E2BIG: there are more; or the
 * error of the first that rootspec_parse() refuses. */
int rootspec_parse_list(const char *value, struct rootspec *specs, unsigned max);

/* @spec as root= would say it. */
void rootspec_print(const struct rootspec *spec, struct buf *b);

/* What must be read from a device before rootspec_matches() can say yes; the rest, the
 * kernel tells in the uevent. */
bool rootspec_needs_superblock(const struct rootspec *spec);
bool rootspec_needs_parttable(const struct rootspec *spec);

/* UUIDs regardless of case, all else byte for byte. What takes more than @dev to decide
 * (ROOT_ID, ROOT_BUS_PATH, ROOT_GPT_AUTO, PARTNROFF=) never matches here. */
bool rootspec_matches(const struct rootspec *spec, const struct rootdev *dev);

#endif
