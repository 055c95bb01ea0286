/* What may be the name of a machine or a domain: names come from strangers and end in
 * files and on terminals, so nothing but letters, digits, '-' and '.' passes
 * (CVE-2011-1930). Pure. */
#ifndef NETCFG_HOSTNAME_H
#define NETCFG_HOSTNAME_H

#include <stdbool.h>
#include <stddef.h>

/* RFC 1123: labels of 1 to 63 letters, digits and inner '-', separated by single dots. */
bool hostname_is_valid(const char *name, size_t len);

#endif
