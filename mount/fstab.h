/* The lines of fstab(5). Pure: cuts up the text it is given. */
#ifndef MOUNT_FSTAB_H
#define MOUNT_FSTAB_H

struct fstab {
	char *rest;    /* what is still to be read; the caller's memory */
	unsigned line; /* of the entry read last, counts from 1 */
};

/* Strings point into the text and are as they are meant: \040 has become a blank. */
struct fstab_entry {
	const char *source, *target, *type;
	const char *options; /* "" when the line has none */
	unsigned pass;	     /* the sixth field: 0, do not check */
};

/* Reads the next line that says something. 1: *@out holds; 0: no more; -EINVAL: the line has
 * fewer than three fields, the next call goes on behind it. */
int fstab_next(struct fstab *fstab, struct fstab_entry *out);

/* Cuts the next field off @line, its \ooo undone; "" at the end. The files of /proc that list
 * mounts are written like this too. */
char *fstab_field(char **line);

#endif
