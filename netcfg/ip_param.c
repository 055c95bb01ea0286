#include "netcfg/ip_param.h"

#include "netcfg/hostname.h"
#include "netcfg/iface_param.h"

#include "lib/buf.h"
#include "lib/str.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#define PARAM_MAX  255
#define FIELDS_MAX 16
#define MTU_MIN	   68 /* RFC 791 */

/* One value on its way: its fields, what they say, and what is wrong with them. */
struct parser {
	char text[PARAM_MAX + 1];
	char *fields[FIELDS_MAX]; /* into @text */
	unsigned count;
	bool has_method;
	int client_prefix_len, server_prefix_len, mask; /* -1: not given */
	struct ip_param param;
	struct ip_param_error *error;
};

static int refuse(struct parser *p, const char *field, const char *value,
		  const char *reason)
{
	struct buf b = BUF_OVER(p->error->value);

	buf_printable(&b, value);
	p->error->field = field;
	p->error->reason = reason;
	return -EINVAL;
}

/* ---- the fields, each: NULL or what is wrong; sees no empty text */

static const char *const not_an_address =
	"not an IP address (IPv6 stands in brackets, with its length: [2001:db8::5/64])";

static const char *prefix_error(int err)
{
	if (err == -ERANGE)
		return "longer than an address of its family";
	if (err == -EDOM)
		return "its bits are not contiguous";
	return "neither a prefix length nor, with IPv4, a netmask";
}

static const char *parse_host_address(struct parser *p, const char *text, void *out)
{
	struct ip *ip = out;

	(void)p;
	if (ip_parse(text, ip))
		return not_an_address;
	return ip_is_host(ip) ? NULL : "not the address of one machine";
}

static const char *parse_address_in_network(const char *text, struct ip *ip,
					    int *prefix_len)
{
	int err = ip_parse_network(text, ip, prefix_len);

	if (err == -EINVAL)
		return not_an_address;
	if (err)
		return prefix_error(err == -EBADMSG ? -EINVAL : err);
	if (*prefix_len == 0)
		return "a prefix length of 0";
	return ip_is_host(ip) ? NULL : "not the address of one machine";
}

static const char *parse_client(struct parser *p, const char *text, void *out)
{
	return parse_address_in_network(text, out, &p->client_prefix_len);
}

static const char *parse_server(struct parser *p, const char *text, void *out)
{
	return parse_address_in_network(text, out, &p->server_prefix_len);
}

static const char *parse_netmask(struct parser *p, const char *text, void *out)
{
	enum ip_family family = p->param.client.family == IP_V6 ? IP_V6 : IP_V4;

	(void)out;
	p->mask = ip_parse_prefix_len(text, family);
	if (p->mask < 0)
		return prefix_error(p->mask);
	return p->mask ? NULL : "a network that is everything";
}

static const char *parse_host(struct parser *p, const char *text, void *out)
{
	(void)p;
	if (!hostname_is_valid(text, strlen(text)))
		return "not a host name";
	return str_copy(out, sizeof(p->param.host), text) ? "longer than 63 characters"
							  : NULL;
}

static const char *parse_device(struct parser *p, const char *text, void *out)
{
	(void)p;
	if (!iface_name_is_valid(text) || str_copy(out, sizeof(p->param.device), text))
		return "not the name of an interface";
	return NULL;
}

/* TYPE,ID of "dhcp,TYPE,ID": a number, also 0x…, and text as it is (ic_proto_name() of the
 * kernel). */
static const char *parse_client_id(struct parser *p, const char *text)
{
	const char *id = strchr(text, ',');
	const char *hex = str_after(text, "0x");
	char number[8];
	uint32_t type;
	size_t len;

	if (!id || !id[1])
		return "a client identifier is dhcp,TYPE,ID";
	if (hex)
		text = hex;
	if (!buf_format(number, sizeof(number), "%.*s", (int)(id - text), text) ||
	    str_parse_u32(number, hex ? 16 : 10, &type) || type > 255)
		return "the type of a client identifier is a number up to 255";
	len = strlen(++id);
	if (len >= IP_PARAM_CLIENT_ID)
		return "a client identifier longer than 63 bytes";
	p->param.client_id[0] = (uint8_t)type;
	memcpy(p->param.client_id + 1, id, len);
	p->param.client_id_len = (uint8_t)(len + 1);
	return NULL;
}

static const char *parse_method(struct parser *p, const char *text, void *out)
{
	const char *id = str_after(text, "dhcp,");

	p->has_method = true;
	if (!id || *id < '0' || *id > '9')
		return ip_methods_parse(text, out);
	*(uint8_t *)out = IP_METHOD_DHCP4;
	return parse_client_id(p, id);
}

/* ---- their order */

#define OFFSET(member) offsetof(struct parser, param.member)

struct field {
	char name[10];
	uint16_t offset;
	const char *(*parse)(struct parser *p, const char *text, void *out);
};

static const struct field fields[] = {
	{ "client", OFFSET(client), parse_client },
	{ "server", OFFSET(server), parse_server },
	{ "gateway", OFFSET(gateway), parse_host_address },
	{ "netmask", OFFSET(prefix_len), parse_netmask },
	{ "host", OFFSET(host), parse_host },
	{ "device", OFFSET(device), parse_device },
	{ "autoconf", OFFSET(methods), parse_method },
	{ "dns0", OFFSET(dns[0]), parse_host_address },
	{ "dns1", OFFSET(dns[1]), parse_host_address },
	{ "ntp0", OFFSET(ntp), parse_host_address },
};

#define FIELD_COUNT (sizeof(fields) / sizeof(fields[0]))

