#include "netcfg/dhcp6_packet.h"

#include "netcfg/boot_text.h"
#include "netcfg/domain_list.h"

#include "lib/cursor.h"

#include <errno.h>
#include <string.h>

#define DUID_LL	       3
#define HTYPE_ETHERNET 1
#define TYPE_SHIFT     24 /* the first word is type and transaction id */
#define XID_MASK       0xffffff

enum option_code {
	OPTION_CLIENT_ID = 1,
	OPTION_SERVER_ID = 2,
	OPTION_IA_NA = 3,
	OPTION_IA_ADDRESS = 5,
	OPTION_ASK = 6,
	OPTION_PREFERENCE = 7,
	OPTION_ELAPSED = 8,
	OPTION_STATUS = 13,
	OPTION_RAPID_COMMIT = 14,
	OPTION_DNS = 23,
	OPTION_DOMAINS = 24,
	OPTION_REFRESH = 32,
	OPTION_NTP = 56,
	OPTION_BOOT_URL = 59,
	OPTION_BOOT_PARAMETERS = 60,
	OPTION_SOL_MAX_RT = 82,
	OPTION_INF_MAX_RT = 83,
};

enum ntp_suboption {
	NTP_SERVER = 1,
};

const char *dhcp6_status_name(uint16_t status)
{
	static const char *const names[] = {
		"Success",   "UnspecFail", "NoAddrsAvail",
		"NoBinding", "NotOnLink",  "UseMulticast",
	};

	return status < sizeof(names) / sizeof(names[0]) ? names[status] : "another";
}

struct dhcp6_client_id dhcp6_client_id(const uint8_t mac[6])
{
	struct dhcp6_client_id id = {
		.duid = { .len = 10, .bytes = { 0, DUID_LL, 0, HTYPE_ETHERNET } },
	};
	struct cursor end = cursor_over(mac + 2, 4);

	memcpy(id.duid.bytes + 4, mac, 6);
	id.iaid = cursor_be32(&end);
	return id;
}

/* ---- what we say */

static void put_option(struct buf *out, enum option_code code, const void *data,
		       size_t len)
{
	buf_put_be16(out, (uint16_t)code);
	buf_put_be16(out, (uint16_t)len);
	buf_put(out, data, len);
}

/* Times are 0: the client leaves them to the server (21.4, 21.6). */
static void put_ia(struct buf *out, uint32_t iaid, const struct ip *address)
{
	bool has_address = address->family == IP_V6;

	buf_put_be16(out, OPTION_IA_NA);
	buf_put_be16(out, has_address ? 12 + 4 + 24 : 12);
	buf_put_be32(out, iaid);
	buf_put_be32(out, 0);
	buf_put_be32(out, 0);
	if (!has_address)
		return;
	buf_put_be16(out, OPTION_IA_ADDRESS);
	buf_put_be16(out, 24);
	buf_put(out, (const char *)address->bytes, 16);
	buf_put_be32(out, 0);
	buf_put_be32(out, 0);
}

static void put_asked(struct buf *out, enum dhcp6_type type)
{
	bool is_stateless = type == DHCP6_INFORMATION_REQUEST;

	buf_put_be16(out, OPTION_ASK);
	buf_put_be16(out, is_stateless ? 14 : 12);
	buf_put_be16(out, OPTION_DNS);
	buf_put_be16(out, OPTION_DOMAINS);
	buf_put_be16(out, OPTION_NTP);
	buf_put_be16(out, OPTION_BOOT_URL);
	buf_put_be16(out, OPTION_BOOT_PARAMETERS);
	if (is_stateless)
		buf_put_be16(out, OPTION_REFRESH);
	buf_put_be16(out, is_stateless ? OPTION_INF_MAX_RT : OPTION_SOL_MAX_RT);
}

void dhcp6_packet_build(const struct dhcp6_request *request,
			const struct dhcp6_client_id *client, struct buf *out)
{
	const uint8_t elapsed[] = { request->elapsed_cs >> 8, request->elapsed_cs & 255 };

	buf_put_be32(out,
		     (uint32_t)request->type << TYPE_SHIFT | (request->xid & XID_MASK));
	put_option(out, OPTION_CLIENT_ID, client->duid.bytes, client->duid.len);
	if (request->server && request->server->len)
		put_option(out, OPTION_SERVER_ID, request->server->bytes,
			   request->server->len);
	put_option(out, OPTION_ELAPSED, elapsed, sizeof(elapsed));
	if (request->has_ia)
		put_ia(out, client->iaid, &request->address);
	if (request->type != DHCP6_DECLINE)
		put_asked(out, request->type);
	if (request->type == DHCP6_SOLICIT)
		put_option(out, OPTION_RAPID_COMMIT, "", 0);
}

