/* Paths and URLs that a server says: letters, digits and "-._~:/?#[]@&+,=%". Pure. */
#ifndef NETCFG_BOOT_TEXT_H
#define NETCFG_BOOT_TEXT_H

#include "lib/cursor.h"

#include <stddef.h>

/* From a field that ends with NUL or is full, into @out. 0 or -EINVAL: characters that may not be
 * there, or too long; @out is then as it was. */
int boot_text_read(struct cursor value, char *out, size_t size);

#endif
