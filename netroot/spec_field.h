/* Fields of a root specification, and the parser of iSCSI's: part of spec.h, apart for its size. */
#ifndef NETROOT_SPEC_FIELD_H
#define NETROOT_SPEC_FIELD_H

#include "netroot/spec.h"

#include <stddef.h>

/* Printable ASCII without blanks, quotes and backslashes. */
bool spec_is_plain(const char *s);

/* The first @len bytes of @s, as a string. 0 or -EINVAL: they do not fit. */
int spec_copy(char *out, size_t size, const char *s, size_t len);

/* How long the host at @s is: up to a colon or a slash behind its brackets, if it has any. */
size_t spec_host_length(const char *s);

/* The host of @len bytes at @s into @out. 0; -EINVAL: neither a name nor an address. */
int spec_host(struct netroot_spec *out, const char *s, size_t len);

/* HOST[:PORT] at *@rest, which moves behind it. 0 or -EINVAL. */
int spec_authority(struct netroot_spec *out, const char **rest);

/* The field behind the colon at *@rest, which moves to the next colon or the end; "" when there is
 * no more. 0 or -EINVAL: it does not fit. */
int spec_next(const char **rest, char *out, size_t size);

/* iscsi:… */
int spec_parse_iscsi(const char *value, struct netroot_spec *out, const char **reason);

#endif
