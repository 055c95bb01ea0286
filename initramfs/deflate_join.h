/* Puts deflate streams (RFC 1951) together to one. Pure: memory only. */
#ifndef INITRAMFS_DEFLATE_JOIN_H
#define INITRAMFS_DEFLATE_JOIN_H

#include "initramfs/mem.h"

/* Makes the whole deflate stream in @stream one that others may follow: its last block is
 * not the last any more, and it ends with a byte. 0; -EUCLEAN: not a whole stream. */
int deflate_join_open(struct bytes *stream);

#endif
