/* Files of a root that is not ours yet, or of a medium that may be hostile. */
#ifndef MOUNT_INROOT_H
#define MOUNT_INROOT_H

/* Opens @path as processes in @root will see it: its links end inside it. Does not hang on a FIFO.
 * @flags: O_RDONLY, O_RDWR or O_PATH and O_NOFOLLOW. The descriptor or -errno. Before Linux 5.6 an absolute link is looked
 * up in our own root. */
int inroot_open(const char *root, const char *path, int flags);

/* The same, and -EINVAL if it is not a regular file. */
int inroot_open_file(const char *root, const char *path, int flags);

#endif
