/* The version of this tree: `rootling --version`, and /etc/initrd-release of images. */
#ifndef INITRAMFS_VERSION_H
#define INITRAMFS_VERSION_H

#define ROOTLING_VERSION "0.1"

#endif
