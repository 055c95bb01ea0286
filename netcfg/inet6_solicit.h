/* A router solicitation (RFC 4861, 4.1) before there is an address. */
#ifndef NETCFG_INET6_SOLICIT_H
#define NETCFG_INET6_SOLICIT_H

/* From the unspecified address, to all routers of the link. The kernel asks too, but only when DAD
 * of its link-local address is through, one second later; RFC 4862, 4 lets both go on at once.
 * 0 or -errno. */
int inet6_solicit(int index);

#endif
