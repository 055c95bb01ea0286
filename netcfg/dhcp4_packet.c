#include "netcfg/dhcp4_packet.h"

#include "netcfg/hostname.h"

#include "lib/cursor.h"
#include "lib/ipv4.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#define OP_REQUEST     1
#define OP_REPLY       2
#define HTYPE_ETHERNET 1
#define MAGIC_COOKIE   0x63825363
#define SNAME_LEN      64
#define FILE_LEN       128
#define MESSAGE_MIN    300 /* RFC 1542: shorter ones are dropped by some relays */
#define MESSAGE_MAX    1500

enum option_code {
	OPTION_PAD = 0,
	OPTION_HOSTNAME = 12,
	OPTION_REQUESTED_ADDRESS = 50,
	OPTION_OVERLOAD = 52,
	OPTION_TYPE = 53,
	OPTION_SERVER = 54,
	OPTION_ASK = 55,
	OPTION_MAX_SIZE = 57,
	OPTION_CLIENT_ID = 61,
	OPTION_END = 255,
};

static int read_u8(struct cursor *value, void *field, size_t size)
{
	(void)size;
	if (value->len != 1)
		return -EINVAL;
	*(uint8_t *)field = cursor_u8(value);
	return 0;
}

static int read_u32(struct cursor *value, void *field, size_t size)
{
	(void)size;
	if (value->len != 4)
		return -EINVAL;
	*(uint32_t *)field = cursor_be32(value);
	return 0;
}

/* As many addresses as the field has room for. */
static int read_addresses(struct cursor *value, void *field, size_t size)
{
	if (value->len == 0 || value->len % 4)
		return -EINVAL;
	memcpy(field, value->data, value->len < size ? value->len : size);
	return 0;
}

static int read_netmask(struct cursor *value, void *field, size_t size)
{
	int len = value->len == 4 ? ipv4_prefix_len(htonl(cursor_be32(value))) : -EINVAL;

	(void)size;
	if (len <= 0)
		return -EINVAL;
	*(uint8_t *)field = (uint8_t)len;
	return 0;
}

/* Some servers count a terminating NUL in. */
static int read_name(struct cursor *value, void *field, size_t size)
{
	size_t len = value->len;

	while (len > 0 && value->data[len - 1] == '\0')
		len--;
	if (len >= size || !hostname_is_valid((const char *)value->data, len))
		return -EINVAL;
	memcpy(field, value->data, len);
	((char *)field)[len] = '\0';
	return 0;
}

/* RFC 3442: a prefix length, as many bytes of the network as it needs, a router. */
static bool read_route(struct cursor *value, struct dhcp4_route *route)
{
	uint8_t network[4] = { 0 };
	const uint8_t *bytes;

	route->prefix_len = cursor_u8(value);
	if (route->prefix_len > 32)
		return false;
	bytes = cursor_bytes(value, (route->prefix_len + 7u) / 8);
	if (!bytes)
		return false;
	memcpy(network, bytes, (route->prefix_len + 7u) / 8);
	memcpy(&route->network_be, network, 4);
	route->network_be &= ipv4_netmask_be(route->prefix_len);
	route->gateway_be = htonl(cursor_be32(value));
	return !value->overrun;
}

static int read_routes(struct cursor *value, void *field, size_t size)
{
	struct dhcp4_routes routes = { 0 };

	(void)size;
	if (value->len == 0)
		return -EINVAL;
	while (cursor_left(value) > 0) {
		struct dhcp4_route route;

		if (!read_route(value, &route))
			return -EINVAL;
		if (routes.count < DHCP4_ROUTES_MAX)
			routes.rows[routes.count++] = route;
	}
	*(struct dhcp4_routes *)field = routes;
	return 0;
}

#define FIELD(member) \
	offsetof(struct dhcp4_reply, member), sizeof(((struct dhcp4_reply *)0)->member)

/* The options a server is heard on, those it is asked for in the order it is asked: RFC
 * 3442 wants 121 in front of 3. */
static const struct option {
	uint8_t code;
	bool is_asked;
	int (*read)(struct cursor *value, void *field, size_t size); /* 0 or -EINVAL */
	size_t offset, size;
} options[] = {
	{ 1, true, read_netmask, FIELD(lease.prefix_len) },
	{ 121, true, read_routes, FIELD(lease.routes) },
	{ 3, true, read_addresses, FIELD(lease.router_be) },
	{ 6, true, read_addresses, FIELD(lease.dns_be) },
	{ OPTION_HOSTNAME, true, read_name, FIELD(lease.hostname) },
	{ 15, true, read_name, FIELD(lease.domain) },
	{ 42, true, read_addresses, FIELD(lease.ntp_be) },
	{ 51, true, read_u32, FIELD(lease.lease_s) },
	{ OPTION_TYPE, false, read_u8, FIELD(type) },
	{ OPTION_SERVER, false, read_addresses, FIELD(lease.server_be) },
	{ 58, true, read_u32, FIELD(lease.renewal_s) },
	{ 59, true, read_u32, FIELD(lease.rebinding_s) },
};

#define OPTION_COUNT (sizeof(options) / sizeof(options[0]))

static void put_zeros(struct buf *out, size_t count)
{
	while (count-- > 0)
		buf_put(out, "", 1);
}

static void put_u8(struct buf *out, uint8_t value)
{
	buf_put(out, (const char *)&value, 1);
}

static void put_be16(struct buf *out, uint16_t value)
{
	put_u8(out, (uint8_t)(value >> 8));
	put_u8(out, (uint8_t)value);
}

