/* Which module files have to be loaded, and in which order, for a name or an alias. The result
 * stands in the graph of struct modload, which modrun.h works off. */
#ifndef MODULES_MODPLAN_H
#define MODULES_MODPLAN_H

#include "modules/modload.h"

/* Puts @name and what it depends on into the graph, if it is not there. Its node; -EALREADY: it
 * is loaded or built in; -ENOENT: the image has no such module; -EINVAL: not a name; -ENOSPC:
 * work the graph off first. */
int modplan_name(struct modload *m, const char *name);

/* The same for every module whose alias matches @alias and is not blacklisted: one after the
 * other, in kmod's order. How many match, also of those that are loaded or built in, 0 when none
 * does; -ENOSPC. */
int modplan_alias(struct modload *m, const char *alias);

/* @name if modprobe.d gives it another meaning, then as a name, then as an alias, as modprobe(8)
 * looks it up. Returns as modplan_alias() does. */
int modplan_any(struct modload *m, const char *name);

#endif
