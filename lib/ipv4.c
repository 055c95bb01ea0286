#include "lib/ipv4.h"

#include "lib/buf.h"

#include <arpa/inet.h>
#include <errno.h>

/* One number of the four; moves @s behind it. */
static int parse_octet(const char **s)
{
	const char *start = *s;
	int value = 0;

	while (**s >= '0' && **s <= '9' && value <= 255)
		value = value * 10 + *(*s)++ - '0';
	if (*s == start || value > 255 || (*start == '0' && *s > start + 1))
		return -EINVAL;
	return value;
}

int ipv4_parse(const char *s, uint32_t *address_be)
{
	uint32_t address = 0;

	for (unsigned i = 0; i < 4; i++) {
		int octet;

		if (i > 0 && *s++ != '.')
			return -EINVAL;
		octet = parse_octet(&s);
		if (octet < 0)
			return octet;
		address = address << 8 | (uint32_t)octet;
	}
	if (*s)
		return -EINVAL;
	*address_be = htonl(address);
	return 0;
}

const char *ipv4_format(char out[IPV4_TEXT_SIZE], uint32_t address_be)
{
	uint32_t address = ntohl(address_be);

	buf_format(out, IPV4_TEXT_SIZE, "%u.%u.%u.%u", address >> 24, address >> 16 & 255,
		   address >> 8 & 255, address & 255);
	return out;
}

int ipv4_prefix_len(uint32_t netmask_be)
{
	uint32_t host_bits = ~ntohl(netmask_be);
	int len = 32;

	if (host_bits & (host_bits + 1))
		return -EINVAL;
	for (; host_bits; host_bits >>= 1)
		len--;
	return len;
}

uint32_t ipv4_netmask_be(unsigned prefix_len)
{
	return prefix_len ? htonl(UINT32_MAX << (32 - prefix_len)) : 0;
}

bool ipv4_is_host(uint32_t address_be)
{
	unsigned first = ntohl(address_be) >> 24;

	return first != 0 && first != 127 && first < 224;
}
