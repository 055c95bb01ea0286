/* An overlay (Documentation/filesystems/overlayfs.rst) over a root that stays as it is. */
#ifndef MOUNT_OVERLAY_H
#define MOUNT_OVERLAY_H

/* Puts an overlay over the mount point @root. The root itself moves to @lower, an existing
 * folder; what is written goes to @writable, the mount point of a writable file system, in the
 * folders that dracut uses: overlay and ovlwork. 0; -ENODEV: the kernel has no overlays; or
 * -errno, and @root is where it was. */
int overlay_mount(const char *root, const char *lower, const char *writable);

#endif
