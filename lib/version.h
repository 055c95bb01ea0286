/* The version of this tree: `rootling --version`, /etc/initrd-release of images, User-Agent. */
#ifndef LIB_VERSION_H
#define LIB_VERSION_H

#define ROOTLING_VERSION "0.1"

#endif
