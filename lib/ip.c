#include "lib/ip.h"

#include "lib/ipv4.h"
#include "lib/ipv6.h"
#include "lib/str.h"

#include <errno.h>
#include <string.h>

static int parse_v6(const char *s, struct ip *out)
{
	struct ip ip = { .family = IP_V6 };
	char text[IP_TEXT_SIZE + 2];
	size_t len;

	if (str_copy(text, sizeof(text), *s == '[' ? s + 1 : s))
		return -EINVAL;
	len = strlen(text);
	if (*s == '[') {
		if (!len || text[len - 1] != ']')
			return -EINVAL;
		text[len - 1] = '\0';
	}
	if (ipv6_parse(text, ip.bytes))
		return -EINVAL;
	*out = ip;
	return 0;
}

int ip_parse(const char *s, struct ip *out)
{
	uint32_t address_be;

	if (strchr(s, ':'))
		return parse_v6(s, out);
	if (ipv4_parse(s, &address_be))
		return -EINVAL;
	*out = (struct ip){ .family = IP_V4 };
	memcpy(out->bytes, &address_be, sizeof(address_be));
	return 0;
}

int ip_parse_prefix_len(const char *s, enum ip_family family)
{
	uint32_t prefix_len, netmask_be;
	int err = str_parse_u32(s, 10, &prefix_len);

	if (!err && prefix_len <= (family == IP_V6 ? 128 : 32))
		return (int)prefix_len;
	if (!err || err == -ERANGE)
		return -ERANGE;
	if (family != IP_V4 || ipv4_parse(s, &netmask_be))
		return -EINVAL;
	err = ipv4_prefix_len(netmask_be);
	return err < 0 ? -EDOM : err;
}

/* Takes the brackets out of "[A]/LENGTH" and "[A/LENGTH]". Returns what is left, or NULL. */
static char *without_brackets(char *text)
{
	char *close = strchr(text, ']');

	if (*text != '[')
		return close ? NULL : text;
	if (!close || (close[1] && close[1] != '/'))
		return NULL;
	memmove(close, close + 1, strlen(close));
	return strchr(text + 1, ':') ? text + 1 : NULL;
}

int ip_parse_network(const char *s, struct ip *out, int *prefix_len)
{
	char copy[IP_TEXT_SIZE + 20], *text, *mask;
	struct ip ip;
	int len = -1;

	if (str_copy(copy, sizeof(copy), s))
		return -EINVAL;
	text = without_brackets(copy);
	mask = text ? strchr(text, '/') : NULL;
	if (mask)
		*mask++ = '\0';
	if (!text || ip_parse(text, &ip))
		return -EINVAL;
	if (mask) {
		len = ip_parse_prefix_len(mask, (enum ip_family)ip.family);
		if (len < 0)
			return len == -EINVAL ? -EBADMSG : len;
	}
	*out = ip;
	*prefix_len = len;
	return 0;
}

char *ip_next_field(char **rest)
{
	char *field = *rest, *end = field;

	if (!field)
		return NULL;
	if (*field == '[')
		end += strcspn(field, "]");
	end = strchr(end, ':');
	if (end)
		*end++ = '\0';
	*rest = end;
	return field;
}

const char *ip_format(char out[IP_TEXT_SIZE], const struct ip *ip)
{
	if (ip->family == IP_V6)
		return ipv6_format(out, ip->bytes);
	if (ip->family == IP_V4)
		return ipv4_format(out, ip_to_v4_be(ip));
	*out = '\0';
	return out;
}

struct ip ip_from_v4(uint32_t address_be)
{
	struct ip ip = { .family = address_be ? IP_V4 : IP_NONE };

	memcpy(ip.bytes, &address_be, sizeof(address_be));
	return ip;
}

uint32_t ip_to_v4_be(const struct ip *ip)
{
	uint32_t address_be = 0;

	if (ip->family == IP_V4)
		memcpy(&address_be, ip->bytes, sizeof(address_be));
	return address_be;
}

bool ip_equal(const struct ip *a, const struct ip *b)
{
	return a->family == b->family && memcmp(a->bytes, b->bytes, ip_size(a)) == 0;
}

size_t ip_size(const struct ip *ip)
{
	switch (ip->family) {
	case IP_V4:
		return 4;
	case IP_V6:
		return 16;
	default:
		return 0;
	}
}

bool ip_same_network(const struct ip *a, const struct ip *b, unsigned prefix_len)
{
	unsigned whole = prefix_len / 8, rest = prefix_len % 8;

	if (a->family != b->family || prefix_len > 8 * ip_size(a) ||
	    memcmp(a->bytes, b->bytes, whole) != 0)
		return false;
	return !rest || !((a->bytes[whole] ^ b->bytes[whole]) >> (8 - rest));
}

void ip_mask(struct ip *ip, unsigned prefix_len)
{
	for (unsigned i = 0; i < sizeof(ip->bytes); i++) {
		unsigned left = prefix_len > 8 * i ? prefix_len - 8 * i : 0;

		if (left < 8)
			ip->bytes[i] &= (uint8_t)(0xff00 >> left);
	}
}

bool ip_is_host(const struct ip *ip)
{
	static const uint8_t zero[15];

	if (ip->family == IP_V4)
		return ipv4_is_host(ip_to_v4_be(ip));
	return ip->family == IP_V6 && ip->bytes[0] != 0xff &&
	       (memcmp(ip->bytes, zero, 15) != 0 || ip->bytes[15] > 1);
}

bool ip_is_link_local(const struct ip *ip)
{
	if (ip->family == IP_V4)
		return ip->bytes[0] == 169 && ip->bytes[1] == 254;
	return ip->family == IP_V6 && ip->bytes[0] == 0xfe &&
	       (ip->bytes[1] & 0xc0) == 0x80;
}
