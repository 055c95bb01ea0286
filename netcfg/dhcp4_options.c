#include "netcfg/dhcp4_options.h"

#include "netcfg/boot_text.h"
#include "netcfg/domain_list.h"
#include "netcfg/hostname.h"

#include "lib/ip.h"
#include "lib/ipv4.h"
#include "lib/kconfig.h"
#include "lib/str.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#define MTU_MIN 576 /* what every machine must be able to receive (RFC 791) */

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

static int read_flag(struct cursor *value, void *field, size_t size)
{
	(void)size;
	*(bool *)field = value->len == 0;
	return value->len == 0 ? 0 : -EINVAL;
}

static int read_mtu(struct cursor *value, void *field, size_t size)
{
	uint16_t mtu = value->len == 2 ? cursor_be16(value) : 0;

	(void)size;
	if (mtu < MTU_MIN)
		return -EINVAL;
	*(uint16_t *)field = mtu;
	return 0;
}

static int read_server(struct cursor *value, void *field, size_t size)
{
	uint32_t server_be = value->len == 4 ? htonl(cursor_be32(value)) : 0;

	(void)size;
	if (!ipv4_is_host(server_be))
		return -EINVAL;
	*(uint32_t *)field = server_be;
	return 0;
}

/* As many as the field has room for, without those that are no machine's. */
static int read_addresses(struct cursor *value, void *field, size_t size)
{
	struct ip *out = field, *end = out + size / sizeof(*out);

	if (value->len == 0 || value->len % 4)
		return -EINVAL;
	while (cursor_left(value) > 0 && out < end) {
		uint32_t address_be = htonl(cursor_be32(value));

		if (ipv4_is_host(address_be))
			*out++ = ip_from_v4(address_be);
	}
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

/* Some servers count a terminating NUL in, some write the dot of the root. */
static int read_name(struct cursor *value, void *field, size_t size)
{
	size_t len = value->len;

	while (len > 0 && value->data[len - 1] == '\0')
		len--;
	if (len > 1 && value->data[len - 1] == '.')
		len--;
	if (len >= size || !hostname_is_valid((const char *)value->data, len))
		return -EINVAL;
	memcpy(field, value->data, len);
	((char *)field)[len] = '\0';
	return 0;
}

static int read_search(struct cursor *value, void *field, size_t size)
{
	char names[sizeof(((struct lease *)0)->domain)];

	if (domain_list_parse(value->data, value->len, names, sizeof(names)) || !*names)
		return -EINVAL;
	return str_copy(field, size, names) ? -EINVAL : 0;
}

static int read_text(struct cursor *value, void *field, size_t size)
{
	return value->len ? boot_text_read(*value, field, size) : -EINVAL;
}

static int read_bytes(struct cursor *value, void *field, size_t size)
{
	struct lease_bytes *out = field;

	(void)size;
	if (value->len == 0 || value->len > sizeof(out->bytes))
		return -EINVAL;
	out->len = (uint8_t)value->len;
	memcpy(out->bytes, value->data, value->len);
	return 0;
}

/* RFC 3925: an enterprise number, a length and so many bytes, for each vendor. */
static int read_vendors(struct cursor *value, void *field, size_t size)
{
	struct cursor c = *value;

	while (cursor_left(&c) > 0) {
		cursor_skip(&c, 4);
		cursor_skip(&c, cursor_u8(&c));
	}
	return c.overrun ? -EINVAL : read_bytes(value, field, size);
}

/* The name of a server is no news here: nobody could look it up yet. */
static int read_boot_server(struct cursor *value, void *field, size_t size)
{
	char text[IPV4_TEXT_SIZE];
	uint32_t address_be;

	(void)size;
	if (boot_text_read(*value, text, sizeof(text)) == 0 &&
	    ipv4_parse(text, &address_be) == 0 && ipv4_is_host(address_be))
		*(struct ip *)field = ip_from_v4(address_be);
	return 0;
}

/* What does not fit is left out. */
static void add_route(struct lease *lease, uint32_t network_be, unsigned prefix_len,
		      uint32_t gateway_be)
{
	if (lease->route_count == LEASE_ROUTES_MAX)
		return;
	network_be &= ipv4_netmask_be(prefix_len);
	lease->routes[lease->route_count++] = (struct lease_route){
		.network = { .family = IP_V4 },
		.gateway = ip_from_v4(gateway_be),
		.prefix_len = (uint8_t)prefix_len,
	};
	memcpy(lease->routes[lease->route_count - 1].network.bytes, &network_be, 4);
}

/* RFC 3442: a prefix length, as many bytes of the network as it needs, a router. */
static int read_classless_routes(struct cursor *value, void *field, size_t size)
{
	struct dhcp4_reply *reply = field;
	struct lease *lease = &reply->lease;

	(void)size;
	while (cursor_left(value) > 0) {
		unsigned prefix_len = cursor_u8(value);
		size_t network_len = (prefix_len + 7) / 8;
		const uint8_t *bytes =
			prefix_len <= 32 ? cursor_bytes(value, network_len) : NULL;
		uint32_t network_be = 0, gateway_be = htonl(cursor_be32(value));

		if (!bytes || value->overrun || (gateway_be && !ipv4_is_host(gateway_be)))
			goto malformed;
		memcpy(&network_be, bytes, network_len);
		add_route(lease, network_be, prefix_len, gateway_be);
	}
	reply->has_classless = value->len > 0;
	return value->len > 0 ? 0 : -EINVAL;
malformed:
	lease->route_count = 0;
	return -EINVAL;
}

/* RFC 2132, 5.8: pairs of destination and router, from the time of classes. */
static int read_static_routes(struct cursor *value, void *field, size_t size)
{
	struct dhcp4_reply *reply = field;

	(void)size;
	if (value->len == 0 || value->len % 8)
		return -EINVAL;
	while (!reply->has_classless && cursor_left(value) > 0) {
		uint32_t network = cursor_be32(value),
			 router_be = htonl(cursor_be32(value));
		unsigned prefix_len = network >> 31 == 0   ? 8
				      : network >> 30 == 2 ? 16
							   : 24;

		if (ipv4_is_host(htonl(network)) && ipv4_is_host(router_be))
			add_route(&reply->lease, htonl(network), prefix_len, router_be);
	}
	return 0;
}

static int read_router(struct cursor *value, void *field, size_t size)
{
	struct dhcp4_reply *reply = field;
	struct ip router = { 0 };

	(void)size;
	if (read_addresses(value, &router, sizeof(router)))
		return -EINVAL;
	if (!reply->has_classless && router.family)
		add_route(&reply->lease, 0, 0, ip_to_v4_be(&router));
	return 0;
}

#define FIELD(member) \
	offsetof(struct dhcp4_reply, member), sizeof(((struct dhcp4_reply *)0)->member)
#define WHOLE	     0, sizeof(struct dhcp4_reply)
#define VENDOR(read) (IS_ENABLED(CONFIG_NETCFG_PXE) ? (read) : NULL)

/* In the order they are asked and read: RFC 3442 wants 121 in front of 33 and 3, and 119 goes
 * before 15. */
static const struct option {
	/* 0 or -EINVAL; NULL: /init is configured without it */
	int (*read)(struct cursor *value, void *field, size_t size);
	uint8_t code;
	bool is_asked;
	uint16_t offset, size;
} options[] = {
	{ read_netmask, 1, true, FIELD(lease.prefix_len) },
	{ read_classless_routes, 121, true, WHOLE },
	{ read_static_routes, 33, true, WHOLE },
	{ read_router, 3, true, WHOLE },
	{ read_addresses, 6, true, FIELD(lease.dns) },
	{ read_name, DHCP4_OPTION_HOSTNAME, true, FIELD(lease.hostname) },
	{ read_name, 15, true, FIELD(lease.domain) },
	{ read_search, 119, true, FIELD(lease.domain) },
	{ read_text, 17, true, FIELD(lease.root_path) },
	{ read_mtu, 26, true, FIELD(lease.mtu) },
	{ read_addresses, 42, true, FIELD(lease.ntp) },
	{ read_u32, 51, true, FIELD(grant.lease_s) },
	{ read_u8, DHCP4_OPTION_TYPE, false, FIELD(type) },
	{ read_server, DHCP4_OPTION_SERVER, false, FIELD(grant.server_be) },
	{ read_u32, 58, true, FIELD(grant.renewal_s) },
	{ read_u32, 59, true, FIELD(grant.rebinding_s) },
	{ read_boot_server, 66, true, FIELD(lease.boot_server) },
	{ read_text, 67, true, FIELD(lease.boot_file) },
	{ read_flag, DHCP4_OPTION_RAPID_COMMIT, false, FIELD(is_rapid) },
	{ VENDOR(read_bytes), 43, true, FIELD(lease.vendor) },
	{ VENDOR(read_vendors), 124, true, FIELD(lease.vendor_class) },
	{ VENDOR(read_vendors), 125, true, FIELD(lease.vendor_options) },
};

#define OPTION_COUNT (sizeof(options) / sizeof(options[0]))

/* False at the end; a length that leads out of the area leaves @c->overrun. */
static bool next_option(struct cursor *c, uint8_t *code, struct cursor *value)
{
	const uint8_t *bytes;
	uint8_t len;

	do
		*code = cursor_left(c) > 0 ? cursor_u8(c) : DHCP4_OPTION_END;
	while (*code == DHCP4_OPTION_PAD);
	if (*code == DHCP4_OPTION_END)
		return false;
	len = cursor_u8(c);
	bytes = cursor_bytes(c, len);
	if (c->overrun)
		return false;
	*value = cursor_over(bytes, len);
	return true;
}

bool dhcp4_options_are_whole(struct cursor area)
{
	struct cursor value;
	uint8_t code;

	while (next_option(&area, &code, &value))
		;
	return !area.overrun;
}

/* The parts of an option one after the other. False: it is nowhere. */
static bool gather(const struct cursor *areas, size_t count, uint8_t wanted,
		   struct buf *out)
{
	bool is_there = false;
	struct cursor value;
	uint8_t code;

	for (size_t i = 0; i < count; i++) {
		struct cursor area = areas[i];

		while (next_option(&area, &code, &value)) {
			if (code != wanted)
				continue;
			buf_put(out, (const char *)value.data, value.len);
			is_there = true;
		}
	}
	return is_there;
}

unsigned dhcp4_options_overload(struct cursor area)
{
	char storage[2];
	struct buf value = BUF_OVER(storage);

	if (!gather(&area, 1, DHCP4_OPTION_OVERLOAD, &value) || value.len != 1)
		return 0;
	return (uint8_t)value.data[0] & 3;
}

void dhcp4_options_read(const struct cursor areas[DHCP4_OPTION_AREAS],
			struct dhcp4_reply *out)
{
	char storage[DHCP4_MESSAGE_MAX];

	for (size_t i = 0; i < OPTION_COUNT; i++) {
		const struct option *o = &options[i];
		struct buf whole = BUF_OVER(storage);
		struct cursor value;

		if (!o->read || !gather(areas, DHCP4_OPTION_AREAS, o->code, &whole))
			continue;
		value = cursor_over(whole.data, whole.len);
		if (whole.truncated || o->read(&value, (char *)out + o->offset, o->size))
			out->bad_option = o->code;
	}
}

void dhcp4_options_ask(struct buf *out)
{
	for (size_t i = 0; i < OPTION_COUNT; i++)
		if (options[i].is_asked && options[i].read)
			buf_put(out, (const char *)&options[i].code, 1);
}
