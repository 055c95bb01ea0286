#include "netcfg/ndopt.h"

#include "netcfg/domain_list.h"

#include "lib/cursor.h"

#include <errno.h>
#include <string.h>

static int read_dns(struct cursor *c, struct ndopt *out)
{
	if (!cursor_left(c) || cursor_left(c) % 16)
		return -EBADMSG;
	while (cursor_left(c)) {
		struct ip dns = { .family = IP_V6 };

		memcpy(dns.bytes, cursor_bytes(c, 16), 16);
		/* resolv.conf would need the interface beside a link-local one */
		if (ip_is_host(&dns) && !ip_is_link_local(&dns) &&
		    out->dns_count < LEASE_DNS_MAX)
			out->dns[out->dns_count++] = dns;
	}
	return 0;
}

static int read_domains(struct cursor *c, struct ndopt *out)
{
	/* zeros fill the last eight bytes: empty names */
	if (domain_list_parse(c->data + c->off, cursor_left(c), out->domain,
			      sizeof(out->domain)))
		return -EBADMSG;
	return 0;
}

int ndopt_parse(const void *data, size_t len, struct ndopt *out)
{
	struct cursor c = cursor_over(data, len);
	size_t size;

	memset(out, 0, sizeof(*out));
	out->type = cursor_u8(&c);
	size = cursor_u8(&c) * 8u;
	cursor_skip(&c, 2); /* reserved */
	out->lifetime_s = cursor_be32(&c);
	if (c.overrun || size < c.off || size > len)
		return -EBADMSG;
	c.len = size;
	switch (out->type) {
	case NDOPT_RDNSS:
		return read_dns(&c, out);
	case NDOPT_DNSSL:
		return read_domains(&c, out);
	default:
		return -ENOMSG;
	}
}
