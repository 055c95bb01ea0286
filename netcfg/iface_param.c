#include "netcfg/iface_param.h"

#include "lib/str.h"

#include <errno.h>
#include <string.h>

#define PARAM_MAX      255
#define FIELDS_MAX     4
#define HTYPE_ETHERNET 1
#define VLAN_ID_MAX    4094 /* 802.1Q: 4095 is reserved */
#define MTU_MIN	       68

static const char *const bad_name =
	"not the name of an interface (1 to 15 characters, no blank, '/' or ':')";

/* A value cut at its colons; fields that were not given are "". */
struct fields {
	char text[PARAM_MAX + 1];
	char *field[FIELDS_MAX];
};

static const char *cut(struct fields *out, unsigned max, const char *s)
{
	char *rest = out->text;

	if (str_copy(out->text, sizeof(out->text), s))
		return "longer than 255 characters";
	for (unsigned i = 0; i < FIELDS_MAX; i++) {
		out->field[i] = i < max ? ip_next_field(&rest) : NULL;
		if (!out->field[i])
			out->field[i] = out->text + strlen(s);
	}
	return rest ? "more fields than there are" : NULL;
}

static const char *set_name(char out[IFACE_NAME_SIZE], const char *name)
{
	return iface_name_is_valid(name) && !str_copy(out, IFACE_NAME_SIZE, name)
		       ? NULL
		       : bad_name;
}

static const char *set_ports(char ports[][IFACE_NAME_SIZE], unsigned *count, char *text)
{
	while (text) {
		char *comma = strchr(text, ',');
		const char *reason;

		if (comma)
			*comma++ = '\0';
		if (*count == IFACE_PORTS_MAX)
			return "more than 8 interfaces";
		reason = set_name(ports[*count], text);
		if (reason)
			return reason;
		++*count;
		text = comma;
	}
	return NULL;
}

const char *iface_vlan_parse(const char *s, struct iface_vlan *out)
{
	struct iface_vlan vlan;
	struct fields f;
	const char *reason = cut(&f, 2, s), *digits;
	uint32_t id;

	if (!reason)
		reason = set_name(vlan.name, f.field[0]);
	if (!reason)
		reason = set_name(vlan.parent, f.field[1]);
	if (reason)
		return reason;
	digits = vlan.name + strlen(vlan.name);
	while (digits > vlan.name && digits[-1] >= '0' && digits[-1] <= '9')
		digits--;
	if (str_parse_u32(digits, 10, &id) || id == 0 || id > VLAN_ID_MAX)
		return "its name does not end in an identifier from 1 to 4094 (vlan5, eth0.5)";
	vlan.id = (uint16_t)id;
	*out = vlan;
	return NULL;
}

