/* A path part by part, as the kernel resolves it; where the symbolic links are known from is
 * the caller's. Pure. */
#ifndef INITRAMFS_PATHWALK_H
#define INITRAMFS_PATHWALK_H

#define PATHWALK_LINKS_MAX 40 /* as the kernel: MAXSYMLINKS */

/* The target of the symbolic link at @path, which is absolute and has no link above its last
 * part, for the caller to free; NULL: there is none. */
typedef char *(*pathwalk_reader)(void *ctx, const char *path);

/* The absolute @path without "//", "." and "..", and with all links followed; ".." of the root
 * is the root. What is not there counts as a folder. The caller frees. NULL: too many links. */
char *pathwalk(const char *path, pathwalk_reader read_link, void *ctx);

/* The folder of an absolute @path; the caller frees. */
char *pathwalk_folder(const char *path);

#endif