/* ---- what a server says */

struct option {
	uint16_t code;
	struct cursor value;
};

/* False at the end; with @c->overrun when what follows is cut off. */
static bool next_option(struct cursor *c, struct option *out)
{
	const uint8_t *value;
	uint16_t len;

	if (!cursor_left(c))
		return false;
	out->code = cursor_be16(c);
	len = cursor_be16(c);
	value = cursor_bytes(c, len);
	if (!value)
		return false;
	out->value = cursor_over(value, len);
	return true;
}

static int read_server_id(struct cursor *value, struct dhcp6_reply *out)
{
	if (value->len == 0 || value->len > DHCP6_DUID_MAX)
		return -EINVAL;
	out->server.len = (uint8_t)value->len;
	memcpy(out->server.bytes, value->data, value->len);
	return 0;
}

/* The text behind the code is for a person that is not there. */
static int read_status(struct cursor *value, struct dhcp6_reply *out)
{
	uint16_t status = cursor_be16(value);

	if (value->overrun)
		return -EINVAL;
	if (out->status == DHCP6_SUCCESS)
		out->status = status;
	return 0;
}

static int read_address(struct cursor *value, struct dhcp6_reply *out)
{
	const uint8_t *bytes = cursor_bytes(value, 16);
	uint32_t preferred_s = cursor_be32(value), valid_s = cursor_be32(value);
	struct ip address = { .family = IP_V6 };
	struct option option;

	if (value->overrun || preferred_s > valid_s) /* 21.6 */
		return -EINVAL;
	memcpy(address.bytes, bytes, 16);
	if (!ip_is_host(&address) || ip_is_link_local(&address))
		return -EINVAL;
	while (next_option(value, &option))
		if (option.code == OPTION_STATUS && read_status(&option.value, out))
			return -EINVAL;
	if (value->overrun)
		return -EINVAL;
	/* A server that renumbers gives the old address too, with no time left. */
	if (valid_s == 0 || out->lease.address.family)
		return 0;
	out->lease.address = address;
	out->lease.prefix_len = 128; /* what else is on the link is the router's to say */
	out->lease.lease_s = valid_s;
	return 0;
}

static int read_ia(struct cursor *value, uint32_t iaid, struct dhcp6_reply *out)
{
	uint32_t theirs = cursor_be32(value);
	uint32_t renewal_s = cursor_be32(value), rebinding_s = cursor_be32(value);
	struct option option;
	int err = 0;

	if (value->overrun || (rebinding_s && renewal_s > rebinding_s)) /* 21.4 */
		return -EINVAL;
	if (theirs != iaid)
		return 0;
	out->renewal_s = renewal_s;
	out->rebinding_s = rebinding_s;
	while (next_option(value, &option)) {
		if (option.code == OPTION_IA_ADDRESS)
			err |= read_address(&option.value, out);
		else if (option.code == OPTION_STATUS)
			err |= read_status(&option.value, out);
	}
	return err || value->overrun ? -EINVAL : 0;
}

static int read_preference(struct cursor *value, struct dhcp6_reply *out)
{
	out->preference = cursor_u8(value);
	return value->overrun ? -EINVAL : 0;
}

static int read_rapid_commit(struct cursor *value, struct dhcp6_reply *out)
{
	(void)value;
	out->is_rapid = true;
	return 0;
}

static int read_dns(struct cursor *value, struct dhcp6_reply *out)
{
	unsigned count = 0;

	if (value->len == 0 || value->len % 16)
		return -EINVAL;
	while (cursor_left(value) && count < LEASE_DNS_MAX) {
		struct ip dns = { .family = IP_V6 };

		memcpy(dns.bytes, cursor_bytes(value, 16), 16);
		/* resolv.conf would need the interface beside a link-local one */
		if (ip_is_host(&dns) && !ip_is_link_local(&dns))
			out->lease.dns[count++] = dns;
	}
	return 0;
}

static int read_domains(struct cursor *value, struct dhcp6_reply *out)
{
	return domain_list_parse(value->data, value->len, out->lease.domain,
				 sizeof(out->lease.domain));
}

