/* The options of DHCPv4 that a server is heard on: RFC 2132, 3397 (domain search), 3442
 * (classless routes), 3925 (vendors' own), 4039 (rapid commit). Pure.
 *
 * Numbers are checked for sense and strings for what may be in them (CVE-2011-1930): names are
 * RFC 1123's, paths those of boot_text.h. What options 43, 124 and 125 mean
 * is a vendor's to say: they are kept as they came, up to 255 bytes each. */
#ifndef NETCFG_DHCP4_OPTIONS_H
#define NETCFG_DHCP4_OPTIONS_H

#include "lib/buf.h"
#include "lib/cursor.h"
#include "netcfg/dhcp4_packet.h"

#include <stdbool.h>
#include <stddef.h>

enum dhcp4_option_code {
	DHCP4_OPTION_PAD = 0,
	DHCP4_OPTION_HOSTNAME = 12,
	DHCP4_OPTION_REQUESTED_ADDRESS = 50,
	DHCP4_OPTION_OVERLOAD = 52,
	DHCP4_OPTION_TYPE = 53,
	DHCP4_OPTION_SERVER = 54,
	DHCP4_OPTION_ASK = 55,
	DHCP4_OPTION_MAX_SIZE = 57,
	DHCP4_OPTION_VENDOR_CLASS = 60,
	DHCP4_OPTION_CLIENT_ID = 61,
	DHCP4_OPTION_RAPID_COMMIT = 80,
	DHCP4_OPTION_CLIENT_ARCH = 93,
	DHCP4_OPTION_CLIENT_INTERFACE = 94,
	DHCP4_OPTION_MACHINE_ID = 97,
	DHCP4_OPTION_END = 255,
};

/* Where options may stand: behind the cookie, then in "file", then in "sname" (RFC 3396, 5). */
#define DHCP4_OPTION_AREAS 3

/* Are the lengths of all options of @area within it? The END may be missing where it is full. */
bool dhcp4_options_are_whole(struct cursor area);

/* Which of "file" (1) and "sname" (2) hold options, from the first area. */
unsigned dhcp4_options_overload(struct cursor area);

/* Fills what @areas say into @out: parts of one option are put together first (RFC 3396). What is
 * malformed is left out and remembered in @out->bad_option. */
void dhcp4_options_read(const struct cursor areas[DHCP4_OPTION_AREAS],
			struct dhcp4_reply *out);

/* Appends the codes a server is asked for, in the order it is asked. */
void dhcp4_options_ask(struct buf *out);

#endif