static void put_be32(struct buf *out, uint32_t value)
{
	put_be16(out, (uint16_t)(value >> 16));
	put_be16(out, (uint16_t)value);
}

static void put_option(struct buf *out, uint8_t code, const void *data, size_t len)
{
	put_u8(out, code);
	put_u8(out, (uint8_t)len);
	buf_put(out, data, len);
}

static void put_address_option(struct buf *out, uint8_t code, uint32_t address_be)
{
	if (address_be)
		put_option(out, code, &address_be, sizeof(address_be));
}

/* The identifier is what firmware and boot loaders send too, so the address stays the
 * same. */
static void put_options(const struct dhcp4_request *request, struct buf *out)
{
	uint8_t type = (uint8_t)request->type;
	uint8_t client_id[7] = { HTYPE_ETHERNET };
	uint8_t max_size[2] = { MESSAGE_MAX >> 8, MESSAGE_MAX & 255 };
	uint8_t ask[OPTION_COUNT];
	size_t ask_count = 0;

	memcpy(client_id + 1, request->mac, 6);
	for (size_t i = 0; i < OPTION_COUNT; i++)
		if (options[i].is_asked)
			ask[ask_count++] = options[i].code;
	put_option(out, OPTION_TYPE, &type, 1);
	put_option(out, OPTION_CLIENT_ID, client_id, sizeof(client_id));
	put_address_option(out, OPTION_REQUESTED_ADDRESS, request->requested_be);
	put_address_option(out, OPTION_SERVER, request->server_be);
	put_option(out, OPTION_MAX_SIZE, max_size, sizeof(max_size));
	put_option(out, OPTION_ASK, ask, ask_count);
	if (request->hostname && request->hostname[0])
		put_option(out, OPTION_HOSTNAME, request->hostname,
			   strlen(request->hostname));
	put_u8(out, OPTION_END);
}

void dhcp4_packet_build(const struct dhcp4_request *request, struct buf *out)
{
	size_t start = out->len;

	put_u8(out, OP_REQUEST);
	put_u8(out, HTYPE_ETHERNET);
	put_u8(out, sizeof(request->mac));
	put_u8(out, 0); /* hops */
	put_be32(out, request->xid);
	put_be16(out, request->elapsed_s);
	/* flags: a packet socket hears unicast before it has an address */
	put_be16(out, 0);
	buf_put(out, (const char *)&request->ciaddr_be, 4);
	put_zeros(out, 3 * 4); /* yiaddr, siaddr, giaddr */
	buf_put(out, (const char *)request->mac, sizeof(request->mac));
	put_zeros(out, 16 - sizeof(request->mac) + SNAME_LEN + FILE_LEN);
	put_be32(out, MAGIC_COOKIE);
	put_options(request, out);
	if (out->len - start < MESSAGE_MIN)
		put_zeros(out, MESSAGE_MIN - (out->len - start));
}

static void parse_option(uint8_t code, struct cursor value, struct dhcp4_reply *out)
{
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		const struct option *o = &options[i];

		if (o->code == code && o->read(&value, (char *)out + o->offset, o->size))
			out->bad_option = code;
	}
}

/* The END option may be missing where an area is full. */
static int parse_options(struct cursor c, uint8_t *overload, struct dhcp4_reply *out)
{
	while (cursor_left(&c) > 0) {
		uint8_t code = cursor_u8(&c);
		const uint8_t *value;
		uint8_t len;

		if (code == OPTION_PAD)
			continue;
		if (code == OPTION_END)
			return 0;
		len = cursor_u8(&c);
		value = cursor_bytes(&c, len);
		if (!value)
			return -EBADMSG;
		if (code == OPTION_OVERLOAD && len == 1)
			*overload = value[0];
		parse_option(code, cursor_over(value, len), out);
	}
	return 0;
}

int dhcp4_packet_parse(const void *data, size_t len, const uint8_t mac[6],
		       struct dhcp4_reply *out)
{
	struct cursor c = cursor_over(data, len);
	uint8_t op, htype, hlen, overload = 0, ignored = 0;
	const uint8_t *chaddr, *sname, *file;
	int err;

	memset(out, 0, sizeof(*out));
	op = cursor_u8(&c);
	htype = cursor_u8(&c);
	hlen = cursor_u8(&c);
	cursor_skip(&c, 1); /* hops */
	out->xid = cursor_be32(&c);
	cursor_skip(&c, 2 + 2 + 4); /* secs, flags, ciaddr */
	out->lease.address_be = htonl(cursor_be32(&c));
	cursor_skip(&c, 4 + 4); /* siaddr, giaddr */
	chaddr = cursor_bytes(&c, 16);
	sname = cursor_bytes(&c, SNAME_LEN);
	file = cursor_bytes(&c, FILE_LEN);
	if (cursor_be32(&c) != MAGIC_COOKIE || c.overrun)
		return -EBADMSG;
	if (op != OP_REPLY || htype != HTYPE_ETHERNET || hlen != 6 ||
	    memcmp(chaddr, mac, 6))
		return -EBADMSG;
	err = parse_options(cursor_over(c.data + c.off, cursor_left(&c)), &overload, out);
	if (!err && (overload & 1))
		err = parse_options(cursor_over(file, FILE_LEN), &ignored, out);
	if (!err && (overload & 2))
		err = parse_options(cursor_over(sname, SNAME_LEN), &ignored, out);
	if (!err && out->type == 0)
		err = -EBADMSG;
	return err;
}