/* RFC 5908: the first server that is an address of its own. */
static int read_ntp(struct cursor *value, struct dhcp6_reply *out)
{
	struct option option;

	while (next_option(value, &option)) {
		const uint8_t *bytes = option.code == NTP_SERVER
					       ? cursor_bytes(&option.value, 16)
					       : NULL;

		if (!bytes || out->lease.ntp.family)
			continue;
		out->lease.ntp.family = IP_V6;
		memcpy(out->lease.ntp.bytes, bytes, 16);
	}
	return value->overrun ? -EINVAL : 0;
}

static int read_boot_url(struct cursor *value, struct dhcp6_reply *out)
{
	return boot_text_read(*value, out->lease.boot_file, sizeof(out->lease.boot_file));
}

/* RFC 5970, 3.2: words of a command line, each with its length. That of the root is what option 17
 * is in DHCPv4. */
static int read_boot_parameters(struct cursor *value, struct dhcp6_reply *out)
{
	static const char root[] = "root=";
	const size_t root_len = sizeof(root) - 1;
	int err = 0;

	while (cursor_left(value)) {
		size_t len = cursor_be16(value);
		const uint8_t *word = cursor_bytes(value, len);

		if (word && len > root_len && memcmp(word, root, root_len) == 0)
			err = boot_text_read(cursor_over(word + root_len, len - root_len),
					     out->lease.root_path,
					     sizeof(out->lease.root_path));
	}
	return value->overrun ? -EINVAL : err;
}

static int read_seconds(struct cursor *value, uint32_t *out)
{
	uint32_t seconds = cursor_be32(value);

	if (value->overrun)
		return -EINVAL;
	*out = seconds;
	return 0;
}

static int read_refresh(struct cursor *value, struct dhcp6_reply *out)
{
	return read_seconds(value, &out->refresh_s);
}

static int read_solicit_max(struct cursor *value, struct dhcp6_reply *out)
{
	return read_seconds(value, &out->solicit_max_s);
}

static int read_information_max(struct cursor *value, struct dhcp6_reply *out)
{
	return read_seconds(value, &out->information_max_s);
}

static const struct {
	uint16_t code;
	int (*read)(struct cursor *value, struct dhcp6_reply *out); /* 0 or -EINVAL */
} readers[] = {
	{ OPTION_SERVER_ID, read_server_id },
	{ OPTION_PREFERENCE, read_preference },
	{ OPTION_STATUS, read_status },
	{ OPTION_RAPID_COMMIT, read_rapid_commit },
	{ OPTION_DNS, read_dns },
	{ OPTION_DOMAINS, read_domains },
	{ OPTION_REFRESH, read_refresh },
	{ OPTION_NTP, read_ntp },
	{ OPTION_BOOT_URL, read_boot_url },
	{ OPTION_BOOT_PARAMETERS, read_boot_parameters },
	{ OPTION_SOL_MAX_RT, read_solicit_max },
	{ OPTION_INF_MAX_RT, read_information_max },
};

static bool is_client(const struct option *option, const struct dhcp6_client_id *client)
{
	return option->value.len == client->duid.len &&
	       memcmp(option->value.data, client->duid.bytes, client->duid.len) == 0;
}

static void read_option(struct option *option, const struct dhcp6_client_id *client,
			struct dhcp6_reply *out)
{
	int err = 0;

	if (option->code == OPTION_IA_NA)
		err = read_ia(&option->value, client->iaid, out);
	for (size_t i = 0; i < sizeof(readers) / sizeof(readers[0]); i++)
		if (readers[i].code == option->code)
			err = readers[i].read(&option->value, out);
	if (err)
		out->bad_option = option->code;
}

int dhcp6_packet_parse(const void *data, size_t len, const struct dhcp6_client_id *client,
		       struct dhcp6_reply *out)
{
	struct cursor c = cursor_over(data, len);
	uint32_t head = cursor_be32(&c);
	bool is_for_us = false;
	struct option option;

	memset(out, 0, sizeof(*out));
	out->type = (uint8_t)(head >> TYPE_SHIFT);
	out->xid = head & XID_MASK;
	if (out->type != DHCP6_ADVERTISE && out->type != DHCP6_REPLY)
		return -EBADMSG;
	while (next_option(&c, &option)) {
		if (option.code == OPTION_CLIENT_ID)
			is_for_us = is_client(&option, client);
		else
			read_option(&option, client, out);
	}
	/* 16.3, 16.10: both identifiers are there, and one of them is ours */
	return c.overrun || !is_for_us || !out->server.len ? -EBADMSG : 0;
}
