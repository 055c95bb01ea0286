/* One module file into the kernel. */
#ifndef MODULES_MODINSERT_H
#define MODULES_MODINSERT_H

#include "lib/buf.h"
#include "modules/modload.h"

/* finit_module() of the file of @node with its parameters: modprobe.d's, then those of the
 * options, of which the kernel takes the last. 0 also when it is there already; else -errno of
 * the kernel, where -ENODATA: its file is not in the image; -EOPNOTSUPP: compressed as this
 * kernel cannot unpack it; -E2BIG: too many parameters. */
int modinsert(const struct modload *m, int node);

/* What such an error means, for people. */
void modinsert_explain(const struct modload *m, int node, int err, struct buf *out);

#endif
