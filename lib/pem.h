/* Blocks of PEM: RFC 7468. Pure. */
#ifndef LIB_PEM_H
#define LIB_PEM_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Decodes the next "-----BEGIN LABEL-----" behind *@off, which is 0 at first, into @der. Its length; 0:
 * there is none; -EBADMSG: it is cut short, empty or no base64, or longer than @size. *@off is behind
 * it then. */
ssize_t pem_next(const char *text, size_t len, size_t *off, const char *label,
		 uint8_t *der, size_t size);

#endif
