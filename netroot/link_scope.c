#include "netroot/link_scope.h"

#include "lib/str.h"

#include <string.h>

#define ADDRESS_DIGITS 32

/* "fe800000000000005054000000000001 02 40 20 80 eth0": address, index in hexadecimal, … */
static uint32_t read_line(const char *line)
{
	char index[9];
	uint32_t value;
	size_t len;

	if (!str_after(line, "fe80") || strcspn(line, " \n") != ADDRESS_DIGITS ||
	    line[ADDRESS_DIGITS] != ' ')
		return 0;
	line += ADDRESS_DIGITS + 1;
	len = strcspn(line, " \n");
	if (len >= sizeof(index))
		return 0;
	memcpy(index, line, len);
	index[len] = '\0';
	return str_parse_u32(index, 16, &value) ? 0 : value;
}

uint32_t link_scope(const char *if_inet6)
{
	uint32_t link = 0;

	while (!link && *if_inet6) {
		link = read_line(if_inet6);
		if_inet6 += strcspn(if_inet6, "\n");
		if_inet6 += *if_inet6 == '\n';
	}
	return link;
}