/* NAME=VALUE with commas between, of the characters that options of bonding have. */
static bool options_are_valid(const char *s)
{
	static const char name[] = "abcdefghijklmnopqrstuvwxyz_0123456789";
	static const char value[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789+-_.;:/";

	for (;;) {
		size_t len = strspn(s, name);

		if (!len || s[len] != '=')
			return false;
		s += len + 1;
		len = strspn(s, value);
		if (!len || (s[len] && s[len] != ','))
			return false;
		if (!s[len])
			return true;
		s += len + 1;
	}
}

static const char *set_options(struct iface_bond *bond, const char *options,
			       const char *mtu)
{
	if (*options && !options_are_valid(options))
		return "options are not NAME=VALUE[,NAME=VALUE...]";
	if (str_copy(bond->options, sizeof(bond->options), options))
		return "options longer than 127 characters";
	if (*mtu && (str_parse_u32(mtu, 10, &bond->mtu) || bond->mtu < MTU_MIN ||
		     bond->mtu > UINT16_MAX))
		return "the mtu is not a number from 68 to 65535";
	return NULL;
}

const char *iface_bond_parse(const char *s, struct iface_bond *out)
{
	struct iface_bond bond = { .mtu = 0 };
	char defaults[] = "eth0,eth1";
	struct fields f;
	const char *reason = cut(&f, 4, s);

	if (!reason)
		reason = set_name(bond.name, *f.field[0] ? f.field[0] : "bond0");
	if (!reason)
		reason = set_ports(bond.slaves, &bond.slave_count,
				   *f.field[1] ? f.field[1] : defaults);
	if (!reason)
		reason = set_options(&bond, *f.field[2] ? f.field[2] : "mode=balance-rr",
				     f.field[3]);
	if (!reason)
		*out = bond;
	return reason;
}

const char *iface_bridge_parse(const char *s, struct iface_bridge *out)
{
	struct iface_bridge bridge = { .port_count = 0 };
	char defaults[] = "eth0";
	struct fields f;
	const char *reason = cut(&f, 2, *s ? s : "br0:");

	if (!reason)
		reason = set_name(bridge.name, f.field[0]);
	if (!reason && *s && !*f.field[1])
		reason = "its interfaces are missing";
	if (!reason)
		reason = set_ports(bridge.ports, &bridge.port_count,
				   *f.field[1] ? f.field[1] : defaults);
	if (!reason)
		*out = bridge;
	return reason;
}

const char *iface_name_parse(const char *s, struct iface_name *out)
{
	const char *colon = strchr(s, ':');
	size_t len = colon ? (size_t)(colon - s) : strlen(s);
	struct iface_name name = { .name = "" };

	if (len < sizeof(name.name))
		memcpy(name.name, s, len);
	if (!iface_name_is_valid(name.name))
		return bad_name;
	if (!colon || iface_mac_parse(colon + 1, name.mac))
		return "the hardware address of a card is missing or wrong";
	*out = name;
	return NULL;
}

static const char *set_network(struct lease_route *route, const char *text)
{
	int prefix_len;
	int err = ip_parse_network(text, &route->network, &prefix_len);

	if (err == -EINVAL)
		return "the network is no IP address (IPv6 stands in brackets)";
	if (err || prefix_len < 0)
		return "the network has no prefix length, or a wrong one";
	route->prefix_len = (uint8_t)prefix_len;
	ip_mask(&route->network, route->prefix_len);
	return NULL;
}

static const char *set_gateway(struct lease_route *route, const char *text)
{
	if (ip_parse(text, &route->gateway) || !ip_is_host(&route->gateway))
		return "the gateway is not the address of one machine";
	if (route->gateway.family != route->network.family)
		return "the gateway is not of the network's family";
	return NULL;
}

const char *iface_route_parse(const char *s, struct iface_route *out)
{
	struct iface_route row = { .device = "" };
	struct fields f;
	const char *reason = cut(&f, 3, s);

	if (!reason)
		reason = set_network(&row.route, f.field[0]);
	if (!reason && *f.field[1])
		reason = set_gateway(&row.route, f.field[1]);
	if (!reason && *f.field[2])
		reason = set_name(row.device, f.field[2]);
	if (!reason && !*f.field[1] && !*f.field[2])
		reason = "neither a gateway nor an interface";
	if (!reason)
		*out = row;
	return reason;
}

bool iface_name_is_valid(const char *name)
{
	size_t len = strlen(name);

	for (const char *p = name; *p; p++)
		if (*p <= ' ' || *p >= 0x7f || *p == '/' || *p == ':')
			return false;
	return len > 0 && len < IFACE_NAME_SIZE && !str_equal(name, ".") &&
	       !str_equal(name, "..");
}

/* @count bytes in hex with one ':' or '-' between. */
static int parse_hex_bytes(const char *s, uint8_t *bytes, size_t count)
{
	if (strlen(s) != 3 * count - 1)
		return -EINVAL;
	for (size_t i = 0; i < count; i++, s += 3) {
		char digits[3] = { s[0], s[1], '\0' };
		uint32_t value;

		if (str_parse_u32(digits, 16, &value))
			return -EINVAL;
		if (i + 1 < count && s[2] != '-' && s[2] != ':')
			return -EINVAL;
		bytes[i] = (uint8_t)value;
	}
	return 0;
}

int iface_mac_parse(const char *s, uint8_t mac[6])
{
	static const uint8_t zero[6];
	uint8_t bytes[6];
	int err = parse_hex_bytes(s, bytes, sizeof(bytes));

	if (err || bytes[0] & 1 || memcmp(bytes, zero, sizeof(bytes)) == 0)
		return -EINVAL;
	memcpy(mac, bytes, sizeof(bytes));
	return 0;
}

int iface_bootif_parse(const char *s, uint8_t mac[6])
{
	uint8_t htype;

	if (strlen(s) > 17) { /* with the type of the hardware */
		char digits[3] = { s[0], s[1], '\0' };

		if (parse_hex_bytes(digits, &htype, 1) || htype != HTYPE_ETHERNET ||
		    (s[2] != '-' && s[2] != ':'))
			return -EINVAL;
		s += 3;
	}
	return iface_mac_parse(s, mac);
}
