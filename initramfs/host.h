/* What a machine needs until its root is mounted, in the order of loading: found on the machine
 * itself, or read from a description that was taken there. It names drivers and never a device,
 * so a disk that was moved or renamed still boots. */
#ifndef INITRAMFS_HOST_H
#define INITRAMFS_HOST_H

#include "initramfs/mem.h"

enum host_word {
	HOST_KERNEL, /* its version, for the reader */
	HOST_MODULE, /* a module's name or alias, to be loaded at once */
	HOST_MODALIAS, /* of a device: to be loaded unless a HOST_MODULE is one of its drivers */
	HOST_FS,   /* a file system, to be loaded at once */
	HOST_PACK, /* a name or modalias, to be there when the device is asked about */
	HOST_STACKED, /* what must be set up by a program before there is a device of the root */
	HOST_WORDS,
};

struct host_line {
	enum host_word word;
	char *value;
	char *device; /* whom it is for, a comment; or NULL */
};

struct host {
	struct host_line *lines;
	size_t count;
	char *problem; /* why the machine cannot be described, or NULL */
};

/* Where a machine is looked at: */
struct host_place {
	const char *root; /* the folder its root is mounted on; NULL: "/" */
	const char *
		recorded; /* a folder that holds copies of its proc, sys and dev; NULL: "" */
};

/* Walks from the mounted root, /usr, what fstab marks x-initrd.mount and the device to resume from
 * to the drivers in sysfs; keyboards are found too. 0; -ENODEV: the root is on no device that can
 * be seen, as in a container; @out->problem then says why, and nothing is logged. @out is to be
 * freed in both cases. */
int host_describe_at(const struct host_place *place, struct host *out);
/* The same for this machine with its root at @root. */
int host_describe(const char *root, struct host *out);

/* Adds a line unless it is there already. */
void host_add(struct host *host, enum host_word word, const char *value,
	      const char *device);

/* Pure: the text form, a word and a value a line, `#` begins a comment. host_parse(): 0;
 * -EINVAL, logged with @path and the line. */
void host_print(const struct host *host, struct bytes *out);
int host_parse(const char *text, size_t len, const char *path, struct host *out);

void host_free(struct host *host);

#endif
