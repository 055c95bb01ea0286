/* Lists of domain names as DNS writes them: option 119 of DHCPv4 (RFC 3397), with
 * compression (RFC 1035, 4.1.4); IPv6's options are the same without it. Pure. */
#ifndef NETCFG_DOMAIN_LIST_H
#define NETCFG_DOMAIN_LIST_H

#include <stddef.h>

/* The names into @out, separated by blanks; those that no longer fit are left out, empty ones
 * (padding) too. Each has passed hostname_is_valid(). 0; -EINVAL: malformed, a pointer that does
 * not lead backwards, or a name that may not be one: @out is then "". */
int domain_list_parse(const void *data, size_t len, char *out, size_t size);

#endif
