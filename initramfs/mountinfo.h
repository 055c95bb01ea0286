/* /proc/self/mountinfo (proc(5)): what is mounted where, and from what. Pure. */
#ifndef INITRAMFS_MOUNTINFO_H
#define INITRAMFS_MOUNTINFO_H

#include "initramfs/mem.h"

/* Strings point into the text and are as they are meant: \040 has become a blank. */
struct mountinfo_entry {
	const char
		*number; /* of the device: MAJOR:MINOR; major 0: it has none of its own */
	const char *target, *type, *source;
	const char *options; /* of the file system, comma-separated */
};

struct mountinfo {
	char *text;
	struct mountinfo_entry *entries; /* in the order of mounting */
	size_t count;
};

/* Takes @text apart, which it copies; a line that is not one of mountinfo's is left out. */
struct mountinfo mountinfo_parse(const char *text, size_t len);
void mountinfo_free(struct mountinfo *mounts);

/* What is mounted on exactly @target, the last of several, or NULL. */
const struct mountinfo_entry *mountinfo_at(const struct mountinfo *mounts,
					   const char *target);
/* What the absolute @path is on, or NULL. */
const struct mountinfo_entry *mountinfo_holding(const struct mountinfo *mounts,
						const char *path);

/* The value of `NAME=VALUE` in comma-separated @options, with \, undone; NULL: it is not among them.
 * The caller frees. */
char *mountinfo_option(const char *options, const char *name);

#endif