enum {
	FIELD_CLIENT = 0,
	FIELD_DEVICE = 5,
	FIELD_METHOD = 6,
	FIELD_DNS = 7,
};

static int parse_field(struct parser *p, size_t index, const char *text)
{
	const struct field *f = &fields[index];
	const char *reason = *text ? f->parse(p, text, (char *)p + f->offset) : NULL;

	return reason ? refuse(p, f->name, text, reason) : 0;
}

static int cut(struct parser *p)
{
	char *rest = p->text;

	while (rest) {
		if (p->count == FIELDS_MAX)
			return refuse(p, "value", rest, "more fields than there are");
		p->fields[p->count++] = ip_next_field(&rest);
	}
	return 0;
}

static bool looks_like_address(const char *text)
{
	return *text == '[' || (*text >= '0' && *text <= '9' && strchr(text, '.'));
}

/* [MTU][:MAC] from field @i on; the colons of the address come back. */
static int parse_mtu_mac(struct parser *p, unsigned i)
{
	const char *mtu = i < p->count ? p->fields[i] : "";
	uint32_t number;

	if (*mtu) {
		if (str_parse_u32(mtu, 10, &number) || number < MTU_MIN ||
		    number > UINT16_MAX)
			return refuse(
				p, "mtu", mtu,
				"neither a number from 68 to 65535 nor a name server");
		p->param.mtu = (uint16_t)number;
	}
	if (++i >= p->count)
		return 0;
	for (unsigned k = i; k + 1 < p->count; k++)
		p->fields[k][strlen(p->fields[k])] = ':';
	if (!p->fields[i][strspn(p->fields[i], ":")])
		return 0;
	if (iface_mac_parse(p->fields[i], p->param.mac))
		return refuse(p, "mac", p->fields[i],
			      "not the hardware address of a card");
	p->param.has_mac = true;
	return 0;
}

static bool has_name_servers(const struct parser *p)
{
	for (unsigned i = FIELD_DNS; i < p->count && i < FIELD_COUNT; i++)
		if (*p->fields[i])
			return looks_like_address(p->fields[i]);
	return false;
}

static int parse_full(struct parser *p)
{
	unsigned end = has_name_servers(p) ? FIELD_COUNT : FIELD_DNS;
	int err = 0;

	for (unsigned i = 0; i < p->count && i < end && !err; i++)
		err = parse_field(p, i, p->fields[i]);
	if (err || p->count <= end)
		return err;
	if (end == FIELD_COUNT)
		return refuse(p, "ntp0", p->fields[end], "more fields follow it");
	return parse_mtu_mac(p, FIELD_DNS);
}

/* Told from the full form by the second field, which there is an address. */
static bool is_device_form(const struct parser *p)
{
	const char *device = p->fields[0], *method = p->count > 1 ? p->fields[1] : "";

	if (!*method || looks_like_address(device))
		return false;
	return ip_methods_begin(method) ||
	       (p->count < FIELD_DEVICE && !(*device >= '0' && *device <= '9'));
}

static int parse_device_form(struct parser *p)
{
	int err = parse_field(p, FIELD_DEVICE, p->fields[0]);

	if (!err)
		err = parse_field(p, FIELD_METHOD, p->fields[1]);
	return err ? err : parse_mtu_mac(p, 2);
}

/* A lone word is the method, a lone address is still the client's, and nothing is "off". */
static int parse_alone(struct parser *p)
{
	p->has_method = true;
	return parse_field(p, looks_like_address(p->text) ? FIELD_CLIENT : FIELD_METHOD,
			   p->text);
}

/* ---- what they mean together */

static int complete_static(struct parser *p)
{
	struct ip_param *param = &p->param;
	int len = p->mask >= 0 ? p->mask : p->client_prefix_len;
	unsigned all = param->client.family == IP_V6 ? 128 : 32;

	if (p->mask >= 0 && p->client_prefix_len >= 0 && p->mask != p->client_prefix_len)
		return refuse(p, "netmask", p->fields[3],
			      "not the one behind the client");
	if (p->server_prefix_len >= 0)
		len = p->server_prefix_len;
	if (len < 0)
		return refuse(p, "netmask", "", "missing (a prefix length will do)");
	if (param->gateway.family && param->gateway.family != param->client.family)
		return refuse(p, "gateway", p->fields[2], "not of the client's family");
	param->prefix_len = (uint8_t)len;
	if (param->server.family == param->client.family &&
	    (p->server_prefix_len >= 0 || (unsigned)len == all))
		param->peer = param->server;
	else if (p->server_prefix_len >= 0)
		return refuse(p, "server", p->fields[1], "not of the client's family");
	param->methods &= ip_methods_beside(&param->client);
	param->methods |= IP_METHOD_STATIC;
	return 0;
}

static int complete(struct parser *p)
{
	struct ip_param *param = &p->param;

	if (param->client.family)
		return complete_static(p);
	if (!p->has_method)
		param->methods = IP_METHOD_DHCP4;
	return 0;
}

static int parse(struct parser *p)
{
	/* a client identifier may have colons */
	if (!strchr(p->text, ':') || str_after(p->text, "dhcp,"))
		return parse_alone(p);
	if (cut(p))
		return -EINVAL;
	return is_device_form(p) ? parse_device_form(p) : parse_full(p);
}

int ip_param_parse(const char *s, struct ip_param *out, struct ip_param_error *error)
{
	struct parser p = {
		.client_prefix_len = -1,
		.server_prefix_len = -1,
		.mask = -1,
		.error = error,
	};
	int err;

	if (str_copy(p.text, sizeof(p.text), s))
		return refuse(&p, "value", s, "longer than 255 characters");
	err = parse(&p);
	if (!err)
		err = complete(&p);
	if (!err)
		*out = p.param;
	return err;
}
