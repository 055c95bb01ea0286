/* Small questions to folders of sysfs, for names that are put together from many of them. */
#ifndef MOUNT_SYSFS_H
#define MOUNT_SYSFS_H

#include <stdbool.h>

#define SYSFS_PATH_SIZE 512 /* of a folder */
#define SYSFS_TEXT_SIZE 128 /* of an attribute; what is longer counts as absent */

/* The attribute @leaf of @folder without its newline, in @text; "" when there is none. */
const char *sysfs_attribute(const char *folder, const char *leaf,
			    char text[SYSFS_TEXT_SIZE]);

/* The last part of where the link @leaf in @folder leads, in @target, which begins with the
 * whole of it; "" when there is none. */
const char *sysfs_link(const char *folder, const char *leaf,
		       char target[SYSFS_PATH_SIZE]);

bool sysfs_exists(const char *folder, const char *leaf);

#endif
