#include "netcfg/dhcp4_packet.h"

#include "netcfg/boot_text.h"
#include "netcfg/dhcp4_options.h"

#include "lib/cursor.h"
#include "lib/ipv4.h"
#include "lib/kconfig.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#define OP_REQUEST     1
#define OP_REPLY       2
#define HTYPE_ETHERNET 1
#define HLEN_ETHERNET  6
#define FLAG_BROADCAST 0x8000
#define MAGIC_COOKIE   0x63825363
#define SNAME_LEN      64
#define FILE_LEN       128
#define MESSAGE_MIN    300 /* RFC 1542: shorter ones are dropped by some relays */
#define OPTION_MAX     255

static void put_zeros(struct buf *out, size_t count)
{
	while (count-- > 0)
		buf_put(out, "", 1);
}

static void put_u8(struct buf *out, uint8_t value)
{
	buf_put(out, (const char *)&value, 1);
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

static void put_string_option(struct buf *out, uint8_t code, const char *s)
{
	size_t len = s ? strlen(s) : 0;

	if (len)
		put_option(out, code, s, len < OPTION_MAX ? len : OPTION_MAX);
}

static void put_client_id(const struct dhcp4_identity *identity, struct buf *out)
{
	uint8_t by_mac[7] = { HTYPE_ETHERNET };

	memcpy(by_mac + 1, identity->mac, 6);
	if (identity->client_id_len)
		put_option(out, DHCP4_OPTION_CLIENT_ID, identity->client_id,
			   identity->client_id_len);
	else
		put_option(out, DHCP4_OPTION_CLIENT_ID, by_mac, sizeof(by_mac));
}

/* RFC 4578: option 94 is the version of the UNDI, of which there is none; 3.0 is UEFI's. */
static void put_pxe(const struct pxe_client *pxe, struct buf *out)
{
	uint8_t arch[2] = { pxe->arch >> 8, pxe->arch & 255 };

	put_option(out, DHCP4_OPTION_CLIENT_ARCH, arch, sizeof(arch));
	put_option(out, DHCP4_OPTION_CLIENT_INTERFACE, "\1\3\0", 3);
	if (pxe->machine_id_len)
		put_option(out, DHCP4_OPTION_MACHINE_ID, pxe->machine_id,
			   pxe->machine_id_len);
}

/* All that a DECLINE must not have (RFC 2131, table 5). */
static void put_wishes(const struct dhcp4_identity *identity, struct buf *out)
{
	uint8_t max_size[2] = { DHCP4_MESSAGE_MAX >> 8, DHCP4_MESSAGE_MAX & 255 };
	char storage[OPTION_MAX];
	struct buf ask = BUF_OVER(storage);

	dhcp4_options_ask(&ask);
	put_option(out, DHCP4_OPTION_MAX_SIZE, max_size, sizeof(max_size));
	put_option(out, DHCP4_OPTION_ASK, ask.data, ask.len);
	put_string_option(out, DHCP4_OPTION_HOSTNAME, identity->hostname);
	put_string_option(out, DHCP4_OPTION_VENDOR_CLASS, identity->vendor_class);
	if (IS_ENABLED(CONFIG_NETCFG_PXE) && identity->pxe)
		put_pxe(identity->pxe, out);
}

static void put_options(const struct dhcp4_request *request,
			const struct dhcp4_identity *identity, struct buf *out)
{
	uint8_t type = (uint8_t)request->type;

	put_option(out, DHCP4_OPTION_TYPE, &type, 1);
	put_client_id(identity, out);
	put_address_option(out, DHCP4_OPTION_REQUESTED_ADDRESS, request->requested_be);
	put_address_option(out, DHCP4_OPTION_SERVER, request->server_be);
	if (request->type == DHCP4_DISCOVER)
		put_option(out, DHCP4_OPTION_RAPID_COMMIT, "", 0);
	if (request->type != DHCP4_DECLINE)
		put_wishes(identity, out);
	put_u8(out, DHCP4_OPTION_END);
}

void dhcp4_packet_build(const struct dhcp4_request *request,
			const struct dhcp4_identity *identity, struct buf *out)
{
	static const uint8_t head[] = { OP_REQUEST, HTYPE_ETHERNET, HLEN_ETHERNET, 0 };
	size_t start = out->len;

	buf_put(out, (const char *)head, sizeof(head)); /* its end: hops */
	buf_put_be32(out, request->xid);
	buf_put_be16(out, request->elapsed_s);
	buf_put_be16(out, request->wants_broadcast ? FLAG_BROADCAST : 0);
	buf_put(out, (const char *)&request->ciaddr_be, 4);
	put_zeros(out, 3 * 4); /* yiaddr, siaddr, giaddr */
	buf_put(out, (const char *)identity->mac, sizeof(identity->mac));
	put_zeros(out, 16 - sizeof(identity->mac) + SNAME_LEN + FILE_LEN);
	buf_put_be32(out, MAGIC_COOKIE);
	put_options(request, identity, out);
	if (out->len - start < MESSAGE_MIN)
		put_zeros(out, MESSAGE_MIN - (out->len - start));
}

/* What the fixed fields say, where no option says better. */
static void read_fields(uint32_t siaddr_be, struct cursor file, struct dhcp4_reply *out)
{
	struct lease *lease = &out->lease;

	lease->address = ip_from_v4(out->grant.address_be);
	lease->server = ip_from_v4(out->grant.server_be);
	lease->lease_s = out->grant.lease_s;
	if (!lease->boot_server.family && ipv4_is_host(siaddr_be))
		lease->boot_server = ip_from_v4(siaddr_be);
	/* as option 67 it would have been named; this field has garbage in it now and then */
	if (!*lease->boot_file)
		(void)boot_text_read(file, lease->boot_file, sizeof(lease->boot_file));
}

static int read_options(struct cursor options, struct cursor file, struct cursor sname,
			uint32_t siaddr_be, struct dhcp4_reply *out)
{
	const struct cursor nothing = cursor_over("", 0);
	unsigned overload = dhcp4_options_overload(options);
	struct cursor areas[DHCP4_OPTION_AREAS] = {
		options,
		overload & 1 ? file : nothing,
		overload & 2 ? sname : nothing,
	};

	for (size_t i = 0; i < DHCP4_OPTION_AREAS; i++)
		if (!dhcp4_options_are_whole(areas[i]))
			return -EBADMSG;
	dhcp4_options_read(areas, out);
	read_fields(siaddr_be, overload & 1 ? nothing : file, out);
	return out->type ? 0 : -EBADMSG;
}

int dhcp4_packet_parse(const void *data, size_t len, const uint8_t mac[6],
		       struct dhcp4_reply *out)
{
	struct cursor c = cursor_over(data, len);
	const uint8_t *chaddr, *sname, *file;
	uint8_t op, htype, hlen;
	uint32_t siaddr_be;

	memset(out, 0, sizeof(*out));
	op = cursor_u8(&c);
	htype = cursor_u8(&c);
	hlen = cursor_u8(&c);
	cursor_skip(&c, 1); /* hops */
	out->xid = cursor_be32(&c);
	cursor_skip(&c, 2 + 2 + 4); /* secs, flags, ciaddr */
	out->grant.address_be = htonl(cursor_be32(&c));
	siaddr_be = htonl(cursor_be32(&c));
	cursor_skip(&c, 4); /* giaddr */
	chaddr = cursor_bytes(&c, 16);
	sname = cursor_bytes(&c, SNAME_LEN);
	file = cursor_bytes(&c, FILE_LEN);
	if (cursor_be32(&c) != MAGIC_COOKIE || c.overrun)
		return -EBADMSG;
	if (op != OP_REPLY || htype != HTYPE_ETHERNET || hlen != HLEN_ETHERNET ||
	    memcmp(chaddr, mac, HLEN_ETHERNET))
		return -EBADMSG;
	return read_options(cursor_over(c.data + c.off, cursor_left(&c)),
			    cursor_over(file, FILE_LEN), cursor_over(sname, SNAME_LEN),
			    siaddr_be, out);
}
