/* A certificate that nobody but its own key stands for: whoever connects is told its fingerprint. */
#ifndef INITRAMFS_SELF_SIGNED_H
#define INITRAMFS_SELF_SIGNED_H

#include "initramfs/mem.h"

/* A new P-256 key and a certificate of it for @names, both in PEM: what names and addresses they are
 * makes subjectAltNames of them. 0; -EINVAL: one is neither, or there is none; -EIO: no random
 * numbers. The caller frees, wiping the key: self_signed_wipe(). */
struct self_signed {
	struct bytes cert, key;
};

int self_signed_make(const struct strings *names, struct self_signed *out);
void self_signed_wipe(struct self_signed *pair);

/* Can @name stand in a certificate: the name of a host, with a "*." before it if wanted, or an address? */
bool self_signed_may_name(const char *name);

#endif
