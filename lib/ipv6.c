#include "lib/ipv6.h"

#include "lib/buf.h"
#include "lib/ipv4.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#define GROUPS 8u

struct parsing {
	uint8_t bytes[16];
	unsigned count; /* of @bytes */
	int gap;	/* where "::" stands, -1: nowhere */
};

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Moves @s behind up to four digits. 0 or -EINVAL. */
static int parse_group(const char **s, struct parsing *p)
{
	unsigned group = 0, digits = 0;

	while (digits < 4 && hex_value(**s) >= 0) {
		group = group << 4 | (unsigned)hex_value(*(*s)++);
		digits++;
	}
	if (!digits || p->count + 2 > sizeof(p->bytes))
		return -EINVAL;
	p->bytes[p->count++] = (uint8_t)(group >> 8);
	p->bytes[p->count++] = (uint8_t)group;
	return 0;
}

static int parse_ipv4(const char **s, struct parsing *p)
{
	uint32_t address_be;

	if (p->count + 4 > sizeof(p->bytes) || ipv4_parse(*s, &address_be))
		return -EINVAL;
	memcpy(p->bytes + p->count, &address_be, 4);
	p->count += 4;
	*s += strlen(*s);
	return 0;
}

static int parse_groups(const char *s, struct parsing *p)
{
	while (*s) {
		bool is_ipv4 = s[strspn(s, "0123456789")] == '.';
		int err = is_ipv4 ? parse_ipv4(&s, p) : parse_group(&s, p);

		if (err || !*s)
			return err;
		if (*s++ != ':')
			return -EINVAL;
		if (*s == ':' && p->gap < 0) {
			p->gap = (int)p->count;
			s++;
		} else if (!*s) {
			return -EINVAL;
		}
	}
	return 0;
}

int ipv6_parse(const char *s, uint8_t out[16])
{
	struct parsing p = { .gap = -1 };
	unsigned head, tail;

	if (s[0] == ':' && s[1] == ':') {
		p.gap = 0;
		s += 2;
	}
	if (parse_groups(s, &p))
		return -EINVAL;
	if (p.gap < 0 ? p.count != 16 : p.count == 16)
		return -EINVAL;
	head = p.gap < 0 ? 16 : (unsigned)p.gap;
	tail = p.count > head ? p.count - head : 0;
	memset(out, 0, 16);
	memcpy(out, p.bytes, head);
	memcpy(out + 16 - tail, p.bytes + head, tail);
	return 0;
}

static unsigned group_at(const uint8_t *address, unsigned i)
{
	return (unsigned)address[2 * i] << 8 | address[2 * i + 1];
}

/* The first of the longest rows of zeros that "::" may stand for. Returns its length, 0: none. */
static unsigned find_zeros(const uint8_t *address, unsigned *start)
{
	unsigned longest = 1;

	*start = GROUPS;
	for (unsigned i = 0; i < GROUPS; i++) {
		unsigned len = 0;

		while (i + len < GROUPS && !group_at(address, i + len))
			len++;
		if (len > longest) {
			longest = len;
			*start = i;
		}
	}
	return *start < GROUPS ? longest : 0;
}

const char *ipv6_format(char out[IPV6_TEXT_SIZE], const uint8_t address[16])
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	struct buf b = buf_init(out, IPV6_TEXT_SIZE); /* it fits */
	unsigned start, zeros = find_zeros(address, &start);
	bool is_mapped = memcmp(address, mapped, sizeof(mapped)) == 0;
	unsigned end = is_mapped ? 6 : GROUPS;

	for (unsigned i = 0; i < end; i++) {
		if (i == start) {
			buf_puts(&b, "::");
			i += zeros - 1;
			continue;
		}
		buf_printf(&b, "%s%x", b.len && out[b.len - 1] != ':' ? ":" : "",
			   group_at(address, i));
	}
	if (is_mapped)
		buf_printf(&b, ":%u.%u.%u.%u", address[12], address[13], address[14],
			   address[15]);
	return out;
}
