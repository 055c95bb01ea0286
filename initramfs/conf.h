/* The configuration of a verb: /etc/rootling.conf, then /etc/rootling.conf.d/NAME.conf in the order
 * of their bytes, then flags; what comes later wins. */
#ifndef INITRAMFS_CONF_H
#define INITRAMFS_CONF_H

#include "initramfs/setting.h"
#include "initramfs/verb.h"

/* Adds to the empty @out what files say, then @flags. @file, when not NULL, is read in place of all
 * of them; --sysroot among the flags says whose files they are. 0 or -errno, logged. */
int conf_read(const struct verb *verb, const char *file, const struct settings *flags,
	      struct settings *out);

/* Prints @settings, and as comments what everything else is, on standard output: a configuration
 * file too. @options is what they were made into. */
void conf_print(const struct verb *verb, const struct settings *settings,
		const void *options);

/* Prints a file of comments that explains each key, or the same for mdoc(7). */
void conf_print_example(const struct verb *verb);
void conf_print_mdoc(const struct verb *verb);

#endif
